"""Conditions of SQL that every match fulfils: what is not read need not be held against a query.

They let through more than what matches, never less; the caller decides. Not every database compares as DICOM does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, or_

from workbench.dicom.matching import NUMBER_VRS, Test, Values, Wildcard, Within, name_groups


def narrowing(column: Column[Any], test: Test) -> ColumnElement[bool] | None:
    """What every match fulfils; None where SQL cannot say."""
    match test:
        case Within(vr="DA", period=period):
            ends = [column >= f"{period.first:%Y%m%d}"] if period.first else []
            return and_(column != "", *ends, *([column <= f"{period.last:%Y%m%d}"] if period.last else []))
        case Within(vr="DT", period=period):
            ends = [column >= instant(period.first)] if period.first else []
            # A moment without offset is nowhere in universal time; it is left to the caller.
            return or_(column == "", and_(*ends, *([column <= instant(period.last)] if period.last else [])))
        case Values(vr="PN", texts=(name,)) | Wildcard(vr="PN", pattern=name):
            # A key of several component groups is left to the caller.
            return None if "=" in name else column.like(f"%={_like(name_groups(name)[0])}=%", escape="\\")
        case Values(vr=vr, texts=texts) if vr not in NUMBER_VRS and all(text.isascii() for text in texts):
            return column == texts[0] if len(texts) == 1 else column.in_(texts)
        case Wildcard(pattern=pattern) if pattern.isascii():
            return column.like(_like(pattern), escape="\\")
        case _:
            return None


def _like(pattern: str) -> str:
    """A pattern of DICOM as one of SQL."""
    return "".join({"*": "%", "?": "_", "%": "\\%", "_": "\\_", "\\": "\\\\"}.get(letter, letter) for letter in pattern)


def name_key(name: str) -> str:
    """A name's component groups in comparable form, each between equals signs."""
    return "".join(f"={group}" for group in name_groups(name)) + "="


def instant(moment: datetime) -> str:
    """A moment in universal time, as text that sorts like it."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S.%f}"
