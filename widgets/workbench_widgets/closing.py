"""Closing a widget with all that it is made of.

ipywidgets keeps every widget that was made, with all that hears of it, until that very widget is closed; a box that is closed leaves what
is in it. So a dashboard would be kept whole by its own buttons, with its tables and pictures.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipywidgets import VBox, Widget


class ClosingBox(VBox):
    """A box that is closed with everything in it."""

    def close(self) -> None:
        """Close it, and then what is in it; closing twice does no harm."""
        super().close()
        for one in _inside(self):
            close_whole(one)


def close_whole(widget: Widget) -> None:
    """Close a widget, its layout and style, and all that is in it; the outer one first, so that a page takes it away at once."""
    widget.close()
    if not isinstance(widget, ClosingBox):
        for one in _inside(widget):
            close_whole(one)


def _inside(widget: Widget) -> Iterator[Widget]:
    yield from getattr(widget, "children", ())
    for name in ("layout", "style"):
        one = getattr(widget, name, None)
        if isinstance(one, Widget):
            yield one
