"""The eye and its beam: what turning the gaze and editing the aperture do to the plan, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.ocular.cases import sample_plan
from workbench.errors import Refused
from workbench.ocular import depth_of, designed_aperture, with_gaze
from workbench.ocular.gaze import Light
from workbench.ocular.setup import FilmPicture, Outline, View
from workbench_widgets import EyeBeamView
from workbench_widgets.eye_beam import GREETING
from workbench_widgets.eye_scene import scene, underlay


def picture(view: View = View.AXIAL) -> FilmPicture:
    """Four by four pixels of 3 mm on a film that magnifies by 1.5: 2 mm at the isocentre."""
    pixels = np.arange(16, dtype=np.uint16).reshape(4, 4) * 100
    return FilmPicture(view=view, pixels=pixels, pixel_mm=(3.0, 3.0), position_mm=(-4.5, 4.5), outlines=(), magnification=1.5)


@pytest.fixture
def widget() -> Iterator[EyeBeamView]:
    """The view of the sample."""
    made = EyeBeamView(sample_plan())
    yield made
    made.close()


def crosses(widget: EyeBeamView) -> dict[str, tuple[float, float]]:
    """Number of a clip on the AXIAL film → its place in mm."""
    axial = widget._films.value.partition('data-view="LATERAL"')[0]
    found = re.findall(r'data-clip="(\d)" data-x="([-\d.]+)" data-y="([-\d.]+)"', axial)
    return {number: (float(x), float(y)) for number, x, y in found}


def shown(widget: EyeBeamView) -> list[str]:
    """The numbers of what is shown: lamp, range, modulation, area and field diameter."""
    return re.findall(r"<td[^>]*>([^<]*)</td>", widget._facts.value.partition('data-row="shown"')[2])


def pumped(widget: EyeBeamView) -> None:
    """What was clicked or moved is done."""
    widget._live.pump()


def test_it_begins_with_the_plan_as_it_is(widget: EyeBeamView) -> None:
    """The sample's gaze of 20° at 205° and its 25 vertices, nothing to be used."""
    assert repr(widget) == "<EyeBeamView of plan Plan 1>"
    assert (widget.polar.value, widget.azimuth.value, len(widget.canvas.block_mm)) == (20.0, 205.0, 25)
    assert (widget.is_changed, widget.use.disabled) == (False, True)


def test_turning_the_gaze_moves_the_clips_on_film(widget: EyeBeamView) -> None:
    """The prediction is that of the film's own projection of clips turned about the eye's centre, written out here."""
    plan = widget.plan
    assert plan is not None
    assert plan.eye_model is not None

    widget.polar.value = 0.0
    pumped(widget)

    # Looking at the lamp on the axis, 132.5 mm away, from (-6.4, -4.5, 4.6): Fick angles of that line of sight.
    to_lamp = np.array([0.0, 0.0, plan.beamline.light_distance_mm]) - np.array([-6.4, -4.5, 4.6])
    aside = np.arctan2(to_lamp[0], to_lamp[2])
    up = np.arcsin(to_lamp[1] / np.linalg.norm(to_lamp))
    about_y = np.array([[np.cos(aside), 0, np.sin(aside)], [0, 1, 0], [-np.sin(aside), 0, np.cos(aside)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(up), np.sin(up)], [0, -np.sin(up), np.cos(up)]])
    room = np.array([-6.4, -4.5, 4.6]) + np.array(plan.eye_model.clips_mm) @ (about_y @ about_x).T
    film = plan.beamline.axial
    expected = room[:, :2] * (film.source_to_film_mm / (film.source_to_isocentre_mm + room[:, 2]))[:, None]
    assert [crosses(widget)[str(number)] for number in range(1, 5)] == [pytest.approx(tuple(one), abs=0.006) for one in expected]
    assert "range" in widget.message


def test_an_edited_aperture_becomes_a_new_plan(widget: EyeBeamView) -> None:
    """One vertex moved by 1 mm: the new plan differs in that vertex alone, and the plan given is as it was."""
    before = widget.plan
    assert before is not None
    points = [list(one) for one in widget.canvas.block_mm]
    points[0] = [points[0][0] - 1.0, points[0][1]]

    widget.canvas.block_mm = points
    pumped(widget)
    widget.use.click()
    pumped(widget)

    assert widget.plan is not None
    assert widget.plan == replace(before, field=replace(before.field, aperture=before.field.aperture.with_vertex(0, (-3.887, -4.52))))
    assert before.field.aperture.block_mm[0] == (-2.887, -4.52)
    assert (widget.is_changed, widget.message[:24]) == (False, "New plan in widget.plan:")


def test_an_aperture_that_nobody_edited_follows_the_gaze(widget: EyeBeamView) -> None:
    """For another gaze it is the one designed for the tumour as it is then seen; for the planned gaze it is the plan's again."""
    plan = sample_plan()
    planned = [list(one) for one in plan.field.aperture.block_mm]

    widget.polar.value, widget.azimuth.value = 10.0, 180.0
    pumped(widget)

    seen = with_gaze(plan, Light(polar_deg=10.0, azimuth_deg=180.0))
    assert widget.canvas.block_mm == [list(one) for one in designed_aperture(seen).block_mm]
    widget.polar.value, widget.azimuth.value = 20.0, 205.0
    pumped(widget)
    assert (widget.canvas.block_mm, widget.is_changed) == (planned, False)


def test_an_edited_aperture_stays_when_the_gaze_turns(widget: EyeBeamView) -> None:
    """What somebody drew is not drawn over; fitted to the tumour, it follows the gaze again."""
    drawn = [[-6.0, -6.0], [6.0, -6.0], [6.0, 6.0], [-6.0, 6.0]]
    widget.canvas.block_mm = drawn
    pumped(widget)

    widget.polar.value = 10.0
    pumped(widget)

    assert widget.canvas.block_mm == drawn
    widget.fit.click()
    pumped(widget)
    fitted = widget.canvas.block_mm
    widget.polar.value = 12.0
    pumped(widget)
    assert drawn != fitted != widget.canvas.block_mm


def test_without_a_margin_the_aperture_stays_when_the_gaze_turns() -> None:
    """A plan that does not say how far from the tumour its aperture is: nobody can make another one."""
    plan = sample_plan()
    widget = EyeBeamView(replace(plan, field=replace(plan.field, aperture_margin_mm=None)))

    widget.polar.value = 10.0
    pumped(widget)

    assert widget.canvas.block_mm == [list(one) for one in plan.field.aperture.block_mm]
    widget.close()


def test_the_new_plan_of_another_gaze_has_its_range(widget: EyeBeamView) -> None:
    """Range and modulation are those of the turned tumour, and the fitted aperture is the one designed for that gaze."""
    widget.polar.value, widget.azimuth.value = 30.0, 180.0
    pumped(widget)
    widget.fit.click()
    pumped(widget)
    widget.use.click()
    pumped(widget)

    plan = widget.plan
    assert plan is not None
    assert (plan.fixation.gaze.polar_deg, plan.fixation.gaze.azimuth_deg) == (30.0, 180.0)
    assert plan.field.range_mm == pytest.approx(depth_of(plan).range_mm, abs=0.051)
    assert plan.field.aperture == designed_aperture(plan)


def test_another_modulation_is_told_where_the_range_is_the_same(widget: EyeBeamView) -> None:
    """The deepest point of the tumour is as deep as planned, 23.4 mm with its margin; the shallowest is not."""
    widget.polar.value, widget.azimuth.value = 24.0, 180.0
    pumped(widget)

    assert widget.message.endswith("range 23.4 mm and modulation 15.8 mm follow the gaze.")


def test_a_peak_that_is_spread_to_the_surface_is_told(widget: EyeBeamView) -> None:
    """At 60/210 the tumour with its margin begins before the surface: modulation is the range, and that is a plan."""
    widget.polar.value, widget.azimuth.value = 60.0, 210.0
    pumped(widget)

    assert widget.message.endswith("range 16.9 mm and modulation 16.9 mm follow the gaze; the peak is spread to the surface.")
    assert "Modulation is the range: the peak is spread to the surface." in widget._of_what.value
    widget.use.click()
    pumped(widget)
    assert widget.plan is not None
    assert widget.plan.field.is_to_surface
    assert "spread to the surface" in widget._of_what.value


def test_going_back_restores_gaze_and_aperture(widget: EyeBeamView) -> None:
    """Nothing of the edits is left."""
    widget.polar.value = 35.0
    widget.canvas.block_mm = widget.canvas.block_mm[1:]
    pumped(widget)

    widget.reset.click()
    pumped(widget)

    assert (widget.polar.value, len(widget.canvas.block_mm), widget.is_changed) == (20.0, 25, False)


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([[0, 0], [5, 5], [5, 0], [0, 5]], "aperture: block_mm"),
        ([[0, 0], [30, 0], [0, 5]], "reaches 30.00 mm from the beam axis"),
    ],
)
def test_what_is_no_aperture_is_a_sentence(widget: EyeBeamView, points: Any, sentence: str) -> None:
    """Edges that cross and vertices outside the snout are refused in words, and cannot be used."""
    widget.canvas.block_mm = points
    pumped(widget)

    assert sentence in widget.message
    assert 'class="wb-notice wb-fail"' in widget._notice.value
    assert widget.use.disabled


def test_an_aperture_that_cuts_the_tumour_off_is_warned_of(widget: EyeBeamView) -> None:
    """Its first vertex pulled across the tumour: by how much is said before and after a plan is made of it."""
    words = r"! .* tumour is cut off by \d[.]\d mm"
    widget.canvas.block_mm = [[2.0, 0.0], *widget.canvas.block_mm[1:]]
    pumped(widget)
    before = widget._notice.value
    widget.use.click()
    pumped(widget)

    for notice in (before, widget._notice.value):
        assert 'class="wb-notice wb-warn"' in notice
        assert re.search(words, re.sub("<[^>]*>", " ", notice))


@pytest.mark.parametrize("refused", [{"block": [[0, 0], [5, 5], [5, 0], [0, 5]]}, {"polar": 60.0, "azimuth": 30.0}])
def test_of_what_is_no_plan_no_number_is_shown(widget: EyeBeamView, refused: dict[str, Any]) -> None:
    """After a gaze of 30° an aperture that is none, or a gaze whose aperture leaves the snout: no number of before is left."""
    widget.polar.value, widget.azimuth.value = 30.0, 210.0
    pumped(widget)
    widget.polar.value, widget.azimuth.value = refused.get("polar", 30.0), refused.get("azimuth", 210.0)
    widget.canvas.block_mm = refused.get("block", widget.canvas.block_mm)
    pumped(widget)

    assert 'class="wb-notice wb-fail"' in widget._notice.value
    assert shown(widget) == [f"{widget.polar.value:.1f} at {widget.azimuth.value:.1f}", *["\N{EN DASH}"] * 4]
    assert "Drawn as in the plan: what is shown is none." in widget._of_what.value
    widget.reset.click()
    pumped(widget)
    assert (shown(widget)[0], widget._of_what.value) == ("20.0 at 205.0", "")


def test_a_gaze_turned_back_by_hand_is_the_plan_again(widget: EyeBeamView) -> None:
    """The sentence about what is not yet a plan goes away with what it was about."""
    widget.polar.value = 25.0
    pumped(widget)
    assert widget.message.startswith("Not yet a plan: ")

    widget.polar.value = 20.0
    pumped(widget)

    assert (widget.is_changed, widget.message) == (False, GREETING)


def test_a_light_just_below_a_whole_turn_is_as_planned() -> None:
    """A plan from DICOM may have any angle; the sliders take it as it is."""
    plan = sample_plan()
    light = Light(polar_deg=20.0, azimuth_deg=359.97)

    widget = EyeBeamView(replace(plan, fixation=replace(plan.fixation, gaze=light)))

    assert (widget.azimuth.value, widget.is_changed) == (359.97, False)
    widget.close()


def test_an_outline_that_is_no_clip_keeps_the_eye_from_turning() -> None:
    """Nobody knows where the other outline would be seen; the gaze cannot be moved, and the films say why."""
    plan = sample_plan()
    axial, lateral = plan.setup_images
    other = replace(axial, outlines=(*axial.outlines, Outline(label="orbit", points_mm=((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))))

    widget = EyeBeamView(replace(plan, setup_images=(other, lateral)))

    assert widget.polar.disabled
    assert "outline orbit is found, expected those of clips 1 to 4 alone" in widget._films.value
    widget.close()


def test_without_a_plan_it_says_what_to_do() -> None:
    """An empty view is no error."""
    widget = EyeBeamView(None)

    assert widget.message == "No eye to show yet: import an ocular plan, or use the sample."
    assert (repr(widget), widget.use.disabled, widget._grid.layout.display) == ("<EyeBeamView of no plan>", True, "none")
    widget.close()


def test_the_scene_of_an_eye_of_unknown_shape_has_its_globe_alone() -> None:
    """A plan read from DICOM still shows aperture and globe."""
    found = scene(replace(sample_plan(), eye_model=None))

    assert [one["name"] for one in found["outlines"]] == ["globe"]
    assert (found["clips"], found["snout"]["radius"]) == ([], 17.5)


def test_an_image_lies_at_the_isocentre() -> None:
    """Four pixels of 2 mm about the axis, from -4 mm to 4 mm; the smallest value is 0 and the largest 65535."""
    where, pixels = underlay(picture())

    assert (where["left"], where["top"], where["width"], where["height"]) == pytest.approx((-4.0, 4.0, 8.0, 8.0))
    values = np.frombuffer(pixels, dtype="<u2") * where["slope"] + where["intercept"]
    assert values == pytest.approx(np.arange(16) * 100, abs=0.02)


def test_a_lateral_image_is_refused_as_a_sentence(widget: EyeBeamView) -> None:
    """It is not taken along the beam."""
    with pytest.raises(Refused, match="shows the view LATERAL, expected AXIAL"):
        underlay(picture(View.LATERAL))

    widget.show_image(picture(View.LATERAL))

    assert widget.message == "image: shows the view LATERAL, expected AXIAL, which is taken along the beam"
