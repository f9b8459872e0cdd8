"""The answers about courses and deliveries as figures: one row for each row of the answer, its number written beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from workbench.errors import Refused
from workbench.figures import palette

ROW_INCHES: Final = 0.38
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
    figure, axes = _framed("Planned versus delivered", len(shown), "No delivery yet: treat a fraction first")
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
    figure, axes = _framed("Course progress", len(shown), "No plan yet: import one")
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
    figure, axes = _framed("Treatments with their interruptions", len(shown), "No delivery yet: treat a fraction first")
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
    figure, axes = _framed("Treatment times", len(shown), "No treatment yet: claim a workitem first")
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
    figure, axes = _framed("How deliveries ended", len(groups), "No delivery yet: treat a fraction first")
    if axes is None:
        return figure
    styles = {
        "NORMAL": (palette.GREEN, ""), "OPERATOR": (palette.ORANGE, "////"),
        "MACHINE": (palette.VERMILLION, "xxxx"), "UNKNOWN": (palette.GREY, "...."),
    }  # fmt: skip
    left = dict.fromkeys(groups, 0.0)
    for name, (colour, hatch) in styles.items():
        for row in shown:
            if row["termination"] != name:
                continue
            group = row["group"] or "not recorded"
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
    shown = _columns(answer, ("patient_id", "kind", "sentence"))
    figure = palette.paper(Figure(figsize=(11.0, max(1.6, 0.9 + ROW_INCHES * len(shown)))))
    top = 1 - 0.35 / figure.get_figheight()
    figure.text(0.02, top, "Irregular records", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold", va="center")
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


def setup_trends(answer: pd.DataFrame, measure: str = "shift") -> Figure:
    """One measure over a patient's setups, one panel an axis: each value as a dot, the running mean as a line.

    Parameters
    ----------
    answer : columns of ``setup_trend``.
    measure : position, residual, shift or turn.
    """
    names = ("patient_id", "measure", "axis", "unit", "place", "value", "running_mean")
    shown = [row for row in _columns(answer, names) if row["measure"] == measure]
    axes_names = list(dict.fromkeys(row["axis"] for row in shown))
    figure = Figure(figsize=(9.6, max(2.2, 1.0 + 1.7 * len(axes_names))), layout="constrained")
    if not shown:
        return palette.say_instead(figure, f"No {measure} yet: send a setup first")
    figure.suptitle(f"Setup: {measure}", x=0.02, ha="left", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold")
    patients = list(dict.fromkeys(row["patient_id"] for row in shown))
    panels = figure.subplots(len(axes_names), 1, sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, axes_names, strict=True):
        rows = [row for row in shown if row["axis"] == name]
        for number, patient in enumerate(patients):
            _trend(axes, [row for row in rows if row["patient_id"] == patient], patient, number)
        axes.axhline(0, color=palette.GREY, linewidth=0.8)
        axes.set_ylabel(f"{name} ({rows[0]['unit']})", fontsize=palette.TEXT_POINTS, color=palette.INK)
        axes.xaxis.get_major_locator().set_params(integer=True)
        palette.calm(axes)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    panels[-1].set_xlabel("setup", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    _legend(figure, panels[0].get_legend_handles_labels()[0])
    return figure


_TREND_STYLES: Final = (
    (palette.BLUE, "o", "-"), (palette.VERMILLION, "s", "--"), (palette.GREEN, "^", "-."), (palette.PURPLE, "D", ":"),
)  # fmt: skip


def _trend(axes: Axes, rows: Sequence[dict[str, Any]], patient: str, number: int) -> None:
    colour, mark, line = _TREND_STYLES[number % len(_TREND_STYLES)]
    places = [row["place"] for row in rows]
    axes.plot(places, [row["value"] for row in rows], mark, color=colour, markersize=5, label=patient)
    axes.plot(places, [row["running_mean"] for row in rows], line, color=colour, linewidth=palette.THIN)


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


def _framed(title: str, count: int, otherwise: str) -> tuple[Figure, Axes | None]:
    figure = Figure(figsize=(9.6, max(2.2, 1.5 + ROW_INCHES * count)), layout="constrained")
    if count == 0:
        return palette.say_instead(figure, otherwise), None
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold")
    return figure, axes


def _signed(number: float) -> str:
    """Two decimals with their sign; what rounds to nothing has none."""
    rounded = round(number, 2)
    return "0.00" if rounded == 0 else f"{rounded:+.2f}".replace("-", "\N{MINUS SIGN}")


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    palette.calm(axes)
    axes.tick_params(axis="y", length=0, labelsize=palette.TEXT_POINTS)
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
        "timing": treatment_times,
        "terminations": termination_shares,
        "irregularities": irregularity_list,
    }
)
"""Name of an answer → its figure."""
