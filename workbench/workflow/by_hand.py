"""The record that a user enters for what the machine delivered and could not send (TMS statement 9.1.1.2)."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.archive.rows import Origin, SessionRow, SessionState
from workbench.dicom import part10, uids
from workbench.errors import Conflict
from workbench.mapping.manual_record import Entry, Occasion, RecordReference, RecordUids, manual_record, task_of
from workbench.treatment.delivery import DeliveryType
from workbench.treatment.session import Session, Task, must_fit
from workbench.workflow.delivered import delivered_in
from workbench.workflow.desk import Desk
from workbench.workflow.intake import Intake
from workbench.workflow.steps import RECORDS


@dataclass(frozen=True, slots=True)
class ByHand:
    """The desk where records are typed in."""

    desk: Desk
    intake: Intake

    def record(self, session: SessionRow, entry: Entry, *, actor: str) -> str:
        """Write a record of one beam into a session that is not completed; its SOP Instance UID.

        Raises
        ------
        Conflict : the session is completed.
        Refused : it does not treat the beam, or was to give less in all and nobody confirmed.
        """
        if session.state is SessionState.COMPLETED:
            raise Conflict(f"session {session.id}: is completed, expected one that is not, to enter a record into", rule="session")
        with self.desk.archive.database.reading() as view:
            stored = view.objects.get(session.session_plan_uid)
            received = [one for one in view.objects.of_session(session.id) if one.sop_class_uid in RECORDS]
            recorded = delivered_in(session, view)
        if stored is None:
            raise Conflict(f"session {session.id}: its plan is not stored here, expected it to be", rule="session")
        plan = decided(session)
        if not entry.is_confirmed:
            must_fit(task_of(plan, entry.beam), recorded, entry.meterset_mu)
        occasion = Occasion(
            plan=self.desk.archive.read(stored).dataset(),
            entry=entry,
            session=plan,
            records=[RecordReference(sop_class_uid=one.sop_class_uid, uid=one.uid) for one in received],
            identity=self.desk.settings.identity,
            uids=RecordUids(instance=self.desk.uids.new(), series=self.desk.uids.new()),
            now=self.desk.clock.now(),
        )
        dataset = manual_record(occasion)
        self.intake.keep(part10.encoded(dataset, uids.IMPLICIT_LITTLE), actor=actor, origin=Origin.CREATED, session=session)
        return str(dataset.SOPInstanceUID)


def decided(session: SessionRow) -> Session:
    """What was decided for a session, from its row."""
    tasks = tuple(
        Task(
            beam_number=int(one["beam"]),
            fraction=session.fraction,
            delivery_type=DeliveryType(str(one["type"])),
            start_meterset_mu=float(one["start_mu"]),
            end_meterset_mu=float(one["end_mu"]),
            because=session.explained,
        )
        for one in session.tasks
    )
    return Session(kind=session.kind, fraction=session.fraction, tasks=tasks)
