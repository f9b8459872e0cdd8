"""A plan whose eye looks at another light: the fixation, and where the clips are then to be seen on film.

Aperture, range and modulation stay as they are; ``designed_aperture`` and ``with_depth`` make them anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from workbench.errors import Refused
from workbench.ocular.gaze import Fixation, Light, fellow_light
from workbench.ocular.mesh import Array
from workbench.ocular.plan import OcularPlan
from workbench.ocular.projection import FilmProjection
from workbench.ocular.setup import Outline, SetupImage, View

SAME_DEG: Final = 1e-9
"""Lights that are no farther apart in both angles are one."""


def with_gaze(plan: OcularPlan, light: Light) -> OcularPlan:
    """The plan for an eye that looks at another light.

    The outline of each clip on a planned setup image goes along with the clip's centre; it is not turned itself.

    Parameters
    ----------
    light : what the treated eye looks at, or, where the fellow eye fixates, would look at.

    Raises
    ------
    Refused : a plan without the shape or the place of its eye, an outline that belongs to no clip, or a fellow eye at unknown distance.
    """
    before = clips_on_film(plan)
    turned = replace(plan, fixation=_fixation(plan, light))
    after = clips_on_film(turned)
    images = tuple(_carried(image, after[image.view] - before[image.view]) for image in plan.setup_images)
    return replace(turned, setup_images=images)


def turned_to(plan: OcularPlan, light: Light) -> OcularPlan:
    """The plan itself when its eye looks at this light already; otherwise as ``with_gaze`` makes it.

    Raises
    ------
    Refused : as ``with_gaze``.
    """
    gaze = plan.fixation.gaze
    turns = (light.polar_deg - gaze.polar_deg, light.azimuth_deg - gaze.azimuth_deg)
    return plan if all(abs(turn) <= SAME_DEG for turn in turns) else with_gaze(plan, light)


def why_fixed(plan: OcularPlan) -> str:
    """Why the eye of a plan cannot be turned; blank when it can."""
    try:
        with_gaze(plan, plan.fixation.gaze)
    except Refused as problem:
        return str(problem)
    return ""


def clips_on_film(plan: OcularPlan) -> dict[View, Array]:
    """Centres of the clips on both films, shape (n, 2) each, in the order of their numbers.

    Raises
    ------
    Refused : a plan without the shape or the place of its eye.
    """
    pose = plan.pose
    if plan.eye_model is None or pose is None:
        raise Refused(f"plan {plan.label}: the eye's shape is not known, expected an eye model to turn", rule="no-eye-model")
    clips = pose.to_room(np.array(plan.eye_model.clips_mm, dtype=float).reshape(-1, 3))
    films = FilmProjection(axial=plan.beamline.axial, lateral=plan.beamline.lateral)
    return {view: films.to_film(view, clips) for view in View}


def _fixation(plan: OcularPlan, light: Light) -> Fixation:
    """The lamp in the room follows the gaze: where the fellow eye fixates, it stands aside."""
    fixation = plan.fixation
    if fixation.fellow_light is None:
        return replace(fixation, gaze=light)
    if fixation.interpupillary_mm is None:
        raise Refused(
            f"plan {plan.label}: interpupillary_mm is not known, expected the distance of the fellow eye that fixates",
            rule="fellow-light",
        )
    lamp = fellow_light(light, plan.eye.laterality, fixation.interpupillary_mm, plan.beamline.light_distance_mm)
    return replace(fixation, gaze=light, fellow_light=lamp)


def _carried(image: SetupImage, moved_mm: Array) -> SetupImage:
    """The image with each clip's outline moved along."""
    numbers = {f"Clip {number}": number - 1 for number in range(1, len(moved_mm) + 1)}
    outlines = []
    for outline in image.outlines:
        if outline.label not in numbers:
            raise Refused(
                f"setup image {image.view}: outline {outline.label} is found, expected those of clips 1 to {len(moved_mm)} alone",
                rule="not-a-clip",
            )
        dx, dy = moved_mm[numbers[outline.label]]
        # Planners tell film places to a hundredth of a millimetre.
        points = tuple((round(x + float(dx), 2) + 0.0, round(y + float(dy), 2) + 0.0) for x, y in outline.points_mm)
        outlines.append(Outline(label=outline.label, points_mm=points))
    return replace(image, outlines=tuple(outlines))
