"""The workshop sheet: its drawing measured on the page, its numbers against the plan's."""

from __future__ import annotations

import re
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.factories import SQUARE_MM, make_beamline, make_field, make_plan
from tests.ocular.cases import sample_plan
from workbench.figures import sheet_html, sheet_pdf
from workbench.ocular.accessories import Wedge
from workbench.ocular.plan import OcularPlan
from workbench.ocular.sheet import sheet_tables

POINTS_PER_MM = 72 / 25.4
"""PDF user space: 72 points an inch (ISO 32000-1, 8.3.2.3)."""


def pages(pdf: bytes) -> list[str]:
    """Content streams of a PDF, inflated."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    inflated = []
    for stream in streams:
        try:
            inflated.append(zlib.decompress(stream).decode("latin-1"))
        except zlib.error:
            continue
    return inflated


def paths(pdf: bytes) -> list[list[tuple[float, float]]]:
    """Every path of straight lines on the page, in points."""
    found: list[list[tuple[float, float]]] = []
    for page in pages(pdf):
        for x, y, step in re.findall(r"(-?[\d.]+) (-?[\d.]+) ([ml])\b", page):
            if step == "m":
                found.append([])
            found[-1].append((float(x), float(y)))
    return found


@pytest.mark.parametrize("plan", [make_plan(), sample_plan(), make_plan(beamline=make_beamline(snout_diameter_mm=70.0))])
def test_the_aperture_is_true_to_scale_on_paper(plan: OcularPlan) -> None:
    """Every edge of the milled path has its length in millimetres on the page, to a hundredth."""
    block = np.array(plan.field.aperture.block_mm)
    edges_mm = np.linalg.norm(np.diff(block, axis=0), axis=1)

    drawn = [np.array(path) for path in paths(sheet_pdf(plan)) if len(path) in {len(block), len(block) + 1}]
    measured = [np.linalg.norm(np.diff(path[: len(block)], axis=0), axis=1) / POINTS_PER_MM for path in drawn]

    assert any(np.allclose(one, edges_mm, rtol=0, atol=0.01) for one in measured)


def test_the_bar_is_ten_millimetres_long() -> None:
    """What is measured with a ruler to see that the printer kept the scale."""
    lengths = [np.hypot(*np.subtract(path[1], path[0])) / POINTS_PER_MM for path in paths(sheet_pdf(make_plan())) if len(path) == 2]

    assert any(length == pytest.approx(10.0, abs=0.01) for length in lengths)


def test_the_page_is_one_a4() -> None:
    """210 by 297 mm, one page."""
    pdf = sheet_pdf(make_plan())

    (box,) = re.findall(rb"/MediaBox \[ ?([\d. ]+)\]", pdf)
    assert [float(one) / POINTS_PER_MM for one in box.split()] == pytest.approx([0, 0, 210, 297], abs=0.01)


def test_the_same_plan_gives_the_same_page() -> None:
    """No date of printing, no chance."""
    assert sheet_pdf(make_plan()) == sheet_pdf(make_plan())


def test_every_setting_is_on_the_sheet() -> None:
    """Prescription, block, light, devices, wedges, chair and tolerances of a plan that knows everything, with their units."""
    tables = {table.title: dict(table.rows) for table in sheet_tables(make_plan())}

    assert tables["Prescription"]["dose"] == "4 \N{MULTIPLICATION SIGN} 15.00 Gy(RBE) = 60.00 Gy(RBE)"
    assert tables["Block"]["opening"] == "368.6 mm², 76.8 mm around, 4 points"
    assert tables["Block"]["reach from the axis"] == "13.58 mm of 17.50 mm in snout SNOUT35"
    assert tables["Fixation"]["as DICOM, gantry 90°"] == "polar 18.0°, azimuth 60.0°"
    assert tables["Beam"]["range modulator W16"] == "WHL_MODWEIGHTS, beam on from 0 to 137.8, current BCM3"
    assert tables["Wedges"]["wedge W30"] == "30°, thin edge towards 45.0° in the room"
    assert tables["Chair"]["position"] == "vertical -12.5 mm, longitudinal 3.2 mm, lateral 0.5 mm"
    assert tables["Tolerances"]["beam"] == "range ±0.1 mm; modulation ±0.2 mm"


def test_what_is_not_known_has_no_row() -> None:
    """A wedge without direction says so; a plan without planner, technique or head fixation says nothing of them."""
    wedge = Wedge(number=1, id="W30", angle_deg=30, orientation_deg=None, tray_to_isocentre_mm=90.0, type=None)
    plan = make_plan(operator=None, setup_technique=None, field=make_field(wedges=(wedge,)))

    tables = {table.title: dict(table.rows) for table in sheet_tables(plan)}

    assert set(tables["Prescription"]) == {"site", "dose", "planned"}
    assert tables["Wedges"] == {"wedge W30": "30°, direction of the thin edge not known", "": "tray 90.0 mm from isocentre"}


def test_the_page_for_the_browser_holds_the_same_rows_and_the_drawing_in_millimetres() -> None:
    """Every word and value of the tables, escaped; the SVG is as wide as its paper, 72 points an inch."""
    plan = make_plan(name="<Plan>")
    html = sheet_html(plan)

    seen = _Text()
    seen.feed(html)
    missing = [value for table in sheet_tables(plan) for _, value in table.rows if value not in seen.texts]
    widths_mm = [float(one) / POINTS_PER_MM for one in re.findall(r'<svg [^>]*?width="([\d.]+)pt"', html)]
    assert missing == []
    assert "<Plan>" not in html
    assert widths_mm == pytest.approx([72 + 16, 54 + 16], abs=0.01)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.texts.add(data)


def test_an_aperture_that_is_turned_is_drawn_turned() -> None:
    """The first point, where the mill begins, is lower left of the axis for the test square."""
    drawn = [np.array(path) for path in paths(sheet_pdf(make_plan())) if len(path) in {4, 5}]
    square = next(path for path in drawn if np.allclose(np.linalg.norm(np.diff(path[:4], axis=0), axis=1) / POINTS_PER_MM, 19.2, atol=0.01))

    assert (square[0] < square[2]).all()
    assert SQUARE_MM[0] < SQUARE_MM[2]


def test_a_peak_that_is_spread_to_the_surface_is_on_the_sheet() -> None:
    """A modulation as wide as the range is said in words; the sample's is not."""
    words = {
        modulation_mm: [
            value
            for table in sheet_tables(make_plan(field=make_field(range_mm=20.0, modulation_mm=modulation_mm)))
            for _, value in table.rows
        ]
        for modulation_mm in (19.9, 20.0)
    }

    assert ["the peak is spread to the surface" in one for one in words.values()] == [False, True]
