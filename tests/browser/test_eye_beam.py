"""The eye and its beam in JupyterLab with a real browser: vertices dragged and keyed, the gaze turned, a new plan made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect
from tests.browser.reports import report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MOVES = 60
EYE = """
import numpy as np
import workbench as wb
from workbench.ocular.setup import FilmPicture, View
from workbench_widgets import EyeBeamView

plan = wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan())
rows, columns = np.indices((200, 200))
pixels = (600 + 4 * columns + 400 * (np.hypot(rows - 90, columns - 90) < 60)).astype(np.uint16)
axial = FilmPicture(
    view=View.AXIAL, pixels=pixels, pixel_mm=(0.25, 0.25), position_mm=(-24.9, 24.9), outlines=(), magnification=1.5
)
view = EyeBeamView(plan, image=IMAGE)
view
"""

FILM = """
import workbench as wb
from workbench_widgets import EyeBeamView

bench = wb.Workbench()
plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))
bench.check_in(plan, meterset_mu={1: 120.0})
EyeBeamView(plan, bench=bench)
"""


def open_view(page: Any, address: str, notebooks: Path, *, image: str = "None") -> None:
    """A notebook whose first cell shows the view, run, with an empty one below it."""
    lab.write_notebook(notebooks / "eye.ipynb", EYE.replace("IMAGE", image), "")
    lab.open_notebook(page, address, "eye.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-bev-vertex")
    page.wait_for_selector(".wb-eye-depth .wb-drawn")


def told(page: Any, name: str) -> str:
    """What the view says of itself."""
    value: str = page.get_attribute(".wb-bev", f"data-{name}")
    return value


def middle(page: Any, selector: str) -> tuple[float, float]:
    """Where an element is on the page."""
    box = page.locator(selector).bounding_box()
    return (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def run_beside(page: Any, code: str) -> None:
    """Have the kernel run something while the page is used."""
    page.evaluate("code => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }).done", code)


WATCH_DRAG = """() => {
    window.drawn = [];
    const root = document.querySelector('.wb-bev'), handle = root.querySelector("[data-vertex='0']");
    let from = 0;
    root.addEventListener('pointermove', () => { from = performance.now(); }, { capture: true });
    root.addEventListener('pointermove', (event) => { if (event.target === handle) window.drawn.push(performance.now() - from); });
}"""
"""From each move of the pointer until the aperture has been judged and drawn anew."""
WATCH_FILMS = """() => { window.turned = new Promise((resolve) => {
    const from = performance.now();
    new MutationObserver((_, observer) => {
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - from)));
    }).observe(document.querySelector('.wb-eye-films'), { childList: true, subtree: true });
}); }"""
"""From before a key is pressed to the frame after the one that the predicted clips are painted in; the kernel is asked in between."""


def test_a_vertex_is_dragged_without_the_kernel(page: Any, address: str, notebooks: Path) -> None:
    """Sixty moves are drawn and judged while nothing goes to the kernel; letting go sends the aperture once, and a new plan is made."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    open_view(page, address, notebooks)
    before = float(told(page, "area"))
    scenes = told(page, "scenes")
    x, y = middle(page, "[data-vertex='0']")

    page.mouse.move(x, y)
    page.mouse.down()
    sent.clear()
    page.evaluate(WATCH_DRAG)
    for step in range(1, MOVES + 1):
        page.mouse.move(x - step / 2, y)
    during = [one for one in sent if "comm_msg" in one]
    assert (int(told(page, "moves")), during, told(page, "scenes"), told(page, "saves")) == (MOVES, [], scenes, "0")
    assert float(told(page, "area")) > before
    page.mouse.up()
    expect(page, ".wb-use").to_be_enabled()
    assert told(page, "saves") == "1"
    report("eye and beam: a vertex dragged, drawn without the kernel", page.evaluate("() => window.drawn"))
    page.click(".wb-use")

    expect(page, ".wb-eye-beam .wb-notice").to_contain_text("New plan in widget.plan: aperture of 25 points")
    expect(page, ".wb-eye-beam .wb-notice").to_contain_text(f"{float(told(page, 'area')):.1f} mm²")


def test_what_is_no_aperture_is_said_while_it_is_dragged(page: Any, address: str, notebooks: Path) -> None:
    """A vertex pulled out of the snout, and one across the opening, are no aperture; the kernel refuses the same in words."""
    open_view(page, address, notebooks)
    x, y = middle(page, "[data-vertex='0']")

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 220, y)
    assert told(page, "valid") == "false"
    expect(page, ".wb-sheet-state").to_contain_text("from the beam axis, the snout ends at 17.50 mm")
    page.mouse.move(x + 150, y - 250)
    expect(page, ".wb-sheet-state").to_contain_text("cross")
    page.mouse.up()

    expect(page, ".wb-eye-beam .wb-notice.wb-fail").to_contain_text("Aperture: block_mm crosses itself")
    expect(page, ".wb-use").to_be_disabled()
    page.click(".wb-reset")
    expect(page, ".wb-bev").to_have_attribute("data-valid", "true")


def test_how_the_tumour_is_covered_is_said_while_a_vertex_is_dragged(page: Any, address: str, notebooks: Path) -> None:
    """As planned inside by 2.4 mm; a vertex pulled into the tumour cuts it off, by what the kernel finds for the same aperture."""
    open_view(page, address, notebooks)
    expect(page, ".wb-sheet-state .wb-pass >> nth=1").to_contain_text("tumour inside by at least 2.4 mm")
    x, y = middle(page, "[data-vertex='0']")

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 30)
    expect(page, ".wb-sheet-state .wb-warn").to_contain_text("tumour is cut off by")
    assert told(page, "saves") == "0"
    page.mouse.up()
    found = lab.run_cell(
        page,
        1,
        "from dataclasses import replace\nfrom workbench.ocular import tumour_cover_mm\n"
        "opening = replace(plan.field.aperture, block_mm=tuple(map(tuple, view.canvas.block_mm)))\n"
        "print(tumour_cover_mm(replace(plan, field=replace(plan.field, aperture=opening))))",
    )

    assert float(told(page, "cover")) == pytest.approx(float(found), abs=0.002)
    assert float(found) < -1


def test_the_keyboard_does_all_that_the_mouse_does(page: Any, address: str, notebooks: Path) -> None:
    """Next vertex, 1 mm up, one more vertex and one less, zoom; then the gaze turned by arrows moves clips and film crosses."""
    open_view(page, address, notebooks)
    page.focus("[data-vertex='0']")

    page.keyboard.press("PageDown")
    page.keyboard.press("Shift+ArrowUp")
    expect(page, ".wb-bev").to_have_attribute("data-saves", "1")
    expect(page, ".wb-use").to_be_enabled()
    label = page.get_attribute("[data-vertex='1']", "aria-label")
    assert label.startswith("vertex 2 of 25, x \N{MINUS SIGN}4.79 mm, y \N{MINUS SIGN}1.88 mm"), (
        "(-4.596, -2.806 + 1) at the block, times 1750/1680"
    )
    page.keyboard.press("Insert")
    expect(page, ".wb-bev").to_have_attribute("data-points", "26")
    page.keyboard.press("Delete")
    expect(page, ".wb-bev").to_have_attribute("data-points", "25")
    page.focus(".wb-bev > svg")
    zoom = float(told(page, "zoom"))
    page.keyboard.press("+")
    assert float(told(page, "zoom")) == pytest.approx(1.25 * zoom, rel=1e-3)
    expect(page, ".wb-bev .wb-sheet-scale .wb-sheet-over").to_have_text("5 mm")
    for _ in range(20):
        page.keyboard.press("+")
    expect(page, ".wb-bev .wb-sheet-scale .wb-sheet-over").to_have_text("0.5 mm")

    clip, cross = "[data-clip='1'].wb-bev-clip", "[data-view='AXIAL'] [data-clip='1']"
    places = [page.get_attribute(one, "data-x") for one in (clip, cross)]
    page.focus(".wb-polar .noUi-handle")
    page.keyboard.press("PageUp")
    expect(page, cross).not_to_have_attribute("data-x", places[1])
    expect(page, clip).not_to_have_attribute("data-x", places[0])
    delays = []
    for _ in range(5):
        page.evaluate(WATCH_FILMS)
        page.keyboard.press("PageUp")
        delays.append(page.evaluate("() => window.turned"))
    report("eye and beam: gaze turned to predicted clips painted", delays, aim_ms=500)
    expect(page, ".wb-eye-facts [data-fact='lamp in the room'].wb-changed").to_be_visible()


def test_an_image_lies_under_the_eye_with_window_and_level(page: Any, address: str, notebooks: Path) -> None:
    """A drag changes window and level, and hovering tells millimetres and the pixel's value."""
    open_view(page, address, notebooks, image="axial")
    expect(page, ".wb-sheet-under image").to_be_visible()
    window, level = (float(told(page, name)) for name in ("window", "level"))
    box = page.locator(".wb-bev > svg").bounding_box()
    x, y = box["x"] + 0.75 * box["width"], box["y"] + 0.7 * box["height"]

    inks = "found => found.map(one => getComputedStyle(one)).map(one => [one.fill, one.stroke].join(' on '))"
    assert set(page.eval_on_selector_all(".wb-bev .wb-sheet-words text", inks)) == {"rgb(255, 255, 255) on rgb(0, 0, 0)"}
    page.click(".wb-sheet-mode")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 20)
    page.mouse.up()

    assert float(told(page, "window")) > window
    assert float(told(page, "level")) > level
    expect(page, ".wb-sheet-where").to_contain_text("mm at the isocentre")
    expect(page, ".wb-sheet-where").to_contain_text("pixel")


def test_an_xray_that_comes_is_laid_under_the_eye_by_keyboard(page: Any, address: str, notebooks: Path) -> None:
    """Imaged while the view is open, the film is offered; an arrow key chooses it and the other takes it away."""
    lab.write_notebook(notebooks / "film.ipynb", FILM)
    lab.open_notebook(page, address, "film.ipynb")
    assert lab.run_all(page) == []
    expect(page, ".wb-underlay option").to_have_text("no AXIAL film yet: import or take one")
    run_beside(page, "wb.SimulatedDevice(bench.address).treat()")
    expect(page, ".wb-underlay option").to_have_count(2)

    page.focus(".wb-underlay select")
    page.keyboard.press("ArrowDown")
    expect(page, ".wb-sheet-under image").to_be_visible()
    expect(page, ".wb-sheet-window").to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(page, ".wb-sheet-under image").to_have_count(0)


def test_changes_of_the_aperture_are_taken_back(page: Any, address: str, notebooks: Path) -> None:
    """A drag, a vertex removed and an aperture fitted by the kernel go back one by one, by button and by key."""
    open_view(page, address, notebooks)
    expect(page, ".wb-bev-undo").to_be_disabled()
    areas = [told(page, "area")]
    x, y = middle(page, "[data-vertex='0']")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y)
    page.mouse.up()
    areas.append(told(page, "area"))
    page.keyboard.press("Backspace")
    expect(page, ".wb-bev").to_have_attribute("data-points", "24")
    areas.append(told(page, "area"))
    # Messages of two widgets can overtake each other on their way to the kernel.
    expect(page, ".wb-eye-facts [data-row=shown] [data-fact='aperture at the block']").to_have_text(f"{float(areas[-1]):.1f}")
    page.click(".wb-fit")
    expect(page, ".wb-bev").not_to_have_attribute("data-area", areas[-1])

    page.click(".wb-bev-undo")
    expect(page, ".wb-bev").to_have_attribute("data-area", areas[2])
    page.focus(".wb-bev > svg")
    for area in (areas[1], areas[0]):
        page.keyboard.press("Control+z")
        expect(page, ".wb-bev").to_have_attribute("data-area", area)

    expect(page, ".wb-bev-undo").to_be_disabled()
    expect(page, ".wb-reset").to_be_disabled()


def test_the_aperture_follows_the_gaze(page: Any, address: str, notebooks: Path) -> None:
    """The slider turns the eye, and aperture, numbers and films are those of the turned eye; "Back to the plan" undoes it."""
    open_view(page, address, notebooks)
    planned = told(page, "area")

    page.focus(".wb-polar .noUi-handle")
    page.keyboard.press("PageUp")

    expect(page, ".wb-bev").not_to_have_attribute("data-area", planned)
    expect(page, ".wb-eye-facts [data-row=shown] [data-fact='aperture at the block']").to_have_text(f"{float(told(page, 'area')):.1f}")
    expect(page, ".wb-bev-undo").to_be_disabled()
    page.click(".wb-reset")
    expect(page, ".wb-bev").to_have_attribute("data-area", planned)


def test_another_aperture_ends_a_drag(page: Any, address: str, notebooks: Path) -> None:
    """The kernel's aperture of four vertices is not bent by who holds a vertex of the one before it."""
    open_view(page, address, notebooks)
    x, y = middle(page, "[data-vertex='2']")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 5, y)

    run_beside(page, "view.canvas.block_mm = [[-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0]]")
    expect(page, ".wb-bev").to_have_attribute("data-points", "4")
    page.mouse.move(x + 60, y)
    page.mouse.up()

    assert (told(page, "area"), told(page, "saves")) == ("100.000", "0")


def test_views_on_one_page_have_names_of_their_own(page: Any, address: str, notebooks: Path) -> None:
    """What clips a drawing is found by its name: two views of a page share none, or the wedge of one would end at the other's aperture."""
    lab.write_notebook(
        notebooks / "two.ipynb", f"{EYE.replace('IMAGE', 'None')}\nfrom ipywidgets import VBox\nVBox([view, EyeBeamView(plan)])"
    )
    lab.open_notebook(page, address, "two.ipynb")
    assert lab.run_all(page) == []
    expect(page, ".wb-bev").to_have_count(2)

    names = page.eval_on_selector_all(".wb-bev svg [id]", "found => found.map(one => one.id)")

    assert len(names) == len(set(names)) == 8


def test_small_greys_are_told_with_their_decimals(page: Any, address: str, notebooks: Path) -> None:
    """The same picture a thousandth as bright: its bytes are the same, its window and its greys are not."""
    open_view(page, address, notebooks, image="axial")
    window, level = (float(told(page, name)) for name in ("window", "level"))

    run_beside(page, "from dataclasses import replace; view.show_image(replace(axial, pixels=pixels / 1000))")
    expect(page, ".wb-bev").to_have_attribute("data-window", re.compile("^0[.]"))

    assert [float(page.input_value(f".wb-sheet-{one}")) for one in ("window", "level")] == pytest.approx(
        [window / 1000, level / 1000], abs=0.001
    )
    page.mouse.move(*middle(page, ".wb-bev > svg"))
    expect(page, ".wb-sheet-where").to_have_text(re.compile(r"pixel \d[.]\d{3}"))
