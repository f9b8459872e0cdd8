"""Files imported in JupyterLab with a real browser: the question about the Patient ID, and the image that comes in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DIALOG = """
from pathlib import Path

import numpy as np
import workbench as wb
from pydicom import dcmread
from workbench_widgets import ImportDialog

bench = wb.Workbench(listen=False)
plan = wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan())
for path in bench.export(plan, "stick"):
    dataset = dcmread(path)
    if dataset.Modality == "RTIMAGE":
        rows, columns = np.indices((dataset.Rows, dataset.Columns))
        bone = np.hypot(rows - dataset.Rows / 2, columns - dataset.Columns / 2) < dataset.Rows / 3
        dataset.PixelData = (60 + rows // 8 + 100 * bone).astype(np.uint8).tobytes()
        dataset.save_as(path)
Path("stick", "notes.txt").write_text("no DICOM")
whole = next(Path("stick").glob("RTIMAGE_AXIAL*")).read_bytes()
Path("stick", "broken.dcm").write_bytes(whole[:-1000])
dialog = ImportDialog(bench)
dialog
"""
"""A plan, its two images with pixels, a truncated file and a text, in a folder beside the notebook."""


def open_dialog(page: Any, address: str, notebooks: Path) -> None:
    """A notebook with one cell that shows the dialog, run beside a new folder of files."""
    shutil.rmtree(notebooks / "stick", ignore_errors=True)
    lab.write_notebook(notebooks / "import.ipynb", DIALOG, "pass")
    lab.open_notebook(page, address, "import.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-import-dialog")


def test_another_patients_images_are_imported_after_a_question(page: Any, address: str, notebooks: Path) -> None:
    """By keyboard alone: name a folder, choose, enter another Patient ID, be asked, go on; the images are seen and listed."""
    open_dialog(page, address, notebooks)

    page.focus(".wb-import-path input")
    page.keyboard.type("stick")
    page.keyboard.press("Enter")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("3 files found, 1 cannot be read. 1 other file there")
    expect(page, ".wb-import-refused li").to_contain_text("broken.dcm: ")
    page.focus(".wb-import-choice select")
    page.keyboard.press("Control+a")
    page.get_by_label("Patient ID", exact=True).focus()
    page.keyboard.type("P-002")
    expect(page, ".wb-import-start").to_have_text("Import \N{MIDDLE DOT} 3 files for P-002")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text(
        "The Patient ID does not match: 3 files carry SAMPLE, to be imported for P-002. Import them all the same?"
    )
    expect(page, ".wb-question[open] p").to_contain_text("3 files carry SAMPLE, to be imported for P-002.")
    assert page.locator(".wb-import-done tbody tr").count() == 0
    expect(page, ".wb-question-no").to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page, ".wb-question").to_be_hidden()

    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("3 files imported.")
    expect(page, ".wb-import-pictures .wb-drawn").to_be_visible()
    expect(page, ".wb-import-pictures .wb-heading").to_contain_text("AXIAL")
    labels = page.eval_on_selector_all(".wb-import-done [data-column=label]", "cells => cells.map(cell => cell.innerText)")
    assert sorted(labels) == ["AXIAL", "LATERAL", "Plan 1"]


def test_looking_elsewhere_empties_the_list(page: Any, address: str, notebooks: Path) -> None:
    """After a folder with files, a file that is none: what was chosen is gone, the reason is a sentence."""
    open_dialog(page, address, notebooks)
    page.fill(".wb-import-path input", "stick")
    page.press(".wb-import-path input", "Enter")
    expect(page, ".wb-import-choice option").to_have_count(3)

    page.fill(".wb-import-path input", "stick/notes.txt")
    page.press(".wb-import-path input", "Enter")

    expect(page, ".wb-import-refused li").to_contain_text("stick/notes.txt: found no DICM at byte 128, expected a DICOM file")
    expect(page, ".wb-import-choice option").to_have_count(0)


def test_the_question_is_a_modal_dialog_with_a_safe_answer(page: Any, address: str, notebooks: Path) -> None:
    """Nothing behind it can be clicked, Escape leaves the files out, and then another Patient ID can be entered."""
    open_dialog(page, address, notebooks)
    page.fill(".wb-import-path input", "stick")
    page.press(".wb-import-path input", "Enter")
    page.get_by_label("Patient ID", exact=True).fill("P-002")
    expect(page, ".wb-import-start").to_be_enabled()

    page.click(".wb-import-start")
    expect(page, ".wb-question[open]").to_be_visible()
    x, y = (page.locator(".wb-import-source .wb-heading").bounding_box()[one] + 2 for one in ("x", "y"))
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).className", [x, y]) == "wb-question", (
        "its backdrop is before all else"
    )
    page.keyboard.press("Escape")

    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("3 files not imported: the Patient ID does not match.")
    expect(page, ".wb-question").to_be_hidden()
    expect(page, ".wb-import-start").to_be_enabled()


def test_a_question_that_nobody_would_see_waits(page: Any, address: str, notebooks: Path) -> None:
    """Asked while the dialog is hidden, it holds up nothing of the page; it is asked when the dialog comes to the front."""
    open_dialog(page, address, notebooks)
    page.fill(".wb-import-path input", "stick")
    page.press(".wb-import-path input", "Enter")
    page.get_by_label("Patient ID", exact=True).fill("P-002")
    expect(page, ".wb-import-start").to_be_enabled()

    lab.run_cell(page, 1, "dialog.layout.display = 'none'; dialog.start.click()")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("The Patient ID does not match")
    assert page.locator(".wb-question[open]").count() == 0
    lab.run_cell(page, 1, "dialog.layout.display = ''")

    expect(page, ".wb-question[open]").to_be_visible()
    page.click(".wb-question-no")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("3 files not imported")


def test_a_file_from_the_browser_is_imported(page: Any, address: str, notebooks: Path) -> None:
    """A file chosen in the browser's own dialog is listed, imported and shown."""
    open_dialog(page, address, notebooks)
    (axial,) = (notebooks / "stick").glob("RTIMAGE_AXIAL*")

    with page.expect_file_chooser() as chooser:
        page.click(".wb-import-upload")
    chooser.value.set_files(axial)
    expect(page, ".wb-import-choice option").to_contain_text("AXIAL")
    page.get_by_label("Patient ID", exact=True).fill("sample")
    expect(page, ".wb-import-start").to_be_enabled()
    page.click(".wb-import-start")

    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("1 file imported.")
    expect(page, ".wb-import-pictures .wb-drawn").to_be_visible()
