"""The keys of a dashboard's lists, which JupyterLab would take for its own: down for the next cell, and letters for what not."""

from __future__ import annotations

from anywidget import AnyWidget

from workbench_widgets.modules import module


class Keys(AnyWidget):
    """Shows nothing and need not be displayed: every page that knows the kernel's widgets leaves lists in dashboards their keys."""

    _esm = module("keys.js")

    def __repr__(self) -> str:
        return "<Keys>"
