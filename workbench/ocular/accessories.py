"""What stands in the beam besides the block: wedges, range shifters, lateral spreaders, range modulators.

Each carries the number by which a control point refers to it, and the setting that the plan demands of it. Types are the
standard's terms (PS3.3 C.8.8.25), because the clinic has no others.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import Refused
from workbench.ocular import expect

WEDGE_TYPES = ("STANDARD", "MOTORIZED", "PARTIAL_STANDARD", "PARTIAL_MOTORIZ")
PARTIAL_WEDGES = ("PARTIAL_STANDARD", "PARTIAL_MOTORIZ")
"""Wedges that do not cover the whole field; how far they reach must then be known."""
SHIFTER_TYPES = ("ANALOG", "BINARY")
SPREADER_TYPES = ("SCATTERER", "MAGNET")
MODULATOR_TYPES = ("FIXED", "WHL_FIXEDWEIGHTS", "WHL_MODWEIGHTS")
WHEELS = ("WHL_FIXEDWEIGHTS", "WHL_MODWEIGHTS")
"""Modulators whose width is made by switching the beam; the positions at which it is switched must then be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wedge:
    """One wedge in the beam.

    Parameters
    ----------
    id : name of the wedge.
    angle_deg : its angle, a whole number on the wire.
    orientation_deg : turn of the IEC wedge filter frame in the beam limiting device frame: at 0 the thin edge points along
        Yb, at 90 against Xb; None when the planner does not say.
    tray_to_isocentre_mm : distance of the wedge tray.
    type : STANDARD, MOTORIZED, PARTIAL_STANDARD or PARTIAL_MOTORIZ; None when not known.
    thin_edge_mm : closest distance of the thin edge from the beam axis in the isocentric plane, negative when the wedge
        crosses the axis; known for partial wedges.
    note : what the planning system says of the wedge and nobody can interpret.
    """

    number: int
    id: str
    angle_deg: float
    orientation_deg: float | None
    tray_to_isocentre_mm: float
    type: str | None
    thin_edge_mm: float | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        expect.whole("wedge", 1, number=self.number)
        owner = f"wedge {self.number}"
        expect.text(owner, 16, id=self.id)
        expect.text(owner, 1024, note=self.note)
        expect.angle(owner, orientation_deg=self.orientation_deg)
        expect.positive(owner, tray_to_isocentre_mm=self.tray_to_isocentre_mm)
        expect.one_of(owner, WEDGE_TYPES, type=self.type)
        expect.finite(owner, thin_edge_mm=self.thin_edge_mm)
        if not (0 < self.angle_deg < 90 and float(self.angle_deg).is_integer()):
            raise Refused(
                f"{owner}: angle_deg is {self.angle_deg:g}, expected whole degrees between 0 and 90 (Wedge Angle has no decimals)",
                rule="wedge-angle",
            )
        if self.type in PARTIAL_WEDGES and self.thin_edge_mm is None:
            raise Refused(f"{owner}: thin_edge_mm is not known, expected a number with type {self.type}", rule="thin-edge")


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeShifter:
    """Material that takes range from the beam; its setting is what the plan demands of it.

    ``water_equivalent_mm`` is that demand as a number.
    """

    number: int
    id: str
    type: str
    setting: str
    isocentre_distance_mm: float | None
    water_equivalent_mm: float | None

    def __post_init__(self) -> None:
        expect.whole("range shifter", 1, number=self.number)
        owner = f"range shifter {self.number}"
        expect.text(owner, 16, id=self.id)
        expect.text(owner, 64, setting=self.setting)
        expect.one_of(owner, SHIFTER_TYPES, type=self.type)
        expect.positive(owner, isocentre_distance_mm=self.isocentre_distance_mm)
        expect.not_negative(owner, water_equivalent_mm=self.water_equivalent_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateralSpreader:
    """The device that widens the beam; fixed on an eye beamline."""

    number: int
    id: str
    type: str
    setting: str
    isocentre_distance_mm: float | None
    water_equivalent_mm: float | None = None

    def __post_init__(self) -> None:
        expect.whole("lateral spreader", 1, number=self.number)
        owner = f"lateral spreader {self.number}"
        expect.text(owner, 16, id=self.id)
        expect.text(owner, 64, setting=self.setting)
        expect.one_of(owner, SPREADER_TYPES, type=self.type)
        expect.positive(owner, isocentre_distance_mm=self.isocentre_distance_mm)
        expect.not_negative(owner, water_equivalent_mm=self.water_equivalent_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeModulator:
    """The wheel that spreads the Bragg peak.

    Gating values are the wheel's positions at which the beam is switched on and off, known for WHL_FIXEDWEIGHTS and
    WHL_MODWEIGHTS wheels; the modulation ID is known for WHL_MODWEIGHTS only. Water equivalents are those of the wheel at
    the gating positions, or the least and the greatest of a FIXED one.
    """

    number: int
    id: str
    type: str
    beam_current_modulation_id: str | None = None
    gating_start: float | None = None
    gating_stop: float | None = None
    gating_start_water_equivalent_mm: float | None = None
    gating_stop_water_equivalent_mm: float | None = None
    isocentre_distance_mm: float | None = None

    def __post_init__(self) -> None:
        expect.whole("range modulator", 1, number=self.number)
        owner = f"range modulator {self.number}"
        expect.text(owner, 16, id=self.id, beam_current_modulation_id=self.beam_current_modulation_id)
        expect.one_of(owner, MODULATOR_TYPES, type=self.type)
        expect.finite(owner, gating_start=self.gating_start, gating_stop=self.gating_stop)
        expect.not_negative(
            owner,
            gating_start_water_equivalent_mm=self.gating_start_water_equivalent_mm,
            gating_stop_water_equivalent_mm=self.gating_stop_water_equivalent_mm,
        )
        expect.positive(owner, isocentre_distance_mm=self.isocentre_distance_mm)
        if (self.beam_current_modulation_id is not None) != (self.type == "WHL_MODWEIGHTS"):
            raise Refused(
                f"{owner}: beam_current_modulation_id is {self.beam_current_modulation_id!r} with type {self.type}, "
                "expected one with WHL_MODWEIGHTS only",
                rule="modulation-id",
            )
        for name, value in (("gating_start", self.gating_start), ("gating_stop", self.gating_stop)):
            if (value is not None) != (self.type in WHEELS):
                raise Refused(f"{owner}: {name} is {value} with type {self.type}, expected a number with wheels only", rule="gating")
