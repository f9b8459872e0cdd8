"""The rules of Unified Procedure Step, as one table: PS3.4 Table CC.1.1-2 with the TMS statement's codes.

Pure: a request, the state it meets and the lock it brings are judged; nothing is changed here. What each rule says in words
stands in ``refusals``, which attributes a request needs in ``iods.workitem_requirements``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from workbench.archive.rows import StepState


class Request(StrEnum):
    """What a peer may ask of a workitem, in the order of the table; the value is what is asked for, as the wire has it."""

    CREATE = "N-CREATE"
    """N-CREATE with state SCHEDULED."""
    CLAIM = "IN PROGRESS"
    """N-ACTION to IN PROGRESS."""
    UNCLAIM = "SCHEDULED"
    """N-ACTION to SCHEDULED, which is never possible."""
    COMPLETE = "COMPLETED"
    """N-ACTION to COMPLETED."""
    REQUEST_CANCEL = "request cancel"
    """N-ACTION of type 2: somebody else wants it canceled."""
    CANCEL = "CANCELED"
    """N-ACTION to CANCELED."""
    CHANGE = "N-SET"
    """N-SET of attributes."""
    READ = "N-GET"
    """N-GET of attributes."""

    @property
    def words(self) -> str:
        """The request as a sentence names it."""
        is_state = self.value in set(StepState)
        return f"N-ACTION to {self.value}" if is_state else f"N-ACTION {self.value}" if " " in self.value else self.value

    @classmethod
    def of_state(cls, state: str) -> Request | None:
        """The request to change to this state; None where there is no such state."""
        return cls(state) if state in set(StepState) else None


class Lock(Enum):
    """The Transaction UID that a request brings."""

    ABSENT = "no Transaction UID"
    """None."""
    RIGHT = "the right Transaction UID"
    """The one that the workitem was claimed with; with a SCHEDULED workitem, any."""
    WRONG = "another Transaction UID"
    """Another one."""


class UpsRule(StrEnum):
    """Why a request is answered as it is; each is one status code."""

    DUPLICATE = "ups-duplicate"
    """0111: a workitem of this SOP Instance UID exists."""
    NO_LONGER_UPDATABLE = "ups-final"
    """C300: the workitem is in a final state."""
    WRONG_LOCK = "ups-wrong-lock"
    """C301: the Transaction UID is missing or not the one that holds the workitem."""
    ALREADY_IN_PROGRESS = "ups-in-progress"
    """C302: it is claimed already, by whoever asks."""
    NOT_TO_SCHEDULED = "ups-not-to-scheduled"
    """C303: a workitem cannot go back to SCHEDULED."""
    FINAL_STATE = "ups-final-state"
    """C304: attributes that the final state needs have no value."""
    UNKNOWN = "ups-unknown"
    """C307: there is no such workitem here."""
    NOT_SCHEDULED = "ups-not-scheduled"
    """C309: a workitem is created SCHEDULED."""
    NOT_IN_PROGRESS = "ups-not-in-progress"
    """C310: it has to be claimed first."""
    CANCEL_COMPLETED = "ups-cancel-completed"
    """C311: it is COMPLETED; there is nothing to cancel."""
    ALREADY_CANCELED = "ups-canceled"
    """B304: it is CANCELED already."""
    ALREADY_COMPLETED = "ups-completed"
    """B306: it is COMPLETED already."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One request through all states: the rule that refuses it, None where it is done."""

    unknown: UpsRule | None
    scheduled: UpsRule | None
    in_progress: UpsRule | None
    completed: UpsRule | None
    canceled: UpsRule | None

    def met(self, state: StepState | None) -> UpsRule | None:
        """The cell of a state; None is that of a workitem that does not exist."""
        by_state = {
            None: self.unknown,
            StepState.SCHEDULED: self.scheduled,
            StepState.IN_PROGRESS: self.in_progress,
            StepState.COMPLETED: self.completed,
            StepState.CANCELED: self.canceled,
        }
        return by_state[state]


_DONE = None
_R = UpsRule
TABLE: Mapping[Request, Cells] = MappingProxyType(
    {
        Request.CREATE: Cells(_DONE, _R.DUPLICATE, _R.DUPLICATE, _R.DUPLICATE, _R.DUPLICATE),
        Request.CLAIM: Cells(_R.UNKNOWN, _DONE, _R.ALREADY_IN_PROGRESS, _R.NO_LONGER_UPDATABLE, _R.NO_LONGER_UPDATABLE),
        Request.UNCLAIM: Cells(_R.UNKNOWN, _R.NOT_TO_SCHEDULED, _R.NOT_TO_SCHEDULED, _R.NOT_TO_SCHEDULED, _R.NOT_TO_SCHEDULED),
        Request.COMPLETE: Cells(_R.UNKNOWN, _R.NOT_IN_PROGRESS, _DONE, _R.ALREADY_COMPLETED, _R.NO_LONGER_UPDATABLE),
        Request.REQUEST_CANCEL: Cells(_R.UNKNOWN, _DONE, _DONE, _R.CANCEL_COMPLETED, _R.ALREADY_CANCELED),
        Request.CANCEL: Cells(_R.UNKNOWN, _R.NOT_IN_PROGRESS, _DONE, _R.NO_LONGER_UPDATABLE, _R.ALREADY_CANCELED),
        Request.CHANGE: Cells(_R.UNKNOWN, _DONE, _DONE, _R.NO_LONGER_UPDATABLE, _R.NO_LONGER_UPDATABLE),
        Request.READ: Cells(_R.UNKNOWN, _DONE, _DONE, _DONE, _DONE),
    }
)
"""PS3.4 Table CC.1.1-2 in its order, for the right Transaction UID; N-SET and N-GET from CC.2.6 and CC.2.7."""

LOCKED: Mapping[Request, frozenset[StepState]] = MappingProxyType(
    {
        Request.CLAIM: frozenset(StepState),
        Request.COMPLETE: frozenset(StepState),
        Request.CANCEL: frozenset(StepState),
        Request.CHANGE: frozenset({StepState.IN_PROGRESS}),
    }
)
"""States in which the lock comes before every other answer, so that nobody learns of a workitem's state without holding it.

On a SCHEDULED workitem, which has no lock yet, any Transaction UID is the right one.
"""


def judge(request: Request, state: StepState | None, lock: Lock) -> UpsRule | None:
    """The rule that refuses the request; None when it is to be done.

    Parameters
    ----------
    state : None where there is no such workitem.
    """
    if state in LOCKED.get(request, frozenset()) and lock is not Lock.RIGHT:
        return UpsRule.WRONG_LOCK
    if request is Request.CHANGE and state is StepState.SCHEDULED and lock is not Lock.ABSENT:
        # The table leaves it open; a lock that holds nothing yet is a mistake worth telling.
        return UpsRule.NOT_IN_PROGRESS
    return TABLE[request].met(state)


def accepted(state: StepState | None) -> Mapping[Request, Lock]:
    """What a workitem in this state accepts, and with which Transaction UID."""
    found: dict[Request, Lock] = {}
    for request in Request:
        lock = next((one for one in (Lock.ABSENT, Lock.RIGHT) if judge(request, state, one) is None), None)
        if lock is not None:
            found[request] = lock
    return found
