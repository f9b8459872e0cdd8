"""Setup images in JupyterLab with a real browser: clips clicked, dragged, nudged and taken back; windowed; others imported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SETUP = """
import shutil
from pathlib import Path

import workbench as wb
from tests.widgets.setup_pictures import exposed_files
from workbench_widgets import SetupImagesDashboard

for folder in ("exposed", "returned"):
    shutil.rmtree(folder, ignore_errors=True)
bench = wb.Workbench(listen=False)
plan = wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan())
stored = bench.add_plan(plan)
for path in exposed_files(bench, plan, Path("exposed")).values():
    bench.import_file(path)
exposed_files(bench, plan, Path("returned"), patient_id="SAMPLE-2")
dashboard = SetupImagesDashboard(bench, stored)
dashboard
"""
"""Images of the sample with shadows 0.8 mm to the left and 0.5 mm low; others of another patient in a folder beside the notebook."""
AXIAL, LATERAL = ".wb-setup-axial-film", ".wb-setup-lateral-film"


def open_dashboard(page: Any, address: str, notebooks: Path) -> None:
    """A notebook with one cell that shows the dashboard, run, with both films on the page."""
    lab.write_notebook(notebooks / "setup.ipynb", SETUP, "pass")
    lab.open_notebook(page, address, "setup.ipynb")
    assert lab.run_all(page) == []
    for film in (AXIAL, LATERAL):
        expect(page, f"{film} .wb-sheet-under image").to_be_visible()
        expect(page, f"{film} [data-planned='4']").to_be_visible()
    page.locator(".wb-setup-dashboard").evaluate("(one) => one.scrollIntoView()")


def told(page: Any, film: str, name: str) -> str:
    """What a film says of itself."""
    value: str = page.get_attribute(f"{film} .wb-film", f"data-{name}")
    return value


def on_page(page: Any, film: str, clip: int, away_mm: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    """Where a planned clip is on the page, or a place so many film millimetres to its right and above it."""
    box = page.locator(f"{film} [data-planned='{clip}'] path").bounding_box()
    zoom = float(told(page, film, "zoom"))
    return (box["x"] + box["width"] / 2 + zoom * away_mm[0], box["y"] + box["height"] / 2 - zoom * away_mm[1])


def cells(page: Any, row: str) -> list[str]:
    """Differences of a row of the table: across and up on film, across and up at the isocentre."""
    found: list[str] = page.locator(f".wb-clips {row} td").all_inner_texts()
    return found


def test_clips_are_marked_by_clicking_and_compared(page: Any, address: str, notebooks: Path) -> None:
    """Four clicks 1.2 mm aside and 0.8 mm low mark the four clips in turn; the table tells the same, and divided by the magnification."""
    open_dashboard(page, address, notebooks)

    for clip in (1, 2, 3, 4):
        assert told(page, AXIAL, "next") == str(clip)
        page.mouse.click(*on_page(page, AXIAL, clip, (1.2, -0.8)))
        expect(page, f"{AXIAL} [data-mark='{clip}']").to_be_visible()

    expect(page, ".wb-setup-dashboard .wb-notice").to_contain_text("AXIAL: 4 of 4 clips marked")
    expect(page, ".wb-clips [data-view=AXIAL] [data-row=rms] td:first-of-type").to_have_text("1.4")
    for clip in (1, 2, 3, 4):
        across, up, at_isocentre, _ = (
            float(one.replace("\N{MINUS SIGN}", "-")) for one in cells(page, f"[data-view=AXIAL] [data-clip='{clip}']")
        )
        # A click is good to a pixel of the page, a tenth of a millimetre here.
        assert (across, up, at_isocentre) == (pytest.approx(1.2, abs=0.15), pytest.approx(-0.8, abs=0.15), pytest.approx(0.8, abs=0.11))
    assert told(page, AXIAL, "next") == ""
    page.mouse.click(*on_page(page, AXIAL, 1, (5.0, 5.0)))
    assert told(page, AXIAL, "marked") == "4"


def test_a_mark_is_dragged_taken_back_and_deleted(page: Any, address: str, notebooks: Path) -> None:
    """Dragging redraws without the kernel and sends once; undo goes back step by step, delete offers the clip again."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    open_dashboard(page, address, notebooks)
    page.mouse.click(*on_page(page, LATERAL, 1))
    expect(page, f"{LATERAL} .wb-film").to_have_attribute("data-saves", "1")
    expect(page, ".wb-clips [data-view=LATERAL] [data-clip='1'] td").to_have_count(4)
    x, y = on_page(page, LATERAL, 1)

    page.mouse.move(x, y)
    page.mouse.down()
    sent.clear()
    for step in range(1, 31):
        page.mouse.move(x + step, y)
    assert ([one for one in sent if "comm_msg" in one], told(page, LATERAL, "moves")) == ([], "30")
    page.mouse.up()
    expect(page, f"{LATERAL} .wb-film").to_have_attribute("data-saves", "2")
    moved = 30 / float(told(page, LATERAL, "zoom"))
    expect(page, ".wb-clips [data-view=LATERAL] [data-clip='1'] td:first-of-type").to_have_text(
        re.compile(rf"^\+({moved - 0.1:.1f}|{moved:.1f}|{moved + 0.1:.1f})$")
    )
    page.click(f"{LATERAL} .wb-film-undo")
    expect(page, ".wb-clips [data-view=LATERAL] [data-clip='1'] td:first-of-type").to_have_text(re.compile("^.?0.[01]$"))
    page.click(f"{LATERAL} [data-mark='1']")
    page.keyboard.press("Delete")

    expect(page, ".wb-clips [data-view=LATERAL] [data-clip='1']").to_contain_text("not marked")
    assert (told(page, LATERAL, "marked"), told(page, LATERAL, "next")) == ("0", "1")
    page.keyboard.press("Control+z")
    expect(page, f"{LATERAL} [data-mark='1']").to_be_visible()


def test_the_keyboard_marks_and_nudges(page: Any, address: str, notebooks: Path) -> None:
    """A digit chooses clip 3, Enter marks it where it is planned, arrows move it by 1 and by 0.1 mm on the film."""
    open_dashboard(page, address, notebooks)
    page.focus(f"{AXIAL} .wb-film > svg")

    page.keyboard.press("3")
    assert told(page, AXIAL, "next") == "3"
    page.keyboard.press("Enter")
    expect(page, f"{AXIAL} [data-mark='3']").to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")

    expect(page, ".wb-clips [data-view=AXIAL] [data-clip='3'] td").to_have_text(["+1.0", "+0.1", "+0.7", "+0.1"])
    assert page.get_attribute(f"{AXIAL} [data-mark='3']", "aria-label").startswith("clip 3, x 9.3 mm, y \N{MINUS SIGN}5.")


def test_a_mark_nudged_and_left_is_kept(page: Any, address: str, notebooks: Path) -> None:
    """The key is let go of only after the focus has gone on; the kernel has the mark where it is seen."""
    open_dashboard(page, address, notebooks)
    page.focus(f"{LATERAL} .wb-film > svg")
    page.keyboard.press("Enter")

    page.keyboard.down("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.up("ArrowRight")

    expect(page, ".wb-clips [data-view=LATERAL] [data-clip='1'] td:first-of-type").to_have_text("+0.1")


def test_marks_set_from_python_are_drawn_and_counted(page: Any, address: str, notebooks: Path) -> None:
    """Of two marks one is of a clip that is not planned: it is seen, told of in the table, and not counted among the four."""
    open_dashboard(page, address, notebooks)

    marks = ", ".join(f"ClipMark(view=View.AXIAL, clip={clip}, film_mm=(1.0, {clip}.0))" for clip in (1, 7))
    told_by_kernel = lab.run_cell(
        page, 1, f"from workbench.ocular.clip_marks import ClipMark\nfrom workbench.ocular.setup import View\ndashboard.marks = ({marks})"
    )

    assert told_by_kernel == ""
    expect(page, f"{AXIAL} [data-mark='7']").to_be_visible()
    expect(page, ".wb-clips [data-view=AXIAL] [data-clip='7']").to_contain_text("not planned")
    expect(page, f"{AXIAL} .wb-sheet-state").to_contain_text("1 of 4 clips marked")


def test_both_films_keep_one_scale(page: Any, address: str, notebooks: Path) -> None:
    """Zoomed on one film by wheel, key or button, both are; each about its own middle."""
    open_dashboard(page, address, notebooks)
    scales = [float(told(page, film, "zoom")) for film in (AXIAL, LATERAL)]
    assert scales[0] == scales[1]

    page.mouse.move(*on_page(page, AXIAL, 1))
    page.mouse.wheel(0, -100)
    assert told(page, LATERAL, "zoom") == told(page, AXIAL, "zoom") != f"{scales[0]:.3f}"
    page.click(f"{LATERAL} .wb-sheet-all")

    assert told(page, AXIAL, "zoom") == told(page, LATERAL, "zoom")
    assert float(told(page, AXIAL, "zoom")) < scales[0], "a whole film is larger than where its clips are"


def test_window_and_level_are_dragged_and_places_are_read(page: Any, address: str, notebooks: Path) -> None:
    """A drag changes both and marks nothing; hovering tells millimetres on film and at the isocentre, and the pixel."""
    open_dashboard(page, address, notebooks)
    window, level = (float(told(page, AXIAL, name)) for name in ("window", "level"))
    x, y = on_page(page, AXIAL, 1, (6.0, 0.0))

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20, steps=4)
    page.mouse.up()

    expect(page, f"{AXIAL} .wb-film").not_to_have_attribute("data-window", f"{window:.1f}")
    assert (float(told(page, AXIAL, "window")) > window, float(told(page, AXIAL, "level")) > level) == (True, True)
    assert told(page, AXIAL, "marked") == "0"
    where = page.inner_text(f"{AXIAL} .wb-sheet-where")
    assert re.fullmatch(r"film x \S+, y \S+ mm · isocentre \S+, \S+ mm · pixel \d+", where)


def test_another_patients_images_are_shown_after_the_question(page: Any, address: str, notebooks: Path) -> None:
    """Imported in the dashboard: the Patient ID does not match, the user goes on, and the images are those on the films."""
    open_dashboard(page, address, notebooks)
    before = page.input_value(f"{AXIAL} select")

    page.click(".wb-setup-import")
    wide, all_wide = (page.locator(one).bounding_box()["width"] for one in (".wb-import-dialog", ".wb-setup-dashboard"))
    assert wide > 0.9 * all_wide
    page.fill(".wb-import-path input", "returned")
    page.press(".wb-import-path input", "Enter")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("2 files found")
    page.click(".wb-import-start")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("The Patient ID does not match: 2 files carry SAMPLE-2")
    page.click(".wb-question-yes")
    expect(page, ".wb-import-dialog .wb-notice").to_contain_text("2 files imported.")
    page.click(".wb-setup-import")

    expect(page, ".wb-import-dialog").to_be_hidden()
    expect(page, f"{AXIAL} select option").to_have_count(3)
    expect(page, f"{AXIAL} select").not_to_have_value(before)
    expect(page, f"{AXIAL} .wb-sheet-under image").to_be_visible()
