"""What differs between two plans, told as a physicist would: field by field, in the clinic's words, with units.

Every field of the plan is compared. An aperture that differs is not a list of points but an area and a distance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from html import escape
from types import MappingProxyType
from typing import Final

from shapely import Polygon, hausdorff_distance

from workbench.ocular.aperture import Aperture, Points
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import Outline

UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_mm": "mm",
        "_deg": "°",
        "_mev": "MeV",
        "_gy_rbe": "Gy(RBE)",
        "_mu_per_min": "MU/min",
        "_mu_per_gy": "MU/Gy",
    }
)
"""End of a field's name → its unit."""
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "ID",
        "operator": "planner",
        "dose": "dose of the course",
        "fractions": "number of fractions",
        "gaze": "light for the treated eye",
        "fellow_light": "light that is switched on",
        "interpupillary": "distance of the pupils",
        "eye_model": "eye model",
        "mu_per_gy": "monitor units for one Gy",
        "meterset_rate": "meterset rate",
        "axial": "axial film",
        "lateral": "lateral film",
        "gating_start_water_equivalent": "water equivalent where the gate opens",
        "gating_stop_water_equivalent": "water equivalent where the gate closes",
        "gating_start": "gate opens at",
        "gating_stop": "gate closes at",
    }
)
"""Name of a field without its unit → the clinic's words, where they are not the name itself."""
NOTHING: Final = "\N{EM DASH}"
"""Shown for what is not known or not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs.

    Parameters
    ----------
    what : place in the plan: ``field, wedge 1: angle``.
    before, after : as shown, with unit.
    change : the signed difference with unit, where both are numbers; for apertures, areas and distances.
    """

    what: str
    before: str
    after: str
    change: str = ""

    def __str__(self) -> str:
        told = f" ({self.change})" if self.change else ""
        return f"{self.what}: {self.before} \N{RIGHTWARDS ARROW} {self.after}{told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that differs between two plans, in the order of the plan."""

    before: str
    after: str
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __str__(self) -> str:
        if not self.changes:
            return f"{self.before} and {self.after}: no difference"
        return "\n".join(str(one) for one in self.changes)

    def _repr_html_(self) -> str:
        if not self.changes:
            return f"<p>{escape(self.before)} and {escape(self.after)}: no difference</p>"
        cell, number = 'style="text-align:left;padding:2px 10px"', 'style="text-align:right;padding:2px 10px"'
        head = "".join(f"<th {cell}>{escape(one)}</th>" for one in ("", self.before, self.after, "change"))
        rows = "".join(
            f"<tr><th {cell}>{escape(one.what)}</th><td {number}>{escape(one.before)}</td><td {number}>{escape(one.after)}</td>"
            f"<td {number}>{escape(one.change)}</td></tr>"
            for one in self.changes
        )
        return f'<table style="font-variant-numeric:tabular-nums"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def difference(before: OcularPlan, after: OcularPlan, *, names: tuple[str, str] = ("before", "after")) -> Difference:
    """What differs between two plans; nothing does exactly when they are equal.

    Parameters
    ----------
    names : what the two are called in the result.
    """
    return Difference(before=names[0], after=names[1], changes=tuple(_changes(before, after, ())))


def hausdorff_mm(one: Points, other: Points) -> float:
    """How far two closed outlines lie apart where they differ most: the largest distance of one from the nearest place of the other, mm.

    Points are set along every edge at a hundredth of its length, so that edges count as well as vertices.
    """
    return float(hausdorff_distance(Polygon(one).exterior, Polygon(other).exterior, densify=0.01))


def _changes(before: object, after: object, path: tuple[str, ...]) -> Iterator[Change]:
    """Changes of one value, and of all that it holds; its place is the names on the way to it."""
    if before == after:
        return
    if isinstance(before, Aperture) and isinstance(after, Aperture):
        yield from _outline(before.block_mm, after.block_mm, path)
        yield from _fields(before, after, path, but="block_mm")
    elif isinstance(before, Outline) and isinstance(after, Outline):
        yield from _outline(before.points_mm, after.points_mm, path)
    elif is_dataclass(before) and type(before) is type(after):
        yield from _fields(before, after, path)
    elif isinstance(before, tuple) and isinstance(after, tuple) and any(is_dataclass(one) for one in (*before, *after)):
        yield from _items(before, after, path)
    else:
        yield _change(before, after, path)


def _fields(before: object, after: object, path: tuple[str, ...], *, but: str = "") -> Iterator[Change]:
    for one in fields(before):  # type: ignore[arg-type]
        if one.name != but:
            yield from _changes(getattr(before, one.name), getattr(after, one.name), (*path, one.name))


def _items(before: tuple[object, ...], after: tuple[object, ...], path: tuple[str, ...]) -> Iterator[Change]:
    """Items of the same number, view, label or ID are the same thing changed; others came or went."""
    here, there = {_key(one): one for one in before}, {_key(one): one for one in after}
    one_of_them = path[-1].removesuffix("s")
    if here.keys() == there.keys() and list(here) != list(there):
        yield Change(what=_told((*path[:-1], f"order of {_words(path[-1])}")), before=", ".join(here), after=", ".join(there))
    for key in [*here, *(key for key in there if key not in here)]:
        place = (*path[:-1], f"{one_of_them} {key}".removeprefix("outline "))
        if key in here and key in there:
            yield from _changes(here[key], there[key], place)
        else:
            yield Change(what=_told(place), before=_shown(here.get(key), ""), after=_shown(there.get(key), ""))


def _key(item: object) -> str:
    found = next(getattr(item, name) for name in ("number", "view", "label", "id") if hasattr(item, name))
    return str(found)


def _outline(before: Points, after: Points, path: tuple[str, ...]) -> Iterator[Change]:
    """Areas, and how far apart the outlines are at most."""
    if before == after:
        return
    areas = [float(Polygon(points).area) for points in (before, after)]
    yield Change(
        what=_told((*path, "outline")),
        before=f"{len(before)} points, {_digits(areas[0])} mm²",
        after=f"{len(after)} points, {_digits(areas[1])} mm²",
        change=f"{areas[1] - areas[0]:+.3f} mm², at most {hausdorff_mm(before, after):.3f} mm apart",
    )


def _change(before: object, after: object, path: tuple[str, ...]) -> Change:
    unit = _unit(path[-1])
    here, there = _shown(before, unit), _shown(after, unit)
    if here == there:
        # What three decimals do not tell apart is shown in full.
        here, there = f"{before} {unit}".strip(), f"{after} {unit}".strip()
    return Change(what=_told(path), before=here, after=there, change=_step(before, after, unit))


def _step(before: object, after: object, unit: str) -> str:
    """The signed difference of two numbers or moments, or how far points moved at most."""
    if isinstance(before, bool) or isinstance(after, bool):
        return ""
    if isinstance(before, int | float) and isinstance(after, int | float):
        step = float(after) - float(before)
        if unit == "°":
            step = (step + 180) % 360 - 180
        shown = _digits(step)
        return _with_unit(f"{shown if step < 0 else '+' + shown}", unit) if shown.strip("-0.") else _with_unit(f"{step:+.2g}", unit)
    if _is_points(before) and _is_points(after) and len(before) == len(after):  # type: ignore[arg-type]
        moved = max(math.dist(one, other) for one, other in zip(before, after, strict=True))  # type: ignore[call-overload]
        return f"moved by at most {_digits(moved)} mm"
    return ""


def _is_points(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, tuple) for one in value)


def _shown(value: object, unit: str) -> str:
    """A value as text with its unit; of a part of the plan its name, else that it is known."""
    if value is None:
        return NOTHING
    if is_dataclass(value):
        return str(getattr(value, "id", None) or getattr(value, "label", None) or "known")
    if isinstance(value, tuple):
        return f"{len(value)} points" if _is_points(value) else _with_unit(f"({', '.join(_plain(one) for one in value)})", unit)
    return _with_unit(_plain(value), unit)


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return str(getattr(value, "words", value.value))
    if isinstance(value, float):
        return _digits(value)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _digits(value: float) -> str:
    """At most three decimals, none that say nothing."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{unit}" if unit == "°" else f"{text} {unit}".strip()


def _unit(name: str) -> str:
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


def _told(path: tuple[str, ...]) -> str:
    """``beamline, chair: support angle`` from the names of the fields on the way."""
    words = [_words(name) for name in path]
    return ": ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _words(name: str) -> str:
    plain = name
    for end in UNITS:
        if name.endswith(end) and name not in WORDS:
            plain = name.removesuffix(end)
            break
    return WORDS.get(plain, plain.replace("_", " "))
