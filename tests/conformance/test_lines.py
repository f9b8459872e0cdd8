"""The printed lines are the rows of both statements: complete, in their order, equal column by column."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import groupby
from pathlib import Path

import pytest

from tests.conformance.differences import CONSTANT_REPEATED, EQUAL_RESOLVED, SAYS_MORE
from tests.conformance.tables import COLUMNS, FOLDER, TABLES, Row, attributes, read
from workbench.conformance.lines import as_csv

COUNTS = {("tms", "created"): 281, ("tms", "received"): 333, ("ocular", "export"): 222, ("ocular", "import"): 14}
"""Rows of the tables, as their makers counted them in the statements."""


def printed() -> list[Row]:
    """The printed lines."""
    return list(csv.DictReader(StringIO(as_csv())))


def of(direction: str) -> list[Row]:
    """The printed lines of one direction."""
    return [row for row in printed() if row["direction"] == direction]


def same_rule(rule: str) -> str:
    """The rule with the parts of ``by_iod:`` in alphabetical order."""
    word, _, parts = rule.partition(":")
    return f"by_iod:{'|'.join(sorted(parts.split('|')))}" if word == "by_iod" else rule


def test_the_columns_are_those_that_everybody_can_compare() -> None:
    """The header names statement, direction, object, module, path, tag, VR, type, rule and values."""
    header = as_csv().splitlines()[0]

    assert tuple(header.split(",")) == COLUMNS


@pytest.mark.parametrize(("statement", "direction"), TABLES)
def test_every_row_is_printed_once_and_in_order(statement: str, direction: str) -> None:
    """Object, module, path, tag, VR and type of each line are those of the table's row at the same place."""
    table, ours = attributes(statement, direction), of(direction)

    equal = ("statement", "direction", "iod", "module", "path", "tag", "vr", "type")

    assert len(table) == COUNTS[statement, direction]
    assert [[row[column] for column in equal] for row in ours] == [[row[column] for column in equal] for row in table]


@pytest.mark.parametrize(("statement", "direction"), TABLES)
def test_rules_are_those_of_the_tables_but_where_these_are_silent(statement: str, direction: str) -> None:
    """Each rule equals the table's; lines that say more than a silent table are exactly those listed."""
    pairs = list(zip(attributes(statement, direction), of(direction), strict=True))

    other = [
        (row["path"], row["rule"], line["rule"]) for row, line in pairs if row["rule"] and same_rule(row["rule"]) != same_rule(line["rule"])
    ]
    more = {(direction, line["iod"], line["path"]) for row, line in pairs if line["rule"] and not row["rule"]}

    assert other == []
    assert more == {key for keys in SAYS_MORE.values() for key in keys if key[0] == direction}


@pytest.mark.parametrize(("statement", "direction"), TABLES)
def test_values_are_those_of_the_tables_or_follow_from_the_rule(statement: str, direction: str) -> None:
    """Each list of values equals the table's; where the table has none, ours repeats a constant or has one of a listed difference."""
    pairs = list(zip(attributes(statement, direction), of(direction), strict=True))

    unexplained = [(line["path"], row["values"], line["values"]) for row, line in pairs if not why(row, line)]

    assert unexplained == []


def why(row: Row, line: Row) -> str:
    """Why the values of a row and a line may stand as they are; blank when nothing explains them."""
    if set(row["values"].split(";")) == set(line["values"].split(";")):
        return "equal"
    if row["values"]:
        return ""
    if line["rule"].startswith("equal:"):
        return EQUAL_RESOLVED
    if line["rule"].removeprefix("export=").startswith(("constant:", "by_iod:")):
        return CONSTANT_REPEATED
    return ""


def test_a_row_shared_by_two_objects_is_printed_once() -> None:
    """No line has the key of another: statement, direction, object, module and path."""
    keys = sorted((row["statement"], row["direction"], row["iod"], row["module"], row["path"]) for row in printed())

    assert [key for key, group in groupby(keys) if len(list(group)) > 1] == []


def test_the_copied_tables_are_the_ones_they_were_copied_from(shared: Path) -> None:
    """Where both exist, each table of the tests equals its source."""
    copied = {path.name: path.read_bytes() for path in FOLDER.glob("*.csv")}

    assert copied == {path.name: path.read_bytes() for path in (shared / "conformance").glob("*.csv")}


def test_the_presence_rule_of_the_import_is_the_table_of_type_1_attributes() -> None:
    """The 23 attributes that must be there on import are those of the table, in its order."""
    from workbench.iods.ocular_rt_image import TYPE_1_ON_IMPORT  # noqa: PLC0415 - used here alone

    ours = [(module.name, row.keyword, row.type, module.source) for module in TYPE_1_ON_IMPORT for row in module.rows]  # type: ignore[union-attr]

    assert ours == [(row["module"], row["path"], row["type"], row["source_section"]) for row in read("ocular_import_type1.csv")]
