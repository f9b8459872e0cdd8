"""`workbench session`: prepared, listed, canceled, completed, recorded by hand; as JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Command, write
from tests.clinic import make_ion_plan
from workbench.bench import Workbench


@pytest.fixture
def plan(command: Command, tmp_path: Path) -> str:
    """An imported plan of two beams."""
    uid = write(tmp_path / "plan.dcm", make_ion_plan(metersets_mu={1: 40.0, 2: 60.0}))
    assert command("import", tmp_path / "plan.dcm").code == 0
    return uid


def test_a_prepared_session_is_printed_with_all_its_uids(command: Command, plan: str, tmp_path: Path) -> None:
    """As JSON: session, its objects and its workitem as the data folder has them."""
    printed = json.loads(command("session", "prepare", plan, "--format", "json").out)

    with Workbench(tmp_path / "data", listen=False) as bench:
        (session,), (workitem,) = bench.sessions(), bench.workitems()
    assert (printed["id"], printed["state"], printed["kind"], printed["room"]) == (session.id, "prepared", "treatment", "EYE1")
    assert (printed["plan_uid"], printed["session_plan_uid"], printed["instruction_uid"]) == (
        plan,
        session.session_plan_uid,
        session.instruction_uid,
    )
    assert printed["metersets_mu"] == {"1": 40.0, "2": 60.0}
    assert printed["workitems"] == [{"uid": workitem.uid, "code": "121726", "state": "SCHEDULED", "holder": None, "progress_percent": None}]


def test_a_prepared_session_is_explained(command: Command, plan: str) -> None:
    """As a table, and why each beam is treated as it is."""
    result = command("session", "prepare", plan, "--meterset", "1=12.5")

    assert (result.code, result.err) == (0, "")
    assert "prepared" in result.out
    assert "Beam 1 is treated with 12.5 MU because fraction 1 has none of it yet." in result.out


def test_options_reach_the_session(command: Command, plan: str) -> None:
    """Kind, fraction and two metersets."""
    options = ("--kind", "qa", "--fraction", 3, "--meterset", "1=10", "--meterset", "2=20.5")

    printed = json.loads(command("session", "prepare", plan, *options, "--format", "json").out)

    assert (printed["kind"], printed["fraction"], printed["metersets_mu"]) == ("qa", 3, {"1": 10.0, "2": 20.5})


def test_a_session_can_image_first(command: Command, plan: str) -> None:
    """Two workitems in order, position acquisition before treatment (CID 9242 and 9241)."""
    printed = json.loads(command("session", "prepare", plan, "--imaging", "--format", "json").out)

    assert [one["code"] for one in printed["workitems"]] == ["121707", "121726"]
    assert printed["explained"].startswith("The patient's position is acquired first.")


def test_a_session_goes_its_way_without_being_numbered(command: Command, plan: str) -> None:
    """The only open one is meant: canceled, completed, and then there is none."""
    command("session", "prepare", plan)

    canceled = json.loads(command("session", "cancel", "--format", "json").out)
    completed = json.loads(command("session", "complete", "--format", "json").out)

    assert (canceled["state"], canceled["workitems"][0]["state"]) == ("canceled", "CANCELED")
    assert (completed["state"], completed["id"]) == ("completed", canceled["id"])
    assert command("session", "complete").refusal == "workbench: session: none named and none open, expected the number of one"


def test_all_sessions_are_listed(command: Command, plan: str) -> None:
    """Oldest first, the completed ones too; an empty folder lists none."""
    assert json.loads(command("session", "list", "--format", "json", "--data", "empty").out) == []
    command("session", "prepare", plan)
    command("session", "complete")
    command("session", "prepare", plan)

    printed = json.loads(command("session", "list", "--format", "json").out)

    assert [(one["id"], one["state"]) for one in printed] == [(1, "completed"), (2, "prepared")]
    assert len(command("session", "list").out.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("prepare", "2.25.404"), "plan 2.25.404: is not stored here"),
        (("prepare", "PLAN", "--meterset", "7=40"), "found no beam 7, expected one of 1, 2"),
        (("prepare", "PLAN", "--meterset", "1=0"), "beam 1: found 0.0 MU, expected more than 0"),
        (("prepare", "PLAN", "--fraction", "9"), "found fraction 9, expected 1 to 4"),
        (("prepare", "PLAN", "--room", "EYE9"), "room: found 'EYE9', expected one of EYE1"),
        (("cancel", "404"), "session 404: is not known here"),
        (("complete", "404"), "session 404: is not known here"),
        (("record", "404", "--beam", "1", "--meterset", "10"), "session 404: is not known here"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(command: Command, plan: str, arguments: tuple[str, ...], said: str) -> None:
    """What, where, found, expected; and nothing was prepared."""
    refusal = command("session", *(plan if one == "PLAN" else one for one in arguments)).refusal

    assert refusal.startswith("workbench: ")
    assert said in refusal
    assert json.loads(command("session", "list", "--format", "json").out) == []


def test_a_busy_room_is_refused(command: Command, plan: str) -> None:
    """One active session in a room."""
    command("session", "prepare", plan)

    assert command("session", "prepare", plan).refusal == (
        "workbench: room EYE1: session 1 is prepared, expected it to be completed before another is prepared"
    )


@pytest.mark.parametrize(
    "arguments", [("--meterset", "1"), ("--meterset", "one=40"), ("--kind", "party"), ("--fraction", "x"), ("--bogus", "1")]
)
def test_wrong_usage_is_exit_code_2(command: Command, plan: str, arguments: tuple[str, ...]) -> None:
    """The command line itself is wrong; nothing was prepared."""
    result = command("session", "prepare", plan, *arguments)

    assert (result.code, result.out) == (2, "")
    assert json.loads(command("session", "list", "--format", "json").out) == []


def test_a_record_is_entered_by_hand(command: Command, plan: str) -> None:
    """What the machine could not send: a beam of the running session, in the table afterwards."""
    command("session", "prepare", plan)

    entered = command("session", "record", 1, "--beam", 2, "--meterset", 33.5)

    (beam,) = json.loads(command("records", "--format", "json").out)
    assert (entered.code, beam["record_uid"]) == (0, entered.out.strip())
    assert (beam["beam"], beam["delivered_mu"], beam["fraction"]) == (2, 33.5, 1)


@pytest.mark.parametrize(("beam", "meterset"), [(7, 10.0), (1, -5.0), (1, float("inf"))])
def test_a_record_that_cannot_be_is_refused(command: Command, plan: str, beam: int, meterset: float) -> None:
    """A beam that is not treated, monitor units that were not given."""
    command("session", "prepare", plan)

    assert command("session", "record", 1, "--beam", beam, f"--meterset={meterset}").refusal.startswith("workbench: ")
    assert json.loads(command("records", "--format", "json").out) == []


def test_settings_of_the_data_folder_are_read(command: Command, plan: str, tmp_path: Path) -> None:
    """Two rooms in workbench.toml: one has to be named."""
    (tmp_path / "data" / "workbench.toml").write_text(
        '[[rooms]]\nname = "A"\nstation_code = "A"\n[[rooms]]\nname = "B"\nstation_code = "B"\n'
    )

    assert command("session", "prepare", plan).refusal == "workbench: room: none named, expected one of A, B"
    assert json.loads(command("session", "prepare", plan, "--room", "B", "--format", "json").out)["room"] == "B"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("port = ", "no valid TOML"),
        ("prot = 104", "unknown key 'prot'"),
        ('port = "104"', "port: found '104', expected a whole number"),
        ("port = 70000", "port: found 70000, expected 0 to 65535"),
        ('ae_title = "SEVENTEEN_LETTERS"', "AE title: found 'SEVENTEEN_LETTERS', expected 1 to 16"),
        ("rooms = []", "rooms: found none, expected at least one"),
        ('[[rooms]]\nname = "A"', "station_code"),
        ('[[rooms]]\nname = "A"\nstation_code = "A"\ncalling_ae_titles = [1]', "calling_ae_titles"),
        ('[[peers]]\nae_title = "A"\nhost = "h"\nport = 0', "port: found 0, expected 1 to 65535"),
        ('identity = "somebody"', "identity: found 'somebody', expected one of own, tms, ocular"),
    ],
)
def test_wrong_settings_are_refused_by_key(command: Command, plan: str, tmp_path: Path, content: str, said: str) -> None:
    """File, key, found, expected; whatever the command."""
    (tmp_path / "data" / "workbench.toml").write_text(content)

    assert said in command("session", "list").refusal


def test_a_data_folder_that_cannot_be_made_is_said_so(command: Command, tmp_path: Path) -> None:
    """A file is in the way."""
    (tmp_path / "data").write_text("in the way")

    assert str(tmp_path / "data") in command("session", "list").refusal


def test_old_workitems_are_forgotten(command: Command, plan: str, tmp_path: Path) -> None:
    """Their UIDs are printed; those of a session completed just now are not older than a day."""
    command("session", "prepare", plan)
    command("session", "cancel")
    command("session", "complete")
    with Workbench(tmp_path / "data", listen=False) as bench:
        (workitem,) = bench.workitems()

    assert command("session", "forget", "--older-than", 1).out == ""
    assert command("session", "forget").out == f"{workitem.uid}\n"
    with Workbench(tmp_path / "data", listen=False) as bench:
        assert bench.workitems() == []


def test_a_sessions_workitem_is_not_withdrawn_alone(command: Command, plan: str) -> None:
    """One sentence on stderr that says what to do instead, and exit code 1."""
    (workitem,) = json.loads(command("session", "prepare", plan, "--format", "json").out)["workitems"]

    result = command("session", "withdraw", workitem["uid"])

    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"workbench: workitem {workitem['uid']}: belongs to session 1, expected one of no session; cancel the session instead\n"
    )
