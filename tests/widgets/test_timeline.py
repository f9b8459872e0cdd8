"""Lanes, blocks and ticks of a session, computed from its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workbench.archive.rows import StepState
from workbench.events import Event, EventKind
from workbench_widgets.timeline import Block, timeline

START = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)
UID = "2.25.7"


def at(seconds: float) -> datetime:
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)


def event(kind: EventKind, seconds: float, *, subject: str = UID) -> Event:
    """Something about the workitem."""
    return Event(at=at(seconds), kind=kind, subject=subject, actor="DEVICE")


def test_a_workitem_not_yet_claimed_waits_until_now() -> None:
    """One block, from scheduling to the present."""
    found = timeline([event(EventKind.WORKITEM_SCHEDULED, 0)], [UID], now=at(60))

    assert found is not None
    assert found.lanes[0].blocks == (Block(state=StepState.SCHEDULED, begin=at(0), end=at(60)),)
    assert (found.begin, found.end) == (at(0), at(60))


def test_long_waiting_does_not_squeeze_the_delivery() -> None:
    """After an hour on the worklist and 100 s of work, 25 s of the waiting are shown before the claim."""
    history = [
        event(EventKind.WORKITEM_SCHEDULED, 0),
        event(EventKind.WORKITEM_CLAIMED, 3600),
        event(EventKind.WORKITEM_COMPLETED, 3700),
    ]

    found = timeline(history, [UID], now=at(9999))

    assert found is not None
    assert (found.begin, found.end) == (at(3575), at(3700))
    assert [round(found.place(one.begin), 3) for one in found.lanes[0].blocks] == [0.0, 0.2, 1.0]


def test_objects_received_at_work_are_ticks_of_the_workitem_at_work() -> None:
    """An image that arrives between claim and completion is a tick; the plan stored before is none."""
    history = [
        event(EventKind.OBJECT_STORED, -5, subject="2.25.1"),
        event(EventKind.WORKITEM_SCHEDULED, 0),
        event(EventKind.WORKITEM_CLAIMED, 10),
        event(EventKind.OBJECT_STORED, 12, subject="2.25.2"),
        event(EventKind.WORKITEM_COMPLETED, 20),
    ]

    found = timeline(history, [UID], now=at(30))

    assert found is not None
    assert [(one.at, one.uid) for one in found.lanes[0].ticks] == [(at(10), UID), (at(12), "2.25.2"), (at(20), UID)]


def test_nothing_known_is_no_timeline() -> None:
    """Without workitems there is no axis to draw."""
    assert timeline([event(EventKind.PROVIDER_STARTED, 0, subject="WORKBENCH")], [], now=at(1)) is None
