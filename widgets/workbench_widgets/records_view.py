"""What a records dashboard can show, and what leads from one row to others: values only.

Every table and every answer can be shown; each is narrowed by those of the dashboard's filters that it takes, and says which it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from workbench.events import EventKind
from workbench.records import Filters, Records
from workbench.records.answers.columns import ANSWERS
from workbench.records.answers.face import COUNTED, TAKES
from workbench.records.columns import TABLES, Table
from workbench_widgets.table_columns import ShownColumn

OF_FILTER: Final = MappingProxyType(
    {"patient_id": "patient", "plan_uid": "plan", "session": "session", "room": "room", "since": "days", "until": "days"}
)
"""Filter → its word."""
MOST_DELIVERIES: Final = 10_000
"""Courses of no more deliveries than these are counted at once; of more, those of one patient."""
_RECORD = "No record yet: deliver a fraction."
_SETUP = "No setup yet: treat a fraction with position acquisition, or import setup images."
EMPTY: Final = MappingProxyType(
    {
        **dict.fromkeys(("beams", "fractions", "control_points", *TAKES), _RECORD),
        **dict.fromkeys(("setup_images", "positions", "registrations", "setup_trend", "setup_spread"), _SETUP),
        "spots": "No scanned spots: no record that is here holds any.",
        "planned_beams": "No plan yet: import one.",
        "progress": "No plan yet: import one.",
        "sessions": "No session yet: check in a plan.",
        "instructions": "No delivery instruction yet: check in a plan.",
        "workitems": "No workitem yet: check in a plan.",
        "workitem_history": "No workitem yet: check in a plan.",
        "refusals": "Nothing was refused.",
        "irregularities": "None: every record counts as it says.",
        "files": "No loose file was looked at: this table is of folders of DICOM files.",
        "unreadable": "Nothing is unreadable.",
    }
)
"""Table or answer → what is said when it has no row: what to do next."""
OF_FILES: Final = MappingProxyType(
    {
        **{name: "No treatment record here: put some into the folder and read again." for name, said in EMPTY.items() if said == _RECORD},
        **{
            name: "No setup here: put setup images or records of it into the folder and read again."
            for name, said in EMPTY.items()
            if said == _SETUP
        },
        **dict.fromkeys(("planned_beams", "progress"), "No plan here: put one into the folder and read again."),
        "instructions": "No delivery instruction here.",
        "files": "No file was looked at: the folder is empty.",
    }
)
"""The same of files, of which none is delivered here."""
AT_FIRST: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "beams": "patient_id room session fraction beam delivery_type termination planned_mu specified_mu delivered_mu started_at".split(),
        "control_points": (
            "patient_id room session fraction beam point at energy_mev specified_mu delivered_mu gantry_deg support_vertical_mm "
            "support_longitudinal_mm support_lateral_mm wedges"
        ).split(),
        "fractions": (
            "patient_id plan_label fraction beams deliveries interruptions planned_mu delivered_mu rooms sessions started_at".split()
        ),
        "planned_beams": (
            "patient_id plan_label beam beam_name delivery_type fractions_planned planned_mu control_points energy_mev gantry_deg "
            "support_angle_deg"
        ).split(),
        "treatments": (
            "patient_id plan_label fraction beam interruptions is_finished planned_mu delivered_mu missing_mu started_at beam_on_s".split()
        ),
        "planned_versus_delivered": (
            "patient_id fraction beam quantity unit planned delivered difference tolerance result started_at".split()
        ),
    }
)
"""Table → the columns that are looked at most; the others can be added. Other tables show all that hold anything."""
UNTOLD: Final = frozenset(
    {
        EventKind.REPORTS_SENT,
        EventKind.REPORTS_FAILED,
        EventKind.OBJECTS_SENT,
        EventKind.ARCHIVE_REPAIRED,
        EventKind.PROVIDER_STARTED,
        EventKind.PROVIDER_STOPPED,
    }
)
"""Events that no table tells of."""
OF_PROGRESS: Final = frozenset({"workitems", "workitem_history"})
"""Tables that tell of the progress of a workitem, of which there are many events while a beam is on."""
ONLY_OF_A_WORKBENCH: Final = frozenset({"sessions", "workitems", "workitem_history", "refusals"})
LINKED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = MappingProxyType(
    {
        "beams": (("record_uid", "item"), ("plan_uid", "fraction", "beam"), ("plan_uid", "fraction"), ("session",), ("plan_uid",)),
        "control_points": (("record_uid", "item"),),
        "spots": (("record_uid", "item"),),
        "planned_beams": (("plan_uid", "beam"), ("plan_uid",)),
        "fractions": (("plan_uid", "fraction"),),
        "sessions": (("session",), ("plan_uid",)),
        "instructions": (("instruction_uid",), ("session",)),
        "workitems": (("workitem_uid",), ("session",)),
        "workitem_history": (("workitem_uid",), ("session",)),
        "positions": (("object_uid",), ("session",)),
        "registrations": (("object_uid",), ("session",)),
        "setup_images": (("object_uid",), ("session",)),
    }
)
"""Table → columns that lead to its rows from a row that has them all; the narrowest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way from one row to rows of another table.

    Parameters
    ----------
    filters : for the columns of that table, as they would be typed.
    narrowed : for the source, so that no more is read than needed.
    """

    table: str
    filters: Mapping[str, str]
    narrowed: Filters

    @property
    def words(self) -> str:
        """On a button."""
        return words_of(self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from, as far as it was seen.

    Parameters
    ----------
    plans : UID → patient and label.
    deliveries : how many the source has.
    unreadable : how many of its files gave no row.
    """

    patients: tuple[str, ...] = ()
    plans: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rooms: tuple[str, ...] = ()
    deliveries: int = 0
    unreadable: int = 0

    def learn(self, frame: pd.DataFrame) -> Choices:
        """With what another table names."""
        plans = dict(self.plans)
        if {"plan_uid", "patient_id", "plan_label"} <= set(frame.columns):
            named = frame[["plan_uid", "patient_id", "plan_label"]].dropna(subset="plan_uid").drop_duplicates("plan_uid").astype(object)
            for uid, patient, label in named.itertuples(index=False, name=None):
                plans.setdefault(str(uid), ("" if pd.isna(patient) else str(patient), "" if pd.isna(label) else str(label)))
        return replace(
            self,
            patients=_more(self.patients, frame, "patient_id"),
            plans=MappingProxyType(plans),
            rooms=_more(self.rooms, frame, "room"),
            deliveries=max(self.deliveries, len(frame)) if frame.attrs.get("table") == "beams" else self.deliveries,
            unreadable=len(frame) if frame.attrs.get("table") == "unreadable" else self.unreadable,
        )


def _more(known: tuple[str, ...], frame: pd.DataFrame, name: str) -> tuple[str, ...]:
    if name not in frame:
        return known
    return tuple(sorted({*known, *(str(one) for one in frame[name].dropna().unique() if one)}))


def words_of(name: str) -> str:
    """A table or an answer, in words."""
    return name.replace("_", " ")


def described(name: str) -> Table:
    """What the rows and columns of a table or an answer mean."""
    return TABLES[name] if name in TABLES else ANSWERS[name]


def taken(name: str, asked: Filters) -> tuple[Filters, tuple[str, ...]]:
    """The filters that a table or an answer takes, and the words of those that it does not."""
    if name in TABLES:
        table = TABLES[name]
        takes = {*table.names} & {*OF_FILTER} | ({"since", "until"} if table.moment is not None else set())
    else:
        takes = set(TAKES.get(name, ()))
    fitting = Filters(**{key: value for key, value in asked.items() if value is not None and key in takes})  # type: ignore[typeddict-item]
    left = {OF_FILTER[key] for key, value in asked.items() if value is not None and key not in takes}
    return fitting, tuple(sorted(left))


def rows_of(records: Records, name: str, asked: Filters) -> pd.DataFrame:
    """A table or an answer, narrowed by the filters that it takes."""
    fitting, _ = taken(name, asked)
    return records.table(name, **fitting) if name in TABLES else records.answers.answer(name, **fitting)


def is_told(kind: EventKind, name: str) -> bool:
    """Whether what happened may change a table, an answer, or what is shown beside it."""
    return kind not in UNTOLD and (kind is not EventKind.WORKITEM_PROGRESSED or name in OF_PROGRESS)


def is_too_much(name: str, asked: Filters, choices: Choices) -> bool:
    """Whether an answer would count more deliveries than somebody waits for."""
    return name in COUNTED and not (asked.get("patient_id") or asked.get("plan_uid")) and choices.deliveries > MOST_DELIVERIES


def too_much(choices: Choices) -> str:
    """The sentence that says so."""
    return f"{choices.deliveries:,} deliveries are too many to be counted at once: choose a patient above, or click a row."


def nothing(name: str, asked: Filters, *, knows_sessions: bool) -> str:
    """What is said when there is no row: what to do next."""
    if any(value is not None for value in taken(name, asked)[0].values()):
        return f"No row of {words_of(name)} fits the filters above: choose another patient, plan or room, or other days."
    if not knows_sessions and name in ONLY_OF_A_WORKBENCH:
        return f"Files know no {words_of(name)}: open the data folder of a workbench."
    return EMPTY[name] if knows_sessions else OF_FILES.get(name, EMPTY[name])


def links(table: str, row: Mapping[str, Any], columns: Sequence[ShownColumn]) -> tuple[Link, ...]:
    """Where one can go from a row; blanks lead nowhere."""
    by_name = {column.name: column for column in columns}
    known = {name: by_name[name].written(value) for name, value in row.items() if value is not None}
    found = [_link(target, names, known) for target, ways in LINKED.items() if target != table for names in _way(ways, known)]
    if "record_uids" in known:
        uids = " | ".join(f"={uid}" for uid in known["record_uids"].split(", "))
        named = {key: known[key] for key in ("patient_id", "plan_uid") if key in known}
        found = [one for one in found if one.table != "beams"]
        found.insert(0, Link(table="beams", filters={"record_uid": uids}, narrowed=Filters(**named)))  # type: ignore[typeddict-item]
    return tuple(found)


def _way(ways: tuple[tuple[str, ...], ...], known: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [names for names in ways if all(name in known for name in names)][:1]


def _link(table: str, names: tuple[str, ...], known: Mapping[str, str]) -> Link:
    narrowed = Filters()
    # Only what is the same in both tables: the copy of a plan that a session has goes by the UID of the plan here and by its own there.
    if "session" in known:
        narrowed["session"] = int(known["session"])
    if "patient_id" in known:
        narrowed["patient_id"] = known["patient_id"]
    return Link(table=table, filters={name: f"={known[name]}" for name in names}, narrowed=narrowed)
