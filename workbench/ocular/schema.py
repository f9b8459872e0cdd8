"""The JSON Schema of a plan file, made from the classes that read it, and the copy that ships with the package.

It tells other programs the keys, types and units; what values may be (a block that does not cross itself, say) only the classes know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from importlib import resources
from inspect import cleandoc
from types import MappingProxyType, NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from workbench.ocular.plan import OcularPlan
from workbench.ocular.store import SCHEMA, VERSION

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
SHIPPED: Final = f"{SCHEMA}-{VERSION}.schema.json"

_SCALARS: Final[Mapping[Any, Mapping[str, str]]] = MappingProxyType(
    {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        float: {"type": "number"},
        date: {"type": "string", "format": "date"},
        datetime: {"type": "string", "format": "date-time"},
    }
)


def shipped_schema() -> str:
    """The published schema of this version, JSON text."""
    return (resources.files("workbench.ocular") / "schemas" / SHIPPED).read_text(encoding="utf-8")


def json_schema() -> dict[str, Any]:
    """The schema of a plan file as the classes of the plan say it."""
    definitions: dict[str, Any] = {}
    _define(OcularPlan, definitions)
    return {
        "$schema": DRAFT,
        "$id": f"urn:{SCHEMA}:{VERSION}",
        "title": f"Ocular plan, version {VERSION}",
        "description": "Lengths in mm, angles in degrees, doses in Gy(RBE); a unit ends the key. A key that is absent is not known.",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA},
            "version": {"const": VERSION},
            "plan": {"$ref": f"#/$defs/{OcularPlan.__name__}"},
        },
        "required": ["schema", "version", "plan"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _define(kind: type[Any], definitions: dict[str, Any]) -> None:
    """The definition of a class and of all that it holds."""
    if kind.__name__ in definitions:
        return
    definitions[kind.__name__] = {}
    hints, told = get_type_hints(kind), _told(kind)
    properties = {}
    for one in fields(kind):
        described = {"description": told[one.name]} if one.name in told else {}
        properties[one.name] = {**_value(hints[one.name], definitions), **described, **_default(one)}
    definitions[kind.__name__] = {
        "description": cleandoc(kind.__doc__ or "").partition("\n")[0],
        "type": "object",
        "properties": properties,
        "required": [one.name for one in fields(kind) if _is_required(one, hints[one.name])],
        "additionalProperties": False,
    }


def _is_required(one: Field[Any], hint: Any) -> bool:
    return one.default is MISSING and one.default_factory is MISSING and NoneType not in get_args(hint)


def _default(one: Field[Any]) -> dict[str, Any]:
    plain = one.default
    return {"default": plain} if isinstance(plain, str | int | float) and not isinstance(plain, Enum) else {}


def _value(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    arguments = get_args(hint)
    if NoneType in arguments:
        (known,) = (one for one in arguments if one is not NoneType)
        return {"anyOf": [_value(known, definitions), {"type": "null"}]}
    if get_origin(hint) is tuple:
        if arguments[-1] is Ellipsis:
            return {"type": "array", "items": _value(arguments[0], definitions)}
        each = [_value(one, definitions) for one in arguments]
        return {"type": "array", "prefixItems": each, "items": False, "minItems": len(each)}
    if is_dataclass(hint):
        assert isinstance(hint, type)
        _define(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    return dict(_SCALARS[hint])


def _told(kind: type[Any]) -> Mapping[str, str]:
    """Field → what the class's docstring says of it: ``name, other : text``, continued by deeper lines."""
    told: dict[str, str] = {}
    names: list[str] = []
    for line in cleandoc(kind.__doc__ or "").partition("----------\n")[2].splitlines():
        entry = re.match(r"([a-z_]+(?:, [a-z_]+)*) : (.+)", line)
        if entry:
            names = entry[1].split(", ")
            told |= dict.fromkeys(names, entry[2])
        elif line.startswith("    ") and names:
            told |= {name: f"{told[name]} {line.strip()}" for name in names}
        else:
            names = []
    return told
