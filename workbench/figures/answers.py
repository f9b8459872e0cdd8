"""The answers about courses and deliveries as figures: one row for each row of the answer, its number written beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from workbench.errors import Refused
from workbench.figures import palette

ROW_INCHES: Final = 0.38
MOST_ROWS: Final = 120
"""More rows are no figure; narrow the answer to see others."""
MOST_PATIENTS: Final = 4
"""More patients than this are drawn alike in a trend."""
RESULT_MARKS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "pass": (palette.GREEN, "\N{CHECK MARK}"),
        "warn": (palette.ORANGE, "!"),
        "fail": (palette.VERMILLION, "\N{MULTIPLICATION X}"),
        "unknown": (palette.GREY, "?"),
    }
)
"""Colour and mark of a result."""
BEYOND: Final = 2.0
"""Differences of more tolerances than this are drawn at the edge; their number is written."""


def tolerances(answer: pd.DataFrame) -> Figure:
    """Planned versus delivered as differences in units of their tolerance, each with its mark and its number.

    Parameters
    ----------
    answer : columns of ``planned_versus_delivered``; differences beyond two tolerances are arrows at the edge.

    Raises
    ------
    Refused : a column is missing; so do all figures here.
    """
    shown = _columns(answer, ("patient_id", "fraction", "beam", "quantity", "unit", "difference", "tolerance", "result"))
    figure, axes = _framed("Planned versus delivered", shown, "No delivery yet: treat a fraction first")
    if axes is None:
        return figure
    axes.axvspan(-1, 1, color=palette.FAINT, alpha=0.6, zorder=0)
    axes.axvline(0, color=palette.INK, linewidth=0.8, zorder=1)
    for place, row in enumerate(shown):
        colour, mark = RESULT_MARKS[row["result"]]
        words = "not recorded" if row["difference"] is None else f"{_signed(row['difference'])} {row['unit']}"
        if row["difference"] is not None and row["tolerance"]:
            reach = min(max(row["difference"] / row["tolerance"], -BEYOND), BEYOND)
            axes.plot([0, reach], [place, place], color=colour, linewidth=palette.THICK, zorder=2)
            marker = "o" if abs(reach) < BEYOND else ">" if reach > 0 else "<"
            axes.plot(reach, place, marker, color=colour, markersize=6, zorder=3)
        axes.text(BEYOND * 1.1, place, mark, color=colour, va="center", ha="center", fontsize=palette.TEXT_POINTS, fontweight="bold")
        axes.text(BEYOND * 1.2, place, words, color=palette.INK, va="center", fontsize=palette.SMALL_POINTS)
    _rows(axes, [f"{_whose(row, shown)}fraction {row['fraction']} · beam {row['beam']} · {row['quantity']}" for row in shown])
    axes.set(xlim=(-BEYOND * 1.05, BEYOND * 1.75), xticks=[-2, -1, 0, 1, 2])
    axes.set_xlabel("difference in tolerances (grey: tolerated)", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    return figure


def course_progress(answer: pd.DataFrame) -> Figure:
    """Fractions of each course: finished filled, interrupted hatched, remaining hollow.

    Parameters
    ----------
    answer : columns of ``progress``.
    """
    names = ("patient_id", "plan_label", "fractions_planned", "fractions_finished", "fractions_interrupted", "delivered_percent", "state")
    shown = _columns(answer, names)
    figure, axes = _framed("Course progress", shown, "No plan yet: import one")
    if axes is None:
        return figure
    longest = max(max(row["fractions_planned"] or 0, row["fractions_finished"] + row["fractions_interrupted"], 1) for row in shown)
    for place, row in enumerate(shown):
        finished, interrupted, planned = row["fractions_finished"], row["fractions_interrupted"], row["fractions_planned"] or 0
        for number in range(max(planned, finished + interrupted)):
            style: dict[str, Any] = {"facecolor": "none"}
            if number < finished:
                style = {"facecolor": palette.GREEN}
            elif number < finished + interrupted:
                style = {"facecolor": palette.ORANGE, "hatch": "////"}
            axes.barh(place, 0.86, left=number + 0.57, height=0.56, edgecolor=palette.INK, linewidth=0.8, **style)
        percent = "" if row["delivered_percent"] is None else f"{row['delivered_percent']:.1f} %   "
        axes.text(longest + 0.8, place, f"{percent}{row['state']}", va="center", color=palette.INK, fontsize=palette.TEXT_POINTS)
    _rows(axes, [f"{row['patient_id']} · {row['plan_label'] or 'plan without label'}" for row in shown])
    axes.set(xlim=(0.4, longest * 1.45 + 0.8), xticks=range(1, longest + 1, max(1, longest // 12)))
    axes.set_xlabel("fractions", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    _legend(
        figure,
        (Patch(facecolor=palette.GREEN, edgecolor=palette.INK, label="finished"),
         Patch(facecolor=palette.ORANGE, edgecolor=palette.INK, hatch="////", label="interrupted"),
         Patch(facecolor="none", edgecolor=palette.INK, label="remaining")),
    )  # fmt: skip
    return figure


def treatment_chains(answer: pd.DataFrame) -> Figure:
    """Each beam of each fraction: what was planned hollow, what was delivered filled, and its chain of deliveries in words.

    Parameters
    ----------
    answer : columns of ``treatments``.
    """
    shown = _columns(answer, ("patient_id", "fraction", "beam", "planned_mu", "delivered_mu", "chain"))
    figure, axes = _framed("Treatments with their interruptions", shown, "No delivery yet: treat a fraction first")
    if axes is None:
        return figure
    widest = max(max(row["planned_mu"] or 0.0, row["delivered_mu"] or 0.0) for row in shown) or 1.0
    for place, row in enumerate(shown):
        axes.barh(place, row["delivered_mu"] or 0.0, height=0.3, color=palette.DELIVERED)
        if row["planned_mu"] is not None:
            axes.barh(place, row["planned_mu"], height=0.6, facecolor="none", edgecolor=palette.PLANNED, linewidth=palette.THICK)
        words = "\n".join(row["chain"].split(" → "))
        axes.text(widest * 1.06, place, words, va="center", color=palette.INK, fontsize=palette.SMALL_POINTS, linespacing=0.95)
    _rows(axes, [f"{_whose(row, shown)}fraction {row['fraction']} · beam {row['beam']}" for row in shown])
    axes.set(xlim=(0, widest * 1.8))
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= widest * 1.02])
    axes.set_xlabel("monitor units (MU)", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    _legend(
        figure,
        (Patch(facecolor="none", edgecolor=palette.PLANNED, linewidth=palette.THICK, label="planned"),
         Patch(facecolor=palette.DELIVERED, label="delivered")),
    )  # fmt: skip
    return figure


def treatment_times(answer: pd.DataFrame) -> Figure:
    """Claim to beam-on, first beam-on to last beam-off, and the rest until completion, in minutes for each treatment.

    Parameters
    ----------
    answer : columns of ``timing``.
    """
    parts = (
        ("claim_to_beam_on_s", "claim to beam-on", palette.SKY, ""),
        ("beam_on_to_beam_off_s", "beam-on to beam-off", palette.ORANGE, ""),
        ("beam_off_to_finish_s", "beam-off to completion", palette.GREY, "////"),
    )
    shown = _columns(answer, ("patient_id", "session", "fraction", "state", *(name for name, *_ in parts)))
    figure, axes = _framed("Treatment times", shown, "No treatment yet: claim a workitem first")
    if axes is None:
        return figure
    reaches = []
    for place, row in enumerate(shown):
        left = 0.0
        for name, _, colour, hatch in parts:
            minutes = max(row[name] or 0.0, 0.0) / 60.0
            axes.barh(place, minutes, left=left, height=0.56, facecolor=colour, hatch=hatch, edgecolor=palette.INK, linewidth=0.6)
            left += minutes
        reaches.append(left)
    widest = max(reaches) or 1.0
    for place, reach in enumerate(reaches):
        axes.text(reach + widest * 0.02, place, f"{reach:.1f} min", va="center", color=palette.INK, fontsize=palette.SMALL_POINTS)
    _rows(axes, [f"{row['patient_id']} · fraction {'?' if row['fraction'] is None else row['fraction']}" for row in shown])
    axes.set(xlim=(0, widest * 1.2))
    axes.set_xlabel("minutes", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    _legend(figure, [Patch(facecolor=colour, edgecolor=palette.INK, hatch=hatch, label=label) for _, label, colour, hatch in parts])
    return figure


def termination_shares(answer: pd.DataFrame) -> Figure:
    """How deliveries of each group ended, as shares with their counts.

    Parameters
    ----------
    answer : columns of ``terminations``.
    """
    shown = _columns(answer, ("group", "termination", "deliveries", "share_percent"))
    groups = list(dict.fromkeys(row["group"] or "not recorded" for row in shown))
    figure, axes = _framed("How deliveries ended", groups, "No delivery yet: treat a fraction first")
    if axes is None:
        return figure
    styles = {
        "NORMAL": (palette.GREEN, ""), "OPERATOR": (palette.ORANGE, "////"),
        "MACHINE": (palette.VERMILLION, "xxxx"), "UNKNOWN": (palette.GREY, "...."),
    }  # fmt: skip
    left = dict.fromkeys(groups, 0.0)
    for name, (colour, hatch) in styles.items():
        for row in shown:
            group = row["group"] or "not recorded"
            if row["termination"] != name or group not in left:
                continue
            place, share = groups.index(group), row["share_percent"]
            axes.barh(place, share, left=left[group], height=0.56, facecolor=colour, hatch=hatch, edgecolor=palette.INK, linewidth=0.6)
            box = {"facecolor": palette.WHITE, "edgecolor": "none", "pad": 1.5}
            middle = left[group] + share / 2
            axes.text(middle, place, str(row["deliveries"]), ha="center", va="center", fontsize=palette.SMALL_POINTS, bbox=box)
            left[group] += share
    _rows(axes, groups)
    axes.set(xlim=(0, 100))
    axes.set_xlabel("share of deliveries (%), their count written", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    present = {row["termination"] for row in shown}
    patches = [Patch(facecolor=c, edgecolor=palette.INK, hatch=h, label=n.lower()) for n, (c, h) in styles.items() if n in present]
    _legend(figure, patches)
    return figure


def irregularity_list(answer: pd.DataFrame) -> Figure:
    """What is missing, duplicate or contradictory, a sentence each.

    Parameters
    ----------
    answer : columns of ``irregularities``.
    """
    found = _columns(answer, ("patient_id", "kind", "sentence"))
    shown = found[:MOST_ROWS]
    figure = palette.paper(Figure(figsize=(11.0, max(1.6, 0.9 + ROW_INCHES * len(shown)))))
    top = 1 - 0.35 / figure.get_figheight()
    title = "Irregular records" + (f" (the first {MOST_ROWS} of {len(found)})" if len(found) > MOST_ROWS else "")
    figure.text(0.02, top, title, fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold", va="center")
    if not shown:
        figure.text(0.02, 0.4, "None: every record counts as it says", fontsize=palette.TEXT_POINTS, color=palette.INK)
    for place, row in enumerate(shown):
        height = 1 - (0.8 + ROW_INCHES * place) / figure.get_figheight()
        for left, words, weight in (
            (0.02, row["patient_id"] or "", "normal"),
            (0.11, row["kind"], "bold"),
            (0.22, row["sentence"], "normal"),
        ):
            figure.text(left, height, words, fontsize=palette.SMALL_POINTS, color=palette.INK, fontweight=weight, va="center")
    return figure


def setup_trends(answer: pd.DataFrame, measure: str | None = None) -> Figure:
    """One measure over a patient's setups, one panel an axis: each value as a dot, the running mean as a line.

    Of more than a few patients only the lines are drawn, and the mean of all values of each setup.

    Parameters
    ----------
    answer : columns of ``setup_trend``.
    measure : shift, residual, beam-on, turn or position; None takes the first of these that there is.
    """
    names = ("patient_id", "measure", "axis", "unit", "place", "value", "running_mean")
    rows = _columns(answer, names)
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
        _open(axes)
    panels[-1].set_xlabel("setup", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    _legend(figure, panels[0].get_legend_handles_labels()[0])
    return figure


ZEROED: Final = ("shift", "residual", "beam-on", "turn")
"""Measures whose zero means something, in the order in which one looks at them."""
_TREND_STYLES: Final = (
    (palette.BLUE, "o", "-"), (palette.VERMILLION, "s", "--"), (palette.GREEN, "^", "-."), (palette.PURPLE, "D", ":"),
)  # fmt: skip


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
    rows = _columns(answer, ("by", "name", "measure", "axis", "unit", "patients", "mean", "systematic", "random"))
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
        _title(axes, f"Setup: {measure} by {chosen}")
        _spreads(axes, of_panel, has_zero=measure in ZEROED)
        axes.set_xlabel(unit, loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    _legend(
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
            _signed(mean),
            *(f"{one} {number:.2f}" for one, number in (("syst.", systematic), ("rand.", random)) if number is not None),
        ]
        count = f"{row['patients']} patient" + ("" if row["patients"] == 1 else "s")
        axes.text(high + width * 0.08, place, " · ".join([*words, count]), va="center", color=palette.INK, fontsize=palette.SMALL_POINTS)
    _rows(axes, [f"{row['name'] or 'not recorded'} · {row['axis']}" for row in rows])
    axes.set_xlim(low - width * 0.05, high + width * 0.75)
    axes.set_xticks([tick for tick in axes.get_xticks() if low - width * 0.05 <= tick <= high + width * 0.05])


def _columns(answer: pd.DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    """Rows as plain values; None for what is not known."""
    missing = [name for name in names if name not in answer.columns]
    if missing:
        raise Refused(f"figure: column {missing[0]!r} is missing, expected {', '.join(names)}", rule="missing-column")
    plain = answer[list(names)].astype(object)
    return [{name: None if pd.isna(one) else one for name, one in zip(names, row, strict=True)} for row in plain.itertuples(index=False)]


def _whose(row: dict[str, Any], shown: Sequence[dict[str, Any]]) -> str:
    """The patient, where there are several."""
    several = any(one["patient_id"] != row["patient_id"] for one in shown)
    return f"{row['patient_id'] or 'no Patient ID'} · " if several else ""


def _framed(title: str, shown: list[Any], otherwise: str) -> tuple[Figure, Axes | None]:
    """A figure with room for as many rows as are shown; those beyond ``MOST_ROWS`` are taken away, and the title says so."""
    count = len(shown)
    del shown[MOST_ROWS:]
    figure = Figure(figsize=(9.6, max(2.2, 1.5 + ROW_INCHES * len(shown))), layout="constrained")
    if count == 0:
        return palette.say_instead(figure, otherwise), None
    axes = figure.add_subplot()
    _title(axes, title + (f" (the first {MOST_ROWS} of {count} rows)" if count > MOST_ROWS else ""))
    return figure, axes


def _title(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold")


def _signed(number: float) -> str:
    """Two decimals with their sign; what rounds to nothing has none."""
    rounded = round(number, 2)
    return "0.00" if rounded == 0 else f"{rounded:+.2f}".replace("-", "\N{MINUS SIGN}")


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    _open(axes)
    axes.tick_params(axis="y", length=0, labelsize=palette.TEXT_POINTS)


def _open(axes: Axes) -> None:
    palette.calm(axes)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(figure: Figure, handles: Sequence[Any]) -> None:
    figure.legend(
        handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=palette.SMALL_POINTS, labelcolor=palette.INK
    )


ANSWERED: Final[Mapping[str, Callable[[pd.DataFrame], Figure]]] = MappingProxyType(
    {
        "planned_versus_delivered": tolerances,
        "progress": course_progress,
        "treatments": treatment_chains,
        "setup_trend": setup_trends,
        "setup_spread": setup_spreads,
        "timing": treatment_times,
        "terminations": termination_shares,
        "irregularities": irregularity_list,
    }
)
"""Name of an answer → its figure."""
