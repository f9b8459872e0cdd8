"""The ``.xpc`` file: where clips and collimator should be seen on the two setup X-rays, in film millimetres.

The collimator's outline is the aperture at film scale and thinned out; it serves as a witness and is never block data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import Refused
from workbench.ocular.eyeplan_lines import NUMBER, Line, read_lines

_HEADER = re.compile(r"([^:]+):\s*(.*)")
_CLIP = re.compile(r"(Axial|Lateral) Clip (\d+)")
_POINT = re.compile(rf"(\d+):\s+({NUMBER})\s+({NUMBER})")
_COLLIMATOR = "Number of Collimator Outline Points"
_VERSION = "2.0"

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class XpcFile:
    """Outlines on film.

    Parameters
    ----------
    site : treatment site, for example the beamline's name.
    plan_number : number of the plan; None when blank.
    eye_centre_mm : centre of the treated eye, room frame.
    axial_clips, lateral_clips : one closed outline a clip, film frame, in the order of the clips' numbers.
    collimator : the aperture on the axial film; None when the file holds none.
    """

    path: Path
    site: str
    plan_number: str | None
    eye_centre_mm: tuple[float, float, float]
    axial_clips: tuple[Points, ...]
    lateral_clips: tuple[Points, ...]
    collimator: Points | None


class _Cursor:
    """The lines that hold something, taken one after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: Iterator[Line] = iter(line for line in read_lines(path) if line.text)
        self.here: Line | None = next(self._lines, None)

    def take(self, expected: str) -> Line:
        """The present line; the cursor moves on."""
        if self.here is None:
            raise Refused(f"{self.path}: the file ends, expected {expected}", rule="truncated")
        taken, self.here = self.here, next(self._lines, None)
        return taken


def read_xpc(path: Path) -> XpcFile:
    """The outlines of an ``.xpc`` file.

    Raises
    ------
    Refused : another version or projection, a header without what it must say, a clip missing or out of order, or another
        number of points than the header says.
    """
    cursor = _Cursor(path)
    header = _header(cursor)
    _expect(header, "Projection File Version", _VERSION)
    _expect(header, "X-ray Projection Plane", "Film")
    # What a mirrored abscissa means for the outlines has not been seen on any film.
    _expect(header, "Axial X-ray Abscissa Mirror Factor", "+1")
    _expect(header, "Lateral X-ray Abscissa Mirror Factor", "+1")
    _expect(header, "Collimator rotation", "+0.0")
    centre = _line(header, "Center of Tumor Eye", path)
    numbers = _value(centre).split()
    if len(numbers) != 3 or not all(re.fullmatch(NUMBER, one) for one in numbers):
        raise centre.refuse("three numbers")
    clips = _count(_line(header, "Number of Clips", path))
    points = _count(_line(header, "Number of Clip Outline Points", path))
    axial = _clips(cursor, "Axial", clips, points)
    lateral = _clips(cursor, "Lateral", clips, points)
    collimator = _collimator(cursor)
    if cursor.here is not None:
        raise cursor.here.refuse("the end of the file")
    return XpcFile(
        path=path,
        site=_value(header["Treatment Site"]) if "Treatment Site" in header else "",
        plan_number=(_value(header["Plan Number"]) or None) if "Plan Number" in header else None,
        eye_centre_mm=(float(numbers[0]), float(numbers[1]), float(numbers[2])),
        axial_clips=axial,
        lateral_clips=lateral,
        collimator=collimator,
    )


def _header(cursor: _Cursor) -> dict[str, Line]:
    """Lines of the header by their name, up to the first clip."""
    header: dict[str, Line] = {}
    while cursor.here is None or _CLIP.fullmatch(cursor.here.text) is None:
        if cursor.here is not None and cursor.here.text.startswith(_COLLIMATOR):
            break
        line = cursor.take("a clip's outline")
        match = _HEADER.fullmatch(line.text)
        if match is None:
            raise line.refuse("a header line, 'name: value'")
        header[match[1].strip()] = line
    return header


def _line(header: dict[str, Line], name: str, path: Path) -> Line:
    if name not in header:
        raise Refused(f"{path}: header line {name!r} is missing, expected it before the first clip", rule="missing-key")
    return header[name]


def _value(line: Line) -> str:
    return line.text.partition(":")[2].strip()


def _expect(header: dict[str, Line], name: str, value: str) -> None:
    """Refuse another value of a header line; a number may be written in another way."""
    if name not in header:
        first = next(iter(header.values()))
        raise Refused(f"{first.path}: header line {name!r} is missing, expected it with {value}", rule="missing-key")
    found = _value(header[name])
    same_number = re.fullmatch(NUMBER, found) and re.fullmatch(NUMBER, value) and float(found) == float(value)
    if found.lower() != value.lower() and not same_number:
        raise header[name].refuse(f"{value}")


def _count(line: Line) -> int:
    found = _value(line)
    if not re.fullmatch(r"\d{1,4}", found):
        raise line.refuse("a count")
    return int(found)


def _clips(cursor: _Cursor, view: str, clips: int, points: int) -> tuple[Points, ...]:
    outlines = []
    for number in range(1, clips + 1):
        title = f"{view} Clip {number}"
        line = cursor.take(f"'{title}', because the header says {clips} clips")
        if line.text != title:
            raise line.refuse(f"'{title}', because the header says {clips} clips of {points} points")
        outlines.append(_points(cursor, title, points))
    return tuple(outlines)


def _collimator(cursor: _Cursor) -> Points | None:
    if cursor.here is None:
        return None
    line = cursor.take(_COLLIMATOR)
    if not line.text.startswith(f"{_COLLIMATOR}:"):
        raise line.refuse(f"'{_COLLIMATOR}: n' or the end of the file")
    return _points(cursor, "the collimator", _count(line)) or None


def _points(cursor: _Cursor, owner: str, count: int) -> Points:
    """Exactly ``count`` numbered points."""
    found = []
    for number in range(1, count + 1):
        expected = f"point {number} of {count} of {owner}, 'number: x y'"
        line = cursor.take(expected)
        match = _POINT.fullmatch(line.text)
        if match is None or int(match[1]) != number:
            raise line.refuse(expected)
        found.append((float(match[2]), float(match[3])))
    return tuple(found)
