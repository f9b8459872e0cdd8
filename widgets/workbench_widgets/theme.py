"""How the dashboards look: one style sheet on JupyterLab's own colours, so that its light and dark themes both work.

Colours that carry a meaning are those of the figures. It knows no widget but the one that carries the sheet into a page.
"""

from __future__ import annotations

from importlib import resources
from string import Template
from typing import Any

from ipywidgets import HTML, Box, Layout

from workbench.figures import palette
from workbench_widgets.keys import Keys


def style_sheet(name: str = "dashboard.css") -> str:
    """A style sheet with the palette's colours filled in; by itself that of all dashboards."""
    source = resources.files("workbench_widgets").joinpath(name).read_text(encoding="utf-8")
    colours = {name: value for name, value in vars(palette).items() if isinstance(value, str) and value.startswith("#")}
    return Template(source).substitute(colours)


def page() -> Any:
    """The same for a whole dashboard, whose lists keep their keys."""
    return Box([style(), Keys()], layout=Layout(display="none"))


def style() -> Any:
    """A widget that shows nothing and brings the style sheet along."""
    return HTML(f"<style>{style_sheet()}</style>", layout=Layout(display="none"))
