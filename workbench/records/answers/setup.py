"""Where tables stood and how patients were shifted, over time and between patients."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd

from workbench.records.answers.columns import SETUP_SPREAD, SETUP_TREND
from workbench.records.typed import ordered, typed
from workbench.treatment.positions import PositionKind

_TABLE = (*product(("vertical", "longitudinal", "lateral"), ("mm",)), *product(("yaw", "pitch", "roll"), ("deg",)))
MEASURES: Final = (
    *(("position", axis, unit, f"{axis}_{unit}") for axis, unit in _TABLE),
    *(("residual", axis, unit, f"residual_{axis}_{unit}") for axis, unit in _TABLE),
)
"""Of a table position: measure, axis, unit, column."""
MOVES: Final = (
    *(("shift", axis, "mm", f"shift_{axis}_mm") for axis in "xyz"),
    *(("turn", axis, "deg", f"turn_{axis}_deg") for axis in "xyz"),
)
"""Of a registration."""


def setup_trend(positions: pd.DataFrame, registrations: pd.DataFrame) -> pd.DataFrame:
    """Each acquired table position, its residual, and each registration's shift and turn, in the order of time for each patient.

    Returns
    -------
    Columns: ``answers.columns.SETUP_TREND``. What is silent about an axis has no row of it.
    """
    acquired = positions[(positions["kind"] == PositionKind.ACQUIRED.value).to_numpy()]
    parts = [_melted(frame, *measure) for frame, measures in ((acquired, MEASURES), (registrations, MOVES)) for measure in measures]
    filled = [one for one in parts if len(one)]
    if not filled:
        return typed([], SETUP_TREND)
    whole = pd.concat(filled, ignore_index=True).sort_values("at", kind="stable")
    grouped = whole.groupby(["patient_id", "measure", "axis"], dropna=False, sort=False)["value"]
    whole = whole.assign(place=grouped.cumcount() + 1)
    whole = whole.assign(running_mean=grouped.cumsum() / whole["place"])
    return ordered(typed(whole, SETUP_TREND), SETUP_TREND)


def _melted(frame: pd.DataFrame, measure: str, axis: str, unit: str, column: str) -> pd.DataFrame:
    known = frame[frame[column].notna().to_numpy()]
    return pd.DataFrame(
        {
            **{name: known[name] for name in ("patient_id", "room", "session", "object_uid")},
            "at": known["stored_at"],
            "measure": measure,
            "axis": axis,
            "unit": "°" if unit == "deg" else unit,
            "value": known[column].astype(float),
        }
    )


def setup_spread(trend: pd.DataFrame) -> pd.DataFrame:
    """How setups lie on average and how they vary, for each patient and each room.

    Parameters
    ----------
    trend : the answer of ``setup_trend``.

    Returns
    -------
    Columns: ``answers.columns.SETUP_SPREAD``.

    Source
    ------
    van Herk (2004), Semin Radiat Oncol 14(1):52-64: mean, systematic and random setup errors of a group of patients.
    """
    rows = [row for by, column in (("patient", "patient_id"), ("room", "room")) for row in _spreads(trend, by, column)]
    return ordered(typed(rows, SETUP_SPREAD), SETUP_SPREAD)


def _spreads(trend: pd.DataFrame, by: str, column: str) -> Iterator[dict[str, Any]]:
    groups = trend.groupby([column, "measure", "axis", "unit"], observed=True, dropna=False, sort=False)
    for (name, measure, axis, unit), rows in groups:
        of_patients = rows.groupby("patient_id", dropna=False)["value"]
        means, deviations = of_patients.mean(), of_patients.std(ddof=1).dropna()
        yield {
            "by": by,
            "name": name,
            "measure": measure,
            "axis": axis,
            "unit": unit,
            "count": len(rows),
            "patients": len(means),
            "mean": means.mean(),
            "systematic": means.std(ddof=1),
            "random": np.sqrt((deviations**2).mean()),
            "smallest": rows["value"].min(),
            "largest": rows["value"].max(),
        }
