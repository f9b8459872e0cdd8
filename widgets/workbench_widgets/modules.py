"""The browser's side of the interactive views: each is one module, put together from the files that ship beside this one."""

from __future__ import annotations

from importlib import resources


def module(*names: str) -> str:
    """Files one after the other, as the one module that a widget takes; the last one exports the view.

    The parts before it declare what they give at their top and export nothing: a widget's module cannot import a neighbour.
    """
    folder = resources.files("workbench_widgets")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
