"""JupyterLab's launcher tile and its viewer of DICOM files, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from tests.browser import lab
from tests.browser.lab import expect
from workbench.bench import Workbench
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TILE = '.jp-LauncherCard[title*="all dashboards on one data folder"]'

RUNNING = """async () => {
    const { sessions } = window.jupyterapp.serviceManager;
    await sessions.refreshRunning();
    return [...sessions.running()].length;
}"""

KEPT = """async () => {
    const { context } = window.jupyterapp.shell.currentWidget;
    await context.ready;
    return context.canSave;
}"""
"""Whether JupyterLab would write the file that is shown, and so keeps a checkpoint of it."""


@pytest.fixture(scope="module")
def files(notebooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the server: an AXIAL setup image, a plan without its label, the plan cut off, and no DICOM at all."""
    folder = notebooks / "files"
    folder.mkdir()
    with Workbench(tmp_path_factory.mktemp("data"), listen=False) as bench:
        exported = bench.export(read_eyeplan(sample_eyeplan()), tmp_path_factory.mktemp("exported"))
    found = {dataset.get("RTImageLabel", "PLAN"): dataset for dataset in map(dcmread, exported)}
    del found["PLAN"].RTPlanLabel
    found["PLAN"].save_as(folder / "plan.dcm")
    found["AXIAL"].save_as(folder / "axial.dcm")
    (folder / "broken.dcm").write_bytes((folder / "plan.dcm").read_bytes()[:1500])
    (folder / "words.dcm").write_text("no object at all", encoding="utf-8")
    return folder


def rows(page: Any) -> list[tuple[str, str, str, str]]:
    """The rows of elements as shown: tag, VR, name, value."""
    found: list[list[str]] = page.eval_on_selector_all(
        ".opw-table tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return [(tag, vr, name, value) for tag, vr, name, value in found]


def test_an_image_is_shown_with_its_curves_and_every_element(page: Any, address: str, files: Path) -> None:
    """Header, picture with the planned clips, elements found by words, window set by number and by keyboard."""
    lab.open_file(page, address, "files", "axial.dcm")

    expect(page, ".opw-header").to_contain_text("RT Image Storage")
    expect(page, ".opw-picture canvas").to_have_attribute("data-curves", "4")
    page.fill(".opw-search", "image plane spacing")
    expect(page, ".opw-count").to_contain_text("1 of ")
    assert rows(page) == [("(3002,0011)", "DS", "Image Plane Pixel Spacing", "0.25 \\ 0.25")]
    page.fill(".opw-centre", "100")
    page.press(".opw-centre", "Tab")
    expect(page, ".opw-picture canvas").to_have_attribute("data-centre", "100")
    page.focus(".opw-picture canvas")
    width = float(page.get_attribute(".opw-picture canvas", "data-width"))
    page.keyboard.press("ArrowRight")
    assert float(page.get_attribute(".opw-picture canvas", "data-width")) == pytest.approx(width * 1.05)


def test_a_file_that_is_looked_at_is_not_copied(page: Any, address: str, notebooks: Path, files: Path) -> None:
    """JupyterLab keeps a checkpoint of what it could write; of a patient's file no second one lies about for it."""
    (notebooks / "looked").mkdir()
    (notebooks / "looked" / "axial.dcm").write_bytes((files / "axial.dcm").read_bytes())

    lab.open_file(page, address, "looked", "axial.dcm")
    expect(page, ".opw-header").to_contain_text("RT Image Storage")

    assert page.evaluate(KEPT) is False
    assert [one.name for one in (notebooks / "looked").rglob("*.dcm")] == ["axial.dcm"]


def test_findings_lead_to_their_place_in_the_tree(page: Any, address: str, files: Path) -> None:
    """Sequences open by keyboard; a plan without its label is checked in a kernel, and the kernel is gone afterwards."""
    lab.open_file(page, address, "files", "plan.dcm")

    page.focus('.opw-toggle[data-path="300A03A2"]')
    page.keyboard.press("Enter")
    expect(page, '.opw-table tr[data-path="300A03A2[0].300A00C2"] .opw-name').to_have_text("Beam Name")
    page.click(".opw-check")
    expect(page, ".opw-findings li[data-code=missing]").to_have_attribute("data-path", "RTPlanLabel")
    expect(page, ".opw-result > p").to_contain_text("1 error")
    expect(page, ".opw-findings li[data-code=missing]").to_contain_text("RTPlanLabel: type 1 is missing")
    page.click(".opw-findings li[data-code=missing] button")

    assert page.evaluate(RUNNING) == 0


def test_a_file_that_cannot_be_read_is_a_sentence(page: Any, address: str, files: Path) -> None:
    """A plan that breaks off shows what was read; what is no DICOM file says so, and no console error."""
    lab.open_file(page, address, "files", "broken.dcm")
    expect(page, ".opw-notice.opw-fail").to_contain_text("broken.dcm cannot be read to its end.")
    assert ("(0010,0020)", "LO", "Patient ID", "SAMPLE") in rows(page)

    lab.open_file(page, address, "files", "words.dcm")

    expect(page, ".opw-notice.opw-fail").to_contain_text("words.dcm: found neither DICM at byte 128 nor an element of group")


def test_a_file_too_large_is_not_fetched(page: Any, address: str, files: Path) -> None:
    """Of 200 MB, which are not there to be read, the size alone is asked for."""
    with (files / "large.dcm").open("wb") as large:
        large.truncate(200 * 2**20)

    lab.open_file(page, address, "files", "large.dcm")

    expect(page, ".opw-notice.opw-fail").to_contain_text("large.dcm: found 200.0 MB, expected at most 128.0 MB; read it in Python:")


def test_the_launcher_tile_opens_home(page: Any, address: str, notebooks: Path) -> None:
    """One click: a notebook with Home is made and run; its places are shown one after the other; asking again makes no second one."""
    folder = notebooks / "tile"
    folder.mkdir()
    page.goto(f"{address}/lab/tree/tile?reset", wait_until="domcontentloaded")
    page.wait_for_selector("#jupyterlab-splash", state="detached")

    page.click(TILE)
    page.wait_for_selector(".wb-home")
    expect(page, ".wb-home .wb-room-line").to_contain_text("Room")
    page.click(".wb-places button:has-text('Worklist')")
    expect(page, ".wb-home .wb-monitor-workitems").to_contain_text("No workitem yet")
    page.click(".wb-places button:has-text('Session')")
    page.click(".wb-sample")
    expect(page, ".wb-plan-card").to_contain_text("SAMPLE")
    page.click(".wb-places button:has-text('Eye and beam')")
    expect(page, ".wb-home .wb-bev-vertex >> nth=0").to_be_visible()

    page.evaluate("() => window.jupyterapp.commands.execute('ocular-proton-workbench:open-home', { cwd: 'tile' }).then(() => true)")
    assert page.locator(".lm-TabBar-tabLabel:has-text('ocular-proton-workbench')").count() == 1
    cells = json.loads((folder / "ocular-proton-workbench.ipynb").read_text(encoding="utf-8"))["cells"]
    assert len(cells) == 1
    assert (folder / "workbench-data").is_dir()
