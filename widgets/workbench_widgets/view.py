"""What a session dashboard shows of a bench, asked in one go, and what can be done next.

Values only: widgets are told that something happened and then ask here. It decides nothing that the workbench decides; it says
beforehand what the workbench would refuse, so that a button can be grey and say why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workbench.archive.rows import SessionRow, SessionState, StepState, WorkitemRow
from workbench.bench import Workbench
from workbench.errors import Refused
from workbench.mapping.plans import course
from workbench.ocular.beamline import Beamline
from workbench.treatment.course import Course, PlannedBeam, metersets
from workbench.treatment.session import SessionKind
from workbench.workflow.plans import StoredPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A plan as its card tells it.

    Parameters
    ----------
    eye : ``right eye`` or ``left eye``; None where the plan does not say.
    fractions : planned ones; None where the plan does not say.
    suggested_mu : beam number → monitor units of one fraction as check-in would derive them; beams it cannot derive are missing.
    unfit : why it cannot be checked in; blank where it can.
    """

    uid: str
    label: str
    patient_id: str
    eye: str | None
    fractions: int | None
    beams: tuple[PlannedBeam, ...]
    suggested_mu: Mapping[int, float]
    unfit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """One room at one moment.

    Parameters
    ----------
    address : where the provider listens, ``host:port``; None when it does not.
    session : the room's latest session; None before the first.
    workitems : those of this session.
    shuts_out : AE title of the simulated device where the room does not admit it; blank where it does, or nobody listens.
    """

    room: str
    ae_title: str
    address: str | None
    session: SessionRow | None
    workitems: tuple[WorkitemRow, ...]
    shuts_out: str = ""

    @property
    def open_session(self) -> SessionRow | None:
        """The session that keeps the room busy."""
        return self.session if self.session is not None and self.session.state is not SessionState.COMPLETED else None

    @property
    def held(self) -> WorkitemRow | None:
        """The workitem that a device holds."""
        return next((one for one in self.workitems if one.state is StepState.IN_PROGRESS), None)

    @property
    def spans(self) -> Mapping[int, tuple[float, float]] | None:
        """Beam number → where on its meterset axis the open session begins and ends it, MU; None when no session is open."""
        if self.open_session is None:
            return None
        return {int(one["beam"]): (float(one["start_mu"]), float(one["end_mu"])) for one in self.open_session.tasks}

    @property
    def waiting(self) -> WorkitemRow | None:
        """The first workitem that a device could claim."""
        return next((one for one in self.workitems if one.state is StepState.SCHEDULED), None)


class Action(StrEnum):
    """What the buttons of a session dashboard do."""

    PROVIDER = "provider"
    """Start or stop the provider."""
    CHECK_IN = "check in"
    """Prepare a session."""
    DELIVER = "deliver"
    """Have the simulated device do the waiting workitem."""
    COMPLETE = "complete"
    """Complete the session."""
    CANCEL = "cancel"
    """Cancel the session."""


def look(bench: Workbench, room: str) -> RoomView:
    """What there is to see in a room now."""
    here = [one for one in bench.sessions() if one.room == room]
    session = here[-1] if here else None
    address, shuts_out = None, ""
    if bench.is_listening:
        where = bench.address
        address = f"{where.host}:{where.port}"
        shuts_out = "" if bench.settings.room(room).admits(where.device_ae_title) else where.device_ae_title
    return RoomView(
        room=room,
        ae_title=bench.settings.ae_title,
        address=address,
        session=session,
        workitems=tuple(bench.workitems(session)) if session is not None else (),
        shuts_out=shuts_out,
    )


def plan_facts(bench: Workbench, plan: StoredPlan) -> PlanFacts:
    """What the card of a stored plan tells.

    Raises
    ------
    Refused : the plan is not stored here.
    """
    dataset = bench.dataset(plan.uid)
    eye = str(dataset.get("PositionReferenceIndicator") or "").lower() or None
    try:
        described = course(dataset)
    except Refused as problem:
        return PlanFacts(
            uid=plan.uid,
            label=plan.label,
            patient_id=plan.patient_id,
            eye=eye,
            fractions=None,
            beams=(),
            suggested_mu=MappingProxyType({}),
            unfit=str(problem),
        )
    machine = str(dataset.IonBeamSequence[0].get("TreatmentMachineName") or "")
    return PlanFacts(
        uid=plan.uid,
        label=described.label,
        patient_id=described.patient_id,
        eye=eye,
        fractions=described.fractions,
        beams=described.beams,
        suggested_mu=MappingProxyType(_suggested(bench, described, machine)),
    )


def _suggested(bench: Workbench, described: Course, machine: str) -> dict[int, float]:
    """Monitor units of the plan's last treatment session (a continuation needs the same), else what the plan and beamline tell."""
    earlier = [one for one in bench.sessions() if one.plan_uid == described.plan_uid and one.kind is SessionKind.TREATMENT]
    if earlier:
        return dict(earlier[-1].metersets_mu)
    line = _beamline(bench, machine)
    try:
        return metersets(described, {}, line.mu_per_gy if line else None)
    except Refused:
        return {}


def _beamline(bench: Workbench, machine: str) -> Beamline | None:
    return next((one for one in bench.beamlines.values() if one.machine_name == machine), None)


def obstacles(view: RoomView, *, has_plan: bool, is_delivering: bool, unfit: str = "") -> Mapping[Action, str | None]:
    """For each action the sentence that says why it cannot be done now; None when it can.

    Parameters
    ----------
    unfit : why the plan at hand cannot be checked in; blank where it can.
    """
    session = view.open_session
    return MappingProxyType(
        {
            Action.PROVIDER: "The device is at work: stop everything, or wait until it has finished." if is_delivering else None,
            Action.CHECK_IN: _why_no_check_in(session, has_plan=has_plan, unfit=unfit),
            Action.DELIVER: _why_no_delivery(view, is_delivering=is_delivering),
            Action.COMPLETE: _why_no_completion(view, is_delivering=is_delivering),
            Action.CANCEL: _why_no_cancel(session),
        }
    )


def next_step(view: RoomView, found: Mapping[Action, str | None]) -> Action | None:
    """The action that a treatment goes on with; None while something is awaited."""
    if view.address is None and found[Action.PROVIDER] is None:
        return Action.PROVIDER
    for action in (Action.CHECK_IN, Action.DELIVER):
        if found[action] is None:
            return action
    return Action.COMPLETE if found[Action.COMPLETE] is None and view.waiting is None else None


def _why_no_check_in(session: SessionRow | None, *, has_plan: bool, unfit: str) -> str | None:
    if not has_plan:
        return "There is no plan yet: import one, or use the sample."
    if session is not None:
        return f"Session {session.id} is {session.state.value}: complete it first."
    return unfit or None


def _why_no_delivery(view: RoomView, *, is_delivering: bool) -> str | None:
    if is_delivering:
        return "The device is at work."
    if view.address is None:
        return "The provider does not listen: start it first."
    if view.held is not None:
        return f"Workitem is IN PROGRESS, held by {view.held.holder}."
    if view.open_session is None or view.open_session.state is SessionState.CANCELED or view.waiting is None:
        return "Nothing is scheduled: check in a plan first."
    if view.shuts_out:
        device = f"Room {view.room} does not admit {view.shuts_out}, as the simulated device is called"
        return f"{device}: choose another room, or name it in the settings of this one."
    return None


def _why_no_completion(view: RoomView, *, is_delivering: bool) -> str | None:
    if view.open_session is None:
        return "No session is open: check in a plan first."
    if is_delivering:
        return "The device is at work: wait until it has finished."
    if view.held is not None:
        return f"Workitem is IN PROGRESS, held by {view.held.holder}: wait until it has finished, or cancel the session."
    return None


def _why_no_cancel(session: SessionRow | None) -> str | None:
    if session is None:
        return "No session is open."
    if session.state is SessionState.CANCELED:
        return f"Session {session.id} is canceled: complete it."
    return None
