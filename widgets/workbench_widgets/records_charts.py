"""The charts of a records dashboard: which answer is drawn for which patient, and what is said above it.

Answers and figures are the package's own; here is decided only how much of an answer is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from workbench.figures.answers import ANSWERED, RESULT_MARKS
from workbench.figures.setup_answers import setup_trends
from workbench.records import Filters, Records
from workbench.records.answers.timing import GROUPS
from workbench_widgets.markup import MIDDOT
from workbench_widgets.records_view import Choices, is_too_much, rows_of, taken, too_much, words_of

CHARTS: Final = MappingProxyType(
    {
        "planned_versus_delivered": "planned / delivered",
        "treatments": "interruptions",
        "progress": "progress",
        "setup_trend": "setup trend",
        "timing": "timing",
        "terminations": "terminations",
    }
)
"""Answer → its word on the button."""
ANY: Final = ""
MEASURES: Final = MappingProxyType(
    {
        ANY: "the first that there is",
        "shift": "shift of registrations",
        "residual": "residual of the table",
        "beam-on": "table at beam-on",
        "turn": "turn of registrations",
        "position": "table position",
    }
)
"""Measures of the setup trend, in the order in which one looks at them."""
GROUP_WORDS: Final = MappingProxyType({one: one.removesuffix("_id").removesuffix("_label").replace("_", " ") for one in GROUPS})
"""Column that terminations are counted by → its word."""
MOST_ROWS: Final = 20
"""Rows of one chart."""
MOMENTS: Final = MappingProxyType({"progress": "ended_at", "treatments": "ended_at", "timing": "beam_on_at"})
"""Answer → the moment by which its latest rows are found."""
SEVERITY: Final = MappingProxyType({"fail": 0, "warn": 1, "unknown": 2, "pass": 3})
INCHES_WIDE, INCHES_OF_SEVERAL = 6.4, 8.0
"""Narrower than on paper, so that text stays readable beside the details; less so where each label begins with a patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What a chart is about: the chosen row, or else what the filters say.

    Parameters
    ----------
    filters : of the dashboard, with patient and session of the row.
    plan_uid, plan_label : of the row's course; the copies of a plan have UIDs of their own and its label.
    words : the same in words.
    """

    filters: Filters
    plan_uid: str | None = None
    plan_label: str | None = None
    fraction: int | None = None
    beam: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """A chart.

    Parameters
    ----------
    answer : what is drawn of the answer; empty where there is nothing to draw.
    remark : beside the heading.
    summary : HTML above the picture.
    sentence : instead of a picture; blank where there is one.
    """

    answer: pd.DataFrame
    remark: str = ""
    summary: str = ""
    sentence: str = ""


def focus_of(row: Mapping[str, Any] | None, filters: Filters) -> Focus:
    """What charts are about when this row is chosen."""
    if row is None or not row.get("patient_id"):
        patient = filters.get("patient_id")
        return Focus(filters=filters, plan_uid=filters.get("plan_uid"), words=f"patient {patient}" if patient else "")
    told = {name: None if row.get(name) is None else int(row[name]) for name in ("fraction", "beam")}
    words = [f"patient {row['patient_id']}", *(f"{name} {value}" for name, value in told.items() if value is not None)]
    narrowed = Filters(**{**filters, "patient_id": str(row["patient_id"])})
    narrowed.pop("plan_uid", None)
    return Focus(
        filters=narrowed,
        plan_uid=_text(row.get("plan_uid")),
        plan_label=_text(row.get("plan_label")),
        fraction=told["fraction"],
        beam=told["beam"],
        words=MIDDOT.join(words),
    )


def charted(records: Records, name: str, focus: Focus, choices: Choices, *, measure: str = ANY, by: str = "room") -> Charted:
    """The part of an answer that a chart shows."""
    if is_too_much(name, focus.filters, choices):
        return Charted(answer=pd.DataFrame(), sentence=too_much(choices))
    if name == "terminations":
        answer = records.answers.terminations(by=by, **taken(name, focus.filters)[0])
        return _cut(answer, name, focus, f"by {GROUP_WORDS[by]}")
    whole = rows_of(records, name, focus.filters)
    if name == "setup_trend":
        return _trend(whole, measure, focus)
    of_course = _of_course(whole, focus)
    if name != "planned_versus_delivered":
        return _cut(of_course, name, focus, focus.words.partition(f"{MIDDOT}fraction")[0])
    of_beam = of_course
    for column, value in (("fraction", focus.fraction), ("beam", focus.beam)):
        if value is not None:
            of_beam = of_beam[(of_beam[column] == value).fillna(False).to_numpy(dtype=bool)]
    order = of_beam["result"].astype(object).map(SEVERITY).sort_values(kind="stable").index if len(of_beam) > MOST_ROWS else of_beam.index
    found = _cut(of_beam.loc[order], name, focus, focus.words)
    return found if found.sentence else replace(found, summary=_results(of_beam))


def drawn(name: str, answer: pd.DataFrame, measure: str) -> Figure:
    """The picture of what ``charted`` found."""
    figure = setup_trends(answer, measure or None) if name == "setup_trend" else ANSWERED[name](answer)
    of_several = "patient_id" in answer and answer["patient_id"].nunique(dropna=False) > 1
    figure.set_size_inches(INCHES_OF_SEVERAL if of_several else INCHES_WIDE, figure.get_figheight())
    # The panel's heading says it already.
    figure.suptitle("")
    for axes in figure.axes:
        axes.set_title("", loc="left")
    return figure


def _of_course(answer: pd.DataFrame, focus: Focus) -> pd.DataFrame:
    if focus.plan_uid is None or "plan_uid" not in answer:
        return answer
    fits = answer["plan_uid"] == focus.plan_uid
    if focus.plan_label is not None and "plan_label" in answer:
        fits |= answer["plan_label"] == focus.plan_label
    return answer[fits.fillna(False).to_numpy(dtype=bool)]


def _cut(answer: pd.DataFrame, name: str, focus: Focus, remark: str) -> Charted:
    """No more rows than a chart has room for: the latest where rows have a moment, else the first."""
    if answer.empty:
        whose = f" of {focus.words}" if focus.words else ""
        is_narrowed = bool(whose) or any(value is not None for value in focus.filters.values())
        then = "choose another row, or fewer filters" if is_narrowed else "there has to be a record first"
        return Charted(answer=answer, sentence=f"Nothing to draw of {words_of(name)}{whose}: {then}.")
    if len(answer) <= MOST_ROWS:
        return Charted(answer=answer, remark=remark)
    moment = MOMENTS.get(name)
    if moment is None:
        kept, which = answer.head(MOST_ROWS), "the worst" if name == "planned_versus_delivered" else "the first"
    else:
        kept, which = answer.loc[answer[moment].sort_values(na_position="first").index[-MOST_ROWS:]].sort_index(), "the latest"
    return Charted(answer=kept, remark=MIDDOT.join(one for one in (remark, f"{which} {MOST_ROWS} of {len(answer):,}") if one))


def _trend(answer: pd.DataFrame, measure: str, focus: Focus) -> Charted:
    whose = focus.words.partition(MIDDOT)[0]
    known = [name for name in MEASURES if name and (answer["measure"] == name).any()]
    shown = measure or next(iter(known), ANY)
    if shown in known:
        kept = answer[(answer["measure"] == shown).fillna(False).to_numpy(dtype=bool)]
        return Charted(answer=kept, remark=MIDDOT.join(one for one in (MEASURES[shown], whose) if one))
    instead = f"there is {', '.join(MEASURES[name] for name in known)}" if known else "treat a fraction with position acquisition first"
    what = f"No {MEASURES[measure] if measure else 'setup'}{f' of {whose}' if whose else ''} is recorded"
    return Charted(answer=answer.head(0), sentence=f"{what}: {instead}.")


def _results(answer: pd.DataFrame) -> str:
    """How many quantities pass, warn and fail."""
    counts = answer["result"].astype(object).value_counts()
    parts = [
        f'<span class="wb-{"quiet" if name == "unknown" else name}" data-result="{name}"><i aria-hidden="true">{mark}</i>'
        f"<b>{counts.get(name, 0):,}</b> {name}</span>"
        for name, (_, mark) in RESULT_MARKS.items()
        if name != "unknown" or counts.get(name, 0)
    ]
    return f'<div class="wb-results">{"".join(parts)}<span class="wb-quiet">{escape("quantities against their tolerances")}</span></div>'


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
