"""When a session's workitems were in which state: lanes, blocks and ticks, computed from the history.

Pure values in time; drawing them is the markup's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from workbench.archive.rows import StepState
from workbench.events import Event, EventKind
from workbench_widgets.sentences import Entry, entry

LEAD = 0.25
"""Share of the time at work that is shown before the first claim; waiting may have taken hours."""

STATE_AFTER: Mapping[EventKind, StepState] = MappingProxyType(
    {
        EventKind.WORKITEM_SCHEDULED: StepState.SCHEDULED,
        EventKind.WORKITEM_CLAIMED: StepState.IN_PROGRESS,
        EventKind.WORKITEM_COMPLETED: StepState.COMPLETED,
        EventKind.WORKITEM_CANCELED: StepState.CANCELED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A workitem in one state, from when to when."""

    state: StepState
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One workitem."""

    uid: str
    blocks: tuple[Block, ...]
    ticks: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All workitems of a session on one time axis."""

    begin: datetime
    end: datetime
    lanes: tuple[Lane, ...]

    def place(self, at: datetime) -> float:
        """Where a moment lies on the axis: 0 at its beginning, 1 at its end, and never beyond."""
        whole = (self.end - self.begin).total_seconds()
        return 1.0 if whole <= 0 else min(1.0, max(0.0, (at - self.begin).total_seconds() / whole))


def timeline(events: Sequence[Event], uids: Sequence[str], *, now: datetime) -> Timeline | None:
    """The lanes of these workitems; None when nothing is known of any.

    Parameters
    ----------
    now : where a state that has not ended ends on the axis.
    """
    changes = {uid: [one for one in events if one.subject == uid and one.kind in STATE_AFTER] for uid in uids}
    moments = [one.at for found in changes.values() for one in found]
    if not moments:
        return None
    is_over = all(found and STATE_AFTER[found[-1].kind].is_final for found in changes.values())
    end = max(moments) if is_over else max(now, *moments)
    first = min(moments)
    claims = [one.at for found in changes.values() for one in found if one.kind is EventKind.WORKITEM_CLAIMED]
    begin = max(first, min(claims) - LEAD * (end - min(claims))) if claims else first
    session = [one for one in events if one.kind is not EventKind.WORKITEM_SCHEDULED and begin <= one.at <= end]
    lanes = [
        Lane(uid=uid, blocks=_blocks(found, end=end), ticks=tuple(entry(one) for one in session if _concerns(one, uid, changes)))
        for uid, found in changes.items()
        if found
    ]
    return Timeline(begin=begin, end=end, lanes=tuple(lanes))


def _blocks(found: Sequence[Event], *, end: datetime) -> tuple[Block, ...]:
    ends = [*(one.at for one in found[1:]), end]
    return tuple(Block(state=STATE_AFTER[one.kind], begin=one.at, end=until) for one, until in zip(found, ends, strict=True))


def _concerns(event: Event, uid: str, changes: Mapping[str, Sequence[Event]]) -> bool:
    """An event belongs to the lane it is about; what is about no workitem belongs to the one that was at work then."""
    if event.subject in changes:
        return event.subject == uid
    before = [one for one in changes[uid] if one.at <= event.at]
    return bool(before) and STATE_AFTER[before[-1].kind] is StepState.IN_PROGRESS
