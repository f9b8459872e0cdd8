"""Tests of the case that ships: what was found on clinical cases holds on it, read from its files."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from tests.ocular.cases import sample_plan
from tests.ocular.sample_case import make_files
from workbench.ocular import sample_eyeplan
from workbench.ocular.beam_view import designed_aperture, tumour_outline
from workbench.ocular.depth import depth_of, proximal_z_mm
from workbench.ocular.eyeplan_ptd import read_ptd
from workbench.ocular.eyeplan_xpc import read_xpc
from workbench.ocular.projection import BeamProjection, FilmProjection
from workbench.ocular.setup import View
from workbench.ocular.store import from_json, to_json

FILM_FROM_BLOCK = 1861 / 1314
"""A block 70 mm upstream of the isocentre, on a film 1861 mm from an X-ray source 1244 mm behind it."""
PLAN = sample_plan()
PRINTED = read_ptd(sample_eyeplan() / "SAMPLE.ptd")


def test_shipped_files_are_those_that_the_eye_gives() -> None:
    """Nothing was changed by hand; a changed model needs the case written anew: ``python -m tests.ocular.sample_case``."""
    folder = sample_eyeplan()

    shipped = {path.relative_to(folder).as_posix(): path.read_text(encoding="latin-1") for path in folder.rglob("*.*")}

    assert shipped == make_files()


def test_clips_of_the_simulation_are_found_on_the_treatment_films() -> None:
    """Located from SCLn and turned with the gaze, the clips fall within 0.1 mm RMS of each film outline's centre."""
    films, drawn = FilmProjection(axial=PLAN.beamline.axial, lateral=PLAN.beamline.lateral), read_xpc(sample_eyeplan() / "SAMPLE.xpc")
    assert PLAN.pose is not None
    assert PLAN.eye_model is not None
    room = PLAN.pose.to_room(np.array(PLAN.eye_model.clips_mm))

    for view, outlines in ((View.AXIAL, drawn.axial_clips), (View.LATERAL, drawn.lateral_clips)):
        away = films.to_film(view, room) - [np.mean(outline, axis=0) for outline in outlines]
        assert np.all(np.sqrt(np.mean(away**2, axis=0)) < 0.1)


def test_range_and_modulation_follow_from_the_tumour() -> None:
    """RNGE and MODN as printed, to the tenth of a millimetre."""
    depth = depth_of(PLAN)

    assert depth.range_mm == pytest.approx(PRINTED.number("RNGE"), abs=0.06)
    assert depth.modulation_mm == pytest.approx(PRINTED.number("MODN"), abs=0.06)


def test_tumour_begins_where_range_and_modulation_say() -> None:
    """z_skin - (RNGE - MODN + PXMG) is the tumour's foremost point, within 0.1 mm."""
    assert PLAN.pose is not None
    assert PLAN.eye_model is not None
    assert PLAN.eye_model.tumour is not None

    begins = proximal_z_mm(PLAN, depth_of(PLAN).skin_z_mm)

    assert begins == pytest.approx(PLAN.pose.to_room(PLAN.eye_model.tumour.points())[:, 2].max(), abs=0.1)


def test_block_is_the_tumours_outline_plus_its_margin() -> None:
    """Each vertex keeps APMG from the outline within 0.1 mm; made anew, the block is the same and has the printed area."""
    assert PLAN.pose is not None
    assert PLAN.eye_model is not None
    assert PLAN.eye_model.tumour is not None
    outline = shapely.Polygon(tumour_outline(PLAN.eye_model.tumour, PLAN.pose, BeamProjection.of(PLAN.beamline)))

    away = shapely.distance(shapely.points(np.array(PLAN.isocentric.points_mm)), outline)
    anew = shapely.Polygon(designed_aperture(PLAN).block_mm)

    assert away == pytest.approx(np.full(len(away), PRINTED.number("APMG")), abs=0.1)
    assert shapely.hausdorff_distance(anew, shapely.Polygon(PLAN.field.aperture.block_mm)) < 0.2
    assert anew.area == pytest.approx(PRINTED.number("AREA"), rel=0.01)
    assert PLAN.field.aperture.area_mm2 == pytest.approx(PRINTED.number("AREA"), abs=0.5)


def test_collimator_on_film_is_the_milled_path_magnified() -> None:
    """Point by point, times 1861/1314, to the digits that are printed."""
    collimator = read_xpc(sample_eyeplan() / "SAMPLE.xpc").collimator

    assert np.array(collimator) == pytest.approx(FILM_FROM_BLOCK * np.array(PLAN.field.aperture.block_mm), abs=0.006)


def test_eye_and_tumour_have_the_printed_sizes() -> None:
    """VOLU, C2VR + SCLR = DIAM/0.97, TMAX, THGT + SCLR and TVOL."""
    model = PLAN.eye_model
    assert model is not None
    assert model.tumour is not None
    base = np.array(model.tumour.base_mm)

    widest = np.linalg.norm(base[:, None] - base, axis=2).max()

    assert model.globe.volume_mm3 == pytest.approx(PRINTED.number("VOLU"), rel=0.003)
    assert model.axial_length_mm == pytest.approx(PRINTED.number("DIAM") / 0.97, abs=0.1)
    assert widest == pytest.approx(PRINTED.number("TMAX"), abs=0.05)
    assert model.tumour.height_mm == pytest.approx(PRINTED.number("THGT") + PRINTED.number("SCLR"), abs=0.01)
    assert (model.tumour.exponent, model.tumour.drawn_base_mm) == (2.0, ())
    assert model.tumour.volume_mm3 == pytest.approx(PRINTED.number("TVOL"), rel=0.04)


def test_clips_lie_on_the_sclera_beside_the_tumour() -> None:
    """Within 0.1 mm of the wall, 1 to 5 mm beside the tumour's base, as surgeons sew them."""
    assert PLAN.eye_model is not None
    assert PLAN.eye_model.tumour is not None
    clips = np.array(PLAN.eye_model.clips_mm)

    apart = np.linalg.norm(clips[:, None] - np.array(PLAN.eye_model.tumour.base_mm), axis=2).min(axis=1)

    assert np.linalg.norm(clips, axis=1) == pytest.approx(np.full(4, 12.0), abs=0.1)
    assert np.all((apart > 1.0) & (apart < 5.0)), apart


def test_plan_of_the_sample_comes_back_from_json() -> None:
    """Eye, tumour and clips included."""
    assert from_json(to_json(PLAN)) == PLAN
