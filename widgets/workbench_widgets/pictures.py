"""The package's own figures as pictures in a page: rendered on the Agg canvas for the page's theme, and kept while nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from ipywidgets import Image, Layout
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from workbench.events import Bridge
from workbench.figures import on_dark
from workbench_widgets.closing import close_whole
from workbench_widgets.live import Live
from workbench_widgets.page_theme import PageTheme

PICTURE_DPI: Final = 150
"""Rendered half as large again as shown, so that it stays sharp when the browser magnifies."""


def _nothing() -> None:
    """What follows when nothing is to follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture that was asked for; it depends on ``key`` and the theme alone."""

    key: Hashable
    draw: Callable[[], Figure]
    then: Callable[[], object]


class FigureImage(Image):
    """A picture of a figure in the theme of its page, rendered once for each theme unless what it shows has changed.

    Parameters
    ----------
    inches : width and height of the figures; an empty place of this size stands in until the first is rendered.
    live : renders beside its loop, so that buttons answer meanwhile, and follows the theme until this is closed; without it, rendering is
        done when ``show`` returns.
    """

    def __init__(self, inches: tuple[float, float], live: Live | None = None) -> None:
        super().__init__(
            value=rendered(Figure(figsize=inches)), format="png", layout=Layout(width="100%", height="auto", object_fit="contain")
        )
        self.add_class("wb-figure")
        self._live, self._bridge = live, Bridge()
        self._wanted: Wanted | None = None
        self._kept: dict[bool, bytes] = {}
        self._tried: tuple[Hashable, bool] | None = None
        self._is_drawing = False
        self.page = PageTheme()
        post = self._bridge.post if live is None else live.post
        self.page.observe(lambda _: post(self._follow), names="is_dark")
        if live is not None:
            live.at_close(lambda: close_whole(self.page))

    def show(self, key: Hashable, draw: Callable[[], Figure], then: Callable[[], object] = _nothing) -> None:
        """Draw and render, unless ``key`` is that of the picture already shown.

        One is drawn at a time; of those asked for meanwhile only the last is.

        Parameters
        ----------
        then : called when the picture is there, at once when it is there already; once more when the theme has changed.
        """
        if self._wanted is None or key != self._wanted.key:
            self._kept = {}
        self._wanted = Wanted(key=key, draw=draw, then=then)
        self._follow()

    def forget(self) -> None:
        """Change nothing any more until the next ``show``, not even for a picture that is being drawn."""
        self._wanted, self._kept, self._tried = None, {}, None

    def close(self) -> None:
        """Follow the theme no more."""
        self._bridge.close()
        close_whole(self.page)
        super().close()

    def _follow(self) -> None:
        """Show what is wanted in the page's theme: at once what is kept, else what is drawn now or when the present drawing is done."""
        wanted, is_dark = self._wanted, bool(self.page.is_dark)
        if wanted is None:
            return
        if is_dark in self._kept:
            self._put(wanted, is_dark, self._kept[is_dark])
        elif not self._is_drawing and self._tried != (wanted.key, is_dark):
            self._tried = (wanted.key, is_dark)
            self._draw(wanted, is_dark)

    def _draw(self, wanted: Wanted, is_dark: bool) -> None:
        if self._live is None:
            self._come(wanted, is_dark, rendered(wanted.draw(), is_dark=is_dark))
            return
        self._is_drawing = True
        self._live.work(
            lambda: rendered(wanted.draw(), is_dark=is_dark),
            then=lambda png: self._come(wanted, is_dark, png),
            finally_=self._go_on,
        )

    def _come(self, drawn: Wanted, is_dark: bool, png: bytes) -> None:
        """Another one may be wanted by now: this one is seen meanwhile, unless it is of the wrong theme."""
        if self._wanted is None:
            return
        is_current = drawn.key == self._wanted.key
        if is_current:
            self._kept[is_dark] = png
        if is_dark == self.page.is_dark:
            self._put(self._wanted if is_current else drawn, is_dark, png)

    def _go_on(self) -> None:
        self._is_drawing = False
        if self._wanted is not None and self._tried != (self._wanted.key, self.page.is_dark):
            self._follow()

    def _put(self, wanted: Wanted, is_dark: bool, png: bytes) -> None:
        with self.hold_sync():
            self.value = png
            self.add_class("wb-drawn")
            (self.add_class if is_dark else self.remove_class)("wb-on-dark")
        wanted.then()


def rendered(figure: Figure, *, is_dark: bool = False) -> bytes:
    """A figure as PNG without paper, so that it lies on the ground of the page."""
    target = BytesIO()
    FigureCanvasAgg(on_dark(figure) if is_dark else figure)
    figure.savefig(target, format="png", dpi=PICTURE_DPI, transparent=True)
    return target.getvalue()
