"""A table as bytes, in the formats that people and programs ask for."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd


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


class RecordsTable(StrEnum):
    """What is tabulated."""

    BEAMS = "beams"
    """Recorded deliveries."""
    POSITIONS = "positions"
    """Table positions of structure sets and images."""
    REGISTRATIONS = "registrations"
    """Rigid registrations as six degrees of freedom."""


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


def rendered(frame: pd.DataFrame, form: RecordsFormat) -> bytes:
    """A table in this format; text is UTF-8."""
    match form:
        case RecordsFormat.TABLE:
            return as_text(frame).encode("utf-8")
        case RecordsFormat.CSV:
            return frame.to_csv(index=False).encode("utf-8")
        case RecordsFormat.JSON:
            return (frame.to_json(orient="records", date_format="iso", indent=2) or "[]").encode("utf-8")
        case RecordsFormat.PARQUET:
            return bytes(frame.to_parquet(index=False) or b"")


def as_text(frame: pd.DataFrame) -> str:
    """A table in aligned columns; moments in UTC to the second; blank where a record is silent."""
    is_of_beams = "beam" in frame.columns
    if frame.empty:
        return "no beam is recorded" if is_of_beams else "nothing is recorded"
    shown = ON_A_TERMINAL if is_of_beams else [name for name in frame.columns if name != "file" and not name.endswith("_uid")]
    reduced = frame[list(shown)].copy()
    for name in reduced.columns[reduced.dtypes == "datetime64[us, UTC]"]:
        reduced[name] = reduced[name].dt.strftime("%Y-%m-%d %H:%M:%S")
    text = reduced.astype(object).where(reduced.notna(), "")
    decimals = 1 if is_of_beams else 2
    return str(text.to_string(index=False, float_format=lambda number: f"{number:.{decimals}f}"))
