"""The interactive beam's-eye view as a widget: drawn, zoomed and edited in the browser, without the kernel.

The kernel gives a scene and an aperture; the browser gives the aperture back when a vertex is let go. Nothing is fetched from elsewhere.
"""

from __future__ import annotations

from anywidget import AnyWidget
from traitlets import Bytes, Dict, List

from workbench.ocular.setup import FilmPicture
from workbench_widgets.eye_scene import underlay
from workbench_widgets.film_scene import Scene
from workbench_widgets.modules import module


class EyeCanvas(AnyWidget):
    """Beam's-eye view with an aperture that can be edited.

    Its traits: ``scene`` (see ``eye_scene``), ``block_mm``, the vertices at the block, and an image that lies underneath.
    """

    _esm = module("sheet.js", "eye_canvas.js")

    scene = Dict().tag(sync=True)
    block_mm: List[list[float]] = List().tag(sync=True)
    underlay = Dict().tag(sync=True)
    pixels = Bytes().tag(sync=True)

    def show_image(self, picture: FilmPicture | None) -> None:
        """Lay a picture under the eye, or none.

        Raises
        ------
        Refused : a picture that does not lie in this plane.
        """
        where: Scene
        pixels: bytes
        where, pixels = ({}, b"") if picture is None else underlay(picture)
        with self.hold_sync():
            self.underlay, self.pixels = where, pixels

    def __repr__(self) -> str:
        return f"<EyeCanvas of {len(self.block_mm)} vertices>"
