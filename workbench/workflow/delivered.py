"""What was delivered of a plan, as the index has it: the history that decides the next session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from workbench.archive.database import Transaction
from workbench.archive.rows import BeamRow, Origin, SessionRow, SessionState, StepState, StoredObject
from workbench.dicom import codes
from workbench.treatment.delivery import STOPPED, Delivery, DeliveryType, Termination, given
from workbench.treatment.session import SessionKind
from workbench.treatment.unrecorded import Finished, Unrecorded
from workbench.treatment.unrecorded import unrecorded as found_unrecorded

TREATMENT: Final = codes.RT_TREATMENT.value


def deliveries(plan_uid: str, view: Transaction) -> list[Delivery]:
    """Everything recorded for the patient's treatments with a plan; a record counts for the fraction that its session treated."""
    sessions = {one.id: one for one in view.sessions.all(plan_uid=plan_uid)}
    beams = view.beams.find(plan_uid=plan_uid, kind=SessionKind.TREATMENT.value)
    records = _records(beams, view)
    return [_delivery(one, records.get(one.record_uid), sessions.get(one.session_id or 0)) for one in beams]


def delivered_in(session: SessionRow, view: Transaction) -> list[Delivery]:
    """Everything recorded in one session."""
    beams = view.beams.find(session_id=session.id)
    records = _records(beams, view)
    return [_delivery(one, records.get(one.record_uid), session) for one in beams]


def begun_metersets(plan_uid: str, view: Transaction) -> dict[int, Mapping[int, float]]:
    """Fraction → the metersets it was begun with: those of the first session in which anything of it was delivered."""
    delivering = {one.session_id for one in view.beams.find(plan_uid=plan_uid, kind=SessionKind.TREATMENT.value) if _has_any(one)}
    found: dict[int, Mapping[int, float]] = {}
    for session in view.sessions.all(plan_uid=plan_uid):
        if session.kind is SessionKind.TREATMENT and session.id in delivering:
            found.setdefault(session.fraction, session.metersets_mu)
    return found


def unrecorded(plan_uid: str, view: Transaction) -> list[Unrecorded]:
    """Sessions of a plan that lack a record of some beam (``treatment.unrecorded``), as far as the matter is open.

    What was recorded in a later session shows that the user has decided it since.
    """
    rows = view.beams.find(plan_uid=plan_uid)
    stopped = {one.session_id for one in rows if one.session_id is not None and Termination(one.termination) in STOPPED}
    last_told = max((one.session_id or 0 for one in rows), default=0)
    finished = [
        Finished(session=one.id, fraction=one.fraction, beams=tuple(int(task["beam"]) for task in one.tasks))
        for one in view.sessions.all(plan_uid=plan_uid)
        if one.id >= last_told and one.kind is SessionKind.TREATMENT and one.state is SessionState.COMPLETED and _is_done(one, view)
    ]
    return found_unrecorded(finished, {(one.session_id, one.beam) for one in rows}, stopped)


def _is_done(session: SessionRow, view: Transaction) -> bool:
    """Whether a device has called its treatment COMPLETED."""
    return any(one.state is StepState.COMPLETED for one in view.workitems.find(session_id=session.id, code=TREATMENT))


def _records(beams: Iterable[BeamRow], view: Transaction) -> dict[str, StoredObject]:
    names = tuple(dict.fromkeys(one.record_uid for one in beams))
    return {one.uid: one for one in view.objects.find(uid=names)} if names else {}


def _has_any(row: BeamRow) -> bool:
    return given(row.delivered_mu, row.first_point_mu, row.last_point_mu).mu > 0


def _delivery(row: BeamRow, record: StoredObject | None, session: SessionRow | None) -> Delivery:
    amount = given(row.delivered_mu, row.first_point_mu, row.last_point_mu)
    treated = session.fraction if session is not None else row.fraction or None
    return Delivery(
        beam=row.beam,
        fraction=treated,
        recorded_fraction=row.fraction if row.fraction and row.fraction != treated else None,
        delivered_mu=amount.mu,
        doubtful_mu=amount.other_mu,
        specified_mu=row.specified_mu,
        ended=Termination(row.termination),
        type=DeliveryType(row.delivery_type) if row.delivery_type else DeliveryType.TREATMENT,
        plan_uid=row.session_plan_uid,
        record_uid=row.record_uid,
        is_by_hand=record is not None and record.origin is Origin.CREATED,
        start_mu=row.first_point_mu or 0.0,
        started_at=row.started_at,
        ended_at=row.ended_at,
        recorded_at=None if record is None else record.stored_at,
    )
