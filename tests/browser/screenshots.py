"""The pictures of the documents, taken from the running dashboards: ``make screenshots``."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.browser import lab
from tests.browser.lab import expect

IMAGES = Path(__file__).resolve().parents[2] / "notebooks" / "images"
SESSION = """
import workbench as wb
from workbench_widgets import SessionDashboard

bench = wb.Workbench(port=11112)
plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))
bench.check_in(plan, meterset_mu={1: 120.0})
wb.SimulatedDevice(bench.address).treat()
bench.complete(1)
dashboard = SessionDashboard(bench, plan)
dashboard
"""
"""Fraction 1 is done, so that there is a record to show; fraction 2 is photographed under way."""


def session(target: Path) -> None:
    """The session dashboard while a beam is on."""
    with tempfile.TemporaryDirectory() as name:
        notebooks = Path(name) / "notebooks"
        notebooks.mkdir()
        lab.write_notebook(notebooks / "session.ipynb", SESSION)
        with lab.server(Path(name), notebooks) as address, lab.browser_page(height=1250, scale=1.25) as page:
            lab.open_notebook(page, address, "session.ipynb")
            failures = lab.run_all(page)
            if failures:
                raise SystemExit("\n".join(failures))
            page.click(".wb-check-in")
            expect(page, ".wb-deliver").to_be_enabled()
            page.select_option(".wb-scenario select", "slow")
            expect(page, ".wb-deliver").to_contain_text("slow")
            page.click(".wb-deliver")
            expect(page, ".wb-setup-images .wb-heading").to_contain_text("acquired")
            expect(page, ".wb-bar").to_have_attribute("aria-valuenow", re.compile("^6"))
            page.mouse.move(0, 0)
            page.locator(".wb-dashboard").screenshot(path=target)


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    session(IMAGES / "session.png")
    sys.stdout.write(f"{IMAGES / 'session.png'}\n")


if __name__ == "__main__":
    main()
