"""The theme switched while dashboards are open, in a real browser: every picture lies on the ground of its panel."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from tests.browser import lab
from tests.browser.lab import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PICTURES = {
    "Session": (".wb-beam-view", ".wb-setup-images"),
    "Eye and beam": (".wb-eye-depth",),
    "Records": (".wb-rec-chart",),
}
"""Dashboard of Home → the panels in it that have a picture."""


CELL = """
import workbench as wb
import workbench_widgets as ww

bench = wb.Workbench()
bench.check_in(bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan())), meterset_mu={1: 120.0})
wb.SimulatedDevice(bench.address).treat()
bench.complete(1)
ww.HomeDashboard(bench)
"""
"""A fraction is done, so that every picture has something to show."""


def ground(page: Any, panel: str) -> tuple[list[int], list[int], float]:
    """Red, green and blue of a picture's corner and of its panel, and the share of the picture that is of this colour."""
    pixels = np.round(imread(BytesIO(page.locator(f"{panel} img").screenshot()))[:, :, :3] * 255).astype(int)
    style = page.eval_on_selector(panel, "panel => getComputedStyle(panel).backgroundColor")
    corner = pixels[4, 4]
    return corner.tolist(), [int(one) for one in re.findall(r"\d+", style)[:3]], float((pixels == corner).all(axis=2).mean())


def test_pictures_follow_the_theme_at_once(page: Any, address: str, notebooks: Path) -> None:
    """To dark and back, in every dashboard with a picture, also where one is made or shown again only after the switch."""
    lab.write_notebook(notebooks / "theme.ipynb", CELL)
    lab.open_notebook(page, address, "theme.ipynb")
    assert lab.run_all(page) == []
    expect(page, ".wb-beam-view .wb-drawn").to_be_visible()

    for theme, drawn, expected in (
        ("JupyterLab Dark", ".wb-drawn.wb-on-dark", [0x21, 0x21, 0x21]),
        ("JupyterLab Light", ".wb-drawn:not(.wb-on-dark)", [0xFF, 0xFF, 0xFF]),
    ):
        lab.change_theme(page, theme)
        for place, panels in PICTURES.items():
            page.click(f".wb-places button:text-is('{place}')")
            for panel in panels:
                expect(page, f"{panel} {drawn}").to_be_visible()
                corner, of_panel, share = ground(page, panel)
                assert (corner, of_panel) == (expected, expected), f"{panel} in {theme}"
                assert share > 0.4
