"""An archive as a source of tables: its index, and its files for what is read on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import tzinfo
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from workbench.archive.archive import Archive
from workbench.archive.rows import SessionRow, StepState
from workbench.archive.tabulated import EVERY, TABULATED, Asked, Span
from workbench.clock import machine_zone
from workbench.dicom import part10
from workbench.dicom.reading import EncodedDataset
from workbench.events import EventKind
from workbench.records.columns import Table
from workbench.records.spots import Unread, spots_of
from workbench.records.wanted import Wanted

STATE: Final = MappingProxyType(
    {
        EventKind.WORKITEM_SCHEDULED.value: StepState.SCHEDULED.value,
        EventKind.WORKITEM_CLAIMED.value: StepState.IN_PROGRESS.value,
        EventKind.WORKITEM_COMPLETED.value: StepState.COMPLETED.value,
        EventKind.WORKITEM_CANCELED.value: StepState.CANCELED.value,
    }
)
"""Event → the state that a workitem has from then on."""


class ArchiveSource:
    """Rows of one archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._unread = Unread()

    @property
    def zone(self) -> tzinfo:
        """That of the machine."""
        return machine_zone()

    def rows(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        """At least the rows that are wanted; one query, and for spots the files of the records that it finds.

        Raises
        ------
        Unavailable : the database does not answer, or a file of a record is gone or damaged.
        """
        if table.name in _OF_SESSIONS:
            return pd.DataFrame(list(self._of_sessions(_OF_SESSIONS[table.name])))
        if table.name == "spots":
            return self._spots(wanted)
        if table.name == "unreadable":
            return self._with_paths(self._unread.frame())
        if table.name not in TABULATED:
            return pd.DataFrame()
        frame = self._tabulated(table.name, wanted)
        finish = _FINISHED.get(table.name)
        return self._with_paths(frame if finish is None else finish(frame))

    def spans(self, records: int) -> list[Span]:
        """Spans of so many records each, for reading an archive in parts."""
        with self._archive.database.reading() as view:
            return view.tabulated.spans(records)

    def span_rows(self, table: Table, span: Span) -> pd.DataFrame:
        """The rows of these records of the tables of beams, control points or spots."""
        if table.name == "spots":
            return self._spots_of(self._tabulated("record_files", Wanted(), span))
        return self._with_paths(self._tabulated(table.name, Wanted(), span))

    def _tabulated(self, name: str, wanted: Wanted, span: Span = EVERY) -> pd.DataFrame:
        asked = Asked(**{one.name: getattr(wanted, one.name) for one in fields(wanted)})
        with self._archive.database.reading() as view:
            names, rows = view.tabulated.rows(name, asked, span)
        return pd.DataFrame.from_records(rows, columns=names)

    def _with_paths(self, frame: pd.DataFrame) -> pd.DataFrame:
        if "file" not in frame:
            return frame
        return frame.assign(file=[self._path(name) for name in frame["file"]])

    def _path(self, name: str) -> str:
        """In the data folder."""
        return f"{self._archive.files.folder.name}/{self._archive.files.place(name)}"

    def _of_sessions(self, rows_of: Callable[[SessionRow], Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        with self._archive.database.reading() as view:
            sessions = view.sessions.all()
            instructions = {one.instruction_uid for one in sessions if one.instruction_uid}
            files = {one.uid: one.file for one in view.objects.find(uid=tuple(instructions))} if instructions else {}
        for session in sessions:
            for row in rows_of(session):
                name = files.get(session.instruction_uid or "")
                yield row | {"file": None if name is None else self._path(name)}

    def _spots(self, wanted: Wanted) -> pd.DataFrame:
        return self._spots_of(self._tabulated("record_files", wanted))

    def _spots_of(self, beams: pd.DataFrame) -> pd.DataFrame:
        files = ((str(name), items) for name, items in beams.groupby("file", sort=False))
        return self._with_paths(spots_of(files, self._read, zone=self.zone, unread=self._unread))

    def _read(self, name: str) -> EncodedDataset:
        return part10.parse_file(self._archive.files.read(name), name).read()


def _session(session: SessionRow) -> Iterator[dict[str, Any]]:
    yield {
        **{name: getattr(session, name) for name in _OF_SESSION},
        "session": session.id,
        "state": session.state.value,
        "kind": session.kind.value,
        "beams": len(session.tasks),
        "planned_mu": sum(session.metersets_mu.values()),
        "to_deliver_mu": sum(float(task["end_mu"]) - float(task["start_mu"]) for task in session.tasks),
    }


def _instruction(session: SessionRow) -> Iterator[dict[str, Any]]:
    for place, task in enumerate(session.tasks if session.instruction_uid else ()):
        yield {
            **{name: getattr(session, name) for name in _OF_SESSION},
            "session": session.id,
            "task": place,
            "beam": task["beam"],
            "delivery_type": task["type"],
            "start_mu": task["start_mu"],
            "end_mu": task["end_mu"],
        }


_OF_SESSION: Final = "room patient_id plan_label fraction prepared_at closed_at explained plan_uid session_plan_uid instruction_uid".split()
_OF_SESSIONS: Final = MappingProxyType({"sessions": _session, "instructions": _instruction})


def _workitems(frame: pd.DataFrame) -> pd.DataFrame:
    """The start is kept as universal time in digits; blank where there is none."""
    start = pd.to_datetime(frame["start"].where(frame["start"] != ""), format="%Y%m%d%H%M%S.%f", utc=True)
    return frame.assign(scheduled_at=start)


def _history(frame: pd.DataFrame) -> pd.DataFrame:
    session = [_either(kept, told.get("session")) for kept, told in zip(frame["session"], frame["detail"], strict=True)]
    code = [_either(kept, told.get("code")) for kept, told in zip(frame["code"], frame["detail"], strict=True)]
    return frame.assign(
        event=frame["kind"],
        state=frame["kind"].map(STATE),
        session=pd.array(session, dtype="Int64"),
        code=code,
        detail=[json.dumps(one, sort_keys=True) for one in frame["detail"]],
    )


def _either(kept: Any, told: Any) -> Any:
    """What the row has, else what the event says."""
    return (told if told is not None else pd.NA) if pd.isna(kept) else kept


def _refusals(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: [one.get(name) for one in frame["detail"]] for name in ("what", "rule", "why", "findings")})


_FINISHED: Final = MappingProxyType[str, Callable[[pd.DataFrame], pd.DataFrame]](
    {"workitems": _workitems, "workitem_history": _history, "refusals": _refusals}
)
