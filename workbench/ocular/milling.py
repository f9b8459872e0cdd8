"""The aperture as a program for the workshop's mill: Heidenhain plain text, in the dialect that EYEPLAN writes and ``eyeplan_mil`` reads.

Straight moves along the physical opening, clockwise, begun and ended at the machine's own parking place Q1/Q2 with its own feed
FQ99. The words of each move (``RL`` on the first, ``M03``, ``M08``, ``M09``) are those of EYEPLAN's programs, so that a workshop that
mills these mills ours; which side of the path the tool takes is set there and not here.

Source
------
EYEPLAN 3.06c programs. HEIDENHAIN TNC 620 user manual 5.3 (tool compensation): RL keeps the tool's centre one radius to the left of
the path in the direction of travel, so outside a clockwise one. That a hole is cut with it is the workshop's arrangement, and kept: on
a mirrored table the path runs counterclockwise, the tool is inside and, with M03, climbs; a tool of radius 0 follows the path itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.aperture import Aperture
from workbench.ocular.eyeplan_mil import read_mil

DECIMALS = 3


def to_mil(aperture: Aperture, *, name: str = "00", tool_radius_mm: float | None = None) -> str:
    """The milling program of an aperture.

    Parameters
    ----------
    name : of the program, without blanks.
    tool_radius_mm : largest radius of the tool that cuts every corner; told in a comment.

    Returns
    -------
    Coordinates are rounded to a micrometre; reading the text and writing it again gives the same text.

    Raises
    ------
    Refused : a name with blanks, or vertices that fall together when rounded.
    """
    expect.positive("milling program", tool_radius_mm=tool_radius_mm)
    expect.text("milling program", 16, name=name)
    if any(letter.isspace() for letter in name):
        raise Refused(f"milling program: name is {name!r}, expected no blanks", rule="character")
    points = np.round(np.array(aperture.block_mm), DECIMALS) + 0.0
    rounded = Aperture(block_mm=tuple((float(x), float(y)) for x, y in points), block_id=aperture.block_id)
    path = rounded.clockwise().block_mm
    words = [f"BEGIN PGM {name} MM", f"; BLOCK {_plain(aperture.block_id)}, OPENING {rounded.area_mm2:.1f} MM2"]
    if tool_radius_mm is not None:
        words.append(f"; TOOL RADIUS AT MOST {tool_radius_mm:.{DECIMALS}f} MM")
    words.append(f"L X+Q1 Y+Q2 R0 F9999 M03 ;[{_plain(aperture.block_id)}]")
    words.append(f"L {_place(path[0])} RL FQ99 M08")
    words += [f"L {_place(point)} R F M" for point in (*path[1:], path[0])]
    words += ["L X+Q1 Y+Q2 R0 F M09", f"END PGM {name} MM"]
    return "".join(f"{number} {block}\n" for number, block in enumerate(words))


def aperture_from_mil(path: Path, block_id: str | None = None) -> Aperture:
    """The aperture of a milling program; named after the file when no name is given.

    Raises
    ------
    Refused : no such program, or one that mills no opening.
    """
    found = read_mil(path)
    try:
        return Aperture(block_mm=found.points_mm, block_id=block_id or path.stem)
    except Refused as problem:
        raise Refused(f"{path}: {problem}", rule=problem.rule) from problem


def _place(point: tuple[float, float]) -> str:
    return f"X{point[0]:+.{DECIMALS}f} Y{point[1]:+.{DECIMALS}f}"


def _plain(text: str) -> str:
    """A name as the control can show it."""
    return "".join(letter if letter.isascii() and letter not in "[];" else "?" for letter in text)
