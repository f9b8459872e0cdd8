"""The worklist as a device meets it: find, read, claim, report, finish; and as others do, who create and ask to cancel."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from workbench.archive.rows import SessionState, StepState
from workbench.archive.workitems import MATCHED
from workbench.dicom import charsets
from workbench.dicom.charsets import SPECIFIC_CHARACTER_SET
from workbench.dicom.matching import Query, Test, Values
from workbench.errors import Refused
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.iods.workitem_operations import is_key, is_scheduled, is_supported, may_get, may_set
from workbench.iods.workitem_requirements import faults
from workbench.mapping.dialects import translated
from workbench.workflow import orders
from workbench.workflow.answers import Done, Remark
from workbench.workflow.desk import Desk
from workbench.workflow.gate import gate
from workbench.workflow.places import code_of, room_of
from workbench.workflow.refusals import faulty, must_be_readable, refusal
from workbench.workflow.steps import release
from workbench.workflow.ups import Request, UpsRule
from workbench.workflow.workitem import (
    Met,
    attributes,
    happened,
    kept,
    meet,
    moment,
    must_be_complete,
    read,
    tell_canceled,
    write,
)

log = logging.getLogger(__name__)

TRANSACTION_UID = Tag(0x0008, 0x1195)
MODIFIED = "ScheduledProcedureStepModificationDateTime"
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
        asked = Query.of(identifier, self.desk.clock.zone)
        _must_be_single(asked)
        query = asked.only(is_key)
        _must_ask(query)
        with self.desk.archive.database.reading() as view:
            door = gate(view, self.desk.settings, actor)
            canceled = {one.id for one in door.open_sessions if one.state is SessionState.CANCELED}
            rows = view.workitems.find(
                uid=_single(query, "SOPInstanceUID"),
                state=_state(query),
                code=_code(query),
                rooms=door.room_names if door.rooms else None,
                tests={key.keyword: key.test for key in query.keys if key.test is not None and key.keyword in MATCHED},
            )
        if any(not key.is_universal and not is_key(key.keyword) for key in asked.keys):
            return
        for row in rows:
            if row.session_id not in canceled and door.watches(row):
                found = attributes(row, dialect)
                if query.matches(found):
                    yield query.answer(found)

    def get(self, uid: str, tags: list[int], actor: str, dialect: Dialect = Dialect.TRIAL) -> Dataset:
        """The requested attributes of a workitem, whole sequences; all but the lock and the SOP UIDs when none are named.

        The character set that their texts need is added.

        Raises
        ------
        Conflict : there is no such workitem for this AE title.
        """
        with (
            self.desk.refusals(EventKind.REQUEST_REFUSED, subject=uid, actor=actor, what=Request.READ.words),
            self.desk.archive.database.reading() as view,
        ):
            met = meet(view, self.desk.settings, uid, Request.READ, actor)
        reply = Dataset()
        for element in attributes(met.row, dialect):
            if may_get(element.keyword) and (not tags or int(element.tag) in tags):
                reply[element.tag] = element
        charsets.settle(reply)
        return reply

    def act(self, uid: str, request: Request, lock: str | None, actor: str, dialect: Dialect = Dialect.TRIAL) -> None:
        """Change the state of a workitem.

        Parameters
        ----------
        lock : Transaction UID of the request; the claimant brings it, and from then on it is the key to every change.
        dialect : of the final text a finished workitem has to meet the requirements of its state; the Trial's device, whose
            statement does not support the performed procedure, is not held to them.

        Raises
        ------
        Conflict : the rules forbid it; ``rule`` says which.
        """
        with (
            self.desk.refusals(EventKind.REQUEST_REFUSED, subject=uid, actor=actor, what=request.words),
            self.desk.archive.database.transaction() as transaction,
        ):
            met = meet(transaction, self.desk.settings, uid, request, actor)
            met.must_allow(request, lock)
            now, to = self.desk.clock.now(), StepState(request.value)
            dataset = self._finished(met, to, request, dialect)
            claims = request is Request.CLAIM
            moved = transaction.workitems.move(
                uid, expected=met.row.state, to=to, at=now, lock=lock if claims else None, holder=actor if claims else None
            )
            if not moved:
                raise refusal(met.row, UpsRule.WRONG_LOCK, request)
            if dataset is not None:
                write(transaction, uid, dataset, now)
            if claims and met.session is not None:
                transaction.sessions.move(met.session.id, expected=(SessionState.PREPARED,), to=SessionState.ACTIVE)
            transaction.history.append(DONE[request], subject=uid, actor=actor, at=now, detail=met.detail())
            if request is Request.COMPLETE and met.session is not None:
                release(self.desk, transaction, met.row, met.session, actor)
        log.info("workitem %s set %s by %s", uid, request.value, actor)

    def change(self, uid: str, changes: Dataset, lock: str | None, actor: str, dialect: Dialect = Dialect.TRIAL) -> Done:
        """Set attributes of a workitem: all or none, sequences replaced whole.

        Raises
        ------
        Conflict : the rules forbid it.
        Refused : an attribute cannot be set, or not so.
        """
        with (
            self.desk.refusals(EventKind.REQUEST_REFUSED, subject=uid, actor=actor, what=Request.CHANGE.words),
            self.desk.archive.database.transaction() as transaction,
        ):
            met = meet(transaction, self.desk.settings, uid, Request.CHANGE, actor)
            met.must_allow(Request.CHANGE, lock)
            must_be_readable(uid, changes, Request.CHANGE)
            _must_be_settable(uid, changes, dialect)
            said = [one for one in read(changes) if one.tag not in {TRANSACTION_UID, SPECIFIC_CHARACTER_SET}]
            taken, ignored = _sorted(said, dialect)
            now, dataset = self.desk.clock.now(), read(kept(met.row))
            dataset.update({one.tag: one for one in translated(taken, dialect, Dialect.of(str(dataset.SOPClassUID)))})
            if any(is_scheduled(one.keyword) for one in taken):
                dataset.ScheduledProcedureStepModificationDateTime = moment(now)
            room, code = room_of(dataset, self.desk.settings, met), code_of(dataset)
            percent, words = write(transaction, uid, dataset, now)
            transaction.workitems.place(uid, room=room, code=code)
            detail = met.detail(percent=percent or 0.0, text=words or "")
            for kind in happened(kept(met.row), dataset, (one.keyword for one in taken)):
                transaction.history.append(kind, subject=uid, actor=actor, at=now, detail=detail)
        log.info("workitem %s changed by %s", uid, actor)
        if ignored:
            return Done(remark=Remark.IGNORED, comment=f"Not supported, ignored: {_named(ignored)}")
        return Done(remark=Remark.COERCED, comment="Modification Date Time is the provider's") if MODIFIED in changes else Done()

    def create(self, uid: str, given: Dataset, actor: str) -> Done:
        """Put a workitem of another's on the worklist; see ``orders``."""
        return orders.create(self.desk, uid, given, actor)

    def request_cancel(self, uid: str, reason: Dataset, actor: str) -> None:
        """Ask that a workitem be canceled; see ``orders``."""
        orders.request_cancel(self.desk, uid, reason, actor)

    def _finished(self, met: Met, to: StepState, request: Request, dialect: Dialect) -> Dataset | None:
        """The attributes to be kept with a final state, with what the provider owes them; None where nothing is to be written."""
        if not to.is_final:
            return None
        dataset = kept(met.row)
        dataset.ProcedureStepState = to.value
        if to is StepState.CANCELED:
            tell_canceled(dataset, self.desk.clock.now())
        if dialect is Dialect.FINAL:
            must_be_complete(met.row, dataset, to, request)
        return dataset if to is StepState.CANCELED else None


def _must_be_settable(uid: str, changes: Dataset, dialect: Dialect) -> None:
    for element in changes:
        if not may_set(element.keyword):
            raise Refused(
                f"workitem {uid}: {element.keyword} cannot be set, expected attributes that N-SET may name (PS3.4 Table CC.2.5-3)",
                rule="not-settable",
                comment=f"{element.keyword} cannot be set",
            )
    # The types of the Trial are not at hand: its devices are held to what no N-SET may name.
    wrong = faults(changes, "n_set") if dialect is Dialect.FINAL else []
    if wrong:
        raise faulty(uid, wrong, Request.CHANGE)


def _sorted(said: list[DataElement], dialect: Dialect) -> tuple[Dataset, list[DataElement]]:
    """What is taken, and what is not supported here; the moment of modification is the provider's own."""
    taken, ignored = Dataset(), []
    for one in said:
        if not is_supported(one.keyword, dialect):
            ignored.append(one)
        elif one.keyword != MODIFIED:
            taken[one.tag] = one
    return taken, ignored


def _named(elements: list[DataElement]) -> str:
    return ", ".join(one.keyword or str(one.tag) for one in elements)


def _must_ask(query: Query) -> None:
    """An answer without any attribute is none: nothing of a workitem would be returned.

    Raises
    ------
    Refused : the query names no key of a workitem.
    """
    if not query.keys:
        raise Refused(
            "worklist query: found no key of a workitem, expected at least one (PS3.4 Table CC.2.5-3)",
            rule="identifier",
            comment="The query names no key of a workitem",
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
