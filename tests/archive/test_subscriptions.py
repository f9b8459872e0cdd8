"""Subscriptions as rows: one for each receiver and workitem, one global one for each receiver; and what may be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.archive.samples import make_session, make_workitem
from tests.clinic import NOW
from workbench.archive.database import Database, Transaction
from workbench.archive.rows import GlobalSubscriptionRow, SessionState, StepState, SubscriptionRow
from workbench.events import EventBus
from workbench.iods.dialect import Dialect


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with one session and the workitems 2.25.20 and 2.25.21."""
    opened = Database.in_folder(tmp_path, EventBus())
    with opened.transaction() as transaction:
        session = transaction.sessions.add(make_session())
        for uid in ("2.25.20", "2.25.21"):
            transaction.workitems.add(make_workitem(session.id, uid=uid))
    yield opened
    opened.close()


def make_subscription(workitem_uid: str = "2.25.20", **changes: Any) -> SubscriptionRow:
    """A subscription without lock."""
    parts: dict[str, Any] = {"receiver": "WATCHER", "has_lock": False, "dialect": Dialect.FINAL, "since": NOW}
    return SubscriptionRow(workitem_uid=workitem_uid, **{**parts, **changes})


def make_global(**changes: Any) -> GlobalSubscriptionRow:
    """A global subscription to everything, without lock."""
    parts: dict[str, Any] = {"receiver": "WATCHER", "has_lock": False, "keys": None, "dialect": Dialect.FINAL, "since": NOW}
    return GlobalSubscriptionRow(**{**parts, **changes})


def finish(transaction: Transaction, uid: str, to: StepState = StepState.COMPLETED) -> None:
    """Move a workitem to a final state."""
    assert transaction.workitems.move(uid, expected=StepState.SCHEDULED, to=to, at=NOW)


def test_subscriptions_are_read_back_as_they_were_written(database: Database) -> None:
    """Every field, of single and of global ones, in both dialects."""
    one, other = make_subscription(has_lock=True), make_subscription("2.25.21", receiver="OTHER", dialect=Dialect.TRIAL)
    everything = make_global(keys=b"\x08\x00", has_lock=True, dialect=Dialect.TRIAL)

    with database.transaction() as transaction:
        transaction.subscriptions.put([one, other])
        transaction.subscriptions.put_global(everything)

    with database.reading() as view:
        assert view.subscriptions.find() == [other, one]
        assert view.subscriptions.find(has_lock=True) == [one]
        assert view.subscriptions.find(workitem_uid="2.25.21") == [other]
        assert view.subscriptions.get("WATCHER", "2.25.20") == one
        assert view.subscriptions.get("OTHER", "2.25.20") is None
        assert view.subscriptions.globally() == [everything]
        assert view.subscriptions.globally("OTHER") == []
        assert view.subscriptions.locks("WATCHER") == 1
        assert view.subscriptions.receivers() == {"OTHER": Dialect.TRIAL, "WATCHER": Dialect.TRIAL}


def test_a_later_subscription_replaces_the_earlier_one(database: Database) -> None:
    """One row for a receiver and a workitem, one global row for a receiver."""
    with database.transaction() as transaction:
        transaction.subscriptions.put([make_subscription(has_lock=True)])
        transaction.subscriptions.put([make_subscription()])
        transaction.subscriptions.put_global(make_global(has_lock=True))
        transaction.subscriptions.put_global(make_global())

    with database.reading() as view:
        assert view.subscriptions.find() == [make_subscription()]
        assert view.subscriptions.globally() == [make_global()]


def test_a_receiver_leaves_some_workitems(database: Database) -> None:
    """Others stay subscribed; leaving what one never was subscribed to does no harm."""
    with database.transaction() as transaction:
        transaction.subscriptions.put([make_subscription(), make_subscription("2.25.21"), make_subscription(receiver="OTHER")])
        transaction.subscriptions.drop("WATCHER", ["2.25.20", "2.25.99"])
        transaction.subscriptions.drop("WATCHER", [])
        transaction.subscriptions.drop_global("WATCHER")

    with database.reading() as view:
        assert view.subscriptions.find() == [make_subscription(receiver="OTHER"), make_subscription("2.25.21")]


def test_only_final_workitems_of_completed_sessions_without_lock_may_be_forgotten(database: Database) -> None:
    """Not while the session is open, not while one is locked; then with the moment its session was completed."""
    closed = NOW + timedelta(hours=1)
    with database.transaction() as transaction:
        finish(transaction, "2.25.20")
        finish(transaction, "2.25.21", StepState.CANCELED)
        transaction.subscriptions.put([make_subscription("2.25.21", has_lock=True), make_subscription("2.25.20")])
        open_session = transaction.workitems.forgettable()
        transaction.sessions.move(1, expected=(SessionState.PREPARED,), to=SessionState.COMPLETED, closed_at=closed)
        locked = transaction.workitems.forgettable()
        transaction.subscriptions.drop("WATCHER", ["2.25.21"])
        free = transaction.workitems.forgettable()

    assert (open_session, locked, free) == ({}, {"2.25.20": closed}, {"2.25.20": closed, "2.25.21": closed})


def test_a_workitem_of_no_session_may_be_forgotten_once_it_is_final(database: Database) -> None:
    """Since the moment of its last change; a SCHEDULED one never."""
    with database.transaction() as transaction:
        for uid, state in (("2.25.22", StepState.SCHEDULED), ("2.25.23", StepState.CANCELED)):
            transaction.workitems.add(replace(make_workitem(1, uid=uid, state=state), session_id=None))

        assert transaction.workitems.forgettable() == {"2.25.23": NOW}


def test_a_forgotten_workitem_takes_its_subscriptions_along(database: Database) -> None:
    """The other one and its subscription stay."""
    with database.transaction() as transaction:
        transaction.subscriptions.put([make_subscription(), make_subscription("2.25.21")])
        transaction.workitems.forget("2.25.20")

    with database.reading() as view:
        assert view.workitems.uids() == ["2.25.21"]
        assert view.subscriptions.find() == [make_subscription("2.25.21")]
