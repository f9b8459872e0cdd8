"""De-identification: nothing of the patient is left in the bytes, and what belongs together still does."""

from __future__ import annotations

from datetime import date

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_ion_plan, make_record
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.mapping.deidentified import Key, deidentified

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


def test_images_and_short_keys_are_refused() -> None:
    """Pixels may show a face, and a short key can be guessed."""
    with pytest.raises(Refused, match="expected a plan or a treatment record"):
        deidentified(make_ct(make_ion_plan()), KEY)
    with pytest.raises(Refused, match="found 5 bytes, expected 16 or more"):
        Key(b"short")
