"""Spots as a table: arrays beside what their beam says of itself."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from workbench.treatment.spots import Spots


def spots_table(spots: Iterable[Spots], beams: pd.DataFrame) -> pd.DataFrame:
    """One row for each spot of a record.

    Parameters
    ----------
    beams : one row for each beam of the record that is wanted: its ``item``, and what else every spot of it is to say.
    """
    parts = [_one(one) for one in spots]
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).merge(beams, on="item", how="inner")


def _one(spots: Spots) -> pd.DataFrame:
    count = len(spots.x_mm)
    return pd.DataFrame(
        {
            "item": spots.item,
            "beam": pd.array([spots.beam] * count, dtype="Int64"),
            "point": spots.point,
            "spot": np.arange(count),
            "prescribed": pd.array([pd.NA] * count if spots.prescribed is None else spots.prescribed, dtype="Int64"),
            "tune_id": pd.array([spots.tune_id] * count, dtype="string"),
            "x_mm": spots.x_mm,
            "y_mm": spots.y_mm,
            "delivered_mu": spots.delivered_mu,
        }
    )
