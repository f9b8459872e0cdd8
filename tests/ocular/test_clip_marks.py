"""Tests of clips seen on setup X-rays beside where the plan expects them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.ocular.cases import sample_plan
from workbench.errors import Refused
from workbench.ocular import Light, read_eyeplan, with_gaze
from workbench.ocular.clip_marks import (
    ClipDeviation,
    ClipMark,
    FilmDeviation,
    clip_number,
    compare_clips,
    film_deviations,
    planned_clips,
    predicted_clips,
)
from workbench.ocular.setup import Outline, View
from workbench.ocular.turning import clips_on_film

MAGNIFICATION = {View.AXIAL: 1.5, View.LATERAL: 2.0}


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_drawn_and_projected_clips_agree(shared: Path, case: str) -> None:
    """On clinical cases the middle of each outline that EYEPLAN drew lies within 0.11 mm of where the film sees the clip's centre."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case)

    drawn, projected = predicted_clips(plan), clips_on_film(plan)

    for view in View:
        assert list(drawn[view]) == [1, 2, 3, 4]
        assert np.array(list(drawn[view].values())) == pytest.approx(projected[view], abs=0.11)


def test_the_middle_of_an_outline_is_half_way_between_its_outermost_points() -> None:
    """The first clip of the sample, AXIAL: outermost at -11.09 and -7.34 mm across, 2.72 and 5.66 mm up, read from SAMPLE.xpc."""
    (axial, _) = sample_plan().setup_images

    assert planned_clips([axial])[View.AXIAL][1] == pytest.approx(((-11.09 - 7.34) / 2, (2.72 + 5.66) / 2))


def test_a_shifted_patient_is_off_by_the_shift_at_the_isocentre() -> None:
    """Shadows of a patient 0.8 mm to the left and 0.5 mm low lie magnified beside the outlines; brought back they tell the shift."""
    plan = sample_plan()
    planned, magnification = predicted_clips(plan), {view: plan.film(view).magnification for view in View}
    shift = {View.AXIAL: (0.8, -0.5), View.LATERAL: (0.0, -0.5)}
    marks = [
        ClipMark(view=view, clip=clip, film_mm=(x + magnification[view] * shift[view][0], y + magnification[view] * shift[view][1]))
        for view in View
        for clip, (x, y) in planned[view].items()
    ]

    films = film_deviations(compare_clips(planned, marks, magnification))

    assert [one.clips for one in films] == [4, 4]
    for film in films:
        assert film.mean_isocentre_mm == pytest.approx(shift[film.view])
        assert film.rms_isocentre_mm == pytest.approx(math.hypot(*shift[film.view]))
        assert film.rms_film_mm == pytest.approx(magnification[film.view] * math.hypot(*shift[film.view]))


def test_what_is_missing_stays_unknown() -> None:
    """A clip without a mark, a mark without a planned clip and a film of unknown magnification have no difference, and are told."""
    planned = {View.AXIAL: {1: (0.0, 0.0), 2: (5.0, 5.0)}, View.LATERAL: {1: (1.0, 1.0)}}
    marks = [
        ClipMark(view=View.AXIAL, clip=1, film_mm=(3.0, 4.0)),
        ClipMark(view=View.AXIAL, clip=7, film_mm=(9.0, 9.0)),
        ClipMark(view=View.LATERAL, clip=1, film_mm=(1.0, 2.0)),
    ]

    found = compare_clips(planned, marks, {View.AXIAL: 2.0})

    assert [(one.view, one.clip, one.film_mm, one.isocentre_mm) for one in found] == [
        (View.AXIAL, 1, (3.0, 4.0), (1.5, 2.0)),
        (View.AXIAL, 2, None, None),
        (View.AXIAL, 7, None, None),
        (View.LATERAL, 1, (0.0, 1.0), None),
    ]
    assert film_deviations(found) == (
        FilmDeviation(
            view=View.AXIAL, clips=1, mean_film_mm=(3.0, 4.0), rms_film_mm=5.0, mean_isocentre_mm=(1.5, 2.0), rms_isocentre_mm=2.5
        ),
        FilmDeviation(view=View.LATERAL, clips=1, mean_film_mm=(0.0, 1.0), rms_film_mm=1.0, mean_isocentre_mm=None, rms_isocentre_mm=None),
    )


def test_the_root_mean_square_is_of_the_distances() -> None:
    """One clip off by 3 and 4 mm, one by nothing: the root of (25 + 0) / 2."""
    deviations = [
        ClipDeviation(view=View.AXIAL, clip=clip, planned_mm=(0.0, 0.0), seen_mm=seen, magnification=1.0)
        for clip, seen in ((1, (3.0, 4.0)), (2, (0.0, 0.0)))
    ]

    assert film_deviations(deviations)[0].rms_film_mm == pytest.approx(math.sqrt(12.5))


def test_a_clip_is_marked_once_on_a_film() -> None:
    """Two marks of one clip contradict each other."""
    twice = [ClipMark(view=View.LATERAL, clip=2, film_mm=(0.0, float(up))) for up in range(2)]

    with pytest.raises(Refused, match="clip 2 is marked twice on LATERAL, expected once"):
        compare_clips({}, twice, MAGNIFICATION)


def test_another_gaze_predicts_other_places() -> None:
    """Prediction follows the gaze: each clip moves on film as the film's projection of the turned eye does."""
    plan = sample_plan()
    turned = with_gaze(plan, Light(polar_deg=30.0, azimuth_deg=100.0))

    before, after = predicted_clips(plan), predicted_clips(turned)

    for view in View:
        step = np.array(list(after[view].values())) - np.array(list(before[view].values()))
        assert step == pytest.approx(clips_on_film(turned)[view] - clips_on_film(plan)[view], abs=0.011)


def test_a_plan_without_outlines_predicts_by_its_eye() -> None:
    """The clips' centres as the films see them; without an eye's shape nothing is predicted."""
    plan = replace(sample_plan(), setup_images=())

    assert predicted_clips(plan)[View.LATERAL][3] == pytest.approx(tuple(clips_on_film(plan)[View.LATERAL][2]))
    assert predicted_clips(replace(plan, eye_model=None)) == {}


@pytest.mark.parametrize(("label", "number"), [("Clip 3", 3), ("CLIP12", 12), ("Collimator", None), ("Clip", None)])
def test_a_clips_number_stands_in_its_label(label: str, number: int | None) -> None:
    """Outlines of other things have none."""
    assert clip_number(Outline(label=label, points_mm=((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))) == number
