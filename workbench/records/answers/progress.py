"""How far courses are, and the deliveries of a beam as one treatment."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum
from typing import Any

import pandas as pd

from workbench.errors import Conflict
from workbench.records.answers.columns import PROGRESS, TREATMENTS
from workbench.records.answers.courses import Told, courses, joined, seconds
from workbench.records.typed import ordered, typed
from workbench.treatment.delivery import STOPPED, Delivery, in_words
from workbench.treatment.session import due_fraction, is_finished


def progress(beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """How many fractions of each course are finished, interrupted and left, and which one is due by the rules of check-in.

    Returns
    -------
    Columns: ``answers.columns.PROGRESS``. A plan without any record is a course that has not begun.
    """
    return ordered(typed([_progress(told) for told in courses(beams, planned, sessions)], PROGRESS), PROGRESS)


def _progress(told: Told) -> dict[str, Any]:
    begun = told.counted.fractions()
    finished = [one for one in begun if told.is_finished(one)]
    whole, fractions = told.whole_fraction_mu, told.course.fractions
    delivered = fsum(one.delivered_mu for one in told.counted.deliveries)
    planned = None if whole is None or fractions is None else whole * fractions
    due, explained = _due(told)
    is_complete = fractions is not None and len(finished) >= fractions
    started = [one.started_at for one in told.counted.deliveries if one.started_at is not None]
    ended = [one.ended_at for one in told.counted.deliveries if one.ended_at is not None]
    return told.head() | {
        "fractions_planned": fractions,
        "fractions_finished": len(finished),
        "fractions_interrupted": len(begun) - len(finished),
        "fractions_remaining": None if fractions is None else fractions - len(finished),
        "next_fraction": due,
        "state": "complete" if is_complete else "undecided" if due is None else "running" if begun else "not begun",
        "planned_mu": planned,
        "delivered_mu": delivered,
        "delivered_percent": None if not planned else 100.0 * delivered / planned,
        "started_at": min(started, default=None),
        "ended_at": max(ended, default=None),
        "explained": explained,
    }


def _due(told: Told) -> tuple[int | None, str]:
    wholes = {beam.number: told.whole_mu(beam.number, None) for beam in told.course.beams}
    missing = [str(number) for number, whole in wholes.items() if whole is None]
    if missing or not wholes:
        return None, f"The meterset of beam {', '.join(missing)} is not known." if missing else "No beam of the plan is known."
    begun = {fraction: {number: told.whole_mu(number, fraction) or 0.0 for number in wholes} for fraction in told.counted.fractions()}
    try:
        number = due_fraction(told.course, told.counted, {one: whole or 0.0 for one, whole in wholes.items()}, begun)
    except Conflict as conflict:
        return None, str(conflict)
    is_begun = number in begun
    return number, f"Fraction {number} is to be {'continued' if is_begun else 'begun'}."


def treatments(beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """The deliveries of each beam in each fraction as one treatment: interruptions, continuations, what is missing, how long it took.

    Returns
    -------
    Columns: ``answers.columns.TREATMENTS``.
    """
    rows = [row for told in courses(beams, planned, sessions) for row in _treatments(told)]
    return ordered(typed(rows, TREATMENTS), TREATMENTS)


def _treatments(told: Told) -> Iterator[dict[str, Any]]:
    for fraction in told.counted.fractions():
        for beam in told.course.beams:
            parts = told.counted.of(beam.number, fraction)
            if parts:
                whole = told.whole_mu(beam.number, fraction)
                yield told.head() | {"fraction": fraction, "beam": beam.number, "beam_name": beam.name} | _chained(parts, whole)


def _chained(parts: tuple[Delivery, ...], whole: float | None) -> dict[str, Any]:
    delivered = fsum(one.delivered_mu for one in parts)
    started = [one.started_at for one in parts if one.started_at is not None]
    ended = [one.ended_at for one in parts if one.ended_at is not None]
    beam_on = fsum(seconds(one.started_at, one.ended_at) for one in parts)
    return {
        "deliveries": len(parts),
        "interruptions": sum(one.ended in STOPPED for one in parts),
        "is_finished": None if whole is None else is_finished(parts, whole),
        "planned_mu": whole,
        "delivered_mu": delivered,
        "missing_mu": None if whole is None else whole - delivered,
        "started_at": min(started, default=None),
        "ended_at": max(ended, default=None),
        "beam_on_s": beam_on,
        "paused_s": seconds(min(started, default=None), max(ended, default=None)) - beam_on,
        "chain": " → ".join(f"{one.type.value} {in_words(one.delivered_mu)} MU {one.ended.value}" for one in parts),
        "record_uids": joined([one.record_uid for one in parts]),
    }
