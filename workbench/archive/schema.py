"""The tables. Their columns are the vocabulary of every query; only this package speaks SQL.

Moments are text in ISO 8601 with offset, so that every database keeps the zone.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    text,
)

from workbench.archive.record_rows import SETTINGS, tolerance_of

VERSION = 4
"""Raised whenever a column changes: a folder of another version is refused when it is opened, and fails nowhere later."""
metadata = MetaData()

meta = Table("meta", metadata, Column("key", String(32), primary_key=True), Column("value", String(64), nullable=False))

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("room", String(64), nullable=False),
    Column("plan_uid", String(64), nullable=False),
    Column("session_plan_uid", String(64), nullable=False),
    Column("instruction_uid", String(64)),
    Column("plan_label", String(64), nullable=False),
    Column("patient_id", String(64), nullable=False),
    Column("study_uid", String(64), nullable=False),
    Column("frame_uid", String(64)),
    Column("fraction", Integer, nullable=False),
    Column("metersets_mu", JSON, nullable=False),
    Column("tasks", JSON, nullable=False),
    Column("explained", String, nullable=False),
    Column("prepared_at", String(40), nullable=False),
    Column("closed_at", String(40)),
)
IS_OPEN = text("state <> 'completed'")
"""Condition of the index below, in the same words, so that a query with it reads that index and not every session there ever was."""
Index(
    "one_open_session_per_room",
    sessions.c.room,
    unique=True,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)

objects = Table(
    "objects",
    metadata,
    Column("uid", String(64), primary_key=True),
    Column("sop_class_uid", String(64), nullable=False),
    Column("file", String(64), nullable=False),
    Column("transfer_syntax", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("session_id", Integer, ForeignKey("sessions.id"), index=True),
    Column("stored_at", String(40), nullable=False),
    Column("patient_id", String(64), nullable=False, index=True),
    Column("patient_name", String(324), nullable=False),
    Column("patient_birth_date", String(8), nullable=False),
    Column("patient_sex", String(16), nullable=False),
    Column("study_uid", String(64), nullable=False, index=True),
    Column("study_id", String(16), nullable=False),
    Column("study_date", String(8), nullable=False),
    Column("study_time", String(16), nullable=False),
    Column("study_description", String(64), nullable=False),
    Column("accession_number", String(16), nullable=False),
    Column("series_uid", String(64), nullable=False, index=True),
    Column("series_number", String(12), nullable=False),
    Column("series_description", String(64), nullable=False),
    Column("modality", String(16), nullable=False),
    Column("instance_number", String(12), nullable=False),
    Column("plan_label", String(16), nullable=False, index=True),
    Column("frame_uid", String(64), nullable=False, index=True),
)

ocular_plans = Table(
    "ocular_plans",
    metadata,
    Column("plan_uid", String(64), ForeignKey("objects.uid"), primary_key=True),
    Column("text", Text, nullable=False),
)

studies = Table(
    "studies",
    metadata,
    Column("uid", String(64), primary_key=True),
    Column("patient_id", String(64), nullable=False, index=True),
    Column("patient_name", String(324), nullable=False),
    Column("patient_name_key", String(400), nullable=False),
    Column("patient_birth_date", String(8), nullable=False),
    Column("patient_sex", String(16), nullable=False),
    Column("study_id", String(16), nullable=False),
    Column("study_date", String(8), nullable=False, index=True),
    Column("study_time", String(16), nullable=False),
    Column("study_description", String(64), nullable=False),
    Column("accession_number", String(16), nullable=False, index=True),
)

series = Table(
    "series",
    metadata,
    Column("uid", String(64), primary_key=True),
    Column("study_uid", String(64), ForeignKey("studies.uid"), nullable=False, index=True),
    Column("series_number", String(12), nullable=False),
    Column("series_description", String(64), nullable=False),
    Column("modality", String(16), nullable=False),
)

workitems = Table(
    "workitems",
    metadata,
    Column("uid", String(64), primary_key=True),
    Column("session_id", Integer, ForeignKey("sessions.id"), index=True),
    Column("room", String(64), nullable=False),
    Column("code", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("lock", String(64)),
    Column("holder", String(16)),
    Column("progress_percent", Float),
    Column("progress_text", String(1024)),
    Column("patient_id", String(64), nullable=False, index=True),
    Column("patient_name_key", String(400), nullable=False),
    Column("start", String(24), nullable=False, index=True),
    Column("dataset", LargeBinary, nullable=False),
    Column("changed_at", String(40), nullable=False),
    # A worklist query names a state and more often than not a patient; by the state alone, half of the table would be read.
    Index("ix_workitems_state_patient_id", "state", "patient_id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("receiver", String(16), primary_key=True),
    Column("workitem_uid", String(64), ForeignKey("workitems.uid"), primary_key=True, index=True),
    Column("has_lock", Boolean, nullable=False),
    Column("dialect", String(16), nullable=False),
    Column("after", Integer, nullable=False),
    Column("since", String(40), nullable=False),
)

global_subscriptions = Table(
    "global_subscriptions",
    metadata,
    Column("receiver", String(16), primary_key=True),
    Column("has_lock", Boolean, nullable=False),
    Column("keys", LargeBinary),
    Column("dialect", String(16), nullable=False),
    Column("since", String(40), nullable=False),
)

beams = Table(
    "beams",
    metadata,
    Column("record_uid", String(64), ForeignKey("objects.uid"), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("beam", Integer, nullable=False),
    Column("session_id", Integer, ForeignKey("sessions.id"), index=True),
    Column("patient_id", String(64), nullable=False, index=True),
    Column("plan_uid", String(64), nullable=False, index=True),
    Column("session_plan_uid", String(64), nullable=False),
    Column("plan_label", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("room", String(64), nullable=False),
    Column("fraction", Integer),
    Column("beam_name", String(64), nullable=False),
    Column("delivery_type", String(16)),
    Column("termination", String(16), nullable=False),
    Column("verification", String(16)),
    Column("radiation_type", String(64)),
    Column("machine", String(64)),
    Column("dosimeter_unit", String(64)),
    Column("fractions_planned", Integer),
    Column("control_points", Integer, nullable=False),
    Column("accessories", String, nullable=False),
    *(
        Column(name, Float)
        for name in (
            "planned_mu specified_mu delivered_mu first_point_mu last_point_mu specified_secondary_mu delivered_secondary_mu "
            "specified_time_s delivered_time_s energy_mev"
        ).split()
    ),
    *(Column(name, Float) for name in SETTINGS),
    Column("started_at", String(40)),
    Column("ended_at", String(40)),
    Column("treated_at", String(40)),
)

control_points = Table(
    "control_points",
    metadata,
    Column("record_uid", String(64), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("point", Integer, primary_key=True),
    Column("index", Integer),
    Column("at", String(40)),
    *(Column(name, Float) for name in ("energy_mev", "specified_mu", "delivered_mu", *SETTINGS)),
    Column("wedges", String, nullable=False),
    Column("wedge_edge_mm", Float),
    ForeignKeyConstraint(("record_uid", "item"), ("beams.record_uid", "beams.item")),
)

planned_beams = Table(
    "planned_beams",
    metadata,
    Column("plan_uid", String(64), ForeignKey("objects.uid"), primary_key=True),
    Column("beam", Integer, primary_key=True),
    Column("beam_name", String(64), nullable=False),
    Column("delivery_type", String(16)),
    Column("fractions_planned", Integer),
    Column("planned_mu", Float),
    Column("control_points", Integer, nullable=False),
    Column("energy_mev", Float),
    Column("tolerance_table", Integer),
    *(Column(name, Float) for name in SETTINGS),
    *(Column(tolerance_of(name), Float) for name in SETTINGS),
)

positions = Table(
    "positions",
    metadata,
    Column("object_uid", String(64), ForeignKey("objects.uid"), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("session_id", Integer, ForeignKey("sessions.id"), index=True),
    Column("patient_id", String(64), nullable=False, index=True),
    Column("stored_at", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("frame_uid", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    *(
        Column(name, Float)
        for name in (
            "isocentre_x_mm isocentre_y_mm isocentre_z_mm vertical_mm longitudinal_mm lateral_mm yaw_deg pitch_deg roll_deg"
        ).split()
    ),
)

registrations = Table(
    "registrations",
    metadata,
    Column("object_uid", String(64), ForeignKey("objects.uid"), primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("session_id", Integer, ForeignKey("sessions.id"), index=True),
    Column("patient_id", String(64), nullable=False, index=True),
    Column("stored_at", String(40), nullable=False),
    Column("from_frame_uid", String(64), nullable=False),
    Column("to_frame_uid", String(64), nullable=False),
    *(
        Column(name, Float, nullable=False)
        for name in (
            "shift_x_mm shift_y_mm shift_z_mm turn_x_deg turn_y_deg turn_z_deg from_x_mm from_y_mm from_z_mm to_x_mm to_y_mm to_z_mm"
        ).split()
    ),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("actor", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    sqlite_autoincrement=True,
)


def _on_create(moment: str, statement: str, dialect: str) -> None:
    """Run a statement with the creation of the history, in one kind of database."""
    event.listen(events, moment, DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


_on_create(
    "before_create",
    "CREATE OR REPLACE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$",
    "postgresql",
)
for _change in ("UPDATE", "DELETE"):
    _trigger = f"CREATE TRIGGER no_{_change.lower()}_of_events BEFORE {_change} ON events"
    _on_create("after_create", f"{_trigger} BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END", "sqlite")
    _on_create("after_create", f"{_trigger} FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()", "postgresql")
# SQLite's INSERT OR REPLACE deletes without telling the trigger of DELETE.
_on_create(
    "after_create",
    "CREATE TRIGGER no_replacement_of_events BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END",
    "sqlite",
)
