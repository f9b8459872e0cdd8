"""The columns of a record table as they are shown: words for the header, unit, meaning, how values are written.

Tables and answers are described once (``workbench.records.columns``, ``answers.columns``); a frame says by its name which one it is.
Any other frame is described by its types, and by what its ``attrs`` say of ``units`` and ``meanings``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from workbench.records.answers.columns import ANSWERS
from workbench.records.columns import TABLES, Table
from workbench_widgets.markup import MINUS

SUFFIX_OF: Final = MappingProxyType({"MU": "_mu", "mm": "_mm", "°": "_deg", "MeV": "_mev", "s": "_s", "%": "_percent"})
"""Unit → how a column's name says it; in a header it stands in brackets instead."""
OF_ROW: Final = "unit"
"""Column that says the unit row by row."""
WHOLE_FROM: Final = 1e15
"""From here on decimals of a double mean nothing."""


class Kind(StrEnum):
    """What a column holds; how it is written, sorted and filtered follows from it."""

    TEXT = "text"
    """Words."""
    TERM = "term"
    """Words of a short list."""
    UID = "uid"
    """A UID, or several with commas between."""
    FILE = "file"
    """Where a file is; its end says as much as its beginning."""
    PATH = "path"
    """Where in an object: keywords with dots between."""
    NUMBER = "number"
    """A number with decimals."""
    COUNT = "count"
    """A whole number."""
    TIME = "time"
    """A moment."""
    TRUTH = "truth"
    """Yes or no."""

    @property
    def is_number(self) -> bool:
        """Whether its values can be held against numbers."""
        return self in {Kind.NUMBER, Kind.COUNT}

    @property
    def is_text(self) -> bool:
        """Whether a word can be looked for in its values."""
        return self in {Kind.TEXT, Kind.TERM, Kind.UID, Kind.FILE, Kind.PATH}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """One column.

    Parameters
    ----------
    name : in the frame.
    label : in the header, without the unit.
    unit : blank where there is none; moments are local and have none.
    decimals : that are shown of a number, and within which one is found again.
    """

    name: str
    label: str
    unit: str
    meaning: str
    kind: Kind
    decimals: int = 0

    @property
    def words(self) -> str:
        """Label and unit as the header has them."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def written(self, value: Any) -> str:
        """A known value in words, as a cell and the clipboard have it."""
        match self.kind:
            case Kind.NUMBER:
                return number(float(value), self.decimals)
            case Kind.COUNT:
                return str(int(value)).replace("-", MINUS)
            case Kind.TIME:
                return f"{value.to_pydatetime().astimezone():%Y-%m-%d %H:%M:%S}"
            case Kind.TRUTH:
                return "yes" if value else "no"
            case _:
                return str(value)

    def whole(self, value: Any) -> str:
        """All of a value that the cell leaves out; blank where it leaves nothing out."""
        if self.kind is Kind.TIME:
            local = value.to_pydatetime().astimezone()
            return f"{local:%Y-%m-%d %H:%M:%S}{f'.{local:%f}' if local.microsecond else ''} {local:%Z (UTC%z)}"
        if self.kind is Kind.NUMBER and round(float(value), self.decimals) != float(value):
            return f"{float(value):.9g} {self.unit}".rstrip()
        return ""


def number(value: float, decimals: int) -> str:
    """As the field writes numbers: fixed decimals, a minus sign, no negative zero."""
    fixed = f"{value:.{0 if abs(value) >= WHOLE_FROM else decimals}f}"
    return fixed.lstrip("-") if float(fixed) == 0 else fixed.replace("-", MINUS)


def described(frame: pd.DataFrame) -> Table | None:
    """The table or answer that a frame is; None for any other."""
    name = str(frame.attrs.get("table", ""))
    found = TABLES.get(name) or ANSWERS.get(name)
    return found if found is not None and list(frame.columns) == found.names else None


def shown_columns(frame: pd.DataFrame) -> tuple[ShownColumn, ...]:
    """Every column of a frame, in its order."""
    table = described(frame)
    meaning = {column.name: column.meaning for column in table.columns} if table is not None else frame.attrs.get("meanings", {})
    units = frame.attrs.get("units", {})
    # Where rows have units of their own: one decimal when all of them are of those that have one.
    of_rows = OF_ROW in frame and set(frame[OF_ROW].dropna().unique()) <= SUFFIX_OF.keys()
    return tuple(
        _shown(str(name), str(units.get(name, "")), meaning.get(str(name), ""), frame[name], decimals=1 if of_rows else 2)
        for name in frame.columns
    )


def _shown(name: str, unit: str, meaning: str, values: pd.Series, *, decimals: int) -> ShownColumn:
    """A column; ``decimals`` are those of a number without a unit."""
    kind = _kind(name, values)
    if kind is Kind.TIME:
        unit = ""
    stem = name.removesuffix(SUFFIX_OF.get(unit, ""))
    label = (stem if kind is not Kind.UID else name.removesuffix("_uid").removesuffix("_uids")).replace("_", " ")
    decimals = 0 if kind is not Kind.NUMBER else 1 if unit in SUFFIX_OF else decimals
    return ShownColumn(name=name, label=label, unit=unit, meaning=meaning, kind=kind, decimals=decimals)


def _kind(name: str, values: pd.Series) -> Kind:
    known = {
        Kind.TIME: pd.api.types.is_datetime64_any_dtype,
        Kind.TRUTH: pd.api.types.is_bool_dtype,
        Kind.COUNT: pd.api.types.is_integer_dtype,
        Kind.NUMBER: pd.api.types.is_float_dtype,
    }
    by_type = next((kind for kind, is_such in known.items() if is_such(values.dtype)), None)
    if by_type is not None:
        return by_type
    if name.endswith(("_uid", "_uids")):
        return Kind.UID
    if name in {Kind.FILE, Kind.PATH}:
        return Kind(name)
    return Kind.TERM if isinstance(values.dtype, pd.CategoricalDtype) else Kind.TEXT
