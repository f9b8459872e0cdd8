"""`workbench history`: the audit as people and programs read it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.cli.terminal import Command, write
from tests.clinic import DEVICE, LOCK, BenchMaker, connect, make_ion_plan, study_keys
from workbench.device.simulated import SimulatedDevice


def test_the_history_says_who_did_what_to_which_uid(command: Command, tmp_path: Path) -> None:
    """An import and its refusal, in order, in each format."""
    uid = write(tmp_path / "plan.dcm")
    command("import", tmp_path / "plan.dcm")

    (told,) = json.loads(command("history", "--format", "json").out)
    header, row = list(csv.reader(io.StringIO(command("history", "--format", "csv").out)))

    assert {key: told[key] for key in ("id", "kind", "subject", "actor")} == {
        "id": 1,
        "kind": "object.stored",
        "subject": uid,
        "actor": "user",
    }
    assert header == ["id", "at", "kind", "subject", "actor", "detail"]
    assert row[2:5] == ["object.stored", uid, "user"]
    assert uid in command("history").out


def test_the_history_of_one_object_tells_where_it_was_sent(command: Command, make_bench: BenchMaker) -> None:
    """Stored by the user and sent to the device in a session, and nothing of other objects; later events alone with --after."""
    provider = make_bench(listen=True)
    session = provider.check_in(provider.add_plan(make_ion_plan()))
    SimulatedDevice(provider.address).treat()

    told = json.loads(command("history", "--subject", session.session_plan_uid, "--format", "json").out)

    assert [(one["kind"], one["actor"], one["subject"]) for one in told] == [("objects.sent", DEVICE, DEVICE)]
    assert told[0]["detail"]["objects"].split() == [session.session_plan_uid]
    last = provider.history()[-1].id
    assert [one["id"] for one in json.loads(command("history", "--after", last - 1, "--format", "json").out)] == [last]


def test_every_refusal_of_a_call_is_in_the_history(command: Command, make_bench: BenchMaker) -> None:
    """A change with a wrong lock, a move to nobody and a move of nothing named: the rule and the words of each."""
    provider = make_bench(listen=True)
    session = provider.check_in(provider.add_plan(make_ion_plan()))
    (workitem,) = provider.workitems(session)
    with connect(provider) as peer:
        peer.act(workitem.uid, "COMPLETED", LOCK)
        peer.report(workitem.uid, LOCK, percent=1, text="")
        peer.retrieve(study_keys("IMAGE", SOPInstanceUID=session.session_plan_uid), "NOBODY")
        peer.retrieve(study_keys("IMAGE"), DEVICE)

    told = [one for one in json.loads(command("history", "--format", "json").out) if one["kind"] == "request.refused"]

    assert [(one["subject"], one["detail"]["what"], one["detail"]["rule"]) for one in told] == [
        (workitem.uid, "N-ACTION to COMPLETED", "ups-not-in-progress"),
        (workitem.uid, "N-SET", "ups-not-in-progress"),
        ("NOBODY", "C-MOVE", "destination"),
        ("", "C-MOVE", "identifier"),
    ]
    assert {one["actor"] for one in told} == {DEVICE}
