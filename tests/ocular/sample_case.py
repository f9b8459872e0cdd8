"""The case that ships, made from an eye of our own: ``python -m tests.ocular.sample_case`` writes its files anew.

An invented left eye with a dome above and temporal of its posterior pole. Everything that EYEPLAN would have computed follows from it
by the package's own functions, so that what holds on clinical cases holds on this one: block, clips on film, range, modulation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from workbench.ocular import sample_eyeplan
from workbench.ocular.aperture import Aperture
from workbench.ocular.aperture_design import ApertureRules, designed
from workbench.ocular.beam_view import tumour_outline
from workbench.ocular.beamline import load_beamline
from workbench.ocular.depth import DepthRules, tumour_depth
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.gaze import Light
from workbench.ocular.mesh import Array
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import BeamProjection, FilmProjection
from workbench.ocular.setup import View
from workbench.ocular.structures import Cornea, Lens, Sclera
from workbench.ocular.tumour import Tumour

LINE = load_beamline("demo-eyeline")
FILMS = FilmProjection(axial=LINE.axial, lateral=LINE.lateral)
GLOBE = Sclera(length_mm=24.0, width_mm=24.0, height_mm=24.0, wall_mm=1.0)
OUTSIDE = Sclera(length_mm=26.0, width_mm=26.0, height_mm=26.0, wall_mm=1.0)
"""Its inside is the outside of the globe, on which EYEPLAN lays a tumour's base: the dome's height is THGT and SCLR together."""
TOWARDS = (0.535, 0.411, -0.738)
TUMOUR = Tumour.elliptic(OUTSIDE, TOWARDS, base_mm=(14.2, 11.2), height_mm=5.8, turn_deg=40.0)
CLIPS_DEG = ((20.0, 44.0), (110.0, 40.0), (205.0, 43.0), (285.0, 39.0))
"""Around the axis of the tumour, and away from it."""
CLIP_RADIUS_MM = 1.25
CLIP_POINTS = 18

LIGHT, SIMULATED_LIGHT = Light(polar_deg=20.0, azimuth_deg=205.0), Light(polar_deg=0.0, azimuth_deg=0.0)
CENTRE_MM, SIMULATED_CENTRE_MM = (-6.4, -4.5, 4.6), (0.6, -0.4, 6.3)
TREATED = EyePose.looking_at(LIGHT, CENTRE_MM, LINE.light_distance_mm)
SIMULATED = EyePose.looking_at(SIMULATED_LIGHT, SIMULATED_CENTRE_MM, LINE.light_distance_mm)
RULES = DepthRules(distal_mm=2.5, proximal_mm=2.5, skin_plane_mm=2.0)
APERTURE = ApertureRules(margin_mm=2.5, tolerance_mm=0.1, block_id="SAMPLE")

PTD = """"EyePlan","3.06c"

PTNM Sample^Left
PTID SAMPLE
PDOB {blank}
PLAN 1
TEYE L

FIXN L
POLR 20.0
AZIM 205.0
ECEN -6.4, -4.5, +4.6
DIFF -7.0, -4.1, -1.7TRSN +0.0

APER Aper 2.5
APMG +2.5
SKIN +2.0
RNGE {range_mm:.1f}
MODN {modulation_mm:.1f}
MDWH {blank}
SCFL {blank}
DTMG +2.5
PXMG +2.5
COLL SAMPLE.mil
AREA {area_mm2:.0f}
WED1 Wed1, 25, 24.5

TUMR Choroidal melanoma
DOSE 50.0
DOSU CGE
FRCT 5

DIAM 24.0
DIAH 24.0
DIAV 24.0
VOLU {globe_mm3:.0f}
C2VR 23.7
SCLR 1.0
LIMB 11.6
LENS 4.0
C2PL 7.6

SIMN 1
NCLP 4
{clips}
CHSQ {blank}
SFIX L
SPOL 0.0
SAZI 0.0
SCEN +0.6, -0.4, +6.3
STRS +0.0

TNAM {blank}
IUAC {blank}
TMAX 14.2
TMIN 11.2
THGT 4.8
MAC% 100
TVOL {tumour_mm3:.0f}

OPHT {blank}
PLNR {blank}
COMM "Invented case for demonstrations, no patient"
"""

XPC = """Projection File Version:  2.0
Projection File Creation Program:  EyePlan v3.06c

Treatment Site:  Demonstration eyeline
X-ray Projection Plane:  Film
Axial X-ray Abscissa Mirror Factor:  +1
Lateral X-ray Abscissa Mirror Factor:  +1

Patient Number:  SAMPLE
Patient Name:  Sample^Left
Plan Number:  1

Center of Tumor Eye:  -6.40   -4.50   +4.60
Torsion of Tumor Eye:  +0.0
Collimator rotation:  +0.0

Number of Clips:  4
Number of Clip Outline Points:  18

"""


def make_files() -> Mapping[str, str]:
    """The text of each file of the case, by its path in the folder."""
    model = EyeModel.standard(
        Laterality.LEFT,
        GLOBE,
        cornea=Cornea.for_axial_length(24.7, GLOBE, 11.6),
        lens=Lens(behind_cornea_mm=3.6, thickness_mm=4.0, diameter_mm=9.6),
        tumour=TUMOUR,
    )
    block = designed(tumour_outline(TUMOUR, TREATED, BeamProjection.of(LINE)), APERTURE, LINE)
    depth = tumour_depth(model, TREATED, LINE, RULES)
    clips, normals = _clips()
    ptd = PTD.format(
        range_mm=depth.range_mm,
        modulation_mm=depth.modulation_mm,
        area_mm2=block.area_mm2,
        globe_mm3=GLOBE.volume_mm3,
        tumour_mm3=TUMOUR.volume_mm3,
        clips="\n".join(_simulated(clips)),
        blank="",
    )
    contours = model.contours()
    return {
        "SAMPLE.ptd": ptd,
        "SAMPLE.mil": _mil(block),
        "SAMPLE.xpc": XPC + "\n".join(_films(clips, normals, block)) + "\n",
        "model/target.csv": _point_list(TUMOUR.rays().reshape(-1, 3)),
        "model/trgt_base.csv": _point_list(np.array(TUMOUR.base_mm)),
        "model/lens.csv": _point_list(model.lens.mesh(model.cornea).vertices_mm),
        "model/optdisk.csv": _point_list(contours[Structure.OPTIC_DISC]),
        "model/macula.csv": _point_list(contours[Structure.MACULA]),
    }


def write_files(folder: Path) -> None:
    """Write the case into a folder."""
    for name, text in make_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="latin-1", newline="\n")


def _clips() -> tuple[Array, Array]:
    """Centres of the clips on the sclera and the directions they face, shape (4, 3) each, eye frame."""
    axis = np.array(TOWARDS) / np.linalg.norm(TOWARDS)
    beside, over = _tangents(axis)
    around, away = np.radians(CLIPS_DEG).T[..., None]
    normals = np.cos(away) * axis + np.sin(away) * (np.cos(around) * beside + np.sin(around) * over)
    return GLOBE.on_surface(normals), normals


def _tangents(normal: Array) -> tuple[Array, Array]:
    """Two unit vectors across a direction."""
    beside = np.cross([0.0, 1.0, 0.0], normal)
    beside /= np.linalg.norm(beside)
    return beside, np.cross(normal, beside)


def _simulated(clips_mm: Array) -> list[str]:
    """The clips on the simulation films: SCLn is (X axial, Y axial, Z lateral)."""
    room = SIMULATED.to_room(clips_mm)
    on_film = np.column_stack([FILMS.to_film(View.AXIAL, room), FILMS.to_film(View.LATERAL, room)[:, 0]])
    return [f"SCL{number} {x:+.1f}, {y:+.1f}, {z:+.1f}" for number, (x, y, z) in enumerate(on_film, start=1)]


def _films(clips_mm: Array, normals: Array, block: Aperture) -> list[str]:
    """The clips' outlines on the treatment films, discs on the sclera, and the collimator on the axial one."""
    lines = []
    turn = np.linspace(0, 2 * math.pi, CLIP_POINTS, endpoint=False)[:, None]
    for view in (View.AXIAL, View.LATERAL):
        for number, (centre, normal) in enumerate(zip(clips_mm, normals, strict=True), start=1):
            beside, over = _tangents(normal)
            disc = centre + CLIP_RADIUS_MM * (np.cos(turn) * beside + np.sin(turn) * over)
            lines += [f"{view.value.capitalize()} Clip {number}", *_numbered(FILMS.to_film(view, TREATED.to_room(disc)))]
    at_block = np.column_stack([block.block_mm, np.full(len(block.block_mm), LINE.block.tray_to_isocentre_mm)])
    outline = FILMS.to_film(View.AXIAL, at_block)
    return [*lines, "", f"Number of Collimator Outline Points:   {len(outline)}", *_numbered(outline)]


def _numbered(points_mm: Array) -> list[str]:
    return [f"  {number}:  {x:+.2f}  {y:+.2f}" for number, (x, y) in enumerate(points_mm, start=1)]


def _mil(block: Aperture) -> str:
    """The milling program in the words of EYEPLAN, without the comments that ours has."""
    (x, y), *others = (*block.block_mm, block.block_mm[0])
    words = [
        "BEGIN PGM 00 MM",
        "L X+Q1 Y+Q2 R0 F9999 M03 ;[SAMPLE]",
        f"L X{x:+.3f} Y{y:+.3f} RL FQ99 M08",
        *(f"L X{x:+.3f} Y{y:+.3f} R F M" for x, y in others),
        "L X+Q1 Y+Q2 R0 F M09",
        "END PGM 00 MM",
    ]
    return "".join(f"{number} {line}\n" for number, line in enumerate(words))


def _point_list(points_mm: Array) -> str:
    """Lines of x, y and z."""
    return "".join(",".join(f"{value + 0.0:.3f}" for value in np.round(row, 3)) + "\n" for row in points_mm.T)


if __name__ == "__main__":
    write_files(sample_eyeplan())
