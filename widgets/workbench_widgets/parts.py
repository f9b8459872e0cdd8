"""The parts that dashboards are composed of; each can also stand alone in a cell.

A part shows what it is given or what its bench tells it; none starts, changes or decides anything.
"""

from __future__ import annotations

from typing import Any, Final

from ipywidgets import HTML, Box, Button

from workbench.bench import Workbench
from workbench.figures import beams_eye_view
from workbench.ocular.plan import OcularPlan
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup, tables, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.live import Live
from workbench_widgets.pictures import FigureImage

BEAM_INCHES: Final = (4.3, 4.05)


def html(text: str, *classes: str) -> Any:
    """An HTML widget with hooks to find and to style it by."""
    widget = HTML(text)
    for one in ("wb-html", *classes):
        widget.add_class(one)
    return widget


def button(words: str, hook: str, tooltip: str = "") -> Any:
    """A button with a hook to find it by."""
    made = Button(description=words, tooltip=tooltip)
    made.add_class(hook)
    return made


def heard_at_once(widget: Any) -> None:
    """Have what a widget sends heard in a thread of its own, also while a cell keeps the kernel's main thread busy.

    JupyterLab sends it to a subshell of the kernel. ipykernel from 7.4 on takes it to the shell that wrote to the widget last instead,
    which is the one that runs cells, unless the comm names no way. To go when a comm may choose its shell.
    """
    if widget.comm is not None:
        widget.comm._reply_subshell_for = None


def box(classes: str, *children: Any) -> Any:
    """Children in a row, or however its classes lay them out; classes are separated by blanks."""
    made = Box(list(children))
    for one in classes.split():
        made.add_class(one)
    return made


class Part(ClosingBox):
    """A titled panel with the style sheet along."""

    def __init__(self, hook: str, title: str, *body: Any) -> None:
        self._heading = html(markup.heading(title), "wb-title")
        super().__init__([theme.style(), self._heading, *body])
        self.add_class("wb-panel")
        self.add_class(hook)

    def remark(self, title: str, beside: str = "") -> None:
        """Change the heading and the quiet words beside it."""
        self._heading.value = markup.heading(title, beside)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class BeamView(Part):
    """The beam's-eye view of a plan.

    Parameters
    ----------
    plan : None where there is none, or where a plan came as DICOM alone.
    live : the dashboard's, when the view is part of one.
    """

    TITLE = "Beam's-eye view"

    def __init__(self, plan: OcularPlan | None = None, *, live: Live | None = None) -> None:
        self.image = FigureImage(BEAM_INCHES, live)
        self._empty = html("")
        super().__init__("wb-beam-view", self.TITLE, self._empty, self.image)
        self.show(plan)

    def show(self, plan: OcularPlan | None) -> None:
        """Show this plan from now on."""
        self._empty.value = "" if plan else markup.empty("The view needs an ocular plan: add one, or use the sample.")
        self.image.layout.display = "" if plan else "none"
        if plan is not None:
            self.image.show(plan, lambda: beams_eye_view(plan, inches=BEAM_INCHES))
            self.remark(self.TITLE, f"{plan.eye.laterality.words}, isocentric plane")


class DeliveredBeams(Part):
    """The delivered beams of a plan, or of all plans."""

    TITLE = "Records"

    def __init__(self, bench: Workbench, plan: StoredPlan | None = None) -> None:
        self._bench = bench
        self._table = html("", "wb-scroll")
        super().__init__("wb-records", self.TITLE, self._table)
        self.show(plan)

    def show(self, plan: StoredPlan | None) -> None:
        """Show what was recorded up to now."""
        frame = self._bench.records.beams(plan_uid=None if plan is None else plan.uid)
        self._table.value = tables.record_table(frame)
        count = len(frame)
        self.remark(self.TITLE, "" if count == 0 else f"{count} {'delivery' if count == 1 else 'deliveries'}")
