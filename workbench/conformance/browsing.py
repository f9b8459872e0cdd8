"""Every row of both statements to look things up in: what it is, under which table it stands, and how its value arises.

The same rows are printed, built and checked; here they are values that can be narrowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from workbench.conformance.lines import PRESENCE_ONLY, printed_tag, printed_vr
from workbench.conformance.objects import OBJECTS, Direction, printed_name
from workbench.conformance.words import attribute_name, how
from workbench.dicom import rules
from workbench.dicom.spec import Attribute, Chosen, Each, Ends, Iod, Items, Module, One, Paired, Same


class Source(StrEnum):
    """Where a row's value comes from."""

    FIXED = "fixed"
    """Always the same value, or none."""
    PLAN = "plan"
    """The plan: that of the ocular model, or the received RT Ion Plan that is treated."""
    SESSION = "session"
    """The session and what was decided at check-in: tasks, workitem, inputs, state."""
    SETTINGS = "settings"
    """The configuration of the installation: identity, rooms, tolerances."""
    USER = "user"
    """Typed in."""
    COMPUTED = "computed"
    """Computed from the others by a named rule, which the row's words tell."""
    MAKING = "making"
    """The making of the object itself: new UIDs, date and time."""
    SENDER = "sender"
    """The device or system that sends the object; its value is read."""
    COMPARED = "sender, compared"
    """The sender; what it sends is held against what is expected."""


SOURCE_OF_ROOT: Final[Mapping[str, Source]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *(
                    "applicator",
                    "beam",
                    "block",
                    "bolus",
                    "compensator",
                    "control_points",
                    "cp",
                    "film",
                    "image",
                    "jaws",
                    "kept",
                    "modulator",
                ),
                *("outline", "plan", "setting", "shifter", "snout", "spreader", "wedge"),
            ),
            Source.PLAN,
        ),
        **dict.fromkeys(
            (
                *("availability", "expected_end", "inputs", "instance", "label", "omission", "parameter", "parameters", "priority"),
                *("procedure_code", "record", "records", "request_id", "series", "session", "start", "state", "study", "task"),
                *("transaction_uid", "workitem_code"),
            ),
            Source.SESSION,
        ),
        **dict.fromkeys(("identity", "retrieve_ae_title", "room", "tolerances"), Source.SETTINGS),
        **dict.fromkeys(("image_uid", "now", "uids"), Source.MAKING),
        "entered": Source.USER,
    }
)
"""Root of a scope → what it is a root of."""

_SOURCE_OF_KIND: Final[Mapping[type[rules.Rule], Source]] = MappingProxyType(
    {
        rules.Constant: Source.FIXED,
        rules.Empty: Source.FIXED,
        rules.Configured: Source.SETTINGS,
        rules.Entered: Source.USER,
        rules.Derived: Source.COMPUTED,
        rules.Generated: Source.MAKING,
        rules.Now: Source.MAKING,
        rules.Read: Source.SENDER,
        rules.Matches: Source.COMPARED,
        rules.Among: Source.COMPARED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One row of one table.

    Parameters
    ----------
    statement : tms or ocular.
    iod : the object, as its statement prints it.
    section : of the statement.
    path : keywords joined by dots.
    tag : eight hexadecimal digits; ``50xx`` and the element for curves.
    how : how the value arises, in words.
    values : what the rule allows, separated by semicolons.
    when : the condition of a row that is not always required; blank where there is none.
    rule : in the vocabulary of the fact tables; blank where nothing is promised.
    beyond : why the row is written although the statement does not list it; blank for the statement's own rows.
    """

    statement: str
    direction: Direction
    iod: str
    module: str
    section: str
    path: str
    tag: str
    name: str
    vr: str
    type: str
    source: Source
    how: str
    values: str
    when: str
    rule: str
    beyond: str

    @property
    def keyword(self) -> str:
        """Keyword of the attribute itself."""
        return self.path.rpartition(".")[2]


@cache
def statement_rows() -> tuple[StatementRow, ...]:
    """Every row of every table of both statements, in their order; rows beyond the statements among them."""
    return tuple(_row(iod, module, path, row) for iod in OBJECTS for module, path, row in iod.walk())


def find_rows(text: str = "", **columns: str) -> tuple[StatementRow, ...]:
    """The rows that fit.

    Parameters
    ----------
    text : words, each of which has to be found somewhere in a row; tags also as ``(300A,00B0)``.
    columns : column → part of its value, such as ``module="patient"``, ``direction="created"``, ``source="session"``; letters are
        alike, large and small.

    Raises
    ------
    TypeError : a row has no such column.
    """
    unknown = sorted(set(columns) - set(_COLUMNS))
    if unknown:
        raise TypeError(f"rows: found column {unknown[0]!r}, expected one of {', '.join(_COLUMNS)}")
    words = [_plain(one) for one in text.split()]
    return tuple(row for row in statement_rows() if _fits(row, words, columns))


_COLUMNS: Final = (*StatementRow.__slots__, "keyword")


def _fits(row: StatementRow, words: list[str], columns: Mapping[str, str]) -> bool:
    if not all(_plain(part) in _plain(str(getattr(row, column))) for column, part in columns.items()):
        return False
    whole = _plain(" ".join(str(getattr(row, column)) for column in StatementRow.__slots__)) if words else ""
    return all(word in whole for word in words)


def _plain(text: str) -> str:
    """Text in small letters, and a tag without what is written around it."""
    bare = text.strip()
    return (bare[1:5] + bare[6:10] if len(bare) == 11 and bare[0] + bare[5] + bare[10] == "(,)" else bare).casefold()


def _row(iod: Iod, module: Module, path: str, row: Attribute | Items) -> StatementRow:
    is_presence = module in PRESENCE_ONLY
    return StatementRow(
        statement=iod.statement,
        direction=Direction(iod.direction),
        iod=printed_name(iod),
        module=module.name,
        section=module.source,
        path=path,
        tag=printed_tag(row),
        name=attribute_name(row),
        vr=printed_vr(row),
        type=row.type,
        source=source_of(row),
        how=f"{how(row)}; a type 1 attribute that an import demands (A.1.2)" if is_presence else how(row),
        values="" if isinstance(row, Items) else ";".join(row.rule.listed()),
        when=row.when.in_words() if row.when is not None else "",
        rule=row.word(),
        beyond=row.beyond if isinstance(row, Attribute) else "",
    )


def source_of(row: Attribute | Items) -> Source:
    """Where the row's value, or the items of its sequence, come from.

    Raises
    ------
    KeyError : nobody has told the source of the rule or of the root that it reads: a slip in the tables above.
    """
    return _of_items(row) if isinstance(row, Items) else _of_rule(row.rule)


def _of_items(row: Items) -> Source:
    each = row.each
    if isinstance(each, Each | Same | Chosen | Ends):
        # What a named function finds, and the two ends, are control points of the plan.
        return SOURCE_OF_ROOT[_root(each.path)] if isinstance(each, Each | Same) else Source.PLAN
    if isinstance(each, One) and each.path:
        return SOURCE_OF_ROOT[_root(each.path)]
    if isinstance(each, Paired):
        return Source.COMPARED
    inner = {source_of(one) for one in _attributes(row)}
    return inner.pop() if len(inner) == 1 else Source.SENDER if inner <= {Source.SENDER, Source.COMPARED} else Source.FIXED


def _attributes(row: Items) -> Iterator[Attribute | Items]:
    return (one for one in row.rows if isinstance(one, Attribute | Items))


def _of_rule(rule: rules.Rule) -> Source:
    if isinstance(rule, rules.AtEnds):
        ends = [_of_rule(one) for one in (rule.first, rule.last) if one is not None]
        return next((one for one in ends if one is not Source.FIXED), Source.FIXED)
    if isinstance(rule, rules.OneOf):
        return SOURCE_OF_ROOT[_root(rule.path)] if rule.path else Source.SENDER
    if isinstance(rule, rules.Copied | rules.Taken | rules.Kept | rules.Counted):
        return SOURCE_OF_ROOT[_root(rule.path)]
    return _SOURCE_OF_KIND[type(rule)]


def _root(path: str) -> str:
    return path.partition(".")[0]
