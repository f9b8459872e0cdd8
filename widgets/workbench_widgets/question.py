"""A question that is answered before anything else: a modal dialog of the browser, with a safe answer and one that goes on.

What is asked and what comes of the answer is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywidget import AnyWidget
from traitlets import Bool, Unicode

from workbench_widgets.live import Live
from workbench_widgets.modules import module


class Question(AnyWidget):
    """A modal dialog; shown wherever its dashboard is on a page, and seen nowhere while nothing is asked.

    Its traits can be set: ``title``, ``sentence``, ``no`` and ``yes``, the words of both answers, ``is_asked``, whether it is open.
    Escape, and Enter without a choice, are the safe answer ``no``.

    Parameters
    ----------
    answered : told whether the answer is yes, on the loop of ``live``.
    """

    _esm = module("question.js")

    title = Unicode().tag(sync=True)
    sentence = Unicode().tag(sync=True)
    no = Unicode().tag(sync=True)
    yes = Unicode().tag(sync=True)
    is_asked = Bool().tag(sync=True)

    def __init__(self, live: Live, answered: Callable[[bool], object], **traits: Any) -> None:
        self._live, self._answered = live, answered
        super().__init__(**traits)
        self.on_msg(lambda _, message, __: self.answer(message.get("answer") == "yes"))

    def __repr__(self) -> str:
        return "<Question>"

    def answer(self, is_yes: bool) -> None:
        """Answer it, as a click in the browser does."""
        self._live.post(self._answered, is_yes)
