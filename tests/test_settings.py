"""Settings are values: from TOML with every key and type checked, or wrong in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.errors import Refused
from workbench.settings import DEFAULT_ROOM, IDENTITIES, OWN, Limits, Peer, Room, Settings, ToleranceTable, load

WHOLE = """
ae_title = "TMS"
host = "0.0.0.0"
port = 104
identity = "tms"
database = "postgresql://db/clinic"

[[rooms]]
name = "EYE1"
station_code = "E1"
calling_ae_titles = ["TDD1", "TDD2"]

[[peers]]
ae_title = "TDD1"
host = "10.0.0.7"
port = 11113

[tolerances]
label = "Tight"
gantry_angle = 1

[limits]
associations = 4
dimse_timeout_s = 5

[beamlines.own]
machine_name = "OWN"
"""


def written(folder: Path, text: str) -> Path:
    """A settings file."""
    path = folder / "workbench.toml"
    path.write_text(text)
    return path


def test_a_whole_file_becomes_settings(tmp_path: Path) -> None:
    """Every section; a whole number stands for a number; what is left out keeps its default."""
    assert load(written(tmp_path, WHOLE)) == Settings(
        ae_title="TMS",
        host="0.0.0.0",  # noqa: S104 - read, not bound
        port=104,
        identity=IDENTITIES["tms"],
        database="postgresql://db/clinic",
        rooms=(Room(name="EYE1", station_code="E1", calling_ae_titles=("TDD1", "TDD2")),),
        peers=(Peer(ae_title="TDD1", host="10.0.0.7", port=11113),),
        tolerances=ToleranceTable(label="Tight", gantry_angle=1.0),
        limits=Limits(associations=4, dimse_timeout_s=5.0),
        beamlines={"own": {"machine_name": "OWN"}},
    )


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """One room, open to everybody, on loopback."""
    settings = load(tmp_path / "missing.toml")

    assert settings == load(None) == Settings()
    assert (settings.host, settings.rooms) == ("127.0.0.1", (DEFAULT_ROOM,))
    assert DEFAULT_ROOM.admits("ANYBODY")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 1.5", "port: found 1.5, expected a whole number"),
        ("port = true", "port: found True, expected a whole number"),
        ("port = -1", "port: found -1, expected 0 to 65535"),
        ("rooms = 3", "rooms: found 3, expected a list"),
        ("rooms = [3]", "rooms[0]: found 3, expected a table"),
        ('[[rooms]]\nname = "A"\nstation_code = 5', "rooms[0]: station_code: found 5, expected text"),
        ('[[rooms]]\nname = "A"\nstation_code = "A"\ncalling_ae_titles = "DEV"', "calling_ae_titles: found 'DEV', expected a list"),
        ('[[rooms]]\nname = "A"\nstation_code = "A"\ncalling_ae_titles = ["A\\\\B"]', r"AE title: found 'A\\B'"),
        ("[limits]\npdu_byte = 1", "limits: unknown key 'pdu_byte', expected one of acse_timeout_s"),
        ('[limits]\nacse_timeout_s = "10"', "acse_timeout_s: found '10', expected a number"),
        ("[tolerances]\ngantry_angle = true", "gantry_angle: found True, expected a number"),
        ('ae_title = "   "', "AE title: found '   '"),
        ('ae_title = "ÄRZTE"', "AE title: found 'ÄRZTE'"),
        ("identity = 7", "identity: found 7, expected a table"),
        ('identity = "tmss"', "identity: found 'tmss', expected one of own, tms, ocular or a table"),
        ('[identity]\nas_stated = "yes"', "identity: as_stated: found 'yes', expected true or false"),
        ("ae_title = ", "no valid TOML (Invalid value (at end of document)); expected the workbench's settings"),
        ("database = false", "database: found False, expected text"),
        ("beamlines = []", "beamlines: found [], expected a table"),
        ("rooms = []", "rooms: found none, expected at least one"),
        ('[[rooms]]\nname = "A"', "rooms[0]: found no station_code, expected a value"),
        ('[[rooms]]\nname = ""\nstation_code = "A"', "rooms[0]: name of a room: found '', expected 1 to 64 characters"),
        (
            '[[rooms]]\nname = "A"\nstation_code = "17 letters, a code"',
            "found '17 letters, a code', expected 1 to 16",
        ),
        ('[[rooms]]\nname = "A"\nstation_code = "A"\nsession_minutes = 0', "session_minutes of room A: found 0, expected 1 or more"),
        ('[[rooms]]\nname = "A"\nstation_code = "A"\ncalling_ae_titles = ["D", 5]', "calling_ae_titles[1]: found 5, expected text"),
        (
            '[[rooms]]\nname = "A"\nstation_code = "1"\n[[rooms]]\nname = "A"\nstation_code = "2"',
            "rooms: found 'A' more than once, expected each once",
        ),
        ('[[peers]]\nae_title = "D"\nhost = "here"', "peers[0]: found no port, expected a value"),
        ('[[peers]]\nae_title = "D"\nhost = "here"\nport = 0', "peers[0]: port: found 0, expected 1 to 65535"),
        ("[limits]\nassociations = 0", "limits: associations: found 0, expected more than 0"),
        ("[limits]\ngrace_s = inf", "limits: grace_s: found inf, expected more than 0"),
    ],
)
def test_a_wrong_value_is_named_by_key(tmp_path: Path, text: str, said: str) -> None:
    """File, key, found, expected."""
    with pytest.raises(Refused) as refusal:
        load(written(tmp_path, text))

    assert str(refusal.value).startswith(str(tmp_path))
    assert said in str(refusal.value)
    assert refusal.value.rule == "settings"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and a folder."""
    path = written(tmp_path, "")
    path.write_bytes(b'ae_title = "\xff"')

    with pytest.raises(Refused, match=r": no valid TOML \(.*\); expected the workbench's settings$"):
        load(path)
    with pytest.raises(Refused, match=r": cannot be read \(Is a directory\), expected the workbench's settings$"):
        load(tmp_path)


def test_an_identity_of_ones_own_is_a_table(tmp_path: Path) -> None:
    """What the table does not say stays as it is."""
    assert load(written(tmp_path, '[identity]\nmanufacturer = "A clinic"\n')).identity == replace(OWN, manufacturer="A clinic")


def test_stated_identities_are_those_of_the_statements() -> None:
    """Implementation UID and version name: TMS statement 4.2.1.7, ocular statement 3.1.4."""
    tms, ocular = IDENTITIES["tms"], IDENTITIES["ocular"]

    assert (tms.implementation_class_uid, tms.implementation_version_name) == ("1.3.6.1.4.1.30071.8", "fo-dicom 3.0.5")
    assert (ocular.implementation_class_uid, ocular.implementation_version_name) == ("1.2.246.352.70.2.1.7", None)
    assert (OWN.as_stated, tms.as_stated, ocular.as_stated) == (False, True, True)


def test_a_room_is_found_by_name_or_by_being_the_only_one() -> None:
    """And refused with those known."""
    one, two = (Room(name=name, station_code=name) for name in ("A", "B"))

    assert Settings(rooms=(one,)).room(None) == one
    assert Settings(rooms=(one, two)).room("B") == two
    with pytest.raises(Refused, match=r"^room: none named, expected one of A, B$"):
        Settings(rooms=(one, two)).room(None)
    with pytest.raises(Refused, match=r"^room: found 'C', expected one of A, B$"):
        Settings(rooms=(one, two)).room("C")


def test_a_calling_ae_title_belongs_to_the_rooms_that_list_it() -> None:
    """One title may serve two rooms, another none."""
    one, two = (Room(name=name, station_code=name, calling_ae_titles=("BOTH", name)) for name in ("A", "B"))
    settings = Settings(rooms=(one, two))

    assert [settings.rooms_of(title) for title in ("BOTH", "A", "B", "C")] == [(one, two), (one,), (two,), ()]


def test_a_peer_replaces_one_of_its_ae_title() -> None:
    """A flag on the command line comes after the file."""
    old, new = (Peer(ae_title="DEVICE", host="127.0.0.1", port=port) for port in (104, 11112))

    assert Settings(peers=(old,)).with_peer(new).peers == (new,)
    assert Settings(peers=(old,)).peer("OTHER") is None
