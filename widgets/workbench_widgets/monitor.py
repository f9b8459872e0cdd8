"""The worklist monitor: every workitem with its history, who holds it, who is told of it, and why a request was refused.

It is told that something happened and then asks; it changes nothing, so that any number of monitors may watch one bench.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from ipywidgets import Box, Dropdown
from traitlets import Dict, Int, Unicode

from workbench.archive.rows import GlobalSubscriptionRow, StepState, SubscriptionRow, WorkitemRow
from workbench.bench import Workbench
from workbench.events import Event, EventKind
from workbench.iods.dialect import Dialect
from workbench.workflow.explain import REFUSALS, Explanation
from workbench.workflow.watching import Watched
from workbench.workflow.workitem import attributes
from workbench_widgets import markup, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, html
from workbench_widgets.sentences import rule_words
from workbench_widgets.timeline import STATE_AFTER, Timeline, timeline

SHOWN_WORKITEMS: Final = 20
SHOWN_REFUSALS: Final = 50
COLUMNS: Final = (
    ("state", "state"),
    ("work", "work"),
    ("room", "room"),
    ("holder", "held by"),
    ("since", "since"),
    ("readiness", "inputs"),
    ("progress", "progress (%)"),
    ("uid", "workitem"),
)
"""Column → its header; the history comes after them."""
OF_A_WORKITEM: Final = REFUSALS | {one for one in EventKind if one.value.startswith("workitem.")}
"""What is told of a workitem; its subject is the UID."""
WORKITEMS, REFUSED, TOLD = "Workitems", "Why was this refused?", "Subscriptions"


class WorklistMonitor(ClosingBox):
    """The worklist of a bench, live.

    Its traits can be read and observed: ``states``, UID → state of the workitems shown; ``refusals``, how many requests were refused;
    ``message``, the latest sentence of its own.

    Parameters
    ----------
    bench : must stay open as long as the monitor; close the monitor first.
    """

    states: Dict[str, str] = Dict()
    refusals = Int()
    message = Unicode()

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._latest_refusals: Sequence[Event] = ()
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self._notice, self._table = html("", "wb-message"), html("", "wb-scroll")
        self._explained, self._told = html("", "wb-explained"), html("", "wb-scroll")
        self.refused = Dropdown(options=[], description="request", tooltip="A request or object that was refused, latest first.")
        self.refused.add_class("wb-refused")
        self.refused.observe(lambda _: self._live.post(self._explain), names="value")
        self._workitems = Part("wb-monitor-workitems", WORKITEMS, self._table)
        self._why = Part("wb-monitor-refusals", REFUSED, self.refused, self._explained)
        self._watchers = Part("wb-monitor-subscriptions", TOLD, self._told)
        lower = Box([self._why, self._watchers])
        for one in ("wb-row", "wb-monitor-lower"):
            lower.add_class(one)
        super().__init__([theme.page(), self._notice, self._workitems, lower])
        self.add_class("wb-dashboard")
        self.add_class("wb-monitor")
        self._live.follow(bench.bus)
        self._live.refresh_soon()
        self._live.pump()

    def __repr__(self) -> str:
        return f"<WorklistMonitor of {self._bench.settings.ae_title}>"

    async def drain(self) -> None:
        """Wait until what was told so far is shown."""
        await self._live.drain()

    def close(self) -> None:
        """Listen no more; the bench stays as it is."""
        self._live.close()
        super().close()

    def _refresh(self) -> None:
        rows = self._bench.workitems()
        shown = sorted(rows, key=lambda one: one.changed_at)[-SHOWN_WORKITEMS:][::-1]
        self.states = {one.uid: one.state.value for one in shown}
        at_work = [one for one in shown if one.state is StepState.IN_PROGRESS]
        uids = [one.uid for one in shown]
        own = self._bench.history(subject=uids, kinds=OF_A_WORKITEM)
        found = timeline(own, uids, now=datetime.now().astimezone())
        self._table.value = workitem_table(shown, own, found)
        more = f", latest {SHOWN_WORKITEMS} of {len(rows)}" if len(rows) > len(shown) else ""
        self._workitems.remark(WORKITEMS, f"{len(at_work)} of {len(rows)} held by a device{more}" if rows else "")
        self._offer_refusals()
        watched = self._bench.subscriptions()
        self._told.value = subscription_table(watched)
        self._watchers.remark(TOLD, f"{len(watched)} in force" if watched else "")
        self._say(_standing(self._bench, at_work), "info")

    def _offer_refusals(self) -> None:
        """The latest refusal comes to the front until another one is chosen; then that one stays."""
        self._latest_refusals = self._bench.history(kinds=REFUSALS, latest=SHOWN_REFUSALS)
        options = [(_refusal_line(one), one.id) for one in reversed(self._latest_refusals)]
        if options != list(self.refused.options):
            before, was_latest = self.refused.value, self.refused.index in (None, 0)
            with self.refused.hold_sync():
                self.refused.options = options
                if not was_latest and any(number == before for _, number in options):
                    self.refused.value = before
        self.refusals = self._bench.refused()
        self.refused.layout.display = "" if options else "none"
        self._why.remark(REFUSED, f"{self.refusals} refused" if options else "")
        self._explain()

    def _explain(self) -> None:
        if self.refused.value is None and self.refused.options:
            # A browser that has just been given new options may answer that none is chosen.
            self.refused.index = 0
        chosen = next((one for one in self._latest_refusals if one.id == self.refused.value), None)
        if chosen is None:
            self._explained.value = markup.empty("Nothing was refused yet.")
        else:
            self._explained.value = explanation(self._bench.explain(chosen))

    def _say(self, sentence: str, tone: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone)

    def _failed(self, sentence: str) -> None:
        self._say(sentence, "fail")


def _standing(bench: Workbench, at_work: Sequence[WorkitemRow]) -> str:
    listens = "listens" if bench.is_listening else "does not listen: no device can reach the worklist"
    held = "; ".join(f"{one.holder} holds {markup.WORK.get(one.code, one.code or 'a workitem')} in room {one.room}" for one in at_work)
    return f"{bench.settings.ae_title} {listens}. {held or 'No device holds a workitem'}."


def _refusal_line(event: Event) -> str:
    rule = str(event.detail.get("rule") or "")
    what = event.detail.get("what", "a request")
    return f"{markup.clock(event.at)}  {event.actor}: {what}" + (f" ({rule_words(rule)})" if rule else "")


def workitem_table(rows: Sequence[WorkitemRow], events: Sequence[Event], found: Timeline | None) -> str:
    """One line a workitem, the latest changed first; its history lies on a time axis that all share."""
    if not rows or found is None:
        return markup.empty("No workitem yet: check in a plan, or let a device create one.")
    since = {one.subject: one.at for one in events if one.kind in STATE_AFTER}
    lanes = {one.uid: markup.lane(one, found) for one in found.lanes}
    axis = f'<div class="wb-axis"><span>{markup.moment(found.begin)}</span><span>{markup.moment(found.end)}</span></div>'
    head = "".join(
        f'<th scope="col" data-head="{name}"{" class=wb-right" if name == "progress" else ""}>{words}</th>' for name, words in COLUMNS
    )
    body = "".join(_row(one, since, lanes.get(one.uid, "")) for one in rows)
    history = f'<th scope="col" class="wb-history">history {axis}</th>'
    return f'<table class="wb-table"><thead><tr>{head}{history}</tr></thead><tbody>{body}</tbody></table>'


def _row(row: WorkitemRow, since: Mapping[str, datetime], history: str) -> str:
    percent = "" if row.progress_percent is None else f"{row.progress_percent:.0f}"
    # The final text names the readiness; the Trial only says what is there.
    readiness = str(attributes(row, Dialect.FINAL).get("InputReadinessState") or "not said")
    when = markup.moment(since[row.uid]) if row.uid in since else ""
    holder = escape(row.holder or "nobody") if not row.state.is_final else f"was {escape(row.holder)}" if row.holder else ""
    cells = (
        ("state", markup.state_mark(row.state)),
        ("work", markup.WORK.get(row.code, escape(row.code))),
        ("room", escape(row.room)),
        ("holder", holder),
        ("since", when),
        ("readiness", escape(readiness)),
        ("progress", percent),
        ("uid", markup.short_uid(row.uid)),
        ("history", history),
    )
    text = "".join(f'<td data-column="{name}"{" class=wb-right" if name == "progress" else ""}>{value}</td>' for name, value in cells)
    return f'<tr data-uid="{escape(row.uid, quote=True)}">{text}</tr>'


def explanation(found: Explanation) -> str:
    """A refusal in words: what happened, the rule, and what would have been accepted."""
    code = f" ({escape(found.code)})" if found.code else ""
    parts = [
        f"<p>{markup.told(found.happened)}</p>" if found.happened else "",
        f'<p class="wb-because"><b>Refused by {escape(found.rule)}{code}:</b> {markup.told(found.because)}</p>',
        f"<p><b>Accepted would have been:</b> {markup.told(found.instead)}</p>" if found.instead else "",
        f'<p class="wb-quiet">Source: {escape(found.section)}</p>' if found.section else "",
    ]
    return f'<div class="wb-explanation" data-rule="{escape(found.rule, quote=True)}">{"".join(parts)}</div>'


def subscription_table(rows: Sequence[GlobalSubscriptionRow | SubscriptionRow]) -> str:
    """Who is told of what, and keeps what from being forgotten."""
    if not rows:
        return markup.empty("Nobody is told of workitems: a device subscribes over the network, for example with wb.Watcher.")
    body = "".join(
        f'<tr data-receiver="{escape(one.receiver, quote=True)}"><td>{escape(one.receiver)}</td><td>{_watched(one)}</td>'
        f"<td>{Watched.of(one.has_lock).value}</td><td>{markup.moment(one.since)}</td></tr>"
        for one in rows
    )
    head = "<tr><th>receiver</th><th>workitem</th><th>state</th><th>since</th></tr>"
    return f'<table class="wb-table"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _watched(row: Any) -> str:
    if isinstance(row, SubscriptionRow):
        return markup.short_uid(row.workitem_uid)
    return "all to come" if row.keys is None else "those to come that match"
