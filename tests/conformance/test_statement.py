"""The printed statement: kept in the repository as it is printed, whole, in the structure of PS3.2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.conformance.lines import as_csv, rows_of
from workbench.conformance.objects import OBJECTS, Direction, described
from workbench.conformance.statement import as_markdown
from workbench.conformance.words import attribute_name
from workbench.dicom import uids
from workbench.dicom.spec import Attribute, Iod
from workbench.errors import Refused

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def test_the_kept_document_is_the_printed_one() -> None:
    """`docs/conformance-statement.md` is what `make statement` prints now."""
    assert (DOCS / "conformance-statement.md").read_text(encoding="utf-8") == as_markdown()


def test_the_kept_lines_are_the_printed_ones() -> None:
    """`docs/conformance-statement.csv` is what `make statement` prints now."""
    assert (DOCS / "conformance-statement.csv").read_text(encoding="utf-8") == as_csv()


def test_the_chapters_are_those_of_the_standard() -> None:
    """Top headings are the sections of PS3.2's template, in its order."""
    headings = re.findall(r"^## (\d) (.+)$", as_markdown(), flags=re.MULTILINE)

    assert headings == [
        ("1", "Conformance statement overview"),
        ("2", "Table of contents"),
        ("3", "Introduction"),
        ("4", "Networking"),
        ("5", "Media interchange"),
        ("6", "Support of character sets"),
        ("7", "Security"),
        ("8", "Annexes"),
    ]


def test_every_row_of_every_object_is_in_the_annex() -> None:
    """Each object's part has a line for each row, with name and type."""
    text = as_markdown()
    annex = text[text.index("### 8.1 IOD contents") : text.index("#### 8.1.5 ")]
    parts = re.split(r"^##### 8\.1\.\d\.\d .+$", annex, flags=re.MULTILINE)[1:]

    names = [
        [re.sub(r"^>+ ", "", line.split(" | ")[0].removeprefix("| ")) for line in part.splitlines() if _is_row(line)] for part in parts
    ]

    assert names == [[attribute_name(row) for _, _, row in rows_of(iod)] for iod in _in_order()]


def test_rows_beyond_the_statements_are_printed_apart() -> None:
    """Every attribute that we add is among the extensions, with its reason."""
    text = as_markdown()
    extensions = text[text.index("### 8.5 Standard extended") : text.index("### 8.6 ")]

    beyond = [(path, row.beyond) for iod in OBJECTS for _, path, row in iod.walk() if isinstance(row, Attribute) and row.beyond]

    assert [line for line in beyond if f"| {line[0]} | {line[1]} |" not in extensions] == []


def test_a_class_that_no_table_has_is_refused() -> None:
    """Asked for an object that is never exported, the refusal names what is."""
    with pytest.raises(Refused, match=r"SOP class: found .*1\.1\.2, expected one that is exported: RT Ion Plan .*, RT Image"):
        described(uids.CT_IMAGE, Direction.EXPORT)


def _in_order() -> list[Iod]:
    return [iod for direction in Direction for iod in OBJECTS if iod.direction == direction.value]


def _is_row(line: str) -> bool:
    return re.match(r"^\| .+ \| \([0-9A-Fx]{4},[0-9A-F]{4}\) \|", line) is not None
