"""What an installation may decide: rooms, peers, beamlines, tolerances, identity, limits.

Settings are values, read once from TOML and handed down; nothing here opens a socket or a file of its own accord.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from enum import Enum
from math import inf
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from workbench.errors import Refused

DEFAULT_AE_TITLE = "WORKBENCH"
DEFAULT_DEVICE_AE_TITLE = "DEVICE"
DEFAULT_PORT = 11112
AE_LENGTH = 16
HIGHEST_PORT = 65535
MIB = 1 << 20


def must_be_ae_title(title: str) -> None:
    """VR AE (PS3.5 6.2): at most 16 characters of the default repertoire, no backslash, not spaces alone.

    Raises
    ------
    Refused : it is none.
    """
    if not (title.isascii() and title.isprintable() and "\\" not in title and title.strip() and len(title) <= AE_LENGTH):
        raise Refused(f"AE title: found {title!r}, expected 1 to {AE_LENGTH} letters, digits and signs", rule="settings")


def must_be_port(port: int, *, lowest: int = 1) -> None:
    """A TCP port; 0, where it is allowed, means any free one.

    Raises
    ------
    Refused : it is none.
    """
    if not lowest <= port <= HIGHEST_PORT:
        raise Refused(f"port: found {port}, expected {lowest} to {HIGHEST_PORT}", rule="settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we say we are in objects, files and associations."""

    manufacturer: str = "Ocular Proton Workbench"
    model: str = "Ocular Proton Workbench"
    software_versions: str = "0.1"
    implementation_class_uid: str = "2.25.8277475153297746320097040524778295021"
    implementation_version_name: str | None = "OPWORKBENCH_01"
    coding_scheme: str = "99OPW"
    coding_scheme_version: str = "1"
    as_stated: bool = False
    """Whether we emulate a statement to the letter, its refusals included."""


OWN = Identity()
TMS_AS_STATED = Identity(
    manufacturer="RaySearch Laboratories",
    model="RayTreatment",
    software_versions="9A",
    implementation_class_uid="1.3.6.1.4.1.30071.8",
    implementation_version_name="fo-dicom 3.0.5",
    coding_scheme="99RAYSEARCH",
    coding_scheme_version="1",
    as_stated=True,
)
"""TMS statement 4.2.1.7, 9.1.1.2.4 and 9.1.1.4.2."""
OCULAR_AS_STATED = replace(OWN, implementation_class_uid="1.2.246.352.70.2.1.7", implementation_version_name=None, as_stated=True)
"""Ocular statement 3.1.4."""
IDENTITIES = MappingProxyType({"own": OWN, "tms": TMS_AS_STATED, "ocular": OCULAR_AS_STATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A treatment room and the devices that may ask for its work.

    Parameters
    ----------
    station_code : code value of its Scheduled Station Name.
    calling_ae_titles : AE titles of its devices; none means any.
    session_minutes : what a session takes here, for the expected end of its workitems; None where not known.
    """

    name: str
    station_code: str
    calling_ae_titles: tuple[str, ...] = ()
    session_minutes: int | None = None

    def __post_init__(self) -> None:
        for what, text, longest in (("name", self.name, 64), ("station_code", self.station_code, 16)):
            if not 0 < len(text.strip()) <= longest:
                raise Refused(f"{what} of a room: found {text!r}, expected 1 to {longest} characters", rule="settings")
        for title in self.calling_ae_titles:
            must_be_ae_title(title)
        if self.session_minutes is not None and self.session_minutes < 1:
            raise Refused(f"session_minutes of room {self.name}: found {self.session_minutes}, expected 1 or more", rule="settings")

    def admits(self, ae_title: str) -> bool:
        """Whether a device of this AE title belongs to the room."""
        return not self.calling_ae_titles or ae_title in self.calling_ae_titles


DEFAULT_ROOM = Room(name="EYE1", station_code="EYE1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An application entity that may receive objects by C-MOVE and event reports, and query when it belongs to no room.

    Parameters
    ----------
    hears_restarts : whether it is told of restarts although it may have no subscription (the fallback list of PS3.4 CC.2.4.3).
    """

    ae_title: str
    host: str
    port: int
    hears_restarts: bool = False

    def __post_init__(self) -> None:
        must_be_ae_title(self.ae_title)
        must_be_port(self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one peer can make us spend.

    Parameters
    ----------
    pdu_bytes : longest PDU body accepted; a longer one aborts the association before anything is allocated.
    object_bytes : largest object of one message.
    associations : open at the same time.
    network_timeout_s, dimse_timeout_s, acse_timeout_s : silence after which we stop waiting, the first also in the middle of a PDU.
    grace_s : what is in flight has this long to finish when the provider stops.
    deletion_locks : workitems that are kept for one subscriber; beyond them it is subscribed without lock.
    reports : event reports that wait for one subscriber; beyond them the oldest is given up.
    report_attempts : how often one report is tried before all that waits for its receiver is given up.
    report_pause_s : between two attempts.
    report_idle_s : an association without reports is released after this time.
    """

    pdu_bytes: int = 128 * MIB
    object_bytes: int = 2048 * MIB
    associations: int = 500
    network_timeout_s: float = 60.0
    dimse_timeout_s: float = 30.0
    acse_timeout_s: float = 10.0
    grace_s: float = 5.0
    deletion_locks: int = 10_000
    reports: int = 10_000
    report_attempts: int = 3
    report_pause_s: float = 2.0
    report_idle_s: float = 5.0

    def __post_init__(self) -> None:
        for one in fields(self):
            found = getattr(self, one.name)
            if not 0 < found < inf:
                raise Refused(f"{one.name}: found {found}, expected more than 0", rule="settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToleranceTable:
    """Tolerance table 1 of a session plan (TMS statement 9.1.1.1.4); angles in degrees, lengths in mm, None where silent."""

    label: str = "Eye"
    gantry_angle: float | None = 0.5
    beam_limiting_device_angle: float | None = 0.5
    beam_limiting_device_type: str | None = None
    beam_limiting_device_position: float | None = None
    patient_support_angle: float | None = 0.5
    table_top_vertical: float | None = 1.0
    table_top_longitudinal: float | None = 1.0
    table_top_lateral: float | None = 1.0
    table_top_pitch: float | None = 0.5
    table_top_roll: float | None = 0.5
    snout_position: float | None = 1.0
    head_fixation_angle: float | None = 0.5
    chair_head_frame_position: float | None = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one bench; the defaults serve a laptop.

    Parameters
    ----------
    ae_title : our AE title; associations that call another are rejected.
    host : address to bind to, loopback unless the user says otherwise.
    port : port to listen on, 0 for any free one.
    beamlines : name → table of a beamline description.
    database : URL of the index; None for the SQLite file in the data folder.
    event_reports : whether peers may subscribe and are sent event reports.
    keep_workitems_days : final workitems of completed sessions are forgotten after this time when the provider starts, those
        under a deletion lock excepted; None keeps them until a user forgets them.
    """

    ae_title: str = DEFAULT_AE_TITLE
    host: str = "127.0.0.1"
    port: int = 0
    rooms: tuple[Room, ...] = (DEFAULT_ROOM,)
    peers: tuple[Peer, ...] = ()
    beamlines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tolerances: ToleranceTable = ToleranceTable()
    identity: Identity = OWN
    limits: Limits = Limits()
    database: str | None = None
    event_reports: bool = True
    keep_workitems_days: float | None = None

    def __post_init__(self) -> None:
        must_be_ae_title(self.ae_title)
        must_be_port(self.port, lowest=0)
        if not self.rooms:
            raise Refused("rooms: found none, expected at least one", rule="settings")
        if self.keep_workitems_days is not None and not 0 <= self.keep_workitems_days < inf:
            raise Refused(f"keep_workitems_days: found {self.keep_workitems_days}, expected 0 or more", rule="settings")
        for key, names in (("rooms", [room.name for room in self.rooms]), ("peers", [peer.ae_title for peer in self.peers])):
            for name in names:
                if names.count(name) > 1:
                    raise Refused(f"{key}: found {name!r} more than once, expected each once", rule="settings")

    def room(self, name: str | None) -> Room:
        """The room of this name; the only one when none is named.

        Raises
        ------
        Refused : no such room, or several and none named.
        """
        known = ", ".join(room.name for room in self.rooms)
        if name is None:
            if len(self.rooms) == 1:
                return self.rooms[0]
            raise Refused(f"room: none named, expected one of {known}", rule="room")
        for room in self.rooms:
            if room.name == name:
                return room
        raise Refused(f"room: found {name!r}, expected one of {known}", rule="room")

    def rooms_of(self, ae_title: str) -> tuple[Room, ...]:
        """The rooms whose work a calling AE title may ask for."""
        return tuple(room for room in self.rooms if room.admits(ae_title))

    def peer(self, ae_title: str) -> Peer | None:
        """The peer of this AE title; None when unknown."""
        return next((peer for peer in self.peers if peer.ae_title == ae_title), None)

    @property
    def sends_reports(self) -> bool:
        """Whether peers may subscribe; the TMS statement knows no event reports."""
        return self.event_reports and not self.identity.as_stated

    def with_peer(self, peer: Peer) -> Settings:
        """The same settings with one more peer; one of the same AE title is replaced."""
        others = tuple(known for known in self.peers if known.ae_title != peer.ae_title)
        return replace(self, peers=(*others, peer))


_LISTS: Mapping[str, type[Any]] = {"rooms": Room, "peers": Peer}
_TABLES: Mapping[str, type[Any]] = {"tolerances": ToleranceTable, "limits": Limits}


FILE_NAME = "workbench.toml"
"""Settings of a data folder, in it."""


def load(path: Path | None) -> Settings:
    """Settings from a TOML file; the defaults when there is none.

    Raises
    ------
    Refused : the file cannot be read or is no TOML, or a key is unknown, of the wrong type, or holds a value that it may not
        have; the message names file, key, found, expected.
    """
    if path is None or not path.exists():
        return Settings()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise Refused(f"{path}: cannot be read ({problem.strerror}), expected the workbench's settings", rule="settings") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Refused(f"{path}: no valid TOML ({problem}); expected the workbench's settings", rule="settings") from problem
    return from_table(table, str(path))


def from_table(table: Mapping[str, Any], where: str) -> Settings:
    """Settings from a parsed TOML table; ``where`` names it in errors."""
    plain = dict(table)
    made: dict[str, Any] = {}
    for key, kind in _LISTS.items():
        if key in plain:
            rows = _expect(plain.pop(key), list, f"{where}: {key}")
            made[key] = tuple(record(kind, row, f"{where}: {key}[{index}]") for index, row in enumerate(rows))
    for key, one in _TABLES.items():
        if key in plain:
            made[key] = record(one, plain.pop(key), f"{where}: {key}")
    if "identity" in plain:
        made["identity"] = _identity(plain.pop("identity"), f"{where}: identity")
    if "beamlines" in plain:
        made["beamlines"] = _expect(plain.pop("beamlines"), dict, f"{where}: beamlines")
    return record(Settings, {**plain, **made}, where)


def _identity(found: object, where: str) -> Identity:
    if isinstance(found, str):
        if found not in IDENTITIES:
            raise Refused(f"{where}: found {found!r}, expected one of {', '.join(IDENTITIES)} or a table", rule="settings")
        return IDENTITIES[found]
    return record(Identity, found, where)


_Record = TypeVar("_Record")


def record(kind: type[_Record], table: object, where: str) -> _Record:
    """A dataclass from a table, every key and type checked.

    Raises
    ------
    Refused : the table has an unknown key, lacks a mandatory one, or holds a value of the wrong type or one that the record refuses.
    """
    found = _expect(table, dict, where)
    hints = get_type_hints(kind)
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    for key in found:
        if key not in known:
            raise Refused(f"{where}: unknown key {key!r}, expected one of {', '.join(sorted(known))}", rule="settings")
    for key, one in known.items():
        if key not in found and one.default is MISSING and one.default_factory is MISSING:
            raise Refused(f"{where}: found no {key}, expected a value", rule="settings")
    values = {key: _typed(value, hints[key], f"{where}: {key}") for key, value in found.items()}
    try:
        return kind(**values)
    except Refused as problem:
        raise Refused(f"{where}: {problem}", rule=problem.rule) from problem


def _typed(value: object, hint: Any, where: str) -> object:
    if isinstance(hint, UnionType):
        if value is None and NoneType in get_args(hint):
            return None
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if hint in (str, int, bool):
        return _expect(value, hint, where)
    if hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        raise Refused(f"{where}: found {value!r}, expected a number", rule="settings")
    if get_origin(hint) is tuple and not isinstance(value, tuple):
        return _several(_expect(value, list, where), get_args(hint), where)
    return value if not isinstance(hint, type) or isinstance(value, hint) else _described(value, hint, where)


def _described(value: object, hint: type[Any], where: str) -> object:
    """A member of an enum by its value, a record by its table; what is neither is for the record itself to judge."""
    if issubclass(hint, Enum):
        return _member(hint, value, where)
    return record(hint, value, where) if is_dataclass(hint) else value


def _member(kind: type[Enum], value: object, where: str) -> Enum:
    for one in kind:
        if one.value == value:
            return one
    raise Refused(f"{where}: found {value!r}, expected one of {', '.join(str(one.value) for one in kind)}", rule="settings")


def _several(found: list[object], kinds: tuple[Any, ...], where: str) -> tuple[object, ...]:
    """A list as a tuple of these types; with an ellipsis of any length."""
    each = kinds[:1] * len(found) if kinds[-1] is Ellipsis else kinds
    if len(found) != len(each):
        raise Refused(f"{where}: found {len(found)} values, expected {len(each)}", rule="settings")
    return tuple(_typed(value, kind, f"{where}[{index}]") for index, (value, kind) in enumerate(zip(found, each, strict=True)))


def _expect(value: object, kind: type[Any], where: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        names = {dict: "a table", list: "a list", str: "text", int: "a whole number", bool: "true or false"}
        raise Refused(f"{where}: found {value!r}, expected {names[kind]}", rule="settings")
    return value
