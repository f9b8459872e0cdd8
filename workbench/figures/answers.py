"""The answers about courses and deliveries as figures: one row for each row of the answer, its number written beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from workbench.figures import palette
from workbench.figures.answer_parts import MOST_ROWS, ROW_INCHES, framed, labelled, legend, plain_rows, signed
from workbench.figures.setup_answers import setup_spreads, setup_trends

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
    shown = plain_rows(answer, ("patient_id", "fraction", "beam", "quantity", "unit", "difference", "tolerance", "result"))
    figure, axes = framed("Planned versus delivered", shown, "No delivery yet: treat a fraction first")
    if axes is None:
        return figure
    axes.axvspan(-1, 1, color=palette.FAINT, alpha=0.6, zorder=0)
    axes.axvline(0, color=palette.INK, linewidth=0.8, zorder=1)
    for place, row in enumerate(shown):
        colour, mark = RESULT_MARKS[row["result"]]
        words = "not recorded" if row["difference"] is None else f"{signed(row['difference'])} {row['unit']}"
        if row["difference"] is not None and row["tolerance"]:
            reach = min(max(row["difference"] / row["tolerance"], -BEYOND), BEYOND)
            axes.plot([0, reach], [place, place], color=colour, linewidth=palette.THICK, zorder=2)
            marker = "o" if abs(reach) < BEYOND else ">" if reach > 0 else "<"
            axes.plot(reach, place, marker, color=colour, markersize=6, zorder=3)
        axes.text(BEYOND * 1.1, place, mark, color=colour, va="center", ha="center", fontsize=palette.TEXT_POINTS, fontweight="bold")
        axes.text(BEYOND * 1.2, place, words, color=palette.INK, va="center", fontsize=palette.SMALL_POINTS)
    labelled(axes, [f"{_whose(row, shown)}fraction {row['fraction']} · beam {row['beam']} · {row['quantity']}" for row in shown])
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
    shown = plain_rows(answer, names)
    figure, axes = framed("Course progress", shown, "No plan yet: import one")
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
    labelled(axes, [f"{row['patient_id']} · {row['plan_label'] or 'plan without label'}" for row in shown])
    axes.set(xlim=(0.4, longest * 1.45 + 0.8), xticks=range(1, longest + 1, max(1, longest // 12)))
    axes.set_xlabel("fractions", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    legend(
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
    shown = plain_rows(answer, ("patient_id", "fraction", "beam", "planned_mu", "delivered_mu", "chain"))
    figure, axes = framed("Treatments with their interruptions", shown, "No delivery yet: treat a fraction first")
    if axes is None:
        return figure
    widest = max(max(row["planned_mu"] or 0.0, row["delivered_mu"] or 0.0) for row in shown) or 1.0
    for place, row in enumerate(shown):
        axes.barh(place, row["delivered_mu"] or 0.0, height=0.3, color=palette.DELIVERED)
        if row["planned_mu"] is not None:
            axes.barh(place, row["planned_mu"], height=0.6, facecolor="none", edgecolor=palette.PLANNED, linewidth=palette.THICK)
        words = "\n".join(row["chain"].split(" → "))
        axes.text(widest * 1.06, place, words, va="center", color=palette.INK, fontsize=palette.SMALL_POINTS, linespacing=0.95)
    labelled(axes, [f"{_whose(row, shown)}fraction {row['fraction']} · beam {row['beam']}" for row in shown])
    axes.set(xlim=(0, widest * 1.8))
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= widest * 1.02])
    axes.set_xlabel("monitor units (MU)", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    legend(
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
    shown = plain_rows(answer, ("patient_id", "session", "fraction", "state", *(name for name, *_ in parts)))
    figure, axes = framed("Treatment times", shown, "No treatment yet: claim a workitem first")
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
    labelled(axes, [f"{row['patient_id']} · fraction {'?' if row['fraction'] is None else row['fraction']}" for row in shown])
    axes.set(xlim=(0, widest * 1.2))
    axes.set_xlabel("minutes", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    legend(figure, [Patch(facecolor=colour, edgecolor=palette.INK, hatch=hatch, label=label) for _, label, colour, hatch in parts])
    return figure


def termination_shares(answer: pd.DataFrame) -> Figure:
    """How deliveries of each group ended, as shares with their counts.

    Parameters
    ----------
    answer : columns of ``terminations``.
    """
    shown = plain_rows(answer, ("group", "termination", "deliveries", "share_percent"))
    groups = list(dict.fromkeys(row["group"] or "not recorded" for row in shown))
    figure, axes = framed("How deliveries ended", groups, "No delivery yet: treat a fraction first")
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
    labelled(axes, groups)
    axes.set(xlim=(0, 100))
    axes.set_xlabel("share of deliveries (%), their count written", loc="left", fontsize=palette.TEXT_POINTS, color=palette.INK)
    present = {row["termination"] for row in shown}
    patches = [Patch(facecolor=c, edgecolor=palette.INK, hatch=h, label=n.lower()) for n, (c, h) in styles.items() if n in present]
    legend(figure, patches)
    return figure


def irregularity_list(answer: pd.DataFrame) -> Figure:
    """What is missing, duplicate or contradictory, a sentence each.

    Parameters
    ----------
    answer : columns of ``irregularities``.
    """
    found = plain_rows(answer, ("patient_id", "kind", "sentence"))
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


def _whose(row: dict[str, Any], shown: Sequence[dict[str, Any]]) -> str:
    """The patient, where there are several."""
    several = any(one["patient_id"] != row["patient_id"] for one in shown)
    return f"{row['patient_id'] or 'no Patient ID'} · " if several else ""


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
