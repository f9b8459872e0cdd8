"""Every column of every table: its type, its unit, what it means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    dtype : pandas type; ``time`` stands for a moment with its time zone, in UTC.
    unit : blank where there is none.
    """

    name: str
    dtype: str
    unit: str
    meaning: str


TEXT, COUNT, NUMBER, TIME, TERM = "string", "Int64", "float64", "time", "category"

BEAMS = (
    Column("patient_id", TEXT, "", "Patient ID"),
    Column("plan_label", TEXT, "", "RT Plan Label"),
    Column("room", TEXT, "", "treatment room of the session"),
    Column("session", COUNT, "", "number of the session"),
    Column("kind", TERM, "", "treatment, qa or imaging"),
    Column("fraction", COUNT, "", "Current Fraction Number"),
    Column("beam", COUNT, "", "Referenced Beam Number"),
    Column("beam_name", TEXT, "", "Beam Name"),
    Column("delivery_type", TERM, "", "TREATMENT, or CONTINUATION of an interrupted beam"),
    Column("termination", TERM, "", "how the delivery ended"),
    Column("verification", TERM, "", "Treatment Verification Status"),
    Column("specified_mu", NUMBER, "MU", "primary meterset asked of this delivery"),
    Column("delivered_mu", NUMBER, "MU", "primary meterset delivered in it"),
    Column("gantry_deg", NUMBER, "°", "gantry angle at the first control point"),
    Column("support_angle_deg", NUMBER, "°", "patient support angle at the first control point"),
    Column("support_pitch_deg", NUMBER, "°", "table or chair pitch at the first control point"),
    Column("support_roll_deg", NUMBER, "°", "table or chair roll at the first control point"),
    Column("support_vertical_mm", NUMBER, "mm", "table or chair vertical position at the first control point"),
    Column("support_longitudinal_mm", NUMBER, "mm", "table or chair longitudinal position at the first control point"),
    Column("support_lateral_mm", NUMBER, "mm", "table or chair lateral position at the first control point"),
    Column("snout_mm", NUMBER, "mm", "snout position at the first control point"),
    Column("started_at", TIME, "UTC", "moment of the first control point"),
    Column("ended_at", TIME, "UTC", "moment of the last control point"),
    Column("plan_uid", TEXT, "", "SOP Instance UID of the plan that was checked in"),
    Column("session_plan_uid", TEXT, "", "SOP Instance UID of the plan that the record references"),
    Column("record_uid", TEXT, "", "SOP Instance UID of the record"),
)
"""One row for each delivery of a beam: a beam and fraction, twice or more when it was interrupted."""

_AXES = ("x", "y", "z")

POSITIONS = (
    Column("patient_id", TEXT, "", "Patient ID"),
    Column("session", COUNT, "", "number of the session"),
    Column("kind", TERM, "", "INITLASERISO planned, ACQ_ISOCENTER acquired, INITMATCHISO registration begun, IMAGE of one image"),
    Column("label", TEXT, "", "ROI Name, or Image Type"),
    *(Column(f"isocentre_{axis}_mm", NUMBER, "mm", f"marked isocentre, patient frame {axis}") for axis in _AXES),
    Column("vertical_mm", NUMBER, "mm", "table top, upwards"),
    Column("longitudinal_mm", NUMBER, "mm", "table top"),
    Column("lateral_mm", NUMBER, "mm", "table top"),
    Column("yaw_deg", NUMBER, "°", "patient support about the vertical axis"),
    Column("pitch_deg", NUMBER, "°", "table top about its lateral axis"),
    Column("roll_deg", NUMBER, "°", "table top about its longitudinal axis"),
    Column("stored_at", TIME, "UTC", "when the object came"),
    Column("frame_uid", TEXT, "", "Frame of Reference UID of the isocentre"),
    Column("object_uid", TEXT, "", "SOP Instance UID of the object"),
)
"""One row for each table position that a setup object told."""

REGISTRATIONS = (
    Column("patient_id", TEXT, "", "Patient ID"),
    Column("session", COUNT, "", "number of the session"),
    *(Column(f"shift_{axis}_mm", NUMBER, "mm", f"of the isocentre along {axis} of the target frame") for axis in _AXES),
    *(Column(f"turn_{axis}_deg", NUMBER, "°", f"about {axis} of the target frame; first x, then y, then z") for axis in _AXES),
    *(Column(f"from_{axis}_mm", NUMBER, "mm", f"isocentre in the source frame, {axis}") for axis in _AXES),
    *(Column(f"to_{axis}_mm", NUMBER, "mm", f"isocentre in the target frame, {axis}") for axis in _AXES),
    Column("stored_at", TIME, "UTC", "when the object came"),
    Column("from_frame_uid", TEXT, "", "Frame of Reference UID of what is moved"),
    Column("to_frame_uid", TEXT, "", "Frame of Reference UID it is moved into"),
    Column("object_uid", TEXT, "", "SOP Instance UID of the Spatial Registration"),
)
"""One row for each rigid registration, as six degrees of freedom about the isocentre."""
