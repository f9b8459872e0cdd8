"""The conformance dashboard in JupyterLab with a real browser: files are dropped, findings read, rows looked up, objects compared."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect
from tests.clinic import make_ct, make_ion_plan
from workbench.dicom import part10

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DASHBOARD = """
from workbench_widgets import ConformanceDashboard

dashboard = ConformanceDashboard()
dashboard
"""
DROP = """([selector, name, encoded]) => {
    const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0)), data = new DataTransfer();
    data.items.add(new File([bytes], name));
    const zone = document.querySelector(selector);
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
    }
}"""
"""What a browser does when a file is let go of over a place."""
CUT_WORDS = """selector => {
    const found = [], words = /[A-Za-z]+/g;
    for (const cell of document.querySelectorAll(selector)) {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            for (const { 0: word, index } of text.data.matchAll(words)) {
                const range = document.createRange();
                range.setStart(text, index);
                range.setEnd(text, index + word.length);
                if (range.getClientRects().length > 1) found.push(word);
            }
        }
    }
    return found;
}"""
"""Words of these cells that go on in the next line."""
LARGE = 12 * 2**20
"""More than a server takes in one message (10 MiB)."""


def write(path: Path, dataset: Any) -> Path:
    """The data set as a DICOM file."""
    instance = part10.encoded(dataset)
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data)
    return path


def drop(page: Any, hook: str, path: Path) -> None:
    """Drop a file."""
    zone = f".{hook} .wb-drop-zone"
    page.wait_for_selector(zone)
    page.evaluate(DROP, [zone, path.name, base64.b64encode(path.read_bytes()).decode("ascii")])


@pytest.fixture
def shown(page: Any, address: str, notebooks: Path) -> Any:
    """A page with the dashboard."""
    lab.write_notebook(notebooks / "conformance.ipynb", DASHBOARD)
    lab.open_notebook(page, address, "conformance.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-conf .wb-drop-zone")
    return page


def test_a_dropped_plan_is_judged_row_by_row(shown: Any, tmp_path: Path) -> None:
    """A plan without label, dropped: the counts, the row at fault with what was expected; then every row, one of them in full."""
    plan = make_ion_plan()
    del plan.RTPlanLabel
    path = write(tmp_path / "plan.dcm", plan)

    drop(shown, "wb-conf-check", path)

    expect(shown, ".wb-conf .wb-notice").to_contain_text("rows fail: RT Ion Plan (TMS, received).")
    expect(shown, ".wb-conf-summary strong").to_have_text("plan.dcm")
    expect(shown, ".wb-results [data-result=fail]").to_have_attribute("data-count", "1")
    expect(shown, ".wb-results [data-result=fail]").to_contain_text("1 fails")
    row = ".wb-conf-found .wb-rt tbody tr"
    expect(shown, row).to_have_count(1)
    expect(shown, f"{row} td[data-column=path]").to_have_text("RTPlanLabel")
    expect(shown, f"{row} td[data-column=tag]").to_have_text("(300A,0002)")
    expect(shown, f"{row} td[data-column=finding]").to_contain_text("is missing")

    shown.click(".wb-conf-found .wb-choice button:has-text('every row')")
    expect(shown, row).to_have_count(50)
    shown.fill(".wb-conf-found .wb-rt-quick", "beam name")
    expect(shown, row).to_have_count(1)
    expect(shown, f"{row} td[data-column=found]").to_have_text("Field 1")
    shown.click(row)
    expect(shown, ".wb-conf-found .wb-detail tr[data-column=found]").to_contain_text("Field 1")
    expect(shown, f"{row} td[data-column=path] .wb-rt-step").to_have_text(["IonBeamSequence[0].", "BeamName"])

    shown.fill(".wb-conf-found .wb-rt-quick", "1.2.840.10008.5.1.4.1.1.481.8")
    expect(shown, row).to_have_count(1)
    expect(shown, f"{row} td[data-column=found] button").to_have_text("1.2.840.\N{HORIZONTAL ELLIPSIS}481.8")


def test_no_word_is_cut_for_want_of_room(shown: Any, tmp_path: Path) -> None:
    """On a projector of 1024 pixels every row of a plan: words, keywords and UIDs stay whole, and the table is scrolled instead."""
    shown.set_viewport_size({"width": 1024, "height": 768})
    drop(shown, "wb-conf-check", write(tmp_path / "plan.dcm", make_ion_plan()))
    shown.click(".wb-conf-found .wb-choice button:has-text('every row')")
    expect(shown, ".wb-conf-found .wb-rt tbody tr").to_have_count(50)

    assert shown.evaluate(CUT_WORDS, ".wb-conf-found .wb-rt tbody td:is([data-column=name], [data-column=path], [data-column=found])") == []


def test_a_file_of_many_parts_arrives_and_what_is_no_dicom_is_a_sentence(shown: Any, tmp_path: Path) -> None:
    """By the dialog: a file larger than one message may be; then a text, by keyboard's drop zone, that leaves the result as it was."""
    plan = make_ion_plan()
    plan.private_block(0x0099, "MAKER", create=True).add_new(0x01, "OB", bytes(LARGE))
    large, text = write(tmp_path / "large.dcm", plan), tmp_path / "note.txt"
    text.write_text("no DICOM")

    with shown.expect_file_chooser() as chooser:
        shown.focus(".wb-conf-check .wb-drop-zone")
        shown.keyboard.press("Enter")
    chooser.value.set_files(large)

    expect(shown, ".wb-conf-summary strong").to_have_text("large.dcm")
    expect(shown, ".wb-results [data-result=fail]").to_have_attribute("data-count", "0")

    drop(shown, "wb-conf-check", text)
    expect(shown, ".wb-conf .wb-notice").to_contain_text("note.txt: found no DICM at byte 128, expected a DICOM file")
    expect(shown, ".wb-conf-summary strong").to_have_text("large.dcm")


def test_rows_are_looked_up_and_objects_compared(shown: Any, tmp_path: Path) -> None:
    """A row by its tag with how its value arises; then two slices dropped, and the one row that differs."""
    ct = make_ct(make_ion_plan(), InstanceNumber=1)
    a = write(tmp_path / "a.dcm", ct)
    ct.InstanceNumber = 2
    b = write(tmp_path / "b.dcm", ct)

    shown.click(".wb-conf .wb-places button:has-text('Rows of the statements')")
    shown.select_option(".wb-conf-of-table select", "TMS, created")
    shown.fill(".wb-conf-stated .wb-rt-quick", "ContinuationStartMeterset")
    expect(shown, ".wb-conf-stated .wb-rt tbody tr").to_have_count(1)
    expect(shown, ".wb-conf-stated td[data-column='how it arises']").to_have_text("start meterset (MU) of the task")
    shown.click(".wb-conf-stated .wb-rt tbody tr")
    expect(shown, ".wb-conf-stated .wb-detail tr[data-column='value from']").to_contain_text("session")

    shown.click(".wb-conf .wb-places button:has-text('Compare two objects')")
    drop(shown, "wb-conf-a", a)
    expect(shown, ".wb-conf .wb-notice").to_contain_text("Now put an object into B.")
    drop(shown, "wb-conf-b", b)
    expect(shown, ".wb-conf .wb-notice").to_contain_text("1 of ")
    row = ".wb-conf-side .wb-rt tbody tr"
    expect(shown, row).to_have_count(1)
    expect(shown, f"{row} td[data-column=outcome]").to_have_text("≠differs")
    expect(shown, f"{row} td[data-column=A]").to_have_text("1")
    expect(shown, f"{row} td[data-column=B]").to_have_text("2")
