"""What a beamline puts into the beam for a range and a modulation.

The planner asks for millimetres in water; the line answers with a shifter's setting, a spreader and a wheel.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import Refused
from workbench.ocular.accessories import WHEELS, LateralSpreader, RangeModulator, RangeShifter
from workbench.ocular.beamline import Beamline


@dataclass(frozen=True, slots=True, kw_only=True)
class Nozzle:
    """The devices of one field, each with its setting."""

    range_shifters: tuple[RangeShifter, ...] = ()
    lateral_spreaders: tuple[LateralSpreader, ...] = ()
    range_modulators: tuple[RangeModulator, ...] = ()


def nozzle_for(beamline: Beamline, *, range_mm: float, modulation_mm: float) -> Nozzle:
    """The devices that make this range and this modulation.

    Parameters
    ----------
    range_mm, modulation_mm : in water, range from the skin plane to the distal edge.

    Raises
    ------
    Refused : the line does not reach that far, or has no wheel that wide.
    """
    return Nozzle(
        range_shifters=_shifters(beamline, range_mm),
        lateral_spreaders=_spreaders(beamline),
        range_modulators=_modulators(beamline, modulation_mm),
    )


def _shifters(beamline: Beamline, range_mm: float) -> tuple[RangeShifter, ...]:
    if range_mm > beamline.maximum_range_mm:
        raise Refused(
            f"beamline {beamline.name}: range {range_mm:g} mm asked for, expected at most {beamline.maximum_range_mm:g} mm",
            rule="range-too-long",
        )
    if beamline.range_shifter_id is None:
        return ()
    # The planner states ranges in tenths of a millimetre; more digits in the setting would be noise of the subtraction.
    water_mm = round(beamline.maximum_range_mm - range_mm, 3)
    return (
        RangeShifter(
            number=1,
            id=beamline.range_shifter_id,
            type=beamline.range_shifter_type,
            setting=f"{water_mm:g}",
            isocentre_distance_mm=beamline.range_shifter_to_isocentre_mm,
            water_equivalent_mm=water_mm,
        ),
    )


def _spreaders(beamline: Beamline) -> tuple[LateralSpreader, ...]:
    if beamline.lateral_spreader_id is None:
        return ()
    return (
        LateralSpreader(
            number=1,
            id=beamline.lateral_spreader_id,
            type="SCATTERER",
            setting=beamline.lateral_spreader_setting,
            isocentre_distance_mm=beamline.lateral_spreader_to_isocentre_mm,
        ),
    )


def _modulators(beamline: Beamline, modulation_mm: float) -> tuple[RangeModulator, ...]:
    if not beamline.wheels:
        return _only_modulator(beamline)
    wide_enough = [wheel for wheel in beamline.wheels if wheel.modulation_mm >= modulation_mm]
    if not wide_enough:
        widest = max(wheel.modulation_mm for wheel in beamline.wheels)
        raise Refused(
            f"beamline {beamline.name}: modulation {modulation_mm:g} mm asked for, expected at most {widest:g} mm, its widest wheel",
            rule="modulation-too-wide",
        )
    wheel = min(wide_enough, key=lambda one: one.modulation_mm)
    return (
        RangeModulator(
            number=1,
            id=wheel.id,
            type=beamline.range_modulator_type,
            beam_current_modulation_id=wheel.beam_current_modulation_id,
            gating_start=0.0,
            gating_stop=round(wheel.sector_deg * modulation_mm / wheel.modulation_mm, 3),
            gating_start_water_equivalent_mm=0.0,
            gating_stop_water_equivalent_mm=modulation_mm,
            isocentre_distance_mm=beamline.range_modulator_to_isocentre_mm,
        ),
    )


def _only_modulator(beamline: Beamline) -> tuple[RangeModulator, ...]:
    if beamline.range_modulator_id is None:
        return ()
    if beamline.range_modulator_type in WHEELS:
        raise Refused(
            f"beamline {beamline.name}: range modulator {beamline.range_modulator_id} is a {beamline.range_modulator_type} without wheels, "
            "expected wheels that say where the beam is switched",
            rule="no-wheels",
        )
    return (
        RangeModulator(
            number=1,
            id=beamline.range_modulator_id,
            type=beamline.range_modulator_type,
            isocentre_distance_mm=beamline.range_modulator_to_isocentre_mm,
        ),
    )
