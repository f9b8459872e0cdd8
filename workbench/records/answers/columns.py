"""Every column of every answer: its type, its unit, what it means."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from workbench.records.columns import (
    BEAM,
    BEAM_NAME,
    COUNT,
    FRACTION,
    LABEL,
    MACHINE,
    NUMBER,
    PATIENT,
    PLAN_UID,
    ROOM,
    SESSION,
    TERM,
    TEXT,
    TIME,
    TRUTH,
    Column,
    Table,
)

_RECORDS = Column("record_uids", TEXT, "", "SOP Instance UIDs of the records, with commas between")
_UNIT = Column("unit", TEXT, "", "unit of the numbers of the row; blank for one that has none")
_STARTED = Column("started_at", TIME, "UTC", "first beam-on")
_ENDED = Column("ended_at", TIME, "UTC", "last beam-off")

PLANNED_VERSUS_DELIVERED = Table(
    name="planned_versus_delivered",
    meaning="One row for each quantity of a beam and fraction: what was planned, what was delivered, and whether that is tolerated.",
    columns=(
        PATIENT,
        LABEL,
        FRACTION,
        BEAM,
        BEAM_NAME,
        Column("quantity", TERM, "", "what is compared: meterset, or a setting of the machine at the first control point"),
        _UNIT,
        Column("planned", NUMBER, "", "as planned; the meterset is that of one whole fraction"),
        Column("delivered", NUMBER, "", "as delivered; the meterset is the sum that counts, a setting that of the delivery farthest off"),
        Column("difference", NUMBER, "", "delivered minus planned; of angles within ±180"),
        Column("tolerance", NUMBER, "", "half width; of the meterset the clinic's, of a setting the plan's; blank where the plan has none"),
        Column("result", TERM, "", "pass, warn or fail; unknown where the records are silent"),
        _STARTED,
        PLAN_UID,
        _RECORDS,
    ),
    moment="started_at",
    order=("patient_id", "plan_uid", "fraction", "beam"),
)

PROGRESS = Table(
    name="progress",
    meaning="One row for each course: how far it is, and what is due.",
    columns=(
        PATIENT,
        LABEL,
        Column("fractions_planned", COUNT, "", "fractions of the course"),
        Column("fractions_finished", COUNT, "", "fractions of which nothing is left to treat"),
        Column("fractions_interrupted", COUNT, "", "fractions that have begun and are not finished"),
        Column("fractions_remaining", COUNT, "", "fractions that are not finished, begun ones included"),
        Column("next_fraction", COUNT, "", "the one that is due; blank where none is, or where it cannot be told"),
        Column("state", TERM, "", "not begun, running, complete, or undecided where the next fraction cannot be told"),
        Column("planned_mu", NUMBER, "MU", "metersets of the whole course"),
        Column("delivered_mu", NUMBER, "MU", "what counts of all records"),
        Column("delivered_percent", NUMBER, "%", "delivered of planned"),
        _STARTED,
        _ENDED,
        Column("explained", TEXT, "", "what is due, or why that cannot be told"),
        PLAN_UID,
    ),
    moment=None,
    order=("patient_id", "plan_uid"),
)

TREATMENTS = Table(
    name="treatments",
    meaning="One row for each beam of a fraction: its deliveries, interrupted and continued, as one treatment.",
    columns=(
        PATIENT,
        LABEL,
        FRACTION,
        BEAM,
        BEAM_NAME,
        Column("deliveries", COUNT, "", "deliveries that count"),
        Column("interruptions", COUNT, "", "deliveries that the operator or the machine ended"),
        Column("is_finished", TRUTH, "", "whether nothing is left to treat"),
        Column("planned_mu", NUMBER, "MU", "meterset of one whole fraction"),
        Column("delivered_mu", NUMBER, "MU", "sum of the deliveries"),
        Column("missing_mu", NUMBER, "MU", "planned minus delivered; below 0 when more was delivered"),
        _STARTED,
        _ENDED,
        Column("beam_on_s", NUMBER, "s", "from beam-on to beam-off, summed over the deliveries"),
        Column("paused_s", NUMBER, "s", "from the first beam-on to the last beam-off, less the time between beam-on and beam-off"),
        Column("chain", TEXT, "", "each delivery with type, meterset and termination, with arrows between"),
        PLAN_UID,
        _RECORDS,
    ),
    moment="started_at",
    order=("patient_id", "plan_uid", "fraction", "beam"),
)

SETUP_TREND = Table(
    name="setup_trend",
    meaning="One row for each degree of freedom of each acquired or recorded table position and each registration, in the order of time.",
    columns=(
        PATIENT,
        ROOM,
        MACHINE,
        SESSION,
        Column("at", TIME, "UTC", "when the object came; of a recorded position the beam-on"),
        Column(
            "measure",
            TERM,
            "",
            "position of the table as acquired, residual of it (planned minus found), shift and turn of a registration, or beam-on: "
            "position of the table as the treatment record tells it",
        ),
        Column("axis", TERM, "", "vertical, longitudinal, lateral, yaw, pitch, roll of the table; x, y, z of the target frame"),
        _UNIT,
        Column("place", COUNT, "", "which one of the patient's it is, from 1, for this measure and axis"),
        Column("value", NUMBER, "", "in the row's unit"),
        Column("running_mean", NUMBER, "", "mean of the patient's values up to this one"),
        Column("object_uid", TEXT, "", "SOP Instance UID of the object"),
    ),
    moment="at",
    order=("patient_id", "measure", "axis", "place"),
)

SETUP_SPREAD = Table(
    name="setup_spread",
    meaning="One row for each degree of freedom of a patient, a room or a machine: how setups lie on average and how they vary.",
    columns=(
        Column("by", TERM, "", "patient, room or machine"),
        Column("name", TEXT, "", "Patient ID, room or Treatment Machine Name"),
        Column("measure", TERM, "", "as in the trend"),
        Column("axis", TERM, "", "as in the trend"),
        _UNIT,
        Column("count", COUNT, "", "values"),
        Column("patients", COUNT, "", "patients"),
        Column("mean", NUMBER, "", "mean of the patients' means"),
        Column("systematic", NUMBER, "", "standard deviation of the patients' means; blank for fewer than two patients"),
        Column("random", NUMBER, "", "root mean square of the patients' standard deviations; blank without two values of one patient"),
        Column("smallest", NUMBER, "", "smallest value"),
        Column("largest", NUMBER, "", "largest value"),
    ),
    moment=None,
    order=("by", "name", "measure", "axis"),
)

TIMING = Table(
    name="timing",
    meaning="One row for each treatment workitem, or each session's records where the source has no workitems: what took how long.",
    columns=(
        PATIENT,
        ROOM,
        SESSION,
        FRACTION,
        Column("state", TERM, "", "Procedure Step State"),
        Column("claimed_at", TIME, "UTC", "when a device claimed it"),
        Column("beam_on_at", TIME, "UTC", "first beam-on after the claim"),
        Column("beam_off_at", TIME, "UTC", "last beam-off"),
        Column("finished_at", TIME, "UTC", "when it became COMPLETED or CANCELED"),
        Column("claim_to_beam_on_s", NUMBER, "s", "setup of the patient and of the machine"),
        Column("beam_on_to_beam_off_s", NUMBER, "s", "first beam-on to last beam-off, pauses included"),
        Column("beam_on_s", NUMBER, "s", "from beam-on to beam-off, summed over the deliveries"),
        Column("beam_off_to_finish_s", NUMBER, "s", "until the device had reported all"),
        Column("whole_s", NUMBER, "s", "claim to finish"),
        PLAN_UID,
        Column("workitem_uid", TEXT, "", "SOP Instance UID of the workitem"),
    ),
    moment="claimed_at",
    order=("claimed_at", "beam_on_at"),
)

TERMINATIONS = Table(
    name="terminations",
    meaning="One row for each way in which deliveries of a group ended.",
    columns=(
        Column("group", TEXT, "", "name of the group; blank where the records do not say"),
        Column("termination", TERM, "", "how they ended"),
        Column("deliveries", COUNT, "", "deliveries that count"),
        Column("share_percent", NUMBER, "%", "of the deliveries of the group"),
        Column("delivered_mu", NUMBER, "MU", "what they delivered"),
        Column("missing_mu", NUMBER, "MU", "what they were asked for and did not deliver, where that is recorded"),
    ),
    moment=None,
    order=("group", "termination"),
)

IRREGULARITIES = Table(
    name="irregularities",
    meaning="One row for each thing that records leave out, say twice or contradict each other in.",
    columns=(
        PATIENT,
        LABEL,
        FRACTION,
        BEAM,
        Column("kind", TERM, "", "missing, duplicate, contradictory, unplanned, unplaced or overdelivered"),
        Column("sentence", TEXT, "", "what was found, and what follows"),
        PLAN_UID,
        _RECORDS,
    ),
    moment=None,
    order=("patient_id", "plan_uid", "fraction", "beam"),
)

ANSWERS: Final = MappingProxyType(
    {
        one.name: one
        for one in (
            PLANNED_VERSUS_DELIVERED,
            PROGRESS,
            TREATMENTS,
            SETUP_TREND,
            SETUP_SPREAD,
            TIMING,
            TERMINATIONS,
            IRREGULARITIES,
        )
    }
)
"""Name → what the answer's rows and columns mean."""
