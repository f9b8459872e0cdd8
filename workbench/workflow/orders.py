"""What others than the performer ask: a workitem to be put on the worklist (N-CREATE), and one to be canceled (N-ACTION of type 2).

A workitem created over the network belongs to a room: that of its Scheduled Station Name Code or, where it names none, the one room
that its sender works in. It joins the room's open session when it is for the same patient; else it belongs to no session. It then
opens none: it is claimed, reported on and finished alone, holds its room while it is IN PROGRESS, and no objects can be stored for it,
since these need the plan of a session.
"""

from __future__ import annotations

import logging

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from workbench.archive.database import Transaction
from workbench.archive.rows import SessionRow, SessionState, StepState, WorkitemRow
from workbench.dicom import charsets, part10, uids
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.iods.workitem_operations import is_supported
from workbench.iods.workitem_requirements import faults
from workbench.settings import Room
from workbench.workflow.answers import Done, Remark
from workbench.workflow.desk import Desk
from workbench.workflow.gate import Gate, gate
from workbench.workflow.places import STATION, code_of, room_named, station_of
from workbench.workflow.refusals import SAYINGS, faulty, must_be_readable, refusal, unknown
from workbench.workflow.subscriptions import enroll
from workbench.workflow.ups import Request, UpsRule
from workbench.workflow.workitem import Detail, give_up, kept, meet, moment, read, tell_canceled, write

log = logging.getLogger(__name__)

OPEN = (SessionState.PREPARED, SessionState.ACTIVE)


def create(desk: Desk, uid: str, given: Dataset, actor: str) -> Done:
    """Put a workitem of the final text on the worklist.

    Parameters
    ----------
    uid : its SOP Instance UID, which its sender chooses.
    given : its attributes.

    Raises
    ------
    Conflict : a workitem of this UID exists, or its state is not SCHEDULED.
    Refused : attributes lack, are not allowed or have no defined value, or its station is no room's.
    """
    with (
        desk.refusals(EventKind.REQUEST_REFUSED, subject=uid or "none", actor=actor, what=Request.CREATE.words),
        desk.archive.database.transaction() as transaction,
    ):
        door = gate(transaction, desk.settings, actor)
        _must_be_new(transaction, uid)
        must_be_readable(uid, given, Request.CREATE)
        _must_be_scheduled(uid, given)
        wrong = faults(given, "n_create")
        if wrong:
            raise faulty(uid, wrong, Request.CREATE)
        room = _room(desk, door, uid, given)
        dataset, changed = _completed(desk, uid, given, room)
        session = _joined(transaction, room, str(dataset.get("PatientID") or ""))
        row = _row(desk, dataset, room, session)
        transaction.workitems.add(row)
        enroll(desk, transaction, row)
        detail: Detail = {"code": row.code, "room": room.name, **({} if session is None else {"session": session.id})}
        transaction.history.append(EventKind.WORKITEM_SCHEDULED, subject=uid, actor=actor, at=row.changed_at, detail=detail)
    log.info("workitem %s created by %s in room %s", uid, actor, room.name)
    return Done(remark=Remark.MODIFIED, comment=f"Changed: {', '.join(changed)}") if changed else Done()


def request_cancel(desk: Desk, uid: str, reason: Dataset, actor: str) -> None:
    """Ask that a workitem be canceled: a SCHEDULED one is, by the provider itself; the holder of one IN PROGRESS is told.

    Parameters
    ----------
    reason : why, and whom to ask (PS3.4 Table CC.2.2-1).

    Raises
    ------
    Conflict : it is in a final state, or there is no such workitem for this AE title.
    Refused : the reason cannot be read.
    """
    request, own_title = Request.REQUEST_CANCEL, desk.settings.ae_title
    with (
        desk.refusals(EventKind.REQUEST_REFUSED, subject=uid, actor=actor, what=request.words),
        desk.archive.database.transaction() as transaction,
    ):
        met, now, history = meet(transaction, desk.settings, uid, request, actor), desk.clock.now(), transaction.history
        met.must_allow(request)
        must_be_readable(uid, reason, request)
        reason = read(reason)
        history.append(EventKind.WORKITEM_CANCEL_REQUESTED, subject=uid, actor=actor, at=now, detail=met.detail(**_told(reason)))
        if met.row.state is not StepState.SCHEDULED:
            return
        # PS3.4 Table CC.1.1-2: the provider takes it up itself and cancels it, so that every transition is one of the table.
        for state, kind in ((StepState.IN_PROGRESS, EventKind.WORKITEM_CLAIMED), (StepState.CANCELED, EventKind.WORKITEM_CANCELED)):
            held = {"lock": desk.uids.new(), "holder": own_title} if state is StepState.IN_PROGRESS else {}
            expected = met.row.state if held else StepState.IN_PROGRESS
            if not transaction.workitems.move(uid, expected=expected, to=state, at=now, **held):
                raise refusal(met.row, UpsRule.WRONG_LOCK, request)
            history.append(kind, subject=uid, actor=own_title, at=now, detail=met.detail())
        dataset = kept(met.row)
        dataset.ProcedureStepState = StepState.CANCELED.value
        tell_canceled(dataset, now, reason)
        write(transaction, uid, dataset, now)
    log.info("workitem %s canceled at the request of %s", uid, actor)


def withdraw(desk: Desk, uid: str, actor: str) -> None:
    """Cancel a workitem of no session, whoever holds it: the user's way out when a device does not finish it.

    Raises
    ------
    Conflict : there is none, it is final, or it belongs to a session, which is canceled as a whole.
    """
    with desk.archive.database.transaction() as transaction:
        row, now = transaction.workitems.get(uid), desk.clock.now()
        if row is None:
            raise unknown(uid, actor, Request.CANCEL)
        if row.session_id is not None:
            raise Conflict(
                f"workitem {uid}: belongs to session {row.session_id}, expected one of no session; cancel the session instead",
                rule="session",
            )
        if row.state.is_final or not give_up(transaction, row, now):
            rule = UpsRule.ALREADY_CANCELED if row.state is StepState.CANCELED else UpsRule.NO_LONGER_UPDATABLE
            raise refusal(row, rule, Request.CANCEL)
        transaction.history.append(EventKind.WORKITEM_CANCELED, subject=uid, actor=actor, at=now, detail={"code": row.code})
    log.info("workitem %s withdrawn by %s", uid, actor)


def _told(reason: Dataset) -> Detail:
    """Reason and contact as an event tells them."""
    items = reason.get("ProcedureStepDiscontinuationReasonCodeSequence") or []
    told = {
        "reason": reason.get("ReasonForCancellation"),
        "reason_code": items[0].get("CodeValue") if items else None,
        "reason_scheme": items[0].get("CodingSchemeDesignator") if items else None,
        "reason_meaning": items[0].get("CodeMeaning") if items else None,
        "contact_uri": reason.get("ContactURI"),
        "contact_name": reason.get("ContactDisplayName"),
    }
    return {key: str(value) for key, value in told.items() if value}


def _must_be_new(transaction: Transaction, uid: str) -> None:
    if not UID(uid).is_valid:
        raise Refused(
            f"workitem: N-CREATE names SOP Instance UID {uid!r}, expected one that its sender chose (PS3.4 CC.2.5.2)",
            rule="instance-uid",
            comment=f"Affected SOP Instance UID is {'no UID' if uid else 'missing'}",
            facts={"asked": Request.CREATE.value},
        )
    known = transaction.workitems.get(uid)
    if known is not None:
        raise refusal(known, UpsRule.DUPLICATE, Request.CREATE)


def _must_be_scheduled(uid: str, given: Dataset) -> None:
    state = str(given.get("ProcedureStepState") or "")
    if state and state != StepState.SCHEDULED.value:
        saying = SAYINGS[UpsRule.NOT_SCHEDULED]
        raise Conflict(
            f"workitem {uid}: found state {state!r}, expected SCHEDULED: {saying.sentence}",
            rule=UpsRule.NOT_SCHEDULED,
            comment=saying.comment,
            facts={"asked": Request.CREATE.value},
        )


def _room(desk: Desk, door: Gate, uid: str, given: Dataset) -> Room:
    station = station_of(given)
    if station:
        return room_named(station, desk.settings, uid)
    if len(door.rooms) == 1:
        return door.rooms[0]
    raise Refused(
        f"workitem {uid}: names no scheduled station, and {door.actor} works in {len(door.rooms)} rooms, "
        "expected the station code of a room",
        rule="missing-value",
        comment=f"{STATION} has no value",
        facts={"asked": Request.CREATE.value},
    )


def _completed(desk: Desk, uid: str, given: Dataset, room: Room) -> tuple[Dataset, list[str]]:
    """The attributes to be kept, and the names of those that are not as they were sent."""
    dataset, changed = Dataset(), []
    for element in read(given):
        if is_supported(element.keyword, Dialect.FINAL) and element.keyword != "TransactionUID":
            dataset[element.tag] = element
        elif element.value:
            changed.append(element.keyword or str(element.tag))
    charsets.settle(dataset)
    dataset.SOPClassUID, dataset.SOPInstanceUID = uids.UPS_PUSH, uid
    dataset.ScheduledProcedureStepModificationDateTime = moment(desk.clock.now())
    if not station_of(dataset):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = room.station_code, desk.settings.identity.coding_scheme, room.name
        dataset.ScheduledStationNameCodeSequence = Sequence([item])
        changed.append(STATION)
    if not dataset.get("WorklistLabel"):
        dataset.WorklistLabel = room.name
        changed.append("WorklistLabel")
    return dataset, changed


def _joined(transaction: Transaction, room: Room, patient_id: str) -> SessionRow | None:
    session = transaction.sessions.open_in(room.name)
    return session if session is not None and session.state in OPEN and session.patient_id == patient_id else None


def _row(desk: Desk, dataset: Dataset, room: Room, session: SessionRow | None) -> WorkitemRow:
    return WorkitemRow(
        uid=str(dataset.SOPInstanceUID),
        session_id=None if session is None else session.id,
        room=room.name,
        code=code_of(dataset),
        state=StepState.SCHEDULED,
        lock=None,
        holder=None,
        progress_percent=None,
        progress_text=None,
        dataset=part10.encode(dataset, uids.EXPLICIT_LITTLE),
        changed_at=desk.clock.now(),
    )
