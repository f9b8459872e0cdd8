"""The rules of Unified Procedure Step, as one table: PS3.4 Table CC.1.1-2 with the TMS statement's codes.

Pure: a request, the state it meets and the lock it brings are judged; nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from types import MappingProxyType

from workbench.archive.rows import StepState

SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED = (
    StepState.SCHEDULED,
    StepState.IN_PROGRESS,
    StepState.COMPLETED,
    StepState.CANCELED,
)


class Request(StrEnum):
    """What a device may ask of a workitem."""

    CLAIM = "IN PROGRESS"
    """N-ACTION to IN PROGRESS."""
    UNCLAIM = "SCHEDULED"
    """N-ACTION to SCHEDULED, which is never possible."""
    COMPLETE = "COMPLETED"
    """N-ACTION to COMPLETED."""
    CANCEL = "CANCELED"
    """N-ACTION to CANCELED."""
    CHANGE = "N-SET"
    """N-SET of attributes."""


class Lock(Enum):
    """The Transaction UID that a request brings."""

    ABSENT = "no Transaction UID"
    """None."""
    RIGHT = "the right Transaction UID"
    """The one that the workitem was claimed with; with a SCHEDULED workitem, any."""
    WRONG = "another Transaction UID"
    """Another one."""


class UpsRule(StrEnum):
    """Why a request is answered as it is; each is one status code of the statement."""

    NO_LONGER_UPDATABLE = "ups-final"
    """C300: the workitem is in a final state."""
    WRONG_LOCK = "ups-wrong-lock"
    """C301: the Transaction UID is missing or not the one that holds the workitem."""
    ALREADY_IN_PROGRESS = "ups-in-progress"
    """C302: it is claimed already, by whoever asks."""
    NOT_TO_SCHEDULED = "ups-not-to-scheduled"
    """C303: a workitem cannot go back to SCHEDULED."""
    UNKNOWN = "ups-unknown"
    """C307: there is no such workitem here."""
    NOT_IN_PROGRESS = "ups-not-in-progress"
    """C310: it has to be claimed first."""
    ALREADY_CANCELED = "ups-canceled"
    """B304: it is CANCELED already."""
    ALREADY_COMPLETED = "ups-completed"
    """B306: it is COMPLETED already."""


TABLE: Mapping[Request, Mapping[StepState, UpsRule | None]] = MappingProxyType(
    {
        Request.CLAIM: {
            SCHEDULED: None,
            IN_PROGRESS: UpsRule.ALREADY_IN_PROGRESS,
            COMPLETED: UpsRule.NO_LONGER_UPDATABLE,
            CANCELED: UpsRule.NO_LONGER_UPDATABLE,
        },
        Request.UNCLAIM: dict.fromkeys(StepState, UpsRule.NOT_TO_SCHEDULED),
        Request.COMPLETE: {
            SCHEDULED: UpsRule.NOT_IN_PROGRESS,
            IN_PROGRESS: None,
            COMPLETED: UpsRule.ALREADY_COMPLETED,
            CANCELED: UpsRule.NO_LONGER_UPDATABLE,
        },
        Request.CANCEL: {
            SCHEDULED: UpsRule.NOT_IN_PROGRESS,
            IN_PROGRESS: None,
            COMPLETED: UpsRule.NO_LONGER_UPDATABLE,
            CANCELED: UpsRule.ALREADY_CANCELED,
        },
        Request.CHANGE: {
            SCHEDULED: None,
            IN_PROGRESS: None,
            COMPLETED: UpsRule.NO_LONGER_UPDATABLE,
            CANCELED: UpsRule.NO_LONGER_UPDATABLE,
        },
    }
)
"""Request with the right Transaction UID → state met → refusing rule, or None when it is done."""


def judge(request: Request, state: StepState, lock: Lock) -> UpsRule | None:
    """The rule that refuses the request; None when it is to be done.

    The lock comes before every other answer on a claimed workitem, so that nobody learns its state without holding it.
    """
    by_state = TABLE[request][state]
    if request is Request.UNCLAIM:
        return by_state
    if request is Request.CHANGE:
        return _judge_change(state, lock) or by_state
    if lock is not Lock.RIGHT:
        return UpsRule.WRONG_LOCK
    return by_state


def _judge_change(state: StepState, lock: Lock) -> UpsRule | None:
    """N-SET: a SCHEDULED workitem has no lock to bring; one IN PROGRESS needs it; a final one refuses anyway."""
    if state is SCHEDULED and lock is not Lock.ABSENT:
        return UpsRule.NOT_IN_PROGRESS
    if state is IN_PROGRESS and lock is not Lock.RIGHT:
        return UpsRule.WRONG_LOCK
    return None
