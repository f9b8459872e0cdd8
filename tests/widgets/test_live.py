"""The bridge of the dashboards: bursts become one refresh, work comes back, what fails becomes a sentence."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workbench.errors import Conflict, Refused
from workbench.events import Event, EventBus, EventKind
from workbench_widgets.live import Live

STORED = Event(at=datetime(2024, 6, 3, 8, 15, tzinfo=UTC), kind=EventKind.OBJECT_STORED, subject="2.25.1", actor="DEVICE")


class Heard:
    """What a dashboard would have shown."""

    def __init__(self) -> None:
        self.refreshes = 0
        self.sentences: list[str] = []

    def refresh(self) -> None:
        """Count it."""
        self.refreshes += 1


def make_live(heard: Heard) -> Live:
    """A live bridge that tells ``heard``."""
    return Live(refresh=heard.refresh, failed=heard.sentences.append)


def test_a_burst_of_events_is_one_refresh() -> None:
    """Twenty objects stored in one go are looked at once."""
    heard, bus = Heard(), EventBus()
    live = make_live(heard)
    live.follow(bus)

    for _ in range(20):
        bus.publish(STORED)
    live.pump()

    assert heard.refreshes == 1


def test_an_event_that_concerns_nobody_is_no_refresh() -> None:
    """A dashboard may say which events change what it shows."""
    heard, bus = Heard(), EventBus()
    live = make_live(heard)
    live.follow(bus, concerns=lambda event: event.kind is EventKind.RECORD_STORED)

    bus.publish(STORED)
    live.pump()
    assert heard.refreshes == 0
    bus.publish(replace(STORED, kind=EventKind.RECORD_STORED))
    live.pump()

    assert heard.refreshes == 1


def test_an_event_during_a_refresh_is_not_lost() -> None:
    """What happens while the query runs asks for another refresh."""
    heard, bus = Heard(), EventBus()

    def refresh() -> None:
        heard.refresh()
        if heard.refreshes == 1:
            bus.publish(STORED)

    live = Live(refresh=refresh, failed=heard.sentences.append)
    live.follow(bus)

    bus.publish(STORED)
    live.pump()

    assert heard.refreshes == 2


def test_events_of_other_threads_are_shown_on_the_loop() -> None:
    """A network thread publishes; the refresh runs in the thread of the loop."""

    async def scenario() -> list[str]:
        bus, threads = EventBus(), []
        live = Live(refresh=lambda: threads.append(threading.current_thread().name), failed=lambda _: None)
        live.follow(bus)
        await asyncio.to_thread(bus.publish, STORED)
        await live.drain()
        live.close()
        return threads

    threads = asyncio.run(scenario())

    assert threads == [threading.current_thread().name]


def test_work_runs_beside_the_loop_and_its_result_comes_back_to_it() -> None:
    """A button's work blocks a thread of its own; what follows runs on the loop, in order."""

    async def scenario() -> list[tuple[str, bool]]:
        on_loop, steps = threading.current_thread(), []

        def step(name: str) -> str:
            steps.append((name, threading.current_thread() is on_loop))
            return name

        live = make_live(Heard())
        live.work(lambda: step("work"), then=lambda _: step("then"), finally_=lambda: step("finally"))
        await live.drain()
        live.close()
        return steps

    steps = asyncio.run(scenario())

    assert steps == [("work", False), ("then", True), ("finally", True)]


def test_a_refusal_of_work_is_its_sentence() -> None:
    """The workbench says no: its sentence is shown, nothing follows, and the end is told all the same."""
    heard, ends = Heard(), []

    def refused() -> None:
        raise Conflict("room EYE1: session 1 is active, expected it to be completed", rule="room-busy")

    async def scenario() -> None:
        live = make_live(heard)
        live.work(refused, then=lambda _: ends.append("then"), finally_=lambda: ends.append("finally"))
        await live.drain()
        live.close()

    asyncio.run(scenario())

    assert heard.sentences == ["room EYE1: session 1 is active, expected it to be completed"]
    assert ends == ["finally"]


def test_a_refusal_is_told_with_its_rule_where_that_is_wanted() -> None:
    """What nobody expected is still a sentence."""
    rules: list[str] = []
    heard = Heard()
    live = Live(refresh=heard.refresh, failed=heard.sentences.append, refused=lambda problem: rules.append(problem.rule))

    def check_in() -> None:
        raise Conflict("room EYE1: session 1 is active, expected it to be completed", rule="room-busy")

    live.post(check_in)
    live.post({"present": 1}.__getitem__, "absent")
    live.pump()

    assert (rules, heard.sentences) == (["room-busy"], ["unexpected KeyError: 'absent'; the log has the details"])


def test_an_unexpected_failure_is_told_with_its_kind() -> None:
    """A defect is not hidden and not a traceback: it is named, and the log has the rest."""
    heard = Heard()
    live = make_live(heard)

    live.post({"present": 1}.__getitem__, "absent")
    live.pump()

    assert heard.sentences == ["unexpected KeyError: 'absent'; the log has the details"]


def test_what_the_screen_says_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A path that was typed may be called after a patient: the log has the rule or the class, and where it failed."""
    heard, typed = Heard(), "/media/Doe^Jane.dcm"
    live = make_live(heard)
    caplog.set_level(logging.DEBUG)

    def refuse() -> None:
        raise Refused(f"{typed}: found no DICOM, expected a file", rule="format")

    def fail() -> None:
        raise FileNotFoundError(2, "No such file or directory", typed)

    live.post(refuse)
    live.post(fail)
    live.pump()

    assert ["Doe^Jane" in one for one in heard.sentences] == [True, True]
    assert "Refused (format)" in caplog.text
    assert "FileNotFoundError" in caplog.text
    assert "Doe" not in caplog.text


def test_a_closed_bridge_hears_nothing_more() -> None:
    """After closing, events and posts do nothing."""
    heard, bus = Heard(), EventBus()
    live = make_live(heard)
    live.follow(bus)

    live.close()
    bus.publish(STORED)
    live.post(heard.refresh)
    live.pump()

    assert heard.refreshes == 0


def test_what_is_to_end_with_a_bridge_ends_once() -> None:
    """In the order in which it was told; closing again ends nothing anew."""
    ended: list[str] = []
    live = make_live(Heard())
    for name in ("first", "second"):
        live.at_close(lambda name=name: ended.append(name))

    live.close()
    live.close()

    assert ended == ["first", "second"]
