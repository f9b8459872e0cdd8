"""Why a request was refused, and what would have been accepted: in words, from the same tables that refused it.

A refusal is known from its event in the history, from the UID it was about, or from its rule and the state it met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from workbench.archive.rows import StepState
from workbench.conformance.statuses import STATUSES
from workbench.errors import Refused
from workbench.events import Event, EventKind
from workbench.workflow.desk import Desk
from workbench.workflow.refusals import SAYINGS
from workbench.workflow.ups import Lock, UpsRule, accepted

REFUSALS = frozenset({EventKind.OBJECT_REFUSED, EventKind.REQUEST_REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One refusal in words.

    Parameters
    ----------
    rule : the rule that refused.
    code : status that answers it, four hexadecimal digits; blank where it has none.
    happened : who asked what of what, and what was met; blank where only the rule is asked about.
    because : what the rule says.
    instead : what would have been accepted.
    section : where the standard or the statement has it; blank where it is ours.
    """

    rule: str
    code: str
    happened: str
    because: str
    instead: str
    section: str

    def __str__(self) -> str:
        lines = (
            self.happened,
            f"Refused by {self._named}: {self.because}",
            f"Accepted would have been: {self.instead}" if self.instead else "",
            f"Source: {self.section}" if self.section else "",
        )
        return "\n".join(line for line in lines if line)

    def _repr_html_(self) -> str:
        first = f"{escape(self.happened)}<br>" if self.happened else ""
        instead = f"<br>Accepted would have been: {escape(self.instead)}" if self.instead else ""
        section = f"<br><small>{escape(self.section)}</small>" if self.section else ""
        return f"{first}<b>Refused by {escape(self._named)}</b>: {escape(self.because)}{instead}{section}"

    @property
    def _named(self) -> str:
        return f"{self.rule} ({self.code})" if self.code else self.rule


def explain(desk: Desk, what: Event | str, state: StepState | str | None = None) -> Explanation:
    """A refusal in words.

    Parameters
    ----------
    what : the event of a refusal; or a rule; or a UID, for the latest refusal of a request on it.
    state : with a rule, the state that the workitem was in.

    Raises
    ------
    Refused : the event is no refusal, the state is none, or neither a rule nor a refused UID is named so.
    """
    if isinstance(what, Event):
        return _of_event(what)
    if what.partition(":")[0] in _codes():
        return _of_rule(what, _state(state))
    with desk.archive.database.reading() as view:
        told = view.history.after(0, subject=what, kinds=REFUSALS, latest=1)
    if not told:
        raise Refused(f"explanation: found {what!r}, expected a rule, or a UID that a request was refused on", rule="explanation")
    return _of_event(told[-1])


def accepts(state: StepState | None) -> str:
    """What a workitem in a state accepts, from the table of states; None is one that does not exist."""
    if state is None:
        return "N-CREATE with a SOP Instance UID of its own and state SCHEDULED"
    keyed = {Lock.ABSENT: "without a Transaction UID", Lock.RIGHT: "with the right Transaction UID"}
    if state is StepState.SCHEDULED:
        keyed[Lock.RIGHT] = "with a fresh Transaction UID"
    found = accepted(state)
    parts = [
        f"{', '.join(request.words for request, needs in found.items() if needs is lock)} {words}"
        for lock, words in keyed.items()
        if lock in found.values()
    ]
    return f"a workitem that is {state.value} accepts {'; '.join(parts)}"


def _of_event(event: Event) -> Explanation:
    if event.kind not in REFUSALS:
        raise Refused(f"explanation: event {event.id} is {event.kind.value}, expected a refusal", rule="explanation")
    detail = event.detail
    rule, why = str(detail.get("rule") or ""), str(detail.get("why") or "")
    met = f" on a workitem that was {detail['state']}" if "state" in detail else ""
    brought = f" with {detail['lock']}" if "lock" in detail else ""
    happened = f"At {event.at:%Y-%m-%d %H:%M:%S} {event.actor} asked {detail.get('what', 'something')} of {event.subject}{brought}{met}."
    general = _of_rule(rule, _state(str(detail["state"]) if "state" in detail else None))
    return Explanation(
        rule=rule,
        code=general.code,
        happened=happened,
        because=_sentence(why) or general.because,
        instead=general.instead or why.rpartition("expected ")[2],
        section=general.section,
    )


def _of_rule(rule: str, state: StepState | None) -> Explanation:
    name = rule.partition(":")[0]
    saying = SAYINGS[UpsRule(name)] if name in set(UpsRule) else None
    status = next((one for one in STATUSES if name in one.rules), None)
    now = "" if state is None else f". In general {accepts(state)}"
    words = {"state": state.value if state else "in that state", "held": state.value if state else "held by another", "who": "somebody"}
    return Explanation(
        rule=rule,
        code=status.code if status else "",
        happened="",
        because=_sentence(saying.sentence.format(**words) if saying else status.when if status else ""),
        instead=f"{saying.instead}{now}" if saying else "",
        section=saying.section if saying else "",
    )


def _codes() -> Mapping[str, str]:
    return {rule: one.code for one in STATUSES for rule in one.rules}


def _state(state: StepState | str | None) -> StepState | None:
    if state is None or isinstance(state, StepState):
        return state
    if state not in set(StepState):
        raise Refused(f"state: found {state!r}, expected one of {', '.join(StepState)}", rule="explanation")
    return StepState(state)


def _sentence(words: str) -> str:
    """With a capital letter and a full stop, where there are words."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""
