"""Planned versus delivered, quantity by quantity, held against the plan's tolerances."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Several
from math import isnan, nan
from typing import Any, Final

import pandas as pd

from workbench.records.answers.columns import PLANNED_VERSUS_DELIVERED
from workbench.records.answers.courses import Told, courses, joined
from workbench.records.answers.rows import Row
from workbench.records.columns import PLANNED_BEAMS
from workbench.records.typed import ordered, typed
from workbench.treatment.delivery import RESOLUTION_MU
from workbench.treatment.session import NORMAL_WITHIN, OVER_WITHIN

SAME_WITHIN: Final = 0.05
"""Settings are the same when they differ by no more: half of the last digit shown, in mm, degrees or MeV."""
WARN_FROM: Final = 0.8
"""A setting that uses more than this part of its tolerance is tolerated with a warning."""
_TOLERATED = {one.name: one.unit for one in PLANNED_BEAMS.columns if "_tolerance_" in one.name}
QUANTITIES: Final = (
    ("energy_mev", "MeV", None),
    *((name.replace("_tolerance", ""), unit, name) for name, unit in _TOLERATED.items()),
)
"""Column of both tables, unit, and column of the plan's tolerance."""


def planned_versus_delivered(beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """What was planned and what was delivered of each beam and fraction, with pass, warn or fail for each quantity.

    Meterset: pass within 0.5 % (``NORMAL_WITHIN``: what is not worth another beam-on) or the resolution of a record, warn within 2 %
    (``OVER_WITHIN``: beyond it a physicist should look), fail beyond; a fraction that is still to be continued fails by what is missing.
    Settings: fail beyond the tolerance of the plan's table (PS3.3 C.8.8.10), warn above four fifths of it, and warn where one differs
    and the plan gives no tolerance. A quantity that the plan does not name is not compared.

    Returns
    -------
    Columns: ``answers.columns.PLANNED_VERSUS_DELIVERED``.
    """
    rows = [row for told in courses(beams, planned, sessions) for row in _of_course(told)]
    return ordered(typed(rows, PLANNED_VERSUS_DELIVERED), PLANNED_VERSUS_DELIVERED)


def _of_course(told: Told) -> Iterator[dict[str, Any]]:
    for fraction in told.counted.fractions():
        for beam in told.course.beams:
            parts = told.counted.of(beam.number, fraction)
            if not parts:
                continue
            uids = [one.record_uid for one in parts]
            head = told.head() | {
                "fraction": fraction,
                "beam": beam.number,
                "beam_name": beam.name,
                "started_at": min((one.started_at for one in parts if one.started_at is not None), default=None),
                "record_uids": joined(uids),
            }
            whole = told.whole_mu(beam.number, fraction)
            of_beam = [row for row in told.rows if row.beam == beam.number and row.record_uid in uids]
            if whole is not None:
                unit = next((row.dosimeter_unit for row in of_beam if row.dosimeter_unit is not None), "MU")
                yield head | {"unit": unit} | _meterset(whole, sum(one.delivered_mu for one in parts))
            plan = [row for row in told.planned if row.beam == beam.number]
            for setting in _settings(plan, of_beam):
                yield head | setting


def _meterset(planned: float, delivered: float) -> dict[str, Any]:
    difference = delivered - planned
    tolerance = max(RESOLUTION_MU, NORMAL_WITHIN * planned)
    # Metersets are decimal numbers; half a percent of 40.0 is 0.2 and not the next binary number below it.
    off = round(abs(difference), 9)
    result = "pass" if off <= tolerance else "warn" if off <= OVER_WITHIN * planned else "fail"
    return {
        "quantity": "meterset",
        "planned": planned,
        "delivered": delivered,
        "difference": difference,
        "tolerance": tolerance,
        "result": result,
    }


def _settings(plan: Several[Row], rows: Several[Row]) -> Iterator[dict[str, Any]]:
    for name, unit, tolerance_name in QUANTITIES:
        planned = [value for row in plan if (value := getattr(row, name)) is not None]
        if not planned:
            continue
        wanted = planned[0]
        known = None if tolerance_name is None else getattr(plan[0], tolerance_name)
        tolerance = nan if known is None else known
        told = [(value, _off(value - wanted, unit)) for row in rows if (value := getattr(row, name)) is not None]
        delivered, difference = max(told, key=lambda one: abs(one[1]), default=(nan, nan))
        yield {
            "quantity": name.rpartition("_")[0].replace("_", " "),
            "unit": unit,
            "planned": wanted,
            "delivered": delivered,
            "difference": difference,
            "tolerance": tolerance,
            "result": _judged(difference, tolerance),
        }


def _off(difference: float, unit: str) -> float:
    return (difference + 180.0) % 360.0 - 180.0 if unit == "°" else difference


def _judged(difference: float, tolerance: float) -> str:
    if isnan(difference):
        return "unknown"
    off = round(abs(difference), 9)
    if isnan(tolerance):
        return "pass" if off <= SAME_WITHIN else "warn"
    if off > tolerance:
        return "fail"
    return "warn" if off > WARN_FROM * tolerance and off > SAME_WITHIN else "pass"
