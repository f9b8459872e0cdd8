"""The rows of every object as lines to compare: one a row, in the vocabulary and the order of the statements' fact tables.

Rows of the ocular export that the image and the plan share are printed once. Rows that we write beyond the statements are
no lines; the printed statement lists them apart.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace
from io import StringIO
from typing import Final

from workbench import iods
from workbench.conformance.objects import Direction, of_direction, printed_name
from workbench.dicom import spec
from workbench.dicom.spec import Attribute, Iod, Items, Module
from workbench.iods.ocular_rt_image import NESTED_TYPE_1_ON_IMPORT, TYPE_1_ON_IMPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of one statement, as text.

    Parameters
    ----------
    path : keywords joined by dots; ``IMPAC_…`` for private attributes.
    tag : eight hexadecimal digits; ``50xx`` and the element for curves.
    rule : how the value arises, in the vocabulary of the fact tables; blank where nothing is promised.
    values : what the rule allows, separated by semicolons.
    """

    statement: str
    direction: str
    iod: str
    module: str
    path: str
    tag: str
    vr: str
    type: str
    rule: str
    values: str


COLUMNS: Final = tuple(field.name for field in fields(Line))
PRESENCE_ONLY: Final = (*TYPE_1_ON_IMPORT, NESTED_TYPE_1_ON_IMPORT)
"""Modules that demand presence on import; their rows are no rows of the table of what is read."""
Key = tuple[str, str]
"""Module and path."""


def lines() -> tuple[Line, ...]:
    """Every row of both statements: TMS created and received, ocular export and import."""
    tms = (line for direction in (Direction.CREATED, Direction.RECEIVED) for iod in of_direction(direction) for line in _lines(iod))
    imported = list(_lines(iods.OCULAR_RT_IMAGE_IMPORT))
    read = {(line.module, line.path): line.rule for line in imported if line.rule}
    return (*tms, *_export(read), *imported)


def as_csv() -> str:
    """The lines under a header, comma separated."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(line) for line in lines())
    return out.getvalue()


def rows_of(iod: Iod) -> Iterator[tuple[Module, str, Attribute | Items]]:
    """The rows of an object that its statement lists."""
    for module, path, row in iod.walk():
        if module not in PRESENCE_ONLY and not (isinstance(row, Attribute) and row.beyond):
            yield module, path, row


def printed_tag(row: Attribute | Items) -> str:
    """The row's tag as the tables print it."""
    tag = spec.tag_of(row.keyword)
    return f"50xx{tag.element:04X}" if row.keyword in spec.CURVE_ELEMENTS else f"{int(tag):08X}"


def printed_vr(row: Attribute | Items) -> str:
    """The row's VR as the tables print it; the dictionary leaves pixels and curves open."""
    return "OB or OW" if row.keyword in spec.GIVEN_VRS else row.vr()


def _lines(iod: Iod) -> Iterator[Line]:
    for module, path, row in rows_of(iod):
        is_container = isinstance(row, Items) and iod.statement == "ocular" and not row.word()
        yield Line(
            statement=iod.statement,
            direction=iod.direction,
            iod=printed_name(iod),
            module=module.name,
            path=path,
            tag=printed_tag(row),
            vr=printed_vr(row),
            type=row.type,
            rule="container" if is_container else row.word(),
            values="" if isinstance(row, Items) else ";".join(row.rule.listed()),
        )


def _export(read: Mapping[Key, str]) -> Iterator[Line]:
    """The rows of both exported objects by section of the statement, shared ones once."""
    image = {(line.module, line.path): line for line in _lines(iods.OCULAR_RT_IMAGE)}
    plan = {(line.module, line.path): line for line in _lines(iods.OCULAR_ION_PLAN)}
    sections = {module.name: module.source for iod in (iods.OCULAR_RT_IMAGE, iods.OCULAR_ION_PLAN) for module in iod.modules}
    keys = sorted(dict.fromkeys((*image, *plan)), key=lambda key: [int(part) for part in sections[key[0]].split(".")[1:]])
    for key in keys:
        merged = _shared(image[key], plan[key]) if key in image and key in plan else image.get(key) or plan[key]
        imported = read.get(key)
        yield replace(merged, rule=f"export={merged.rule};import={imported}") if imported and merged.rule else merged


def _shared(image: Line, plan: Line) -> Line:
    """A row of both objects; where their values differ, both are said."""
    names = f"{image.iod};{plan.iod}"
    if (image.rule, image.values) == (plan.rule, plan.values):
        return replace(image, iod=names)
    each = "|".join(f"{line.iod}={line.rule.removeprefix('constant:')}" for line in (image, plan))
    return replace(image, iod=names, rule=f"by_iod:{each}", values=f"{image.values};{plan.values}")
