"""`workbench demo`, `device`, and what `serve` refuses before it starts; in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Command, Result
from tests.clinic import BenchMaker, make_ion_plan
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.server import free_port
from workbench.settings import Identity


def device(command: Command, provider: Workbench, *options: object) -> Result:
    """The device command against a provider."""
    address = provider.address
    known = ("--host", address.host, "--port", address.port, "--called", address.ae_title, "--listen-port", address.device_port)
    return command("device", *known, *options)


def test_the_demo_treats_one_eye_and_leaves_its_folder(command: Command, tmp_path: Path) -> None:
    """Seven steps in order, the record table, and a folder that other commands can look at."""
    result = command("demo", "--data", tmp_path / "demo")

    steps = [line[1] for line in result.out.splitlines() if line.startswith("[")]
    assert (result.code, result.err) == (0, "")
    assert sorted(set(steps)) == list("1234567")
    assert steps == sorted(steps)
    assert "delivered_mu" in result.out
    (session,) = json.loads(command("session", "list", "--data", tmp_path / "demo", "--format", "json").out)
    (beam,) = json.loads(command("records", "--data", tmp_path / "demo", "--format", "json").out)
    assert (session["state"], session["workitems"][0]["state"]) == ("completed", "COMPLETED")
    assert (beam["termination"], beam["delivered_mu"]) == ("NORMAL", beam["specified_mu"])


def test_the_demo_treats_a_real_case(command: Command, shared: Path, tmp_path: Path) -> None:
    """A clinical plan goes the same way."""
    result = command("demo", "--eyeplan", shared / "data" / "eyeplan" / "P1", "--data", tmp_path / "demo")

    assert (result.code, result.err) == (0, "")
    assert "P1" in result.out


def test_a_device_treats_what_is_scheduled(command: Command, provider: Workbench) -> None:
    """Its steps as they happen, and a last line that says what was given."""
    session = provider.check_in(provider.add_plan(make_ion_plan()))

    result = device(command, provider)

    assert result.code == 0
    assert result.out.splitlines()[-1].endswith("COMPLETED: fraction 1, beam 1: 40.0 MU")
    assert provider.complete(session).closed_at is not None


def test_a_scenario_interrupts_the_beam(command: Command, provider: Workbench, tmp_path: Path) -> None:
    """By name, or from a file."""
    plan = provider.add_plan(make_ion_plan())
    (tmp_path / "stop.toml").write_text("interrupt_beam = 1\ninterrupt_at_mu = 30.0\n")

    for scenario, given in (("interrupted", "beam 1: 12.5 MU"), (tmp_path / "stop.toml", "beam 1: 17.5 MU")):
        session = provider.check_in(plan)
        result = device(command, provider, "--scenario", scenario)
        provider.complete(session)
        assert result.out.splitlines()[-1].endswith(f"CANCELED: fraction 1, {given}")


def test_what_a_device_fetched_and_sent_is_kept_where_it_is_told(command: Command, provider: Workbench, tmp_path: Path) -> None:
    """A DICOM file for each object: plan and instruction fetched, table position, registration and record sent; nothing twice."""
    provider.check_in(provider.add_plan(make_ion_plan()))

    result = device(command, provider, "--data", tmp_path / "device")

    kept = [part10.read_file(path) for path in (tmp_path / "device").iterdir()]
    assert result.code == 0
    assert sorted(one.sop_class_uid for one in kept) == sorted(
        [
            uids.RT_ION_PLAN,
            uids.TRIAL_DELIVERY_INSTRUCTION,
            uids.RT_STRUCTURE_SET,
            uids.SPATIAL_REGISTRATION,
            uids.RT_ION_BEAMS_RECORD,
        ]
    )


@pytest.mark.parametrize(
    ("dialect", "sentence"),
    [("final", "expected one that speaks the final dialect"), ("trial", "found no SCHEDULED workitem, expected one to treat")],
)
def test_a_device_speaks_the_dialect_that_it_is_told(command: Command, make_bench: BenchMaker, dialect: str, sentence: str) -> None:
    """A provider as stated has no Pull but the Trial's: in that its worklist is found empty, the final one is not accepted."""
    stated = make_bench(listen=True, identity=Identity(as_stated=True))

    result = device(command, stated, "--dialect", dialect)

    assert result.code == 1
    assert result.err.strip().endswith(sentence)


@pytest.mark.parametrize("options", [("--called", "SEVENTEEN_LETTERS"), ("--called", "A", "--ae-title", "SEVENTEEN_LETTERS")])
def test_a_device_refuses_what_is_no_ae_title(command: Command, options: tuple[str, ...]) -> None:
    """Its own and the provider's, before anything is opened."""
    refusal = command("device", "--host", "127.0.0.1", "--port", 1, *options).refusal

    assert refusal == "workbench: AE title: found 'SEVENTEEN_LETTERS', expected 1 to 16 letters, digits and signs"


@pytest.mark.parametrize("options", [("--port", "70000"), ("--port", "0"), ("--port", "1", "--listen-port", "70000"), ()])
def test_a_port_that_cannot_be_is_wrong_usage(command: Command, options: tuple[str, ...]) -> None:
    """Exit code 2; so is leaving the provider's out."""
    result = command("device", "--host", "127.0.0.1", "--called", "A", *options)

    assert (result.code, result.out) == (2, "")
    assert "port" in result.err


def test_a_device_without_work_says_so(command: Command, provider: Workbench) -> None:
    """Exit code 1, one sentence."""
    result = device(command, provider)

    assert result.code == 1
    assert result.err.strip().splitlines()[-1] == "workbench: WORKBENCH: found no SCHEDULED workitem, expected one to treat"


def test_a_wrong_called_ae_title_is_said_so(command: Command, provider: Workbench) -> None:
    """Whom it called, where, and that it was rejected for that."""
    address = provider.address

    result = command("device", "--host", address.host, "--port", address.port, "--called", "NOBODY", "--listen-port", address.device_port)

    assert result.refusal.startswith(f"workbench: NOBODY at 127.0.0.1:{address.port}: rejected the association (")
    assert "alled AE title not recogni" in result.refusal


def test_nobody_listening_is_said_so(command: Command) -> None:
    """Address and what was expected."""
    port = free_port()

    refusal = command("device", "--host", "127.0.0.1", "--port", port, "--called", "WORKBENCH", "--listen-port", free_port()).refusal

    assert refusal == f"workbench: WORKBENCH at 127.0.0.1:{port}: does not answer, expected it to accept"


def test_a_listen_port_in_use_is_said_so(command: Command, provider: Workbench) -> None:
    """The device cannot receive on the provider's own port."""
    port = provider.address.port

    refusal = command("device", "--host", "127.0.0.1", "--port", port, "--called", "WORKBENCH", "--listen-port", port).refusal

    assert refusal == f"workbench: port {port} on 127.0.0.1: cannot be listened on (Address already in use), expected a free port"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "wrong-lock, wrong-patient or a TOML file"),
        ("interrupt_at_mu = ", "no valid TOML"),
        ("interrupt_beam = 1\ninterrupt_at_mu = -1.0", "interrupt_at_mu"),
        ("speed = 1", "unknown key 'speed'"),
    ],
)
def test_a_wrong_scenario_is_refused(command: Command, tmp_path: Path, content: str | None, said: str) -> None:
    """Before anything is sent."""
    path = tmp_path / "scenario.toml"
    if content is not None:
        path.write_text(content)

    assert said in command("device", "--host", "127.0.0.1", "--port", 1, "--called", "A", "--scenario", path).refusal


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--ae-title", "SEVENTEEN_LETTERS"), "AE title: found 'SEVENTEEN_LETTERS', expected 1 to 16"),
        (("--ae-title", ""), "AE title: found '', expected 1 to 16"),
        (("--peer", "SEVENTEEN_LETTERS=localhost:104"), "AE title: found 'SEVENTEEN_LETTERS', expected 1 to 16"),
        (("--port", "70000"), "port: found 70000, expected 0 to 65535"),
        (("--config", "missing.toml"), "missing.toml: does not exist, expected a settings file"),
        (("--config", "."), ".: cannot be read"),
        (("--host", "not.a.host.invalid"), "cannot be listened on"),
    ],
)
def test_serve_refuses_before_it_starts(command: Command, options: tuple[str, ...], said: str) -> None:
    """One sentence, exit code 1."""
    assert said in command("serve", "--port", 0, *options).refusal


@pytest.mark.parametrize("peer", ["DEVICE", "DEVICE=localhost", "DEVICE=localhost:0", "=localhost:104", "DEVICE=:104", "DEVICE=h:99999"])
def test_a_peer_that_does_not_parse_is_wrong_usage(command: Command, peer: str) -> None:
    """Exit code 2."""
    result = command("serve", "--port", 0, "--peer", peer)

    assert (result.code, result.out) == (2, "")
    assert "AE=HOST:PORT" in result.err


def test_a_port_in_use_leaves_nothing_started(command: Command, make_bench: BenchMaker, tmp_path: Path) -> None:
    """One sentence; the data folder's history is empty."""
    port = make_bench(tmp_path / "first", listen=True).address.port

    refusal = command("serve", "--data", tmp_path / "second", "--port", port).refusal

    assert refusal == f"workbench: port {port} on 127.0.0.1: cannot be listened on (Address already in use), expected a free port"
    assert make_bench(tmp_path / "second").history() == []
