"""Who is told of what happens to workitems: subscribe, unsubscribe, suspend (PS3.4 CC.2.3).

What becomes of a subscription stands in ``watching``; here it is written down, with what a peer may not have: an unknown
receiver, a workitem that is none of its own, more deletion locks than the settings allow.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from html import escape

from pydicom.dataset import Dataset

from workbench.archive.database import Transaction
from workbench.archive.rows import GlobalSubscriptionRow, StepState, SubscriptionRow, WorkitemRow
from workbench.archive.workitems import MATCHED
from workbench.dicom import part10, uids
from workbench.dicom.matching import Query, Values
from workbench.errors import Conflict
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.iods.workitem_operations import is_key
from workbench.workflow.answers import Done, Remark
from workbench.workflow.desk import Desk
from workbench.workflow.gate import gate
from workbench.workflow.ups import UpsRule
from workbench.workflow.watching import CREATED, GLOBALLY, TABLE, WatchAction, Watched, WatchRule
from workbench.workflow.workitem import attributes

log = logging.getLogger(__name__)

GLOBAL = frozenset({uids.UPS_GLOBAL_SUBSCRIPTION, uids.UPS_FILTERED_GLOBAL_SUBSCRIPTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a peer asks for.

    Parameters
    ----------
    subject : SOP Instance UID of a workitem, or one of the two of global subscriptions.
    receiver : AE title that is to be told; need not be that of who asks.
    actor : AE title of who asks.
    dialect : in which it asks, and the receiver will be told.
    """

    subject: str
    receiver: str
    actor: str
    dialect: Dialect

    @property
    def is_global(self) -> bool:
        """Whether it is about all workitems, or those that match."""
        return self.subject in GLOBAL


class SubscriptionList(tuple[GlobalSubscriptionRow | SubscriptionRow, ...]):
    """Subscriptions, global ones first; shows itself as a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(one.receiver)}</td><td>{escape(_what(one))}</td><td>{Watched.of(one.has_lock).value}</td>"
            f"<td>{one.dialect.value}</td><td>{one.since:%Y-%m-%d %H:%M}</td></tr>"
            for one in self
        )
        return f"<table><tr><th>receiver</th><th>workitem</th><th>state</th><th>dialect</th><th>since</th></tr>{rows}</table>"


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The subscription desk of one bench."""

    desk: Desk

    def subscribe(self, wish: Wish, *, has_lock: bool, keys: Dataset | None = None) -> Done:
        """Have a receiver told from now on; without the deletion lock that it asked for when it holds as many as it may.

        Parameters
        ----------
        keys : matching keys of a filtered global subscription.

        Raises
        ------
        Conflict : the receiver is no peer, there is no such workitem, or no reports are sent.
        """
        wanted = keys if wish.subject == uids.UPS_FILTERED_GLOBAL_SUBSCRIPTION else None
        with self._refusals(wish, "subscribe"):
            # Matching takes its time, so most of it is done before the transaction that makes others wait.
            with self.desk.archive.database.reading() as view:
                self._admit(view, wish)
                self._must_report(wish)
                only = None if wanted is None else _Filter.of(wanted, wish.dialect, self.desk)
                known = _concerned(view, wish, only, {})
            with self.desk.archive.database.transaction() as transaction:
                self._admit(transaction, wish)
                concerned = [uid for uid, matches in _concerned(transaction, wish, only, known).items() if matches]
                granted = has_lock and self._may_lock(transaction, wish.receiver, concerned)
                reported = self._apply(transaction, wish, _action(wish, has_lock=granted), concerned)
                if wish.is_global:
                    transaction.subscriptions.put_global(_globally(wish, granted, wanted, self.desk.clock.now()))
                state = Watched.of(granted).value
                detail = {"receiver": wish.receiver, "dialect": wish.dialect.value, "state": state, "reported": reported}
                self._tell(transaction, EventKind.WORKITEM_SUBSCRIBED, wish, detail)
        log.info("%s is told of %s from now on, as %s asked", wish.receiver, wish.subject, wish.actor)
        if has_lock and not granted:
            return Done(remark=Remark.UNLOCKED, comment="Subscribed without deletion lock: too many are held")
        return Done()

    def unsubscribe(self, wish: Wish) -> None:
        """Have a receiver told no more, of one workitem or of any; its deletion locks go with that.

        Raises
        ------
        Conflict : the receiver is no peer, or there is no such workitem.
        """
        with self._changing(wish, "unsubscribe") as transaction:
            if wish.is_global:
                everything = [one.workitem_uid for one in transaction.subscriptions.find(receiver=wish.receiver)]
                self._apply(transaction, wish, WatchAction.ALL_ENDED, everything)
            else:
                self._apply(transaction, wish, WatchAction.ONE_ENDED, [wish.subject])
            self._tell(transaction, EventKind.WORKITEM_UNSUBSCRIBED, wish, {"receiver": wish.receiver, "what": "unsubscribed"})
        log.info("%s is told no more of %s, as %s asked", wish.receiver, wish.subject, wish.actor)

    def suspend(self, wish: Wish) -> None:
        """Have a receiver subscribed to no workitem to come; it stays subscribed to those that are.

        Raises
        ------
        Conflict : the receiver is no peer, or a single workitem was named.
        """
        with self._changing(wish, "suspend") as transaction:
            if not wish.is_global:
                raise Conflict(
                    f"workitem {wish.subject}: only a global subscription can be suspended, expected its instance UID",
                    rule=WatchRule.WRONG_ACTION,
                    comment="Only a global subscription can be suspended",
                )
            self._apply(transaction, wish, WatchAction.SUSPENDED, [])
            self._tell(transaction, EventKind.WORKITEM_UNSUBSCRIBED, wish, {"receiver": wish.receiver, "what": "suspended"})
        log.info("%s is told of no workitem to come, as %s asked", wish.receiver, wish.actor)

    def all(self) -> SubscriptionList:
        """Every subscription, the global ones first."""
        with self.desk.archive.database.reading() as view:
            return SubscriptionList((*view.subscriptions.globally(), *view.subscriptions.find()))

    @contextmanager
    def _changing(self, wish: Wish, what: str) -> Iterator[Transaction]:
        with self._refusals(wish, what), self.desk.archive.database.transaction() as transaction:
            self._admit(transaction, wish)
            yield transaction

    def _refusals(self, wish: Wish, what: str) -> AbstractContextManager[None]:
        return self.desk.refusals(EventKind.REQUEST_REFUSED, subject=wish.subject, actor=wish.actor, what=f"N-ACTION {what}")

    def _admit(self, view: Transaction, wish: Wish) -> None:
        """The receiver has to be a peer, the workitem one that the caller may watch."""
        door = gate(view, self.desk.settings, wish.actor)
        row = None if wish.is_global else view.workitems.get(wish.subject)
        if not wish.is_global and (row is None or not door.watches(row)):
            raise Conflict(
                f"workitem {wish.subject}: there is none of this UID for {wish.actor}, expected one that it may watch",
                rule=UpsRule.UNKNOWN,
                comment="No such workitem here",
            )
        if self.desk.settings.peer(wish.receiver) is None:
            raise Conflict(
                f"receiving AE {wish.receiver}: is no peer, expected one of the settings",
                rule=WatchRule.UNKNOWN_RECEIVER,
                comment="Receiving AE is not among the peers",
            )

    def _must_report(self, wish: Wish) -> None:
        if not self.desk.settings.sends_reports:
            raise Conflict(
                f"subscription of {wish.receiver}: no event reports are sent, expected event_reports to be on in the settings",
                rule=WatchRule.NO_REPORTS,
                comment="No event reports are sent",
            )

    def _may_lock(self, transaction: Transaction, receiver: str, concerned: Iterable[str]) -> bool:
        locked = {one.workitem_uid for one in transaction.subscriptions.find(receiver=receiver, has_lock=True)}
        return len(locked.union(concerned)) <= self.desk.settings.limits.deletion_locks

    def _apply(self, transaction: Transaction, wish: Wish, action: WatchAction, concerned: Iterable[str]) -> int:
        """Do to each workitem what its cell of the table says; of how many the subscriber is told at once."""
        now = self.desk.clock.now()
        met = {one.workitem_uid: one for one in transaction.subscriptions.find(receiver=wish.receiver)}
        begun: list[SubscriptionRow] = []
        ended: list[str] = []
        reported = 0
        for uid in concerned:
            known = met.get(uid)
            state = Watched.of(None if known is None else known.has_lock)
            step = TABLE[action][state]
            reported += step.is_reported
            if step.to is state:
                continue
            if step.to is Watched.NOT:
                ended.append(uid)
            else:
                begun.append(_row(wish.receiver, uid, step.to, wish.dialect, now))
        transaction.subscriptions.put(begun)
        transaction.subscriptions.drop(wish.receiver, ended)
        if GLOBALLY.get(action) is Watched.NOT:
            transaction.subscriptions.drop_global(wish.receiver)
        return reported

    def _tell(self, transaction: Transaction, kind: EventKind, wish: Wish, detail: dict[str, str | int]) -> None:
        transaction.history.append(kind, subject=wish.subject, actor=wish.actor, at=self.desk.clock.now(), detail=detail)


def enroll(desk: Desk, transaction: Transaction, row: WorkitemRow) -> None:
    """Subscribe to a workitem that was just created whoever is subscribed to those to come and matches it."""
    for globally in transaction.subscriptions.globally():
        if globally.keys is not None:
            keys = part10.decode(globally.keys, uids.EXPLICIT_LITTLE)
            if not _Filter.of(keys, globally.dialect, desk).accepts(row):
                continue
        is_full = transaction.subscriptions.locks(globally.receiver) >= desk.settings.limits.deletion_locks
        step = CREATED[Watched.of(globally.has_lock and not is_full)]
        transaction.subscriptions.put([_row(globally.receiver, row.uid, step.to, globally.dialect, desk.clock.now())])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    """Matching keys: a workitem that a C-FIND with them would find (PS3.4 CC.2.3.3.1).

    Parameters
    ----------
    query : None where a key with a value is none, and so nothing matches.
    """

    query: Query | None
    dialect: Dialect

    @classmethod
    def of(cls, keys: Dataset, dialect: Dialect, desk: Desk) -> _Filter:
        query = Query.of(keys, desk.clock.zone)
        is_void = any(not key.is_universal and not is_key(key.keyword) for key in query.keys)
        return cls(query=None if is_void else query.only(is_key), dialect=dialect)

    def accepts(self, row: WorkitemRow) -> bool:
        """Whether the workitem matches."""
        return self.query is not None and self.query.matches(attributes(row, self.dialect))

    def candidates(self, view: Transaction) -> list[WorkitemRow]:
        """Workitems of which the database alone cannot say that they do not match."""
        if self.query is None:
            return []
        tests = {key.keyword: key.test for key in self.query.keys if key.test is not None}
        state = tests.get("ProcedureStepState")
        is_state = isinstance(state, Values) and len(state.texts) == 1 and state.texts[0] in set(StepState)
        return view.workitems.find(
            state=StepState(state.texts[0]) if is_state and isinstance(state, Values) else None,
            tests={keyword: test for keyword, test in tests.items() if keyword in MATCHED},
        )


def _concerned(view: Transaction, wish: Wish, wanted: _Filter | None, known: Mapping[str, bool]) -> dict[str, bool]:
    """SOP Instance UID of each workitem that was looked at → whether the wish concerns it.

    Parameters
    ----------
    wanted : of a filtered global subscription.
    known : answers found before, which are not asked for again.
    """
    if not wish.is_global:
        return {wish.subject: True}
    if wanted is None:
        return dict.fromkeys(view.workitems.uids(), True)
    return {row.uid: known[row.uid] if row.uid in known else wanted.accepts(row) for row in wanted.candidates(view)}


def _action(wish: Wish, *, has_lock: bool) -> WatchAction:
    if wish.is_global:
        return WatchAction.ALL_LOCKED if has_lock else WatchAction.ALL_UNLOCKED
    return WatchAction.ONE_LOCKED if has_lock else WatchAction.ONE_UNLOCKED


def _globally(wish: Wish, has_lock: bool, keys: Dataset | None, now: datetime) -> GlobalSubscriptionRow:
    encoded = None if keys is None else part10.encode(keys, uids.EXPLICIT_LITTLE)
    return GlobalSubscriptionRow(receiver=wish.receiver, has_lock=has_lock, keys=encoded, dialect=wish.dialect, since=now)


def _row(receiver: str, uid: str, state: Watched, dialect: Dialect, now: datetime) -> SubscriptionRow:
    return SubscriptionRow(receiver=receiver, workitem_uid=uid, has_lock=state is Watched.LOCKED, dialect=dialect, since=now)


def _what(row: GlobalSubscriptionRow | SubscriptionRow) -> str:
    if isinstance(row, SubscriptionRow):
        return row.workitem_uid
    return "all to come" if row.keys is None else "those to come that match"
