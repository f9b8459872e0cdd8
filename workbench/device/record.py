"""The treatment record that the device writes about what it delivered, from the plan and the instruction it fetched."""

from __future__ import annotations

from collections.abc import Sequence as Several
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom import uids
from workbench.dicom.uids import UidSource
from workbench.dicom.values import to_dicom
from workbench.treatment.delivery import DeliveryType, Termination

COPIED_FROM_PLAN = (
    "PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate StudyTime ReferringPhysicianName StudyID AccessionNumber"
).split()
COPIED_FROM_BEAM = (
    "BeamName BeamType RadiationType ScanMode NumberOfWedges NumberOfCompensators NumberOfBoli "
    "NumberOfBlocks NumberOfRangeShifters NumberOfLateralSpreadingDevices NumberOfRangeModulators "
    "PatientSupportType PatientSupportID FixationLightAzimuthalAngle FixationLightPolarAngle"
).split()
COPIED_FROM_POINT = (
    "NominalBeamEnergy GantryAngle GantryRotationDirection GantryPitchAngle GantryPitchRotationDirection "
    "BeamLimitingDeviceAngle BeamLimitingDeviceRotationDirection PatientSupportAngle "
    "PatientSupportRotationDirection TableTopPitchAngle TableTopPitchRotationDirection TableTopRollAngle "
    "TableTopRollRotationDirection TableTopVerticalPosition TableTopLongitudinalPosition "
    "TableTopLateralPosition SnoutPosition"
).split()
RECORDED = {
    "IonRangeCompensatorSequence": (
        "RecordedCompensatorSequence",
        {"CompensatorNumber": "ReferencedCompensatorNumber", "CompensatorID": "CompensatorID"},
    ),
    "ReferencedBolusSequence": ("ReferencedBolusSequence", {"ReferencedROINumber": "ReferencedROINumber"}),
    "ApplicatorSequence": ("ApplicatorSequence", {"ApplicatorID": "ApplicatorID", "ApplicatorType": "ApplicatorType"}),
    "SnoutSequence": ("RecordedSnoutSequence", {"SnoutID": "SnoutID"}),
    "IonBlockSequence": (
        "RecordedBlockSequence",
        {"BlockNumber": "ReferencedBlockNumber", "BlockTrayID": "BlockTrayID", "BlockName": "BlockName"},
    ),
    "RangeShifterSequence": (
        "RecordedRangeShifterSequence",
        {"RangeShifterNumber": "ReferencedRangeShifterNumber", "RangeShifterID": "RangeShifterID"},
    ),
    "LateralSpreadingDeviceSequence": (
        "RecordedLateralSpreadingDeviceSequence",
        {
            "LateralSpreadingDeviceNumber": "ReferencedLateralSpreadingDeviceNumber",
            "LateralSpreadingDeviceID": "LateralSpreadingDeviceID",
        },
    ),
    "RangeModulatorSequence": (
        "RecordedRangeModulatorSequence",
        {
            "RangeModulatorNumber": "ReferencedRangeModulatorNumber",
            "RangeModulatorID": "RangeModulatorID",
            "RangeModulatorType": "RangeModulatorType",
            "BeamCurrentModulationID": "BeamCurrentModulationID",
        },
    ),
    "IonWedgeSequence": (
        "RecordedWedgeSequence",
        {
            "WedgeNumber": "WedgeNumber",
            "WedgeType": "WedgeType",
            "WedgeID": "WedgeID",
            "WedgeAngle": "WedgeAngle",
            "WedgeOrientation": "WedgeOrientation",
        },
    ),
}
"""Accessory of the plan's beam → its recorded counterpart and the attributes carried over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What the device did with one beam.

    Parameters
    ----------
    start_mu, end_mu : where on the beam's meterset axis it started and stopped.
    asked_mu : where it was asked to stop.
    """

    beam: int
    fraction: int
    type: DeliveryType
    start_mu: float
    end_mu: float
    asked_mu: float
    ended: Termination
    started_at: datetime
    ended_at: datetime
    correction_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How far the support was moved from its planned position after imaging: room x, y, z."""


def treatment_record(plan: Dataset, delivered: Several[Delivered], *, machine: str, uid_source: UidSource, now: datetime) -> Dataset:
    """An RT Ion Beams Treatment Record with an item for each delivered beam.

    Parameters
    ----------
    plan : the plan that was delivered.
    machine : serial number the device gives itself.
    """
    record = Dataset()
    record.SpecificCharacterSet = plan.get("SpecificCharacterSet") or "ISO_IR 192"
    record.SOPClassUID, record.SOPInstanceUID = uids.RT_ION_BEAMS_RECORD, uid_source.new()
    _copy(record, plan, COPIED_FROM_PLAN)
    record.Modality, record.SeriesInstanceUID, record.SeriesNumber = "RTRECORD", uid_source.new(), 1
    record.OperatorsName = None
    record.Manufacturer, record.ManufacturerModelName = "Ocular Proton Workbench", "Simulated treatment delivery device"
    record.InstanceNumber = 1
    record.TreatmentDate, record.TreatmentTime = to_dicom("DA", now), to_dicom("TM", now)
    record.ReferencedRTPlanSequence = Sequence([_reference(plan)])
    record.TreatmentMachineSequence = Sequence([_machine(plan, machine)])
    groups = plan.get("FractionGroupSequence") or [Dataset()]
    record.NumberOfFractionsPlanned = groups[0].get("NumberOfFractionsPlanned")
    record.PrimaryDosimeterUnit = "MU"
    beams = {int(item.BeamNumber): item for item in plan.IonBeamSequence}
    record.TreatmentSessionIonBeamSequence = Sequence([_beam(beams[one.beam], one) for one in delivered])
    return record


def _copy(to: Dataset, source: Dataset, keywords: list[str]) -> None:
    """Copy elements themselves: one that two data sets share is changed in both."""
    for keyword in keywords:
        if keyword in source:
            to[keyword] = deepcopy(source[keyword])


def _reference(plan: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = plan.SOPClassUID, plan.SOPInstanceUID
    return item


def _machine(plan: Dataset, serial: str) -> Dataset:
    beam = plan.IonBeamSequence[0]
    item = Dataset()
    item.TreatmentMachineName = beam.get("TreatmentMachineName")
    item.Manufacturer = beam.get("Manufacturer")
    item.ManufacturerModelName = beam.get("ManufacturerModelName")
    item.DeviceSerialNumber = serial
    item.InstitutionName = None
    return item


def _beam(planned: Dataset, one: Delivered) -> Dataset:
    item = Dataset()
    item.ReferencedBeamNumber = one.beam
    _copy(item, planned, COPIED_FROM_BEAM)
    for sequence, (recorded, carried) in RECORDED.items():
        if planned.get(sequence):
            item.add_new(recorded, "SQ", Sequence([_carried(source, carried) for source in planned[sequence].value]))
    item.CurrentFractionNumber = one.fraction
    item.TreatmentDeliveryType = one.type.value
    item.TreatmentTerminationStatus = one.ended.value
    item.TreatmentVerificationStatus = "VERIFIED"
    item.SpecifiedPrimaryMeterset = to_dicom("DS", one.asked_mu - one.start_mu)
    item.DeliveredPrimaryMeterset = to_dicom("DS", one.end_mu - one.start_mu)
    item.SpecifiedTreatmentTime = None
    item.DeliveredTreatmentTime = to_dicom("DS", (one.ended_at - one.started_at).total_seconds())
    points = planned.IonControlPointSequence
    item.NumberOfControlPoints = 2
    item.IonControlPointDeliverySequence = Sequence(
        [
            _point(points[0], points[0], one.start_mu, one.start_mu, one.started_at),
            _point(points[0], points[-1], one.asked_mu, one.end_mu, one.ended_at),
        ]
    )
    for point in item.IonControlPointDeliverySequence:
        _stand(point, one.correction_mm)
    return item


def _stand(point: Dataset, correction_mm: tuple[float, float, float]) -> None:
    """Where the support stood: the planned position (0 where the plan is silent) and the correction after imaging."""
    lateral, vertical, longitudinal = correction_mm
    for axis, moved in (("Vertical", vertical), ("Longitudinal", longitudinal), ("Lateral", lateral)):
        keyword = f"TableTop{axis}Position"
        setattr(point, keyword, to_dicom("DS", round(float(point.get(keyword) or 0.0) + moved, 3)))


def _carried(source: Dataset, carried: dict[str, str]) -> Dataset:
    item = Dataset()
    for keyword, recorded in carried.items():
        if keyword in source:
            setattr(item, recorded, source[keyword].value)
    return item


def _point(first: Dataset, planned: Dataset, specified_mu: float, delivered_mu: float, at: datetime) -> Dataset:
    """One control point; metersets are positions on the beam's axis, so a continuation starts where it continues."""
    item = Dataset()
    item.ReferencedControlPointIndex = planned.ControlPointIndex
    item.TreatmentControlPointDate, item.TreatmentControlPointTime = to_dicom("DA", at), to_dicom("TM", at)
    item.SpecifiedMeterset, item.DeliveredMeterset = to_dicom("DS", specified_mu), to_dicom("DS", delivered_mu)
    _copy(item, first, COPIED_FROM_POINT)
    return item
