"""The rows as values: what the tables give to those above, who never see SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from html import escape

from workbench.iods.dialect import Dialect
from workbench.treatment.session import SessionKind


class Origin(StrEnum):
    """How an object came here."""

    IMPORTED = "imported"
    """Brought in by the user."""
    CREATED = "created"
    """Made by the workbench."""
    RECEIVED = "received"
    """Sent by a device."""


class SessionState(StrEnum):
    """Where a session stands."""

    PREPARED = "prepared"
    """Checked in; its workitems wait on the worklist."""
    ACTIVE = "active"
    """A device has claimed one of its workitems."""
    CANCELED = "canceled"
    """The user canceled it; it is still to be completed."""
    COMPLETED = "completed"
    """The user completed it; the room is free."""


class StepState(StrEnum):
    """State of a workitem (PS3.4 CC.1.1)."""

    SCHEDULED = "SCHEDULED"
    """Waiting to be claimed."""
    IN_PROGRESS = "IN PROGRESS"
    """Claimed; its holder alone may change it."""
    COMPLETED = "COMPLETED"
    """Done; final."""
    CANCELED = "CANCELED"
    """Given up; final."""

    @property
    def is_final(self) -> bool:
        """Whether nothing can change any more."""
        return self in {StepState.COMPLETED, StepState.CANCELED}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKeys:
    """What the index keeps of an object's data set; empty text where it has nothing."""

    patient_id: str = ""
    patient_name: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    study_uid: str = ""
    study_id: str = ""
    study_date: str = ""
    study_time: str = ""
    study_description: str = ""
    accession_number: str = ""
    series_uid: str = ""
    series_number: str = ""
    series_description: str = ""
    modality: str = ""
    instance_number: str = ""
    plan_label: str = ""
    frame_uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One stored object."""

    uid: str
    sop_class_uid: str
    file: str
    transfer_syntax: str
    size: int
    origin: Origin
    session_id: int | None
    stored_at: datetime
    keys: IndexKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session.

    Parameters
    ----------
    metersets_mu : beam number → monitor units of one whole fraction.
    instruction_uid : None for imaging, which has no beams to instruct.
    tasks : what was decided, as plain values (beam, type, start and end meterset).
    explained : the decision in words.
    """

    id: int
    state: SessionState
    kind: SessionKind
    room: str
    plan_uid: str
    session_plan_uid: str
    instruction_uid: str | None
    plan_label: str
    patient_id: str
    study_uid: str
    frame_uid: str | None
    fraction: int
    metersets_mu: dict[int, float]
    tasks: tuple[dict[str, float | int | str], ...]
    explained: str
    prepared_at: datetime
    closed_at: datetime | None = None

    @property
    def accepts_objects(self) -> bool:
        """Whether a device may store objects into it."""
        return self.state is SessionState.ACTIVE

    def _repr_html_(self) -> str:
        metersets = ", ".join(f"beam {beam}: {meterset:.1f} MU" for beam, meterset in self.metersets_mu.items())
        return (
            f"<b>Session {self.id}</b> · {self.state.value} · {self.kind.value} in room {escape(self.room)} · "
            f"plan {escape(self.plan_label)} of patient {escape(self.patient_id)} · fraction {self.fraction} · {metersets}"
            f"<br>{escape(self.explained)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkitemRow:
    """One workitem.

    Parameters
    ----------
    session_id : None for one that came by N-CREATE and belongs to no session.
    code : code value of its workitem code; blank where it has none.
    lock : Transaction UID of its holder; never shown to anybody.
    holder : AE title of who claimed it.
    dataset : its attributes, Explicit VR Little Endian, without state and lock.
    """

    uid: str
    session_id: int | None
    room: str
    code: str
    state: StepState
    lock: str | None
    holder: str | None
    progress_percent: float | None
    progress_text: str | None
    dataset: bytes
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """One receiver's subscription to one workitem.

    Parameters
    ----------
    receiver : AE title that reports go to.
    has_lock : whether the workitem is kept for it after its final state (Deletion Lock).
    dialect : that of the request, in which reports are sent.
    after : number of the last event before it began, of which it is not told; filled in when it is written.
    """

    receiver: str
    workitem_uid: str
    has_lock: bool
    dialect: Dialect
    since: datetime
    after: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalSubscriptionRow:
    """One receiver's subscription to workitems that are still to come.

    Parameters
    ----------
    keys : matching keys, Explicit VR Little Endian, of those that it wants; None for all.
    """

    receiver: str
    has_lock: bool
    keys: bytes | None
    dialect: Dialect
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """One table position that an object tells; None where it is silent. Frames and axes: ``treatment.positions``.

    Parameters
    ----------
    item : its place in the object, from 0.
    kind : a ``PositionKind``.
    isocentre_x_mm, isocentre_y_mm, isocentre_z_mm : marked point, patient frame.
    """

    object_uid: str
    item: int
    session_id: int | None
    patient_id: str
    stored_at: datetime
    kind: str
    frame_uid: str
    label: str
    isocentre_x_mm: float | None
    isocentre_y_mm: float | None
    isocentre_z_mm: float | None
    vertical_mm: float | None
    longitudinal_mm: float | None
    lateral_mm: float | None
    yaw_deg: float | None
    pitch_deg: float | None
    roll_deg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow:
    """One rigid registration as six degrees of freedom about the isocentre. Convention: ``treatment.positions.RigidMove``."""

    object_uid: str
    item: int
    session_id: int | None
    patient_id: str
    stored_at: datetime
    from_frame_uid: str
    to_frame_uid: str
    shift_x_mm: float
    shift_y_mm: float
    shift_z_mm: float
    turn_x_deg: float
    turn_y_deg: float
    turn_z_deg: float
    from_x_mm: float
    from_y_mm: float
    from_z_mm: float
    to_x_mm: float
    to_y_mm: float
    to_z_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BeamRow:
    """One beam of one treatment record; None where the record is silent. Angles in degrees, positions in mm, metersets in MU.

    Parameters
    ----------
    item : its place in the record, from 0; a beam that was stopped and resumed has two.
    planned_mu : meterset of the beam in one whole fraction of its session; None where it belongs to none.
    accessories : in words, with commas between.
    """

    record_uid: str
    item: int
    beam: int
    session_id: int | None
    patient_id: str
    plan_uid: str
    session_plan_uid: str
    plan_label: str
    kind: str
    room: str
    fraction: int | None
    beam_name: str
    delivery_type: str | None
    termination: str
    control_points: int
    accessories: str
    verification: str | None
    radiation_type: str | None
    machine: str | None
    dosimeter_unit: str | None
    fractions_planned: int | None
    planned_mu: float | None
    specified_mu: float | None
    delivered_mu: float | None
    first_point_mu: float | None
    last_point_mu: float | None
    specified_secondary_mu: float | None
    delivered_secondary_mu: float | None
    specified_time_s: float | None
    delivered_time_s: float | None
    energy_mev: float | None
    gantry_deg: float | None
    gantry_pitch_deg: float | None
    limiting_device_deg: float | None
    support_angle_deg: float | None
    support_pitch_deg: float | None
    support_roll_deg: float | None
    support_vertical_mm: float | None
    support_longitudinal_mm: float | None
    support_lateral_mm: float | None
    snout_mm: float | None
    started_at: datetime | None
    ended_at: datetime | None
    treated_at: datetime | None
