"""Tests of the eye read from EYEPLAN files: formulas found on the clinical cases, and point lists with one thing wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.ocular.cases import StoppedClock, changed_case
from workbench.errors import Refused
from workbench.ocular import OcularPlan, read_eyeplan
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.eyeplan_model import read_points
from workbench.ocular.eyeplan_ptd import read_ptd
from workbench.ocular.eyeplan_xpc import read_xpc
from workbench.ocular.projection import FilmProjection
from workbench.ocular.setup import View
from workbench.ocular.store import from_json, to_json

CASES = ("P1", "P2", "P3")


def clinical(shared: Path, case: str) -> tuple[Path, OcularPlan, EyeModel]:
    """Folder, plan and eye of one of the anonymised clinical plans."""
    folder = shared / "data" / "eyeplan" / case
    plan = read_eyeplan(folder, clock=StoppedClock())
    assert plan.eye_model is not None
    return folder, plan, plan.eye_model


@pytest.mark.parametrize("case", CASES)
def test_clips_of_the_simulation_are_found_on_the_treatment_films(shared: Path, case: str) -> None:
    """Located from the simulation films and turned with the gaze, the clips fall within 0.1 mm RMS of each film outline's centre."""
    folder, plan, model = clinical(shared, case)
    films = FilmProjection(axial=plan.beamline.axial, lateral=plan.beamline.lateral)
    drawn = read_xpc(folder / f"{case}.xpc")
    assert plan.pose is not None
    room = plan.pose.to_room(np.array(model.clips_mm))

    for view, outlines in ((View.AXIAL, drawn.axial_clips), (View.LATERAL, drawn.lateral_clips)):
        away = films.to_film(view, room) - [np.mean(outline, axis=0) for outline in outlines]
        assert np.all(np.sqrt(np.mean(away**2, axis=0)) < 0.1)


@pytest.mark.parametrize("case", CASES)
def test_globe_volume_is_the_one_that_eyeplan_prints(shared: Path, case: str) -> None:
    """VOLU is pi/6·DIAM·DIAH·DIAV within 0.3 %."""
    folder, _, model = clinical(shared, case)

    assert model.globe.volume_mm3 == pytest.approx(read_ptd(folder / f"{case}.ptd").number("VOLU"), rel=0.003)


@pytest.mark.parametrize("case", CASES)
def test_axial_length_follows_from_the_globe(shared: Path, case: str) -> None:
    """C2VR + SCLR, from corneal apex to outer posterior pole, is DIAM/0.97 to the tenth that both are printed with."""
    _, _, model = clinical(shared, case)

    assert model.axial_length_mm == pytest.approx(model.globe.length_mm / 0.97, abs=0.1)


@pytest.mark.parametrize("case", CASES)
def test_cornea_runs_through_the_planners_points(shared: Path, case: str) -> None:
    """The apex agrees to 5 µm and the limbus plane to 10 µm with ``cornea.csv``; in between the sphere is within 0.25 mm."""
    folder, _, model = clinical(shared, case)
    points = read_points(folder / "model" / "cornea.csv")

    assert model.cornea.apex_mm == pytest.approx(points[:, 2].max(), abs=0.005)
    assert model.cornea.limbus_z_mm(model.globe) == pytest.approx(points[:, 2].min(), abs=0.01)
    off = np.linalg.norm(points - [0, 0, model.cornea.centre_mm], axis=1) - model.cornea.radius_mm
    assert np.abs(off).max() < 0.25


@pytest.mark.parametrize("case", CASES)
def test_globe_runs_through_the_planners_points(shared: Path, case: str) -> None:
    """Every point of ``sclera.csv`` lies on the ellipsoid of DIAH, DIAV and DIAM, within 0.01 mm."""
    folder, _, model = clinical(shared, case)
    points = read_points(folder / "model" / "sclera.csv")

    away = np.linalg.norm(points - model.globe.on_surface(points), axis=1)

    assert away.max() < 0.01


@pytest.mark.parametrize(("case", "exponent", "height_mm"), [("P1", 2.0, 4.0), ("P2", 4.0, 8.3), ("P3", 4.0, 8.7)])
def test_tumour_is_the_dome_of_the_planners_points(shared: Path, case: str, exponent: float, height_mm: float) -> None:
    """The height is THGT plus the 1.0 mm of SCLR (the base lies on the sclera's outside), the exponent 2 or 4."""
    folder, _, model = clinical(shared, case)

    assert model.tumour is not None
    assert model.tumour.exponent == exponent
    assert model.tumour.height_mm == pytest.approx(height_mm, abs=0.01)
    printed = read_ptd(folder / f"{case}.ptd")
    assert printed.number("THGT") + printed.number("SCLR") == pytest.approx(height_mm)


@pytest.mark.parametrize("case", CASES)
def test_every_point_of_the_dome_obeys_the_formula(shared: Path, case: str) -> None:
    """z = h·(1-(d/dmax)^k) between the apex and each ray's rim gives the planner's points within 0.01 mm."""
    folder, _, model = clinical(shared, case)
    assert model.tumour is not None
    dome = read_points(folder / "model" / "target.csv").reshape(-1, 27, 3)[:, :16] - np.array(model.tumour.foot_mm)
    along = dome @ model.tumour.axis
    aside = np.linalg.norm(dome - along[..., None] * model.tumour.axis, axis=2)

    share = aside / aside[:, -1:]
    expected = along[:, -1:] + (model.tumour.height_mm - along[:, -1:]) * (1 - share**model.tumour.exponent)

    assert along == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("case", CASES)
def test_tumour_volume_is_about_the_one_that_eyeplan_prints(shared: Path, case: str) -> None:
    """TVOL within 4 %: EYEPLAN does not say how it integrates."""
    folder, _, model = clinical(shared, case)

    assert model.tumour is not None
    assert model.tumour.volume_mm3 == pytest.approx(read_ptd(folder / f"{case}.ptd").number("TVOL"), rel=0.04)


@pytest.mark.parametrize("case", CASES)
def test_disc_and_macula_are_where_the_planner_drew_them(shared: Path, case: str) -> None:
    """The disc of a right eye lies 4.3 mm nasal (+x) and 0.5 mm above the posterior pole; both rims are on the wall."""
    folder, _, model = clinical(shared, case)

    disc, macula = model.contours()[Structure.OPTIC_DISC], model.contours()[Structure.MACULA]

    drawn = read_points(folder / "model" / "optdisk.csv")
    assert disc.mean(axis=0)[:2] == pytest.approx((4.3, 0.5), abs=0.01)
    assert (disc.min(axis=0)[:2], disc.max(axis=0)[:2]) == (
        pytest.approx(drawn.min(axis=0)[:2], abs=0.01),
        pytest.approx(drawn.max(axis=0)[:2], abs=0.01),
    )
    assert np.ptp(macula[:, 0]) == pytest.approx(1.5, abs=1e-6)


def test_lens_follows_from_its_keys(shared: Path) -> None:
    """Case P1: C2PL 7.6 and LENS 4.1 put its front 3.5 mm behind the cornea."""
    _, _, model = clinical(shared, "P1")

    assert (model.lens.behind_cornea_mm, model.lens.thickness_mm) == pytest.approx((3.5, 4.1))
    assert model.lens.diameter_mm == pytest.approx(9.63, abs=0.01)


def test_plan_with_its_eye_comes_back_from_json(shared: Path) -> None:
    """The eye is part of the plan's text."""
    _, plan, _ = clinical(shared, "P2")

    assert from_json(to_json(plan)) == plan


def test_eye_without_what_the_file_leaves_out_is_a_standard_one(tmp_path: Path) -> None:
    """Without its keys and points the lens is the published one; the clips are known."""
    changed_case(tmp_path, ".ptd", "LENS 4.0\nC2PL 7.6\n", "")
    (tmp_path / "model" / "lens.csv").unlink()
    model = read_eyeplan(tmp_path).eye_model

    assert model is not None
    assert (model.lens.behind_cornea_mm, model.lens.thickness_mm) == (3.6, 3.6)
    assert len(model.clips_mm) == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2\n3,4\n", "found 2 lines, expected finite numbers in three lines, x, y and z"),
        ("1,2\n3\n5,6\n", "line 2: found '3', expected 2 numbers, as in the line of x"),
        ("1,2\n3,four\n5,6\n", "line 2: found '3,four', expected numbers separated by commas"),
        ("1,2\n3,nan\n5,6\n", "found 3 lines, expected finite numbers in three lines, x, y and z"),
    ],
)
def test_broken_point_list_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    """A list without z, lines of different length and what is no number are named with file and line."""
    path = tmp_path / "target.csv"
    path.write_text(text, encoding="ascii")

    with pytest.raises(Refused) as refusal:
        read_points(path)

    assert str(refusal.value).startswith(str(path))
    assert sentence in str(refusal.value)
