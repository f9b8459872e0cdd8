"""Planned versus delivered monitor units, one row a beam and fraction."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from workbench.errors import Refused
from workbench.figures import palette

COLUMNS = ("beam", "fraction", "specified_mu", "delivered_mu")
ROW_INCHES = 0.5


def planned_versus_delivered(rows: pd.DataFrame, *, tolerance_mu: float | None = None) -> Figure:
    """Bars from a common zero: hollow what was planned, filled what was delivered, the signed difference beside them.

    Parameters
    ----------
    rows : columns beam, fraction, specified_mu and delivered_mu; a missing number is drawn as not known. Where there is a column
        delivery_type, a continuation is named as one.
    tolerance_mu : half width of the band behind the planned value; none is drawn when not given.

    Raises
    ------
    Refused : a column is missing.
    """
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise Refused(f"planned versus delivered: column {missing[0]!r} is missing, expected {', '.join(COLUMNS)}", rule="missing-column")
    figure = Figure(figsize=(9.6, max(2.2, 1.5 + ROW_INCHES * len(rows))), layout="constrained")
    if rows.empty:
        return palette.say_instead(figure, "No delivery yet: treat a fraction first")
    axes = figure.add_subplot()
    widest = _widest(rows)
    for place, row in enumerate(rows[["specified_mu", "delivered_mu"]].itertuples(index=False)):
        specified, delivered = row
        _draw_row(axes, place, (_number(specified), _number(delivered)), widest, tolerance_mu)
    _frame(axes, _labels(rows), widest)
    figure.legend(
        handles=[
            Patch(facecolor="none", edgecolor=palette.PLANNED, linewidth=palette.THICK, label="planned"),
            Patch(facecolor=palette.DELIVERED, label="delivered"),
        ],
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=palette.SMALL_POINTS,
        labelcolor=palette.INK,
    )
    return figure


def _labels(rows: pd.DataFrame) -> list[str]:
    types = rows["delivery_type"] if "delivery_type" in rows.columns else [""] * len(rows)
    return [
        f"beam {beam} · fraction {'?' if pd.isna(fraction) else int(fraction)}{', continued' if kind == 'CONTINUATION' else ''}"
        for beam, fraction, kind in zip(rows["beam"], rows["fraction"], types, strict=True)
    ]


def _number(found: object) -> float | None:
    """A number, or None for what a table shows as missing."""
    return float(found) if isinstance(found, int | float) and not math.isnan(found) else None


def _widest(rows: pd.DataFrame) -> float:
    found = [number for name in ("specified_mu", "delivered_mu") for number in map(_number, rows[name].tolist()) if number is not None]
    return max(found, default=0.0) or 1.0


def _draw_row(axes: Axes, place: int, mu: tuple[float | None, float | None], widest: float, tolerance_mu: float | None) -> None:
    specified, delivered = mu
    if specified is not None and tolerance_mu is not None:
        axes.barh(place, 2 * tolerance_mu, left=specified - tolerance_mu, height=0.9, color=palette.FAINT, zorder=1)
    if delivered is not None:
        axes.barh(place, delivered, height=0.36, color=palette.DELIVERED, zorder=2)
    if specified is not None:
        axes.barh(place, specified, height=0.68, facecolor="none", edgecolor=palette.PLANNED, linewidth=palette.THICK, zorder=3)
    ends = "   ".join("not known" if number is None else f"{number:.1f}" for number in (specified, delivered))
    axes.text(widest * 1.20, place, ends.split("   ")[0], va="center", ha="right", color=palette.INK, fontsize=palette.TEXT_POINTS)
    axes.text(widest * 1.36, place, ends.split("   ")[1], va="center", ha="right", color=palette.INK, fontsize=palette.TEXT_POINTS)
    difference = "" if specified is None or delivered is None else _signed(delivered - specified)
    axes.text(widest * 1.52, place, difference, va="center", ha="right", color=palette.INK, fontsize=palette.TEXT_POINTS, fontweight="bold")


def _signed(difference_mu: float) -> str:
    """One decimal with its sign; what rounds to nothing has none."""
    rounded = round(difference_mu, 1)
    return "0.0" if rounded == 0 else f"{rounded:+.1f}".replace("-", "\N{MINUS SIGN}")


def _frame(axes: Axes, labels: list[str], widest: float) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set(ylim=(len(labels) - 0.4, -0.95), xlim=(0, widest * 1.56))
    palette.calm(axes)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=palette.TEXT_POINTS)
    axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= widest * 1.02])
    axes.set_xlabel("monitor units (MU)", fontsize=palette.TEXT_POINTS, color=palette.INK, loc="left")
    for place, head in ((1.20, "planned"), (1.36, "delivered"), (1.52, "difference")):
        axes.text(widest * place, -0.72, head, ha="right", va="center", color=palette.QUIET, fontsize=palette.SMALL_POINTS)
    axes.set_title("Planned versus delivered", loc="left", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold")
