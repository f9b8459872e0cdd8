"""What records leave out, say twice or contradict each other in, each explained in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum
from typing import Any

import pandas as pd

from workbench.records.answers.columns import IRREGULARITIES
from workbench.records.answers.courses import Told, courses, joined
from workbench.records.typed import ordered, typed
from workbench.treatment.delivery import RESOLUTION_MU, in_words
from workbench.treatment.session import OVER_WITHIN


def irregularities(
    beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame, instructions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Missing, duplicate and contradictory records, by the rules that deliveries are counted with.

    Parameters
    ----------
    instructions : table ``instructions``; with it, beams of completed sessions that no record tells of are found too.

    Returns
    -------
    Columns: ``answers.columns.IRREGULARITIES``.
    """
    rows = [row for told in courses(beams, planned, sessions) for found in _FOUND for row in found(told)]
    if instructions is not None:
        rows += list(_unrecorded(beams, sessions, instructions))
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
    compared = ["beam", "fraction", "delivered_mu", "first_point_mu", "last_point_mu", "termination", "started_at", "ended_at"]
    for _, other in told.repeated.iterrows():
        is_same = (told.rows["record_uid"] == other["record_uid"]) & (told.rows["item"] == other["item"])
        first = told.rows[is_same.fillna(False).to_numpy(dtype=bool)].iloc[0]
        differs = [name for name in compared if not _same(first[name], other[name])]
        where = joined([first["file"], other["file"]]) or "the source"
        if differs:
            sentence = f"One record says two things about {', '.join(differs)} ({where}); the first one counts."
        else:
            sentence = f"One record is here more than once ({where}); it counts once."
        kind = "contradictory" if differs else "duplicate"
        yield _row(told, kind, sentence, fraction=other["fraction"], beam=other["beam"], record_uids=other["record_uid"])


def _same(one: Any, other: Any) -> bool:
    return bool(pd.isna(one) and pd.isna(other)) or bool(not pd.isna(one) and not pd.isna(other) and one == other)


def _silent(told: Told) -> Iterator[dict[str, Any]]:
    for _, row in told.silent.iterrows():
        what = "names no beam" if pd.isna(row["beam"]) else f"of beam {row['beam']} tells no meterset"
        sentence = f"A record {what}; nothing of it can be counted."
        yield _row(told, "missing", sentence, fraction=row["fraction"], beam=row["beam"], record_uids=row["record_uid"])


def _gaps(told: Told) -> Iterator[dict[str, Any]]:
    begun = told.counted.fractions()
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


def _unrecorded(beams: pd.DataFrame, sessions: pd.DataFrame, instructions: pd.DataFrame) -> Iterator[dict[str, Any]]:
    done = sessions[((sessions["state"] == "completed") & (sessions["kind"] == "treatment")).to_numpy()]
    told = set(zip(beams["session"].dropna(), beams["beam"][beams["session"].notna()], strict=True))
    stopped = {*beams["session"][beams["termination"].isin(["OPERATOR", "MACHINE"]).to_numpy()].dropna()}
    tasks = instructions[instructions["session"].isin(done["session"]).to_numpy(dtype=bool)]
    for _, task in tasks.iterrows():
        if (task["session"], task["beam"]) in told or task["session"] in stopped:
            continue
        names = ("patient_id", "plan_label", "plan_uid", "fraction", "beam")
        yield {
            **{name: task[name] for name in names},
            "kind": "missing",
            "sentence": (
                f"Session {task['session']} was completed, but no record of beam {task['beam']} came: what it got of "
                f"fraction {task['fraction']} is not known."
            ),
        }


_FOUND = (_decided, _repeated, _silent, _gaps, _chains)
