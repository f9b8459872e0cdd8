"""Which deliveries count, each once.

A record may come twice under different UIDs, a later record may tell more of the same beam-on, and what a user typed in may be told by the
machine after all. Where it cannot be told apart both count: too little can be given later, too much cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workbench.treatment.course import Course
from workbench.treatment.delivery import RESOLUTION_MU, UNCOUNTED, Delivery, in_words

TYPED_WITHIN_MU: Final = 0.05
"""A meterset typed from a display agrees with the record of it within half of the display's last digit."""


class Reason(StrEnum):
    """Why a delivery does not count as its record says."""

    UNPLANNED = "unplanned"
    """The plan does not have its beam."""
    DUPLICATE = "duplicate"
    """Another record, or the machine after a user, tells of the same."""
    CONTRADICTORY = "contradictory"
    """Its record says two things, or two records do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What had to be decided for one delivery, in a sentence."""

    reason: Reason
    delivery: Delivery
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What counts, and what had to be decided for it.

    Parameters
    ----------
    decisions : one for every delivery that does not count as its record says.
    unplaced : deliveries that belong to no fraction of the course.
    """

    deliveries: tuple[Delivery, ...]
    decisions: tuple[Decision, ...]
    unplaced: tuple[Delivery, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of the decisions."""
        return tuple(one.sentence for one in self.decisions)

    def of(self, beam: int, fraction: int) -> tuple[Delivery, ...]:
        """What was delivered of one beam in one fraction."""
        return tuple(one for one in self.deliveries if one.beam == beam and one.fraction == fraction)

    def fractions(self) -> list[int]:
        """Fractions that have begun, in order."""
        return sorted({one.fraction for one in self.deliveries if one.fraction is not None})


def counted(course: Course, deliveries: Iterable[Delivery]) -> Counted:
    """Everything that counts for a fraction of the course, each delivery once, in the order of delivery."""
    notes: list[Decision] = []
    known = {beam.number for beam in course.beams}
    treated = sorted((one for one in deliveries if one.type not in UNCOUNTED), key=_order)
    for one in treated:
        if one.beam not in known:
            sentence = f"A record of beam {one.beam}, which the plan does not have, counts for nothing."
            notes.append(Decision(reason=Reason.UNPLANNED, delivery=one, sentence=sentence))
    once = _without_repeats([one for one in treated if one.beam in known], notes)
    once = _without_typed(once, notes)
    notes.extend(_contradiction(one) for one in once if one.doubtful_mu is not None)
    notes.extend(_misplaced(one) for one in once if one.recorded_fraction is not None)
    placed = [one for one in once if _is_placed(course, one)]
    unplaced = tuple(one for one in once if not _is_placed(course, one))
    return Counted(deliveries=tuple(placed), decisions=tuple(notes), unplaced=unplaced)


def _order(one: Delivery) -> tuple[float, int, float, str, float]:
    moment = one.started_at or one.recorded_at
    return (0.0 if moment is None else moment.timestamp(), one.beam, one.start_mu, one.record_uid, one.delivered_mu)


def _is_placed(course: Course, one: Delivery) -> bool:
    return one.fraction is not None and one.fraction >= 1 and (course.fractions is None or one.fraction <= course.fractions)


def _without_repeats(deliveries: Sequence[Delivery], notes: list[Decision]) -> list[Delivery]:
    """Of records of the same beam-on the one that tells most."""
    kept: list[Delivery] = []
    for one in deliveries:
        if any(_tells_all_of(other, one) for other in kept):
            notes.append(_repeat(one))
            continue
        for other in [other for other in kept if _tells_all_of(one, other)]:
            notes.append(_repeat(other))
            kept.remove(other)
        kept.append(one)
    return kept


def _tells_all_of(one: Delivery, other: Delivery) -> bool:
    """Whether another record's delivery is the same as this one, or an earlier state of it."""
    same_start = (
        one.record_uid != other.record_uid
        and (one.plan_uid, one.beam, one.fraction, one.is_by_hand) == (other.plan_uid, other.beam, other.fraction, False)
        and one.started_at is not None
        and one.started_at == other.started_at
        and abs(one.start_mu - other.start_mu) <= RESOLUTION_MU
    )
    if not same_start or one.ended_at is None or other.ended_at is None:
        return False
    if one.ended_at == other.ended_at:
        return abs(one.delivered_mu - other.delivered_mu) <= RESOLUTION_MU
    return one.ended_at > other.ended_at and one.delivered_mu >= other.delivered_mu


def _without_typed(deliveries: Sequence[Delivery], notes: list[Decision]) -> list[Delivery]:
    """What was typed in gives way to the machine's own record of the same, when that came later."""
    told: set[int] = set()
    kept: list[Delivery] = []
    for one in deliveries:
        later = [index for index, other in enumerate(deliveries) if _came_after_all(one, other) and index not in told]
        same = [index for index in later if abs(deliveries[index].delivered_mu - one.delivered_mu) <= TYPED_WITHIN_MU]
        if same:
            told.add(same[0])
            sentence = (
                f"The {in_words(one.delivered_mu)} MU of beam {one.beam} that were entered by hand no longer count, "
                "because the machine's own record of them came later."
            )
            notes.append(Decision(reason=Reason.DUPLICATE, delivery=one, sentence=sentence))
            continue
        for index in later:
            sentence = (
                f"Beam {one.beam} has {in_words(one.delivered_mu)} MU entered by hand and {in_words(deliveries[index].delivered_mu)} MU "
                "that the machine recorded later; both count, as they differ."
            )
            notes.append(Decision(reason=Reason.CONTRADICTORY, delivery=one, sentence=sentence))
        kept.append(one)
    return kept


def _came_after_all(typed: Delivery, machine: Delivery) -> bool:
    """Whether the machine delivered before the user typed, and told of it only afterwards."""
    if not typed.is_by_hand or machine.is_by_hand or (typed.plan_uid, typed.beam) != (machine.plan_uid, machine.beam):
        return False
    if typed.recorded_at is None or machine.recorded_at is None or machine.started_at is None:
        return False
    return machine.started_at < typed.recorded_at < machine.recorded_at


def _repeat(one: Delivery) -> Decision:
    sentence = (
        f"A record of {in_words(one.delivered_mu)} MU of beam {one.beam} repeats a delivery that another record tells; it counts once."
    )
    return Decision(reason=Reason.DUPLICATE, delivery=one, sentence=sentence)


def _contradiction(one: Delivery) -> Decision:
    other = in_words(one.doubtful_mu or 0.0)
    sentence = (
        f"A record of beam {one.beam} says {in_words(one.delivered_mu)} MU and {other} MU of the same delivery; "
        f"{in_words(one.delivered_mu)} MU count, as nothing is to be delivered twice."
    )
    return Decision(reason=Reason.CONTRADICTORY, delivery=one, sentence=sentence)


def _misplaced(one: Delivery) -> Decision:
    sentence = (
        f"A record of {in_words(one.delivered_mu)} MU of beam {one.beam} names fraction {one.recorded_fraction}; "
        f"it counts for fraction {one.fraction}, which its session treated."
    )
    return Decision(reason=Reason.CONTRADICTORY, delivery=one, sentence=sentence)
