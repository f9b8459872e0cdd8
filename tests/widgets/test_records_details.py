"""One row in full and irregular records in words, as HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from tests.records.answers.frames import INTERRUPTED, beams
from tests.widgets.given import make_records
from workbench_widgets.records_details import details, file_line, irregular_list, object_text
from workbench_widgets.table_rows import TableRows


def words(text: str) -> str:
    """HTML as words."""
    return " ".join(re.sub("<[^>]+>", " ", text).split())


def test_a_row_is_told_with_units_and_meanings_and_blanks_are_named() -> None:
    """Value, unit and what the column means in one line; what is not known is said to be blank."""
    table = TableRows(beams(INTERRUPTED[0]))

    shown = details(table.row(0), table.columns)

    (line,) = re.findall(r'<tr data-column="delivered_mu">.*?</tr>', shown)
    assert words(line) == "delivered 12.5 MU primary meterset delivered in it"
    assert "snout" in words(shown).partition("Blank: ")[2]
    assert 'data-uid="2.25.101"' in shown


def test_what_came_from_outside_is_never_markup() -> None:
    """Names, paths, objects and sentences are escaped; a record of an unknown fraction, of a plan that is not here, has two sentences."""
    evil = "<script>alert(1)</script>"
    table = TableRows(beams({**INTERRUPTED[0], "beam_name": evil, "record_uid": evil}))
    irregular = make_records([{**INTERRUPTED[0], "plan_label": evil, "fraction": None}], planned_beams=beams()).answers.irregularities()

    shown = (details(table.row(0), table.columns), file_line(Path(f"/{evil}")), object_text(evil), irregular_list(irregular))

    assert list(irregular["kind"]) == ["unplaced", "missing"]
    assert [one for one in shown if "<script" in one] == []


def test_a_place_is_broken_where_it_has_a_joint() -> None:
    """A path of keywords behind its dots, a file behind its slashes: no word of either is cut in two for want of room."""
    table = TableRows(pd.DataFrame({"path": ["BeamSequence[0].BeamName"], "file": ["P1/record.dcm"]}, dtype="string"))

    shown = details(table.row(0), table.columns)

    assert ("BeamSequence[0].<wbr>BeamName" in shown, "P1/<wbr>record.<wbr>dcm" in shown) == (True, True)
    assert "/<wbr>data/<wbr>P1.<wbr>dcm" in file_line(Path("/data/P1.dcm"))


def test_irregular_records_are_a_list_of_sentences() -> None:
    """Two of the course: the second fraction's second beam is not there though a third fraction has begun."""
    rows = [*INTERRUPTED, {**INTERRUPTED[0], "record_uid": "2.25.201", "fraction": 3, "session": 3}]

    shown = irregular_list(make_records(rows).answers.irregularities())

    assert words(shown).startswith(
        "\N{MULTIPLICATION X} missing P-001 · EYE · fraction 2 · beam 2 No record is here of beam 2 in fraction 2"
    )
    assert (
        irregular_list(make_records().answers.irregularities().head(0)) == '<p class="wb-empty">None: every record counts as it says.</p>'
    )
