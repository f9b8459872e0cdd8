"""Settings: what TOML may say, and the sentence for everything it may not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.errors import Refused
from workbench.settings import (
    IDENTITIES,
    OCULAR_AS_STATED,
    OWN,
    TMS_AS_STATED,
    Identity,
    Limits,
    Peer,
    Room,
    Settings,
    ToleranceTable,
    load,
)

WHOLE = """
ae_title = "TMS"
host = "0.0.0.0"
port = 104
database = "postgresql://workbench@db/workbench"
identity = "tms"

[[rooms]]
name = "EYE1"
station_code = "EYE-STATION"
calling_ae_titles = ["DEVICE", "IMAGER"]
session_minutes = 30

[[rooms]]
name = "EYE2"
station_code = "E2"

[[peers]]
ae_title = "DEVICE"
host = "10.0.0.7"
port = 11113

[tolerances]
label = "Strict"
gantry_angle = 1
table_top_roll = 0.25

[limits]
associations = 8
grace_s = 1

[beamlines.clinic]
machine_name = "CLINIC"
"""


def written(folder: Path, text: str) -> Path:
    """The text as a settings file."""
    path = folder / "workbench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file_is_read_as_it_says(tmp_path: Path) -> None:
    """Every kind of value arrives under its name; whole numbers serve where a number is meant."""
    path = written(tmp_path, WHOLE)

    settings = load(path)

    assert settings == Settings(
        ae_title="TMS",
        host="0.0.0.0",  # noqa: S104 - what the file says
        port=104,
        database="postgresql://workbench@db/workbench",
        identity=TMS_AS_STATED,
        rooms=(
            Room(name="EYE1", station_code="EYE-STATION", calling_ae_titles=("DEVICE", "IMAGER"), session_minutes=30),
            Room(name="EYE2", station_code="E2"),
        ),
        peers=(Peer(ae_title="DEVICE", host="10.0.0.7", port=11113),),
        tolerances=ToleranceTable(label="Strict", gantry_angle=1.0, table_top_roll=0.25),
        limits=Limits(associations=8, grace_s=1.0),
        beamlines={"clinic": {"machine_name": "CLINIC"}},
    )


@pytest.mark.parametrize("text", [None, ""])
def test_no_file_and_an_empty_one_are_the_defaults(tmp_path: Path, text: str | None) -> None:
    """A laptop needs no settings."""
    path = tmp_path / "workbench.toml" if text is None else written(tmp_path, text)

    assert load(path) == load(None) == Settings()


def test_an_identity_of_ones_own_is_a_table(tmp_path: Path) -> None:
    """What the table does not say stays as it is."""
    path = written(tmp_path, '[identity]\nmanufacturer = "A clinic"\n')

    assert load(path).identity == replace(OWN, manufacturer="A clinic")


@pytest.mark.parametrize(("name", "identity"), [("own", OWN), ("tms", TMS_AS_STATED), ("ocular", OCULAR_AS_STATED)])
def test_an_identity_is_known_by_its_name(tmp_path: Path, name: str, identity: Identity) -> None:
    """The three that ship."""
    assert load(written(tmp_path, f'identity = "{name}"')).identity == identity == IDENTITIES[name]


def test_stated_identities_are_those_of_the_statements() -> None:
    """Implementation UID and version name: TMS statement 4.2.1.7, ocular statement 3.1.4."""
    assert (TMS_AS_STATED.implementation_class_uid, TMS_AS_STATED.implementation_version_name) == ("1.3.6.1.4.1.30071.8", "fo-dicom 3.0.5")
    assert (OCULAR_AS_STATED.implementation_class_uid, OCULAR_AS_STATED.implementation_version_name) == ("1.2.246.352.70.2.1.7", None)
    assert (OWN.as_stated, TMS_AS_STATED.as_stated, OCULAR_AS_STATED.as_stated) == (False, True, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ae_title = ", "no valid TOML (Invalid value (at end of document)); expected the workbench's settings"),
        ("prot = 104", "unknown key 'prot', expected one of ae_title, beamlines, database, host, "),
        ("ae_title = 5", "ae_title: found 5, expected text"),
        ('port = "104"', "port: found '104', expected a whole number"),
        ("port = 104.0", "port: found 104.0, expected a whole number"),
        ("port = true", "port: found True, expected a whole number"),
        ("port = 65536", "port: found 65536, expected 0 to 65535"),
        ('ae_title = "SEVENTEEN_LETTERS"', "AE title: found 'SEVENTEEN_LETTERS', expected 1 to 16 letters, digits and signs"),
        ('ae_title = "  "', "AE title: found '  ', expected 1 to 16 letters, digits and signs"),
        ("database = false", "database: found False, expected text"),
        ('rooms = "EYE1"', "rooms: found 'EYE1', expected a list"),
        ("rooms = []", "rooms: found none, expected at least one"),
        ('rooms = ["EYE1"]', "rooms[0]: found 'EYE1', expected a table"),
        ('[[rooms]]\nname = "A"', "rooms[0]: found no station_code, expected a value"),
        ('[[rooms]]\nname = ""\nstation_code = "A"', "rooms[0]: name of a room: found '', expected 1 to 64 characters"),
        (
            f'[[rooms]]\nname = "A"\nstation_code = "{"S" * 17}"',
            f"rooms[0]: station_code of a room: found '{'S' * 17}', expected 1 to 16 characters",
        ),
        (
            '[[rooms]]\nname = "A"\nstation_code = "A"\n[[rooms]]\nname = "A"\nstation_code = "B"',
            "rooms: found 'A' more than once, expected each once",
        ),
        (
            '[[rooms]]\nname = "A"\nstation_code = "A"\ncalling_ae_titles = "DEVICE"',
            "rooms[0]: calling_ae_titles: found 'DEVICE', expected a list",
        ),
        (
            '[[rooms]]\nname = "A"\nstation_code = "A"\ncalling_ae_titles = ["D", 5]',
            "rooms[0]: calling_ae_titles[1]: found 5, expected text",
        ),
        (
            '[[rooms]]\nname = "A"\nstation_code = "A"\nsession_minutes = 0',
            "rooms[0]: session_minutes of room A: found 0, expected 1 or more",
        ),
        ('[[peers]]\nae_title = "DEVICE"\nhost = "here"', "peers[0]: found no port, expected a value"),
        ('[[peers]]\nae_title = "D"\nhost = "here"\nport = 0', "peers[0]: port: found 0, expected 1 to 65535"),
        (
            '[[peers]]\nae_title = "D\\\\E"\nhost = "here"\nport = 1',
            "peers[0]: AE title: found 'D\\\\E', expected 1 to 16 letters, digits and signs",
        ),
        ('[tolerances]\ngantry_angle = "1"', "tolerances: gantry_angle: found '1', expected a number"),
        ("[tolerances]\ngantry_angle = true", "tolerances: gantry_angle: found True, expected a number"),
        ("[tolerances]\ngantry = 1", "tolerances: unknown key 'gantry', expected one of beam_limiting_device_angle, "),
        ("[limits]\nassociations = 0", "limits: associations: found 0, expected more than 0"),
        ("[limits]\ngrace_s = inf", "limits: grace_s: found inf, expected more than 0"),
        ("limits = 5", "limits: found 5, expected a table"),
        ('identity = "tmss"', "identity: found 'tmss', expected one of own, tms, ocular or a table"),
        ('[identity]\nas_stated = "yes"', "identity: as_stated: found 'yes', expected true or false"),
        ("beamlines = []", "beamlines: found [], expected a table"),
    ],
)
def test_what_a_file_may_not_say_is_named(tmp_path: Path, text: str, said: str) -> None:
    """File, key, what was found and what is expected, in one sentence."""
    path = written(tmp_path, text)

    with pytest.raises(Refused) as refusal:
        load(path)

    assert str(refusal.value).startswith(f"{path}: {said}")
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and a folder of that name."""
    path = tmp_path / "workbench.toml"
    path.write_bytes(b'ae_title = "\xff"')

    with pytest.raises(Refused, match=r"workbench\.toml: no valid TOML \(.*\); expected the workbench's settings"):
        load(path)
    with pytest.raises(Refused, match=r": cannot be read \(Is a directory\), expected the workbench's settings$"):
        load(tmp_path)


def test_a_room_is_found_by_its_name() -> None:
    """The only room needs no name; of several one must be named."""
    one, two = Room(name="A", station_code="A"), Room(name="B", station_code="B")

    assert Settings(rooms=(one,)).room(None) == one
    assert Settings(rooms=(one, two)).room("B") == two
    with pytest.raises(Refused, match=r"^room: none named, expected one of A, B$"):
        Settings(rooms=(one, two)).room(None)
    with pytest.raises(Refused, match=r"^room: found 'C', expected one of A, B$"):
        Settings(rooms=(one, two)).room("C")


def test_a_room_admits_its_devices_and_without_any_named_everybody() -> None:
    """An AE title is compared whole, not by its beginning."""
    closed, opened = Room(name="A", station_code="A", calling_ae_titles=("DEVICE",)), Room(name="B", station_code="B")
    settings = Settings(rooms=(closed, opened))

    assert settings.rooms_of("DEVICE") == (closed, opened)
    assert settings.rooms_of("DEV") == (opened,)


def test_a_peer_of_the_same_title_is_replaced() -> None:
    """What is given later counts; others stay."""
    other, old, new = (Peer(ae_title=title, host="h", port=port) for title, port in (("O", 1), ("D", 2), ("D", 3)))

    settings = Settings(peers=(other, old)).with_peer(new)

    assert settings.peers == (other, new)
    assert (settings.peer("D"), settings.peer("X")) == (new, None)
