"""How long treatments took, and how deliveries ended."""

from __future__ import annotations

from collections.abc import Sequence as Several
from datetime import datetime
from math import fsum, nan
from typing import Any, Final

import pandas as pd

from workbench.dicom import codes
from workbench.errors import Refused
from workbench.records.answers.columns import TERMINATIONS, TIMING
from workbench.records.answers.courses import courses, seconds
from workbench.records.answers.rows import Row, grouped, rows_of
from workbench.records.typed import ordered, typed
from workbench.records.wanted import Wanted

GROUPS: Final = ("room", "machine", "patient_id", "plan_label", "delivery_type")
"""Columns of ``beams`` that terminations are counted by."""
EVERY: Final = Wanted()


def timing(beams: pd.DataFrame, workitem_history: pd.DataFrame) -> pd.DataFrame:
    """Claim to beam-on to completion, for each treatment workitem; for records without one only what they tell.

    Returns
    -------
    Columns: ``answers.columns.TIMING``.
    """
    treated = beams[(beams["kind"].isna() | (beams["kind"] == "treatment")).to_numpy()].drop_duplicates(["record_uid", "item"])
    of_treatment = workitem_history[(workitem_history["code"] == codes.RT_TREATMENT.value).to_numpy()]
    deliveries, workitems = rows_of(treated), grouped(rows_of(of_treatment), lambda row: row.workitem_uid)
    of_session = grouped(deliveries, lambda row: row.session)
    rows = []
    for uid, history in workitems.items():
        session = next((row.session for row in history if row.session is not None), None)
        if session is not None:
            rows.append(_timed(of_session.get(session, []), history) | {"workitem_uid": uid, "session": session})
    told = {row.session for history in workitems.values() for row in history if row.session is not None}
    # Without a workitem a session is known by the plan that was made for it, and by its fraction.
    loose = [row for row in deliveries if row.session not in told]
    groups = grouped(loose, lambda row: (row.patient_id, row.session, row.session_plan_uid, row.fraction))
    rows += [_timed(found, []) | {"session": found[0].session} for found in groups.values()]
    return ordered(typed(rows, TIMING), TIMING)


def _timed(beams: Several[Row], history: Several[Row]) -> dict[str, Any]:
    claimed = _reached(history, "IN PROGRESS")
    finished = _reached(history, "COMPLETED") or _reached(history, "CANCELED")
    on = min((row.started_at for row in beams if row.started_at is not None), default=None)
    off = max((row.ended_at for row in beams if row.ended_at is not None), default=None)
    source = [*beams, *history][0]
    return {
        "patient_id": source.patient_id,
        "room": source.room,
        "fraction": beams[0].fraction if beams else None,
        "plan_uid": beams[0].plan_uid if beams else None,
        "state": next((row.state for row in reversed(history) if row.state is not None), None),
        "claimed_at": claimed,
        "beam_on_at": on,
        "beam_off_at": off,
        "finished_at": finished,
        "claim_to_beam_on_s": seconds(claimed, on),
        "beam_on_to_beam_off_s": seconds(on, off),
        "beam_on_s": fsum(seconds(row.started_at, row.ended_at) for row in beams) if beams else nan,
        "beam_off_to_finish_s": seconds(off, finished),
        "whole_s": seconds(claimed, finished),
    }


def _reached(history: Several[Row], state: str) -> datetime | None:
    """When a workitem first had a state."""
    return min((row.at for row in history if row.state == state), default=None)


def terminations(
    beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame, *, by: str = "room", wanted: Wanted = EVERY
) -> pd.DataFrame:
    """How deliveries that count ended, in how many cases and with how much missing.

    Parameters
    ----------
    by : column that they are counted by, one of ``GROUPS``.
    wanted : of the deliveries that count, those in this room that began in these days.

    Returns
    -------
    Columns: ``answers.columns.TERMINATIONS``.

    Raises
    ------
    Refused : they cannot be counted by this column.
    """
    return shares_of(termination_parts(beams, planned, sessions, by=by, wanted=wanted))


def termination_parts(
    beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame, *, by: str, wanted: Wanted = EVERY
) -> pd.DataFrame:
    """What the answer is made of: each way of each group counted among these deliveries.

    Raises
    ------
    Refused : they cannot be counted by this column.
    """
    if by not in GROUPS:
        raise Refused(f"terminations: found {by!r} to count by, expected one of {', '.join(GROUPS)}", rule="group")
    found = []
    for told in courses(beams, planned, sessions):
        rows = {(row.record_uid, row.beam): row for row in told.rows}
        found += [
            (
                getattr(rows[one.record_uid, one.beam], by),
                one.ended.value,
                1,
                one.delivered_mu,
                0.0 if one.specified_mu is None else max(one.specified_mu - one.delivered_mu, 0.0),
            )
            for one in told.counted.deliveries
            if wanted.has(one.started_at) and wanted.room in {None, rows[one.record_uid, one.beam].room}
        ]
    kinds = {"group": "string", "termination": "string", "deliveries": "int64", "delivered_mu": "float64", "missing_mu": "float64"}
    return terminations_merged(pd.DataFrame(found, columns=list(kinds)).astype(kinds))


def terminations_merged(parts: pd.DataFrame) -> pd.DataFrame:
    """Parts of the same group and way as one; in any order, and as often as one likes."""
    return parts.groupby(["group", "termination"], dropna=False, sort=False).sum().reset_index()


def shares_of(parts: pd.DataFrame) -> pd.DataFrame:
    """The answer from all its parts."""
    whole = terminations_merged(parts)
    of_group = whole.groupby("group", dropna=False)["deliveries"].transform("sum")
    return ordered(typed(whole.assign(share_percent=100.0 * whole["deliveries"] / of_group), TERMINATIONS), TERMINATIONS)
