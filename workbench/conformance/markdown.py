"""The little of Markdown that a statement needs: numbered headings, tables, lists. It knows nothing of DICOM."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def heading(number: str, title: str) -> str:
    """A heading, one level deeper for each part of its number."""
    return f"{'#' * (number.count('.') + 2)} {number} {title}\n"


def paragraph(text: str) -> str:
    """One paragraph."""
    return f"{text}\n"


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "".join(f"* {item}\n" for item in items)


def numbered(items: Iterable[str]) -> str:
    """A numbered list."""
    return "".join(f"{index}. {item}\n" for index, item in enumerate(items, start=1))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line breaks in its cells do no harm."""
    lines = [_row(header), _row(["---"] * len(header)), *(_row(row) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def document(*parts: str) -> str:
    """Parts separated by an empty line."""
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"
