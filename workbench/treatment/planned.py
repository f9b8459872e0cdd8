"""What a plan says of each beam, as far as a delivery is compared with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSettings:
    """Where the machine stands, or how far it may be off; None where the plan is silent. Angles and positions as of IEC 61217."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBeam:
    """One beam of a plan; None where the plan is silent.

    Parameters
    ----------
    delivery_type : Treatment Delivery Type as written.
    fractions_planned, planned_mu : of the first fraction group that has the beam.
    energy_mev, first : of the first control point.
    tolerance_table : number of the tolerance table that the beam refers to.
    tolerances : of that table, in the same units as what they are of.
    """

    number: int
    name: str
    delivery_type: str | None = None
    fractions_planned: int | None = None
    planned_mu: float | None = None
    control_points: int = 0
    energy_mev: float | None = None
    first: MachineSettings = MachineSettings()
    tolerance_table: int | None = None
    tolerances: MachineSettings = MachineSettings()
