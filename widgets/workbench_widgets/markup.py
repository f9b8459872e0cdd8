"""The HTML of the dashboards' parts, from values: nothing is asked for here, everything that came from outside is escaped.

Numbers are set as the field writes them: MU and mm with one decimal, degrees with one, dates ISO, times local with their zone
on hover, UIDs shortened in the middle with the whole on hover and copied by a click.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Final

from workbench.archive.rows import SessionRow, StepState, WorkitemRow
from workbench.dicom import codes
from workbench.figures.palette import STATE_MARKS
from workbench_widgets.sentences import Entry, rule_words
from workbench_widgets.timeline import Lane, Timeline
from workbench_widgets.view import PlanFacts, RoomView

SHOWN_ENDS = (8, 5)
"""Characters kept of a UID at its beginning and at its end."""
UID_INSIDE: Final = re.compile(r"((?=[\d.]{16})\d+(?:\.\d+){2,})")
"""A UID in a sentence: three numbers at least with dots between, longer than an address of a computer."""
MIDDOT, ELLIPSIS, MINUS = " \N{MIDDLE DOT} ", "\N{HORIZONTAL ELLIPSIS}", "\N{MINUS SIGN}"
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*(?=[\s:,;]|$)")
"""A sentence that begins with a word; with anything else it begins with a name."""
WORK: Mapping[str, str] = MappingProxyType(
    {
        codes.RT_TREATMENT.value: "treatment",
        codes.RT_TREATMENT_QA.value: "quality assurance",
        codes.POSITION_ACQUISITION.value: "imaging",
    }
)
"""Workitem code → what is done."""
CLASS_OF: Mapping[StepState, str] = MappingProxyType(
    {
        StepState.SCHEDULED: "scheduled",
        StepState.IN_PROGRESS: "in-progress",
        StepState.COMPLETED: "completed",
        StepState.CANCELED: "canceled",
    }
)


def heading(text: str, beside: str = "") -> str:
    """The name of a panel, with a quiet remark beside it."""
    return f'<h3 class="wb-heading">{escape(text)}<small>{escape(beside)}</small></h3>'


def empty(text: str) -> str:
    """What a panel says while it has nothing to show: what to do next."""
    return f'<p class="wb-empty">{escape(text)}</p>'


def quiet(text: str) -> str:
    """Words that explain, less loud than what they explain."""
    return f'<p class="wb-quiet">{escape(text)}</p>'


def clock(at: datetime, *, is_dated: bool = False) -> str:
    """A time of day, local; with its date where that is not today's, or is wanted."""
    local = at.astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S}" if is_dated or local.date() != datetime.now().astimezone().date() else f"{local:%H:%M:%S}"


def moment(at: datetime, *, is_dated: bool = False) -> str:
    """The same as HTML; date and zone on hover."""
    return f'<time datetime="{at.isoformat()}" title="{at.astimezone():%Y-%m-%d %H:%M:%S %Z}">{clock(at, is_dated=is_dated)}</time>'


def breakable(place: str) -> str:
    """A path of keywords or folders that may go on in the next line behind a dot or a slash, and not amidst a word."""
    return re.sub(r"([./\\])(?=.)", r"\1<wbr>", escape(place))


def copied(name: str) -> str:
    """What a click does that copies ``data-<name>``; a browser gives its clipboard to pages of this machine and of https alone."""
    return f"navigator.clipboard?.writeText(this.dataset.{name}).catch(() => {{}})"


def short_uid(uid: str) -> str:
    """A UID shortened in the middle; the whole on hover, and in the clipboard after a click."""
    first, last = SHOWN_ENDS
    shown = uid if len(uid) <= first + last + 1 else f"{uid[:first]}{ELLIPSIS}{uid[-last:]}"
    whole = escape(uid, quote=True)
    return (
        f'<button type="button" class="wb-uid" data-uid="{whole}" title="{whole} (click to copy)" onclick="{copied("uid")}">'
        f"{escape(shown)}</button>"
    )


def told(sentence: str) -> str:
    """A sentence with its UIDs shortened."""
    parts = UID_INSIDE.split(sentence)
    return "".join(short_uid(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def state_mark(state: StepState) -> str:
    """Mark and word of a workitem's state."""
    _, mark = STATE_MARKS[state.value]
    return f'<span class="wb-state wb-{CLASS_OF[state]}" data-state="{state.value}"><i aria-hidden="true">{mark}</i>{state.value}</span>'


def room_line(view: RoomView) -> str:
    """The room, and whether its provider listens."""
    listens = view.address is not None
    where = f"{escape(view.ae_title)} listens on {escape(view.address)}" if view.address else f"{escape(view.ae_title)} does not listen"
    mark = "\N{BLACK CIRCLE}" if listens else "\N{WHITE CIRCLE}"
    state = "on" if listens else "off"
    return (
        f'<div class="wb-room"><strong>Room {escape(view.room)}</strong>'
        f'<span class="wb-provider wb-{state}" data-listening="{str(listens).lower()}"><i aria-hidden="true">{mark}</i>{where}</span></div>'
    )


def plan_card(facts: PlanFacts | None, session: SessionRow | None) -> str:
    """Whose plan it is, what it prescribes, and which fraction is at hand."""
    if facts is None:
        return '<div class="wb-plan-card">' + empty("No plan yet: import one, or use the sample.") + "</div>"
    dose = sum(beam.dose_gy or 0.0 for beam in facts.beams)
    course = f"{facts.fractions or '?'} \N{MULTIPLICATION SIGN} {dose:.2f} Gy(RBE)" if dose else f"{facts.fractions or '?'} fractions"
    words = [facts.eye or "eye not known", course]
    stands = facts.unfit or "not checked in"
    if session is not None:
        stands = f"fraction {session.fraction} of {facts.fractions or '?'}{MIDDOT}session {session.id} {session.state.value}"
    return (
        f'<div class="wb-plan-card"><div><strong>{escape(facts.patient_id)}</strong>'
        f"<span>{escape(facts.label)}{MIDDOT}{escape(MIDDOT.join(words))}</span></div>"
        f'<div class="wb-quiet" data-session="{session.state.value if session else ""}">{escape(stands)}</div></div>'
    )


def notice(sentence: str, tone: str, *, rule: str = "") -> str:
    """The latest word of the dashboard itself.

    Parameters
    ----------
    tone : info, pass, warn or fail.
    rule : by which something was refused; blank where nothing was, or no rule has a name.
    """
    mark = {"info": "\N{MIDDLE DOT}", "pass": "\N{CHECK MARK}", "warn": "!", "fail": "\N{MULTIPLICATION X}"}[tone]
    # The name of a file stays as it is.
    by = f" <small>(rule {escape(rule_words(rule))})</small>" if rule else ""
    begins = sentence[:1].upper() if _WORD.match(sentence) else sentence[:1]
    inner = f'<i aria-hidden="true">{mark}</i><span>{told(begins + sentence[1:])}{by}</span>'
    return f'<div class="wb-notice wb-{tone}" role="status" aria-live="polite">{inner}</div>'


def workitem_list(workitems: Sequence[WorkitemRow], since: Mapping[str, datetime]) -> str:
    """Each workitem with its state, its holder and since when."""
    if not workitems:
        return empty("No workitem yet: check in the plan.")
    return '<ul class="wb-workitems">' + "".join(_workitem(one, since.get(one.uid)) for one in workitems) + "</ul>"


def _workitem(row: WorkitemRow, since: datetime | None) -> str:
    holder = ""
    if row.holder:
        holder = f"by {escape(row.holder)}" if row.state.is_final else f"held by {escape(row.holder)}"
    when = "" if since is None else f"since {moment(since)}"
    stands = " ".join(part for part in (holder, when) if part)
    what = WORK.get(row.code, escape(row.code))
    return (
        f'<li data-uid="{escape(row.uid, quote=True)}"><div>{state_mark(row.state)}<span>{what}</span></div>'
        f'<div class="wb-quiet">{stands}</div><div class="wb-quiet">{short_uid(row.uid)}</div></li>'
    )


def progress_bar(row: WorkitemRow | None) -> str:
    """How far a workitem is, as bar, number and the device's own words."""
    percent = 0.0 if row is None or row.progress_percent is None else min(100.0, max(0.0, row.progress_percent))
    state = "scheduled" if row is None else CLASS_OF[row.state]
    words = row.progress_text if row is not None and row.progress_text else "nothing delivered"
    return (
        f'<div class="wb-progress-line"><div class="wb-bar wb-{state}" role="progressbar" aria-label="delivered" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent:.0f}"><div style="width:{percent:.1f}%"></div></div>'
        f'<span class="wb-number">{percent:.0f} %</span><span class="wb-words">{escape(words)}</span></div>'
    )


def timeline_chart(found: Timeline | None) -> str:
    """Time to the right, one lane a workitem, states as blocks, events as ticks."""
    if found is None:
        return '<div class="wb-timeline"></div>'
    lanes = "".join(lane(one, found) for one in found.lanes)
    axis = f'<div class="wb-axis"><span>{moment(found.begin)}</span><span>{moment(found.end)}</span></div>'
    return f'<div class="wb-timeline">{lanes}{axis}</div>'


def lane(one: Lane, found: Timeline) -> str:
    """One workitem on the axis that it shares with others."""
    blocks = ""
    for block in one.blocks:
        left, right = found.place(block.begin), found.place(block.end)
        if right <= left and not block.state.is_final:
            continue
        title = f"{block.state.value} from {clock(block.begin)} to {clock(block.end)}"
        blocks += (
            f'<span class="wb-block wb-{CLASS_OF[block.state]}" style="left:{left:.2%};width:{right - left:.2%}" title="{title}">'
            f"<b>{block.state.value}</b></span>"
        )
    ticks = "".join(
        f'<span class="wb-tick{" wb-refusal" if tick.is_refusal else ""}" style="left:{found.place(tick.at):.2%}" '
        f'title="{escape(f"{clock(tick.at)} {tick.sentence}", quote=True)}"></span>'
        for tick in one.ticks
    )
    return f'<div class="wb-lane">{blocks}{ticks}</div>'


def log_lines(lines: Sequence[Entry], *, shown: int) -> str:
    """The latest lines, newest first."""
    if not lines:
        return empty("Nothing happened yet.")
    rows = "".join(_log_line(one) for one in reversed(lines[-shown:]))
    return f'<ol class="wb-log-lines" role="log" aria-label="log" tabindex="0">{rows}</ol>'


def _log_line(line: Entry) -> str:
    uid = f" {short_uid(line.uid)}" if line.uid else ""
    mark = ' class="wb-refusal"' if line.is_refusal else ""
    return f"<li{mark}>{moment(line.at)}<span>{told(line.sentence)}{uid}</span></li>"
