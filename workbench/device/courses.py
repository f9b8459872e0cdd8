"""Whole courses of treatment as somebody who reads records meets them: interrupted and continued, shifted, and now and then odd.

Decided by a seed, without a network and without DICOM; ``generated`` makes objects of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from workbench.device.record import Delivered
from workbench.treatment.delivery import DeliveryType, Termination

INTERRUPTED: Final = 0.06
"""Deliveries that are stopped and continued."""
NEXT_DAY: Final = 0.2
"""Of these, those continued on the next working day."""
ODD: Final = 0.02
"""Records that have something odd."""
SYSTEMATIC_MM, RANDOM_MM = 0.6, 0.4
"""Standard deviations of a patient's mean shift, and of the shift of a day about it, per axis."""
ROOMS: Final = ("EYELINE 1", "EYELINE 2")
FRACTIONS: Final = 4
"""A course of proton therapy of the eye is most often given in four or five fractions on consecutive days."""

PointMm = tuple[float, float, float]


class Oddity(StrEnum):
    """What is odd about a record."""

    NONE = ""
    """Nothing."""
    TWICE = "twice"
    """It came once more, under another UID."""
    CONTRADICTORY = "contradictory"
    """Its primary meterset and its control points differ by more than rounding."""
    UNPLANNED = "unplanned"
    """It names a plan that is not in the set."""
    MISSING = "missing"
    """It is not in the set, though it was delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One record of a course: what was delivered between claim and completion.

    Parameters
    ----------
    contradiction_mu : by how much the primary meterset of its first beam differs from the control points.
    """

    delivered: tuple[Delivered, ...]
    machine: str
    oddity: Oddity = Oddity.NONE
    contradiction_mu: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One patient's course.

    Parameters
    ----------
    number : of the patient in the set, from 1.
    metersets_mu : of one whole fraction, by beam number from 1 on.
    """

    number: int
    metersets_mu: tuple[float, ...]
    fractions: int
    records: tuple[Recorded, ...]


def courses(random: Random, first_day: datetime) -> Iterator[Course]:
    """Courses without end, one patient after the other; eight begin on each working day.

    Parameters
    ----------
    first_day : when the first beam of the first patient begins, with its time zone.
    """
    number, day = 0, first_day
    while True:
        for slot in range(8):
            number += 1
            yield _course(number, random, _working(day) + timedelta(minutes=25 * slot))
        day = _working(day) + timedelta(days=1)


def _working(day: datetime) -> datetime:
    """The day itself, or the Monday after."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _course(number: int, random: Random, begin: datetime) -> Course:
    metersets = tuple(round(random.uniform(60.0, 240.0), 1) for _ in range(1 if random.random() < 0.7 else 2))
    fractions = FRACTIONS + (random.random() < 0.4)
    mean = _shift(random, SYSTEMATIC_MM)
    machine = ROOMS[number % len(ROOMS)]
    found: list[Recorded] = []
    day = begin
    for fraction in range(1, fractions + 1):
        day = _working(day)
        daily = _shift(random, RANDOM_MM)
        shift = (round(mean[0] + daily[0], 1), round(mean[1] + daily[1], 1), round(mean[2] + daily[2], 1))
        made, day = _fraction(fraction, metersets, day, random)
        for delivered in made:
            moved = tuple(replace(one, correction_mm=shift) for one in delivered)
            found += _odd(Recorded(delivered=moved, machine=machine), random, is_first=not found)
        day += timedelta(days=1)
    return Course(number=number, metersets_mu=metersets, fractions=fractions, records=tuple(found))


def _fraction(fraction: int, metersets: tuple[float, ...], at: datetime, random: Random) -> tuple[list[tuple[Delivered, ...]], datetime]:
    """What was delivered of one fraction, record by record, and the day it ended on; a beam that was stopped ends its record."""
    records: list[tuple[Delivered, ...]] = []
    now: list[Delivered] = []
    day = at
    for beam, whole in enumerate(metersets, start=1):
        at += timedelta(seconds=round(random.uniform(40, 160)))
        first = Delivered(
            beam=beam,
            fraction=fraction,
            type=DeliveryType.TREATMENT,
            start_mu=0.0,
            end_mu=whole,
            asked_mu=whole,
            ended=Termination.NORMAL,
            started_at=at,
            ended_at=at + timedelta(seconds=round(whole / 2)),
        )
        if random.random() >= INTERRUPTED:
            now.append(first)
            at = first.ended_at
            continue
        stop = round(whole * random.uniform(0.1, 0.9), 1)
        ended = random.choice((Termination.MACHINE, Termination.OPERATOR))
        now.append(replace(first, end_mu=stop, ended=ended, ended_at=at + timedelta(seconds=round(stop / 2))))
        records.append(tuple(now))
        if random.random() < NEXT_DAY:
            day = _working(day + timedelta(days=1))
            at = day
        else:
            at += timedelta(minutes=round(random.uniform(5, 25)))
        rest = replace(first, type=DeliveryType.CONTINUATION, start_mu=stop, started_at=at)
        now = [replace(rest, ended_at=at + timedelta(seconds=round((whole - stop) / 2)))]
        at = now[0].ended_at
    records.append(tuple(now))
    return records, day


def _shift(random: Random, deviation_mm: float) -> PointMm:
    return (random.gauss(0, deviation_mm), random.gauss(0, deviation_mm), random.gauss(0, deviation_mm))


def _odd(record: Recorded, random: Random, *, is_first: bool) -> list[Recorded]:
    """The record as it is found in the set: most often as it should be."""
    if random.random() >= ODD:
        return [record]
    kind = random.choice((Oddity.TWICE, Oddity.CONTRADICTORY, Oddity.UNPLANNED, Oddity.MISSING))
    match kind:
        case Oddity.TWICE:
            return [record, replace(record, oddity=kind)]
        case Oddity.CONTRADICTORY:
            return [replace(record, oddity=kind, contradiction_mu=round(random.uniform(1.0, 10.0), 1))]
        case Oddity.MISSING:
            # The first record of a course is never the missing one: the set would not know that the patient was there.
            return [record] if is_first else []
        case _:
            return [replace(record, oddity=kind)]
