"""What follows from other tables: fractions from beams, residuals from positions. The same whatever the source."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from workbench.errors import Refused
from workbench.records.columns import FRACTIONS
from workbench.records.typed import typed
from workbench.treatment.delivery import STOPPED, UNCOUNTED, given
from workbench.treatment.positions import PositionKind

AXES_MM: Final = ("vertical", "longitudinal", "lateral")
AXES_DEG: Final = ("yaw", "pitch", "roll")
FOUND: Final = (PositionKind.ACQUIRED.value, PositionKind.MATCH_BEGUN.value)
"""Positions that a registration may have begun from."""


def delivered_mu(beams: pd.DataFrame) -> pd.Series:
    """What each recorded delivery gave of itself, from primary meterset and control points (``treatment.delivery.given``).

    Not known where a record says it in neither place.
    """
    told = beams[["delivered_mu", "first_point_mu", "last_point_mu"]].astype(float)
    return pd.Series([_given(*one) for one in told.itertuples(index=False, name=None)], index=beams.index, dtype=float)


def _given(*told: float) -> float:
    try:
        return given(*(None if np.isnan(one) else one for one in told)).mu
    except Refused:
        return np.nan


def fractions(beams: pd.DataFrame) -> pd.DataFrame:
    """The table of fractions of these recorded beams; those of quality assurance and setup beams are left out."""
    counted = beams[
        ~beams["delivery_type"].isin([one.value for one in UNCOUNTED]) & (beams["kind"].isna() | (beams["kind"] == "treatment"))
    ]
    counted = counted.assign(given_mu=delivered_mu(counted), is_stopped=counted["termination"].isin([one.value for one in STOPPED]))
    groups = counted.groupby(["patient_id", "plan_uid", "fraction"], dropna=False, sort=False)
    return typed([_fraction(rows) for _, rows in groups], FRACTIONS)


def _fraction(rows: pd.DataFrame) -> dict[str, Any]:
    first = rows.iloc[0]
    planned = rows.groupby("beam", dropna=False)["planned_mu"].max()
    return {
        **{name: first[name] for name in ("patient_id", "plan_label", "fraction", "plan_uid")},
        "fractions_planned": rows["fractions_planned"].max(),
        "beams": len(planned),
        "deliveries": len(rows),
        "interruptions": int(rows["is_stopped"].sum()),
        "planned_mu": planned.sum(skipna=False),
        "delivered_mu": rows["given_mu"].sum(skipna=False),
        "rooms": _listed(rows["room"]),
        "sessions": _listed(rows["session"]),
        "started_at": rows["started_at"].min(),
        "ended_at": rows["ended_at"].max(),
    }


def _listed(values: pd.Series) -> str:
    return ", ".join(str(one) for one in sorted(values.dropna().unique()) if one != "")


def with_residuals(frame: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """Positions or registrations with the session's planned table position minus the one found.

    Of a position the one found is its own; of a registration it is the last one that was acquired, or that a match began with, before
    the registration came. Where either is not known the residual is blank, and so it is for what belongs to no session.

    Parameters
    ----------
    frame : typed rows of ``positions`` or ``registrations``.
    positions : typed rows of ``positions`` of the same sessions.
    """
    frame = frame.copy()
    planned = positions[positions["kind"] == PositionKind.PLANNED.value]
    found = frame if "kind" in frame else _found_before(frame, positions[positions["kind"].isin(FOUND)])
    for axis, unit in (*((axis, "mm") for axis in AXES_MM), *((axis, "deg") for axis in AXES_DEG)):
        name = f"{axis}_{unit}"
        by_session = planned.dropna(subset=["session", name]).groupby("session")[name].last()
        residual = frame["session"].map(by_session).astype(float) - found[name]
        if unit == "deg":
            residual = -((180.0 - residual) % 360.0 - 180.0)
        if "kind" in frame:
            residual = residual.mask(frame["kind"] == PositionKind.PLANNED.value)
        frame[f"residual_{name}"] = residual
    return frame


def _found_before(registrations: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """The last position of the session before each registration, axis by axis."""
    names = [*(f"{axis}_mm" for axis in AXES_MM), *(f"{axis}_deg" for axis in AXES_DEG)]
    rows = []
    for session, at in zip(registrations["session"], registrations["stored_at"], strict=True):
        earlier = (
            positions[(positions["session"] == session).fillna(False) & (positions["stored_at"] <= at)]
            if not pd.isna(session)
            else positions[:0]
        )
        last = earlier[names].ffill().iloc[-1] if len(earlier) else pd.Series(np.nan, index=names)
        rows.append(last)
    return pd.DataFrame(rows, columns=names, index=registrations.index, dtype=float)
