"""Every table of an archive, after a session of the clinic: what came in over the use cases is what the tables say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.archive.samples import make_beam, make_session, make_stored
from tests.clinic import DEVICE, NOW, make_ct, make_ion_plan, make_record, make_table_position
from tests.workflow.house import House
from workbench.archive.rows import PositionRow, RegistrationRow
from workbench.dicom import part10
from workbench.errors import Refused
from workbench.records import ArchiveSource, Records, open_folder
from workbench.records.columns import TABLES
from workbench.treatment.delivery import Termination


def records(house: House) -> Records:
    """The tables of a house."""
    return Records(ArchiveSource(house.archive))


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """These columns of every row; None for what is not known."""
    plain = frame[list(names)].astype(object)
    return [tuple(None if pd.isna(one) else one for one in row) for row in plain.itertuples(index=False)]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_columns_when_there_is_nothing(house: House, name: str) -> None:
    """An empty house: no rows, and the same columns and types as ever."""
    frame = getattr(records(house), name)()

    assert (len(frame), list(frame.columns), frame.attrs["table"]) == (0, TABLES[name].names, name)


def test_every_table_says_what_its_columns_mean() -> None:
    """A column that ends in a unit has that unit, and every column a meaning."""
    said = {"mm": "mm", "deg": "°", "mu": "MU", "s": "s", "mev": "MeV", "percent": "%"}

    for table in TABLES.values():
        for column in table.columns:
            assert column.meaning
            ending = column.name.rpartition("_")[2]
            assert column.unit == said.get(ending, column.unit), f"{table.name}.{column.name}"


def test_control_points_are_rows_in_the_order_of_delivery(house: House) -> None:
    """Begun at 0 MU, stopped at 12.5 of 40 MU after 20 s: two rows with the chair's position of the plan."""
    session, plan = house.running()
    record = make_record(plan, end_mu=12.5, ended=Termination.OPERATOR)
    house.store(record)

    frame = records(house).control_points(session=session.id)

    told = ("record_uid", "item", "point", "at", "specified_mu", "delivered_mu", "energy_mev", "support_vertical_mm", "room", "beam")
    uid = record.SOPInstanceUID
    assert rows(frame, *told) == [
        (uid, 0, 0, NOW, 0.0, 0.0, 70.0, -12.5, "EYE1", 1),
        (uid, 0, 1, NOW + timedelta(seconds=20), 40.0, 12.5, 70.0, -12.5, "EYE1", 1),
    ]


def test_a_beam_says_what_was_planned_specified_and_delivered(house: House) -> None:
    """The session's meterset of a whole fraction beside what this delivery was asked for and gave; the row leads to its file."""
    _, plan = house.running()
    house.store(make_record(plan, end_mu=12.5, ended=Termination.OPERATOR))

    frame = records(house).beams()

    assert rows(frame, "planned_mu", "specified_mu", "delivered_mu", "last_point_mu", "delivered_time_s", "machine", "control_points") == [
        (40.0, 40.0, 12.5, 12.5, 20.0, "EYELINE", 2)
    ]
    assert frame["accessories"].iloc[0].startswith("SNOUT SNOUT35, BLOCK 1 TRAY1, ")
    assert (house.archive.folder / frame["file"].iloc[0]).is_file()


def test_a_record_brought_without_session_takes_its_planned_meterset_from_the_plan(house: House) -> None:
    """The plan's Beam Meterset of 40 MU, whichever of the two came first."""
    plan = make_ion_plan()
    house.intake.bring(part10.encoded(make_record(plan)), actor="user")
    before = rows(records(house).beams(), "planned_mu", "session")
    house.bring_plan(plan)

    assert (before, rows(records(house).beams(), "planned_mu", "session")) == ([(None, None)], [(40.0, None)])


def test_a_fraction_sums_its_deliveries(house: House) -> None:
    """Stopped at 12.5 MU and continued with 27.5: one fraction of one beam, two deliveries, one interruption, 40 of 40 MU."""
    _, plan = house.running()
    house.store(make_record(plan, end_mu=12.5, ended=Termination.MACHINE))
    house.store(make_record(plan, start_mu=12.5))

    frame = records(house).fractions()

    told = ("fraction", "fractions_planned", "beams", "deliveries", "interruptions", "planned_mu", "delivered_mu", "sessions", "rooms")
    assert rows(frame, *told) == [(1, 4, 1, 2, 1, 40.0, 40.0, "1", "EYE1")]


def test_a_plan_has_its_beams_and_tolerances(house: House) -> None:
    """Two beams of 40 and 12.5 MU in four fractions; tolerances of the clinic's table in the units of what they are of."""
    plan = house.bring_plan(metersets_mu={1: 40.0, 2: 12.5})
    table = plan.IonToleranceTableSequence[0]

    frame = records(house).planned_beams(plan_uid=plan.SOPInstanceUID)

    tolerances = (float(table.GantryAngleTolerance), float(table.TableTopVerticalPositionTolerance))
    assert rows(
        frame, "beam", "planned_mu", "fractions_planned", "gantry_deg", "gantry_tolerance_deg", "support_vertical_tolerance_mm"
    ) == [
        (1, 40.0, 4, 90.0, *tolerances),
        (2, 12.5, 4, 90.0, *tolerances),
    ]


def test_sessions_and_their_instructions_are_rows(house: House) -> None:
    """One beam of 40 MU to be treated from its beginning."""
    session = house.prepare()
    found = records(house)

    assert rows(found.sessions(), "session", "state", "room", "beams", "planned_mu", "to_deliver_mu", "prepared_at") == [
        (1, "prepared", "EYE1", 1, 40.0, 40.0, NOW)
    ]
    assert rows(found.instructions(), "session", "task", "beam", "delivery_type", "start_mu", "end_mu", "instruction_uid") == [
        (1, 0, 1, "TREATMENT", 0.0, 40.0, session.instruction_uid)
    ]


def test_a_workitem_and_all_that_happened_to_it_are_rows(house: House) -> None:
    """Scheduled, and claimed a minute later: the state that it had from then on."""
    session = house.prepare()
    house.clock.advance(minutes=1)
    uid = house.claim(session)
    found = records(house)

    claimed = NOW + timedelta(minutes=1)
    assert rows(found.workitems(), "workitem_uid", "session", "state", "holder", "changed_at", "plan_uid") == [
        (uid, 1, "IN PROGRESS", DEVICE, claimed, session.plan_uid)
    ]
    assert rows(found.workitem_history(session=1), "workitem_uid", "at", "event", "state", "actor") == [
        (uid, NOW, "workitem.scheduled", "SCHEDULED", "user"),
        (uid, claimed, "workitem.claimed", "IN PROGRESS", DEVICE),
    ]


def test_setup_images_and_positions_are_rows(house: House) -> None:
    """A CT whose table was at height 120 mm below the isocentre, and a structure set that says where it was acquired."""
    session, plan = house.running()
    house.store(make_ct(plan, TableHeight="120"))
    house.store(make_table_position(plan))
    found = records(house)

    assert rows(found.setup_images(session=session.id), "modality", "vertical_mm", "room", "plan_uid") == [
        ("CT", -120.0, "EYE1", session.plan_uid)
    ]
    assert sorted(rows(found.positions(), "kind", "vertical_mm")) == [("ACQ_ISOCENTER", None), ("IMAGE", -120.0)]


def test_what_was_refused_is_a_row(house: House) -> None:
    """A record of another patient's plan: who, what, by which rule."""
    house.running()
    foreign = make_record(make_ion_plan())
    with pytest.raises(Refused) as refusal:
        house.store(foreign)

    frame = records(house).refusals()

    assert rows(frame, "what", "actor", "rule", "why", "subject") == [
        ("C-STORE", DEVICE, refusal.value.rule, str(refusal.value), foreign.SOPInstanceUID)
    ]


def position(uid: str, kind: str, **table: float) -> PositionRow:
    """A table position of session 1."""
    blank: dict[str, Any] = dict.fromkeys(PositionRow.__dataclass_fields__)
    said = {
        "object_uid": uid,
        "item": 0,
        "session_id": 1,
        "patient_id": "P-001",
        "stored_at": NOW,
        "kind": kind,
        "frame_uid": "",
        "label": "",
    }
    return PositionRow(**blank | said | table)


def registration(uid: str) -> RegistrationRow:
    """A registration of session 1 that moves nothing."""
    axes = [f"{what}_{axis}_{unit}" for what, unit in (("shift", "mm"), ("turn", "deg"), ("from", "mm"), ("to", "mm")) for axis in "xyz"]
    said = {
        "object_uid": uid,
        "item": 0,
        "session_id": 1,
        "patient_id": "P-001",
        "stored_at": NOW,
        "from_frame_uid": "",
        "to_frame_uid": "",
    }
    return RegistrationRow(**said, **dict.fromkeys(axes, 0.0))  # type: ignore[arg-type]


def test_residuals_are_planned_minus_found_where_both_are_known(house: House) -> None:
    """Planned at -100 mm and 359°, found at -98.5 mm and 2°: residuals of -1.5 mm and -3°; longitudinal was planned only."""
    with house.archive.database.transaction() as transaction:
        transaction.sessions.add(make_session())
        for uid in ("2.25.1", "2.25.2", "2.25.3"):
            transaction.objects.add(make_stored(uid))
        transaction.setup.add(
            [
                position("2.25.1", "INITLASERISO", vertical_mm=-100.0, longitudinal_mm=5.0, yaw_deg=359.0),
                position("2.25.2", "ACQ_ISOCENTER", vertical_mm=-98.5, yaw_deg=2.0),
            ],
            [registration("2.25.3")],
        )
    found = records(house)

    names = ("residual_vertical_mm", "residual_longitudinal_mm", "residual_yaw_deg")
    assert rows(found.positions(), "kind", *names) == [("INITLASERISO", None, None, None), ("ACQ_ISOCENTER", -1.5, None, -3.0)]
    assert rows(found.registrations(), *names) == [(-1.5, None, -3.0)]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 2),
        ({"patient_id": "P-001"}, 2),
        ({"patient_id": "P-002"}, 0),
        ({"session": 1}, 2),
        ({"session": 2}, 0),
        ({"room": "EYE1"}, 2),
        ({"room": "EYE2"}, 0),
        ({"plan_uid": "2.25.404"}, 0),
        ({"since": datetime(2024, 6, 3, 8, 15, 20, tzinfo=UTC)}, 1),
        ({"until": datetime(2024, 6, 3, 8, 15, tzinfo=UTC)}, 1),
        ({"since": date(2024, 6, 1), "until": date(2024, 6, 5)}, 2),
        ({"since": date(2024, 6, 5)}, 0),
        ({"until": date(2024, 6, 1)}, 0),
    ],
)
def test_tables_are_narrowed_by_patient_plan_session_room_and_date(house: House, filters: dict[str, Any], count: int) -> None:
    """Two control points of one record, at 08:15:00 and 08:15:20 UTC."""
    _, plan = house.running()
    house.store(make_record(plan))

    assert len(records(house).control_points(**filters)) == count


def test_either_plan_of_a_session_finds_its_beams(house: House) -> None:
    """That which was checked in and that which was made for the session."""
    session, plan = house.running()
    house.store(make_record(plan))
    found = records(house)

    assert len(found.beams(plan_uid=session.plan_uid)) == len(found.beams(plan_uid=session.session_plan_uid)) == 1


@pytest.mark.parametrize(("name", "filters"), [("refusals", {"patient_id": "P-001"}), ("planned_beams", {"since": date(2024, 6, 3)})])
def test_a_table_is_not_narrowed_by_what_it_does_not_have(house: House, name: str, filters: dict[str, Any]) -> None:
    """Better refused than all or none of the rows."""
    with pytest.raises(Refused, match=rf"^table {name}: found .* to narrow it by, expected "):
        getattr(records(house), name)(**filters)


def test_a_data_folder_has_the_same_tables(house: House) -> None:
    """Opened beside the workbench that works on it."""
    _, plan = house.running()
    house.store(make_record(plan))

    with open_folder(house.archive.folder) as opened:
        frame = opened.beams()

    pd.testing.assert_frame_equal(frame, records(house).beams())


def test_a_folder_without_index_is_no_data_folder(tmp_path: Path) -> None:
    """Nothing is made in it."""
    with pytest.raises(Refused, match=r"found no index.sqlite, expected the data folder of a workbench$"):
        open_folder(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_came_in_is_in_the_tables_or_among_the_refusals(house: House) -> None:
    """Three records of the plan, one of them sent twice, and one of another plan: three kept, none of them double, one refused."""
    _, plan = house.running()
    sent = [make_record(plan, end_mu=10.0, ended=Termination.OPERATOR), make_record(plan, start_mu=10.0), make_record(plan)]
    for record in (*sent, sent[0]):
        house.store(record)
    with pytest.raises(Refused):
        house.store(make_record(make_ion_plan()))
    found = records(house)

    uids = sorted(record.SOPInstanceUID for record in sent)
    assert sorted(found.beams()["record_uid"]) == uids
    assert sorted(found.control_points()["record_uid"]) == sorted(uids * 2)
    assert (len(found.refusals()), len(found.unreadable())) == (1, 0)


def test_spots_are_read_from_the_files_of_the_records_wanted(house: House) -> None:
    """Two spots of the first control point; of another plan there are none."""
    session, plan = house.running()
    record = make_record(plan)
    point = record.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0]
    point.ScanSpotTuneID, point.ScanSpotPositionMap, point.ScanSpotMetersetsDelivered = "T1", [1.5, -2.0, 0.0, 3.25], [0.25, 0.5]
    house.store(record)
    found = records(house)

    frame = found.spots(plan_uid=session.plan_uid)

    told = ("record_uid", "beam", "fraction", "point", "spot", "prescribed", "tune_id", "x_mm", "y_mm", "delivered_mu")
    assert rows(frame, *told) == [
        (record.SOPInstanceUID, 1, 1, 0, 0, None, "T1", 1.5, -2.0, 0.25),
        (record.SOPInstanceUID, 1, 1, 0, 1, None, "T1", 0.0, 3.25, 0.5),
    ]
    assert found.spots(plan_uid="2.25.404").empty


@pytest.mark.parametrize("written", ["2024-06-04T01:00:00+14:00", "2024-06-02T23:00:00-12:00", "2024-06-03T11:00:00+00:00"])
def test_a_moment_written_in_any_zone_is_found_by_its_day(house: House, written: str) -> None:
    """11:00 UTC of the 3rd of June, whatever date its own zone has; not a minute before or after."""
    moment = datetime.fromisoformat(written)
    with house.archive.database.transaction() as transaction:
        transaction.objects.add(make_stored("2.25.30"))
        transaction.beams.add([make_beam("2.25.30", started_at=moment)])
    found = records(house)
    minute = timedelta(minutes=1)

    assert len(found.beams(since=moment.astimezone(UTC), until=moment.astimezone(UTC))) == 1
    assert found.beams(since=moment.astimezone(UTC) + minute).empty
    assert found.beams(until=moment.astimezone(UTC) - minute).empty
