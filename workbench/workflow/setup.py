"""What setup objects tell of the table and the patient, as rows beside the object that tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.archive.database import Transaction
from workbench.archive.rows import PositionRow, RegistrationRow, StoredObject
from workbench.dicom.reading import EncodedDataset
from workbench.mapping.positions import read_positions, read_registrations
from workbench.treatment.positions import PointMm, PositionKind, Registration, TablePosition


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What one object tells."""

    positions: tuple[TablePosition, ...]
    registrations: tuple[Registration, ...]

    @classmethod
    def of(cls, dataset: EncodedDataset) -> Setup:
        """Read it.

        Raises
        ------
        Refused : a position is ambiguous, or a registration is not rigid.
        """
        return cls(positions=read_positions(dataset), registrations=read_registrations(dataset))

    def add(self, transaction: Transaction, stored: StoredObject, isocentre_mm: PointMm) -> None:
        """Write it beside its object.

        Parameters
        ----------
        isocentre_mm : of the plan that the object belongs to.
        """
        if not self.positions and not self.registrations:
            return
        before = [_position(row) for row in transaction.setup.positions(session_id=stored.session_id)] if stored.session_id else []
        transaction.setup.add(
            [_position_row(index, one, stored) for index, one in enumerate(self.positions)],
            [_registration_row(index, one, stored, before, isocentre_mm) for index, one in enumerate(self.registrations)],
        )


def _position_row(index: int, one: TablePosition, stored: StoredObject) -> PositionRow:
    x, y, z = one.isocentre_mm or (None, None, None)
    return PositionRow(
        object_uid=stored.uid,
        item=index,
        session_id=stored.session_id,
        patient_id=stored.keys.patient_id,
        stored_at=stored.stored_at,
        kind=one.kind.value,
        frame_uid=one.frame_uid,
        label=one.label[:64],
        isocentre_x_mm=x,
        isocentre_y_mm=y,
        isocentre_z_mm=z,
        vertical_mm=one.vertical_mm,
        longitudinal_mm=one.longitudinal_mm,
        lateral_mm=one.lateral_mm,
        yaw_deg=one.yaw_deg,
        pitch_deg=one.pitch_deg,
        roll_deg=one.roll_deg,
    )


def _position(row: PositionRow) -> TablePosition:
    x, y, z = row.isocentre_x_mm, row.isocentre_y_mm, row.isocentre_z_mm
    point = None if x is None or y is None or z is None else (x, y, z)
    return TablePosition(kind=PositionKind(row.kind), frame_uid=row.frame_uid, label=row.label, isocentre_mm=point)


def _registration_row(
    index: int, one: Registration, stored: StoredObject, before: Iterable[TablePosition], isocentre_mm: PointMm
) -> RegistrationRow:
    move = one.about(isocentre_mm, before)
    axes = {
        f"{name}_{axis}_{unit}": value
        for name, unit, point in (
            ("shift", "mm", move.shift_mm),
            ("turn", "deg", move.turn_deg),
            ("from", "mm", move.from_mm),
            ("to", "mm", move.to_mm),
        )
        for axis, value in zip("xyz", point, strict=True)
    }
    return RegistrationRow(
        object_uid=stored.uid,
        item=index,
        session_id=stored.session_id,
        patient_id=stored.keys.patient_id,
        stored_at=stored.stored_at,
        from_frame_uid=one.from_frame_uid,
        to_frame_uid=one.to_frame_uid,
        **axes,
    )
