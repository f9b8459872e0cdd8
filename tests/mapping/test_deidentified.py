"""De-identification: nothing of the patient is left in the bytes, and what belongs together still does."""

from __future__ import annotations

from datetime import UTC, date

import pandas as pd
import pytest
from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_ion_plan, make_record
from workbench.device.generated import generate
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.mapping.deidentified import Key, deidentified
from workbench.records import of_datasets

KEY = Key(b"0123456789abcdef")


def marked(dataset: Dataset) -> Dataset:
    """With a name, numbers and free text wherever one may hide: at the top, in items, in private elements, in an unknown one."""
    dataset.PatientName = "Blumenthal^Hedwig"
    dataset.PatientID = "MRN-778899"
    dataset.PatientBirthDate = "19481231"
    dataset.InstitutionName = "Augenklinik Seeblick"
    dataset.ReferringPhysicianName = "Kowalska^Zofia"
    dataset.StudyDescription = "Hedwig, left eye"
    item = Dataset()
    item.OperatorsName = "Oyelaran^Tunde"
    dataset.OperatorsName = "Oyelaran^Tunde"
    dataset.PhysiciansOfRecord = ["Kowalska^Zofia", "Nightingale^Ada"]
    dataset.DeviceSerialNumber = "SN-4711"
    dataset.StationName = "SEEBLICK-3"
    item.InstitutionName = "Augenklinik Seeblick"
    inner = Dataset()
    inner.PatientComments = "Blumenthal prefers mornings"
    item.ReferencedStudySequence = [inner]
    dataset.ReferencedPatientPhotoSequence = [item]
    dataset.private_block(0x0099, "SOMEBODY", create=True).add_new(1, "LO", "Blumenthal")
    dataset.add_new(0x00091101, "UN", b"Hedwig")
    return dataset


def test_no_name_number_or_text_is_left_in_the_bytes() -> None:
    """All of them are searched for, in any case."""
    plan = marked(make_ion_plan())

    written = part10.encoded(deidentified(plan, KEY)).data.lower()

    secrets = (
        "blumenthal",
        "hedwig",
        "778899",
        "19481231",
        "seeblick",
        "kowalska",
        "oyelaran",
        "tunde",
        "nightingale",
        "sn-4711",
        "somebody",
        str(plan.SOPInstanceUID),
    )
    assert [one for one in secrets if one.encode() in written] == []


def test_the_same_patient_and_the_same_references_stay_the_same() -> None:
    """A record still belongs to its plan and patient; another key gives others, and the original is left alone."""
    plan = marked(make_ion_plan())
    record = marked(make_record(plan, end_mu=12.5))

    one, other = deidentified(plan, KEY), deidentified(record, KEY)

    assert other.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID == one.SOPInstanceUID
    assert other.PatientID == one.PatientID == str(one.PatientName)
    assert deidentified(plan, Key(b"another key that is long")).PatientID != one.PatientID
    assert (plan.PatientID, one.PatientIdentityRemoved, bool(one.DeidentificationMethod)) == ("MRN-778899", "YES", True)


def test_dates_move_together_by_whole_days() -> None:
    """A week between two dates stays a week; hours stay."""
    first, second = marked(make_ion_plan()), marked(make_ion_plan())
    first.StudyDate, second.StudyDate = "20240603", "20240610"

    days = [date.fromisoformat(deidentified(one, KEY).StudyDate) for one in (first, second)]

    assert (days[1] - days[0]).days == 7
    assert days[0] < date(2024, 6, 3)


def test_what_was_delivered_stays() -> None:
    """Metersets, angles, times of day and termination are those of the record."""
    record = marked(make_record(make_ion_plan(), end_mu=12.5))

    made = deidentified(record, KEY)

    (before,), (after,) = record.TreatmentSessionIonBeamSequence, made.TreatmentSessionIonBeamSequence
    for keyword in ("DeliveredPrimaryMeterset", "TreatmentTerminationStatus", "ReferencedBeamNumber", "CurrentFractionNumber"):
        assert after[keyword].value == before[keyword].value
    points = [(one.TreatmentControlPointTime, one.DeliveredMeterset) for one in before.IonControlPointDeliverySequence]
    assert [(one.TreatmentControlPointTime, one.DeliveredMeterset) for one in after.IonControlPointDeliverySequence] == points


def test_an_identifier_in_a_kept_element_is_refused() -> None:
    """A name in an element that stays, here the ID of a snout, is an error and no leak."""
    plan = marked(make_ion_plan())
    plan.IonBeamSequence[0].SnoutSequence[0].SnoutID = "BLUMENTHAL"
    plan.PatientName = "BLUMENTHAL^Hedwig"

    with pytest.raises(Refused, match="found the original PatientName in what was made, expected none"):
        deidentified(plan, KEY)


def test_who_and_where_in_codes_is_removed() -> None:
    """Code meanings stay, but not those that say who treated, where, or what the patient has."""
    plan = make_ion_plan()
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "4711", "99STAFF", "Tunde O."
    person = Dataset()
    person.PersonIdentificationCodeSequence = [code]
    plan.OperatorIdentificationSequence = [person]
    plan.AdmittingDiagnosesCodeSequence = [code]
    plan.InstitutionCodeSequence = [code]

    made = deidentified(plan, KEY)

    assert [
        name for name in ("OperatorIdentificationSequence", "AdmittingDiagnosesCodeSequence", "InstitutionCodeSequence") if name in made
    ] == []
    assert b"Tunde" not in part10.encoded(made).data


def test_what_was_done_is_said_in_codes() -> None:
    """Basic profile, modified dates, safe private attributes (PS3.16, CID 7050)."""
    made = deidentified(make_ion_plan(), KEY)

    said = [(one.CodeValue, one.CodingSchemeDesignator) for one in made.DeidentificationMethodCodeSequence]
    assert said == [("113100", "DCM"), ("113107", "DCM"), ("113111", "DCM")]
    assert (made.PatientIdentityRemoved, made.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")


@pytest.mark.parametrize("born", ["00010101", "19480000"])
def test_a_day_of_birth_that_is_none_is_emptied_as_any_other(born: str) -> None:
    """Some programs write the first day of all for one that is not known; it is not moved, so that nothing need be before it."""
    plan = make_ion_plan()
    plan["PatientBirthDate"] = DataElement("PatientBirthDate", "DA", born, validation_mode=IGNORE)

    assert not deidentified(plan, KEY).PatientBirthDate


def test_a_date_that_cannot_be_moved_is_refused() -> None:
    """Before the first day of all there is none."""
    plan = make_ion_plan(RTPlanDate="00010101")

    with pytest.raises(Refused, match="de-identification: found a date that is none, or too early to be moved, expected YYYYMMDD"):
        deidentified(plan, KEY)


def test_a_date_in_a_kept_element_is_refused() -> None:
    """The day of treatment as the ID of a snout; days that are only part of a number are no date."""
    plan = make_ion_plan()
    plan.StudyDate = "20240603"
    plan.IonBeamSequence[0].SnoutSequence[0].SnoutID = "S-20240603"

    with pytest.raises(Refused, match="found the original date in what was made, expected none"):
        deidentified(plan, KEY)
    plan.IonBeamSequence[0].SnoutSequence[0].SnoutID = "S-120240603"
    assert deidentified(plan, KEY).IonBeamSequence[0].SnoutSequence[0].SnoutID == "S-120240603"


def test_a_short_name_or_a_number_is_no_leak_by_chance() -> None:
    """Lin is no part of LINAC, and an ID of three digits is no meterset."""
    plan = make_ion_plan()
    plan.PatientName, plan.PatientID = "LIN^Bo", "120"
    plan.IonBeamSequence[0].SnoutSequence[0].SnoutID = "LINAC"
    plan.FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset = "120"

    made = deidentified(plan, KEY)

    assert made.IonBeamSequence[0].SnoutSequence[0].SnoutID == "LINAC"
    assert made.FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset == 120


def test_beams_can_still_be_told_apart() -> None:
    """Each has another name than before, no two the same, and a record says that of its plan."""
    plan = make_ion_plan(metersets_mu={1: 40.0, 2: 20.0})

    made, record = deidentified(plan, KEY), deidentified(make_record(plan, end_mu=12.5), KEY)

    names = [beam.BeamName for beam in made.IonBeamSequence]
    assert len({*names, *(beam.BeamName for beam in plan.IonBeamSequence)}) == 4
    assert record.TreatmentSessionIonBeamSequence[0].BeamName == names[0]


def test_which_eye_is_treated_stays() -> None:
    """Without it the plan could not be read again; any other text in its place goes."""
    plan = make_ion_plan(PositionReferenceIndicator="LEFT EYE")
    assert deidentified(plan, KEY).PositionReferenceIndicator == "LEFT EYE"
    plan.PositionReferenceIndicator = "Hedwig's left eye"
    assert not deidentified(plan, KEY).PositionReferenceIndicator


def test_the_eye_is_no_name_by_chance() -> None:
    """A patient whose name has the word Left, as the sample case has, can be exported; elsewhere the word is still found."""
    plan = make_ion_plan(PositionReferenceIndicator="LEFT EYE", PatientName="Sample^Left")
    assert deidentified(plan, KEY).PositionReferenceIndicator == "LEFT EYE"
    plan.IonBeamSequence[0].SnoutSequence[0].SnoutID = "left"
    with pytest.raises(Refused, match="found the original PatientName"):
        deidentified(plan, KEY)


@pytest.mark.slow
def test_answers_are_the_same_over_records_without_names() -> None:
    """What was delivered, how it ended and how courses stand: only who and when differ."""
    given = [one.instance.dataset() for one in generate(40, seed=1)]

    with of_datasets(given, zone=UTC) as named, of_datasets([deidentified(one, KEY) for one in given], zone=UTC) as unnamed:
        for answer, by in (("treatments", ["fraction", "beam", "deliveries", "delivered_mu", "chain", "beam_on_s", "paused_s"]),
                           ("progress", ["fractions_finished", "fractions_remaining", "delivered_mu", "state"])):  # fmt: skip
            found = [records.answers.answer(answer)[by].sort_values(by, ignore_index=True) for records in (named, unnamed)]
            pd.testing.assert_frame_equal(*found)
        assert not set(named.beams()["patient_id"]) & set(unnamed.beams()["patient_id"])


def test_images_and_short_keys_are_refused() -> None:
    """Pixels may show a face, and a short key can be guessed."""
    with pytest.raises(Refused, match="expected a plan or a treatment record"):
        deidentified(make_ct(make_ion_plan()), KEY)
    with pytest.raises(Refused, match="found 5 bytes, expected 16 or more"):
        Key(b"short")
