"""The rows of both statements to look things up in."""

from __future__ import annotations

from collections import Counter

import pytest

from workbench.conformance.browsing import Source, StatementRow, find_rows, statement_rows
from workbench.conformance.lines import lines
from workbench.conformance.objects import Direction


def one(path: str, direction: str, iod: str) -> StatementRow:
    """The only row at a place."""
    (row,) = (row for row in find_rows(direction=direction, iod=iod) if row.path == path)
    return row


def test_every_printed_line_is_among_the_rows() -> None:
    """Direction, object, module and path of each line of the statement are those of a row; a line of two objects is two rows."""
    rows = Counter((row.statement, row.direction.value, row.iod, row.module, row.path) for row in statement_rows())

    missing = [
        line for line in lines() for iod in line.iod.split(";") if (line.statement, line.direction, iod, line.module, line.path) not in rows
    ]

    assert missing == []
    assert len(statement_rows()) > 850


@pytest.mark.parametrize(
    ("path", "direction", "iod", "source", "how"),
    [
        ("PatientName", "export", "RT Ion Plan", Source.PLAN, "name of the patient of the plan"),
        ("SOPInstanceUID", "created", "RT Ion Plan", Source.MAKING, "newly generated UID"),
        ("Manufacturer", "created", "RT Ion Beams", Source.SETTINGS, "from the settings (as stated: RaySearch Laboratories)"),
        (
            "TreatmentSessionIonBeamSequence.ReferencedBeamNumber", "created", "RT Ion Beams", Source.USER,
            "entered by the user: beam number",
        ),
        ("BeamTaskSequence.ContinuationStartMeterset", "created", "Instruction", Source.SESSION, "start meterset (MU) of the task"),
        ("PlanIntent", "created", "RT Ion Plan", Source.COMPUTED, "VERIFICATION for QA, else unchanged"),
        ("AccessionNumber", "export", "RT Ion Plan", Source.FIXED, "sent without a value"),
        ("PatientName", "received", "RT Ion Plan", Source.SENDER, "read"),
        ("PatientName", "received", "RT Ion Beams", Source.COMPARED, "compared with Patient's Name of the plan"),
    ],
)  # fmt: skip
def test_how_a_value_arises_is_told(path: str, direction: str, iod: str, source: Source, how: str) -> None:
    """Where the value comes from as a word, and how in words, for one row of each source."""
    row = one(path, direction, iod)

    assert (row.source, row.how) == (source, how)


def test_rows_are_found_by_words_and_by_columns() -> None:
    """A tag however it is written, a part of a name, a module; all words have to fit."""
    by_tag, by_printed_tag = find_rows("300A03A2"), find_rows("(300A,03A2)")

    assert by_tag == by_printed_tag
    assert {row.keyword for row in by_tag} == {"IonBeamSequence"}
    assert {row.iod for row in find_rows("snout id", direction="received")} == {"RT Ion Plan", "RT Ion Beams Treatment Record"}
    assert {row.module for row in find_rows(module="patient study")} <= {"Patient Study"}
    assert {row.direction for row in find_rows(direction="import")} == {Direction.IMPORT}
    assert find_rows("no such words anywhere") == ()


def test_a_column_that_no_row_has_is_refused() -> None:
    """With the columns there are."""
    with pytest.raises(TypeError, match="found column 'colour', expected one of statement, direction"):
        find_rows(colour="blue")


def test_a_row_tells_what_we_accept_beyond_its_list() -> None:
    """The patient of an ocular plan sits, which no list of the TMS statement has: E116."""
    rows = [row for row in find_rows("PatientPosition", direction="received") if row.iod == "RT Ion Plan"]

    assert [row.how for row in rows] == ["one of HFS, HFP, FFS, FFP (accepted too: SITTING)"]
