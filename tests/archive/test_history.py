"""The history gives the part that is asked for, chosen by the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.archive.database import Database
from workbench.archive.history import History
from workbench.events import EventBus, EventKind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLAIMED, REFUSED, SENT = EventKind.WORKITEM_CLAIMED, EventKind.REQUEST_REFUSED, EventKind.OBJECTS_SENT


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """Seven events on two workitems, and on objects sent to a device."""
    database = Database.in_folder(tmp_path, EventBus())
    with database.transaction() as transaction:
        for kind, subject, detail in (
            (CLAIMED, "2.25.1", {}),
            (REFUSED, "2.25.1", {}),
            (CLAIMED, "2.25.2", {}),
            (SENT, "DEVICE", {"objects": "2.25.30 2.25.31 2.25.3"}),
            (REFUSED, "2.25.2", {}),
            (SENT, "DEVICE", {"objects": "2.25.3"}),
            (CLAIMED, "2.25.3", {}),
        ):
            transaction.history.append(kind, subject=subject, actor="DEVICE", at=NOW, detail=detail)
    with database.reading() as view:
        yield view.history
    database.close()


def test_the_latest_are_the_last_ones_and_the_oldest_of_them_comes_first(history: History) -> None:
    """Two of seven; of those after the sixth there is one; more than there are is all."""
    assert [one.id for one in history.after(0, latest=2)] == [6, 7]
    assert [one.id for one in history.after(6, latest=2)] == [7]
    assert [one.id for one in history.after(0, latest=100)] == [1, 2, 3, 4, 5, 6, 7]


def test_kinds_and_several_subjects_narrow_it_together(history: History) -> None:
    """The latest refusal, what both workitems were, and the last claim of them."""
    assert [one.id for one in history.after(0, kinds=[REFUSED], latest=1)] == [5]
    assert [one.id for one in history.after(0, subject=["2.25.1", "2.25.2"])] == [1, 2, 3, 5]
    assert [one.id for one in history.after(0, subject=["2.25.1", "2.25.2"], kinds=[CLAIMED], latest=1)] == [3]
    assert history.after(0, subject=[]) == history.after(0, kinds=[]) == []


def test_a_uid_finds_where_its_object_was_sent_and_no_other_that_begins_like_it(history: History) -> None:
    """First, last, in between or alone among those sent; the latest of them is counted after that."""
    assert [one.id for one in history.after(0, subject="2.25.3")] == [4, 6, 7]
    assert [one.id for one in history.after(0, subject="2.25.30")] == [4]
    assert [one.id for one in history.after(0, subject="2.25.31", latest=1)] == [4]
    assert history.after(0, subject="25.3") == []
    assert [one.id for one in history.after(0, subject="2.25.3", kinds=[CLAIMED])] == [7]


def test_kinds_are_counted_without_being_read(history: History) -> None:
    """Two refusals, and of two kinds together four."""
    assert (history.count([REFUSED]), history.count([REFUSED, SENT]), history.count([])) == (2, 4, 0)
