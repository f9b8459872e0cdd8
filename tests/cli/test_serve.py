"""`workbench serve` in a process of its own: starting, stopping, and a sudden end in the middle of its work."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.clinic import LOCK, make_ct, make_ion_plan
from tests.served import as_json, serving, workbench
from workbench.archive.rows import Origin, SessionState, StepState
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.errors import WorkbenchError
from workbench.network.peer import Peer

pytestmark = pytest.mark.slow
"""Each test starts processes of its own."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_stops_the_provider_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """It says so, ends with 0, and its history shows start and stop; a waiting association does not hold it up."""
    with serving(tmp_path / "data") as served:
        with served.peer() as peer:
            assert peer.echo().is_success
            served.process.send_signal(number)
            assert served.process.wait(timeout=30) == 0
        assert served.process.stdout is not None
        assert served.process.stdout.read().strip().endswith("stopped")

    with Workbench(tmp_path / "data", listen=False) as bench:
        assert [event.kind.value for event in bench.history()] == ["provider.started", "provider.stopped"]


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 1, port and reason on stderr, nothing on stdout."""
    with serving(tmp_path / "first") as served:
        result = workbench("serve", "--data", tmp_path / "second", "--port", served.port)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.strip().splitlines()[-1] == (
        f"workbench: port {served.port} on 127.0.0.1: cannot be listened on (Address already in use), expected a free port"
    )
    assert "Traceback" not in result.stderr


def test_an_ae_title_and_a_port_of_ones_own(tmp_path: Path) -> None:
    """The provider answers to the title it was given and to no other."""
    with serving(tmp_path / "data", "--ae-title", "TMS") as served:
        with served.peer() as peer:
            assert peer.echo().is_success
        stranger = Peer("127.0.0.1", served.port, called="WORKBENCH", calling="DEVICE")
        with pytest.raises(WorkbenchError, match="rejected the association"):
            stranger.open()


def test_the_command_line_works_beside_a_running_provider(tmp_path: Path) -> None:
    """Checked in by a command, found on the worklist of the provider at once."""
    data = tmp_path / "data"
    plan = tmp_path / "plan.dcm"
    write(plan)
    with serving(data) as served:
        assert workbench("import", plan, "--data", data).returncode == 0
        session = as_json("session", "prepare", uid_of(plan), "--data", data)
        with served.peer() as peer:
            assert peer.act(session["workitems"][0]["uid"], "IN PROGRESS", LOCK).is_success
        shown = as_json("session", "list", "--data", data)[0]

    assert (shown["state"], shown["workitems"][0]["state"], shown["workitems"][0]["holder"]) == ("active", "IN PROGRESS", "DEVICE")


def test_the_user_s_side_of_an_interruption_works_beside_a_running_provider(tmp_path: Path) -> None:
    """Canceled, recorded by hand, completed and continued by commands, while the device that holds the workitem is refused."""
    data, plan = tmp_path / "data", tmp_path / "plan.dcm"
    write(plan)
    with serving(data) as served:
        workbench("import", plan, "--data", data)
        session = as_json("session", "prepare", uid_of(plan), "--imaging", "--data", data)
        acquisition, treatment = (one["uid"] for one in session["workitems"])
        with served.peer() as peer:
            assert [str(peer.act(uid, "IN PROGRESS", LOCK)) for uid in (acquisition, treatment)] == ["0000", "0000"]
            canceled = as_json("session", "cancel", session["id"], "--data", data)
            refused = [peer.report(treatment, LOCK, percent=50, text="half").status, peer.act(treatment, "CANCELED", LOCK).status]
        recorded = workbench("session", "record", session["id"], "--beam", 1, "--meterset", 12.5, "--data", data)
        completed = as_json("session", "complete", session["id"], "--data", data)
        second = as_json("session", "prepare", uid_of(plan), "--data", data)
        with served.peer() as peer:
            assert peer.act(second["workitems"][0]["uid"], "IN PROGRESS", LOCK).is_success

    assert refused == [0xC300, 0xB304]
    assert [one["state"] for one in canceled["workitems"]] == ["CANCELED", "CANCELED"]
    assert (recorded.returncode, completed["state"]) == (0, "completed")
    assert second["explained"] == "Beam 1 continues at 12.5 MU because fraction 1 stopped there, short of 40.0 MU."


def test_what_was_acknowledged_survives_a_kill_and_the_session_goes_on(tmp_path: Path) -> None:
    """Killed in the middle of a C-STORE run: every Success is there, nothing half, the claim's lock still opens the workitem."""
    data = tmp_path / "data"
    plan = tmp_path / "plan.dcm"
    write(plan)
    workbench("import", plan, "--data", data)
    session = as_json("session", "prepare", uid_of(plan), "--data", data)
    workitem = session["workitems"][0]["uid"]
    with Workbench(data, listen=False) as bench:
        session_plan = bench.dataset(session["session_plan_uid"])
    acknowledged: list[str] = []
    enough = threading.Event()

    def run_on() -> None:
        """Store until the provider is gone."""
        with suppress(WorkbenchError), served.peer() as peer:
            while peer.store(ct := make_ct(session_plan)).is_success:
                acknowledged.append(str(ct.SOPInstanceUID))
                if len(acknowledged) == 25:
                    enough.set()

    with serving(data) as served:
        with served.peer() as peer:
            assert peer.act(workitem, "IN PROGRESS", LOCK).is_success
        sender = threading.Thread(target=run_on)
        sender.start()
        assert enough.wait(60)
        served.kill()
        sender.join(60)
    with serving(data) as again:
        with again.peer() as peer:
            late = make_ct(session_plan)
            answers = [peer.store(late), peer.report(workitem, LOCK, percent=100, text="done"), peer.act(workitem, "COMPLETED", LOCK)]
        completed = as_json("session", "complete", session["id"], "--data", data)

    assert [str(one) for one in answers] == ["0000"] * 3
    assert completed["state"] == "completed"
    with Workbench(data, listen=False) as bench:
        kept = {one.uid for one in bench.objects(session=session["id"]) if one.origin is Origin.RECEIVED}
        assert bench.session(session["id"]).state is SessionState.COMPLETED
        assert [one.state for one in bench.workitems()] == [StepState.COMPLETED]
        assert {*acknowledged, str(late.SOPInstanceUID)} <= kept
        # At most the one object in flight was stored without its answer being heard.
        assert len(kept) <= len(acknowledged) + 2
        for uid in kept:
            assert part10.read_file(bench.path(uid)).sop_instance_uid == uid
    assert [path for path in (data / "objects").rglob("*") if path.name.startswith(".part-")] == []


def write(path: Path) -> None:
    """A plan as a DICOM file."""
    instance = part10.encoded(make_ion_plan())
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.1", implementation_version_name=None) + instance.data)


def uid_of(path: Path) -> str:
    """SOP Instance UID of a DICOM file."""
    return part10.read_file(path).sop_instance_uid
