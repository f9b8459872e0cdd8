"""Scanned spots as delivered: arrays, kept apart from the record because there are many and few ask for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.errors import Refused

SingleArray = NDArray[np.float32]
IndexArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """The spots of one control point, in the order of delivery.

    Parameters
    ----------
    item : place of its beam in the record, from 0.
    beam : Referenced Beam Number; None where the record names none.
    point : place of the control point in the order of delivery, from 0.
    tune_id : Scan Spot Tune ID.
    x_mm, y_mm : shape (n,), IEC gantry system at the isocentre.
    delivered_mu : shape (n,), meterset of each; NaN where the record has positions alone.
    prescribed : shape (n,), place of each in the plan's spot map; None where the order is not told (PS3.3 C.8.8.26.2).

    Raises
    ------
    Refused : the arrays are of different lengths.
    """

    item: int
    beam: int | None
    point: int
    tune_id: str | None
    x_mm: SingleArray
    y_mm: SingleArray
    delivered_mu: SingleArray
    prescribed: IndexArray | None = None

    def __post_init__(self) -> None:
        counts = {len(self.x_mm), len(self.y_mm), len(self.delivered_mu)} | (
            {len(self.prescribed)} if self.prescribed is not None else set()
        )
        if len(counts) > 1:
            raise Refused(
                f"record, beam {self.beam}, control point {self.point}: found spots with {sorted(counts)} values, expected as many of each",
                rule="row:spots",
            )
