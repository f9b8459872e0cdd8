"""Tests of a plan whose eye is turned to another light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.ocular.cases import sample_plan
from workbench.errors import Refused
from workbench.ocular import Laterality, Light, with_gaze
from workbench.ocular.gaze import Fixation
from workbench.ocular.turning import clips_on_film, turned_to, why_fixed


def test_the_plans_own_gaze_changes_nothing() -> None:
    """Turned to where it looks already, the plan is the same."""
    plan = sample_plan()

    assert with_gaze(plan, plan.fixation.gaze) == plan


def test_a_light_that_is_the_plans_own_gives_the_plan_itself() -> None:
    """What comes back from a slider as the same angles is no turn; a tenth of a degree is one."""
    plan = sample_plan()
    polar, azimuth = plan.fixation.gaze.polar_deg, plan.fixation.gaze.azimuth_deg

    assert turned_to(plan, Light(polar_deg=polar + 1e-12, azimuth_deg=azimuth)) is plan
    beside = Light(polar_deg=polar, azimuth_deg=azimuth + 0.1)
    assert turned_to(plan, beside) == with_gaze(plan, beside) != plan


def test_outlines_go_along_with_their_clips() -> None:
    """On both films each outline moves as its clip's centre does, and back again with the gaze."""
    plan, light = sample_plan(), Light(polar_deg=30.0, azimuth_deg=100.0)

    turned = with_gaze(plan, light)

    before, after = clips_on_film(plan), clips_on_film(turned)
    for image, found in zip(plan.setup_images, turned.setup_images, strict=True):
        for number, (outline, moved) in enumerate(zip(image.outlines, found.outlines, strict=True)):
            step = np.array(moved.points_mm) - np.array(outline.points_mm)
            assert step == pytest.approx(np.tile(after[image.view][number] - before[image.view][number], (len(step), 1)), abs=0.006)
    assert with_gaze(turned, plan.fixation.gaze).fixation == plan.fixation


def test_the_lamp_of_a_fixating_fellow_eye_stands_aside() -> None:
    """A treated left eye: the lamp is one interpupillary distance to the patient's right of where the treated eye looks."""
    plan = sample_plan()
    distance = plan.beamline.light_distance_mm
    lamp = Light.at((-62.0, 0.0, distance))
    straight = Fixation(gaze=Light(polar_deg=0.0, azimuth_deg=0.0), eye=Laterality.RIGHT, fellow_light=lamp, interpupillary_mm=62.0)

    turned = with_gaze(replace(plan, fixation=straight), Light.at((10.0, 20.0, distance)))

    assert turned.fixation.physical.position_mm(distance) == pytest.approx((-52.0, 20.0, distance))


def test_an_eye_of_unknown_shape_is_not_turned() -> None:
    """Nobody knows where its clips would be seen; why, can be asked beforehand."""
    plan = replace(sample_plan(), eye_model=None)

    with pytest.raises(Refused, match="the eye's shape is not known, expected an eye model to turn") as refused:
        with_gaze(plan, Light(polar_deg=10.0, azimuth_deg=0.0))
    assert (why_fixed(plan), why_fixed(sample_plan())) == (str(refused.value), "")
