"""Lines of EYEPLAN's text files, and numbers in them; the same for all three kinds of file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import Refused, Unavailable

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
"""A decimal number as EYEPLAN writes it; no exponent, no ``nan``."""
LARGEST_BYTES = 1_000_000
"""A thousand times a real file; what is larger is something else."""

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file, with what an error says of it.

    Parameters
    ----------
    number : from 1.
    text : without line end and without space around it.
    """

    path: Path
    number: int
    text: str

    def refuse(self, expected: str) -> Refused:
        """The error of this line: file, line, what was found, what was expected."""
        found = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        return Refused(f"{self.path}: line {self.number}: found {found!r}, expected {expected}", rule="eyeplan-line")


def read_lines(path: Path) -> tuple[Line, ...]:
    """All lines of a file, blank ones included.

    The text is Latin-1. Lines end at carriage return or line feed only: Python's own splitting would also end them at
    letters of other code pages.

    Raises
    ------
    Refused : no such file, or no text.
    Unavailable : the file cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Refused(
                f"{path}: found {path.stat().st_size} bytes, expected an EYEPLAN file of at most {LARGEST_BYTES}", rule="not-eyeplan"
            )
        content = path.read_bytes()
    except FileNotFoundError as problem:
        raise Refused(f"{path}: no such file, expected an EYEPLAN file", rule="missing-file") from problem
    except OSError as problem:
        raise Unavailable(f"{path}: cannot be read ({problem.strerror}), expected an EYEPLAN file", rule="unreadable") from problem
    # Programs of DOS days end a text by a substitute character.
    content = content.rstrip(b"\x1a")
    if b"\0" in content:
        raise Refused(f"{path}: found a zero byte at {content.index(0)}, expected text", rule="not-text")
    texts = _LINE_END.split(content.decode("latin-1"))
    return tuple(Line(path=path, number=number, text=text.strip(" \t")) for number, text in enumerate(texts, start=1))
