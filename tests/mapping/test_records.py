"""What is read from a treatment record, whoever wrote it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.clinic import NOW, make_ion_plan, make_record
from workbench.dicom import part10, reading, uids
from workbench.errors import Refused
from workbench.mapping.records import read_record
from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import Accessory, AccessoryKind, ControlPoint, Record, RecordedBeam


def read(record: Dataset, zone: tzinfo = UTC) -> Record:
    """What a data set of our own says, read from its bytes."""
    return read_record(reading.read(part10.encode(record), uids.IMPLICIT_LITTLE), zone=zone)


def changed(record: Dataset, **beam: Any) -> RecordedBeam:
    """The record's only beam with these attributes, as it is read; Ellipsis stands for an absent attribute."""
    item = record.TreatmentSessionIonBeamSequence[0]
    for keyword, value in beam.items():
        if value is ...:
            del item[keyword]
        else:
            setattr(item, keyword, value)
    (beam_read,) = read(record).beams
    return beam_read


def test_a_record_is_read_whole() -> None:
    """A continuation from 12.5 to 30 MU of the plan of the factories: positions are those of its chair, moments those of its points."""
    plan = make_ion_plan()
    record = make_record(plan, fraction=2, start_mu=12.5, end_mu=30.0, ended=Termination.MACHINE)

    found = read(record)

    chair = {
        "energy_mev": 70.0,
        "gantry_deg": 90.0,
        "gantry_pitch_deg": 0.0,
        "limiting_device_deg": 0.0,
        "support_angle_deg": 2.0,
        "support_pitch_deg": 1.5,
        "support_roll_deg": 0.0,
        "support_vertical_mm": -12.5,
        "support_longitudinal_mm": 3.25,
        "support_lateral_mm": 0.5,
    }
    assert found == Record(
        uid=record.SOPInstanceUID,
        patient_id="P-001",
        plan_uid=plan.SOPInstanceUID,
        beams=(
            RecordedBeam(
                number=1,
                name="Field 1",
                fraction=2,
                delivery_type=DeliveryType.CONTINUATION,
                termination=Termination.MACHINE,
                verification="VERIFIED",
                specified_mu=27.5,
                delivered_mu=17.5,
                radiation_type="PROTON",
                delivered_time_s=20.0,
                accessories=(
                    Accessory(kind=AccessoryKind.SNOUT, id="SNOUT35"),
                    Accessory(kind=AccessoryKind.BLOCK, number=1, id="TRAY1"),
                    Accessory(kind=AccessoryKind.RANGE_SHIFTER, number=1, id="RS1"),
                    Accessory(kind=AccessoryKind.LATERAL_SPREADING_DEVICE, number=1, id="SC1"),
                    Accessory(kind=AccessoryKind.RANGE_MODULATOR, number=1, id="W16"),
                    Accessory(kind=AccessoryKind.WEDGE, number=1, id="W30"),
                ),
                points=(
                    ControlPoint(index=0, at=NOW, specified_mu=12.5, delivered_mu=12.5, **chair),
                    ControlPoint(index=1, at=NOW + timedelta(seconds=20), specified_mu=40.0, delivered_mu=30.0, **chair),
                ),
            ),
        ),
        machine="EYELINE",
        dosimeter_unit="MU",
        fractions_planned=4,
        treated_at=NOW,
    )


def test_a_photon_record_is_read_by_its_own_sequences() -> None:
    """RT Beams Treatment Record: the same beam under Treatment Session Beam and Control Point Delivery Sequence."""
    record = make_record(make_ion_plan())
    ion = read(record)
    item = record.TreatmentSessionIonBeamSequence[0]
    item.ControlPointDeliverySequence = item.IonControlPointDeliverySequence
    record.TreatmentSessionBeamSequence = record.TreatmentSessionIonBeamSequence
    del item.IonControlPointDeliverySequence, record.TreatmentSessionIonBeamSequence

    assert read(record) == ion


def test_a_silent_record_is_not_known() -> None:
    """Nothing but a beam number: everything else is None, the termination UNKNOWN, the number stands for the name."""
    record, item = Dataset(), Dataset()
    record.SOPInstanceUID, item.ReferencedBeamNumber = "2.25.9", 4
    record.TreatmentSessionIonBeamSequence = Sequence([item])

    found = read(record)

    beam = RecordedBeam(number=4, name="4", fraction=None, delivery_type=None, termination=Termination.UNKNOWN)
    assert found == Record(uid="2.25.9", patient_id="", plan_uid=None, beams=(beam,))


@pytest.mark.parametrize(
    ("termination", "expected"),
    [("NORMAL", Termination.NORMAL), ("OPERATOR", Termination.OPERATOR), ("FOOLED", Termination.UNKNOWN), (None, Termination.UNKNOWN)],
)
def test_a_termination_of_no_defined_term_is_unknown(termination: str | None, expected: Termination) -> None:
    """A term that the standard does not define says nothing."""
    assert changed(make_record(make_ion_plan()), TreatmentTerminationStatus=termination).termination is expected


def test_a_meterset_of_zero_is_known_and_an_empty_one_is_not() -> None:
    """0 MU delivered is a fact."""
    beam = changed(make_record(make_ion_plan()), DeliveredPrimaryMeterset="0", SpecifiedPrimaryMeterset=None)

    assert (beam.delivered_mu, beam.specified_mu) == (0.0, None)


@pytest.mark.parametrize("meterset", ["-1", "-0.001"])
def test_a_negative_meterset_is_refused(meterset: str) -> None:
    """No machine delivers less than nothing."""
    with pytest.raises(Refused, match=r"^record .*: item 0: beam 1: found -.* MU delivered, expected 0 or more$"):
        changed(make_record(make_ion_plan()), DeliveredPrimaryMeterset=meterset)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("081530.25", datetime(2024, 6, 3, 8, 15, 30, 250_000, tzinfo=UTC)),
        ("081530.000001", datetime(2024, 6, 3, 8, 15, 30, 1, tzinfo=UTC)),
        ("081530", datetime(2024, 6, 3, 8, 15, 30, tzinfo=UTC)),
        ("0815", datetime(2024, 6, 3, 8, 15, tzinfo=UTC)),
        ("08", datetime(2024, 6, 3, 8, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_moment_has_the_precision_that_was_written(clock: str | None, expected: datetime | None) -> None:
    """TM may end after hours, minutes or seconds, or have a fraction of up to six digits (PS3.5 6.2)."""
    record = make_record(make_ion_plan())
    point = record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0]
    point.TreatmentControlPointDate, point.TreatmentControlPointTime = "20240603", clock

    assert read(record).beams[0].first.at == expected


def test_a_moment_is_meant_in_the_zone_of_the_reader() -> None:
    """Dates and times of a record carry no zone: 08:15 in Zurich's summer is 06:15 UTC."""
    summer = timezone(timedelta(hours=2))

    (beam,) = read(make_record(make_ion_plan()), summer).beams

    assert beam.first.at == datetime(2024, 6, 3, 6, 15, tzinfo=UTC)


def test_beams_keep_the_order_of_the_record() -> None:
    """A beam that was stopped and resumed in one session has two items, first things first."""
    record = make_record(make_ion_plan(), end_mu=10.0, ended=Termination.OPERATOR)
    resumed = make_record(make_ion_plan(), start_mu=10.0)
    record.TreatmentSessionIonBeamSequence.append(resumed.TreatmentSessionIonBeamSequence[0])

    beams = read(record).beams

    assert [(beam.number, beam.delivered_mu, beam.termination.value) for beam in beams] == [(1, 10.0, "OPERATOR"), (1, 30.0, "NORMAL")]
