"""Tests of plans read from EYEPLAN files: clinical cases, the sample, and files with one thing wrong.

Expected numbers of the clinical cases were read off their files by eye, or stand in the notes on the data.
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from tests.ocular.cases import StoppedClock, changed_case, sample_plan
from workbench.errors import Refused
from workbench.ocular import OcularPlan, read_eyeplan, sample_eyeplan
from workbench.ocular.eyeplan_xpc import read_xpc
from workbench.ocular.plan import Fixation, Laterality, Light, Patient, Prescription, TreatedEye, View, Wedge

FILM_FROM_BLOCK = 1861 / 1314
"""A block 70 mm upstream of the isocentre, on a film 1861 mm from an X-ray source 1244 mm behind it."""


def clinical(shared: Path, case: str) -> OcularPlan:
    """One of the anonymised clinical plans."""
    return read_eyeplan(shared / "data" / "eyeplan" / case, clock=StoppedClock())


def test_clinical_case_gives_its_gaze_range_dose_and_eye(shared: Path) -> None:
    """Case P1 has light 18/330, 20 Gy(RBE) in four fractions, range 29.0 and modulation 18.0 mm."""
    plan = clinical(shared, "P1")

    assert plan.patient == Patient(id="P1")
    assert plan.prescription == Prescription(dose_gy_rbe=20.0, fractions=4, site="Emangioma")
    assert plan.prescription.dose_per_fraction_gy_rbe == 5.0
    assert plan.fixation == Fixation(gaze=Light(polar_deg=18.0, azimuth_deg=330.0), eye=Laterality.RIGHT)
    assert plan.eye == TreatedEye(
        laterality=Laterality.RIGHT,
        centre_mm=(5.8, -1.9, 8.7),
        length_mm=26.0,
        width_mm=26.0,
        height_mm=26.0,
        skin_plane_mm=2.0,
        limbus_mm=12.0,
        tumour_base_max_mm=15.7,
        tumour_base_min_mm=11.9,
        tumour_height_mm=3.0,
    )
    assert (plan.field.range_mm, plan.field.modulation_mm) == (29.0, 18.0)
    assert (plan.field.aperture_margin_mm, plan.field.distal_margin_mm, plan.field.proximal_margin_mm) == (2.5, 2.5, 5.1)
    assert (plan.label, plan.created) == ("Plan 4", StoppedClock().now())


@pytest.mark.parametrize(("case", "points", "area_mm2"), [("P1", 22, 218), ("P2", 24, 202), ("P3", 22, 194)])
def test_milled_path_encloses_the_area_that_eyeplan_prints(shared: Path, case: str, points: int, area_mm2: float) -> None:
    """AREA of the parameters is that of the physical path, to half a square millimetre."""
    aperture = clinical(shared, case).field.aperture

    assert len(aperture.block_mm) == points
    assert aperture.area_mm2 == pytest.approx(area_mm2, abs=0.5)


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_collimator_on_film_is_the_milled_path_magnified(shared: Path, case: str) -> None:
    """Every collimator point of the film lies within 0.01 mm of a vertex of the block times 1861/1314."""
    folder = shared / "data" / "eyeplan" / case
    collimator = read_xpc(folder / f"{case}.xpc").collimator
    block = clinical(shared, case).field.aperture.block_mm

    assert collimator is not None
    for x, y in collimator:
        assert min(math.hypot(FILM_FROM_BLOCK * bx - x, FILM_FROM_BLOCK * by - y) for bx, by in block) < 0.01


def test_fellow_eye_that_fixates_brings_its_own_light(shared: Path) -> None:
    """Case P3 treats the right eye while the left one looks at 36.9/32.5; 53.0 mm lie between the pupils."""
    plan = clinical(shared, "P3")

    assert plan.fixation == Fixation(
        gaze=Light(polar_deg=25.0, azimuth_deg=60.0),
        eye=Laterality.LEFT,
        fellow_light=Light(polar_deg=36.9, azimuth_deg=32.5),
        interpupillary_mm=53.0,
    )
    assert (plan.light_azimuth_deg, plan.light_polar_deg) == (122.5, 36.9)


def test_wedge_keeps_what_nobody_can_interpret_as_a_note(shared: Path) -> None:
    """Case P3 has WED1 Wed1, 30, 27.7: a name, an angle, and a number that is not understood; no direction is invented."""
    (wedge,) = clinical(shared, "P3").field.wedges

    assert wedge == Wedge(
        number=1,
        id="Wed1",
        angle_deg=30.0,
        orientation_deg=None,
        tray_to_isocentre_mm=90.0,
        type="STANDARD",
        note="EYEPLAN WED1: 27.7 beside the angle, meaning not known",
    )


def test_setup_images_carry_the_clips_of_each_film(shared: Path) -> None:
    """Case P1 shows four clips of 18 points on either film; the first points are those of the file."""
    axial, lateral = clinical(shared, "P1").setup_images

    assert (axial.view, lateral.view) == (View.AXIAL, View.LATERAL)
    assert [outline.label for outline in axial.outlines] == ["Clip 1", "Clip 2", "Clip 3", "Clip 4"]
    assert {len(outline.points_mm) for image in (axial, lateral) for outline in image.outlines} == {18}
    assert (axial.outlines[0].points_mm[0], lateral.outlines[0].points_mm[0]) == ((-8.56, -10.07), (6.66, -10.09))


def test_sample_is_a_left_eye_with_a_wedge() -> None:
    """The case that ships is unlike the clinical ones: a left eye, 50 Gy(RBE) in five fractions, one wedge of 25 degrees."""
    plan = sample_plan()

    assert (plan.patient.id, plan.patient.name, plan.eye.laterality) == ("SAMPLE", "Sample^Left", Laterality.LEFT)
    assert (plan.prescription.dose_gy_rbe, plan.prescription.fractions) == (50.0, 5)
    assert [wedge.angle_deg for wedge in plan.field.wedges] == [25.0]


def test_caller_says_who_the_patient_is() -> None:
    """An ID, a name and a label that are given come before those of the files."""
    plan = read_eyeplan(sample_eyeplan() / "SAMPLE.ptd", patient_id="123", patient_name="Doe^Jane", label="A1", clock=StoppedClock())

    assert (plan.patient, plan.label) == (Patient(id="123", name="Doe^Jane"), "A1")


def test_patient_without_identity_is_named_after_the_folder(tmp_path: Path) -> None:
    """EYEPLAN's anonymised files have blank PTID and PTNM: the folder names the ID, the name stays unknown."""
    folder = tmp_path / "case-7"
    folder.mkdir()
    path = changed_case(folder, ".ptd", "PTNM Sample^Left\nPTID SAMPLE\n", "PTNM \nPTID \n")

    plan = read_eyeplan(path.parent)

    assert plan.patient == Patient(id="case-7")


def test_fellow_light_is_predicted_when_only_the_pupils_distance_is_known(tmp_path: Path) -> None:
    """Without HPOL and HAZM the light stands one pupils' distance aside, to the right for a treated left eye."""
    changed_case(tmp_path, ".ptd", "FIXN L\n", "FIXN R\nIPDS 60.0\n")

    plan = read_eyeplan(tmp_path)

    x, y, z = plan.fixation.physical.position_mm(132.5)
    seen_x, seen_y, seen_z = plan.fixation.gaze.position_mm(132.5)
    assert (x, y, z) == pytest.approx((seen_x - 60.0, seen_y, seen_z), abs=1e-9)


def test_names_in_another_case_are_found(tmp_path: Path) -> None:
    """Files from a DOS machine may come in capitals."""
    shutil.copytree(sample_eyeplan() / "model", tmp_path / "model")
    for file in sample_eyeplan().glob("SAMPLE.*"):
        (tmp_path / file.name.upper()).write_bytes(file.read_bytes().replace(b"\n", b"\r\n") + b"\x1a")

    plan = read_eyeplan(tmp_path, clock=StoppedClock())

    assert plan == sample_plan()


@pytest.mark.parametrize(
    ("suffix", "found", "changed", "sentence"),
    [
        (".ptd", "RNGE 23.4", "RNGE 40.0", "beamline demo-eyeline: range 40 mm asked for, expected at most 33.4 mm"),
        (".ptd", "AREA 160", "AREA 150", "the path encloses 159.9 mm², expected 150 as AREA in SAMPLE.ptd"),
        (".ptd", "ECEN -6.4", "ECEN -6.2", "eye centre is (-6.4, -4.5, 4.6), expected (-6.2, -4.5, 4.6) as in SAMPLE.ptd"),
        (".ptd", "PLAN 1", "PLAN 2", "plan number is 1, expected 2 as in SAMPLE.ptd"),
        (".ptd", "NCLP 4", "NCLP 5", "found 4 clips, expected 5 as in SAMPLE.ptd"),
        (".ptd", "DOSU CGE", "DOSU Gy", "line 30: found 'DOSU Gy', expected DOSU with CGE"),
        (".ptd", "FRCT 5", "FRCT 5.5", "line 31: found 'FRCT 5.5', expected FRCT with a whole number"),
        (".ptd", "FIXN L", "FIXN R", "the fellow eye fixates without HPOL and HAZM, expected them or IPDS"),
        (".ptd", "WED1 Wed1, 25, 24.5", "WED1 Wed1", "line 26: found 'WED1 Wed1', expected WED1 with a name, an angle and a number"),
        (".ptd", "POLR 20.0", "POLR 95.0", "fixation light: polar_deg is 95, expected 0 to below 90 degrees"),
        (".ptd", "COLL SAMPLE.mil", "COLL OTHER.mil", "no such file, expected it beside SAMPLE.ptd"),
        (".mil", "X+2.092 Y+6.772", "X+2.092 Y-9.320", "aperture: block_mm crosses itself at ("),
    ],
)
def test_files_that_make_no_plan_are_refused(tmp_path: Path, suffix: str, found: str, changed: str, sentence: str) -> None:
    """What contradicts another file, the beamline or reason is named with its file, what was found and what is expected."""
    changed_case(tmp_path, suffix, found, changed)

    with pytest.raises(Refused) as refusal:
        read_eyeplan(tmp_path)

    assert str(refusal.value).startswith(str(tmp_path))
    assert sentence in str(refusal.value)


@pytest.mark.parametrize("suffix", [".mil", ".xpc"])
def test_missing_file_is_named(tmp_path: Path, suffix: str) -> None:
    """A plan without its block or its films is no plan."""
    changed_case(tmp_path, ".ptd", "PLAN 1", "PLAN 1").with_suffix(suffix).unlink()

    with pytest.raises(Refused) as refusal:
        read_eyeplan(tmp_path)

    assert str(refusal.value) == f"{tmp_path / f'SAMPLE{suffix}'}: no such file, expected it beside SAMPLE.ptd"


def test_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    """An empty folder and one that does not exist are told apart."""
    with pytest.raises(Refused) as empty:
        read_eyeplan(tmp_path)
    with pytest.raises(Refused) as absent:
        read_eyeplan(tmp_path / "nowhere")

    assert str(empty.value) == f"{tmp_path}: found none, expected one .ptd file"
    assert str(absent.value) == f"{tmp_path / 'nowhere'}: no such file or folder, expected a folder with EYEPLAN files"
