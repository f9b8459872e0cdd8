"""The pictures of the documents, taken from the running dashboards: ``make screenshots``.

A picture is one row of `PICTURES`: a cell that shows the dashboard, and the moves until there is to see what the picture is about.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import dcmread

from tests.browser import lab
from tests.browser.lab import expect
from workbench.bench import Workbench
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan

IMAGES = Path(__file__).resolve().parents[2] / "notebooks" / "images"
SAMPLE = """
import workbench as wb
import workbench_widgets as ww

bench = wb.Workbench(port=11112)
plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))
"""
TREATED = f"""{SAMPLE}
bench.check_in(plan, meterset_mu={{1: 120.0}})
wb.SimulatedDevice(bench.address).treat()
bench.complete(1)
"""
"""Fraction 1 is done, so that there is a record to show."""
INTERRUPTED = f"""{TREATED}
for scenario in ("interrupted", "normal", "normal"):
    session = bench.check_in(plan, meterset_mu={{1: 120.0}}, imaging=True)
    wb.SimulatedDevice(bench.address).run(scenario)
    bench.complete(session)
"""
"""Fraction 2 is interrupted and continued, fraction 3 done."""


def under_way(page: Any) -> None:
    """Fraction 2, while its beam is on."""
    page.click(".wb-check-in")
    expect(page, ".wb-deliver").to_be_enabled()
    page.select_option(".wb-scenario select", "slow")
    expect(page, ".wb-deliver").to_contain_text("slow")
    page.click(".wb-deliver")
    expect(page, ".wb-setup-images .wb-heading").to_contain_text("acquired")
    expect(page, ".wb-bar").to_have_attribute("aria-valuenow", re.compile("^6"))


def explained(page: Any) -> None:
    """A refusal in words, after the device has finished."""
    expect(page, ".wb-monitor-workitems .wb-state >> nth=0").to_have_attribute("data-state", "COMPLETED")
    expect(page, ".wb-explanation").to_contain_text("Accepted would have been:")


def turned(page: Any) -> None:
    """Another gaze, with the clips where its films would show them."""
    page.wait_for_selector(".wb-bev-vertex")
    page.wait_for_selector(".wb-eye-depth .wb-drawn")
    planned = page.get_attribute(".wb-eye-depth img", "src")
    page.click(".wb-polar .widget-readout")
    page.keyboard.press("Control+A")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    expect(page, ".wb-eye-beam .wb-notice").to_contain_text("8.0°")
    expect(page, ".wb-eye-depth img").not_to_have_attribute("src", planned)


def marked(page: Any) -> None:
    """The clips of both films, clicked a little beside where they were planned."""
    for film in (".wb-setup-axial-film", ".wb-setup-lateral-film"):
        expect(page, f"{film} .wb-sheet-under image").to_be_visible()
        for clip in range(1, 5):
            box = page.locator(f"{film} [data-planned='{clip}'] path").bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2 + 1)
            expect(page, f"{film} [data-mark='{clip}']").to_be_visible()


def home_shown(page: Any) -> None:
    """Home as it opens."""
    expect(page, ".wb-home .wb-plan-card").to_contain_text("fraction 1 of 5")
    for part in (".wb-beam-view", ".wb-setup-images"):
        page.wait_for_selector(f".wb-home {part} .wb-drawn")


def checked(page: Any) -> None:
    """A plan in the viewer, its findings beside it."""
    page.click('.opw-toggle[data-path="300A03A2"]')
    page.click(".opw-check")
    page.click(".opw-findings li[data-code=missing] button")


def looked_into(page: Any) -> None:
    """The interrupted delivery, with its details and its chain."""
    page.click(".wb-rt tbody tr:has-text('OPERATOR')")
    expect(page, ".wb-rec-row [data-column=termination]").to_contain_text("OPERATOR")
    page.click(".wb-rec-chart .wb-tabs button:text-is('interruptions')")
    expect(page, ".wb-rec-chart .wb-heading").to_have_text(re.compile("^Treatments"))


def held_against_rows(page: Any) -> None:
    """A plan with two faults, one of them in full."""
    page.fill(".wb-conf-check-path input", "plan.dcm")
    page.keyboard.press("Enter")
    expect(page, ".wb-conf-found .wb-rt tbody tr").to_have_count(2)
    page.click(".wb-conf-found .wb-rt tbody tr >> nth=1")
    expect(page, ".wb-conf-found .wb-detail tr[data-column=found]").to_contain_text("NEUTRINO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture.

    Parameters
    ----------
    cell : shows the dashboard; empty where ``file`` is opened instead.
    pose : makes the moves until the picture can be taken.
    of : what of the page is taken.
    file : writes a file into the folder it is given, and returns it; double-clicked in the file browser.
    """

    cell: str = ""
    pose: Callable[[Any], None]
    of: str = ".wb-dashboard >> nth=0"
    height: int = 1250
    file: Callable[[Path], Path] | None = None


def plan_without_label(folder: Path) -> Path:
    """A plan that lacks what every plan must have."""
    with Workbench(listen=False) as bench:
        exported = bench.export(read_eyeplan(sample_eyeplan()), folder / "exported")
    path = next(one for one in exported if dcmread(one).Modality == "RTPLAN")
    dataset = dcmread(path)
    del dataset.RTPlanLabel
    dataset.save_as(folder / "plan.dcm")
    return folder / "plan.dcm"


PICTURES = {
    "home": Picture(cell=f"{TREATED}\nww.HomeDashboard(bench)", pose=home_shown, height=1420),
    "session": Picture(cell=f"{TREATED}\nww.SessionDashboard(bench, plan)", pose=under_way),
    "worklist": Picture(
        cell=f"{SAMPLE}\nbench.check_in(plan, meterset_mu={{1: 120.0}})\n"
        'wb.SimulatedDevice(bench.address).run("competing-claim")\nww.WorklistMonitor(bench)',
        pose=explained,
    ),
    "records": Picture(cell=f"{INTERRUPTED}\nww.RecordsDashboard(bench)", pose=looked_into, height=1760),
    "eye-and-beam": Picture(cell=f"{SAMPLE}\nww.EyeBeamView(plan)", pose=turned),
    "setup-images": Picture(cell=f"{TREATED}\nww.SetupImagesDashboard(bench)", pose=marked),
    "conformance": Picture(
        cell=f"""{SAMPLE}
import pydicom

dataset = pydicom.dcmread(bench.path(plan.uid))
del dataset.RTPlanLabel
dataset.IonBeamSequence[0].RadiationType = "NEUTRINO"
dataset.save_as("plan.dcm")
ww.ConformanceDashboard(bench)""",
        pose=held_against_rows,
    ),
    "viewer": Picture(file=plan_without_label, pose=checked, of=".jp-MainAreaWidget:has(.opw-viewer)", height=800),
}
"""Name of the file → how the picture is made."""


def take(name: str, target: Path) -> None:
    """Take one picture, of a server and a browser of its own."""
    picture = PICTURES[name]
    with tempfile.TemporaryDirectory() as place:
        notebooks = Path(place) / "notebooks"
        notebooks.mkdir()
        with lab.server(Path(place), notebooks) as address, lab.browser_page(height=picture.height, scale=1.25) as page:
            if picture.file is None:
                lab.write_notebook(notebooks / "picture.ipynb", picture.cell)
                lab.open_notebook(page, address, "picture.ipynb")
                failures = lab.run_all(page)
                if failures:
                    raise SystemExit("\n".join(failures))
            else:
                lab.open_file(page, address, "", picture.file(notebooks).name)
            picture.pose(page)
            page.mouse.move(0, 0)
            page.locator(picture.of).screenshot(path=target)


def main(names: list[str]) -> None:
    """Take the named pictures, or all."""
    IMAGES.mkdir(exist_ok=True)
    for name in names or PICTURES:
        take(name, IMAGES / f"{name}.png")
        sys.stdout.write(f"{IMAGES / name}.png\n")


if __name__ == "__main__":
    main(sys.argv[1:])
