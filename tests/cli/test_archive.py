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
    """Stored by the user, sent to the device in a session, nothing of other objects; later events with --after, the last with --latest."""
    provider = make_bench(listen=True)
    session = provider.check_in(provider.add_plan(make_ion_plan()))
    SimulatedDevice(provider.address).treat()

    told = json.loads(command("history", "--subject", session.session_plan_uid, "--format", "json").out)

    assert [(one["kind"], one["actor"], one["subject"]) for one in told] == [("objects.sent", DEVICE, DEVICE)]
    assert told[0]["detail"]["objects"].split() == [session.session_plan_uid]
    last = provider.history()[-1].id
    assert [one["id"] for one in json.loads(command("history", "--after", last - 1, "--format", "json").out)] == [last]
    assert [one["id"] for one in json.loads(command("history", "--latest", 2, "--format", "json").out)] == [last - 1, last]


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


def test_verifying_the_archive_prints_and_exits_by_what_it_found(command: Command, make_bench: BenchMaker, tmp_path: Path) -> None:
    """0 while everything is whole; 1 with the UID of what is gone, which is in the history as well."""
    uid = write(tmp_path / "plan.dcm")
    command("import", tmp_path / "plan.dcm")
    whole = command("archive", "verify", "--deep")
    with make_bench() as bench:
        bench.path(uid).unlink()

    broken = command("archive", "verify", "--format", "json")

    assert (whole.code, whole.out) == (0, "archive: 1 objects, all whole (every byte was looked at)\n")
    assert (broken.code, json.loads(broken.out)["missing"]) == (1, [uid])
    told = json.loads(command("history", "--subject", uid, "--format", "json").out)
    assert [(one["kind"], one["detail"]) for one in told][1:] == [("object.damaged", {"found": "missing"})]


def test_a_damaged_object_is_a_clear_refusal_on_retrieval(make_bench: BenchMaker) -> None:
    """Its sub-operation fails with a comment, the others are sent; the provider says at its start what is wrong."""
    first = make_bench(listen=True)
    session = first.check_in(first.add_plan(make_ion_plan()))
    assert session.instruction_uid is not None
    path = first.path(session.instruction_uid)
    path.write_bytes(path.read_bytes()[:-2])
    first.close()
    provider = make_bench(listen=True)

    report = SimulatedDevice(provider.address).run()

    assert provider.verification is not None
    assert provider.verification.damaged == (session.instruction_uid,)
    assert not report.passed
    assert "damaged" in report.expectations[-1].heard
    assert provider.workitems()[0].state.value == "CANCELED"
