"""The words of the conformance dashboard: what a check or a comparison comes to, as HTML; all that came from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

from pydicom.uid import UID

from workbench.conformance.checking import Report, Result
from workbench.conformance.comparing import Comparison, Outcome
from workbench.dicom.part10 import Encoded
from workbench_widgets.conformance_frames import TABLE_WORDS
from workbench_widgets.markup import MIDDOT, empty, short_uid
from workbench_widgets.record_table import MARKS

COUNTED: Final = MappingProxyType(
    {
        Result.FAIL: ("fails", "fail"),
        Result.WARN: ("warning", "warnings"),
        Result.PASS: ("pass", "pass"),
        Result.NOTE: ("note", "notes"),
        Result.ABSENT: ("absent, need not be there", "absent, need not be there"),
    }
)
"""Result → words for one and for several."""
EXPLAINED: Final = MappingProxyType(
    {
        Result.FAIL: "The row is broken: an object is refused for it on receipt.",
        Result.WARN: "Allowed, but probably not what was meant.",
        Result.PASS: "As the row demands.",
        Result.NOTE: "Nothing is known here to compare the value with, or no row lists the attribute.",
        Result.ABSENT: "Not in the object, and it need not be.",
    }
)
OUTCOMES: Final = MappingProxyType(
    {
        Outcome.DIFFERS: "different",
        Outcome.ONLY_A: "only in A",
        Outcome.ONLY_B: "only in B",
        Outcome.SAME: "the same",
    }
)
NOTHING_CHECKED: Final = "No object yet: drop a DICOM file above, or name one."
NOTHING_COMPARED: Final = "Nothing to compare yet: put one object into A and another into B."


def verdict(report: Report) -> tuple[str, str]:
    """The sentence and tone of a whole check."""
    against = f"{report.iod} ({TABLE_WORDS[report.direction.value]})"
    counts = report.counts
    if report.result is Result.FAIL:
        return f"{counts[Result.FAIL]:,} of {len(report.rows):,} rows fail: {against}.", "fail"
    if report.result is Result.WARN:
        return f"No row fails, {_count(Result.WARN, counts[Result.WARN])} to look at: {against}.", "warn"
    return f"No row fails: {against}.", "pass"


def summary(report: Report, name: str, *, with_plan: bool) -> str:
    """Whose object it is, the count of each result, and what the other tables would say."""
    counted = "".join(
        f'<span class="wb-{MARKS[one.value][1]}" data-result="{one.value}" data-count="{report.counts.get(one, 0)}" '
        f'title="{EXPLAINED[one]}">'
        f'<i aria-hidden="true">{MARKS[one.value][0]}</i>{_count(one, report.counts.get(one, 0))}</span>'
        for one in COUNTED
    )
    plan = "<p>Its values are compared with those of its plan, which is in the data folder.</p>" if with_plan else ""
    others = "".join(f"<li>{escape(_other(TABLE_WORDS[one.value], counts))}</li>" for one, counts in report.others.items())
    beside = f'<div class="wb-quiet">By the other tables of its class:<ul class="wb-conf-others">{others}</ul></div>' if others else ""
    facts = MIDDOT.join([escape(report.sop_class), escape(UID(report.transfer_syntax).name), short_uid(report.sop_instance_uid)])
    return (
        f'<div class="wb-conf-summary" data-result="{report.result.value}"><div><strong>{escape(name)}</strong> '
        f'<span class="wb-quiet">{facts}</span></div><div class="wb-results">{counted}</div>{plan}{beside}</div>'
    )


def _other(table: str, counts: Mapping[Result, int]) -> str:
    found = [_count(one, counts[one]) for one in (Result.FAIL, Result.WARN, Result.NOTE) if counts.get(one)]
    return f"{table}: {', '.join(found) or 'nothing to remark'}"


def _count(result: Result, count: int) -> str:
    one, several = COUNTED[result]
    return f"{count:,} {one if count == 1 else several}" if result is not Result.FAIL else f"{count:,} {'fails' if count == 1 else 'fail'}"


def compared(comparison: Comparison, *, are_one_class: bool) -> tuple[str, str]:
    """The sentence and tone of a whole comparison."""
    different = len(comparison.differences)
    rules = "" if are_one_class else " They are of different classes: no table has both."
    if not different:
        return f"A and B hold the same in {len(comparison.rows):,} rows.{rules}", "pass"
    return f"{different:,} of {len(comparison.rows):,} rows are not the same in A and B.{rules}", "warn"


def outcome_counts(comparison: Comparison) -> str:
    """The count of each outcome with mark and words."""
    return '<div class="wb-results">' + "".join(
        f'<span class="wb-{MARKS[one.value][1]}" data-outcome="{one.value}" data-count="{comparison.count(one)}">'
        f'<i aria-hidden="true">{MARKS[one.value][0]}</i>{comparison.count(one):,} {words}</span>'
        for one, words in OUTCOMES.items()
    ) + "</div>"  # fmt: skip


def identity(name: str, instance: Encoded | None, letter: str) -> str:
    """Which object is in a place."""
    if instance is None:
        return empty(f"{letter} is empty.")
    kind = UID(instance.sop_class_uid).name.removesuffix(" Storage")
    named = [escape(name)] if name.startswith(kind) else [escape(name), escape(kind)]
    return f"<div><b>{letter}</b>{MIDDOT}{MIDDOT.join([*named, short_uid(instance.sop_instance_uid)])}</div>"
