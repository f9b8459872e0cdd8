"""How event reports reach their receivers: in order, on one association, and no receiver waits for another one or for nobody."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, build_context

from tests.cli.terminal import write
from tests.clinic import LOCK, BenchMaker, make_ion_plan
from tests.network.subscriber import EVERYTHING, PATIENCE_S, WATCH, listening, subscribe
from tests.network.wire import PULL, act, associated, prepare, set_progress
from tests.served import as_json, serving, workbench
from workbench.bench import Workbench
from workbench.events import Event, EventKind
from workbench.iods.dialect import Dialect
from workbench.mapping.event_reports import ReportType
from workbench.network.couriers import Courier, Outcome
from workbench.network.server import free_port
from workbench.settings import OWN, Limits, Peer
from workbench.workflow.reports import Report

HASTY = Limits(acse_timeout_s=1.0, dimse_timeout_s=1.0, report_attempts=1, report_idle_s=0.2, grace_s=0.3)
"""Patience enough for a peer on the same machine that answers at all, and no more."""
STUBBORN = replace(HASTY, report_attempts=3, report_pause_s=0.01)
"""Where a refused connection is noticed at once: tried three times."""


@contextmanager
def hearing(bench: Workbench, kind: EventKind, subject: str) -> Iterator[list[Event]]:
    """Events of a kind and subject; when the context ends there has to be one."""
    heard: list[Event] = []
    came = threading.Event()

    def keep(event: Event) -> None:
        if event.kind is kind and event.subject == subject:
            heard.append(event)
            came.set()

    end = bench.bus.subscribe(keep)
    try:
        yield heard
        assert came.wait(PATIENCE_S), f"no {kind.value} of {subject}"
    finally:
        end()


@contextmanager
def mute() -> Iterator[int]:
    """A port where connections are accepted and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def watched(bench: Workbench, *receivers: str) -> str:
    """A new workitem to which these are subscribed."""
    _, uid = prepare(bench)
    with associated(bench, WATCH) as watching:
        for receiver in receivers:
            assert subscribe(watching, uid, receiver=receiver) == ("0000", "")
    return uid


def treat(bench: Workbench, uid: str, reports: int = 3) -> None:
    """Claim, report progress so often, complete."""
    with associated(bench, PULL) as device:
        assert act(device, uid, "IN PROGRESS", LOCK) == ("0000", "")
        for number in range(reports):
            assert set_progress(device, uid, LOCK, str(number)) == ("0000", "")
        assert act(device, uid, "COMPLETED", LOCK) == ("0000", "")


def whole(reports: int = 3) -> list[tuple[object, ...]]:
    """What a subscriber from the beginning hears of it."""
    return [(1, "SCHEDULED"), (1, "IN PROGRESS"), *((3, str(number)) for number in range(reports)), (1, "COMPLETED")]


def test_reports_come_in_order_on_one_association(make_bench: BenchMaker) -> None:
    """Twenty-three reports as fast as a device goes; the association is used again."""
    with listening() as watcher:
        bench = make_bench(listen=True, peers=(watcher.peer,))
        uid = watched(bench, "WATCHER")

        treat(bench, uid, reports=20)

        assert watcher.briefs(23) == whole(20)
        assert watcher.associations == 1


def test_an_idle_association_is_released_and_another_opened_when_needed(make_bench: BenchMaker) -> None:
    """The subscriber sees it released, not aborted, and then a second one."""
    released = threading.Event()
    with listening(released=released.set) as watcher:
        bench = make_bench(listen=True, peers=(watcher.peer,), limits=Limits(report_idle_s=0.05))
        uid = watched(bench, "WATCHER")
        watcher.wait(1)
        assert released.wait(PATIENCE_S)

        treat(bench, uid)

        assert watcher.briefs(6) == whole()
        assert watcher.associations >= 2


@pytest.mark.parametrize("dead", [True, False], ids=["nobody listens", "connections are accepted and never answered"])
def test_a_receiver_that_cannot_be_told_keeps_nobody_waiting(make_bench: BenchMaker, dead: bool) -> None:
    """The device is answered, the other subscriber told everything; what was given up is in the history, the subscription stays."""
    with listening() as watcher, mute() as port:
        lost = Peer(ae_title="LOST", host="127.0.0.1", port=free_port() if dead else port)
        bench = make_bench(listen=True, peers=(lost, watcher.peer), limits=STUBBORN if dead else HASTY)
        with hearing(bench, EventKind.REPORTS_FAILED, "LOST") as failed:
            uid = watched(bench, "LOST", "WATCHER")
            treat(bench, uid)
            assert watcher.briefs(6) == whole()

    why = "does not answer" if dead else "aborted the association or did not answer it"
    assert failed[0].detail["why"] == f"LOST at 127.0.0.1:{lost.port}: {why}, expected it to accept"
    assert {one.receiver for one in bench.subscriptions()} == {"LOST", "WATCHER"}


def test_a_receiver_that_hangs_over_a_report_keeps_nobody_waiting(make_bench: BenchMaker) -> None:
    """It accepts the association and never answers: given up in time, while the other one hears everything."""
    going = threading.Event()
    with listening("SLOW", hold=lambda: going.wait(PATIENCE_S)) as slow, listening() as watcher:
        bench = make_bench(listen=True, peers=(slow.peer, watcher.peer), limits=HASTY)
        with hearing(bench, EventKind.REPORTS_FAILED, "SLOW") as failed:
            uid = watched(bench, "SLOW", "WATCHER")
            treat(bench, uid)
            assert watcher.briefs(6) == whole()
        going.set()

    assert failed[0].detail["why"] == f"SLOW at 127.0.0.1:{slow.port}: did not answer an event report, expected a status"


def test_a_receiver_that_is_back_is_told_what_happens_then(make_bench: BenchMaker) -> None:
    """Away at the first report, there for the next ones: they come, the first does not."""
    port = free_port()
    away = Peer(ae_title="WATCHER", host="127.0.0.1", port=port)
    bench = make_bench(listen=True, peers=(away,), limits=HASTY)
    with hearing(bench, EventKind.REPORTS_FAILED, "WATCHER"):
        uid = watched(bench, "WATCHER")

    with listening(port=port) as watcher:
        treat(bench, uid)

        assert watcher.briefs(5) == whole()[1:]


def test_a_receiver_that_refuses_a_report_is_told_the_next(make_bench: BenchMaker) -> None:
    """An answer is an answer: nothing is sent twice; how many were refused, and with which status, is in the history."""
    with listening() as watcher:
        watcher.status = 0x0110
        bench = make_bench(listen=True, peers=(watcher.peer,))
        with hearing(bench, EventKind.REPORTS_FAILED, "WATCHER") as failed:
            uid = watched(bench, "WATCHER")
        treat(bench, uid)

        assert watcher.briefs(6) == whole()

    assert failed[0].detail == {
        "count": 1,
        "why": f"WATCHER at 127.0.0.1:{watcher.port}: answered event report 1 of {uid} with 0110, expected success",
    }


def test_the_oldest_reports_are_given_up_when_too_many_wait() -> None:
    """Held at the first of six with room for two: the last two come, the three between are counted."""
    going, outcomes = threading.Event(), queue.Queue[Outcome]()
    with listening(hold=lambda: going.wait(PATIENCE_S)) as watcher:
        courier = Courier(watcher.peer, calling="WORKBENCH", identity=OWN, limits=Limits(reports=2), tell=outcomes.put)
        courier.hand(make_report("0"))
        assert watcher.reached.wait(PATIENCE_S)
        for percent in "12345":
            courier.hand(make_report(percent))
        going.set()

        assert watcher.briefs(3) == [(3, "0"), (3, "4"), (3, "5")]
        told = [outcomes.get(timeout=PATIENCE_S) for _ in range(2)]
        courier.close(time.monotonic())

    why = f"WATCHER at 127.0.0.1:{watcher.port}: more than 2 reports waited"
    assert told == [Outcome(receiver="WATCHER", count=3), Outcome(receiver="WATCHER", count=3, why=why)]


def test_closing_sends_what_happened_until_then(make_bench: BenchMaker) -> None:
    """The last event before the bench closes is still told."""
    with listening() as watcher:
        bench = make_bench(listen=True, peers=(watcher.peer,))
        uid = watched(bench, "WATCHER")
        treat(bench, uid)

        bench.close()

        assert watcher.briefs(6) == whole()


def test_closing_does_not_wait_for_who_hangs(make_bench: BenchMaker) -> None:
    """A receiver that never answers: closed after the grace time, the report given up, and no thread left."""
    with mute() as port:
        lost = Peer(ae_title="LOST", host="127.0.0.1", port=port)
        bench = make_bench(listen=True, peers=(lost,), limits=Limits(grace_s=0.1))
        watched(bench, "LOST")

        bench.close()

    assert not [one.name for one in threading.enumerate() if one.name.startswith("reports")]


def test_a_receiver_that_is_no_peer_any_more_is_noted(make_bench: BenchMaker) -> None:
    """Subscribed, then taken out of the settings: the history says why nothing is sent."""
    with listening() as watcher:
        bench = make_bench(listen=True, peers=(watcher.peer,))
        watched(bench, "WATCHER")
        watcher.wait(1)
        bench.close()

    bench = make_bench(listen=True)

    noted = [one for one in bench.history() if one.kind is EventKind.REPORTS_FAILED]
    assert [(one.subject, one.detail["why"]) for one in noted] == [
        ("WATCHER", "receiving AE WATCHER: is no peer any more, expected one of the settings")
    ]


@pytest.mark.slow
def test_what_another_process_did_is_reported_in_its_order(tmp_path: Path) -> None:
    """`workbench session` beside `workbench serve`: a global subscriber hears a workitem scheduled, assigned and canceled."""
    with listening() as watcher, serving(tmp_path / "data", "--peer", f"WATCHER=127.0.0.1:{watcher.port}") as served:
        entity = AE("WATCHER")
        watching = entity.associate("127.0.0.1", served.port, contexts=[build_context(WATCH)], ae_title=served.ae_title)
        assert subscribe(watching, EVERYTHING, lock="TRUE") == ("0000", "")
        watching.release()
        plan = write(tmp_path / "plan.dcm", make_ion_plan())
        assert workbench("import", tmp_path / "plan.dcm", "--data", served.data).returncode == 0

        session = as_json("session", "prepare", plan, "--data", served.data)
        assert workbench("session", "cancel", "--data", served.data).returncode == 0

        (workitem,) = session["workitems"]
        assert watcher.briefs(3, workitem["uid"]) == [(1, "SCHEDULED"), (5, "EYE1"), (1, "CANCELED")]


def make_report(percent: str) -> Report:
    """A progress report."""
    item, information = Dataset(), Dataset()
    item.ProcedureStepProgress = percent
    information.ProcedureStepProgressInformationSequence = [item]
    return Report(receiver="WATCHER", dialect=Dialect.FINAL, type=ReportType.PROGRESS, subject="2.25.1", information=information)
