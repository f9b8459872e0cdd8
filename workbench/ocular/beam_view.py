"""An eye in beam's-eye view: every structure as the virtual source projects it onto the isocentric plane.

Frame *isocentric*: the plane z = 0 of the room, +x to the patient's left, +y up, mm. Nothing here draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from workbench.errors import Refused
from workbench.ocular.aperture import Aperture
from workbench.ocular.aperture_cover import cover_mm
from workbench.ocular.aperture_design import ApertureRules, designed
from workbench.ocular.beamline import Beamline
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.gaze import Light
from workbench.ocular.mesh import Array, hull
from workbench.ocular.plan import OcularPlan
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection
from workbench.ocular.tumour import Tumour, Vector


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeamView:
    """What the beam sees.

    Parameters
    ----------
    outlines_mm : one closed outline a structure, shape (n, 2), not repeated at the end. The tumour has none when it is not known.
    clips_mm : centres of the clips, shape (n, 2), in the order of their numbers.
    aperture : the opening made for the tumour; None when it was not asked for.
    """

    pose: EyePose
    outlines_mm: Mapping[Structure, Array]
    clips_mm: Array
    aperture: Aperture | None = None


def beam_view(model: EyeModel, pose: EyePose, beamline: Beamline) -> BeamView:
    """An eye that stands and looks like this, as the beam of this line sees it."""
    beam = BeamProjection.of(beamline)
    outlines = {part: beam.to_isocentric(pose.to_room(curve)) for part, curve in model.contours().items()}
    for part, mesh in model.meshes().items():
        if part is not Structure.TUMOUR:
            # All but the tumour are convex, and so are their shadows.
            outlines[part] = hull(beam.to_isocentric(pose.to_room(mesh.vertices_mm)))
    if model.tumour is not None:
        outlines[Structure.TUMOUR] = tumour_outline(model.tumour, pose, beam)
    clips = np.array(model.clips_mm, dtype=float).reshape(-1, 3)
    return BeamView(pose=pose, outlines_mm=outlines, clips_mm=beam.to_isocentric(pose.to_room(clips)))


def tumour_outline(tumour: Tumour, pose: EyePose, beam: BeamProjection) -> Array:
    """Outline of the tumour's shadow, shape (n, 2).

    A dome of exponent 1 or more is convex along each ray, so each sector between two neighbouring rays casts a convex shadow; the
    tumour's is their union, which keeps the dents of its base.
    """
    rays = beam.to_isocentric(pose.to_room(tumour.rays()))
    sectors = np.concatenate([rays, np.roll(rays, -1, axis=0)], axis=1)
    shadow = shapely.union_all(shapely.convex_hull(shapely.linestrings(sectors)))
    return np.asarray(shapely.get_coordinates(shapely.get_exterior_ring(shadow)))[:-1]


def turned(model: EyeModel, light: Light, centre_mm: Vector, beamline: Beamline, rules: ApertureRules) -> BeamView:
    """All that follows when the eye looks at another light: its pose, every outline, and the aperture made anew.

    Parameters
    ----------
    light : what the treated eye looks at.
    centre_mm : centre of the eye, room frame.
    rules : margin and tool of the aperture.

    Raises
    ------
    Refused : an eye without a tumour, or an opening that cannot be milled or does not fit the snout.
    """
    pose = EyePose.looking_at(light, centre_mm, beamline.light_distance_mm)
    seen = beam_view(model, pose, beamline)
    aperture = designed(seen.outlines_mm.get(Structure.TUMOUR), rules, beamline)
    return BeamView(pose=pose, outlines_mm=seen.outlines_mm, clips_mm=seen.clips_mm, aperture=aperture)


def designed_aperture(plan: OcularPlan) -> Aperture:
    """The aperture made anew for a plan's eye, gaze and margin; it keeps the block's name and number.

    Raises
    ------
    Refused : a plan without the shape of its eye, without a margin, or of which no block can be made.
    """
    margin, pose = plan.field.aperture_margin_mm, plan.pose
    if plan.eye_model is None or plan.eye_model.tumour is None or pose is None:
        raise Refused(f"plan {plan.label}: the tumour's shape is not known, expected an eye model with one", rule="no-tumour")
    if margin is None:
        raise Refused(f"plan {plan.label}: aperture_margin_mm is not known, expected a number", rule="no-margin")
    outline = tumour_outline(plan.eye_model.tumour, pose, BeamProjection.of(plan.beamline))
    made = designed(outline, ApertureRules(margin_mm=margin, block_id=plan.field.aperture.block_id), plan.beamline)
    return replace(made, block_number=plan.field.aperture.block_number)


def tumour_cover_mm(plan: OcularPlan) -> float | None:
    """By how much a plan's tumour lies inside its aperture, isocentric plane: the least distance of the two edges, mm.

    Returns
    -------
    Negative by how much the tumour is cut off; None when the shape of eye or tumour is not known. An aperture that was made with a margin
    has a little less than it, because its corners are joined by straight edges.
    """
    if plan.eye_model is None or plan.eye_model.tumour is None or plan.pose is None:
        return None
    outline = tumour_outline(plan.eye_model.tumour, plan.pose, BeamProjection.of(plan.beamline))
    return cover_mm(outline, np.array(plan.isocentric.points_mm))
