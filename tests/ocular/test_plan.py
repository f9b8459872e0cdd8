"""Tests of the plan: what it derives, and what it refuses to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import escape

import pytest

from tests.ocular.cases import sample_plan, square_aperture
from workbench.errors import Refused
from workbench.ocular.gaze import Fixation
from workbench.ocular.plan import Laterality, Light, OcularPlan, Outline, Patient, Prescription, SetupImage, View
from workbench.ocular.setup import FilmPicture
from workbench.ocular.sheet import sheet_tables


def square_plan(gantry_angle_deg: float = 90.0, bld_angle_deg: float = 0.0) -> OcularPlan:
    """The sample's plan with a square opening, on a line at the given angles."""
    plan = sample_plan()
    line = replace(plan.beamline, gantry_angle_deg=gantry_angle_deg, beam_limiting_device_angle_deg=bld_angle_deg)
    return replace(plan, beamline=line, field=replace(plan.field, aperture=square_aperture(half_mm=4.8)))


def test_block_data_are_isocentric_and_turned() -> None:
    """At gantry 90 the block's (-4.8, -4.8) is 5.0 at the isocentre and lies at Xb = -y, Yb = x."""
    plan = square_plan(gantry_angle_deg=90.0)

    assert plan.block_data_mm == (5.0, -5.0, -5.0, -5.0, -5.0, 5.0, 5.0, 5.0)
    assert plan.block_points == 4


def test_block_data_turn_with_the_beam_limiting_device() -> None:
    """Gantry 270 is half a turn from gantry 90, and so is a limiting device at 180 degrees."""
    assert square_plan(270.0).block_data_mm == square_plan(90.0, 180.0).block_data_mm == (-5.0, 5.0, 5.0, 5.0, 5.0, -5.0, -5.0, -5.0)


def test_light_of_the_fixating_fellow_eye_is_the_one_exported() -> None:
    """The physical light is told, not the gaze it makes."""
    plan = sample_plan()
    fixation = Fixation(
        gaze=plan.fixation.gaze, eye=Laterality.RIGHT, fellow_light=Light(polar_deg=36.9, azimuth_deg=32.5), interpupillary_mm=53.0
    )

    exported = replace(plan, fixation=fixation)

    assert (exported.light_azimuth_deg, exported.light_polar_deg) == (122.5, 36.9)


def test_position_reference_names_the_treated_eye() -> None:
    """Ocular statement C.2.3: RIGHT EYE or LEFT EYE."""
    plan = sample_plan()
    treated = replace(plan.eye, laterality=Laterality.RIGHT)
    right = replace(plan, eye=treated, eye_model=None, fixation=replace(plan.fixation, eye=Laterality.RIGHT))

    assert (plan.position_reference, right.position_reference) == ("LEFT EYE", "RIGHT EYE")


def test_first_pixel_of_a_setup_image_is_half_a_film_from_the_axis() -> None:
    """Four columns of 2 mm about the axis have their first centre at -3 mm; three rows have it at +2 mm."""
    image = SetupImage(view=View.AXIAL, outlines=(), pixel_mm=2.0, rows=3, columns=4)

    assert image.position_mm == (-3.0, 2.0)


def test_planned_image_becomes_a_picture_without_pixels() -> None:
    """A picture of a planned image has its outlines, its scale and no pixels."""
    outline = Outline(label="Clip 1", points_mm=((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    image = SetupImage(view=View.LATERAL, outlines=(outline,), pixel_mm=0.5, rows=101, columns=101, magnification=1.5)

    picture = FilmPicture.planned(image)

    assert picture == FilmPicture(
        view=View.LATERAL, pixels=None, pixel_mm=(0.5, 0.5), position_mm=(-25.0, 25.0), outlines=(outline,), magnification=1.5
    )


def test_plan_shows_itself_in_a_line_and_a_table() -> None:
    """The notebook sees patient, eye and dose first, and text from files is escaped."""
    plan = replace(sample_plan(), prescription=Prescription(dose_gy_rbe=60.0, fractions=4, site="a<b"))

    shown = plan._repr_html_()

    assert "<b>SAMPLE</b> · Plan 1 · left eye · 4 \N{MULTIPLICATION SIGN} 15.00 Gy(RBE)" in shown
    assert "a&lt;b" in shown
    assert "a<b" not in shown


def test_plan_shows_every_setting_of_itself() -> None:
    """Each table of its sheet with each of its rows, and the outlines of its setup images."""
    plan = sample_plan()

    shown = plan._repr_html_()

    rows = [row for table in sheet_tables(plan) for row in table.rows]
    assert [text for row in rows for text in row if escape(text) not in shown] == []
    assert [table.title for table in sheet_tables(plan) if table.title not in shown] == []
    assert all(outline.label in shown for image in plan.setup_images for outline in image.outlines)


REFUSALS: list[tuple[Callable[[OcularPlan], object], str]] = [
    (
        lambda plan: replace(plan, label="A label too long!"),
        "plan: label has 17 characters ('A label too long!'...), expected at most 16",
    ),
    (lambda plan: replace(plan, label=" "), "plan: label is blank, expected 1 to 16 characters"),
    (lambda plan: replace(plan, intent="CURE"), "plan: intent is 'CURE', expected one of CURATIVE, PALLIATIVE"),
    (lambda plan: replace(plan, created=datetime(2026, 6, 1, 12)), "plan: created is 2026-06-01T12:00:00 without a time zone"),
    (lambda plan: replace(plan, setup_images=plan.setup_images[:1] * 2), "plan: setup_images holds AXIAL twice, expected distinct values"),
    (lambda _: Patient(id="P\\1", name="P1"), "patient: id is 'P\\\\1', expected no backslash and no control character"),
    (
        lambda _: Prescription(dose_gy_rbe=60.0, fractions=0, site="eye"),
        "prescription: fractions is 0, expected a whole number of at least 1",
    ),
    (lambda _: Prescription(dose_gy_rbe=-1.0, fractions=4, site="eye"), "prescription: dose_gy_rbe is -1, expected a number above 0"),
    (lambda plan: replace(plan.field, modulation_mm=24.0), "field: modulation_mm is 24, expected at most the range of 23.4 mm"),
    (lambda plan: replace(plan.field, wedges=plan.field.wedges * 2), "field: wedges holds 1 twice, expected distinct values"),
    (
        lambda plan: replace(plan, field=replace(plan.field, aperture=square_aperture(half_mm=13.0))),
        "plan: aperture SQUARE reaches 18.38 mm from the beam axis, expected it within snout EYESNOUT, 17.5 mm",
    ),
    (
        lambda plan: replace(plan, field=replace(plan.field, range_mm=40.0)),
        "plan: range_mm is 40, expected at most 33.4 mm on beamline demo-eyeline",
    ),
    (
        lambda plan: replace(plan, fixation=replace(plan.fixation, eye=Laterality.RIGHT)),
        "plan: the right eye fixates and the left eye is treated, with no fellow_light; expected one exactly when the fellow eye fixates",
    ),
    (
        lambda plan: replace(plan.setup_images[0], pixel_mm=0.02),
        "setup image AXIAL: outline Clip 1 reaches (",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSALS)
def test_impossible_plan_is_refused_at_birth(change: Callable[[OcularPlan], object], sentence: str) -> None:
    """Whatever no plan may be is named with the field, what was found and what is expected."""
    plan = sample_plan()

    with pytest.raises(Refused) as refusal:
        change(plan)

    assert str(refusal.value).startswith(sentence)
