"""Dataclasses from nested tables and back: the one way in for TOML descriptions and JSON plans.

A table is what a TOML or JSON parser gives. Every key and type is checked against the class that is made, and an error says
where in the table it is; what a value means is checked by the class itself, at birth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType, NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from workbench.errors import Refused

Record = TypeVar("Record")

_WORDS = MappingProxyType(
    {str: "a text", bool: "true or false", int: "a whole number", float: "a number", date: "a date", datetime: "a date and time"}
)


def record(kind: type[Record], table: object, where: str) -> Record:
    """A dataclass from a table.

    Parameters
    ----------
    where : file and place that the table comes from; errors begin with it.

    Raises
    ------
    Refused : an unknown or missing key, a value of the wrong type, or one that the class refuses.
    """
    if not isinstance(table, Mapping):
        raise Refused(f"{where}: found {_shown(table)}, expected a table", rule="type")
    hints = _hints(kind)
    known = ", ".join(hints)
    for key in table:
        if key not in hints:
            raise Refused(f"{where}: unknown key {key!r}, expected one of {known}", rule="unknown-key")
    values = {key: _value(hints[key], found, f"{where}: {key}") for key, found in table.items()}
    for name in _without_default(kind):
        if name in values:
            continue
        if NoneType not in get_args(hints[name]):
            raise Refused(f"{where}: key {name!r} is missing, expected {_in_words(hints[name])}", rule="missing-key")
        values[name] = None
    try:
        return kind(**values)
    except Refused as problem:
        # The class names itself, and so does the place it stands in: once is enough.
        owner = where.rpartition(": ")[2]
        raise Refused(f"{where}: {str(problem).removeprefix(f'{owner}: ')}", rule=problem.rule) from problem


def plain(value: object) -> Any:
    """A dataclass, and all it holds, as what a JSON writer takes; ``record`` is its inverse.

    None is left out of tables, because it means not known.
    """
    if is_dataclass(value) and not isinstance(value, type):
        found = ((one, getattr(value, one.name)) for one in fields(value))
        return {one.name: plain(kept) for one, kept in found if kept is not None or one.default not in (None, MISSING)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return MappingProxyType({one.name: hints[one.name] for one in fields(kind)})


def _without_default(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)


def _value(hint: Any, found: object, where: str) -> Any:
    """The value that a table holds for a field of this type."""
    options = [one for one in get_args(hint) if one is not NoneType]
    if NoneType in get_args(hint):
        return None if found is None else _value(options[0], found, where)
    if get_origin(hint) is tuple:
        return _tuple(hint, found, where)
    if is_dataclass(hint):
        return record(cast("type[Any]", hint), found, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        if not isinstance(found, str) or found not in members:
            raise Refused(f"{where}: found {_shown(found)}, expected one of {', '.join(members)}", rule="type")
        return members[found]
    return _scalar(hint, found, where)


def _tuple(hint: Any, found: object, where: str) -> tuple[Any, ...]:
    if not isinstance(found, list | tuple):
        raise Refused(f"{where}: found {_shown(found)}, expected {_in_words(hint)}", rule="type")
    kinds = get_args(hint)
    if kinds[-1] is Ellipsis:
        return tuple(_value(kinds[0], one, f"{where}[{index}]") for index, one in enumerate(found))
    if len(kinds) != len(found):
        raise Refused(f"{where}: found {len(found)} values, expected {len(kinds)}", rule="type")
    return tuple(_value(kind, one, f"{where}[{index}]") for index, (kind, one) in enumerate(zip(kinds, found, strict=True)))


def _scalar(hint: Any, found: object, where: str) -> Any:
    if hint is float and isinstance(found, int) and not isinstance(found, bool):
        return float(found)
    if hint in (date, datetime) and isinstance(found, str):
        try:
            return hint.fromisoformat(found)
        except ValueError as problem:
            raise Refused(f"{where}: found {_shown(found)}, expected {_WORDS[hint]}", rule="type") from problem
    if type(found) is not hint:
        raise Refused(f"{where}: found {_shown(found)}, expected {_in_words(hint)}", rule="type")
    return found


def _in_words(hint: Any) -> str:
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        return f"a list of {_in_words(kinds[0])}" if kinds[-1] is Ellipsis else f"a list of {len(kinds)} values"
    if is_dataclass(hint):
        return "a table"
    return _WORDS.get(hint, "a term") if isinstance(hint, type) else "a value"


def _shown(found: object) -> str:
    shown = repr(found)
    return shown if len(shown) <= 40 else shown[:37] + "..."
