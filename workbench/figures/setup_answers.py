"""Setups as figures: how they run in time, and how they lie and vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workbench.figures import palette
from workbench.figures.answer_parts import MOST_ROWS, ROW_INCHES, labelled, legend, opened, plain_rows, signed, titled

MOST_PATIENTS: Final = 4
"""More patients than this are drawn alike in a trend."""
ZEROED: Final = ("shift", "residual", "beam-on", "turn")
"""Measures whose zero means something, in the order in which one looks at them."""
_TREND_STYLES: Final = (
    (palette.BLUE, "o", "-"), (palette.VERMILLION, "s", "--"), (palette.GREEN, "^", "-."), (palette.PURPLE, "D", ":"),
)  # fmt: skip


def setup_trends(answer: pd.DataFrame, measure: str | None = None) -> Figure:
    """One measure over a patient's setups, one panel an axis: each value as a dot, the running mean as a line.

    Of more than a few patients only the lines are drawn, and the mean of all values of each setup.

    Parameters
    ----------
    answer : columns of ``setup_trend``.
    measure : shift, residual, beam-on, turn or position; None takes the first of these that there is.
    """
    names = ("patient_id", "measure", "axis", "unit", "place", "value", "running_mean")
    rows = plain_rows(answer, names)
    there = {row["measure"] for row in rows}
    chosen = measure or next((one for one in ZEROED if one in there), "position")
    shown = [row for row in rows if row["measure"] == chosen]
    axes_names = list(dict.fromkeys(row["axis"] for row in shown))
    figure = Figure(figsize=(9.6, max(2.2, 1.0 + 1.7 * len(axes_names))), layout="constrained")
    if not shown:
        return palette.say_instead(figure, f"No {measure or 'setup'} yet: send a setup first")
    figure.suptitle(f"Setup: {chosen}", x=0.02, ha="left", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold")
    panels = figure.subplots(len(axes_names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, axes_names, strict=True):
        of_axis = [row for row in shown if row["axis"] == name]
        _trends(axes, of_axis)
        if chosen in ZEROED:
            axes.axhline(0, color=palette.GREY, linewidth=0.8)
        axes.set_ylabel(f"{name} ({of_axis[0]['unit']})", fontsize=palette.TEXT_POINTS, color=palette.INK)
        axes.xaxis.get_major_locator().set_params(integer=True)
        opened(axes)
    panels[-1].set_xlabel("setup", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    legend(figure, panels[0].get_legend_handles_labels()[0])
    return figure


def _trends(axes: Axes, rows: Sequence[dict[str, Any]]) -> None:
    of_patient: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of_patient.setdefault(row["patient_id"] or "no Patient ID", []).append(row)
    if len(of_patient) > MOST_PATIENTS:
        _crowd(axes, of_patient)
        return
    for (colour, mark, line), (patient, of_one) in zip(_TREND_STYLES, of_patient.items(), strict=False):
        places = [row["place"] for row in of_one]
        axes.plot(places, [row["value"] for row in of_one], mark, color=colour, markersize=5, label=patient)
        axes.plot(places, [row["running_mean"] for row in of_one], line, color=colour, linewidth=palette.THIN)


def _crowd(axes: Axes, of_patient: Mapping[str, Sequence[dict[str, Any]]]) -> None:
    """Many patients: their running means as thin lines, and the mean over all of them."""
    values: dict[int, list[float]] = {}
    for number, rows in enumerate(of_patient.values()):
        label = f"running means of {len(of_patient)} patients" if number == 0 else None
        axes.plot([row["place"] for row in rows], [row["running_mean"] for row in rows], color=palette.GREY, linewidth=0.6, label=label)
        for row in rows:
            values.setdefault(row["place"], []).append(row["value"])
    places = sorted(values)
    means = [fsum(values[place]) / len(values[place]) for place in places]
    axes.plot(places, means, "o-", color=palette.BLUE, linewidth=palette.THICK, markersize=5, label="mean of all")


def setup_spreads(answer: pd.DataFrame, by: str | None = None) -> Figure:
    """How setups lie and vary: a dot at the mean, a thick bar for the systematic, a thin one for the random error; one panel a measure.

    Parameters
    ----------
    answer : columns of ``setup_spread``.
    by : machine, room or patient; None takes the first of these that there is.
    """
    rows = plain_rows(answer, ("by", "name", "measure", "axis", "unit", "patients", "mean", "systematic", "random"))
    there = {row["by"] for row in rows if row["name"] is not None}
    chosen = by or next((one for one in ("machine", "room") if one in there), "patient")
    shown = [row for row in rows if row["by"] == chosen]
    measures = list(dict.fromkeys((row["measure"], row["unit"]) for row in shown))
    panels_of = {one: [row for row in shown if (row["measure"], row["unit"]) == one][:MOST_ROWS] for one in measures}
    heights = [1.0 + ROW_INCHES * len(of_panel) for of_panel in panels_of.values()]
    figure = Figure(figsize=(9.6, max(2.2, 0.6 + sum(heights))), layout="constrained")
    if not shown:
        return palette.say_instead(figure, "No setup yet: send a setup first, or read records that tell where the table stood")
    panels = figure.subplots(len(measures), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, ((measure, unit), of_panel) in zip(panels, panels_of.items(), strict=True):
        titled(axes, f"Setup: {measure} by {chosen}")
        _spreads(axes, of_panel, has_zero=measure in ZEROED)
        axes.set_xlabel(unit, loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    legend(
        figure,
        (Line2D([], [], marker="o", linestyle="", color=palette.INK, label="mean of the patients' means"),
         Line2D([], [], color=palette.BLUE, linewidth=6, label="± systematic error"),
         Line2D([], [], color=palette.ORANGE, linewidth=palette.THICK, marker="|", label="± random error")),
    )  # fmt: skip
    return figure


def _spreads(axes: Axes, rows: Sequence[dict[str, Any]], *, has_zero: bool) -> None:
    if has_zero:
        axes.axvline(0, color=palette.GREY, linewidth=0.8)
    reach = max(abs(row["mean"]) + max(row["systematic"] or 0.0, row["random"] or 0.0) for row in rows)
    lowest = min(row["mean"] - max(row["systematic"] or 0.0, row["random"] or 0.0) for row in rows)
    highest = max(row["mean"] + max(row["systematic"] or 0.0, row["random"] or 0.0) for row in rows)
    low, high = (-reach, reach) if has_zero else (lowest, highest)
    width = (high - low) or 1.0
    for place, row in enumerate(rows):
        mean, systematic, random = row["mean"], row["systematic"], row["random"]
        if systematic is not None:
            axes.plot([mean - systematic, mean + systematic], [place, place], color=palette.BLUE, linewidth=6, solid_capstyle="butt")
        if random is not None:
            axes.plot([mean - random, mean + random], [place, place], "|-", color=palette.ORANGE, linewidth=palette.THICK, markersize=9)
        axes.plot(mean, place, "o", color=palette.INK, markersize=5)
        words = [
            signed(mean),
            *(f"{one} {number:.2f}" for one, number in (("syst.", systematic), ("rand.", random)) if number is not None),
        ]
        count = f"{row['patients']} patient" + ("" if row["patients"] == 1 else "s")
        axes.text(high + width * 0.08, place, " · ".join([*words, count]), va="center", color=palette.INK, fontsize=palette.SMALL_POINTS)
    labelled(axes, [f"{row['name'] or 'not recorded'} · {row['axis']}" for row in rows])
    axes.set_xlim(low - width * 0.05, high + width * 0.75)
    axes.set_xticks([tick for tick in axes.get_xticks() if low - width * 0.05 <= tick <= high + width * 0.05])
