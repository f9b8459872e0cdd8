"""How subscriptions change: PS3.4 Table CC.2.3-2, as one table.

Pure: an action and the state it meets give the state afterwards and whether the workitem is reported at once; nothing is
changed here. An application entity has such a state for each workitem, and a global one for workitems that are still to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Watched(StrEnum):
    """Whether an application entity is told of a workitem or, as its global state, of those to come."""

    NOT = "not subscribed"
    """It is not."""
    LOCKED = "subscribed with lock"
    """It is, and the workitem is kept for it after its final state."""
    UNLOCKED = "subscribed without lock"
    """It is; the workitem may be forgotten once it is final."""

    @classmethod
    def of(cls, has_lock: bool | None) -> Watched:
        """The state of a subscription with or without lock; None where there is none."""
        return cls.NOT if has_lock is None else cls.LOCKED if has_lock else cls.UNLOCKED


class WatchAction(StrEnum):
    """What a peer may ask, in the order of the standard's rows."""

    ALL_LOCKED = "subscribe globally with lock"
    """N-ACTION 3 on a global instance, Deletion Lock TRUE."""
    ALL_UNLOCKED = "subscribe globally without lock"
    """N-ACTION 3 on a global instance, Deletion Lock FALSE."""
    ONE_LOCKED = "subscribe to one workitem with lock"
    """N-ACTION 3 on a workitem, Deletion Lock TRUE."""
    ONE_UNLOCKED = "subscribe to one workitem without lock"
    """N-ACTION 3 on a workitem, Deletion Lock FALSE."""
    ONE_ENDED = "unsubscribe from one workitem"
    """N-ACTION 4 on a workitem."""
    ALL_ENDED = "unsubscribe globally"
    """N-ACTION 4 on a global instance: every subscription ends, and every lock."""
    SUSPENDED = "suspend global subscription"
    """N-ACTION 5 on a global instance: nothing to come is subscribed to, what is subscribed to stays so."""


class WatchRule(StrEnum):
    """Why a subscription is refused; each is one status code (PS3.4 Table CC.2.3-3)."""

    UNKNOWN_RECEIVER = "watch-receiver"
    """C308: nobody knows where to send its reports."""
    WRONG_ACTION = "watch-action"
    """C314: a single workitem has no global subscription to suspend."""
    NO_REPORTS = "watch-no-reports"
    """C315: the settings say that no event reports are sent."""
    ARGUMENT = "watch-argument"
    """0115: Receiving AE or Deletion Lock is missing, or is no such value."""


@dataclass(frozen=True, slots=True)
class Step:
    """One cell of the table.

    Parameters
    ----------
    to : the state afterwards.
    is_reported : whether the subscriber gets an initial UPS State Report.
    """

    to: Watched
    is_reported: bool = False


NOT, LOCKED, UNLOCKED = Watched.NOT, Watched.LOCKED, Watched.UNLOCKED

TABLE: Mapping[WatchAction, Mapping[Watched, Step]] = MappingProxyType(
    {
        # CC.2.4.3 has every workitem reported after a global subscription with lock, those too whose state does not change.
        WatchAction.ALL_LOCKED: {
            NOT: Step(LOCKED, is_reported=True),
            LOCKED: Step(LOCKED, is_reported=True),
            UNLOCKED: Step(UNLOCKED, is_reported=True),
        },
        WatchAction.ALL_UNLOCKED: {NOT: Step(UNLOCKED), LOCKED: Step(LOCKED), UNLOCKED: Step(UNLOCKED)},
        WatchAction.ONE_LOCKED: dict.fromkeys(Watched, Step(LOCKED, is_reported=True)),
        WatchAction.ONE_UNLOCKED: dict.fromkeys(Watched, Step(UNLOCKED, is_reported=True)),
        WatchAction.ONE_ENDED: dict.fromkeys(Watched, Step(NOT)),
        WatchAction.ALL_ENDED: dict.fromkeys(Watched, Step(NOT)),
        WatchAction.SUSPENDED: {state: Step(state) for state in Watched},
    }
)
"""Action → state of a workitem that it meets → what becomes of it; a global action does so for all workitems."""

GLOBALLY: Mapping[WatchAction, Watched] = MappingProxyType(
    {
        WatchAction.ALL_LOCKED: LOCKED,
        WatchAction.ALL_UNLOCKED: UNLOCKED,
        WatchAction.ALL_ENDED: NOT,
        WatchAction.SUSPENDED: NOT,
    }
)
"""Global action → global state afterwards; the other actions leave it."""

CREATED: Mapping[Watched, Step] = MappingProxyType(
    {NOT: Step(NOT), LOCKED: Step(LOCKED, is_reported=True), UNLOCKED: Step(UNLOCKED, is_reported=True)}
)
"""Global state → what a workitem begins with that is created meanwhile."""
