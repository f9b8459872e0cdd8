"""What is typed into a filter of a table, read as a condition on one column.

Of every column: ``=`` finds blanks, ``!=`` what is not blank, and ``|`` stands between alternatives. Of words: part of them, ``=word``
the whole, ``!word`` not part of them. Of numbers: ``120`` as shown, ``>100``, ``<=5``, ``10..20``. Of moments, which are local:
``2024-06-03`` is that day, ``2024-06`` that month, and the same signs hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import Refused
from workbench_widgets.markup import MINUS
from workbench_widgets.table_columns import Kind, ShownColumn

Mask = npt.NDArray[np.bool_]

HELP: Final = MappingProxyType(
    {
        **dict.fromkeys((Kind.FILE, Kind.PATH), "part of it, =the whole, !not this; = finds blanks; | between alternatives"),
        Kind.TEXT: "part of the text, =whole text, !not this; = finds blanks; | between alternatives",
        Kind.TERM: "part of the word, =whole word, !not this; = finds blanks; | between alternatives",
        Kind.UID: "part of the UID; = finds blanks; | between alternatives",
        Kind.NUMBER: "120, >100, <=5, 10..20, !=0; = finds blanks; | between alternatives",
        Kind.COUNT: "3, >3, <=5, 1..4, !=2; = finds blanks; | between alternatives",
        Kind.TIME: "2024-06-03, 2024-06, >2024-06-03 10:30, 2024-06-03..2024-06-05; = finds blanks",
        Kind.TRUTH: "yes, no; = finds blanks",
    }
)
"""What a filter of such a column understands, in words."""
_SIGN = re.compile(r"^(!=|>=|<=|=|!|>|<)?(.*)$", re.DOTALL)
_MOMENT = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T](\d{1,2})(?::(\d{2})(?::(\d{2}))?)?)?)?)?$")

_WHOLE: Final = (1, 1, 1, 0, 0, 0)
"""Where a year, a month, a day ... begins."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the first value that fits to the first that does not any more, or up to and with ``high`` where that is closed."""

    low: float
    high: float
    is_closed: bool

    def holds(self, values: npt.NDArray[np.float64]) -> Mask:
        """Which values lie in it; a blank lies in none."""
        return (values >= self.low) & ((values <= self.high) if self.is_closed else (values < self.high))


def matching(typed: str, column: ShownColumn, values: pd.Series) -> Mask:
    """Which rows a filter leaves.

    Raises
    ------
    Refused : it cannot be read as a condition on this column.
    """
    wanted = [one.strip() for one in typed.split("|")]
    masks = [_alternative(one, column, values) for one in wanted if one] or [np.ones(len(values), dtype=np.bool_)]
    fits: Mask = np.logical_or.reduce(masks)
    return fits


def word_found(word: str, column: ShownColumn, values: pd.Series) -> Mask | None:
    """Where a word of the quick filter is found; None where the column cannot hold it."""
    if column.kind.is_text:
        return containing(values, word)
    try:
        if column.kind.is_number:
            return _near(_number(word, column), column).holds(plain(values, column))
        return _during(word).holds(plain(values, column)) if column.kind is Kind.TIME else None
    except ValueError:
        return None


def plain(values: pd.Series, column: ShownColumn) -> npt.NDArray[np.float64]:
    """Numbers, moments or truths as numbers to compare; a blank is not a number. Moments are microseconds since 1970."""
    if column.kind is Kind.TIME:
        ticks = values.dt.as_unit("us").astype("int64").to_numpy(dtype=np.float64)
        return np.where(values.isna().to_numpy(), np.nan, ticks)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def containing(values: pd.Series, word: str) -> Mask:
    """Which texts contain a word, in capitals or not."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        # A few words stand for all rows; the last place is that of the blank, whose code is -1.
        found: Mask = np.append(containing(pd.Series(values.cat.categories.astype("string")), word), np.False_)
        by_code: Mask = found[values.cat.codes.to_numpy()]
        return by_code
    return _truths(values.astype("string").str.contains(word, case=False, regex=False))


def _alternative(wanted: str, column: ShownColumn, values: pd.Series) -> Mask:
    sign, rest = _SIGN.match(wanted).groups()  # type: ignore[union-attr]
    rest = rest.strip()
    blank = values.isna().to_numpy(dtype=np.bool_)
    if not rest and sign in {"=", "!=", "!"}:
        return blank if sign == "=" else ~blank
    try:
        if column.kind.is_text:
            return _text(sign, rest, values) & ~blank
        if column.kind is Kind.TRUTH:
            found: Mask = plain(values, column) == {"yes": 1.0, "no": 0.0}[rest.lower()]
            return (~found if sign in {"!", "!="} else found) & ~blank
        return _measured(sign, rest, column, plain(values, column)) & ~blank
    except (ValueError, KeyError) as problem:
        expected = HELP[column.kind].partition(";")[0]
        raise Refused(f"filter of {column.words}: found {wanted!r}, expected for example {expected}", rule="filter") from problem


def _text(sign: str | None, rest: str, values: pd.Series) -> Mask:
    if sign in {"=", "!="}:
        same = _truths(values.astype("string").str.lower() == rest.lower())
        return ~same if sign == "!=" else same
    # An arrow is no sign of order among words, but part of what is looked for.
    found = containing(values, rest if sign in {None, "!"} else f"{sign}{rest}")
    return ~found if sign == "!" else found


def _measured(sign: str | None, rest: str, column: ShownColumn, values: npt.NDArray[np.float64]) -> Mask:
    read: Callable[[str], Span] = _during if column.kind is Kind.TIME else lambda text: _near(_number(text, column), column)
    if sign is None and ".." in rest:
        low, _, high = (one.strip() for one in rest.partition(".."))
        if not (low or high):
            raise ValueError(rest)
        first = read(low).low if low else -np.inf
        last = read(high) if high else Span(-np.inf, np.inf, True)
        return Span(first, last.high, last.is_closed).holds(values)
    span = read(rest)
    if sign in {None, "=", "!", "!="}:
        found = span.holds(values)
        return ~found if sign in {"!", "!="} else found
    bound = {">": lambda: values > span.high, "<": lambda: values < span.low}
    if sign in bound:
        # After the end of a day or month comes the next, and its first moment counts.
        return (values >= span.high) if sign == ">" and not span.is_closed else bound[sign]()
    return values >= span.low if sign == ">=" else ((values <= span.high) if span.is_closed else (values < span.high))


def _number(text: str, column: ShownColumn) -> float:
    """What is typed may have the unit of the header behind it."""
    digits = text.strip()
    if column.unit and digits.lower().endswith(column.unit.lower()):
        digits = digits[: -len(column.unit)]
    found = float(digits.replace(MINUS, "-").replace(" ", ""))
    if not np.isfinite(found):
        raise ValueError(text)
    return found


def _near(value: float, column: ShownColumn) -> Span:
    """All numbers that are written alike; what is typed with more decimals is meant exactly."""
    half = 0.5 * 10.0**-column.decimals
    if column.kind is Kind.COUNT or round(value, column.decimals) != value:
        return Span(value, value, True)
    # Half of a decimal number is rarely a binary one: a hair less, so that 0.25 is not also 0.2.
    return Span(value - half * (1 - 1e-9), value + half * (1 - 1e-9), True)


def _during(text: str) -> Span:
    """A year, month, day, hour, minute or second of the machine's zone."""
    match = _MOMENT.match(text)
    if match is None:
        raise ValueError(text)
    parts = [int(one) for one in match.groups() if one is not None]
    year, month, day, hour, minute, second = [*parts, *_WHOLE[len(parts) :]]
    first = datetime(year, month, day, hour, minute, second)
    try:
        return Span(_ticks(first), _ticks(_after(first, len(parts))), False)
    except OverflowError as problem:
        # After the last day of the year 9999 there is none.
        raise ValueError(text) from problem


def _after(first: datetime, precision: int) -> datetime:
    if precision == 1:
        return first.replace(year=first.year + 1)
    if precision == 2:
        return (first + timedelta(days=31)).replace(day=1)
    steps: tuple[dict[str, Any], ...] = ({"days": 1}, {"hours": 1}, {"minutes": 1}, {"seconds": 1})
    return first + timedelta(**steps[precision - 3])


def _truths(found: pd.Series) -> Mask:
    """A blank is found in no search."""
    truths: Mask = found.fillna(False).to_numpy(dtype=np.bool_)
    return truths


def _ticks(local: datetime) -> float:
    """Microseconds since 1970 of a moment of the machine's zone."""
    return local.astimezone().timestamp() * 1e6
