"""Tables as notebooks show them: words begin at the left, and a UID leaves room for what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

LONG_UID: Final = re.compile(r"(?P<first>[0-2]\.[0-9.]{6})[0-9.]{10,}(?P<last>[0-9.]{5})")
LEFT: Final = 'style="text-align:left"'


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are text and not markup."""
    head = "".join(f"<th {LEFT}>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td {LEFT}>{_shown(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(cell: str) -> str:
    """The text of a cell; of a long UID both ends, the whole on hover."""
    uid = LONG_UID.fullmatch(cell)
    if uid is None:
        return escape(cell)
    return f'<span title="{cell}" style="white-space:nowrap">{uid["first"]}\N{HORIZONTAL ELLIPSIS}{uid["last"]}</span>'
