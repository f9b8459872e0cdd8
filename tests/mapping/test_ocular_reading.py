"""Plans read back from DICOM: ours are the ones that were exported, those of others as far as they go, and what is none is told so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from tests.factories import CountedUids, make_beamline, make_field, make_plan
from tests.ocular.cases import sample_plan
from tests.planned import plans
from workbench.dicom import uids as known_uids
from workbench.dicom.part10 import encoded, read_file
from workbench.errors import Refused
from workbench.mapping.ocular_plans import export
from workbench.mapping.ocular_reading import Reading, Said, read_ion_plan
from workbench.ocular.accessories import PARTIAL_WEDGES, Wedge
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.eyeplan import read_eyeplan
from workbench.ocular.gaze import Fixation
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import SetupImage
from workbench.settings import OWN


def read_back(plan: OcularPlan, *, syntax: str = known_uids.IMPLICIT_LITTLE, zone: tzinfo | None = None) -> Reading:
    """The plan after export, encoding, decoding and reading, with the description of its beamline at hand."""
    made = export(plan, uid_source=CountedUids(), identity=OWN)
    there = [encoded(dataset).transcoded(syntax).dataset() for dataset in made.all()]
    said = Said(zone=zone or plan.created.tzinfo)  # type: ignore[arg-type]
    return read_ion_plan(there[0], images=there[1:], beamlines={plan.beamline.name: plan.beamline}, said=said)


def carried(plan: OcularPlan) -> OcularPlan:
    """The plan without what no row of the ocular statement carries: the expectation, written out by hand."""
    unknown = {"aperture_margin_mm": None, "distal_margin_mm": None, "proximal_margin_mm": None}
    return replace(
        plan,
        eye=TreatedEye(laterality=plan.eye.laterality),
        eye_model=None,
        fixation=Fixation(gaze=plan.fixation.physical, eye=None),
        field=replace(plan.field, **unknown, wedges=tuple(_wedge(one) for one in plan.field.wedges)),
        setup_images=tuple(_image(plan, one) for one in plan.setup_images),
    )


def _wedge(wedge: Wedge) -> Wedge:
    return replace(wedge, note=None, thin_edge_mm=wedge.thin_edge_mm if wedge.type in PARTIAL_WEDGES else None)


def _image(plan: OcularPlan, image: SetupImage) -> SetupImage:
    return replace(image, magnification=plan.film(image.view).magnification)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_export_then_import_is_the_identity(plan: OcularPlan) -> None:
    """Whatever is planned comes back whole, every accessory, angle, tolerance and outline, and nothing had to be taken from elsewhere."""
    assert read_back(plan) == Reading(plan=carried(plan), notes=())


@pytest.mark.parametrize("syntax", known_uids.UNCOMPRESSED)
def test_a_plan_comes_back_from_each_transfer_syntax(syntax: str) -> None:
    """Private attributes and curves included."""
    plan = make_plan()

    assert read_back(plan, syntax=syntax).plan == carried(plan)


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_plans_come_back_with_the_block_as_it_is_milled(shared: Path, case: str) -> None:
    """EYEPLAN's three decimals of the milled path survive the isocentric plane and the turned frame."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case)

    again = read_back(plan).plan

    assert again == carried(plan)
    assert again.field.aperture == plan.field.aperture


def test_a_plan_without_its_images_says_so() -> None:
    """An image that is referred to and not at hand is a note, not a refusal."""
    plan = make_plan()
    made = export(plan, uid_source=CountedUids(), identity=OWN)

    reading = read_ion_plan(made.plan, beamlines={"line": plan.beamline})

    assert reading.plan.setup_images == ()
    assert reading.notes == ("setup image 2.25.6 is not at hand", "setup image 2.25.7 is not at hand")


def test_a_plan_for_no_eye_is_told_so(shared: Path) -> None:
    """Four scanned fields of a clinical system: one sentence, no crash."""
    dataset = read_file(shared / "data" / "ion_plans" / "aria_four_field_qa.dcm").dataset()

    with pytest.raises(Refused) as refusal:
        read_ion_plan(dataset, beamlines={})

    assert str(refusal.value).startswith("RT Ion Plan 1.2.246.352.71.5.")
    assert str(refusal.value).endswith(
        ": none of its 4 beams has a fixation light (Fixation Light Azimuthal and Polar Angle), expected one: this is no plan for an eye"
    )
    assert refusal.value.rule == "no-eye-beam"


def as_it_is(_: Dataset) -> None:
    """Changes nothing."""


def foreign(change: Callable[[Dataset], object]) -> Dataset:
    """The export of a full plan without images, changed as another maker might have written it."""
    dataset = export(make_plan(setup_images=()), uid_source=CountedUids(), identity=OWN).plan
    change(dataset)
    return encoded(dataset).dataset()


def without(*paths: str) -> Callable[[Dataset], None]:
    """Removes attributes of the plan, the beam (``beam.``), its first control point (``cp.``) or its block (``block.``)."""

    def change(dataset: Dataset) -> None:
        beam = dataset.IonBeamSequence[0]
        owners = {"": dataset, "beam": beam, "cp": beam.IonControlPointSequence[0], "block": beam.IonBlockSequence[0]}
        for path in paths:
            owner, _, keyword = path.rpartition(".")
            del owners[owner][keyword]

    return change


def read_foreign(change: Callable[[Dataset], object], **said: Any) -> Reading:
    """What is read of it with the test line at hand."""
    return read_ion_plan(foreign(change), beamlines={"test-line": make_beamline()}, said=Said(**said))


@pytest.mark.parametrize(
    ("missing", "notes"),
    [
        (["RTPlanName", "RTPlanDescription", "beam.BeamDescription", "cp.MetersetRate", "cp.HeadFixationAngle"], []),
        (["PlanIntent"], ["the intent is not in the plan; CURATIVE is taken"]),
        (["RTPlanTime"], ["RTPlanDate has no time of day; midnight is taken"]),
        (["block.BlockTrayID"], ["BlockTrayID is not in the plan; TRAY1 of beamline test-line is taken"]),
        (["beam.SnoutSequence"], ["SnoutSequence is not in the plan; SNOUT35 of beamline test-line is taken"]),
        (["cp.GantryAngle"], ["GantryAngle is not in the plan; 90.0 of beamline test-line is taken"]),
        (["DoseReferenceSequence"], ["the target has no description; right eye is taken"]),
    ],
    ids=lambda value: value[0] if value else "nothing",
)
def test_what_others_leave_out_is_taken_from_elsewhere_and_noted(missing: list[str], notes: Sequence[str]) -> None:
    """Optional attributes that are absent are not known; what the model needs comes from the beamline's description, with a note."""
    reading = read_foreign(without(*missing))

    assert list(reading.notes) == list(notes)


def test_a_plan_without_private_attributes_finds_its_range_in_the_devices() -> None:
    """33.4 mm less the 7.9 mm of the shifter is 25.5 mm; the wheel gates from 0 to 12.25 mm of water."""

    def change(dataset: Dataset) -> None:
        for owner in (dataset, dataset.IonBeamSequence[0]):
            for element in [one for one in owner if one.tag.is_private]:
                del owner[element.tag]

    reading = read_foreign(change)

    assert (reading.plan.field.range_mm, reading.plan.field.modulation_mm) == (25.5, 12.25)
    assert reading.notes == (
        "IMPAC_BeamLineDataTableVersion is not in the plan; 7 of beamline test-line is taken",
        "the range is not in the plan; 25.5 mm is what the range shifters leave of beamline test-line",
        "the modulation is not in the plan; 12.25 mm is what the range modulator makes",
    )


def test_the_private_block_is_found_wherever_it_is_reserved() -> None:
    """IMPAC may have been given another block than 10 (R174)."""

    def change(dataset: Dataset) -> None:
        beam = dataset.IonBeamSequence[0]
        for element in [one for one in beam if one.tag.is_private]:
            del beam[element.tag]
        beam.add_new(0x300B0010, "LO", "SOMEBODY ELSE")
        beam.add_new(0x300B0020, "LO", "IMPAC")
        beam.add_new(0x300B2004, "FL", 21.7)
        beam.add_new(0x300B200E, "FL", 15.5)

    field = read_foreign(change).plan.field

    assert (field.range_mm, field.modulation_mm) == (21.7, 15.5)


def test_the_eye_beam_is_chosen_among_others() -> None:
    """A setup beam with a light and a treatment beam without one are passed by."""

    def change(dataset: Dataset) -> None:
        beam = dataset.IonBeamSequence[0]
        setup, other = Dataset(), Dataset()
        setup.BeamNumber, setup.TreatmentDeliveryType, setup.FixationLightPolarAngle = 2, "SETUP", 3.0
        other.BeamNumber, other.TreatmentDeliveryType = 3, "TREATMENT"
        dataset.IonBeamSequence = Items([setup, other, beam])

    assert read_foreign(change) == read_foreign(as_it_is)


def test_of_several_eye_beams_one_must_be_named() -> None:
    """Two beams with a light: refused with their numbers, read when one is named."""

    def change(dataset: Dataset) -> None:
        beam = dataset.IonBeamSequence[0]
        second = deepcopy(beam)
        second.BeamNumber = 2
        dataset.IonBeamSequence = Items([beam, second])

    with pytest.raises(Refused, match="beams 1, 2 have a fixation light, expected the number of one of them"):
        read_foreign(change)

    assert read_foreign(change, beam=1).plan == read_foreign(as_it_is).plan


def test_who_fixates_is_known_where_another_maker_says_so() -> None:
    """Fixation Eye R with a treated right eye is that eye; L is the fellow's, and then the treated eye's own light is not known."""

    def fixating(eye: str) -> Callable[[Dataset], None]:
        return lambda dataset: setattr(dataset.IonBeamSequence[0], "FixationEye", eye)

    own, fellow = read_foreign(fixating("R")), read_foreign(fixating("L"))

    assert own.plan.fixation.eye is Laterality.RIGHT
    assert fellow.plan.fixation.eye is None
    assert fellow.notes == ("the fellow eye fixates; the light that the treated eye would see is not in the plan",)


def test_the_eye_may_be_named_beside_the_plan() -> None:
    """A plan that does not say which eye is refused, and read with the answer."""
    change = without("PositionReferenceIndicator")

    with pytest.raises(
        Refused, match=r"PositionReferenceIndicator: found '', expected RIGHT EYE or LEFT EYE, or the eye named \(--eye right"
    ):
        read_foreign(change)

    assert read_foreign(change, laterality=Laterality.LEFT).plan.eye.laterality is Laterality.LEFT


def test_a_machine_that_nobody_described_needs_a_beamline_named_beside() -> None:
    """The plan's machine name stays; what the plan does not carry is the named description's."""
    elsewhere = foreign(lambda dataset: setattr(dataset.IonBeamSequence[0], "TreatmentMachineName", "CATANA"))

    with pytest.raises(Refused, match=r"TreatmentMachineName: found 'CATANA', described by no beamlines, expected 'EYELINE' \(ours\), or"):
        read_ion_plan(elsewhere, beamlines={"ours": make_beamline()})
    line = read_ion_plan(elsewhere, beamlines={}, said=Said(beamline=make_beamline())).plan.beamline

    assert line == make_beamline(machine_name="CATANA")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda dataset: dataset.IonBeamSequence[0].IonBlockSequence.clear(),
            "IonBlockSequence: found none, expected one block of type APERTURE",
        ),
        (
            lambda dataset: setattr(dataset.IonBeamSequence[0].IonBlockSequence[0], "BlockNumberOfPoints", 5),
            "BlockData: found 8 numbers, expected two for each of 5 points",
        ),
        (
            lambda dataset: setattr(dataset.IonBeamSequence[0], "ReferencedBolusSequence", Items([Dataset()])),
            "ReferencedBolusSequence: found 1 boli, expected none: an ocular plan has no boli",
        ),
        (
            lambda dataset: setattr(dataset.IonBeamSequence[0].IonControlPointSequence[0], "GantryPitchAngle", 5),
            "GantryPitchAngle: found 5 degrees, expected 0 on a fixed horizontal beamline",
        ),
        (
            lambda dataset: setattr(dataset.IonBeamSequence[0].IonControlPointSequence[0], "GantryAngle", 45),
            "gantry_angle_deg is 45, expected 90 or 270 for a fixed horizontal beam",
        ),
        (
            lambda dataset: setattr(dataset.IonBeamSequence[0], "ScanMode", "MODULATED"),
            "found PROTON, scan mode MODULATED, expected a proton beam that is not scanned",
        ),
        (
            lambda dataset: setattr(dataset.FractionGroupSequence[0].ReferencedBeamSequence[0], "ReferencedBeamNumber", 9),
            "FractionGroupSequence: found no item that refers to beam 1, expected one",
        ),
        (without("PatientID"), "PatientID: found no value, expected one"),
        (without("cp.RangeShifterSettingsSequence"), "RangeShifterSettingsSequence: found 0 items for number 1, expected one"),
        (
            lambda dataset: setattr(dataset, "SOPClassUID", known_uids.RT_IMAGE),
            f"found SOP class {known_uids.RT_IMAGE}, expected RT Ion Plan {known_uids.RT_ION_PLAN}",
        ),
    ],
)
def test_what_no_ocular_plan_may_be_is_refused_with_its_place(change: Callable[[Dataset], object], sentence: str) -> None:
    """One sentence that begins with the plan's UID."""
    with pytest.raises(Refused) as refusal:
        read_foreign(change)

    assert str(refusal.value).startswith("RT Ion Plan 2.25.4: ")
    assert sentence in str(refusal.value)


def test_texts_that_a_plan_cannot_hold_are_made_one_line() -> None:
    """Line breaks become spaces, with a note."""
    reading = read_foreign(lambda dataset: setattr(dataset, "RTPlanDescription", "first\nsecond"))

    assert reading.plan.description == "first second"
    assert reading.notes == ("RTPlanDescription was made one line of at most 1024 characters",)


def test_a_moving_beam_keeps_its_first_position_with_a_note() -> None:
    """What later control points change cannot be held."""

    def change(dataset: Dataset) -> None:
        dataset.IonBeamSequence[0].IonControlPointSequence[1].TableTopVerticalPosition = 7.0

    reading = read_foreign(change)

    assert reading.plan.beamline.chair.vertical_mm == -12.5
    assert reading.notes == ("TableTopVerticalPosition change between control points; those of the first are taken",)


def test_the_zone_of_another_maker_is_kept() -> None:
    """Timezone Offset From UTC, where it is written, is the plan's."""
    reading = read_foreign(lambda dataset: setattr(dataset, "TimezoneOffsetFromUTC", "-0330"))

    assert reading.plan.created.isoformat() == "2024-05-17T09:30:15-03:30"


def test_a_wedge_that_is_out_is_left_out() -> None:
    """A motorised wedge may be planned and not used."""

    def change(dataset: Dataset) -> None:
        dataset.IonBeamSequence[0].IonControlPointSequence[0].IonWedgePositionSequence[0].WedgePosition = "OUT"

    reading = read_foreign(change)

    assert reading.plan.field == make_field(wedges=())
    assert reading.notes == ("wedge 1 is OUT of the beam and left out",)


def test_the_sample_comes_back(tmp_path: Path) -> None:
    """The case that ships, read with the beamline that ships."""
    plan = sample_plan()

    assert read_back(plan).plan == carried(plan)
