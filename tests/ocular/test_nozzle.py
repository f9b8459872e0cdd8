"""Tests of what a beamline puts into the beam."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.errors import Refused
from workbench.ocular.accessories import LateralSpreader, RangeModulator, RangeShifter, Wedge
from workbench.ocular.beamline import load_beamline
from workbench.ocular.nozzle import Nozzle, nozzle_for


def test_line_answers_range_and_modulation_with_its_devices() -> None:
    """Of 33.4 mm range 4.4 mm are shifted away for 29.0 mm; wheel W20 is on for 18/20 of its half turn, 162 degrees."""
    line = load_beamline("demo-eyeline")

    nozzle = nozzle_for(line, range_mm=29.0, modulation_mm=18.0)

    assert nozzle == Nozzle(
        range_shifters=(
            RangeShifter(number=1, id="RS1", type="ANALOG", setting="4.4", isocentre_distance_mm=1700.0, water_equivalent_mm=4.4),
        ),
        lateral_spreaders=(LateralSpreader(number=1, id="SCATTER1", type="SCATTERER", setting="IN", isocentre_distance_mm=1600.0),),
        range_modulators=(
            RangeModulator(
                number=1,
                id="W20",
                type="WHL_FIXEDWEIGHTS",
                gating_start=0.0,
                gating_stop=162.0,
                gating_start_water_equivalent_mm=0.0,
                gating_stop_water_equivalent_mm=18.0,
            ),
        ),
    )


def test_modulator_stands_where_the_line_says() -> None:
    """A line that knows the distance of its wheels hands it on to the modulator."""
    line = replace(load_beamline("demo-eyeline"), range_modulator_to_isocentre_mm=1400.0)

    nozzle = nozzle_for(line, range_mm=22.4, modulation_mm=18.0)

    assert nozzle.range_modulators[0].isocentre_distance_mm == 1400.0


def test_smallest_wheel_that_is_wide_enough_is_taken() -> None:
    """A wheel serves up to its full modulation, that included."""
    line = load_beamline("demo-eyeline")

    wheels = [nozzle_for(line, range_mm=30.0, modulation_mm=width).range_modulators[0].id for width in (8.0, 8.1, 12.0, 27.0)]

    assert wheels == ["W08", "W12", "W12", "W33"]


def test_line_without_devices_puts_nothing_in() -> None:
    """What the description does not name is not invented."""
    line = replace(load_beamline("demo-eyeline"), range_shifter_id=None, lateral_spreader_id=None, wheels=())

    assert nozzle_for(line, range_mm=20.0, modulation_mm=10.0) == Nozzle()


@pytest.mark.parametrize(
    ("range_mm", "modulation_mm", "sentence"),
    [
        (33.5, 10.0, "beamline demo-eyeline: range 33.5 mm asked for, expected at most 33.4 mm"),
        (33.0, 34.0, "beamline demo-eyeline: modulation 34 mm asked for, expected at most 33.4 mm, its widest wheel"),
    ],
)
def test_more_than_the_line_can_do_is_refused(range_mm: float, modulation_mm: float, sentence: str) -> None:
    """A range or a modulation out of reach is named with the limit."""
    with pytest.raises(Refused) as refusal:
        nozzle_for(load_beamline("demo-eyeline"), range_mm=range_mm, modulation_mm=modulation_mm)

    assert str(refusal.value) == sentence


def test_wheel_without_gating_is_refused() -> None:
    """PS3.3 C.8.8.25: a switched wheel needs the positions at which it is switched."""
    with pytest.raises(Refused) as refusal:
        RangeModulator(number=1, id="W1", type="WHL_FIXEDWEIGHTS")

    assert str(refusal.value) == "range modulator 1: gating_start is None with type WHL_FIXEDWEIGHTS, expected a number with wheels only"


@pytest.mark.parametrize(
    ("angle", "kind", "sentence"),
    [
        (27.5, "STANDARD", "wedge 1: angle_deg is 27.5, expected whole degrees between 0 and 90 (Wedge Angle has no decimals)"),
        (30.0, "PARTIAL_STANDARD", "wedge 1: thin_edge_mm is not known, expected a number with type PARTIAL_STANDARD"),
        (30.0, "PARTIAL", "wedge 1: type is 'PARTIAL', expected one of STANDARD, MOTORIZED, PARTIAL_STANDARD, PARTIAL_MOTORIZ"),
    ],
)
def test_wedge_that_cannot_be_told_in_dicom_is_refused(angle: float, kind: str, sentence: str) -> None:
    """An angle with decimals, a partial wedge of unknown reach and an unknown type are each named."""
    with pytest.raises(Refused) as refusal:
        Wedge(number=1, id="W", angle_deg=angle, orientation_deg=None, tray_to_isocentre_mm=90.0, type=kind)

    assert str(refusal.value) == sentence
