"""The eye of an EYEPLAN case: from the keys of the ``.ptd`` file, and the planner's point lists beside it where there are any.

A point list (``model/target.csv`` and others) has one line each of x, y and z, eye frame, mm; a fourth line of ones may follow.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.errors import Refused
from workbench.ocular.beamline import Beamline
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel
from workbench.ocular.eyeplan_lines import read_lines
from workbench.ocular.eyeplan_ptd import PtdFile
from workbench.ocular.gaze import Light
from workbench.ocular.mesh import Array
from workbench.ocular.pose import EyePose
from workbench.ocular.projection import FilmProjection
from workbench.ocular.structures import Cornea, Lens, Macula, OpticDisc, Sclera
from workbench.ocular.tumour import DOME_STEPS, FLOOR_STEPS, Tumour, Vector

FOLDER = "model"
RAY_POINTS = DOME_STEPS + FLOOR_STEPS - 1
"""Points of ``target.csv`` for each base point: from the apex over the dome to the base, and back along the wall to the foot."""
SAME_MM = 0.01
"""The files are printed with five digits."""


def read_points(path: Path) -> Array:
    """A point list, shape (n, 3), eye frame.

    Raises
    ------
    Refused : no such file, a line that holds no numbers, lines of different lengths, or another number of lines.
    """
    rows = []
    for line in read_lines(path):
        if not line.text:
            continue
        try:
            rows.append([float(value) for value in line.text.split(",")])
        except ValueError:
            raise line.refuse("numbers separated by commas") from None
        if len(rows[-1]) != len(rows[0]):
            raise line.refuse(f"{len(rows[0])} numbers, as in the line of x")
    if len(rows) not in (3, 4) or not np.all(np.isfinite(rows)):
        raise Refused(f"{path}: found {len(rows)} lines, expected finite numbers in three lines, x, y and z", rule="point-list")
    return np.array(rows[:3]).T


def tumour_from_points(target_mm: Array, base_mm: Array) -> Tumour:
    """The tumour whose surface and base are given as points.

    Parameters
    ----------
    target_mm : shape (n · RAY_POINTS, 3), ray by ray as EYEPLAN writes them; the first point is the apex, the last the foot.
    base_mm : shape (n, 3), the base contour as it was drawn.

    Returns
    -------
    The dome's exponent is the one, to a tenth, that fits the points best.

    Raises
    ------
    Refused : a surface of another structure, or one that is no dome over its base.
    """
    if len(target_mm) % RAY_POINTS or not len(target_mm):
        raise Refused(f"target: found {len(target_mm)} points, expected rays of {RAY_POINTS} points", rule="point-list")
    rays = target_mm.reshape(-1, RAY_POINTS, 3)
    apex, foot = rays[0, 0], rays[0, -1]
    height = float(np.linalg.norm(apex - foot))
    exponent = _exponent(rays[:, :DOME_STEPS], foot, height)
    rim = rays[:, DOME_STEPS - 1]
    return Tumour(
        base_mm=_vectors(rim),
        foot_mm=_vectors(foot[None])[0],
        height_mm=height,
        exponent=exponent,
        drawn_base_mm=() if _same_contour(base_mm, rim) else _vectors(base_mm),
    )


def _same_contour(drawn: Array, rim: Array) -> bool:
    """Whether every point drawn is one of the dome's rim, to the rounding of the files."""
    apart = np.linalg.norm(drawn[:, None] - rim, axis=2).min(axis=1)
    return bool(apart.max() < SAME_MM)


def _exponent(dome: Array, foot: Array, height: float) -> float:
    """The exponent of the dome: slope of log (1 - z/h) over log (d/dmax), where both are well above the rounding of the points."""
    axis = -foot / np.linalg.norm(foot)
    along = (dome - foot) @ axis
    aside = np.linalg.norm((dome - foot) - along[..., None] * axis, axis=-1)
    share = aside / aside[:, -1:]
    sunk = (height - along) / (height - along[:, -1:])
    middle = (share > 0.3) & (share < 0.95) & (sunk > 0.01)
    if not middle.any():
        raise Refused("target: no dome over the base, expected rays from the apex down to the base", rule="point-list")
    logs = np.log(share[middle]), np.log(sunk[middle])
    return round(float(logs[0] @ logs[1] / (logs[0] @ logs[0])), 1)


def eye_model(ptd: PtdFile, laterality: Laterality, line: Beamline) -> EyeModel:
    """The eye of a case; what neither the keys nor the point lists hold is that of an eye of published dimensions.

    Raises
    ------
    Refused : numbers of which no eye can be made, or a broken point list.
    """
    wall = ptd.optional_number("SCLR")
    globe = Sclera(
        length_mm=ptd.number("DIAM"),
        width_mm=ptd.number("DIAH"),
        height_mm=ptd.number("DIAV"),
        wall_mm=Sclera().wall_mm if wall is None else wall,
    )
    to_retina = ptd.optional_number("C2VR")
    axial_length = globe.length_mm / 0.97 if to_retina is None else to_retina + globe.wall_mm
    cornea = Cornea.for_axial_length(axial_length, globe, ptd.optional_number("LIMB"))
    folder = ptd.path.parent / FOLDER
    return EyeModel(
        laterality=laterality,
        globe=globe,
        cornea=cornea,
        lens=_lens(ptd, folder),
        disc=_disc(folder),
        macula=_macula(folder),
        tumour=_tumour(folder),
        clips_mm=_clips(ptd, line),
    )


def _lens(ptd: PtdFile, folder: Path) -> Lens:
    """C2PL is the distance from the corneal apex to the posterior pole of the lens, LENS its thickness."""
    known = Lens()
    thickness = ptd.optional_number("LENS") or known.thickness_mm
    posterior = ptd.optional_number("C2PL")
    points = _given(folder, "lens.csv")
    return Lens(
        behind_cornea_mm=known.behind_cornea_mm if posterior is None else posterior - thickness,
        thickness_mm=thickness,
        diameter_mm=known.diameter_mm if points is None else 2 * float(np.max(np.hypot(points[:, 0], points[:, 1]))),
    )


def _disc(folder: Path) -> OpticDisc:
    points = _given(folder, "optdisk.csv")
    if points is None:
        return OpticDisc()
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    return OpticDisc(
        nasal_mm=abs(float(middle[0])), up_mm=float(middle[1]), width_mm=float(high[0] - low[0]), height_mm=float(high[1] - low[1])
    )


def _macula(folder: Path) -> Macula:
    points = _given(folder, "macula.csv")
    return Macula() if points is None else Macula(diameter_mm=float(np.ptp(points[:, 0])))


def _tumour(folder: Path) -> Tumour | None:
    target, base = _given(folder, "target.csv"), _given(folder, "trgt_base.csv")
    if target is None or base is None:
        return None
    try:
        return tumour_from_points(target, base)
    except Refused as problem:
        raise Refused(f"{folder}: {problem}", rule=problem.rule) from problem


def _given(folder: Path, name: str) -> Array | None:
    path = folder / name
    return read_points(path) if path.is_file() else None


def _clips(ptd: PtdFile, line: Beamline) -> tuple[Vector, ...]:
    """The clips in the eye's frame: located from the simulation films and taken back by the pose at simulation.

    Source
    ------
    Fitted from EYEPLAN 3.06c cases: SCLn is (X axial, Y axial, Z lateral) on film; the eye looked at SPOL, SAZI from SCEN.
    """
    count = int(ptd.optional_number("NCLP") or 0)
    if not count or ptd.find("SCEN") is None:
        return ()
    on_film = np.array([ptd.numbers(f"SCL{number}", 3) for number in range(1, count + 1)])
    x, y, z = ptd.numbers("SCEN", 3)
    light = Light(polar_deg=ptd.number("SPOL"), azimuth_deg=ptd.number("SAZI"))
    simulated = EyePose.looking_at(light, (x, y, z), line.light_distance_mm)
    located = FilmProjection(axial=line.axial, lateral=line.lateral).locate(on_film[:, :2], on_film[:, 2])
    return _vectors(simulated.to_eye(located))


def _vectors(points_mm: Array) -> tuple[Vector, ...]:
    return tuple((float(x), float(y), float(z)) for x, y, z in points_mm)
