"""The user's side of a session: check in, cancel, complete."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset

from workbench.archive.database import Transaction
from workbench.archive.index_keys import index_keys
from workbench.archive.rows import Origin, SessionRow, SessionState, StepState, StoredObject, WorkitemRow
from workbench.dicom import part10, uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Conflict, Refused
from workbench.events import EventKind
from workbench.mapping import sessions as mapping
from workbench.mapping.planned import read_planned
from workbench.mapping.plans import course
from workbench.ocular.beamline import Beamline
from workbench.settings import Room
from workbench.treatment.course import Course, metersets, must_keep
from workbench.treatment.session import Session, SessionKind, plan_session
from workbench.treatment.unrecorded import notes_on
from workbench.workflow.delivered import begun_metersets, deliveries, unrecorded
from workbench.workflow.desk import Desk
from workbench.workflow.steps import Step, steps
from workbench.workflow.subscriptions import enroll
from workbench.workflow.workitem import give_up

log = logging.getLogger(__name__)

USER = "user"
Detail = dict[str, str | int | float]
POSITIONS_AS_STATED = frozenset({"HFS", "HFP", "FFS", "FFP"})
"""Patient positions of a received plan that the TMS statement accepts (9.1.2.5.5)."""
OPEN = (SessionState.PREPARED, SessionState.ACTIVE)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The check-in desk.

    Parameters
    ----------
    beamlines : those whose monitor units per Gy may stand in for a meterset, by machine name.
    """

    desk: Desk
    beamlines: Mapping[str, Beamline]

    def prepare(
        self,
        plan_uid: str,
        *,
        kind: SessionKind = SessionKind.TREATMENT,
        fraction: int | None = None,
        room: str | None = None,
        meterset_mu: Mapping[int, float] | None = None,
        images_first: bool = False,
    ) -> SessionRow:
        """Check a patient in: instruction, session plan and workitems come into being together.

        Parameters
        ----------
        plan_uid : SOP Instance UID of a stored RT Ion Plan.
        fraction : another one than is due.
        meterset_mu : beam number → monitor units of one fraction, where the plan does not know them.
        images_first : whether position acquisition, a workitem of its own, comes before the beams.

        Raises
        ------
        Refused : no such plan, a beam without monitor units, a patient position that the emulated statement does not know.
        Conflict : the room is busy, another room treats the plan, there is nothing left to treat, or what is due cannot be told.
        """
        place = self.desk.settings.room(room)
        with self.desk.archive.database.reading() as view:
            _must_be_free(view, place, plan_uid, kind)
            source = self._plan(plan_uid, view)
            plan_course = course(source)
            entered, begun = dict(meterset_mu or {}), begun_metersets(plan_uid, view)
            given = self._metersets(plan_course, source, entered, begun, kind)
            decided = plan_session(plan_course, deliveries(plan_uid, view), given, kind=kind, fraction=fraction, begun_mu=begun)
            decided = replace(decided, images_first=images_first and kind is not SessionKind.IMAGING)
            if kind is SessionKind.TREATMENT:
                decided = replace(decided, notes=(*decided.notes, *notes_on(plan_course, unrecorded(plan_uid, view), fraction)))
                must_keep(plan_course, decided.fraction, entered, begun)
                given = dict(begun.get(decided.fraction, given))
            supporting = _supporting(source, view)
        return self._write(source, plan_course, decided, given, place, supporting)

    def cancel(self, session_id: int, *, actor: str = USER) -> SessionRow:
        """Cancel a session: its devices are refused from now on; it is still to be completed.

        Raises
        ------
        Conflict : no such session, or it is canceled or completed.
        """
        with self.desk.archive.database.transaction() as transaction:
            session = _session(transaction, session_id)
            if not transaction.sessions.move(session_id, expected=OPEN, to=SessionState.CANCELED):
                raise Conflict(
                    f"session {session_id}: is {session.state.value}, only a prepared or active one can be canceled", rule="session"
                )
            self._give_up(transaction, session, actor)
            self._tell(transaction, EventKind.SESSION_CANCELED, session, actor)
        return self.get(session_id)

    def complete(self, session_id: int, *, actor: str = USER) -> SessionRow:
        """Complete a session, a canceled one too: the room is free for the next.

        Raises
        ------
        Conflict : no such session, it is completed, or a device still holds one of its workitems.
        """
        now = self.desk.clock.now()
        with self.desk.archive.database.transaction() as transaction:
            session = _session(transaction, session_id)
            for row in transaction.workitems.find(session_id=session_id, state=StepState.IN_PROGRESS):
                raise Conflict(
                    f"session {session_id}: workitem {row.uid} is IN PROGRESS, held by {row.holder}; "
                    "expected it to be finished, or the session canceled",
                    rule="session",
                )
            expected = (*OPEN, SessionState.CANCELED)
            if not transaction.sessions.move(session_id, expected=expected, to=SessionState.COMPLETED, closed_at=now):
                raise Conflict(f"session {session_id}: is completed already, expected one that is not", rule="session")
            self._give_up(transaction, session, actor)
            self._tell(transaction, EventKind.SESSION_COMPLETED, session, actor)
        return self.get(session_id)

    def get(self, session_id: int) -> SessionRow:
        """The session as it stands.

        Raises
        ------
        Conflict : there is none of this number.
        """
        with self.desk.archive.database.reading() as view:
            return _session(view, session_id)

    def _plan(self, plan_uid: str, view: Transaction) -> Dataset:
        stored = view.objects.get(plan_uid)
        if stored is None or stored.sop_class_uid != uids.RT_ION_PLAN:
            raise Refused(f"plan {plan_uid}: is not stored here, expected the SOP Instance UID of an imported RT Ion Plan", rule="plan")
        source = self.desk.archive.read(stored).dataset()
        if self.desk.settings.identity.as_stated:
            for item in source.get("PatientSetupSequence") or []:
                if item.get("PatientPosition") not in POSITIONS_AS_STATED:
                    raise Refused(
                        f"plan {plan_uid}: found Patient Position {item.get('PatientPosition')}, "
                        f"expected one of {', '.join(sorted(POSITIONS_AS_STATED))} when speaking as stated",
                        rule="plan",
                    )
        return source

    def _metersets(
        self,
        plan_course: Course,
        source: Dataset,
        entered: Mapping[int, float],
        begun: Mapping[int, Mapping[int, float]],
        kind: SessionKind,
    ) -> dict[int, float]:
        """Entered ones, else those of the last fraction that was delivered, else what the plan knows."""
        if kind is SessionKind.IMAGING:
            return {beam.number: beam.meterset_mu or 0.0 for beam in plan_course.beams}
        before = begun[max(begun)] if begun else {}
        machine = str(source.IonBeamSequence[0].get("TreatmentMachineName") or "")
        beamline = self.beamlines.get(machine)
        return metersets(plan_course, {**before, **entered}, beamline.mu_per_gy if beamline else None)

    def _write(
        self,
        source: Dataset,
        plan_course: Course,
        decided: Session,
        given: dict[int, float],
        place: Room,
        supporting: Sequence[StoredObject],
    ) -> SessionRow:
        settings, new = self.desk.settings, self.desk.uids.new
        names = mapping.SessionUids(session_plan=new(), session_plan_series=new(), instruction=new(), instruction_series=new())
        context = mapping.SessionContext(
            session=decided,
            metersets_mu=given,
            uids=names,
            room=place,
            tolerances=settings.tolerances,
            identity=settings.identity,
            ae_title=settings.ae_title,
            now=self.desk.clock.now(),
        )
        session_plan = mapping.session_plan(source, context)
        made = [session_plan, *([mapping.instruction(session_plan, context)] if decided.tasks else [])]
        planned = [(one, _workitem(session_plan, context, one, new())) for one in steps(decided, made, supporting)]
        files = [(one, self.desk.archive.keep(one)) for one in (part10.encoded(one) for one in made)]
        draft = _draft(source, plan_course, context)
        with self.desk.archive.database.transaction() as transaction:
            _must_be_free(transaction, place, plan_course.plan_uid, decided.kind)
            session = transaction.sessions.add(draft)
            for (instance, file), dataset in zip(files, made, strict=True):
                planned_beams = read_planned(instance.read()) if dataset is session_plan else ()
                self.desk.archive.index(transaction, _created(instance, file, session, draft), instance, planned_beams)
            self._tell(transaction, EventKind.SESSION_PREPARED, session, USER)
            for step, dataset in planned:
                self._put_on_worklist(transaction, session, _workitem_row(dataset, session, step))
        log.info("session %d of plan %s prepared in room %s", session.id, plan_course.plan_uid, place.name)
        return session

    def _put_on_worklist(self, transaction: Transaction, session: SessionRow, row: WorkitemRow) -> None:
        """Whoever watches workitems to come watches this one from now on."""
        transaction.workitems.add(row)
        enroll(self.desk, transaction, row)
        detail: Detail = {"session": session.id, "code": row.code}
        transaction.history.append(EventKind.WORKITEM_SCHEDULED, subject=row.uid, actor=USER, at=self.desk.clock.now(), detail=detail)

    def _give_up(self, transaction: Transaction, session: SessionRow, actor: str) -> None:
        """Workitems that nobody will finish become CANCELED."""
        now = self.desk.clock.now()
        for row in transaction.workitems.find(session_id=session.id):
            if not row.state.is_final:
                give_up(transaction, row, now)
                detail: Detail = {"session": session.id, "code": row.code}
                transaction.history.append(EventKind.WORKITEM_CANCELED, subject=row.uid, actor=actor, at=now, detail=detail)

    def _tell(self, transaction: Transaction, kind: EventKind, session: SessionRow, actor: str) -> None:
        detail: Detail = {"room": session.room, "plan": session.plan_uid, "fraction": session.fraction}
        transaction.history.append(kind, subject=str(session.id), actor=actor, at=self.desk.clock.now(), detail=detail)


def _draft(source: Dataset, plan_course: Course, context: mapping.SessionContext) -> SessionRow:
    """What was decided, as a row that has no number yet."""
    decided = context.session
    return SessionRow(
        id=0,
        state=SessionState.PREPARED,
        kind=decided.kind,
        room=context.room.name,
        plan_uid=plan_course.plan_uid,
        session_plan_uid=context.uids.session_plan,
        instruction_uid=context.uids.instruction if decided.tasks else None,
        plan_label=plan_course.label,
        patient_id=plan_course.patient_id,
        study_uid=str(source.StudyInstanceUID),
        frame_uid=str(source.get("FrameOfReferenceUID") or "") or None,
        fraction=decided.fraction,
        metersets_mu=dict(context.metersets_mu),
        tasks=tuple(
            {"beam": one.beam_number, "type": one.delivery_type.value, "start_mu": one.start_meterset_mu, "end_mu": one.end_meterset_mu}
            for one in decided.tasks
        ),
        explained=decided.explained(),
        prepared_at=context.now,
    )


def _session(view: Transaction, session_id: int) -> SessionRow:
    session = view.sessions.get(session_id)
    if session is None:
        raise Conflict(f"session {session_id}: is not known here, expected the number of a session", rule="session")
    return session


def _must_be_free(view: Transaction, room: Room, plan_uid: str, kind: SessionKind) -> None:
    """One session in a room, and one that treats a plan: what another one still delivers would not be known to this one."""
    for one in view.sessions.unfinished():
        if one.room != room.name and one.plan_uid == plan_uid and one.kind is kind is SessionKind.TREATMENT:
            raise Conflict(
                f"plan {one.plan_label}: session {one.id} in room {one.room} treats it and is {one.state.value}, "
                "expected it to be completed before another treats it",
                rule="plan-busy",
            )
    busy = view.sessions.open_in(room.name)
    if busy is not None:
        raise Conflict(
            f"room {room.name}: session {busy.id} is {busy.state.value}, expected it to be completed before another is prepared",
            rule="room-busy",
        )


def _supporting(source: Dataset, view: Transaction) -> list[StoredObject]:
    """What else the device may want: planned setup images, planning CT and structure set, records of earlier deliveries."""
    plan_uid = str(source.SOPInstanceUID)
    named = {str(element.value) for element in source.iterall() if element.keyword == "ReferencedSOPInstanceUID"} - {plan_uid}
    records = {one.record_uid for one in view.beams.find(plan_uid=plan_uid)}
    found = [one for one in (view.objects.get(uid) for uid in sorted(named | records)) if one is not None]
    imported = view.objects.find(study_uid=(str(source.StudyInstanceUID),), origin=(Origin.IMPORTED.value,))
    planning = {uids.CT_IMAGE, uids.RT_STRUCTURE_SET}
    known = {one.uid for one in found}
    found += [one for one in imported if one.sop_class_uid in planning and one.uid not in known]
    return [one for one in found if one.keys.patient_id == str(source.get("PatientID") or "")]


def _created(instance: Encoded, file: str, session: SessionRow, draft: SessionRow) -> StoredObject:
    return StoredObject(
        uid=instance.sop_instance_uid,
        sop_class_uid=instance.sop_class_uid,
        file=file,
        transfer_syntax=instance.transfer_syntax,
        size=len(instance.data),
        origin=Origin.CREATED,
        session_id=session.id,
        stored_at=draft.prepared_at,
        keys=index_keys(instance.read()),
    )


def _workitem(plan: Dataset, context: mapping.SessionContext, step: Step, uid: str) -> Dataset:
    return mapping.workitem(plan, context, code=step.code, inputs=step.inputs, uid=uid, availability=step.availability)


def _workitem_row(dataset: Dataset, session: SessionRow, step: Step) -> WorkitemRow:
    return WorkitemRow(
        uid=str(dataset.SOPInstanceUID),
        session_id=session.id,
        room=session.room,
        code=step.code.value,
        state=StepState.SCHEDULED,
        lock=None,
        holder=None,
        progress_percent=None,
        progress_text=None,
        dataset=part10.encode(dataset, uids.EXPLICIT_LITTLE),
        changed_at=session.prepared_at,
    )
