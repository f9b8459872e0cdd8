"""A table as bytes, in the formats that people and programs ask for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

import pandas as pd

from workbench.errors import Unavailable


class RecordsFormat(StrEnum):
    """How a table is given."""

    TABLE = "table"
    """Aligned columns for people; the ones that fit a terminal."""
    CSV = "csv"
    """Comma-separated values."""
    JSON = "json"
    """A list of objects."""
    PARQUET = "parquet"
    """Apache Parquet."""
    EXCEL = "xlsx"
    """An Excel workbook of one sheet; moments in UTC, units in the header."""

    @property
    def is_binary(self) -> bool:
        """Whether it is no text, so that it wants a file."""
        return self in {RecordsFormat.PARQUET, RecordsFormat.EXCEL}


ON_A_TERMINAL = (
    "patient_id",
    "plan_label",
    "fraction",
    "beam",
    "delivery_type",
    "termination",
    "specified_mu",
    "delivered_mu",
    "gantry_deg",
    "started_at",
    "ended_at",
)
FORMULA, TEXT = "f", "s"
"""What a cell of openpyxl's holds."""
WIDEST: Final = 40
"""No column of a sheet is wider, in characters."""


def rendered(frame: pd.DataFrame, form: RecordsFormat) -> bytes:
    """A table in this format; text is UTF-8.

    Raises
    ------
    Unavailable : Excel is asked for, and what writes it is not installed.
    """
    match form:
        case RecordsFormat.TABLE:
            return as_text(frame).encode("utf-8")
        case RecordsFormat.CSV:
            return frame.to_csv(index=False).encode("utf-8")
        case RecordsFormat.JSON:
            return (frame.to_json(orient="records", date_format="iso", indent=2) or "[]").encode("utf-8")
        case RecordsFormat.PARQUET:
            return bytes(frame.to_parquet(index=False) or b"")
        case RecordsFormat.EXCEL:
            return _workbook(frame)


def as_text(frame: pd.DataFrame) -> str:
    """A table in aligned columns; moments in UTC to the second; blank where a record is silent."""
    is_of_beams = frame.attrs.get("table", "beams") == "beams"
    if frame.empty:
        return "no beam is recorded" if is_of_beams else "nothing is recorded"
    shown = ON_A_TERMINAL if is_of_beams else [name for name in frame.columns if name != "file" and not name.endswith(("_uid", "_uids"))]
    reduced = frame[list(shown)].copy()
    for name in reduced.columns[reduced.dtypes == "datetime64[us, UTC]"]:
        reduced[name] = reduced[name].dt.strftime("%Y-%m-%d %H:%M:%S")
    text = reduced.astype(object).where(reduced.notna(), "")
    decimals = 1 if is_of_beams else 2
    return str(text.to_string(index=False, float_format=lambda number: f"{number:.{decimals}f}"))


def _workbook(frame: pd.DataFrame) -> bytes:
    """One sheet: numbers are numbers and moments are moments, which Excel knows without zone."""
    units = frame.attrs.get("units", {})
    # Excel has neither zones nor categories.
    plain = frame.assign(**{name: frame[name].dt.tz_localize(None) for name in frame.columns[frame.dtypes == "datetime64[us, UTC]"]})
    plain.columns = pd.Index([f"{name} ({units[name]})" if name in units else name for name in frame.columns])
    buffer = BytesIO()
    name = str(frame.attrs.get("table", "records"))
    try:
        with pd.ExcelWriter(buffer, engine="openpyxl", datetime_format="yyyy-mm-dd hh:mm:ss") as writer:
            plain.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            sheet = writer.sheets[name]
            for cells in sheet.columns:
                _as_words(cells)
                longest = max(len(str(cell.value or "")) for cell in cells)
                sheet.column_dimensions[cells[0].column_letter].width = min(longest + 2, WIDEST)
    except ImportError as problem:
        raise Unavailable(
            "Excel: openpyxl is not installed, expected the extra: pip install ocular-proton-workbench[excel]", rule="extra"
        ) from problem
    return buffer.getvalue()


def _as_words(cells: Iterable[Any]) -> None:
    """Texts are what objects of others hold: one that begins with an equals sign is a text as well, and nothing to be computed."""
    for cell in cells:
        if cell.data_type == FORMULA:
            cell.data_type = TEXT
