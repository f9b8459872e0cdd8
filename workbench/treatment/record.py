"""What a treatment record says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf

from workbench.errors import Refused
from workbench.treatment.delivery import DeliveryType, Termination


class AccessoryKind(StrEnum):
    """What an accessory is."""

    SNOUT = "SNOUT"
    """Holder of what is near the patient."""
    APPLICATOR = "APPLICATOR"
    """Shapes the beam beyond the snout."""
    BLOCK = "BLOCK"
    """Aperture or shield."""
    COMPENSATOR = "COMPENSATOR"
    """Range compensator."""
    BOLUS = "BOLUS"
    """Material on the patient; its number is that of its region of interest."""
    RANGE_SHIFTER = "RANGE_SHIFTER"
    """Takes range away."""
    LATERAL_SPREADING_DEVICE = "LATERAL_SPREADING_DEVICE"
    """Scatterer or scanning magnet."""
    RANGE_MODULATOR = "RANGE_MODULATOR"
    """Spreads the peak in depth."""
    WEDGE = "WEDGE"
    """Tilts the dose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessory:
    """One accessory that was in the beam; None where the record is silent."""

    kind: AccessoryKind
    number: int | None = None
    id: str | None = None

    def __str__(self) -> str:
        number = "" if self.number is None else f" {self.number}"
        return f"{self.kind.value}{number}" if self.id is None else f"{self.kind.value}{number} {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WedgePosition:
    """Where a wedge was at a control point.

    Parameters
    ----------
    position : IN or OUT.
    thin_edge_mm : distance of its thin edge from the beam axis (PS3.3 C.8.8.25.6); None where not recorded.
    """

    number: int | None
    position: str | None = None
    thin_edge_mm: float | None = None

    def __str__(self) -> str:
        edge = None if self.thin_edge_mm is None else f"{self.thin_edge_mm:g} mm"
        return " ".join(str(one) for one in (self.number, self.position, edge) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """One control point as delivered; None where the record is silent, which after the first point also means "as before".

    Parameters
    ----------
    index : Referenced Control Point Index, that of the plan's control point.
    at : when it was reached.
    energy_mev : nominal beam energy, MeV (for ions MeV per nucleon).
    specified_mu, delivered_mu : cumulative meterset of the beam, in the record's dosimeter unit.
    gantry_deg, gantry_pitch_deg, limiting_device_deg, support_angle_deg, support_pitch_deg, support_roll_deg : IEC 61217.
    support_vertical_mm, support_longitudinal_mm, support_lateral_mm : table or chair top.
    """

    index: int | None = None
    at: datetime | None = None
    energy_mev: float | None = None
    specified_mu: float | None = None
    delivered_mu: float | None = None
    gantry_deg: float | None = None
    gantry_pitch_deg: float | None = None
    limiting_device_deg: float | None = None
    support_angle_deg: float | None = None
    support_pitch_deg: float | None = None
    support_roll_deg: float | None = None
    support_vertical_mm: float | None = None
    support_longitudinal_mm: float | None = None
    support_lateral_mm: float | None = None
    snout_mm: float | None = None
    wedges: tuple[WedgePosition, ...] = ()


NOTHING = ControlPoint()
"""Stands for the control points of a beam that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBeam:
    """One beam of a record; None where the record is silent.

    Parameters
    ----------
    number : None in a record of the photon class that names none (PS3.3 C.8.8.21 does not require it).
    specified_mu, delivered_mu : primary meterset of this delivery alone, in the record's dosimeter unit.
    specified_secondary_mu, delivered_secondary_mu : the same of the secondary dosimeter.
    specified_time_s, delivered_time_s : treatment time.
    accessories : in the order of ``AccessoryKind``, those of one kind in the order of the record.
    points : in the order of delivery.

    Raises
    ------
    Refused : a meterset is negative or no finite number.
    """

    number: int | None
    name: str
    fraction: int | None
    delivery_type: DeliveryType | None
    termination: Termination
    verification: str | None = None
    radiation_type: str | None = None
    specified_mu: float | None = None
    delivered_mu: float | None = None
    specified_secondary_mu: float | None = None
    delivered_secondary_mu: float | None = None
    specified_time_s: float | None = None
    delivered_time_s: float | None = None
    accessories: tuple[Accessory, ...] = ()
    points: tuple[ControlPoint, ...] = ()

    def __post_init__(self) -> None:
        checked = [
            ("specified", self.specified_mu),
            ("delivered", self.delivered_mu),
            ("specified (secondary)", self.specified_secondary_mu),
            ("delivered (secondary)", self.delivered_secondary_mu),
        ]
        for place, point in enumerate(self.points):
            checked += [
                (f"specified at control point {place}", point.specified_mu),
                (f"delivered at control point {place}", point.delivered_mu),
            ]
        for what, meterset_mu in checked:
            if meterset_mu is not None and not 0 <= meterset_mu < inf:
                raise Refused(f"beam {self.number}: found {meterset_mu} MU {what}, expected 0 or more", rule="row:meterset")

    @property
    def first(self) -> ControlPoint:
        """The first control point; one that says nothing where there are none."""
        return self.points[0] if self.points else NOTHING

    @property
    def last(self) -> ControlPoint:
        """The last control point; one that says nothing where there are none."""
        return self.points[-1] if self.points else NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One treatment record.

    Parameters
    ----------
    plan_uid : the plan it references; None where it references none.
    machine : name of the treatment machine.
    dosimeter_unit : of the primary metersets: MU, NP (number of particles) or MINUTE.
    treated_at : Treatment Date and Time, when the session took place or the record was made.
    """

    uid: str
    patient_id: str
    plan_uid: str | None
    beams: tuple[RecordedBeam, ...]
    machine: str | None = None
    dosimeter_unit: str | None = None
    fractions_planned: int | None = None
    treated_at: datetime | None = None
