"""The worklist monitor in JupyterLab with a real browser, while a device works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MONITOR = """
import asyncio
import workbench as wb
from workbench_widgets import WorklistMonitor

bench = wb.Workbench()
plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))
bench.check_in(plan, meterset_mu={1: 40.0})
with wb.Watcher(bench.address) as watcher:
    watcher.subscribe()
device = asyncio.create_task(asyncio.to_thread(wb.SimulatedDevice(bench.address).run, "competing-claim"))
monitor = WorklistMonitor(bench)
monitor
"""


def open_monitor(page: Any, address: str, notebooks: Path) -> None:
    """A notebook with one cell that shows the monitor and sets a device to work."""
    lab.write_notebook(notebooks / "monitor.ipynb", MONITOR)
    lab.open_notebook(page, address, "monitor.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-monitor")


def test_a_workitem_is_followed_and_a_refusal_explained(page: Any, address: str, notebooks: Path) -> None:
    """It becomes COMPLETED before one's eyes; of four refusals the first is chosen by keyboard and explained."""
    open_monitor(page, address, notebooks)

    expect(page, ".wb-monitor-workitems .wb-state").to_have_attribute("data-state", "COMPLETED")
    expect(page, ".wb-monitor-workitems [data-column=holder]").to_have_text("was DEVICE")
    expect(page, ".wb-monitor-workitems [data-column=readiness]").to_have_text("READY")
    expect(page, ".wb-monitor-refusals .wb-heading").to_contain_text("4 refused")
    expect(page, ".wb-monitor-workitems .wb-block.wb-completed").to_be_visible()
    expect(page, ".wb-explanation").to_contain_text("Refused by")
    page.focus(".wb-refused select")
    page.keyboard.press("End")

    expect(page, ".wb-explanation").to_have_attribute("data-rule", "ups-wrong-lock")
    expect(page, ".wb-explanation").to_contain_text("Accepted would have been:")
    expect(page, ".wb-monitor-subscriptions tbody tr").to_contain_text(["all to come"])
