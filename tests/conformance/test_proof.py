"""Every row of both statements, proven one by one; each table prints how many rows it has and how many are proven.

A created row is built in a named scenario, has its tag and VR, is there where its type demands it and absent where its
condition does not hold, comes from the source that the statement names, and is missed when it is dropped or changed. A
received row is read, and its absence, another VR, a value that breaks its VR or is not listed are found.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance import created, received
from tests.conformance.exceptions import ALTERED, UNPROVEN, one_sided
from tests.conformance.tables import TABLES, Row, attributes

PROOFS: dict[str, Callable[[Row], list[str]]] = {
    "created": created.lacks,
    "received": received.lacks,
    "export": created.lacks,
    "import": received.lacks,
}
ROWS = {key: attributes(*key) for key in TABLES}


def key_of(row: Row) -> tuple[str, str, str]:
    """Direction, object and path."""
    return (row["direction"], row["iod"], row["path"])


@pytest.mark.parametrize(("statement", "direction"), TABLES)
def test_every_row_is_proven(statement: str, direction: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No row of the table lacks anything, but for those listed with their reasons."""
    rows = ROWS[statement, direction]

    lacking = {key_of(row): problems for row in rows if (problems := PROOFS[direction](row))}

    with capsys.disabled():
        print(f"\n{TABLES[statement, direction]}: rows {len(rows)} proven {len(rows) - len(lacking)}")  # noqa: T201 - the count is the result
        for key, problems in lacking.items():
            print(f"  unproven {key}: {'; '.join(problems)}")  # noqa: T201 - likewise
    assert set(lacking) == {key for key in UNPROVEN if key[0] == direction}, lacking


def test_exceptions_name_rows_that_exist() -> None:
    """Every row that is listed as an exception is a row of a table, and a conditional one where its condition is the matter."""
    types = {(row["direction"], name, row["path"]): row["type"] for rows in ROWS.values() for row in rows for name in row["iod"].split(";")}

    assert {key for key in (*one_sided(), *ALTERED) if types.get(key) not in {"1C", "2C"}} == set()
    assert set(UNPROVEN) - set(types) == set()


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("RTPlanGeometry", {"path": "RTPlanGeometries"}),
        ("StudyID", {"vr": "LO"}),
        ("RTPlanRelationship", {"rule": "constant:ALTERNATE"}),
        ("PlanIntent", {"rule": "constant:CURATIVE"}),
        ("StudyDescription", {"type": "1"}),
        ("ReferencedROINumber", {"rule": "copy:RTBeamsDeliveryInstruction(current_session)"}),
        ("DeliveredMeterset", {"rule": "first=copy;last=absent"}),
        ("NominalBeamEnergy", {"rule": "first=copy;last=absent"}),
        ("GantryAngleTolerance", {"rule": "constant:1"}),
        ("ReasonForOmission", {"rule": "empty"}),
        ("ContinuationStartMeterset", {"type": "1"}),
        ("ProcedureStepState", {"values": "COMPLETED"}),
    ],
)
def test_a_created_row_that_were_otherwise_would_not_be_proven(path: str, change: Row) -> None:
    """The proof of a row fails when the table is made to say something else."""
    row = next(row for row in ROWS["tms", "created"] if row["path"].rpartition(".")[2] == path)
    changed = {**row, **change, "path": row["path"].replace(path, change.get("path", path))}
    changed["tag"] = row["tag"] if "path" not in change else "300A000D"

    assert created.lacks(row) == []
    assert created.lacks(changed) != []


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("StudyInstanceUID", {"type": "3"}),
        ("SeriesDate", {"type": "1"}),
        ("RTImageLabel", {"vr": "UT"}),
        ("PatientPosition", {"type": "1"}),
        ("Modality", {"rule": "enum", "values": "TERM"}),
    ],
)
def test_a_received_row_that_were_otherwise_would_not_be_proven(path: str, change: Row) -> None:
    """The proof of a row fails when the table is made to say something else."""
    row = next(row for row in ROWS["tms", "received"] if row["path"] == path)

    assert received.lacks(row) == []
    assert received.lacks({**row, **change}) != []
