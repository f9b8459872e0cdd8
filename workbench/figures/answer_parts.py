"""What figures of answers share: rows as plain values, room for them, their labels and titles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.errors import Refused
from workbench.figures import palette

ROW_INCHES: Final = 0.38
MOST_ROWS: Final = 120
"""More rows are no figure; narrow the answer to see others."""


def plain_rows(answer: pd.DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    """Rows as plain values; None for what is not known."""
    missing = [name for name in names if name not in answer.columns]
    if missing:
        raise Refused(f"figure: column {missing[0]!r} is missing, expected {', '.join(names)}", rule="missing-column")
    plain = answer[list(names)].astype(object)
    return [{name: None if pd.isna(one) else one for name, one in zip(names, row, strict=True)} for row in plain.itertuples(index=False)]


def framed(title: str, shown: list[Any], otherwise: str) -> tuple[Figure, Axes | None]:
    """A figure with room for as many rows as are shown; those beyond ``MOST_ROWS`` are taken away, and the title says so."""
    count = len(shown)
    del shown[MOST_ROWS:]
    figure = Figure(figsize=(9.6, max(2.2, 1.5 + ROW_INCHES * len(shown))), layout="constrained")
    if count == 0:
        return palette.say_instead(figure, otherwise), None
    axes = figure.add_subplot()
    titled(axes, title + (f" (the first {MOST_ROWS} of {count} rows)" if count > MOST_ROWS else ""))
    return figure, axes


def titled(axes: Axes, title: str) -> None:
    """Axes with their title at the left."""
    axes.set_title(title, loc="left", fontsize=palette.TITLE_POINTS, color=palette.INK, fontweight="bold")


def signed(number: float) -> str:
    """Two decimals with their sign; what rounds to nothing has none."""
    rounded = round(number, 2)
    return "0.00" if rounded == 0 else f"{rounded:+.2f}".replace("-", "\N{MINUS SIGN}")


def labelled(axes: Axes, labels: Sequence[str]) -> None:
    """Axes with a row for each label, the first one at the top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    opened(axes)
    axes.tick_params(axis="y", length=0, labelsize=palette.TEXT_POINTS)


def opened(axes: Axes) -> None:
    """Calm axes, open at the top and at the right."""
    palette.calm(axes)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def legend(figure: Figure, handles: Sequence[Any]) -> None:
    """The legend below everything that is drawn."""
    figure.legend(
        handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=palette.SMALL_POINTS, labelcolor=palette.INK
    )
