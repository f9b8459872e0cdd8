"""The records dashboard in JupyterLab with a real browser: rows followed, charts drawn, a record that arrives, a table written."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect
from tests.browser.reports import ARTEFACTS, report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RECORDS = """
import asyncio, json, time
import workbench as wb
from workbench.events import EventKind
from workbench_widgets import RecordsDashboard

bench = wb.Workbench()
plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))

def treat(scenario):
    session = bench.check_in(plan, meterset_mu={1: 120.0}, imaging=True)
    wb.SimulatedDevice(bench.address).run(scenario)
    bench.complete(session)

treat("interrupted")
treat("normal")
stored = []
bench.bus.subscribe(lambda event: event.kind is EventKind.RECORD_STORED and stored.append(time.time() * 1000))
dashboard = RecordsDashboard(bench)
dashboard
"""
"""Fraction 1, interrupted at 12.5 MU and continued."""
CELLS = ".wb-rt tbody td"
ARRIVAL = """
await asyncio.to_thread(treat, "normal")
await dashboard.drain()
print(json.dumps(stored))
"""
WATCH = """() => {
    const root = document.querySelector('.wb-rt'), before = root.dataset.total;
    new MutationObserver((_, observer) => {
        if (root.dataset.total === before) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => { window.changedAt = performance.timeOrigin + performance.now(); }));
    }).observe(root, { attributes: true });
}"""
"""Notes when the frame after the changed table is painted, on the clock of the kernel's machine."""


def open_dashboard(page: Any, address: str, notebooks: Path) -> None:
    """A notebook with a cell that shows the dashboard, run, and a blank one."""
    lab.write_notebook(notebooks / "records.ipynb", RECORDS, "")
    lab.open_notebook(page, address, "records.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-rt tbody tr")


def test_a_delivery_is_looked_into(page: Any, address: str, notebooks: Path) -> None:
    """The interrupted beam by click: its details, its result, its chain; its control points and back; its object; the table as a file."""
    open_dashboard(page, address, notebooks)
    expect(page, f"{CELLS}[data-column=termination]").to_have_text(["!OPERATOR", "\N{CHECK MARK}NORMAL"])
    expect(page, f"{CELLS}[data-column=delivered_mu]").to_have_text(["12.5", "107.5"])

    page.click(".wb-rt tbody tr >> nth=0")
    expect(page, ".wb-rec-row [data-column=delivered_mu]").to_contain_text("12.5 MU")
    expect(page, ".wb-rec-row [data-column=delivered_mu] .wb-meaning").to_have_text("primary meterset delivered in it")
    expect(page, ".wb-rec-chart [data-result=pass]").to_have_text("\N{CHECK MARK}8 pass")
    expect(page, ".wb-rec-chart .wb-heading").to_contain_text("fraction 1 \N{MIDDLE DOT} beam 1")
    pictures = {page.get_attribute(".wb-rec-chart img", "src")}
    for name, heading in (("interruptions", "Treatments"), *((one, one) for one in ("progress", "setup trend", "timing", "terminations"))):
        page.click(f".wb-rec-chart .wb-tabs button:text-is('{name}')")
        expect(page, ".wb-rec-chart .wb-heading").to_have_text(re.compile(f"^{heading}", re.IGNORECASE))
        expect(page, ".wb-rec-chart img").to_be_visible()
        pictures.add(page.get_attribute(".wb-rec-chart img", "src"))
    assert len(pictures) == 6, "each chart is a picture of its own"
    expect(page, ".wb-rec-irregular").to_have_text("None: every record counts as it says.")

    page.click(".wb-rec-link:text-is('control points')")
    expect(page, ".wb-rec-records .wb-heading").to_contain_text("Control points")
    expect(page, ".wb-rt").to_have_attribute("data-matches", "2")
    expect(page, f"{CELLS}[data-column=delivered_mu]").to_have_text(["0.0", "12.5"])
    page.click(".wb-rec-back")
    expect(page, ".wb-rec-records .wb-heading").to_contain_text("Beams")
    expect(page, f"{CELLS}[data-column=delivered_mu]").to_have_text(["12.5", "107.5"])

    page.click(".wb-rt tbody tr >> nth=1")
    page.click(".wb-rec-object")
    expect(page, ".wb-object").to_contain_text("RT Ion Beams Treatment Record Storage")
    page.fill(".wb-rt-quick", "continuation")
    expect(page, ".wb-rt").to_have_attribute("data-matches", "1")
    page.fill(".wb-rec-file input", "continued")
    page.press(".wb-rec-file input", "Tab")
    page.click(".wb-export-csv")

    expect(page, ".wb-rec .wb-notice.wb-pass").to_contain_text("1 row of beams written to")
    with (notebooks / "continued.csv").open(encoding="utf-8", newline="") as file:
        assert [row["delivered_mu"] for row in csv.DictReader(file)] == ["107.5"]


def test_tables_are_chosen_and_narrowed(page: Any, address: str, notebooks: Path) -> None:
    """An answer with its reasons, a patient that is not there, and the way back to all."""
    open_dashboard(page, address, notebooks)

    page.select_option(".wb-rec-table select", label="answer \N{MIDDLE DOT} treatments")
    expect(page, f"{CELLS}[data-column=interruptions]").to_have_text(["1"])
    expect(page, ".wb-rec-meaning").to_have_text(
        "One row for each beam of a fraction: its deliveries, interrupted and continued, as one treatment."
    )
    page.select_option(".wb-rec-table select", label="registrations")
    file = page.locator(f"{CELLS}[data-column=file] button").first
    assert re.fullmatch(r"…/[0-9a-f]{2}/[0-9a-f]{16}…[0-9a-f]{8}\.dcm", file.inner_text())
    assert re.fullmatch(r"objects/[0-9a-f]{2}/[0-9a-f]{64}\.dcm \(click to copy\)", file.get_attribute("title"))
    page.select_option(".wb-rec-table select", label="sessions")
    expect(page, ".wb-rt tbody tr").to_have_count(2)
    page.fill(".wb-rec-patient input", "NOBODY")
    page.press(".wb-rec-patient input", "Tab")

    expect(page, ".wb-rt-empty").to_contain_text("No row of sessions fits the filters above")
    page.fill(".wb-rec-patient input", "SAMPLE")
    page.press(".wb-rec-patient input", "Tab")
    expect(page, ".wb-rt tbody tr").to_have_count(2)


def test_a_record_that_arrives_is_shown_and_the_time_reported(page: Any, address: str, notebooks: Path) -> None:
    """A device delivers fraction 2 while the dashboard is looked at: the row comes by itself, and what was chosen stays chosen."""
    open_dashboard(page, address, notebooks)
    page.click(".wb-rt tbody tr >> nth=0")
    expect(page, ".wb-rec-row [data-column=delivered_mu]").to_contain_text("12.5 MU")
    page.evaluate(WATCH)

    printed = lab.run_cell(page, 1, ARRIVAL)

    expect(page, ".wb-rt").to_have_attribute("data-total", "3")
    expect(page, f"{CELLS}[data-column=delivered_mu]").to_have_text(["12.5", "107.5", "120.0"])
    expect(page, ".wb-rt tbody tr[aria-selected=true] td[data-column=delivered_mu]").to_have_text("12.5")
    page.wait_for_function("() => window.changedAt > 0")
    (stored,) = json.loads(printed)
    report("a record is stored to painted row, records dashboard", [page.evaluate("() => window.changedAt") - stored], aim_ms=500)


@pytest.mark.parametrize(("theme", "width", "height"), [("light", 1280, 800), ("dark", 1920, 1080)])
def test_it_looks_right_in_both_themes(theme: str, width: int, height: int, tmp_path: Path) -> None:
    """Nothing is cut off at the side, and no console error; the pictures are kept to be looked at."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    with lab.server(tmp_path, notebooks, dark=theme == "dark") as address, lab.browser_page(width=width, height=height) as page:
        open_dashboard(page, address, notebooks)
        page.click(".wb-rt tbody tr >> nth=0")
        expect(page, ".wb-rec-chart [data-result=pass]").to_be_visible()

        wide = page.eval_on_selector_all(
            ".wb-rec .wb-panel", "panels => panels.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className)"
        )
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"records-{theme}-{width}.png")
        page.locator(".wb-rec-lower").scroll_into_view_if_needed()
        page.locator(".wb-rec-last").scroll_into_view_if_needed()
        page.screenshot(path=ARTEFACTS / f"records-{theme}-{width}-below.png")

        assert (wide, page.complaints) == ([], [])
