"""The ``.mil`` file: the aperture as a Heidenhain program for the mill that cuts the physical block."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from workbench.errors import Refused
from workbench.ocular.eyeplan_lines import NUMBER, Line, read_lines

_BEGIN = re.compile(r"0 BEGIN PGM (\S+) MM")
_END = re.compile(r"\d+ END PGM (\S+) MM")
_PARKED = re.compile(r"\d+ L X\+Q1 Y\+Q2\b.*")
"""The mill's parking place, a parameter of the machine: no point of the path."""
_MOVE = re.compile(rf"\d+ L X({NUMBER}) Y({NUMBER})(?: .*)?")
_COMMENT = re.compile(r"\d+ ;.*")
_WIDEST_MM = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MilFile:
    """A milling program.

    Parameters
    ----------
    points_mm : shape (n, 2), vertices of the physical opening, clockwise, the first not repeated at the end.
    """

    path: Path
    points_mm: tuple[tuple[float, float], ...]


def read_mil(path: Path) -> MilFile:
    """The path of a milling program.

    Raises
    ------
    Refused : no such program, blocks missing or out of order, a move that is no straight line, a path that is open or runs
        counter-clockwise (a mirrored block).
    """
    lines = [line for line in read_lines(path) if line.text]
    if not lines or _BEGIN.fullmatch(lines[0].text) is None:
        first = lines[0] if lines else Line(path=path, number=1, text="")
        raise first.refuse("the start of a Heidenhain program in millimetres, '0 BEGIN PGM 00 MM'")
    for expected, line in enumerate(lines):
        if line.text.split(" ", 1)[0] != str(expected):
            raise line.refuse(f"block {expected} of the program")
    if _END.fullmatch(lines[-1].text) is None:
        raise lines[-1].refuse("the end of the program, 'END PGM 00 MM'")
    moves = [(line, _point(line)) for line in lines[1:-1] if not (_PARKED.fullmatch(line.text) or _COMMENT.fullmatch(line.text))]
    points = tuple(point for _, point in moves)
    if len(points) < 4:
        raise Refused(f"{path}: the path has {len(points)} points, expected at least 4 with the closing one", rule="open-path")
    if points[0] != points[-1]:
        raise moves[-1][0].refuse(f"the path to close at X{points[0][0]:+.3f} Y{points[0][1]:+.3f}, where it began")
    if _doubled_area(points) > 0:
        raise Refused(f"{path}: the path runs counter-clockwise, expected clockwise (a mirrored block?)", rule="mirrored")
    return MilFile(path=path, points_mm=points[:-1])


def _point(line: Line) -> tuple[float, float]:
    move = _MOVE.fullmatch(line.text)
    if move is None:
        raise line.refuse("a straight move, 'L X+1.000 Y-2.000'")
    x, y = float(move[1]), float(move[2])
    if max(abs(x), abs(y)) > _WIDEST_MM:
        raise line.refuse(f"a point of a block, within {_WIDEST_MM:g} mm")
    return (x, y)


def _doubled_area(points: tuple[tuple[float, float], ...]) -> float:
    """Twice the enclosed area, positive when the closed path runs counter-clockwise."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(points))
