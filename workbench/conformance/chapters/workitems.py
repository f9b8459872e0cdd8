"""Annex 8.1.8: what each operation may do with each attribute of a workitem, printed from the rows that the worklist obeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pydicom.datadict import dictionary_description

from workbench.conformance.markdown import heading, paragraph, table
from workbench.dicom import spec, uids
from workbench.iods.final_text import INSTEAD
from workbench.iods.workitem import WORKITEM
from workbench.iods.workitem_operations import MACROS, TABLE, Macro, WorkitemAttribute, WorkitemModule, listed, stated, trial_path

SERVICES: Final = ("N-CREATE", "N-SET", "Final state", "N-GET", "Matching key", "Return key")
HEADER: Final = ("Attribute", "Tag", *SERVICES, "TMS statement")
MACRO_HEADER: Final = ("Attribute", "Tag", *SERVICES)
WORDS: Final = (
    "PS3.4 Table CC.2.5-3, types for user and provider. What N-SET does not allow is refused with the whole request (0106), and what "
    "N-GET does not allow is not given. What is neither matching nor return key of C-FIND is not answered and, with a value, matches "
    "nothing; every other key is matched, required or not. Attributes that have no row are taken as optional where they are of a "
    "module that the table names, else ignored (0001). Types and final states bind peers of the final text: what is missing is 0120, "
    "without a value 0121, and a final state that is not met C304. The Trial is held to what N-SET does not allow. The last column "
    "has the tables of the TMS statement that list the attribute, and its name in the Trial where that is another; `*` is the key "
    "type of the sequence that includes the macro."
)


def operations() -> Iterator[str]:
    """The section."""
    yield heading("8.1.8", "Unified Procedure Step attributes by operation")
    yield paragraph(WORDS)
    yield paragraph("A workitem is the same in both dialects but for these:")
    yield table(("Trial", "Final text"), _differences())
    for module in TABLE:
        yield paragraph(f"**{module.name}**")
        yield table(HEADER, _module(module))
    for macro in MACROS:
        yield paragraph(f"**{macro.name}**, PS3.4 Table {macro.table}")
        yield table(MACRO_HEADER, (_line(path, row) for path, row in listed(macro.rows)))


def _differences() -> Iterator[tuple[str, str]]:
    """What the Trial's workitem has, and what the final text has instead."""
    trial = {row.keyword: row for module in WORKITEM.modules for row in module.rows}
    for keyword, row in INSTEAD.items():
        yield _described(trial[keyword]), _described(row)
    yield f"reference to class {uids.TRIAL_DELIVERY_INSTRUCTION}", f"reference to class {uids.DELIVERY_INSTRUCTION}"


def _described(row: spec.Row) -> str:
    """Name, tag and content of a row; of a sequence the attributes of its items."""
    tag = spec.tag_of(row.keyword)
    inner = ", ".join(_named(one) for one in row.rows) if isinstance(row, spec.Items) else ""
    content = inner or (row.in_words() if isinstance(row, spec.Attribute) else "")
    return f"{dictionary_description(tag)} ({tag.group:04X},{tag.element:04X}): {content}"


def _named(row: spec.Row) -> str:
    name = dictionary_description(spec.tag_of(row.keyword))
    return f"{name} [{', '.join(_named(one) for one in row.rows)}]" if isinstance(row, spec.Items) else name


def _module(module: WorkitemModule) -> Iterable[tuple[str, ...]]:
    for path, row in listed(module.rows):
        yield (*_line(path, row), _stated(path) if isinstance(row, WorkitemAttribute) else "")
    if module.others is not None:
        yield ("*all other attributes of the module*" if module.rows else "*all attributes of the module*", "", *module.others, "")


def _line(path: str, row: WorkitemAttribute | Macro) -> tuple[str, ...]:
    if isinstance(row, Macro):
        return (f"{_depth(path.count('.') + 1 if path else 0)}*{row.name}*", *("",) * (len(MACRO_HEADER) - 1))
    tag = spec.tag_of(row.keyword)
    return (
        f"{_depth(path.count('.'))}{dictionary_description(tag)}",
        f"({tag.group:04X},{tag.element:04X})",
        row.n_create,
        row.n_set,
        row.final_state,
        row.n_get,
        row.match_key,
        row.return_key,
    )


def _stated(path: str) -> str:
    """Tables of the TMS statement, with the Trial's name of the attribute where it is another."""
    directions = ", ".join(stated(path))
    if not directions:
        return "-"
    final, trial = (spec.tag_of(one.rpartition(".")[2]) for one in (path, trial_path(path)))
    return directions if final == trial else f"{directions}, as {dictionary_description(trial)} ({trial.group:04X},{trial.element:04X})"


def _depth(levels: int) -> str:
    return f"{'>' * levels} " if levels else ""
