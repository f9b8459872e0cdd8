"""The proof of one row of a created object: what is asked of it, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache

from tests.conformance.exceptions import ALTERED, Key, one_sided
from tests.conformance.places import Place, places
from tests.conformance.scenarios import Scenario, scenarios
from tests.conformance.sources import holds
from tests.conformance.tables import Row
from tests.iods.mutations import mutants
from workbench.dicom.check import check, errors

Seen = tuple[Scenario, Place]


def lacks(row: Row) -> list[str]:
    """What the row lacks to be proven; nothing when it is."""
    return [f"{name}: {problem}" for name in row["iod"].split(";") for problem in _lacks(row, name)]


def _lacks(row: Row, name: str) -> Iterator[str]:
    seen = [(scenario, place) for scenario in _of(row["direction"], name) for place in places(scenario.read, row["path"], row["tag"])]
    present = [(scenario, place) for scenario, place in seen if place.element is not None]
    if not present:
        yield "built in no scenario"
        return
    if row["type"] in {"1C", "2C"} and len(present) == len(seen):
        yield from _other_side((row["direction"], name, row["path"]), present)
    yield from _once(_undue(row, seen))
    yield from _once(_badly_encoded(row, present))
    if row["rule"]:
        yield from _once(
            f"{scenario.name}: {place.path} is not {row['rule']}" for scenario, place in seen if not holds(row, scenario, place)
        )
    for how in ("dropped", "changed"):
        if row["path"] not in named(row["direction"], name)[how]:
            yield f"not named by check when {how}"


def _other_side(key: Key, present: list[Seen]) -> Iterator[str]:
    """A condition that holds in every scenario: proven on an altered object, unless it has no other side."""
    if key in one_sided():
        return
    if key not in ALTERED:
        yield "absent in no item of any scenario"
        return
    scenario, place = present[0]
    altered = deepcopy(scenario.built)
    ALTERED[key](altered)
    if (place.path, "unexpected") not in {(one.path, one.code) for one in check(scenario.iod, altered, scenario.scope)}:
        yield f"{scenario.name}: {place.path} is not named as unexpected when its condition does not hold"


def _undue(row: Row, seen: list[Seen]) -> Iterator[str]:
    """Absent where its type demands presence, or empty where it demands a value."""
    for scenario, place in seen:
        if row["type"] in {"1", "2"} and place.element is None:
            yield f"{scenario.name}: {place.path} is absent"
        if row["type"] in {"1", "1C"} and place.element is not None and place.element.is_empty:
            yield f"{scenario.name}: {place.path} is empty"


def _badly_encoded(row: Row, present: list[Seen]) -> Iterator[str]:
    for scenario, place in present:
        if place.element is not None and place.element.VR not in row["vr"].split(" or "):
            yield f"{scenario.name}: {place.path} has VR {place.element.VR}"


def _once(problems: Iterator[str]) -> list[str]:
    return list(problems)[:1]


@cache
def _of(direction: str, name: str) -> tuple[Scenario, ...]:
    return tuple(one for one in scenarios() if (one.iod.direction, one.object) == (direction, name))


@cache
def named(direction: str, name: str) -> dict[str, frozenset[str]]:
    """Paths whose element, dropped or changed in a built object, `check` names with an error, and never fails to name."""
    found: dict[str, set[str]] = {"dropped": set(), "changed": set()}
    missed: dict[str, set[str]] = {"dropped": set(), "changed": set()}
    for scenario in _covering(direction, name):
        for mutant in mutants(scenario.built):
            names = {one.path for one in errors(check(scenario.iod, scenario.built, scenario.scope))}
            (found if mutant.path in names else missed)[mutant.how].add(unnumbered(mutant.path))
    return {how: frozenset(found[how] - missed[how]) for how in found}


def _covering(direction: str, name: str) -> list[Scenario]:
    """The fewest scenarios, taken greedily, that hold every path that any of them holds."""
    left = {scenario.name: _paths(scenario) for scenario in _of(direction, name)}
    by_name = {scenario.name: scenario for scenario in _of(direction, name)}
    chosen: list[Scenario] = []
    while any(left.values()):
        best = max(left, key=lambda one: len(left[one]))
        covered = left[best]
        chosen.append(by_name[best])
        left = {one: paths - covered for one, paths in left.items()}
    return chosen


def _paths(scenario: Scenario) -> frozenset[str]:
    return frozenset(unnumbered(mutant.path) for mutant in mutants(scenario.built) if mutant.how == "dropped")


def unnumbered(path: str) -> str:
    """A finding's path as the tables print it: items without numbers, curves without their group."""
    return ".".join(part.partition("[")[0] for part in path.split(".") if not part.startswith("Curve["))
