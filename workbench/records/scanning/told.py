"""What one object tells, as rows of tables: records, plans, delivery instructions, and what setup objects say of table and patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final, TypeVar

from workbench.archive.record_rows import Cell, beam_columns, planned_columns, point_columns, record_columns
from workbench.dicom import uids
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused
from workbench.mapping.planned import read_planned
from workbench.mapping.positions import read_positions, read_registrations
from workbench.mapping.records import has_spots, read_record, read_spots
from workbench.mapping.scalars import moment, number, text, whole, zone_of
from workbench.treatment.positions import ORIGIN_MM, Registration, TablePosition
from workbench.treatment.record import Record

Row = dict[str, Cell]
_Found = TypeVar("_Found", TablePosition, Registration)
MADE: Final = (
    ("AcquisitionDate", "AcquisitionTime"),
    ("ContentDate", "ContentTime"),
    ("StructureSetDate", "StructureSetTime"),
    ("InstanceCreationDate", "InstanceCreationTime"),
    ("SeriesDate", "SeriesTime"),
)
"""When an object says that it was made; the first that is there."""


STOOD: Final = ("label", "vertical_mm", "longitudinal_mm", "lateral_mm", "yaw_deg", "pitch_deg", "roll_deg")
"""What an image has of its table position."""


@dataclass(slots=True)
class Told:
    """Rows of one object, by table.

    Parameters
    ----------
    has_spots : whether there are spots to be read on demand.
    unread : why they cannot be read.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    has_spots: bool = False
    unread: Refused | None = None

    def add(self, table: str, row: Row) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(row)

    def __len__(self) -> int:
        return sum(len(one) for one in self.rows.values())


def told(dataset: EncodedDataset, *, zone: tzinfo) -> Told:
    """What an object tells.

    Parameters
    ----------
    zone : in which its dates and times are meant when it does not say so itself.

    Raises
    ------
    Refused : no table tells of objects of its class, a value is not of its kind, or a record has no beam.
    """
    sop_class = text(dataset, "SOPClassUID") or ""
    if sop_class not in READERS:
        raise Refused(f"found SOP class {sop_class or 'none'}, expected one that a table tells of", rule="sop-class")
    found = Told()
    READERS[sop_class](dataset, zone_of(dataset, zone), found)
    return found


def reason(problem: Exception) -> tuple[str, str]:
    """Rule and sentence of why a file cannot be read."""
    if isinstance(problem, Refused):
        return problem.rule, str(problem)
    return "file", f"cannot be read ({getattr(problem, 'strerror', None) or problem})"


def _record(dataset: EncodedDataset, zone: tzinfo, found: Told) -> None:
    record = read_record(dataset, zone=zone)
    if not record.beams:
        raise Refused(f"record {record.uid}: found no beam, expected at least one", rule="row:beam")
    context = record_columns(record) | {"plan_uid": record.plan_uid}
    for item, beam in enumerate(record.beams):
        found.add("beams", context | beam_columns(beam, item))
        of_points = _of_points(record, item)
        for place, point in enumerate(beam.points):
            found.add("control_points", of_points | point_columns(point, place))
    if has_spots(dataset):
        found.has_spots = True
        try:
            read_spots(dataset, zone=zone)
        except Refused as problem:
            found.unread = problem


def _of_points(record: Record, item: int) -> Row:
    beam = record.beams[item]
    return {
        "patient_id": record.patient_id,
        "machine": record.machine,
        "fraction": beam.fraction,
        "beam": beam.number,
        "plan_uid": record.plan_uid,
        "record_uid": record.uid,
        "item": item,
    }


def _plan(dataset: EncodedDataset, _zone: tzinfo, found: Told) -> None:
    context: Row = {
        "patient_id": text(dataset, "PatientID"),
        "plan_label": text(dataset, "RTPlanLabel"),
        "plan_uid": text(dataset, "SOPInstanceUID"),
    }
    for beam in read_planned(dataset):
        found.add("planned_beams", context | planned_columns(beam))


def _instruction(dataset: EncodedDataset, zone: tzinfo, found: Told) -> None:
    """PS3.3 C.8.8.29: tasks of a delivery instruction."""
    plans = dataset.items("ReferencedRTPlanSequence")
    plan_uid = text(plans[0], "ReferencedSOPInstanceUID") if plans else None
    for task, item in enumerate(dataset.items("BeamTaskSequence")):
        found.add(
            "instructions",
            {
                "patient_id": text(dataset, "PatientID"),
                "fraction": whole(item, "CurrentFractionNumber"),
                "task": task,
                "beam": whole(item, "ReferencedBeamNumber"),
                "delivery_type": text(item, "TreatmentDeliveryType"),
                "start_mu": number(item, "ContinuationStartMeterset"),
                "end_mu": number(item, "ContinuationEndMeterset"),
                "prepared_at": _made_at(dataset, zone),
                "plan_uid": plan_uid,
                "session_plan_uid": plan_uid,
                "instruction_uid": text(dataset, "SOPInstanceUID"),
            },
        )


def _image(dataset: EncodedDataset, zone: tzinfo, found: Told) -> None:
    context = _of_setup(dataset, zone)
    positions = read_positions(dataset)
    stood: Row = {}
    for item, position in enumerate(positions):
        found.add("positions", context | {"item": item} | _position(position))
        stood = {name: value for name, value in _position(position).items() if name in STOOD}
    found.add(
        "setup_images",
        context
        | {
            "modality": text(dataset, "Modality"),
            "series_uid": text(dataset, "SeriesInstanceUID"),
            "frame_uid": text(dataset, "FrameOfReferenceUID"),
        }
        | stood,
    )


def _structures(dataset: EncodedDataset, zone: tzinfo, found: Told) -> None:
    context = _of_setup(dataset, zone)
    for item, position in enumerate(read_positions(dataset)):
        found.add("positions", context | {"item": item} | _position(position))


def _registration(dataset: EncodedDataset, zone: tzinfo, found: Told) -> None:
    context = _of_setup(dataset, zone)
    for item, one in enumerate(read_registrations(dataset)):
        found.add("registrations", context | {"item": item} | _move(one))


def _of_setup(dataset: EncodedDataset, zone: tzinfo) -> Row:
    return {
        "patient_id": text(dataset, "PatientID"),
        "object_uid": text(dataset, "SOPInstanceUID"),
        "stored_at": _made_at(dataset, zone),
    }


def _made_at(dataset: EncodedDataset, zone: tzinfo) -> datetime | None:
    return next((at for date, time in MADE if (at := moment(dataset, date, time, zone)) is not None), None)


def _position(one: TablePosition) -> Row:
    x, y, z = one.isocentre_mm or (None, None, None)
    return {
        "kind": one.kind.value,
        "label": one.label,
        "frame_uid": one.frame_uid,
        "isocentre_x_mm": x,
        "isocentre_y_mm": y,
        "isocentre_z_mm": z,
        **{name: getattr(one, name) for name in ("vertical_mm", "longitudinal_mm", "lateral_mm", "yaw_deg", "pitch_deg", "roll_deg")},
    }


def _move(one: Registration) -> Row:
    """About the origin of both frames, as the isocentre of a loose file is not known; the row says so."""
    move = one.about(ORIGIN_MM, ())
    named = (("shift", "mm", move.shift_mm), ("turn", "deg", move.turn_deg), ("from", "mm", move.from_mm), ("to", "mm", move.to_mm))
    axes: Row = {f"{name}_{axis}_{unit}": value for name, unit, point in named for axis, value in zip("xyz", point, strict=True)}
    return axes | {"from_frame_uid": one.from_frame_uid, "to_frame_uid": one.to_frame_uid}


READERS: Final = MappingProxyType[str, Callable[[EncodedDataset, tzinfo, Told], None]](
    {
        uids.RT_ION_BEAMS_RECORD: _record,
        uids.RT_BEAMS_RECORD: _record,
        uids.RT_ION_PLAN: _plan,
        uids.RT_PLAN: _plan,
        uids.DELIVERY_INSTRUCTION: _instruction,
        uids.TRIAL_DELIVERY_INSTRUCTION: _instruction,
        uids.CT_IMAGE: _image,
        uids.RT_IMAGE: _image,
        uids.RT_STRUCTURE_SET: _structures,
        uids.SPATIAL_REGISTRATION: _registration,
    }
)
"""SOP class → what reads it."""
