"""Pictures in the theme of their page, without a browser: what is drawn when, and in which thread it is seen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from tests.widgets.given import make_records
from workbench.bench import Workbench
from workbench.figures import palette
from workbench_widgets import HomeDashboard, pictures
from workbench_widgets.home import PLACES
from workbench_widgets.live import Live
from workbench_widgets.page_theme import PageTheme
from workbench_widgets.pictures import FigureImage
from workbench_widgets.records_charts import Focus
from workbench_widgets.records_panels import ChartPanel
from workbench_widgets.records_view import Choices

INCHES = (1.0, 0.5)


def make_live() -> Live:
    """A bridge whose failures would fail the test."""
    return Live(refresh=lambda: None, failed=pytest.fail)


def drawing(told: list[str], name: str = "") -> Callable[[], Figure]:
    """Draws a word in ink, and tells that it did."""

    def draw() -> Figure:
        told.append(name)
        figure = Figure(figsize=INCHES)
        figure.text(0.5, 0.5, "word", color=palette.INK)
        return figure

    return draw


def ink(picture: FigureImage) -> tuple[float, bool, bool]:
    """How light the words are, 0 to 1; whether the corner is the page's ground; whether the page knows it for a dark one."""
    pixels: Any = imread(BytesIO(bytes(picture.value)))
    words = pixels[pixels[:, :, 3] == 1.0]
    return round(float(words[:, :3].mean()), 2), bool(pixels[0, 0, 3] == 0.0), "wb-on-dark" in picture._dom_classes


LIGHT, DARK = (0.2, True, False), (0.88, True, True)
"""Words of #333333 and of #E0E0E0."""


def test_a_picture_follows_the_theme_and_is_drawn_once_for_each() -> None:
    """To dark, back, and to dark again; neither the same theme nor the same key draws anew, another key does."""
    told: list[str] = []
    live = make_live()
    picture = FigureImage(INCHES, live)
    seen = []

    picture.show("one", drawing(told, "one"))
    for is_dark in (False, True, False, True):
        picture.page.is_dark = is_dark
        live.pump()
        seen.append(ink(picture))
    picture.show("one", drawing(told, "one"))
    picture.show("two", drawing(told, "two"))
    live.pump()

    assert seen == [LIGHT, DARK, LIGHT, DARK]
    assert (told, ink(picture)) == (["one", "one", "two"], DARK)


def test_a_picture_by_itself_follows_the_theme_on_the_loop_of_its_cell() -> None:
    """A widget callback may run in a thread of its own; the picture is drawn where it was made."""
    threads: list[int] = []

    async def scenario() -> None:
        picture = FigureImage(INCHES)
        picture.show("one", drawing([]))
        assert ink(picture) == LIGHT
        picture.observe(lambda _: threads.append(threading.get_ident()), names="value")

        told = threading.Thread(target=lambda: picture.page.set_trait("is_dark", True))
        told.start()
        told.join()
        await picture._bridge.drain()

        assert (ink(picture), threads) == (DARK, [threading.get_ident()])
        picture.close()
        assert picture.page.comm is None

    asyncio.run(scenario())


def test_what_is_being_drawn_when_the_theme_changes_is_not_seen() -> None:
    """The light one is done after the page has become dark: it is kept, and the dark one is drawn."""
    values: list[object] = []
    told: list[str] = []

    async def scenario() -> None:
        live, go_on = make_live(), threading.Event()
        picture = FigureImage(INCHES, live)
        picture.observe(lambda change: values.append(change.new), names="value")

        def draw() -> Figure:
            go_on.wait(10)
            return drawing(told)()

        picture.show("one", draw)
        picture.page.is_dark = True
        go_on.set()
        await live.drain()
        assert (len(values), len(told), ink(picture)) == (1, 2, DARK)

        picture.page.is_dark = False
        await live.drain()
        assert (len(values), len(told), ink(picture)) == (2, 2, LIGHT)
        picture.close()

    asyncio.run(scenario())


def test_what_is_forgotten_while_it_is_drawn_is_not_seen() -> None:
    """Nor told; shown again it is drawn again."""
    told: list[str] = []

    async def scenario() -> None:
        live, go_on = make_live(), threading.Event()
        picture = FigureImage(INCHES, live)

        def draw() -> Figure:
            go_on.wait(10)
            return drawing([])()

        picture.show("one", draw, then=lambda: told.append("seen"))
        picture.forget()
        go_on.set()
        await live.drain()
        assert (told, "wb-drawn" in picture._dom_classes) == ([], False)

        picture.show("one", draw, then=lambda: told.append("seen again"))
        await live.drain()
        assert (told, ink(picture)) == (["seen again"], LIGHT)
        picture.close()

    asyncio.run(scenario())


def test_a_picture_that_cannot_be_drawn_is_a_sentence_once_for_each_theme() -> None:
    """Asked for with every event, it is tried once; another theme is another try."""
    sentences: list[str] = []
    live = Live(refresh=lambda: None, failed=sentences.append)
    picture = FigureImage(INCHES, live)

    def draw() -> Figure:
        raise ValueError("no")

    for is_dark in (False, False, True):
        picture.page.is_dark = is_dark
        picture.show("one", draw)
        live.pump()

    assert [one.partition(";")[0] for one in sentences] == ["unexpected ValueError: no"] * 2


def test_a_chart_follows_the_theme_and_counts_nothing_again() -> None:
    """The records are read once, the heading stays, and the picture is a dark one."""
    asked: list[str] = []
    records = make_records()
    live = make_live()
    chart = ChartPanel(lambda: asked.append("records") or records, live)
    chart.show(Focus(filters={}), Choices())
    live.pump()
    heading = chart._heading.value

    chart.picture.page.is_dark = True
    live.pump()

    assert (asked, chart._heading.value, ink(chart.picture)[1:]) == (["records"], heading, DARK[1:])
    assert "Planned versus delivered" in heading


@pytest.mark.usefixtures("blank_pictures")
def test_closing_home_leaves_nobody_who_follows_the_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every dashboard was shown, and each lets go of the page with its pictures."""
    pages: list[PageTheme] = []

    class Kept(PageTheme):
        def __init__(self) -> None:
            super().__init__()
            pages.append(self)

    async def scenario() -> None:
        with Workbench(tmp_path, listen=False) as bench:
            home = HomeDashboard(bench)
            for place in PLACES:
                home.show(place.name)
                await home.drain()
            assert pages
            assert all(one.comm is not None for one in pages)
            home.close()

    monkeypatch.setattr(pictures, "PageTheme", Kept)
    asyncio.run(scenario())

    assert [one for one in pages if one.comm is not None] == []
