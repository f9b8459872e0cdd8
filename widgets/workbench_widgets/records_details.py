"""One row of a table in full, and irregular records in words, as HTML; everything that came from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

import pandas as pd

from workbench_widgets.markup import MIDDOT, breakable, copied, empty, short_uid
from workbench_widgets.table_columns import Kind, ShownColumn

MOST_SENTENCES: Final = 30
KINDS: Final = {
    "missing": "fail", "contradictory": "fail", "overdelivered": "fail", "unplanned": "warn", "unplaced": "warn", "duplicate": "warn",
}  # fmt: skip
MARKS: Final = {"fail": "\N{MULTIPLICATION X}", "warn": "!"}


def details(row: Mapping[str, Any], columns: Sequence[ShownColumn]) -> str:
    """Every column of a row with its unit and its meaning; what is not known is named at the end."""
    known = [column for column in columns if row.get(column.name) is not None]
    blank = [column for column in columns if row.get(column.name) is None]
    body = "".join(_detail(column, row[column.name]) for column in known)
    rest = f'<p class="wb-quiet">Blank: {escape(", ".join(column.label for column in blank))}.</p>' if blank else ""
    return f'<table class="wb-table wb-detail"><tbody>{body}</tbody></table>{rest}'


def _detail(column: ShownColumn, value: Any) -> str:
    words, whole = column.written(value), column.whole(value)
    if column.kind is Kind.UID:
        shown = " ".join(short_uid(uid) for uid in words.split(", "))
    elif column.kind is Kind.TIME:
        shown = escape(whole)
    elif column.kind in {Kind.FILE, Kind.PATH}:
        shown = breakable(words)
    else:
        shown = f'<span title="{escape(whole, quote=True)}">{escape(words)}</span>'
    unit = f' <small class="wb-quiet">{escape(column.unit)}</small>' if column.unit else ""
    return (
        f'<tr data-column="{escape(column.name, quote=True)}"><th scope="row">{escape(column.label)}</th><td>{shown}{unit}</td>'
        f'<td class="wb-quiet wb-meaning">{escape(column.meaning)}</td></tr>'
    )


def file_line(path: Path | None) -> str:
    """Where the row was read from, to be copied."""
    if path is None:
        return ""
    whole = escape(str(path), quote=True)
    return (
        f'<p class="wb-file"><span class="wb-quiet">file</span> '
        f'<button type="button" class="wb-uid" data-path="{whole}" title="click to copy" onclick="{copied("path")}">'
        f"{breakable(str(path))}</button></p>"
    )


def object_text(words: str) -> str:
    """An object attribute by attribute."""
    return f'<pre class="wb-object" tabindex="0">{escape(words)}</pre>'


def irregular_list(answer: pd.DataFrame) -> str:
    """What is missing, duplicate or contradictory, a sentence each."""
    if answer.empty:
        return empty("None: every record counts as it says.")
    names = ["patient_id", "plan_label", "fraction", "beam", "kind", "sentence"]
    plain = answer[names].astype(object)
    rows = [dict(zip(names, row, strict=True)) for row in plain.head(MOST_SENTENCES).itertuples(index=False, name=None)]
    items = "".join(_irregular({name: None if pd.isna(value) else value for name, value in row.items()}) for row in rows)
    more = (
        f'<p class="wb-quiet">{len(answer) - MOST_SENTENCES} more: see the table of irregularities.</p>' if len(answer) > len(rows) else ""
    )
    return f'<ul class="wb-irregular">{items}</ul>{more}'


def _irregular(row: Mapping[str, Any]) -> str:
    tone = KINDS.get(str(row["kind"]), "warn")
    where = [str(row["patient_id"] or "patient not known"), str(row["plan_label"] or "")]
    where += [f"{name} {row[name]}" for name in ("fraction", "beam") if row[name] is not None]
    return (
        f'<li data-kind="{escape(str(row["kind"]), quote=True)}"><span class="wb-{tone}"><i aria-hidden="true">{MARKS[tone]}</i>'
        f"<b>{escape(str(row['kind']))}</b></span> <span class='wb-quiet'>{escape(MIDDOT.join(one for one in where if one))}</span>"
        f"<div>{escape(str(row['sentence']))}</div></li>"
    )
