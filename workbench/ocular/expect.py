"""What a value must be at birth, said in one sentence when it is not.

The classes of the eye, the beam and the plan call these from ``__post_init__``; nothing here knows what a value is for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from workbench.errors import Refused


def finite(owner: str, **numbers: float | None) -> None:
    """Each number is finite; None, not known, passes.

    Raises
    ------
    Refused : a number is infinite or not a number.
    """
    for name, value in numbers.items():
        if value is not None and not math.isfinite(value):
            raise Refused(f"{owner}: {name} is {value}, expected a finite number", rule="not-finite")


def positive(owner: str, **numbers: float | None) -> None:
    """Each number is finite and above zero; None passes.

    Raises
    ------
    Refused : a number is not.
    """
    for name, value in numbers.items():
        if value is not None and not (math.isfinite(value) and value > 0):
            raise Refused(f"{owner}: {name} is {value:g}, expected a number above 0", rule="not-positive")


def not_negative(owner: str, **numbers: float | None) -> None:
    """Each number is finite and at least zero; None passes.

    Raises
    ------
    Refused : a number is not.
    """
    for name, value in numbers.items():
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise Refused(f"{owner}: {name} is {value:g}, expected 0 or more", rule="negative")


def whole(owner: str, least: int, **numbers: int) -> None:
    """Each number is a whole one and not below ``least``.

    Raises
    ------
    Refused : a number is not.
    """
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise Refused(f"{owner}: {name} is {value!r}, expected a whole number of at least {least}", rule="not-whole")


def angle(owner: str, **degrees: float | None) -> None:
    """Each angle lies in 0 to 360 degrees; None passes.

    Raises
    ------
    Refused : an angle does not.
    """
    for name, value in degrees.items():
        if value is not None and not 0 <= value <= 360:
            raise Refused(f"{owner}: {name} is {value:g}, expected 0 to 360 degrees", rule="angle")


def text(owner: str, longest: int, **words: str | None) -> None:
    """Each text is not blank, has no control character or backslash and at most ``longest`` characters; None passes.

    DICOM separates values by backslashes, so a text that holds one would be read back as two.

    Raises
    ------
    Refused : a text is not.
    """
    for name, value in words.items():
        if value is None:
            continue
        if not value.strip():
            raise Refused(f"{owner}: {name} is blank, expected 1 to {longest} characters", rule="blank")
        if len(value) > longest:
            raise Refused(f"{owner}: {name} has {len(value)} characters ({value[:20]!r}...), expected at most {longest}", rule="too-long")
        if any(letter == "\\" or not letter.isprintable() for letter in value):
            raise Refused(f"{owner}: {name} is {value!r}, expected no backslash and no control character", rule="character")


def one_of(owner: str, terms: Iterable[str], **words: str | None) -> None:
    """Each text is one of the terms; None passes.

    Raises
    ------
    Refused : a text is not.
    """
    known = tuple(terms)
    for name, value in words.items():
        if value is not None and value not in known:
            raise Refused(f"{owner}: {name} is {value!r}, expected one of {', '.join(known)}", rule="unknown-term")


def distinct(owner: str, **lists: Sequence[object]) -> None:
    """No value of a list comes twice.

    Raises
    ------
    Refused : one does.
    """
    for name, values in lists.items():
        for index, value in enumerate(values):
            if value in values[:index]:
                raise Refused(f"{owner}: {name} holds {value} twice, expected distinct values", rule="not-distinct")


def points(owner: str, name: str, found: Sequence[tuple[float, float]]) -> None:
    """At least three points, all finite.

    Raises
    ------
    Refused : fewer points, or one that is not finite.
    """
    if len(found) < 3:
        raise Refused(f"{owner}: {name} has {len(found)} points, expected at least 3", rule="too-few-points")
    for number, (x, y) in enumerate(found, start=1):
        if not (math.isfinite(x) and math.isfinite(y)):
            raise Refused(f"{owner}: {name} point {number} is ({x}, {y}), expected finite numbers", rule="not-finite")


def vectors(owner: str, name: str, found: Sequence[tuple[float, float, float]], least: int = 0) -> None:
    """At least so many points of space, all finite.

    Raises
    ------
    Refused : fewer points, one that has not three coordinates, or one that is not finite.
    """
    if len(found) < least:
        raise Refused(f"{owner}: {name} has {len(found)} points, expected at least {least}", rule="too-few-points")
    for number, point in enumerate(found, start=1):
        if len(point) != 3 or not all(math.isfinite(value) for value in point):
            raise Refused(f"{owner}: {name} point {number} is {point}, expected three finite numbers", rule="not-finite")
