"""What records leave out, say twice or contradict each other in, each explained in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from math import fsum
from typing import Any, Final

import pandas as pd

from workbench.dicom import codes
from workbench.records.answers.columns import IRREGULARITIES
from workbench.records.answers.courses import Told, courses, joined
from workbench.records.answers.rows import Row, grouped, rows_of
from workbench.records.typed import ordered, typed
from workbench.treatment.delivery import RESOLUTION_MU, STOPPED, in_words
from workbench.treatment.session import OVER_WITHIN
from workbench.treatment.unrecorded import Finished, unrecorded

COMPARED: Final = ("beam", "fraction", "delivered_mu", "first_point_mu", "last_point_mu", "termination", "started_at", "ended_at")
"""What two files of one record have to agree in."""


def irregularities(
    beams: pd.DataFrame,
    planned: pd.DataFrame,
    sessions: pd.DataFrame,
    instructions: pd.DataFrame | None = None,
    workitems: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Missing, duplicate and contradictory records, by the rules that deliveries are counted with.

    Parameters
    ----------
    instructions, workitems : tables of these names; with both, beams that a device finished without recording them are found too.

    Returns
    -------
    Columns: ``answers.columns.IRREGULARITIES``.
    """
    rows = [row for told in courses(beams, planned, sessions) for found in _FOUND for row in found(told)]
    if instructions is not None and workitems is not None:
        rows += list(_unrecorded(rows_of(beams), rows_of(sessions), rows_of(instructions), rows_of(workitems)))
    return ordered(typed(rows, IRREGULARITIES), IRREGULARITIES)


def _row(told: Told, kind: str, sentence: str, **more: Any) -> dict[str, Any]:
    return told.head() | {"kind": kind, "sentence": sentence} | more


def _decided(told: Told) -> Iterator[dict[str, Any]]:
    for decision in told.counted.decisions:
        of = decision.delivery
        yield _row(told, decision.reason.value, decision.sentence, fraction=of.fraction, beam=of.beam, record_uids=of.record_uid)
    for one in told.counted.unplaced:
        named = "no fraction" if one.fraction is None else f"fraction {one.fraction}, which is not planned"
        sentence = f"A record of {in_words(one.delivered_mu)} MU of beam {one.beam} names {named}; it counts for none."
        yield _row(told, "unplaced", sentence, fraction=one.fraction, beam=one.beam, record_uids=one.record_uid)


def _repeated(told: Told) -> Iterator[dict[str, Any]]:
    """The same record in several files: a copy when all that counts is the same."""
    first_of = {(row.record_uid, row.item): row for row in told.rows}
    for other in told.repeated:
        first = first_of[other.record_uid, other.item]
        differs = [name for name in COMPARED if getattr(first, name) != getattr(other, name)]
        where = joined([first.file, other.file]) or "the source"
        if differs:
            sentence = f"One record says two things about {', '.join(differs)} ({where}); the first one counts."
        else:
            sentence = f"One record is here more than once ({where}); it counts once."
        kind = "contradictory" if differs else "duplicate"
        yield _row(told, kind, sentence, fraction=other.fraction, beam=other.beam, record_uids=other.record_uid)


def _silent(told: Told) -> Iterator[dict[str, Any]]:
    for row in told.silent:
        what = "names no beam" if row.beam is None else f"of beam {row.beam} tells no meterset that can be one"
        sentence = f"A record {what}; nothing of it can be counted."
        yield _row(told, "missing", sentence, fraction=row.fraction, beam=row.beam, record_uids=row.record_uid)


def _without_plan(told: Told) -> Iterator[dict[str, Any]]:
    if told.rows and not told.planned:
        uids = joined([row.record_uid for row in told.rows])
        count = len({row.record_uid for row in told.rows})
        records = "a record" if count == 1 else f"{count} records"
        sentence = f"The plan that {records} tell{'s' if count == 1 else ''} of is not here: what was planned cannot be told."
        yield _row(told, "missing", sentence, record_uids=uids)


def _gaps(told: Told) -> Iterator[dict[str, Any]]:
    begun = told.counted.fractions()
    if not told.planned and len(begun) == 1:
        # A single record of an unknown plan may well be of a course whose other records name their plan rightly.
        return
    for fraction in range(1, max(begun, default=0)):
        if fraction not in begun:
            yield _row(told, "missing", f"No record is here of fraction {fraction}, though a later one has begun.", fraction=fraction)
            continue
        for beam in told.course.beams:
            if not told.counted.of(beam.number, fraction):
                sentence = f"No record is here of beam {beam.number} in fraction {fraction}, though a later fraction has begun."
                yield _row(told, "missing", sentence, fraction=fraction, beam=beam.number)


def _chains(told: Told) -> Iterator[dict[str, Any]]:
    """A delivery that begins above what was delivered before it, and a fraction that got too much."""
    for fraction in told.counted.fractions():
        for beam in told.course.beams:
            parts = told.counted.of(beam.number, fraction)
            where = {"fraction": fraction, "beam": beam.number}
            before = 0.0
            for one in parts:
                if one.start_mu - before > RESOLUTION_MU:
                    sentence = (
                        f"A delivery of beam {beam.number} begins at {in_words(one.start_mu)} MU, but only {in_words(before)} MU of "
                        f"fraction {fraction} are recorded before it: an earlier record is missing."
                    )
                    yield _row(told, "missing", sentence, **where, record_uids=one.record_uid)
                before += one.delivered_mu
            whole, done = told.whole_mu(beam.number, fraction), fsum(one.delivered_mu for one in parts)
            if parts and whole and done - whole > OVER_WITHIN * whole:
                sentence = (
                    f"Beam {beam.number} of fraction {fraction} was given {in_words(done)} MU, "
                    f"{100 * (done - whole) / whole:.1f} % more than the {in_words(whole)} MU planned: a physicist should look at it."
                )
                yield _row(told, "overdelivered", sentence, **where, record_uids=joined([one.record_uid for one in parts]))


def _unrecorded(beams: Several[Row], sessions: Several[Row], tasks: Several[Row], workitems: Several[Row]) -> Iterator[dict[str, Any]]:
    """What a device finished without a record of it (``treatment.unrecorded``); also where the user has gone on since."""
    done = {one.session for one in workitems if one.code == codes.RT_TREATMENT.value and one.state == "COMPLETED"}
    treated = [one for one in sessions if one.state == "completed" and one.kind == "treatment" and one.session in done]
    tasks_of = grouped(tasks, lambda row: row.session)
    finished = [
        Finished(session=one.session, fraction=one.fraction, beams=tuple(task.beam for task in tasks_of.get(one.session, [])))
        for one in treated
    ]
    stopped = {one.session for one in beams if one.termination in STOPPED}
    named = {one.session: one for one in treated}
    for found in unrecorded(finished, {(one.session, one.beam) for one in beams}, stopped):
        for beam in found.beams:
            yield {
                **{name: getattr(named[found.session], name) for name in ("patient_id", "plan_label", "plan_uid", "fraction")},
                "beam": beam,
                "kind": "missing",
                "sentence": (
                    f"Session {found.session} was completed, but no record of beam {beam} came: what it got of "
                    f"fraction {found.fraction} is not known."
                ),
            }


_FOUND = (_decided, _repeated, _silent, _without_plan, _gaps, _chains)
