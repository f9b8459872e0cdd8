"""Exported RT Ion Plans: whole, true to the plan, guarded row by row, for plans of every kind."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from tests.factories import CountedUids, make_beamline, make_field, make_plan
from tests.iods.mutations import mutants
from workbench.dicom.check import Severity, check, errors
from workbench.dicom.part10 import encoded, read_file
from workbench.errors import Refused
from workbench.iods import OCULAR_ION_PLAN, RECEIVED_ION_PLAN
from workbench.mapping.ocular_plans import export, ion_plan, plan_scope
from workbench.mapping.ocular_uids import ExportUids
from workbench.ocular.accessories import Wedge
from workbench.ocular.aperture import Aperture
from workbench.ocular.eye import Laterality
from workbench.ocular.eyeplan import read_eyeplan
from workbench.ocular.gaze import Fixation, Light
from workbench.ocular.plan import OcularPlan, Patient, Prescription, Sex
from workbench.settings import OCULAR_AS_STATED, OWN

UIDS = ExportUids.new(CountedUids(), images=2)


def exported(plan: OcularPlan) -> Dataset:
    """The plan's RT Ion Plan as its reader gets it."""
    return encoded(ion_plan(plan, uids=UIDS, identity=OWN)).dataset()


def test_an_exported_plan_keeps_every_row() -> None:
    """A plan that knows everything is written in full: nothing found, not even a note."""
    plan = make_plan()

    findings = check(OCULAR_ION_PLAN, exported(plan), plan_scope(plan, uids=UIDS, identity=OWN))

    assert findings == []


def test_every_row_dropped_or_changed_is_named() -> None:
    """An exported plan with one element dropped or changed has an error at that element's path."""
    plan = make_plan()
    dataset, scope = exported(plan), plan_scope(plan, uids=UIDS, identity=OWN)

    unnamed = [
        (mutant.path, mutant.how)
        for mutant in mutants(dataset)
        if mutant.path not in {one.path for one in errors(check(OCULAR_ION_PLAN, dataset, scope))}
    ]

    assert unnamed == []


def test_every_row_is_written_when_everything_is_known() -> None:
    """The mutants of a full plan reach every row of the export."""
    dataset = exported(make_plan())

    reached = {".".join(part.partition("[")[0] for part in mutant.path.split(".")) for mutant in mutants(dataset)}

    assert {path for _, path, _ in OCULAR_ION_PLAN.walk()} - reached == set()


def test_an_exported_plan_is_one_that_the_treatment_side_accepts() -> None:
    """What the planner writes, the rows of the received plan take without an error, a patient who sits included."""
    assert errors(check(RECEIVED_ION_PLAN, exported(make_plan()))) == []


def test_nothing_but_what_is_known_is_written() -> None:
    """A plan that knows little leaves type 3 out and type 2 empty."""
    plan = make_plan(
        name=None,
        description=None,
        operator=None,
        patient=Patient(id="P-002", name="Roe^Jo"),
        setup_images=(),
        field=make_field(description=None, wedges=(), range_shifters=(), lateral_spreaders=(), range_modulators=()),
        beamline=make_beamline(meterset_rate_mu_per_min=None),
    )

    dataset = export(plan, uid_source=CountedUids(), identity=OWN).plan

    assert [keyword for keyword in ("RTPlanName", "RTPlanDescription") if keyword in dataset] == []
    assert [
        dataset[keyword].value for keyword in ("OperatorsName", "PatientBirthDate", "PatientSex") if not dataset[keyword].is_empty
    ] == []
    beam = dataset.IonBeamSequence[0]
    assert [beam.NumberOfWedges, beam.NumberOfRangeShifters, beam.NumberOfRangeModulators] == [0, 0, 0]
    assert [keyword for keyword in ("IonWedgeSequence", "RangeShifterSequence", "BeamDescription") if keyword in beam] == []
    assert "ReferencedSetupImageSequence" not in dataset.PatientSetupSequence[0]
    assert "MetersetRate" not in beam.IonControlPointSequence[0]


def test_constant_attributes_stand_in_the_first_control_point_only() -> None:
    """The second of two control points has its index and weight 1, nothing else (ambiguity 16)."""
    first, last = exported(make_plan()).IonBeamSequence[0].IonControlPointSequence

    assert (first.CumulativeMetersetWeight, last.CumulativeMetersetWeight) == (0.0, 1.0)
    assert [element.keyword for element in last] == ["ControlPointIndex", "CumulativeMetersetWeight"]


def test_block_data_and_field_size_are_those_of_the_isocentric_plane() -> None:
    """A square of 9.6 mm half width 70 mm upstream of the isocentre is 10 mm there, seen from 1750 mm; its circle 2·10·√2 mm."""
    beam = exported(make_plan()).IonBeamSequence[0]

    corners = {(float(x), float(y)) for x, y in zip(*[iter(beam.IonBlockSequence[0].BlockData)] * 2, strict=True)}

    assert corners == {(10.0, 10.0), (10.0, -10.0), (-10.0, 10.0), (-10.0, -10.0)}
    assert beam[0x300B, 0x1002].value == pytest.approx(2 * 10 * math.sqrt(2) / 10, rel=1e-7)


def test_the_light_is_told_in_the_beams_frame() -> None:
    """Azimuth 330° in the room is 330 + 90 - 360 = 60° at gantry 90 (PS3.3 C.8.8.25.6.4); the polar angle stays."""
    beam = exported(make_plan()).IonBeamSequence[0]

    assert (beam.FixationLightAzimuthalAngle, beam.FixationLightPolarAngle) == (60.0, 18.0)


def test_the_identity_is_the_one_that_was_set() -> None:
    """Manufacturer, model and versions come from the settings."""
    dataset = ion_plan(make_plan(), uids=UIDS, identity=OCULAR_AS_STATED)

    assert (dataset.Manufacturer, dataset.ManufacturerModelName) == (OCULAR_AS_STATED.manufacturer, OCULAR_AS_STATED.model)


def test_a_name_outside_the_default_repertoire_is_refused() -> None:
    """No Specific Character Set is exported (R240), so a name beyond ASCII cannot be; the message names the row."""
    plan = make_plan(patient=Patient(id="P-003", name="Müller^Jürgen"))

    with pytest.raises(Refused, match=r"RT Ion Plan\.PatientName: found 'Müller\^Jürgen', expected characters of the default repertoire"):
        ion_plan(plan, uids=UIDS, identity=OWN)


def test_plan_and_images_refer_to_each_other() -> None:
    """The plan names its images, each image the plan; study and frame of reference are shared, series are not."""
    made = export(make_plan(), uid_source=CountedUids(), identity=OWN)

    named = [item.ReferencedSOPInstanceUID for item in made.plan.PatientSetupSequence[0].ReferencedSetupImageSequence]
    assert named == [image.SOPInstanceUID for image in made.images]
    assert {image.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID for image in made.images} == {made.plan.SOPInstanceUID}
    assert len({one.StudyInstanceUID for one in made.all()}) == len({one.FrameOfReferenceUID for one in made.all()}) == 1
    assert len({one.SeriesInstanceUID for one in made.all()}) == 2


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_plans_are_exported_without_a_finding(shared: Path, case: str) -> None:
    """Plans read from EYEPLAN files keep every row, and the treatment side takes them."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case)
    uids = ExportUids.new(CountedUids(), images=len(plan.setup_images))

    dataset = encoded(ion_plan(plan, uids=uids, identity=OWN)).dataset()

    assert check(OCULAR_ION_PLAN, dataset, plan_scope(plan, uids=uids, identity=OWN)) == []
    assert errors(check(RECEIVED_ION_PLAN, dataset)) == []


def test_a_plan_of_another_system_is_read_without_an_error(shared: Path) -> None:
    """A four-field plan of a clinical information system, private attributes included, breaks no received row."""
    dataset = read_file(shared / "data" / "ion_plans" / "aria_four_field_qa.dcm").dataset()

    assert [one for one in check(RECEIVED_ION_PLAN, dataset) if one.severity is not Severity.NOTE] == []


NUMBERS = st.floats(min_value=0.001, max_value=500.0, allow_nan=False)
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="\\^="), min_size=1, max_size=16).filter(
    lambda text: text.strip() == text
)


@st.composite
def plans(draw: st.DrawFn) -> OcularPlan:
    """Plans of all shapes that a planner may make."""
    corners = draw(st.integers(min_value=3, max_value=60))
    radius = draw(st.floats(min_value=0.5, max_value=17.0))
    block = tuple(
        (radius * math.cos(2 * math.pi * corner / corners), radius * math.sin(2 * math.pi * corner / corners)) for corner in range(corners)
    )
    range_mm = draw(st.floats(min_value=1.0, max_value=33.4))
    wedges = tuple(
        Wedge(
            number=number + 1,
            id=draw(TEXTS),
            angle_deg=draw(st.integers(min_value=1, max_value=89)),
            orientation_deg=draw(st.none() | st.floats(min_value=0, max_value=360)),
            tray_to_isocentre_mm=draw(NUMBERS),
            type=draw(st.sampled_from([None, "STANDARD", "PARTIAL_MOTORIZ"])),
            thin_edge_mm=draw(st.floats(min_value=-20, max_value=20)),
        )
        for number in range(draw(st.integers(min_value=0, max_value=3)))
    )
    zone = timezone(timedelta(minutes=draw(st.integers(min_value=-720, max_value=840))))
    return make_plan(
        label=draw(TEXTS),
        created=draw(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.sampled_from([UTC, zone]))),
        patient=Patient(id=draw(TEXTS), name=draw(TEXTS), sex=draw(st.none() | st.sampled_from(Sex))),
        prescription=Prescription(dose_gy_rbe=draw(NUMBERS), fractions=draw(st.integers(min_value=1, max_value=40)), site=draw(TEXTS)),
        fixation=Fixation(
            gaze=Light(polar_deg=draw(st.floats(min_value=2, max_value=60)), azimuth_deg=draw(st.floats(min_value=0, max_value=359.99))),
            eye=Laterality.RIGHT,
        ),
        field=make_field(
            aperture=Aperture(block_mm=block, block_id=draw(TEXTS)),
            range_mm=range_mm,
            modulation_mm=draw(st.floats(min_value=0.5, max_value=range_mm)),
            wedges=wedges,
        ),
        beamline=make_beamline(gantry_angle_deg=draw(st.sampled_from([90.0, 270.0]))),
    )


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_whatever_is_planned_is_exported_without_a_finding(plan: OcularPlan) -> None:
    """Build, turn to bytes, read and check: no plan gives a finding."""
    assert check(OCULAR_ION_PLAN, exported(plan), plan_scope(plan, uids=UIDS, identity=OWN)) == []
