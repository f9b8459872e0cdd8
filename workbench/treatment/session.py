"""Which beams a session treats, from which monitor unit to which, and why.

One function decides, ``plan_session``; instruction, workitem, session plan and record only say what it decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final

from workbench.errors import Conflict, Refused
from workbench.treatment.course import Course
from workbench.treatment.delivery import Delivery, DeliveryType

FINISHED_WITHIN_MU: Final = 0.01
"""A beam counts as finished when no more than this is missing: the resolution of a recorded meterset."""


class SessionKind(StrEnum):
    """What a session is for."""

    TREATMENT = "treatment"
    """Beams for the patient."""
    QA = "qa"
    """Beams without the patient; they count for no fraction."""
    IMAGING = "imaging"
    """Position acquisition only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One beam to deliver.

    Parameters
    ----------
    start_meterset_mu, end_meterset_mu : where on the beam's meterset axis this delivery starts and ends.
    because : the decision in words.

    Raises
    ------
    Refused : it would deliver nothing, or run backwards.
    """

    beam_number: int
    fraction: int
    delivery_type: DeliveryType
    start_meterset_mu: float
    end_meterset_mu: float
    because: str

    def __post_init__(self) -> None:
        if not 0 <= self.start_meterset_mu < self.end_meterset_mu < inf:
            raise Refused(
                f"beam {self.beam_number}: found a task from {self.start_meterset_mu} to {self.end_meterset_mu} MU, "
                "expected it to start at 0 or above and to end later",
                rule="meterset",
            )

    @property
    def meterset_mu(self) -> float:
        """What this delivery has to give."""
        return self.end_meterset_mu - self.start_meterset_mu

    @property
    def is_continuation(self) -> bool:
        """Whether an earlier delivery of the same fraction stopped half-way."""
        return self.delivery_type is DeliveryType.CONTINUATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """One beam left out, and why."""

    beam_number: int
    because: str
    reason: str = "ALREADY_TREATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What one session is to do.

    Parameters
    ----------
    images_first : whether the patient's position is acquired before the beams.
    """

    kind: SessionKind
    fraction: int
    tasks: tuple[Task, ...]
    omitted: tuple[Omission, ...] = ()
    images_first: bool = False

    @property
    def steps(self) -> tuple[SessionKind, ...]:
        """What a device has to do, in this order, each a workitem of its own."""
        return (SessionKind.IMAGING, self.kind) if self.images_first else (self.kind,)

    def explained(self) -> str:
        """The whole decision in sentences."""
        first = ["The patient's position is acquired first."] if self.images_first else []
        return " ".join([*first, *(task.because for task in self.tasks), *(omission.because for omission in self.omitted)])


def plan_session(
    course: Course,
    deliveries: Sequence[Delivery],
    metersets_mu: Mapping[int, float],
    *,
    kind: SessionKind = SessionKind.TREATMENT,
    fraction: int | None = None,
) -> Session:
    """Decide what a session does, given what was delivered before.

    An unfinished fraction, the earliest first, is finished before the next one begins: its interrupted beams continue, beams not begun are
    treated, finished beams are omitted.

    Parameters
    ----------
    deliveries : everything recorded for this plan's patient treatments, in any order.
    metersets_mu : beam number → monitor units of one whole fraction.
    fraction : treat this one instead of the one that is due.

    Raises
    ------
    Conflict : the course is complete, or the fraction asked for is finished.
    Refused : the fraction asked for is none of the plan.
    """
    if kind is not SessionKind.TREATMENT:
        number = 1 if fraction is None else fraction
        _must_be_planned(course, number, asked=True)
        beams = course.beams if kind is SessionKind.QA else ()
        return Session(kind=kind, fraction=number, tasks=tuple(_task(beam.number, number, 0.0, metersets_mu) for beam in beams))
    number = _due(course, deliveries, metersets_mu) if fraction is None else fraction
    _must_be_planned(course, number, asked=fraction is not None)
    tasks, omitted = [], []
    for beam in course.beams:
        done = _done(beam.number, number, deliveries)
        if metersets_mu[beam.number] - done <= FINISHED_WITHIN_MU:
            because = f"Beam {beam.number} is left out because all {done:.1f} MU of fraction {number} were delivered."
            omitted.append(Omission(beam_number=beam.number, because=because))
        else:
            tasks.append(_task(beam.number, number, done, metersets_mu))
    if not tasks:
        raise Conflict(f"plan {course.label}: fraction {number} is finished, expected one with a beam left to treat", rule="fraction")
    return Session(kind=kind, fraction=number, tasks=tuple(tasks), omitted=tuple(omitted))


def _due(course: Course, deliveries: Sequence[Delivery], metersets_mu: Mapping[int, float]) -> int:
    """The earliest fraction that has begun and is not finished; else the next one."""
    begun = sorted({delivery.fraction for delivery in deliveries})
    for fraction in begun:
        if any(metersets_mu[beam.number] - _done(beam.number, fraction, deliveries) > FINISHED_WITHIN_MU for beam in course.beams):
            return fraction
    return begun[-1] + 1 if begun else 1


def _done(beam: int, fraction: int, deliveries: Sequence[Delivery]) -> float:
    return sum(one.delivered_mu for one in deliveries if one.beam == beam and one.fraction == fraction)


def _task(beam: int, fraction: int, done_mu: float, metersets_mu: Mapping[int, float]) -> Task:
    whole = metersets_mu[beam]
    if done_mu > 0:
        kind = DeliveryType.CONTINUATION
        because = f"Beam {beam} continues at {done_mu:.1f} MU because fraction {fraction} stopped there, short of {whole:.1f} MU."
    else:
        kind = DeliveryType.TREATMENT
        because = f"Beam {beam} is treated with {whole:.1f} MU because fraction {fraction} has none of it yet."
    return Task(beam_number=beam, fraction=fraction, delivery_type=kind, start_meterset_mu=done_mu, end_meterset_mu=whole, because=because)


def _must_be_planned(course: Course, number: int, *, asked: bool) -> None:
    if number >= 1 and (course.fractions is None or number <= course.fractions):
        return
    if asked:
        expected = "1 or more" if course.fractions is None else f"1 to {course.fractions}"
        raise Refused(f"plan {course.label}: found fraction {number}, expected {expected}", rule="fraction")
    raise Conflict(f"plan {course.label}: all {course.fractions} fractions are delivered, expected one left to treat", rule="fraction")
