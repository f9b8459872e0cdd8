"""How deep the tumour lies in the beam, and what range and modulation follow.

Frame *room*, mm; depths are millimetres of water along the diverging rays of the beam. Eye, lid and what lies behind the skin plane
count as water 1.00. Dose is none of this module's business.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.accessories import Wedge
from workbench.ocular.beamline import Beamline
from workbench.ocular.eye_model import EyeModel
from workbench.ocular.gaze import thin_edge_deg
from workbench.ocular.mesh import Array
from workbench.ocular.nozzle import nozzle_for
from workbench.ocular.plan import OcularPlan
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection

TO_SURFACE: Final = "the peak is spread to the surface"
"""What is said of a modulation as wide as the range."""
BEHIND_EYE_MM = -150.0
"""A plane of the room that no eye reaches: every ray has entered before it."""
DECIMALS = 1
"""Planners tell range and modulation to a tenth of a millimetre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthRules:
    """What is added to the tumour, and what lies before it.

    Parameters
    ----------
    distal_mm, proximal_mm : margins behind and before the tumour, in water.
    skin_plane_mm : how far the skin plane lies behind the most anterior point of the eye.
    eyelid_mm : water-equivalent thickness of a lid over the eye, where the eye stands out of the skin plane.
    """

    distal_mm: float
    proximal_mm: float
    skin_plane_mm: float
    eyelid_mm: float = 0.0

    def __post_init__(self) -> None:
        expect.not_negative("depth rules", distal_mm=self.distal_mm, proximal_mm=self.proximal_mm, eyelid_mm=self.eyelid_mm)
        expect.finite("depth rules", skin_plane_mm=self.skin_plane_mm)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TumourDepth:
    """Where the tumour lies in the beam.

    Parameters
    ----------
    isocentric_mm : shape (n, 2), where the ray through each of its points crosses the isocentric plane.
    depth_mm : shape (n,), depth of each point along its ray, with what wedges take of the range.
    skin_z_mm : place of the skin plane, room frame.
    surface_mm : shape (n,), depth at which each of these rays meets the patient: how thick the wedges on it are, 0 without wedges.
    """

    isocentric_mm: Array
    depth_mm: Array
    skin_z_mm: float
    rules: DepthRules
    surface_mm: Array | float = 0.0

    @property
    def deepest_mm(self) -> float:
        """Depth of the tumour's distal end."""
        return float(self.depth_mm.max())

    @property
    def shallowest_mm(self) -> float:
        """Depth of the tumour's proximal end."""
        return float(self.depth_mm.min())

    @property
    def range_mm(self) -> float:
        """Range that reaches the distal end and its margin, without wedges.

        Source
        ------
        EYEPLAN's RNGE, reproduced on clinical cases within 0.2 mm.
        """
        return self.deepest_mm + self.rules.distal_mm

    @property
    def modulation_mm(self) -> float:
        """Width of the spread-out Bragg peak that holds the tumour and both margins, without wedges; at most the range.

        A ray meets nothing before its surface, so that a margin which lies before the surface asks for no dose: there the peak is spread
        to the surface and no further. Behind wedges the surface of each ray is as deep as its wedges are thick. The peak is equally wide
        on every ray; where it would begin inside a wedge, it begins at the surface.

        Source
        ------
        EYEPLAN's MODN, reproduced on clinical cases within 0.2 mm; their proximal margins all begin behind the surface.
        """
        return self.range_mm - float(np.maximum(self._wanted_mm, self.surface_mm).min())

    @property
    def is_to_surface(self) -> bool:
        """Whether the tumour with its proximal margin begins before the surface somewhere, so that the peak is spread to it there."""
        return bool(np.any(self._wanted_mm < self.surface_mm))

    @property
    def _wanted_mm(self) -> Array:
        """Depth at which the peak is wanted to begin for each point."""
        return np.asarray(self.depth_mm - self.rules.proximal_mm)

    def with_wedges(self, wedges: Iterable[Wedge], beamline: Beamline) -> TumourDepth:
        """The same tumour behind wedges: each point, and the surface before it, as much deeper as the wedges on its ray are thick."""
        thickness = sum((wedge_thickness_mm(wedge, self.isocentric_mm, beamline) for wedge in wedges), np.zeros(len(self.depth_mm)))
        return replace(self, depth_mm=self.depth_mm + thickness, surface_mm=self.surface_mm + thickness)


def tumour_depth(model: EyeModel, pose: EyePose, beamline: Beamline, rules: DepthRules) -> TumourDepth:
    """Depth of every point of the tumour.

    Raises
    ------
    Refused : an eye without a tumour.
    """
    if model.tumour is None:
        raise Refused("depth: the tumour's shape is not known, expected an eye model with a tumour", rule="no-tumour")
    beam = BeamProjection.of(beamline)
    points = pose.to_room(model.tumour.points())
    skin_z = most_anterior_z_mm(model, pose) - rules.skin_plane_mm
    return TumourDepth(
        isocentric_mm=beam.to_isocentric(points),
        depth_mm=water_depth_mm(points, model, pose, beam, skin_z_mm=skin_z, eyelid_mm=rules.eyelid_mm),
        skin_z_mm=skin_z,
        rules=rules,
    )


def most_anterior_z_mm(model: EyeModel, pose: EyePose) -> float:
    """The eye's greatest z in the room: of the sclera, or of the cornea in front of the limbus plane."""
    rotation = pose.rotation
    sclera = float(np.linalg.norm(rotation[2] * model.globe.semi_axes_mm))
    limbus_z = model.cornea.limbus_z_mm(model.globe)
    share = (limbus_z - model.cornea.centre_mm) / model.cornea.radius_mm
    ring = model.cornea.radius_mm * math.sqrt(max(0.0, 1 - share**2))
    # The sphere's foremost point counts when it lies on the cap, else the cap's rim.
    on_cap = rotation[2, 2] >= share
    reach = model.cornea.radius_mm if on_cap else ring * math.hypot(*rotation[2, :2]) + (limbus_z - model.cornea.centre_mm) * rotation[2, 2]
    cornea = float(model.cornea.centre_mm * rotation[2, 2] + reach)
    return pose.centre_mm[2] + max(sclera, cornea)


def water_depth_mm(
    room_mm: Array, model: EyeModel, pose: EyePose, beam: BeamProjection, *, skin_z_mm: float, eyelid_mm: float = 0.0
) -> Array:
    """Path in water from the first of skin plane, sclera and cornea to each point.

    Parameters
    ----------
    room_mm : shape (n, 3).

    Returns
    -------
    shape (n,); 0 for a point in front of all three.

    Source
    ------
    Found on EYEPLAN 3.06c cases: rays from the virtual source, water 1.00 behind whichever is met first.
    """
    upstream = -beam.directions(beam.to_isocentric(room_mm))
    points, towards = pose.to_eye(room_mm), upstream @ pose.rotation
    semi = model.globe.semi_axes_mm
    sclera = _way_out(points / semi, towards / semi)
    cornea = _way_out((points - [0, 0, model.cornea.centre_mm]) / model.cornea.radius_mm, towards / model.cornea.radius_mm)
    leaves_z = points[:, 2] + cornea * towards[:, 2]
    cornea = np.where(leaves_z >= model.cornea.limbus_z_mm(model.globe), cornea, -np.inf)
    eye = np.fmax(sclera, cornea) + eyelid_mm
    skin = (skin_z_mm - room_mm[:, 2]) / upstream[:, 2]
    return np.fmax(np.fmax(skin, eye), 0.0)


def place_at_depth_mm(
    isocentric_mm: Array, depth_mm: Array | float, model: EyeModel, pose: EyePose, beam: BeamProjection, *, skin_z_mm: float
) -> Array:
    """Where the rays through these places have come so deep; the inverse of ``water_depth_mm`` along each ray.

    Parameters
    ----------
    isocentric_mm : shape (n, 2).
    depth_mm : shape (n,), or one number.

    Returns
    -------
    shape (n, 3), room.
    """
    behind = beam.to_room(isocentric_mm, BEHIND_EYE_MM)
    left = np.asarray(depth_mm) - water_depth_mm(behind, model, pose, beam, skin_z_mm=skin_z_mm)
    return np.asarray(behind + left[:, None] * beam.directions(isocentric_mm))


def _way_out(points: Array, towards: Array) -> Array:
    """Length along each line to where it leaves the unit sphere for good; not a number where it misses."""
    a, b, c = np.sum(towards**2, axis=1), np.sum(points * towards, axis=1), np.sum(points**2, axis=1) - 1
    inside = b**2 - a * c
    return np.asarray((np.sqrt(np.where(inside >= 0, inside, np.nan)) - b) / a)


def wedge_thickness_mm(wedge: Wedge, isocentric_mm: Array, beamline: Beamline) -> Array:
    """How much range a wedge takes on the rays through these places; its angle is that of its water equivalent.

    The wedge grows from its thin edge against the direction of the thin edge. A full wedge begins at the snout's rim; a partial one at
    ``thin_edge_mm`` from the beam axis, negative when it covers the axis. Lengths are those of the wedge's tray.

    Parameters
    ----------
    isocentric_mm : shape (n, 2).

    Raises
    ------
    Refused : a wedge of which the direction is not known.

    Source
    ------
    PS3.3 C.8.8.25: Wedge Thin Edge Position, positive when the wedge does not cover the central axis; IEC 61217 for the direction.
    """
    if wedge.orientation_deg is None:
        raise Refused(
            f"wedge {wedge.number}: orientation_deg is not known, expected the direction of its thin edge", rule="wedge-direction"
        )
    turn = math.radians(thin_edge_deg(wedge.orientation_deg, beamline.gantry_angle_deg, beamline.beam_limiting_device_angle_deg))
    towards = np.array([math.cos(turn), math.sin(turn)])
    beam = BeamProjection.of(beamline)
    if wedge.thin_edge_mm is None:
        at_block = 1 - beamline.block.tray_to_isocentre_mm / min(beam.source_mm)
        edge = beamline.snout_diameter_mm / 2 / at_block * towards
    else:
        edge = -wedge.thin_edge_mm * towards
    inward = beam.to_plane(edge - isocentric_mm, wedge.tray_to_isocentre_mm) @ towards
    return np.asarray(np.maximum(inward, 0.0) * math.tan(math.radians(wedge.angle_deg)))


def distal_surface_mm(range_mm: float, wedges: Iterable[Wedge], isocentric_mm: Array, beamline: Beamline) -> Array:
    """Depth at which the beam ends on the rays through these places, shape (n,): its range less what the wedges take."""
    taken = sum((wedge_thickness_mm(wedge, isocentric_mm, beamline) for wedge in wedges), np.zeros(len(isocentric_mm)))
    return np.asarray(range_mm - taken)


def proximal_z_mm(plan: OcularPlan, skin_z_mm: float) -> float:
    """Where the tumour begins along the beam by a plan's range and modulation, room z: a check when its points are not known.

    Planners put the isocentre in the middle of the tumour, so that this is half its extent along the beam. A peak that is spread to the
    surface begins there wherever the tumour does: of such a plan this is the deepest place at which its tumour may begin.

    Raises
    ------
    Refused : a plan without its proximal margin.
    """
    margin = plan.field.proximal_margin_mm
    if margin is None:
        raise Refused(f"plan {plan.label}: proximal_margin_mm is not known, expected a number", rule="no-margin")
    return skin_z_mm - (plan.field.range_mm - plan.field.modulation_mm + margin)


def depth_of(plan: OcularPlan) -> TumourDepth:
    """Depth of a plan's tumour under its own margins and skin plane, without wedges, as planners tell range and modulation.

    Raises
    ------
    Refused : a plan without the shape of its eye, its margins or its skin plane.
    """
    field, pose = plan.field, plan.pose
    if plan.eye_model is None or pose is None:
        raise Refused(f"plan {plan.label}: the eye's shape is not known, expected an eye model", rule="no-tumour")
    if field.distal_margin_mm is None or field.proximal_margin_mm is None or plan.eye.skin_plane_mm is None:
        raise Refused(f"plan {plan.label}: margins or skin plane are not known, expected numbers", rule="no-margin")
    rules = DepthRules(distal_mm=field.distal_margin_mm, proximal_mm=field.proximal_margin_mm, skin_plane_mm=plan.eye.skin_plane_mm)
    return tumour_depth(plan.eye_model, pose, plan.beamline, rules)


def with_depth(plan: OcularPlan, depth: TumourDepth) -> OcularPlan:
    """The plan with the range and the modulation of a depth, and the shifter, spreader and wheel that the beamline takes for them.

    Raises
    ------
    Refused : a range that the beamline does not reach, or a modulation wider than its widest wheel.
    """
    range_mm, modulation_mm = round(depth.range_mm, DECIMALS), round(depth.modulation_mm, DECIMALS)
    nozzle = nozzle_for(plan.beamline, range_mm=range_mm, modulation_mm=modulation_mm)
    return replace(
        plan,
        field=replace(
            plan.field,
            range_mm=range_mm,
            modulation_mm=modulation_mm,
            range_shifters=nozzle.range_shifters,
            lateral_spreaders=nozzle.lateral_spreaders,
            range_modulators=nozzle.range_modulators,
        ),
    )
