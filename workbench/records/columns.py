"""Every column of every table: its type, its unit, what it means. The same wherever the rows come from."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table.

    Parameters
    ----------
    meaning : what one row is.
    moment : column that a range of dates is held against; None where rows have no moment.
    order : columns that rows are sorted by; blanks last.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    moment: str | None
    order: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Names of its columns, in their order."""
        return [column.name for column in self.columns]


TEXT, COUNT, NUMBER, SINGLE, TIME, TERM, TRUTH = "string", "Int64", "float64", "float32", "time", "category", "boolean"
_AXES = ("x", "y", "z")

PATIENT = Column("patient_id", TEXT, "", "Patient ID")
LABEL = Column("plan_label", TEXT, "", "RT Plan Label")
ROOM = Column("room", TEXT, "", "treatment room of the session")
MACHINE = Column("machine", TEXT, "", "Treatment Machine Name of the record")
SESSION = Column("session", COUNT, "", "number of the session; blank where none is known")
KIND = Column("kind", TERM, "", "treatment, qa or imaging")
FRACTION = Column("fraction", COUNT, "", "Current Fraction Number of the record")
BEAM = Column("beam", COUNT, "", "Referenced Beam Number")
BEAM_NAME = Column("beam_name", TEXT, "", "Beam Name")
PLAN_UID = Column("plan_uid", TEXT, "", "SOP Instance UID of the plan that was checked in")
SESSION_PLAN_UID = Column("session_plan_uid", TEXT, "", "SOP Instance UID of the plan that the record references")
RECORD_UID = Column("record_uid", TEXT, "", "SOP Instance UID of the record")
ITEM = Column("item", COUNT, "", "place of the beam in the record, from 0")
OBJECT_UID = Column("object_uid", TEXT, "", "SOP Instance UID of the object")
FILE = Column("file", TEXT, "", "file that the row was read from; in a data folder, relative to it")
STORED_AT = Column("stored_at", TIME, "UTC", "when the object came; of a loose file, when it says it was made")

_SETTINGS = (
    Column("gantry_deg", NUMBER, "°", "gantry angle"),
    Column("gantry_pitch_deg", NUMBER, "°", "gantry pitch angle"),
    Column("limiting_device_deg", NUMBER, "°", "beam limiting device angle"),
    Column("support_angle_deg", NUMBER, "°", "patient support angle"),
    Column("support_pitch_deg", NUMBER, "°", "table or chair pitch"),
    Column("support_roll_deg", NUMBER, "°", "table or chair roll"),
    Column("support_vertical_mm", NUMBER, "mm", "table or chair vertical position"),
    Column("support_longitudinal_mm", NUMBER, "mm", "table or chair longitudinal position"),
    Column("support_lateral_mm", NUMBER, "mm", "table or chair lateral position"),
    Column("snout_mm", NUMBER, "mm", "snout position"),
)
_ENERGY = Column("energy_mev", NUMBER, "MeV", "nominal beam energy; for ions per nucleon")

BEAMS = Table(
    name="beams",
    meaning="One row for each delivery of a beam: a beam and fraction, twice or more when it was interrupted.",
    columns=(
        PATIENT,
        LABEL,
        ROOM,
        MACHINE,
        SESSION,
        KIND,
        FRACTION,
        Column("fractions_planned", COUNT, "", "Number of Fractions Planned, as the record says"),
        BEAM,
        BEAM_NAME,
        Column("radiation_type", TERM, "", "Radiation Type"),
        Column("delivery_type", TERM, "", "TREATMENT, or CONTINUATION of an interrupted beam, or another type of PS3.3 C.8.8.21"),
        Column("termination", TERM, "", "how the delivery ended"),
        Column("verification", TERM, "", "Treatment Verification Status"),
        Column("dosimeter_unit", TERM, "", "unit of the record's metersets: MU, or NP or MINUTE of others"),
        Column("planned_mu", NUMBER, "MU", "meterset of the beam in one whole fraction: of the session, else of the plan"),
        Column("specified_mu", NUMBER, "MU", "primary meterset asked of this delivery"),
        Column("delivered_mu", NUMBER, "MU", "primary meterset delivered in it"),
        Column("first_point_mu", NUMBER, "MU", "delivered meterset at the first control point"),
        Column("last_point_mu", NUMBER, "MU", "delivered meterset at the last control point"),
        Column("specified_secondary_mu", NUMBER, "MU", "secondary meterset asked of this delivery"),
        Column("delivered_secondary_mu", NUMBER, "MU", "secondary meterset delivered in it"),
        Column("specified_time_s", NUMBER, "s", "treatment time asked for"),
        Column("delivered_time_s", NUMBER, "s", "treatment time delivered"),
        Column("control_points", COUNT, "", "how many control points the record has"),
        Column("energy_mev", NUMBER, "MeV", "nominal beam energy at the first control point; for ions per nucleon"),
        *(Column(one.name, one.dtype, one.unit, f"{one.meaning} at the first control point") for one in _SETTINGS),
        Column("accessories", TEXT, "", "kind, number and ID of each recorded accessory, with commas between"),
        Column("started_at", TIME, "UTC", "moment of the first control point"),
        Column("ended_at", TIME, "UTC", "moment of the last control point"),
        Column("treated_at", TIME, "UTC", "Treatment Date and Time of the record"),
        STORED_AT,
        Column("origin", TERM, "", "received from a device, imported, or created by hand; blank where the source knows none"),
        PLAN_UID,
        SESSION_PLAN_UID,
        RECORD_UID,
        ITEM,
        FILE,
    ),
    moment="started_at",
    order=("fraction", "started_at", "record_uid", "item", "file"),
)

CONTROL_POINTS = Table(
    name="control_points",
    meaning="One row for each control point of a delivered beam; after the first a blank also means that nothing changed.",
    columns=(
        PATIENT,
        ROOM,
        MACHINE,
        SESSION,
        FRACTION,
        BEAM,
        Column("point", COUNT, "", "place in the order of delivery, from 0"),
        Column("index", COUNT, "", "Referenced Control Point Index"),
        Column("at", TIME, "UTC", "when it was reached"),
        _ENERGY,
        Column("specified_mu", NUMBER, "MU", "meterset that it was to be reached with"),
        Column("delivered_mu", NUMBER, "MU", "meterset that it was reached with"),
        *_SETTINGS,
        Column("wedges", TEXT, "", "number, position (IN or OUT) and thin edge of each wedge, with commas between"),
        Column("wedge_edge_mm", NUMBER, "mm", "thin edge of the wedge; blank where there is none or more than one"),
        PLAN_UID,
        RECORD_UID,
        ITEM,
        FILE,
    ),
    moment="at",
    order=("fraction", "record_uid", "item", "point"),
)

SPOTS = Table(
    name="spots",
    meaning="One row for each scanned spot as delivered; read from the files when asked for.",
    columns=(
        PATIENT,
        FRACTION,
        BEAM,
        Column("point", COUNT, "", "place of the control point in the order of delivery, from 0"),
        Column("spot", COUNT, "", "place of the spot in the control point, from 0, as delivered"),
        Column("prescribed", COUNT, "", "place of the spot in the plan's map; blank where the order is not told"),
        Column("tune_id", TERM, "", "Scan Spot Tune ID"),
        Column("x_mm", SINGLE, "mm", "IEC gantry system at the isocentre"),
        Column("y_mm", SINGLE, "mm", "IEC gantry system at the isocentre"),
        Column("delivered_mu", SINGLE, "MU", "meterset of the spot"),
        PLAN_UID,
        RECORD_UID,
        ITEM,
        FILE,
    ),
    moment=None,
    order=(),
)

FRACTIONS = Table(
    name="fractions",
    meaning="One row for each fraction of which anything was recorded; sums are over all its records, setup beams left out.",
    columns=(
        PATIENT,
        LABEL,
        FRACTION,
        Column("fractions_planned", COUNT, "", "fractions of the course"),
        Column("beams", COUNT, "", "beams of which anything was recorded"),
        Column("deliveries", COUNT, "", "recorded deliveries; more than beams when some were interrupted"),
        Column("interruptions", COUNT, "", "deliveries that the operator or the machine ended"),
        Column("planned_mu", NUMBER, "MU", "metersets of these beams in one whole fraction; blank where one is not known"),
        Column("delivered_mu", NUMBER, "MU", "what the records say was delivered; blank where one is silent"),
        Column("rooms", TEXT, "", "rooms it was treated in, with commas between"),
        Column("sessions", TEXT, "", "numbers of its sessions, with commas between"),
        Column("started_at", TIME, "UTC", "moment of its first control point"),
        Column("ended_at", TIME, "UTC", "moment of its last control point"),
        PLAN_UID,
    ),
    moment="started_at",
    order=("patient_id", "plan_uid", "fraction"),
)

PLANNED_BEAMS = Table(
    name="planned_beams",
    meaning="One row for each beam of a plan: what was planned, and within which tolerances it may be delivered.",
    columns=(
        PATIENT,
        LABEL,
        BEAM,
        BEAM_NAME,
        Column("delivery_type", TERM, "", "Treatment Delivery Type"),
        Column("fractions_planned", COUNT, "", "Number of Fractions Planned"),
        Column("planned_mu", NUMBER, "MU", "Beam Meterset of one fraction"),
        Column("control_points", COUNT, "", "control points of the plan"),
        _ENERGY,
        *(Column(one.name, one.dtype, one.unit, f"{one.meaning} at the first control point") for one in _SETTINGS),
        Column("tolerance_table", COUNT, "", "number of the tolerance table; blank where the beam refers to none"),
        *(
            Column(
                f"{one.name.rpartition('_')[0]}_tolerance_{one.name.rpartition('_')[2]}", NUMBER, one.unit, f"tolerance of {one.meaning}"
            )
            for one in _SETTINGS
        ),
        PLAN_UID,
        FILE,
    ),
    moment=None,
    order=("patient_id", "plan_uid", "beam"),
)

SESSIONS = Table(
    name="sessions",
    meaning="One row for each session that was checked in.",
    columns=(
        SESSION,
        Column("state", TERM, "", "prepared, active, canceled or completed"),
        KIND,
        ROOM,
        PATIENT,
        LABEL,
        Column("fraction", COUNT, "", "fraction that was to be treated"),
        Column("beams", COUNT, "", "beams that were to be treated"),
        Column("planned_mu", NUMBER, "MU", "metersets of one whole fraction"),
        Column("to_deliver_mu", NUMBER, "MU", "what the session was to deliver"),
        Column("prepared_at", TIME, "UTC", "when it was checked in"),
        Column("closed_at", TIME, "UTC", "when it was completed"),
        Column("explained", TEXT, "", "what was decided, and why"),
        PLAN_UID,
        Column("session_plan_uid", TEXT, "", "SOP Instance UID of the session's own plan"),
        Column("instruction_uid", TEXT, "", "SOP Instance UID of its delivery instruction"),
    ),
    moment="prepared_at",
    order=("session",),
)

INSTRUCTIONS = Table(
    name="instructions",
    meaning="One row for each task of a delivery instruction: a beam that was to be delivered.",
    columns=(
        PATIENT,
        LABEL,
        ROOM,
        SESSION,
        Column("fraction", COUNT, "", "fraction that was to be treated"),
        Column("task", COUNT, "", "place in the instruction, from 0"),
        BEAM,
        Column("delivery_type", TERM, "", "TREATMENT or CONTINUATION"),
        Column("start_mu", NUMBER, "MU", "meterset that it was to begin with"),
        Column("end_mu", NUMBER, "MU", "meterset that it was to end with"),
        Column("prepared_at", TIME, "UTC", "when the instruction was made"),
        PLAN_UID,
        SESSION_PLAN_UID,
        Column("instruction_uid", TEXT, "", "SOP Instance UID of the instruction"),
        FILE,
    ),
    moment="prepared_at",
    order=("prepared_at", "instruction_uid", "task"),
)

WORKITEMS = Table(
    name="workitems",
    meaning="One row for each workitem as it stands.",
    columns=(
        PATIENT,
        ROOM,
        SESSION,
        Column("code", TERM, "", "code value of its Scheduled Workitem Code"),
        Column("state", TERM, "", "Procedure Step State"),
        Column("holder", TEXT, "", "AE title of the device that claimed it"),
        Column("progress_percent", NUMBER, "%", "last progress told"),
        Column("progress_text", TEXT, "", "last progress told, in words"),
        Column("scheduled_at", TIME, "UTC", "Scheduled Procedure Step Start DateTime"),
        Column("changed_at", TIME, "UTC", "when it was last changed"),
        Column("plan_uid", TEXT, "", "plan of its session"),
        Column("workitem_uid", TEXT, "", "SOP Instance UID of the workitem"),
    ),
    moment="changed_at",
    order=("session", "code", "workitem_uid"),
)

WORKITEM_HISTORY = Table(
    name="workitem_history",
    meaning="One row for each thing that happened to a workitem.",
    columns=(
        PATIENT,
        ROOM,
        SESSION,
        Column("code", TERM, "", "code value of its Scheduled Workitem Code"),
        Column("at", TIME, "UTC", "when it happened"),
        Column("event", TERM, "", "what happened"),
        Column("state", TERM, "", "Procedure Step State from then on; blank where it was not changed"),
        Column("actor", TEXT, "", "AE title or user"),
        Column("detail", TEXT, "", "particulars as JSON"),
        Column("workitem_uid", TEXT, "", "SOP Instance UID of the workitem"),
        Column("number", COUNT, "", "number in the history"),
    ),
    moment="at",
    order=("number",),
)

SETUP_IMAGES = Table(
    name="setup_images",
    meaning="One row for each image of the patient in treatment position, or one of the plan that was brought along.",
    columns=(
        PATIENT,
        ROOM,
        SESSION,
        Column("modality", TERM, "", "CT or RTIMAGE"),
        Column("label", TEXT, "", "Image Type; blank where the image tells no table position"),
        Column("vertical_mm", NUMBER, "mm", "table top, upwards"),
        Column("longitudinal_mm", NUMBER, "mm", "table top"),
        Column("lateral_mm", NUMBER, "mm", "table top"),
        Column("yaw_deg", NUMBER, "°", "patient support about the vertical axis"),
        Column("pitch_deg", NUMBER, "°", "table top about its lateral axis"),
        Column("roll_deg", NUMBER, "°", "table top about its longitudinal axis"),
        STORED_AT,
        PLAN_UID,
        Column("series_uid", TEXT, "", "Series Instance UID"),
        Column("frame_uid", TEXT, "", "Frame of Reference UID"),
        OBJECT_UID,
        FILE,
    ),
    moment="stored_at",
    order=("stored_at", "object_uid"),
)

_RESIDUALS = (
    *(
        Column(f"residual_{axis}_mm", NUMBER, "mm", f"table {axis}: the session's planned position minus the one found")
        for axis in ("vertical", "longitudinal", "lateral")
    ),
    *(
        Column(f"residual_{axis}_deg", NUMBER, "°", f"table {axis}: the session's planned angle minus the one found, within ±180")
        for axis in ("yaw", "pitch", "roll")
    ),
)

POSITIONS = Table(
    name="positions",
    meaning="One row for each table position that a setup object told.",
    columns=(
        PATIENT,
        ROOM,
        SESSION,
        Column("kind", TERM, "", "INITLASERISO planned, ACQ_ISOCENTER acquired, INITMATCHISO registration begun, IMAGE of one image"),
        Column("label", TEXT, "", "ROI Name, or Image Type"),
        *(Column(f"isocentre_{axis}_mm", NUMBER, "mm", f"marked isocentre, patient frame {axis}") for axis in _AXES),
        Column("vertical_mm", NUMBER, "mm", "table top, upwards"),
        Column("longitudinal_mm", NUMBER, "mm", "table top"),
        Column("lateral_mm", NUMBER, "mm", "table top"),
        Column("yaw_deg", NUMBER, "°", "patient support about the vertical axis"),
        Column("pitch_deg", NUMBER, "°", "table top about its lateral axis"),
        Column("roll_deg", NUMBER, "°", "table top about its longitudinal axis"),
        *_RESIDUALS,
        STORED_AT,
        PLAN_UID,
        Column("frame_uid", TEXT, "", "Frame of Reference UID of the isocentre"),
        OBJECT_UID,
        ITEM,
        FILE,
    ),
    moment="stored_at",
    order=("stored_at", "object_uid", "item"),
)

REGISTRATIONS = Table(
    name="registrations",
    meaning="One row for each rigid registration, as six degrees of freedom about the isocentre.",
    columns=(
        PATIENT,
        ROOM,
        SESSION,
        *(Column(f"shift_{axis}_mm", NUMBER, "mm", f"of the isocentre along {axis} of the target frame") for axis in _AXES),
        *(Column(f"turn_{axis}_deg", NUMBER, "°", f"about {axis} of the target frame; first x, then y, then z") for axis in _AXES),
        *(Column(f"from_{axis}_mm", NUMBER, "mm", f"isocentre in the source frame, {axis}") for axis in _AXES),
        *(Column(f"to_{axis}_mm", NUMBER, "mm", f"isocentre in the target frame, {axis}") for axis in _AXES),
        *_RESIDUALS,
        STORED_AT,
        PLAN_UID,
        Column("from_frame_uid", TEXT, "", "Frame of Reference UID of what is moved"),
        Column("to_frame_uid", TEXT, "", "Frame of Reference UID it is moved into"),
        Column("object_uid", TEXT, "", "SOP Instance UID of the Spatial Registration"),
        ITEM,
        FILE,
    ),
    moment="stored_at",
    order=("stored_at", "object_uid", "item"),
)

REFUSALS = Table(
    name="refusals",
    meaning="One row for each object or request that was refused.",
    columns=(
        Column("at", TIME, "UTC", "when it was refused"),
        Column("what", TERM, "", "what was asked, for example C-STORE"),
        Column("actor", TEXT, "", "AE title or user"),
        Column("rule", TERM, "", "name of the rule that refused"),
        Column("why", TEXT, "", "the sentence"),
        Column("findings", TEXT, "", "everything that was found, a line each, where the sentence names only the first"),
        Column("subject", TEXT, "", "SOP Instance UID of the object or workitem, or what else it was about"),
        Column("number", COUNT, "", "number in the history"),
    ),
    moment="at",
    order=("number",),
)

FILES = Table(
    name="files",
    meaning="One row for each file or data set that was looked at, readable or not; a data folder has none.",
    columns=(
        Column("file", TEXT, "", "the file, or the place of the data set among those given"),
        Column("size", COUNT, "bytes", "its length"),
        Column("sop_class_uid", TEXT, "", "SOP Class UID, where that could be read"),
        Column("object_uid", TEXT, "", "SOP Instance UID, where that could be read"),
        Column("rows", COUNT, "", "rows of other tables that it gave; blank where it is unreadable"),
    ),
    moment=None,
    order=("file",),
)

UNREADABLE = Table(
    name="unreadable",
    meaning="One row for each file or data set that could not be read, or of whose record the spots alone could not be read. A data folder "
    "refuses what it cannot read, so it has only records whose spots were asked for in vain.",
    columns=(
        Column("file", TEXT, "", "the file, or the place of the data set among those given"),
        Column("size", COUNT, "bytes", "its length"),
        Column("object_uid", TEXT, "", "SOP Instance UID, where that could be read"),
        Column("rule", TERM, "", "name of the rule that refused"),
        Column("why", TEXT, "", "the sentence"),
    ),
    moment=None,
    order=("file",),
)

TABLES: Final = MappingProxyType(
    {
        one.name: one
        for one in (
            SESSIONS,
            FRACTIONS,
            BEAMS,
            CONTROL_POINTS,
            SPOTS,
            PLANNED_BEAMS,
            WORKITEMS,
            WORKITEM_HISTORY,
            SETUP_IMAGES,
            POSITIONS,
            REGISTRATIONS,
            INSTRUCTIONS,
            REFUSALS,
            FILES,
            UNREADABLE,
        )
    }
)
"""Name → table."""
