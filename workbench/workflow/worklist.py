"""The worklist as a device meets it: find, claim, report, finish."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from workbench.archive.database import Transaction
from workbench.archive.rows import SessionRow, SessionState, StepState, WorkitemRow
from workbench.dicom import part10, uids
from workbench.dicom.matching import Query, Test, Values
from workbench.errors import Conflict, Refused, WorkbenchError
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.iods.workitem_operations import is_key, may_get, may_set
from workbench.mapping.dialects import translated
from workbench.workflow.desk import Desk
from workbench.workflow.gate import gate
from workbench.workflow.steps import release
from workbench.workflow.ups import Lock, Request, UpsRule, judge
from workbench.workflow.workitem import attributes, progress

log = logging.getLogger(__name__)

TRANSACTION_UID = Tag(0x0008, 0x1195)
WORDS = {
    UpsRule.NO_LONGER_UPDATABLE: "it is {state}; a final workitem cannot be changed",
    UpsRule.WRONG_LOCK: "it is {held}; the Transaction UID is missing or not the holder's",
    UpsRule.ALREADY_IN_PROGRESS: "it is {held} already",
    UpsRule.NOT_TO_SCHEDULED: "it is {state}; no workitem goes back to SCHEDULED",
    UpsRule.UNKNOWN: "there is no such workitem here",
    UpsRule.NOT_IN_PROGRESS: "it is {state}; it has to be claimed first, and needs no Transaction UID before",
    UpsRule.ALREADY_CANCELED: "it is CANCELED already",
    UpsRule.ALREADY_COMPLETED: "it is COMPLETED already",
}
COMMENTS = {
    UpsRule.NO_LONGER_UPDATABLE: "{state}: no longer updatable",
    UpsRule.WRONG_LOCK: "{who}: wrong or missing Transaction UID",
    UpsRule.ALREADY_IN_PROGRESS: "{who}: it is IN PROGRESS already",
    UpsRule.NOT_TO_SCHEDULED: "Cannot go back to SCHEDULED",
    UpsRule.UNKNOWN: "No such workitem here",
    UpsRule.NOT_IN_PROGRESS: "{state}: not yet IN PROGRESS",
    UpsRule.ALREADY_CANCELED: "Already CANCELED",
    UpsRule.ALREADY_COMPLETED: "Already COMPLETED",
}
DONE = {
    Request.CLAIM: EventKind.WORKITEM_CLAIMED,
    Request.COMPLETE: EventKind.WORKITEM_COMPLETED,
    Request.CANCEL: EventKind.WORKITEM_CANCELED,
}


@dataclass(frozen=True, slots=True)
class Worklist:
    """The worklist of one bench."""

    desk: Desk

    def find(self, identifier: Dataset, actor: str, dialect: Dialect = Dialect.TRIAL) -> Iterator[Dataset]:
        """Workitems that match, each with only the keys that were asked for, in the words of who asks; never the lock.

        Raises
        ------
        Refused : the identifier cannot be matched by, or the AE title may not ask.
        """
        asked = Query.of(identifier, self.desk.clock.now().tzinfo or UTC)
        _must_be_single(asked)
        query = asked.only(is_key)
        with self.desk.archive.database.reading() as view:
            door = gate(view, self.desk.settings, actor)
            canceled = {one.id for one in door.open_sessions if one.state is SessionState.CANCELED}
            rows = view.workitems.find(
                uid=_single(query, "SOPInstanceUID"),
                state=_state(query),
                code=_code(query),
                rooms=door.room_names,
            )
        if any(not key.is_universal and not is_key(key.keyword) for key in asked.keys):
            return
        for row in rows:
            if row.session_id not in canceled and door.serves(row):
                found = attributes(row, dialect)
                if query.matches(found):
                    yield query.answer(found)

    def get(self, uid: str, tags: list[int], actor: str, dialect: Dialect = Dialect.TRIAL) -> Dataset:
        """The requested attributes of a workitem, whole sequences; all but the lock and the SOP UIDs when none are named.

        Raises
        ------
        Conflict : there is no such workitem for this AE title.
        """
        with self.desk.archive.database.reading() as view:
            row, _ = self._known(view, uid, actor)
        found = attributes(row, dialect)
        reply = Dataset()
        for element in found:
            if may_get(element.keyword) and (not tags or int(element.tag) in tags):
                reply[element.tag] = element
        return reply

    def act(self, uid: str, request: Request, lock: str | None, actor: str) -> None:
        """Change the state of a workitem.

        Parameters
        ----------
        lock : Transaction UID of the request; the claimant brings it, and from then on it is the key to every change.

        Raises
        ------
        Conflict : the rules forbid it; ``rule`` says which.
        """
        with (
            self.desk.refusals(EventKind.REQUEST_REFUSED, subject=uid, actor=actor, what=f"N-ACTION to {request.value}"),
            self.desk.archive.database.transaction() as transaction,
        ):
            row, session = self._known(transaction, uid, actor)
            self._allowed(row, session, request, lock)
            now, to = self.desk.clock.now(), StepState(request.value)
            claims = request is Request.CLAIM
            moved = transaction.workitems.move(
                uid, expected=row.state, to=to, at=now, lock=lock if claims else None, holder=actor if claims else None
            )
            if not moved:
                raise _refusal(row, UpsRule.WRONG_LOCK, request)
            if claims:
                transaction.sessions.move(session.id, expected=(SessionState.PREPARED,), to=SessionState.ACTIVE)
            transaction.history.append(DONE[request], subject=uid, actor=actor, at=now, detail={"session": session.id, "code": row.code})
            if request is Request.COMPLETE:
                release(self.desk, transaction, row, session, actor)
        log.info("workitem %s set %s by %s", uid, request.value, actor)

    def change(self, uid: str, changes: Dataset, lock: str | None, actor: str, dialect: Dialect = Dialect.TRIAL) -> None:
        """Set attributes of a workitem: all or none, sequences replaced whole.

        Raises
        ------
        Conflict : the rules forbid it.
        Refused : an attribute cannot be set.
        """
        with (
            self.desk.refusals(EventKind.REQUEST_REFUSED, subject=uid, actor=actor, what="N-SET"),
            self.desk.archive.database.transaction() as transaction,
        ):
            row, session = self._known(transaction, uid, actor)
            self._allowed(row, session, Request.CHANGE, lock)
            for element in changes:
                if not may_set(element.keyword):
                    raise Refused(
                        f"workitem {uid}: {element.keyword} cannot be set, expected attributes that N-SET may name (PS3.4 Table CC.2.5-3)",
                        rule="not-settable",
                    )
            dataset = part10.decode(row.dataset, uids.EXPLICIT_LITTLE)
            kept = translated(changes, dialect, Dialect.of(str(dataset.SOPClassUID)))
            dataset.update({element.tag: element for element in kept if element.tag != TRANSACTION_UID})
            percent, words = progress(dataset)
            now = self.desk.clock.now()
            data = part10.encode(dataset, uids.EXPLICIT_LITTLE)
            transaction.workitems.rewrite(uid, dataset=data, progress_percent=percent, progress_text=words, at=now)
            detail: dict[str, str | int | float] = {"session": session.id, "percent": percent or 0.0, "text": words or ""}
            transaction.history.append(EventKind.WORKITEM_PROGRESSED, subject=uid, actor=actor, at=now, detail=detail)
        log.info("workitem %s changed by %s", uid, actor)

    def _known(self, view: Transaction, uid: str, actor: str) -> tuple[WorkitemRow, SessionRow]:
        door = gate(view, self.desk.settings, actor)
        row = view.workitems.get(uid)
        session = view.sessions.get(row.session_id) if row is not None else None
        if row is None or session is None or not door.serves(row):
            raise Conflict(
                f"workitem {uid}: {WORDS[UpsRule.UNKNOWN]} for {actor}, expected one of its worklist",
                rule=UpsRule.UNKNOWN,
                comment=COMMENTS[UpsRule.UNKNOWN],
            )
        return row, session

    def _allowed(self, row: WorkitemRow, session: SessionRow, request: Request, lock: str | None) -> None:
        if session.state is SessionState.CANCELED:
            rule = UpsRule.ALREADY_CANCELED if request is Request.CANCEL else UpsRule.NO_LONGER_UPDATABLE
            raise _refusal(row, rule, request)
        refusing = judge(request, row.state, _lock(row, lock))
        if refusing is not None:
            raise _refusal(row, refusing, request)


def _lock(row: WorkitemRow, brought: str | None) -> Lock:
    if not brought:
        return Lock.ABSENT
    if row.state is StepState.SCHEDULED or brought == row.lock:
        return Lock.RIGHT
    return Lock.WRONG


def _refusal(row: WorkitemRow, rule: UpsRule, request: Request) -> WorkbenchError:
    words = {
        "state": row.state.value,
        "held": f"{row.state.value}, held by {row.holder}" if row.holder else row.state.value,
        "who": f"Held by {row.holder}" if row.holder else row.state.value,
    }
    asked = "change" if request is Request.CHANGE else request.value
    return Conflict(
        f"workitem {row.uid}: {asked} refused, {WORDS[rule].format(**words)}", rule=rule, comment=COMMENTS[rule].format(**words)
    )


def _must_be_single(query: Query) -> None:
    """A workitem is asked for by one UID (PS3.4 Table CC.2.5-3), other than a study.

    Raises
    ------
    Refused : several are named.
    """
    test = _test(query, "SOPInstanceUID")
    if isinstance(test, Values) and len(test.texts) > 1:
        raise Refused(
            f"worklist query: found {len(test.texts)} SOP Instance UIDs, expected one",
            rule="identifier",
            comment="SOPInstanceUID: found a list, expected a single value",
        )


def _test(query: Query, keyword: str) -> Test | None:
    key = query.get(keyword)
    return None if key is None else key.test


def _single(query: Query, keyword: str) -> str | None:
    """The key's value when it is matched by a single one."""
    test = _test(query, keyword)
    return test.texts[0] if isinstance(test, Values) and len(test.texts) == 1 else None


def _state(query: Query) -> StepState | None:
    value = _single(query, "ProcedureStepState")
    return StepState(value) if value in set(StepState) else None


def _code(query: Query) -> str | None:
    key = query.get("ScheduledWorkitemCodeSequence")
    return _single(key.inner, "CodeValue") if key is not None and key.inner is not None else None
