"""The bus, and the bridge by which other threads reach an event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

import pytest

from tests.clinic import NOW
from workbench.events import Bridge, Event, EventBus, EventKind

THREADS, CALLS = 8, 200


def make_event(number: int = 1) -> Event:
    """A fact."""
    return Event(id=number, at=NOW, kind=EventKind.OBJECT_STORED, subject=f"2.25.{number}", actor="DEVICE")


def test_every_subscriber_is_told_in_order_until_it_ends() -> None:
    """Events arrive in the publisher's thread, first to last; who unsubscribed hears no more."""
    bus = EventBus()
    first: list[Event] = []
    second: list[Event] = []
    bus.subscribe(first.append)
    end = bus.subscribe(second.append)

    bus.publish(make_event(1))
    bus.publish(make_event(2))
    end()
    bus.publish(make_event(3))

    assert first == [make_event(1), make_event(2), make_event(3)]
    assert second == [make_event(1), make_event(2)]


def test_a_subscriber_that_fails_is_logged_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """The next one is told all the same, and the publisher does not fail."""
    bus = EventBus()
    told: list[Event] = []

    def failing(event: Event) -> None:
        raise KeyError(event.subject)

    bus.subscribe(failing)
    bus.subscribe(told.append)

    bus.publish(make_event())

    assert told == [make_event()]
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "a subscriber failed on object.stored"),
    ]


def test_one_may_unsubscribe_while_being_told() -> None:
    """The others of that moment are told; nobody is left out or told twice."""
    bus = EventBus()
    told: list[tuple[str, int]] = []
    ends: list[Callable[[], None]] = []

    def once(event: Event) -> None:
        told.append(("once", event.id))
        ends[0]()

    ends.append(bus.subscribe(once))
    bus.subscribe(lambda event: told.append(("always", event.id)))

    bus.publish(make_event(1))
    bus.publish(make_event(2))

    assert told == [("once", 1), ("always", 1), ("always", 2)]


def test_calls_of_many_threads_run_on_the_loop_in_the_order_of_each_thread() -> None:
    """Nothing is lost, nothing runs outside the loop's thread, and each thread's calls keep their order."""
    ran: list[tuple[int, int, int]] = []

    async def whole() -> None:
        bridge = Bridge()

        def many(thread: int) -> None:
            for number in range(CALLS):
                bridge.post(lambda number=number: ran.append((threading.get_ident(), thread, number)))

        threads = [threading.Thread(target=many, args=(thread,)) for thread in range(THREADS)]
        for one in threads:
            one.start()
        await asyncio.gather(*(asyncio.to_thread(one.join) for one in threads))
        await bridge.drain()

    asyncio.run(whole())

    assert {where for where, _, _ in ran} == {threading.get_ident()}
    assert [[number for _, thread, number in ran if thread == one] for one in range(THREADS)] == [list(range(CALLS))] * THREADS


def test_what_fails_on_the_loop_is_collected_and_the_rest_runs(caplog: pytest.LogCaptureFixture) -> None:
    """The failure is kept and logged with its traceback; the call behind it is not lost."""
    ran: list[str] = []

    async def whole() -> Bridge:
        bridge = Bridge()
        bridge.post(ran.append, "before")
        bridge.post(int, "no number")
        bridge.post(ran.append, "after")
        await bridge.drain()
        return bridge

    bridge = asyncio.run(whole())

    assert ran == ["before", "after"]
    assert [type(problem) for problem in bridge.failures] == [ValueError]
    assert [record.getMessage() for record in caplog.records] == ["a posted call failed"]
    assert caplog.records[0].exc_info is not None


def test_without_a_loop_calls_wait_to_be_pumped() -> None:
    """In a plain script nothing runs behind the caller's back."""
    bridge = Bridge()
    ran: list[int] = []

    bridge.post(ran.append, 1)
    bridge.post(ran.append, 2)
    before = list(ran)
    bridge.pump()

    assert (before, ran) == ([], [1, 2])


def test_a_bridge_made_without_a_loop_drains_in_the_one_that_asks() -> None:
    """What was posted before there was a loop runs then."""
    bridge = Bridge()
    ran: list[int] = []
    bridge.post(ran.append, 1)

    asyncio.run(bridge.drain())

    assert ran == [1]


def test_a_call_posted_by_a_call_runs_too() -> None:
    """Draining waits for what was posted before it; a later call follows in the same order."""
    ran: list[int] = []

    async def whole() -> None:
        bridge = Bridge()

        def first() -> None:
            ran.append(1)
            bridge.post(ran.append, 2)

        bridge.post(first)
        await bridge.drain()
        await bridge.drain()

    asyncio.run(whole())

    assert ran == [1, 2]


def test_a_closed_bridge_does_nothing() -> None:
    """What is queued is dropped, what is posted later ignored; neither draining nor closing again waits."""
    ran: list[int] = []

    async def whole() -> None:
        bridge = Bridge()
        bridge.post(ran.append, 1)
        bridge.close()
        bridge.post(ran.append, 2)
        bridge.close()
        await bridge.drain()
        bridge.pump()

    asyncio.run(whole())

    assert ran == []


def test_closing_ends_a_wait_for_what_will_never_run() -> None:
    """Who drains while another closes is let go."""

    async def whole() -> bool:
        bridge = Bridge()
        draining = asyncio.ensure_future(bridge.drain())
        # One turn of the loop: it waits now, with its mark in the queue.
        asyncio.get_running_loop().call_soon(bridge.close)
        await draining
        return draining.done()

    assert asyncio.run(whole())


def test_a_post_after_the_loop_has_gone_is_no_error() -> None:
    """Threads of a provider outlive the notebook's loop."""

    async def made() -> Bridge:
        return Bridge()

    bridge = asyncio.run(made())

    bridge.post(int, "no number")

    assert bridge.failures == []
