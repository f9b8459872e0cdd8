"""Paths as somebody types them into an entry of a dashboard."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import Refused


def typed_path(words: str) -> Path:
    """A path on the computer of the kernel; ``~`` is understood.

    Raises
    ------
    Refused : it begins with ``~`` and a user that there is not.
    """
    path = Path(words.strip())
    try:
        return path.expanduser()
    except RuntimeError as problem:
        raise Refused(f"{path}: found no such user, expected a path on the computer that runs this notebook", rule="file") from problem
