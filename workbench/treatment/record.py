"""What a treatment record says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf

from workbench.errors import Refused
from workbench.treatment.delivery import DeliveryType, Termination


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBeam:
    """One beam of a record; None where the record is silent.

    Parameters
    ----------
    specified_mu, delivered_mu : primary meterset of this delivery alone.
    first_point_mu, last_point_mu : delivered meterset at the first and the last control point.
    gantry_deg, support_angle_deg, support_pitch_deg, support_roll_deg : as recorded at the first control point.
    support_vertical_mm, support_longitudinal_mm, support_lateral_mm, snout_mm : as recorded at the first control point.
    started_at, ended_at : moments of the first and the last control point.

    Raises
    ------
    Refused : a meterset is negative or no finite number.
    """

    number: int
    name: str
    fraction: int | None
    delivery_type: DeliveryType | None
    termination: Termination
    verification: str | None = None
    specified_mu: float | None = None
    delivered_mu: float | None = None
    gantry_deg: float | None = None
    support_angle_deg: float | None = None
    support_pitch_deg: float | None = None
    support_roll_deg: float | None = None
    support_vertical_mm: float | None = None
    support_longitudinal_mm: float | None = None
    support_lateral_mm: float | None = None
    snout_mm: float | None = None
    first_point_mu: float | None = None
    last_point_mu: float | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        for what, meterset_mu in (
            ("specified", self.specified_mu),
            ("delivered", self.delivered_mu),
            ("delivered at the first control point", self.first_point_mu),
            ("delivered at the last control point", self.last_point_mu),
        ):
            if meterset_mu is not None and not 0 <= meterset_mu < inf:
                raise Refused(f"record, beam {self.number}: found {meterset_mu} MU {what}, expected 0 or more", rule="row:meterset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One treatment record.

    Parameters
    ----------
    plan_uid : the plan it references; None where it references none.
    """

    uid: str
    patient_id: str
    plan_uid: str | None
    beams: tuple[RecordedBeam, ...]
