"""The fact tables of both statements, as the tests read them; they are never made from the rows under test."""

from __future__ import annotations

import csv
from pathlib import Path

Row = dict[str, str]
FOLDER = Path(__file__).resolve().parent.parent / "data" / "conformance"
COLUMNS = ("statement", "direction", "iod", "module", "path", "tag", "vr", "type", "rule", "values")
TABLES = {
    ("tms", "created"): "tms_created.csv",
    ("tms", "received"): "tms_received.csv",
    ("ocular", "export"): "ocular_export.csv",
    ("ocular", "import"): "ocular_import.csv",
}
"""Statement and direction → the table of its attributes."""


def read(name: str) -> list[Row]:
    """A table's rows."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def attributes(statement: str, direction: str) -> list[Row]:
    """A table of attributes in the columns of the printed statement."""
    rows = read(TABLES[statement, direction])
    return [{"statement": statement, "direction": direction, "iod": row.get("iod") or row["iods"], **_common(row)} for row in rows]


def _common(row: Row) -> Row:
    return {column: row[column] for column in COLUMNS if column in row}
