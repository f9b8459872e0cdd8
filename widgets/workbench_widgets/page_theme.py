"""The theme of the page that shows a widget, as the browser tells it: light or dark, and when it is switched."""

from __future__ import annotations

from anywidget import AnyWidget
from traitlets import Bool

from workbench_widgets.modules import module


class PageTheme(AnyWidget):
    """Shows nothing and need not be displayed: every page that knows the kernel's widgets tells.

    Its trait ``is_dark`` is False until a page says otherwise; of two pages the one that spoke last counts.
    """

    _esm = module("page_theme.js")

    is_dark = Bool().tag(sync=True)

    def __repr__(self) -> str:
        return f"<PageTheme {'dark' if self.is_dark else 'light'}>"
