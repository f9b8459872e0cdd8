"""Which beams a session treats, from which monitor unit to which, and why.

One function decides, ``plan_session``; instruction, workitem, session plan and record only say what it decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, inf
from types import MappingProxyType
from typing import Final

from workbench.errors import Conflict, Refused
from workbench.treatment.counting import Counted, counted
from workbench.treatment.course import Course, PlannedBeam
from workbench.treatment.delivery import RESOLUTION_MU, Delivery, DeliveryType, Termination, in_words

FINISHED_WITHIN_MU: Final = RESOLUTION_MU
"""A beam counts as finished when no more than this is missing."""
NORMAL_WITHIN: Final = 0.005
"""A beam that ended normally counts as finished when no more than this part of its meterset is missing: not worth another beam-on."""
OVER_WITHIN: Final = 0.02
"""More than this part of a beam's meterset given in excess is a matter for the physicist, and is said to be."""


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
        if self.delivery_type is DeliveryType.SETUP:
            raise Refused(f"beam {self.beam_number}: found a setup beam as task, expected TREATMENT or CONTINUATION", rule="beam")
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
    notes : what else had to be decided, a sentence each.
    """

    kind: SessionKind
    fraction: int
    tasks: tuple[Task, ...]
    omitted: tuple[Omission, ...] = ()
    images_first: bool = False
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[SessionKind, ...]:
        """What a device has to do, in this order, each a workitem of its own."""
        return (SessionKind.IMAGING, self.kind) if self.images_first else (self.kind,)

    def explained(self) -> str:
        """The whole decision in sentences."""
        first = ["The patient's position is acquired first."] if self.images_first else []
        return " ".join([*first, *(task.because for task in self.tasks), *(omission.because for omission in self.omitted), *self.notes])


def plan_session(
    course: Course,
    deliveries: Sequence[Delivery],
    metersets_mu: Mapping[int, float],
    *,
    kind: SessionKind = SessionKind.TREATMENT,
    fraction: int | None = None,
    begun_mu: Mapping[int, Mapping[int, float]] = MappingProxyType({}),
) -> Session:
    """Decide what a session does, given what was delivered before.

    An unfinished fraction, the earliest first, is finished before the next one begins: its interrupted beams continue, beams not begun are
    treated, finished beams are omitted. A fraction that was skipped is never taken up unasked: its records may be elsewhere.

    Parameters
    ----------
    deliveries : everything recorded for this plan's patient treatments, in any order.
    metersets_mu : beam number → monitor units of one whole fraction.
    fraction : treat this one instead of the one that is due.
    begun_mu : fraction → the same, for fractions that began with other ones; they are finished with what they began with.

    Raises
    ------
    Conflict : the course is complete, the fraction asked for is finished, or which one is due cannot be told.
    Refused : the fraction asked for is none of the plan.
    """
    if kind is not SessionKind.TREATMENT:
        number = 1 if fraction is None else fraction
        _must_be_planned(course, number)
        beams = course.beams if kind is SessionKind.QA else ()
        return Session(kind=kind, fraction=number, tasks=tuple(_task(beam.number, number, (), metersets_mu) for beam in beams))
    if fraction is not None:
        _must_be_planned(course, fraction)
    history = counted(course, deliveries)
    number = due_fraction(course, history, metersets_mu, begun_mu) if fraction is None else fraction
    metersets = begun_mu.get(number, metersets_mu)
    tasks, omitted, over = [], [], []
    for beam in course.beams:
        parts, whole = history.of(beam.number, number), metersets[beam.number]
        if is_finished(parts, whole):
            omitted.append(Omission(beam_number=beam.number, because=_finished(beam, number, parts, whole)))
            over.extend(_overdelivered(beam, number, parts, whole))
        else:
            tasks.append(_task(beam.number, number, parts, metersets))
    if not tasks:
        raise Conflict(f"plan {course.label}: fraction {number} is finished, expected one with a beam left to treat", rule="fraction")
    notes = (*history.notes, *(_unplaced(one) for one in history.unplaced), *over, *_skipped(history, number))
    return Session(kind=kind, fraction=number, tasks=tuple(tasks), omitted=tuple(omitted), notes=notes)


def must_fit(task: Task, recorded: Sequence[Delivery], entered_mu: float) -> None:
    """What is typed in beside what the machine recorded is what is still missing of the task, not what it gave in all.

    Raises
    ------
    Refused : together they are more than the task asked for, by more than a physicist would not have to look at.
    """
    before = _sum([one for one in recorded if one.beam == task.beam_number])
    if before + entered_mu > task.meterset_mu * (1 + OVER_WITHIN) + RESOLUTION_MU:
        raise Refused(
            f"record by hand, beam {task.beam_number}: found {in_words(entered_mu)} MU beside {in_words(before)} MU recorded in this "
            f"session, expected together no more than the {in_words(task.meterset_mu)} MU it was to give, or a confirmation",
            rule="meterset",
        )


def due_fraction(course: Course, history: Counted, metersets_mu: Mapping[int, float], begun_mu: Mapping[int, Mapping[int, float]]) -> int:
    """The earliest fraction that has begun and is not finished; else the one after the last that has begun.

    Raises
    ------
    Conflict : none is left, only skipped ones are, or a record cannot be placed.
    """
    for one in history.unplaced:
        named = "no fraction" if one.fraction is None else f"fraction {one.fraction}, which is not planned"
        raise Conflict(
            f"plan {course.label}: a record of {in_words(one.delivered_mu)} MU of beam {one.beam} names {named}, "
            "expected the fraction to treat to be named",
            rule="fraction",
        )
    begun = history.fractions()
    for fraction in begun:
        metersets = begun_mu.get(fraction, metersets_mu)
        if any(not is_finished(history.of(beam.number, fraction), metersets[beam.number]) for beam in course.beams):
            return fraction
    number = begun[-1] + 1 if begun else 1
    if course.fractions is None or number <= course.fractions:
        return number
    missing = [str(one) for one in range(1, course.fractions) if one not in begun]
    if missing:
        raise Conflict(
            f"plan {course.label}: no record is here of fraction {', '.join(missing)} of {course.fractions}, "
            "expected the one to treat to be named, if it was not treated",
            rule="fraction",
        )
    raise Conflict(f"plan {course.label}: all {course.fractions} fractions are delivered, expected one left to treat", rule="fraction")


def is_finished(parts: Sequence[Delivery], whole_mu: float) -> bool:
    """Whether deliveries of a beam leave nothing to treat in their fraction."""
    missing = whole_mu - _sum(parts)
    if missing <= FINISHED_WITHIN_MU:
        return True
    return missing <= NORMAL_WITHIN * whole_mu and any(one.ended is Termination.NORMAL for one in parts)


def _sum(parts: Sequence[Delivery]) -> float:
    return fsum(one.delivered_mu for one in parts)


def _task(beam: int, fraction: int, parts: Sequence[Delivery], metersets_mu: Mapping[int, float]) -> Task:
    whole, done = metersets_mu[beam], _sum(parts)
    kind = DeliveryType.CONTINUATION if done > 0 else DeliveryType.TREATMENT
    because = _continued(beam, fraction, parts, whole) if done > 0 else _begun(beam, fraction, parts, whole)
    return Task(beam_number=beam, fraction=fraction, delivery_type=kind, start_meterset_mu=done, end_meterset_mu=whole, because=because)


def _begun(beam: int, fraction: int, parts: Sequence[Delivery], whole: float) -> str:
    why = f"fraction {fraction} stopped before its first monitor unit" if parts else f"fraction {fraction} has none of it yet"
    return f"Beam {beam} is treated with {in_words(whole)} MU because {why}."


def _continued(beam: int, fraction: int, parts: Sequence[Delivery], whole: float) -> str:
    given = [one for one in parts if one.delivered_mu > 0]
    stops = "" if len(given) == 1 else f" after {' + '.join(in_words(one.delivered_mu) for one in given)} MU"
    odd = ", though its record says that it ended normally" if given[-1].ended is Termination.NORMAL else ""
    return (
        f"Beam {beam} continues at {in_words(_sum(parts))} MU because fraction {fraction} stopped there{stops}, "
        f"short of {in_words(whole)} MU{odd}."
    )


def _finished(beam: PlannedBeam, fraction: int, parts: Sequence[Delivery], whole: float) -> str:
    done = _sum(parts)
    if done - whole > RESOLUTION_MU:
        return (
            f"Beam {beam.number} is left out because fraction {fraction} had {in_words(done)} MU of it, "
            f"{in_words(done - whole)} MU more than the {in_words(whole)} MU planned."
        )
    if whole - done > RESOLUTION_MU:
        return (
            f"Beam {beam.number} is left out because fraction {fraction} ended normally at {in_words(done)} of {in_words(whole)} MU, "
            "too little missing for another beam-on."
        )
    return f"Beam {beam.number} is left out because all {in_words(whole)} MU of fraction {fraction} were delivered."


def _overdelivered(beam: PlannedBeam, fraction: int, parts: Sequence[Delivery], whole: float) -> list[str]:
    excess = _sum(parts) - whole
    if excess <= OVER_WITHIN * whole:
        return []
    return [
        f"Beam {beam.number} of fraction {fraction} was overdelivered by {100 * excess / whole:.1f} %, "
        f"more than {100 * OVER_WITHIN:.0f} %: a physicist should look at it."
    ]


def _unplaced(one: Delivery) -> str:
    named = "no fraction" if one.fraction is None else f"fraction {one.fraction}, which is not planned"
    return f"A record of {in_words(one.delivered_mu)} MU of beam {one.beam} names {named}; it counts for none."


def _skipped(history: Counted, number: int) -> list[str]:
    """What the numbers of fractions leave open; no record is a reason to ask, not to treat."""
    begun = {*history.fractions(), number}
    missing = [str(one) for one in range(1, max(begun)) if one not in begun]
    return [f"No record is here of fraction {', '.join(missing)}."] if missing else []


def _must_be_planned(course: Course, number: int) -> None:
    if number >= 1 and (course.fractions is None or number <= course.fractions):
        return
    expected = "1 or more" if course.fractions is None else f"1 to {course.fractions}"
    raise Refused(f"plan {course.label}: found fraction {number}, expected {expected}", rule="fraction")
