"""One setup X-ray as a widget: looked at, windowed and marked in the browser, without the kernel.

The kernel gives film and pixels; marks go both ways. Nothing is fetched from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from anywidget import AnyWidget
from traitlets import Bytes, Dict, List

from workbench.ocular.clip_marks import ClipMark
from workbench.ocular.setup import FilmPicture, View
from workbench_widgets.film_scene import Scene, pixels_on
from workbench_widgets.modules import module


class FilmCanvas(AnyWidget):
    """A film on which clips are marked by clicking.

    Its traits: ``film`` (see ``film_scene``), ``marks``, a list of clip, x and y in mm on the film, and the pixels that lie underneath.
    """

    _esm = module("sheet.js", "film_canvas.js")

    film = Dict().tag(sync=True)
    marks: List[list[float]] = List().tag(sync=True)
    underlay = Dict().tag(sync=True)
    pixels = Bytes().tag(sync=True)

    def __init__(self, view: View) -> None:
        self.view = view
        super().__init__()

    def show(self, film: Scene, picture: FilmPicture | None, marks: Iterable[ClipMark]) -> None:
        """Show another film, all at once.

        Parameters
        ----------
        picture : its pixels; None for a film that is shown already, whose pixels stay, and the marks that it has by now.
        """
        with self.hold_sync():
            self.film = film
            if picture is not None:
                self.take(marks)
                self._lay(picture)

    def take(self, marks: Iterable[ClipMark]) -> None:
        """Show these marks from now on."""
        self.marks = [[one.clip, *one.film_mm] for one in marks if one.view is self.view]

    @property
    def seen(self) -> tuple[ClipMark, ...]:
        """The marks as they are now."""
        return tuple(ClipMark(view=self.view, clip=int(clip), film_mm=(float(x), float(y))) for clip, x, y in self.marks)

    def _lay(self, picture: FilmPicture) -> None:
        where: Scene = {}
        pixels = b""
        if picture.pixels is not None:
            where, pixels = pixels_on(picture, *picture.film_axes_mm)
        self.underlay, self.pixels = where, pixels

    def __repr__(self) -> str:
        return f"<FilmCanvas {self.view}: {len(self.marks)} marks>"
