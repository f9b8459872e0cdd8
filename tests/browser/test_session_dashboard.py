"""A treatment clicked through in JupyterLab: what the buttons do and what is shown, in a real browser."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect
from tests.browser.reports import report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST_TREATMENT = REPOSITORY / "notebooks" / "01_first_treatment.ipynb"
DASHBOARD = """
import workbench as wb
from workbench_widgets import SessionDashboard

bench = wb.Workbench(listen=False)
plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))
dashboard = SessionDashboard(bench, plan)
dashboard
"""


def open_dashboard(page: Any, address: str, notebooks: Path, *, cell: str = DASHBOARD) -> None:
    """A notebook with one cell that shows a dashboard, run."""
    lab.write_notebook(notebooks / "dashboard.ipynb", cell)
    lab.open_notebook(page, address, "dashboard.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-dashboard")


def cells_of_records(page: Any, *, count: int = 1) -> list[dict[str, str]]:
    """Rows of the record table as shown, once there are so many: column → text."""
    expect(page, ".wb-records tbody tr").to_have_count(count)
    rows: list[dict[str, str]] = page.eval_on_selector_all(
        ".wb-records tbody tr",
        "rows => rows.map(row => Object.fromEntries([...row.cells].map(cell => [cell.dataset.column, cell.innerText.trim()])))",
    )
    return rows


def enter_meterset(page: Any, meterset_mu: int) -> None:
    """Enter monitor units; the button of the check-in says them when the kernel knows them."""
    page.fill(".wb-mu input", str(meterset_mu))
    page.press(".wb-mu input", "Tab")
    expect(page, ".wb-check-in").to_have_text(f"Check in \N{MIDDLE DOT} {meterset_mu}.0 MU")


def deliver(page: Any, *, scenario: str = "normal") -> None:
    """Have the simulated device begin."""
    expect(page, ".wb-deliver").to_be_enabled()
    page.select_option(".wb-scenario select", scenario)
    expect(page, ".wb-deliver").to_contain_text(f"Deliver \N{MIDDLE DOT} {scenario}")
    page.click(".wb-deliver")


BUSY = """
def state():
    return bench.workitems()[0].state.value

print(state(), flush=True)
while state() == "IN PROGRESS":
    pass
print("ended", state())
"""
"""A cell that computes for as long as the beam is on."""
BEGIN_CELL = """code => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 1;
    notebook.widgets[1].model.sharedModel.setSource(code);
    window.jupyterapp.commands.execute('notebook:run-cell');
}"""
"""Begin the second cell without waiting for its end."""

WATCH_LOG = """() => {
    const log = document.querySelector('.wb-log'), seen = new Map();
    window.told = seen;
    new MutationObserver(() => {
        const time = log.querySelector('li time'), at = time && time.dateTime;
        if (!at || seen.has(at)) return;
        seen.set(at, null);
        requestAnimationFrame(() => requestAnimationFrame(() => seen.set(at, Date.now() - Date.parse(at))));
    }).observe(log, { childList: true, subtree: true });
}"""
"""From the moment that an event has in the history to the frame after the one that its line of the log is painted in."""


def test_a_whole_treatment_is_clicked_through(page: Any, address: str, notebooks: Path) -> None:
    """Start, check in, deliver, complete: states, monitor units and the record row appear as they come true."""
    open_dashboard(page, address, notebooks)
    expect(page, ".wb-deliver").to_be_disabled()

    page.click(".wb-provider-button")
    expect(page, ".wb-provider").to_have_attribute("data-listening", "true")
    enter_meterset(page, 120)
    page.click(".wb-check-in")
    expect(page, ".wb-state").to_have_attribute("data-state", "SCHEDULED")
    page.evaluate(WATCH_LOG)
    deliver(page, scenario="slow")
    expect(page, ".wb-state").to_have_attribute("data-state", "IN PROGRESS")
    expect(page, ".wb-worklist").to_contain_text("held by DEVICE")
    expect(page, ".wb-bar").to_have_attribute("aria-valuenow", re.compile("^[1-9]"))
    expect(page, ".wb-state").to_have_attribute("data-state", "COMPLETED")
    delays = page.evaluate("() => [...window.told.values()].filter(one => one !== null)")
    report("session: kernel event to changed pixel", delays, aim_ms=500)
    page.click(".wb-complete")
    expect(page, ".wb-plan-card [data-session]").to_have_attribute("data-session", "completed")

    expect(page, ".wb-log-lines").to_contain_text("DEVICE was associated for")
    expect(page, ".wb-words").to_have_text("Beam 1: 120.0 of 120.0 MU")
    expect(page, ".wb-setup-images .wb-heading").to_contain_text("acquired")
    (row,) = cells_of_records(page)
    assert {name: row[name] for name in ("fraction", "termination", "specified_mu", "delivered_mu", "difference_mu")} == {
        "fraction": "1",
        "termination": "\N{CHECK MARK}NORMAL",
        "specified_mu": "120.0",
        "delivered_mu": "120.0",
        "difference_mu": "0.0",
    }


def test_an_interrupted_beam_goes_on_after_the_next_check_in(page: Any, address: str, notebooks: Path) -> None:
    """The beam stops at the meterset that was entered; the next session of the same fraction asks for the rest."""
    open_dashboard(page, address, notebooks, cell=DASHBOARD.replace("listen=False", ""))
    enter_meterset(page, 40)

    page.click(".wb-check-in")
    page.select_option(".wb-scenario select", "interrupted")
    page.fill(".wb-stop-mu input", "22.5")
    page.press(".wb-stop-mu input", "Tab")
    expect(page, ".wb-deliver").to_have_text("Deliver \N{MIDDLE DOT} interrupted at 22.5 MU")
    deliver(page, scenario="interrupted")
    expect(page, ".wb-state").to_have_attribute("data-state", "CANCELED")
    page.click(".wb-complete")
    expect(page, ".wb-check-in").to_be_enabled()
    page.click(".wb-check-in")
    deliver(page)
    expect(page, ".wb-state").to_have_attribute("data-state", "COMPLETED")

    shown = [(row["fraction"], row["delivery_type"], row["specified_mu"], row["delivered_mu"]) for row in cells_of_records(page, count=2)]
    assert shown == [("1", "TREATMENT", "40.0", "22.5"), ("1", "CONTINUATION", "17.5", "17.5")]


def test_stopping_everything_ends_the_beam_and_keeps_what_was_given(page: Any, address: str, notebooks: Path) -> None:
    """The emergency stop during a slow delivery: workitem CANCELED, a partial record, and the provider no longer listens."""
    open_dashboard(page, address, notebooks, cell=DASHBOARD.replace("listen=False", ""))
    page.click(".wb-check-in")
    deliver(page, scenario="slow")
    expect(page, ".wb-bar").to_have_attribute("aria-valuenow", re.compile("^[1-9]"))

    page.click(".wb-stop")

    expect(page, ".wb-state").to_have_attribute("data-state", "CANCELED")
    expect(page, ".wb-provider").to_have_attribute("data-listening", "false")
    (row,) = cells_of_records(page)
    assert row["termination"] == "!OPERATOR"
    assert 0 < float(row["delivered_mu"]) < float(row["specified_mu"])


def test_the_stop_is_heard_while_a_cell_computes(page: Any, address: str, notebooks: Path) -> None:
    """A cell that awaits nothing keeps every other button waiting; the beam is off before it ends."""
    lab.write_notebook(notebooks / "busy.ipynb", DASHBOARD.replace("listen=False", ""), "")
    lab.open_notebook(page, address, "busy.ipynb")
    assert lab.run_all(page) == []
    page.click(".wb-check-in")
    deliver(page, scenario="slow")
    expect(page, ".wb-bar").to_have_attribute("aria-valuenow", re.compile("^[1-9]"))
    page.evaluate(BEGIN_CELL, BUSY)
    expect(page, ".jp-Cell >> nth=1").to_contain_text("IN PROGRESS")

    page.click(".wb-stop")

    expect(page, ".jp-Cell >> nth=1").to_contain_text("ended CANCELED")
    expect(page, ".wb-notice").to_contain_text("Everything is stopped: no beam, and the provider accepts nothing.")


def test_a_delivery_is_chosen_by_keyboard(page: Any, address: str, notebooks: Path) -> None:
    """In a list arrows are the list's and not JupyterLab's, which would go to the next cell."""
    open_dashboard(page, address, notebooks)

    page.focus(".wb-scenario select")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page, ".wb-deliver").to_have_text("Deliver \N{MIDDLE DOT} interrupted at 12.5 MU")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("30")
    page.keyboard.press("Tab")

    expect(page, ".wb-deliver").to_have_text("Deliver \N{MIDDLE DOT} interrupted at 30.0 MU")


def test_a_refusal_is_a_sentence_in_the_dashboard(page: Any, address: str, notebooks: Path) -> None:
    """Monitor units below 0 are refused by the workbench; the dashboard says it and stays usable."""
    open_dashboard(page, address, notebooks)
    enter_meterset(page, -3)

    page.click(".wb-check-in")

    expect(page, ".wb-notice.wb-fail").to_contain_text("Plan Plan 1, beam 1: found -3.0 MU, expected more than 0")
    expect(page, ".wb-check-in").to_be_enabled()
    assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_the_first_notebook_runs_and_shows_its_dashboard(page: Any, address: str, notebooks: Path) -> None:
    """All cells run without an error, and the dashboard beneath shows the fraction that the cells have treated."""
    shutil.copytree(FIRST_TREATMENT.parent, notebooks, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))

    lab.open_notebook(page, address, FIRST_TREATMENT.name)
    failures = lab.run_all(page)

    assert failures == []
    page.locator(".wb-dashboard").scroll_into_view_if_needed()
    expect(page, ".wb-plan-card [data-session]").to_have_attribute("data-session", "completed")
    expect(page, ".wb-beam-view .wb-drawn").to_be_visible()
    expect(page, ".wb-setup-images .wb-drawn").to_be_visible()
    assert [row["delivered_mu"] for row in cells_of_records(page)] == ["120.0"]
