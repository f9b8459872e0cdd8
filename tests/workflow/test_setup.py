"""What setup objects tell, decoded when they are taken in: table positions and registrations in the index."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from tests.clinic import DEVICE, NOW, make_ct, make_registration, make_table_position
from tests.workflow.house import House
from workbench.archive.rows import PositionRow, RegistrationRow
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.events import EventKind
from workbench.records import ArchiveSource, Records
from workbench.records.columns import POSITIONS, REGISTRATIONS
from workbench.records.export import as_text

SETUP_FRAME = "2.25.77"


def rows(house: House) -> tuple[list[PositionRow], list[RegistrationRow]]:
    """What the index has."""
    with house.archive.database.reading() as view:
        return view.setup.positions(), view.setup.registrations()


def test_a_registration_is_kept_as_six_degrees_of_freedom_about_the_isocentre(house: House) -> None:
    """Marked at (10, 0, 5) in the setup's frame, moved by (-9, 0.5, -5) into the plan's, whose isocentre is the origin: (1, 0.5, 0) off."""
    session, plan = house.running()
    position = make_table_position(plan)
    position.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = SETUP_FRAME
    position.ROIContourSequence[0].ContourSequence[0].ContourData = ["10", "0", "5"]
    registration = make_registration(plan)
    registration.RegistrationSequence[0].FrameOfReferenceUID = SETUP_FRAME
    matrix = registration.RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    matrix.FrameOfReferenceTransformationMatrix = [1, 0, 0, -9, 0, 1, 0, 0.5, 0, 0, 1, -5, 0, 0, 0, 1]

    house.store(position)
    house.store(registration)

    (marked,), (moved,) = rows(house)
    assert (marked.kind, marked.session_id, marked.frame_uid, marked.stored_at) == ("ACQ_ISOCENTER", session.id, SETUP_FRAME, NOW)
    assert (marked.isocentre_x_mm, marked.isocentre_y_mm, marked.isocentre_z_mm, marked.yaw_deg) == (10.0, 0.0, 5.0, 0.0)
    assert asdict(moved) == {
        "object_uid": registration.SOPInstanceUID,
        "item": 0,
        "session_id": session.id,
        "patient_id": "P-001",
        "stored_at": NOW,
        "from_frame_uid": SETUP_FRAME,
        "to_frame_uid": plan.FrameOfReferenceUID,
        **{"shift_x_mm": 1.0, "shift_y_mm": 0.5, "shift_z_mm": 0.0, "turn_x_deg": 0.0, "turn_y_deg": 0.0, "turn_z_deg": 0.0},
        **{"from_x_mm": 10.0, "from_y_mm": 0.0, "from_z_mm": 5.0, "to_x_mm": 0.0, "to_y_mm": 0.0, "to_z_mm": 0.0},
    }


def test_images_tell_where_the_table_stood(house: House) -> None:
    """A setup CT with table attributes is a row, one without is none; the same object again adds nothing."""
    _, plan = house.running()
    told = make_ct(plan, TableHeight="150", TableTopLongitudinalPosition="12.5")

    for one in (told, make_ct(plan), told):
        house.store(one)

    ((only,), _) = rows(house)
    assert (only.object_uid, only.kind, only.vertical_mm, only.longitudinal_mm, only.lateral_mm) == (
        told.SOPInstanceUID,
        "IMAGE",
        -150.0,
        12.5,
        None,
    )


def test_a_registration_that_scales_is_refused_and_leaves_nothing(house: House) -> None:
    """Type RIGID is not believed (R128): the matrix decides, the refusal is in the history."""
    _, plan = house.running()
    registration = make_registration(plan)
    matrix = registration.RegistrationSequence[0].MatrixRegistrationSequence[0].MatrixSequence[0]
    matrix.FrameOfReferenceTransformationMatrix = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
    before = house.objects()

    with pytest.raises(Refused) as refusal:
        house.store(registration)

    assert (refusal.value.rule, refusal.value.comment) == ("row:matrix", "registration: found a matrix that scales or shears, expected ...")
    (event,) = house.history(EventKind.OBJECT_REFUSED)
    assert (event.subject, event.actor, event.detail["rule"]) == (registration.SOPInstanceUID, DEVICE, "row:matrix")
    assert (house.objects(), rows(house)) == (before, ([], []))


def test_positions_and_registrations_are_tables(house: House) -> None:
    """Typed columns with their units, with rows and without; on a terminal without UIDs."""
    records = Records(ArchiveSource(house.archive))
    empty = (records.positions(), records.registrations())
    _, plan = house.running()
    house.store(make_table_position(plan))
    house.intake.bring(part10.encoded(make_ct(plan, TableTopLateralPosition="4")), actor="user")

    positions = records.positions()

    for frame, table in ((positions, POSITIONS), *zip(empty, (POSITIONS, REGISTRATIONS), strict=True)):
        assert list(frame.columns) == table.names
        assert frame.attrs["units"] == {column.name: column.unit for column in table.columns if column.unit}
    assert sorted(positions["kind"]) == ["ACQ_ISOCENTER", "IMAGE"]
    assert len(records.positions(session=1)) == 1
    assert as_text(empty[0]) == "nothing is recorded"
    assert "ACQ_ISOCENTER" in as_text(positions)
    assert "2.25." not in as_text(positions)
