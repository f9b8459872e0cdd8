"""The bus tells everybody; the bridge brings calls from many threads onto one loop, in order, and loses nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clinic import NOW
from workbench.events import Bridge, Event, EventBus, EventKind, Events


def make_event(number: int = 1) -> Event:
    """An event."""
    return Event(id=number, at=NOW, kind=EventKind.OBJECT_STORED, subject=f"2.25.{number}", actor="user")


def test_every_subscriber_hears_every_event_in_order() -> None:
    """Two subscribers, three events."""
    bus = EventBus()
    first: list[Event] = []
    second: list[Event] = []
    bus.subscribe(first.append)
    bus.subscribe(second.append)

    told = [make_event(number) for number in range(3)]
    for event in told:
        bus.publish(event)

    assert first == second == told


def test_an_unsubscribed_listener_hears_nothing_more() -> None:
    """Ending a subscription twice does no harm."""
    bus = EventBus()
    heard: list[Event] = []
    end = bus.subscribe(heard.append)
    bus.publish(make_event(1))

    end()
    end()
    bus.publish(make_event(2))

    assert heard == [make_event(1)]


def test_a_failing_subscriber_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged with its traceback; the next one hears the event."""
    bus = EventBus()
    heard: list[Event] = []

    def fail(_: Event) -> None:
        raise ZeroDivisionError

    bus.subscribe(fail)
    bus.subscribe(heard.append)
    bus.publish(make_event())

    assert heard == [make_event()]
    assert "ZeroDivisionError" in caplog.text


def test_a_subscriber_may_unsubscribe_while_it_is_told() -> None:
    """The list that is being walked does not change under it."""
    bus = EventBus()
    heard: list[str] = []

    def once(_: Event) -> None:
        heard.append("once")
        end()

    end = bus.subscribe(once)
    bus.subscribe(lambda _: heard.append("always"))
    bus.publish(make_event())
    bus.publish(make_event())

    assert heard == ["once", "always", "always"]


def test_a_bridge_without_a_loop_waits_to_be_pumped() -> None:
    """First in, first out, in the pumping thread."""
    bridge = Bridge()
    ran: list[tuple[int, int]] = []

    for number in range(3):
        bridge.post(lambda number: ran.append((number, threading.get_ident())), number)
    before = list(ran)
    bridge.pump()

    assert before == []
    assert ran == [(number, threading.get_ident()) for number in range(3)]


def test_calls_of_many_threads_arrive_on_the_loop_in_each_threads_order() -> None:
    """Sixteen threads post fifty calls each: all run in the loop's thread, none twice, each thread's in its order."""
    ran: list[tuple[int, int, int]] = []

    async def scene() -> None:
        bridge = Bridge()

        def post(thread: int) -> None:
            for number in range(50):
                bridge.post(lambda thread, number: ran.append((thread, number, threading.get_ident())), thread, number)

        with ThreadPoolExecutor(16) as pool:
            await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(pool, post, thread) for thread in range(16)))
        await bridge.drain()

    asyncio.run(scene())

    assert {ident for _, _, ident in ran} == {threading.get_ident()}
    for thread in range(16):
        assert [number for one, number, _ in ran if one == thread] == list(range(50))
    assert len(ran) == 800


def test_a_posted_call_runs_without_being_drained() -> None:
    """The loop is woken from another thread."""

    async def scene() -> str:
        bridge, done = Bridge(), asyncio.get_running_loop().create_future()
        threading.Thread(target=bridge.post, args=(done.set_result, "ran")).start()
        return str(await asyncio.wait_for(done, 10))

    assert asyncio.run(scene()) == "ran"


def test_a_failing_call_is_collected_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever owns the bridge can look at what went wrong."""
    bridge = Bridge()
    ran: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        bridge.post(fail)
        bridge.post(ran.append, "next")
        bridge.pump()

    assert ran == ["next"]
    assert [type(one) for one in bridge.failures] == [ZeroDivisionError]
    assert "a posted call failed" in caplog.text


def test_a_closed_bridge_forgets_what_is_queued_and_takes_nothing_more() -> None:
    """Posting to it is no error: threads may be late."""
    bridge = Bridge()
    ran: list[str] = []
    bridge.post(ran.append, "queued")

    bridge.close()
    bridge.post(ran.append, "late")
    bridge.pump()

    assert (ran, bridge.failures) == ([], [])


def test_a_call_may_post_another() -> None:
    """It runs after those that were posted before."""
    bridge = Bridge()
    ran: list[str] = []

    def first() -> None:
        ran.append("first")
        bridge.post(ran.append, "third")

    bridge.post(first)
    bridge.post(ran.append, "second")
    bridge.pump()

    assert ran == ["first", "second", "third"]


def test_draining_waits_for_everything_posted_before() -> None:
    """With a loop and without one."""
    ran: list[int] = []
    outside = Bridge()
    outside.post(ran.append, 1)

    async def scene() -> None:
        inside = Bridge()
        inside.post(ran.append, 2)
        await inside.drain()
        await outside.drain()

    asyncio.run(scene())

    assert ran == [2, 1]


def test_draining_a_closed_bridge_does_not_wait() -> None:
    """What was queued will never run."""

    async def scene() -> None:
        bridge = Bridge()
        bridge.post(pytest.fail)
        bridge.close()
        await bridge.drain()

    asyncio.run(scene())


def test_closing_ends_a_wait_for_what_will_never_run() -> None:
    """Who drains while another closes is let go, and what stood before the mark in the queue is dropped."""
    ran: list[str] = []

    async def scene() -> None:
        bridge = Bridge()
        asyncio.get_running_loop().call_soon(bridge.close)
        bridge.post(ran.append, "dropped")
        await bridge.drain()

    asyncio.run(scene())

    assert ran == []


def test_posting_after_the_loop_has_gone_is_no_error() -> None:
    """Threads of a provider outlive the loop of a notebook."""

    async def scene() -> Bridge:
        return Bridge()

    bridge = asyncio.run(scene())

    bridge.post(pytest.fail)

    assert bridge.failures == []


def test_events_show_themselves_as_a_table() -> None:
    """A row a fact; what a peer calls itself is text, not markup."""
    one = Event(id=7, at=NOW, kind=EventKind.OBJECTS_SENT, subject="<SINK>", actor="DEVICE", detail={"count": 2, "objects": "1.2 1.3"})

    page = Events([one])._repr_html_()

    assert page.count("<tr>") == 2
    assert "<td>7</td><td>2024-06-03 08:15:00</td><td>objects.sent</td><td>&lt;SINK&gt;</td><td>DEVICE</td>" in page
    assert one.objects == ("1.2", "1.3")


def test_events_of_one_kind_keep_their_order() -> None:
    """Narrowed to a kind they are events again; what is shown in a line is how many, from what to what."""
    kinds = (EventKind.WORKITEM_CLAIMED, EventKind.REQUEST_REFUSED, EventKind.WORKITEM_CANCELED, EventKind.REQUEST_REFUSED)
    several = Events(Event(id=number, at=NOW, kind=kind, subject="1.2", actor="DEVICE") for number, kind in enumerate(kinds, start=1))

    refused = several.of("request.refused")

    assert [one.id for one in refused] == [2, 4]
    assert repr(several) == "<Events: 4, workitem.claimed to request.refused>"
    assert repr(several.of("record.stored")) == "<Events: none>"
