"""The record table as HTML: right-aligned tabular figures, the unit in the header, the meaning on hover.

It shows what a physicist checks after a fraction; the whole table is ``bench.records.beams()``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import pandas as pd

from workbench.records.columns import BEAMS
from workbench_widgets.markup import MINUS, empty, moment, short_uid

NOT_KNOWN: Final = "\N{EN DASH}"
MEANING: Final = {column.name: column.meaning for column in BEAMS.columns}


@dataclass(frozen=True, slots=True)
class Shown:
    """One column as it is shown.

    Parameters
    ----------
    name : column of the record table; ``difference_mu`` is delivered minus specified.
    cell : a known value as HTML.
    """

    name: str
    header: str
    cell: Callable[[Any], str]
    is_number: bool = True


def _one_decimal(value: float) -> str:
    return f"{value:.1f}".replace("-", MINUS)


def _signed(value: float) -> str:
    rounded = round(value, 1)
    return "0.0" if rounded == 0 else f"{rounded:+.1f}".replace("-", MINUS)


def _word(value: object) -> str:
    return escape(str(value))


def _termination(value: object) -> str:
    mark, tone = ("\N{CHECK MARK}", "pass") if value == "NORMAL" else ("!", "warn")
    return f'<span class="wb-{tone}"><i aria-hidden="true">{mark}</i>{escape(str(value))}</span>'


def _moment(value: pd.Timestamp) -> str:
    return moment(value.to_pydatetime(), is_dated=True)


COLUMNS: Final = (
    Shown("session", "session", _word),
    Shown("fraction", "fraction", _word),
    Shown("beam_name", "beam", _word, is_number=False),
    Shown("delivery_type", "type", _word, is_number=False),
    Shown("termination", "termination", _termination, is_number=False),
    Shown("specified_mu", "planned (MU)", _one_decimal),
    Shown("delivered_mu", "delivered (MU)", _one_decimal),
    Shown("difference_mu", "difference (MU)", _signed),
    Shown("gantry_deg", "gantry (°)", _one_decimal),
    Shown("started_at", "started", _moment),
    Shown("record_uid", "record", short_uid, is_number=False),
)


def record_table(frame: pd.DataFrame) -> str:
    """The table of these records; what is not known is a dash."""
    if frame.empty:
        return empty("No record yet: deliver a fraction.")
    with_difference = frame.assign(difference_mu=frame["delivered_mu"] - frame["specified_mu"])
    head = "".join(
        f'<th scope="col"{_class(one)} title="{escape(MEANING.get(one.name, "delivered minus planned"), quote=True)}">{one.header}</th>'
        for one in COLUMNS
    )
    rows = "".join(_row(values) for values in with_difference[[one.name for one in COLUMNS]].itertuples(index=False, name=None))
    return f'<table class="wb-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(values: tuple[Any, ...]) -> str:
    cells = "".join(
        f'<td{_class(one)} data-column="{one.name}">{NOT_KNOWN if pd.isna(value) else one.cell(value)}</td>'
        for one, value in zip(COLUMNS, values, strict=True)
    )
    return f"<tr>{cells}</tr>"


def _class(column: Shown) -> str:
    return ' class="wb-right"' if column.is_number else ""
