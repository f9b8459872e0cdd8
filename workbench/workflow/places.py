"""Where a workitem is to be done, and what it is: read from its attributes, for those that do not come from check-in."""

from __future__ import annotations

from pydicom.dataset import Dataset

from workbench.errors import Refused
from workbench.settings import Room, Settings
from workbench.workflow.workitem import Met

STATION = "ScheduledStationNameCodeSequence"


def station_of(dataset: Dataset) -> str:
    """Code value of the scheduled station; blank where none is named."""
    return _code_value(dataset, STATION)


def code_of(dataset: Dataset) -> str:
    """Code value of what is to be done; blank where it is not told."""
    return _code_value(dataset, "ScheduledWorkitemCodeSequence")


def room_named(station: str, settings: Settings, uid: str) -> Room:
    """The room of a station code.

    Raises
    ------
    Refused : no room has it.
    """
    for room in settings.rooms:
        if room.station_code == station:
            return room
    known = ", ".join(room.station_code for room in settings.rooms)
    raise Refused(
        f"workitem {uid}: found scheduled station {station!r}, expected the station code of a room: {known}",
        rule="attribute-value",
        comment="Scheduled Station is that of no room here",
    )


def room_of(dataset: Dataset, settings: Settings, met: Met) -> str:
    """Name of the room of a workitem whose attributes were changed.

    Raises
    ------
    Refused : no room has its station, or it would leave the room of its session or of its holder.
    """
    station, row = station_of(dataset), met.row
    room = room_named(station, settings, row.uid).name if station else row.room
    if room != row.room and (row.session_id is not None or row.holder is not None):
        raise Refused(
            f"workitem {row.uid}: found scheduled station {station!r}, expected that of room {row.room}, where it is bound to",
            rule="attribute-value",
            comment="Scheduled Station would leave the session's room",
        )
    return room


def _code_value(dataset: Dataset, keyword: str) -> str:
    items = dataset.get(keyword) or []
    return str(items[0].get("CodeValue") or "") if items else ""
