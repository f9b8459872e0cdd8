"""Where tables stood and how patients were shifted, over time and between patients."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from workbench.records.answers.columns import SETUP_SPREAD, SETUP_TREND
from workbench.records.typed import ordered, typed
from workbench.treatment.delivery import UNCOUNTED
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
RECORDED: Final = tuple(("beam-on", axis, unit, f"support_{'angle' if axis == 'yaw' else axis}_{unit}") for axis, unit in _TABLE)
"""Of a recorded beam."""

GROUP: Final = ("by", "name", "measure", "axis", "unit")
"""Columns that name a row of a spread."""


def setup_trend(positions: pd.DataFrame, registrations: pd.DataFrame, beams: pd.DataFrame | None = None) -> pd.DataFrame:
    """Each acquired table position, its residual, and each registration's shift and turn, in the order of time for each patient.

    Angles are within ±180° of the patient's first one, so that a mean about 0° or 180° is one.

    Parameters
    ----------
    beams : table ``beams``; with it, the table position at the first beam-on of each treatment record, too.

    Returns
    -------
    Columns: ``answers.columns.SETUP_TREND``. What is silent about an axis has no row of it.
    """
    acquired = positions[(positions["kind"] == PositionKind.ACQUIRED.value).to_numpy()]
    sources = [(_told(acquired), MEASURES), (_told(registrations), MOVES)]
    if beams is not None:
        sources.append((_recorded(beams), RECORDED))
    parts = [_melted(frame, *measure) for frame, measures in sources for measure in measures]
    filled = [one for one in parts if len(one)]
    if not filled:
        return typed([], SETUP_TREND)
    whole = pd.concat(filled, ignore_index=True).sort_values(["at", "object_uid"], kind="stable", ignore_index=True)
    keys = ["patient_id", "measure", "axis"]
    first = _within_a_turn(whole.groupby(keys, dropna=False, sort=False)["value"].transform("first"))
    whole = whole.assign(value=whole["value"].where(whole["unit"] != "°", first + _within_a_turn(whole["value"] - first)))
    grouped = whole.groupby(keys, dropna=False, sort=False)["value"]
    whole = whole.assign(place=grouped.cumcount() + 1)
    whole = whole.assign(running_mean=grouped.cumsum() / whole["place"])
    return ordered(typed(whole, SETUP_TREND), SETUP_TREND)


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(machine=pd.Series(pd.NA, index=frame.index, dtype="string"), at=frame["stored_at"])


def _recorded(beams: pd.DataFrame) -> pd.DataFrame:
    """The first treating beam of each record; setup beams come before the correction."""
    is_of_patient = beams["kind"].isna() | (beams["kind"] == "treatment")
    treating = beams[(is_of_patient & ~beams["delivery_type"].isin([one.value for one in UNCOUNTED])).to_numpy()]
    first = treating.sort_values(["started_at", "item"], kind="stable").drop_duplicates("record_uid")
    return first.assign(object_uid=first["record_uid"], at=first["started_at"])


def _within_a_turn(angles: pd.Series) -> pd.Series:
    """Angles from above -180° to 180°."""
    return -((180.0 - angles) % 360.0 - 180.0)


def _melted(frame: pd.DataFrame, measure: str, axis: str, unit: str, column: str) -> pd.DataFrame:
    known = frame[frame[column].notna().to_numpy()]
    return pd.DataFrame(
        {
            **{name: known[name] for name in ("patient_id", "room", "machine", "session", "object_uid", "at")},
            "measure": measure,
            "axis": axis,
            "unit": "°" if unit == "deg" else unit,
            "value": known[column].astype(float),
        }
    )


def setup_spread(trend: pd.DataFrame) -> pd.DataFrame:
    """How setups lie on average and how they vary, for each patient, each room and each machine that records name.

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
    return spread_of(spread_parts(trend))


def spread_parts(trend: pd.DataFrame) -> pd.DataFrame:
    """What a spread is made of: each patient's mean and variance within each group, to be merged with those of other patients.

    Returns
    -------
    Columns: those that name a row of the answer, ``values``, ``patients``, ``mean`` of their means, ``squares`` of what these differ from
    it, ``deviating`` patients with two values or more, ``variances`` summed over these, ``smallest`` and ``largest``.
    """
    by_machine = trend[trend["machine"].notna().to_numpy()]
    groups = ((trend, "patient", "patient_id"), (trend, "room", "room"), (by_machine, "machine", "machine"))
    parts = [frame[["measure", "axis", "unit", "patient_id", "value"]].assign(by=by, name=frame[column]) for frame, by, column in groups]
    named = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(GROUP, "string"))
    of_patients = named.groupby([*GROUP, "patient_id"], dropna=False, sort=False)["value"]
    found = of_patients.agg(values="size", mean="mean", variances="var", smallest="min", largest="max").reset_index()
    found = found.assign(
        patients=1, squares=0.0, deviating=found["variances"].notna().astype(int), variances=found["variances"].fillna(0.0)
    )
    return found.drop(columns="patient_id")


def spread_merged(parts: pd.DataFrame) -> pd.DataFrame:
    """Parts of the same group as one; in any order, and as often as one likes.

    Source
    ------
    Chan, Golub, LeVeque (1983), Am Stat 37(3):242-247: means and squares of samples that are put together.
    """
    parts = parts.assign(summed=parts["mean"] * parts["patients"])
    groups = parts.groupby(list(GROUP), dropna=False, sort=False)
    mean = groups["summed"].transform("sum") / groups["patients"].transform("sum")
    squares = parts["squares"] + parts["patients"] * (parts["mean"] - mean) ** 2
    groups = parts.assign(mean=mean, squares=squares).groupby(list(GROUP), dropna=False, sort=False)
    sums = groups[["values", "patients", "squares", "deviating", "variances"]].sum()
    return sums.assign(mean=groups["mean"].first(), smallest=groups["smallest"].min(), largest=groups["largest"].max()).reset_index()


def spread_of(parts: pd.DataFrame) -> pd.DataFrame:
    """The answer from all its parts."""
    whole = spread_merged(parts)
    answer = whole.assign(
        count=whole["values"],
        systematic=np.sqrt(whole["squares"] / (whole["patients"] - 1).where(whole["patients"] > 1)),
        random=np.sqrt(whole["variances"] / whole["deviating"].where(whole["deviating"] > 0)),
    )
    return ordered(typed(answer, SETUP_SPREAD), SETUP_SPREAD)
