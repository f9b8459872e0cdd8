"""How long treatments took, and how deliveries ended."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from workbench.dicom import codes
from workbench.errors import Refused
from workbench.records.answers.columns import TERMINATIONS, TIMING
from workbench.records.answers.courses import courses
from workbench.records.typed import ordered, typed

GROUPS: Final = ("room", "machine", "patient_id", "plan_label", "delivery_type")
"""Columns of ``beams`` that terminations are counted by."""


def timing(beams: pd.DataFrame, workitem_history: pd.DataFrame) -> pd.DataFrame:
    """Claim to beam-on to completion, for each treatment workitem; for records without one only what they tell.

    Returns
    -------
    Columns: ``answers.columns.TIMING``.
    """
    treated = beams[(beams["kind"].isna() | (beams["kind"] == "treatment")).to_numpy()].drop_duplicates(["record_uid", "item"])
    of_treatment = workitem_history[(workitem_history["code"] == codes.RT_TREATMENT.value).to_numpy()]
    rows = []
    for uid, history in of_treatment.groupby("workitem_uid", sort=False):
        session = history["session"].dropna()
        if len(session):
            of_session = treated[(treated["session"] == session.iloc[0]).fillna(False).to_numpy(dtype=bool)]
            rows.append(_timed(of_session, history) | {"workitem_uid": uid, "session": session.iloc[0]})
    told = of_treatment["session"].dropna().unique()
    loose = treated[~treated["session"].isin(told).to_numpy(dtype=bool)]
    # Without a workitem a session is known by the plan that was made for it, and by its fraction.
    groups = loose.groupby(["patient_id", "session", "session_plan_uid", "fraction"], dropna=False, sort=False)
    rows += [_timed(of_session, workitem_history[:0]) | {"session": of_session["session"].iloc[0]} for _, of_session in groups]
    return ordered(typed(rows, TIMING), TIMING)


def _timed(beams: pd.DataFrame, history: pd.DataFrame) -> dict[str, Any]:
    claimed = _moment(history, "IN PROGRESS")
    completed, canceled = _moment(history, "COMPLETED"), _moment(history, "CANCELED")
    finished = canceled if completed is pd.NaT else completed
    on, off = beams["started_at"].min(), beams["ended_at"].max()
    source = beams if len(beams) else history
    states = history["state"].dropna()
    return {
        "patient_id": source["patient_id"].iloc[0],
        "room": source["room"].iloc[0],
        "fraction": beams["fraction"].iloc[0] if len(beams) else None,
        "plan_uid": beams["plan_uid"].iloc[0] if len(beams) else None,
        "state": states.iloc[-1] if len(states) else None,
        "claimed_at": claimed,
        "beam_on_at": on,
        "beam_off_at": off,
        "finished_at": finished,
        "claim_to_beam_on_s": _seconds(claimed, on),
        "beam_on_to_beam_off_s": _seconds(on, off),
        "beam_on_s": (beams["ended_at"] - beams["started_at"]).dt.total_seconds().sum(skipna=False) if len(beams) else np.nan,
        "beam_off_to_finish_s": _seconds(off, finished),
        "whole_s": _seconds(claimed, finished),
    }


def _moment(history: pd.DataFrame, state: str) -> Any:
    found = history["at"][(history["state"] == state).to_numpy()]
    return found.min() if len(found) else pd.NaT


def _seconds(begin: Any, end: Any) -> float:
    return float("nan") if pd.isna(begin) or pd.isna(end) else float((end - begin).total_seconds())


def terminations(beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame, *, by: str = "room") -> pd.DataFrame:
    """How deliveries that count ended, in how many cases and with how much missing.

    Parameters
    ----------
    by : column that they are counted by, one of ``GROUPS``.

    Returns
    -------
    Columns: ``answers.columns.TERMINATIONS``.

    Raises
    ------
    Refused : they cannot be counted by this column.
    """
    if by not in GROUPS:
        raise Refused(f"terminations: found {by!r} to count by, expected one of {', '.join(GROUPS)}", rule="group")
    found = []
    for told in courses(beams, planned, sessions):
        groups = {(row.record_uid, row.beam): getattr(row, by) for row in told.rows.itertuples()}
        found += [
            {
                "group": groups[one.record_uid, one.beam],
                "termination": one.ended.value,
                "delivered_mu": one.delivered_mu,
                "missing_mu": 0.0 if one.specified_mu is None else max(one.specified_mu - one.delivered_mu, 0.0),
            }
            for one in told.counted.deliveries
        ]
    if not found:
        return typed([], TERMINATIONS)
    frame = pd.DataFrame(found).astype({"group": "string"})
    counted = frame.groupby(["group", "termination"], dropna=False, sort=False).agg(
        deliveries=("delivered_mu", "size"), delivered_mu=("delivered_mu", "sum"), missing_mu=("missing_mu", "sum")
    )
    counted = counted.reset_index()
    of_group = counted.groupby("group", dropna=False)["deliveries"].transform("sum")
    return ordered(typed(counted.assign(share_percent=100.0 * counted["deliveries"] / of_group), TERMINATIONS), TERMINATIONS)
