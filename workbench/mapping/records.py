"""From a treatment record's encoded data set to what it says: the one reader of records, for intake and for scans of files.

It reads RT Ion Beams and RT Beams Treatment Records, whoever wrote them: what is missing is None, control points may stand in any order,
dates and times are meant in the record's own zone. Only what cannot be read is refused. Whether a record obeys the rows of an IOD is not
asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

import numpy as np

from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused
from workbench.mapping.scalars import moment, number, numbers, placed, term, text, whole, zone_of
from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import Accessory, AccessoryKind, ControlPoint, Record, RecordedBeam, WedgePosition
from workbench.treatment.spots import SingleArray, Spots

BEAMS: Final = ("TreatmentSessionIonBeamSequence", "TreatmentSessionBeamSequence")
"""Delivered beams in the ion and in the photon class."""
POINTS: Final = ("IonControlPointDeliverySequence", "ControlPointDeliverySequence")
WEDGES: Final = ("IonWedgePositionSequence", "WedgePositionSequence")
OF_POINT: Final = {
    "energy_mev": "NominalBeamEnergy",
    "specified_mu": "SpecifiedMeterset",
    "delivered_mu": "DeliveredMeterset",
    "gantry_deg": "GantryAngle",
    "gantry_pitch_deg": "GantryPitchAngle",
    "limiting_device_deg": "BeamLimitingDeviceAngle",
    "support_angle_deg": "PatientSupportAngle",
    "support_pitch_deg": "TableTopPitchAngle",
    "support_roll_deg": "TableTopRollAngle",
    "support_vertical_mm": "TableTopVerticalPosition",
    "support_longitudinal_mm": "TableTopLongitudinalPosition",
    "support_lateral_mm": "TableTopLateralPosition",
    "snout_mm": "SnoutPosition",
}
"""Field of a control point → attribute."""
OF_BEAM: Final = {
    "specified_mu": "SpecifiedPrimaryMeterset",
    "delivered_mu": "DeliveredPrimaryMeterset",
    "specified_secondary_mu": "SpecifiedSecondaryMeterset",
    "delivered_secondary_mu": "DeliveredSecondaryMeterset",
    "specified_time_s": "SpecifiedTreatmentTime",
    "delivered_time_s": "DeliveredTreatmentTime",
}
"""Field of a recorded beam → attribute."""
ACCESSORIES: Final = {
    AccessoryKind.SNOUT: ("RecordedSnoutSequence", None, "SnoutID"),
    AccessoryKind.APPLICATOR: ("ApplicatorSequence", None, "ApplicatorID"),
    AccessoryKind.BLOCK: ("RecordedBlockSequence", "ReferencedBlockNumber", "BlockTrayID"),
    AccessoryKind.COMPENSATOR: ("RecordedCompensatorSequence", "ReferencedCompensatorNumber", "CompensatorID"),
    AccessoryKind.BOLUS: ("ReferencedBolusSequence", "ReferencedROINumber", "BolusID"),
    AccessoryKind.RANGE_SHIFTER: ("RecordedRangeShifterSequence", "ReferencedRangeShifterNumber", "RangeShifterID"),
    AccessoryKind.LATERAL_SPREADING_DEVICE: (
        "RecordedLateralSpreadingDeviceSequence",
        "ReferencedLateralSpreadingDeviceNumber",
        "LateralSpreadingDeviceID",
    ),
    AccessoryKind.RANGE_MODULATOR: ("RecordedRangeModulatorSequence", "ReferencedRangeModulatorNumber", "RangeModulatorID"),
    AccessoryKind.WEDGE: ("RecordedWedgeSequence", "WedgeNumber", "WedgeID"),
}
"""Kind → sequence of the recorded beam, and the attributes of its items that have the number and the ID."""


def read_record(dataset: EncodedDataset, *, zone: tzinfo) -> Record:
    """What a treatment record says.

    Parameters
    ----------
    zone : in which its dates and times are meant when it does not say so itself.

    Raises
    ------
    Refused : it has no SOP Instance UID, or a value is not of its kind; the message says which one and where.

    Source
    ------
    PS3.3 C.8.8.17 to C.8.8.21 and C.8.8.26.
    """
    uid = text(dataset, "SOPInstanceUID")
    if uid is None:
        raise Refused("record: found no SOP Instance UID, expected one", rule="attribute:SOPInstanceUID")
    with placed(f"record {uid}"):
        zone = zone_of(dataset, zone)
        plans, machines = dataset.items("ReferencedRTPlanSequence"), dataset.items("TreatmentMachineSequence")
        return Record(
            uid=uid,
            patient_id=text(dataset, "PatientID") or "",
            plan_uid=text(plans[0], "ReferencedSOPInstanceUID") if plans else None,
            beams=tuple(_beam(item, place, zone) for place, item in enumerate(_first(dataset, BEAMS))),
            machine=text(machines[0], "TreatmentMachineName") if machines else None,
            dosimeter_unit=text(dataset, "PrimaryDosimeterUnit"),
            fractions_planned=whole(dataset, "NumberOfFractionsPlanned"),
            treated_at=moment(dataset, "TreatmentDate", "TreatmentTime", zone),
        )


def read_spots(dataset: EncodedDataset, *, zone: tzinfo) -> tuple[Spots, ...]:
    """The spots of every control point that has some, by beam and in the order of delivery; read only when somebody asks for them.

    Parameters
    ----------
    zone : as for ``read_record``; control points without index are put in order by their moments.

    Raises
    ------
    Refused : positions, metersets and indices are not as many of each.
    """
    with placed(f"record {text(dataset, 'SOPInstanceUID')}"):
        zone = zone_of(dataset, zone)
        found = []
        for item, beam in enumerate(_first(dataset, BEAMS)):
            ordered = _ordered([(_point(one, zone), one) for one in _first(beam, POINTS)])
            found += [
                _spots(one, item, place, whole(beam, "ReferencedBeamNumber")) for place, (_, one) in enumerate(ordered) if _has_spots(one)
            ]
        return tuple(found)


def has_spots(dataset: EncodedDataset) -> bool:
    """Whether any control point of a record has spots, be they readable or not."""
    return any(_has_spots(point) for beam in _first(dataset, BEAMS) for point in _first(beam, POINTS))


def _first(dataset: EncodedDataset, keywords: Sequence[str]) -> tuple[EncodedDataset, ...]:
    """Items of the first of these sequences that has some."""
    for keyword in keywords:
        items = dataset.items(keyword)
        if items:
            return items
    return ()


def _beam(item: EncodedDataset, place: int, zone: tzinfo) -> RecordedBeam:
    with placed(f"item {place}"):
        beam = whole(item, "ReferencedBeamNumber")
        ordered = _ordered([(_point(one, zone), one) for one in _first(item, POINTS)])
        return RecordedBeam(
            number=beam,
            name=text(item, "BeamName") or ("" if beam is None else str(beam)),
            fraction=whole(item, "CurrentFractionNumber"),
            delivery_type=term(DeliveryType, item, "TreatmentDeliveryType"),
            termination=term(Termination, item, "TreatmentTerminationStatus") or Termination.UNKNOWN,
            verification=text(item, "TreatmentVerificationStatus"),
            radiation_type=text(item, "RadiationType"),
            accessories=_accessories(item),
            points=tuple(point for point, _ in ordered),
            **numbers(item, OF_BEAM),
        )


def _accessories(item: EncodedDataset) -> tuple[Accessory, ...]:
    found = []
    for kind, (sequence, numbered, named) in ACCESSORIES.items():
        for one in item.items(sequence):
            found.append(Accessory(kind=kind, number=whole(one, numbered) if numbered else None, id=text(one, named)))
    return tuple(found)


def _point(item: EncodedDataset, zone: tzinfo) -> ControlPoint:
    return ControlPoint(
        index=whole(item, "ReferencedControlPointIndex"),
        at=moment(item, "TreatmentControlPointDate", "TreatmentControlPointTime", zone),
        wedges=tuple([_wedge(one) for one in _first(item, WEDGES)]),
        **numbers(item, OF_POINT),
    )


def _wedge(item: EncodedDataset) -> WedgePosition:
    return WedgePosition(
        number=whole(item, "ReferencedWedgeNumber"),
        position=text(item, "WedgePosition"),
        thin_edge_mm=number(item, "WedgeThinEdgePosition"),
    )


def _ordered(points: list[tuple[ControlPoint, EncodedDataset]]) -> list[tuple[ControlPoint, EncodedDataset]]:
    """In the order of delivery: by index, where all have one; else by moment, else by meterset; else as they stand."""
    for key in (_index, _moment, _meterset):
        if all(key(point) is not None for point, _ in points):
            return sorted(points, key=lambda one: key(one[0]))  # type: ignore[arg-type, return-value]
    return points


def _index(point: ControlPoint) -> int | None:
    return point.index


def _moment(point: ControlPoint) -> datetime | None:
    return point.at


def _meterset(point: ControlPoint) -> float | None:
    return point.delivered_mu


def _has_spots(point: EncodedDataset) -> bool:
    return point.raw("ScanSpotPositionMap") not in {None, b""}


def _spots(point: EncodedDataset, item: int, place: int, beam: int | None) -> Spots:
    places = _singles(point, "ScanSpotPositionMap")
    metersets = _singles(point, "ScanSpotMetersetsDelivered")
    prescribed = point.get("ScanSpotPrescribedIndices")
    return Spots(
        item=item,
        beam=beam,
        point=place,
        tune_id=text(point, "ScanSpotTuneID"),
        x_mm=places[0::2],
        y_mm=places[1::2],
        delivered_mu=metersets if len(metersets) else np.full(len(places[0::2]), np.nan, dtype=np.float32),
        prescribed=None if prescribed is None else np.atleast_1d(np.array(prescribed, dtype=np.int64)),
    )


def _singles(point: EncodedDataset, keyword: str) -> SingleArray:
    found = point.get(keyword)
    if found is None:
        return np.empty(0, dtype=np.float32)
    try:
        return np.atleast_1d(np.array(found, dtype=np.float32))
    except ValueError as problem:
        raise Refused(f"{keyword}: found no numbers, expected some", rule=f"attribute:{keyword}") from problem
