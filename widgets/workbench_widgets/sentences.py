"""What happened, as sentences for a log: who did what to what, and by which rule it was refused.

It reads events only; it asks nobody and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from pydicom.uid import UID

from workbench.events import Event, EventKind
from workbench.network.associations import AssociationSeen, Stand
from workbench.network.statuses import STATUS_OF


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a log.

    Parameters
    ----------
    uid : what it is about, to be shown shortened behind the sentence; None where the sentence says it all.
    is_refusal : whether somebody was refused.
    """

    at: datetime
    sentence: str
    uid: str | None = None
    is_refusal: bool = False


def entries(events: Iterable[Event]) -> list[Entry]:
    """Events as lines, oldest first; what is told step by step, as progress of one workitem, is one line in a row: the last."""
    lines: list[Entry] = []
    before: Event | None = None
    for event in events:
        if before is not None and event.kind in _STEPS and _who(event) == _who(before):
            lines.pop()
        lines.append(entry(event))
        before = event
    return lines


def entry(event: Event) -> Entry:
    """One event as a line."""
    words = _WORDS[event.kind](event)
    about_object = event.kind.value.startswith(("workitem.", "object.stored", "object.confirmed", "object.damaged", "record."))
    is_refusal = event.kind in {EventKind.OBJECT_REFUSED, EventKind.REQUEST_REFUSED}
    return Entry(at=event.at, sentence=words, uid=event.subject if about_object else None, is_refusal=is_refusal)


def _who(event: Event) -> tuple[EventKind, str, str]:
    return event.kind, event.subject, event.actor


def association_entry(seen: AssociationSeen) -> Entry:
    """One association as a line: who came from where, for how long, and how it ended."""
    where = f"from {seen.host or 'an unknown host'}"
    if seen.stand is Stand.REJECTED:
        return Entry(at=seen.began, sentence=f"{seen.calling_ae} was refused an association, {where}: {seen.why}", is_refusal=True)
    if seen.ended is None:
        return Entry(at=seen.began, sentence=f"{seen.calling_ae} is associated, {where}")
    lasted = f"{(seen.ended - seen.began).total_seconds():.1f} s"
    return Entry(at=seen.began, sentence=f"{seen.calling_ae} was associated for {lasted}, {where}: {_ENDED[seen.stand]}")


def rule_words(rule: str) -> str:
    """A rule with the status that a peer was answered with: ``ups-wrong-lock, C301``."""
    status = STATUS_OF.get(rule.partition(":")[0])
    return rule if status is None else f"{rule}, {status:04X}"


def _prepared(event: Event) -> str:
    fraction, room = event.detail.get("fraction", "?"), event.detail.get("room", "?")
    return f"{event.actor} checked in session {event.subject}: fraction {fraction} in room {room}"


def _refusal(event: Event) -> str:
    rule = str(event.detail.get("rule") or "")
    why = str(event.detail.get("why") or "refused")
    return f"{event.actor} was refused {event.detail.get('what', 'a request')}: {why}" + (f" (rule {rule_words(rule)})" if rule else "")


def _stored(event: Event) -> str:
    name = UID(str(event.detail.get("sop_class", ""))).name.removesuffix(" Storage")
    verb = {"received": "sent", "imported": "imported", "created": "made"}.get(str(event.detail.get("origin", "")), "stored")
    warned = ", although the Patient ID does not match, confirmed by the user" if "patient_id" in event.detail else ""
    return f"{event.actor} {verb} {name}{warned}"


_STEPS = frozenset({EventKind.WORKITEM_PROGRESSED, EventKind.OBJECTS_SENT})
"""What is told in many small steps."""
_ENDED: Mapping[Stand, str] = MappingProxyType(
    {Stand.RELEASED: "released", Stand.ABORTED: "aborted", Stand.LOST: "the connection was lost"}
)

_WORDS: Mapping[EventKind, Callable[[Event], str]] = MappingProxyType(
    {
        EventKind.SESSION_PREPARED: _prepared,
        EventKind.SESSION_CANCELED: lambda one: f"{one.actor} canceled session {one.subject}",
        EventKind.SESSION_COMPLETED: lambda one: f"{one.actor} completed session {one.subject}",
        EventKind.WORKITEM_SCHEDULED: lambda one: f"{one.actor} scheduled workitem",
        EventKind.WORKITEM_READY: lambda one: f"{one.actor} acquired what was still missing for workitem",
        EventKind.WORKITEM_CLAIMED: lambda one: f"{one.actor} claimed workitem",
        EventKind.WORKITEM_PROGRESSED: lambda one: f"{one.actor} reported {one.detail.get('text') or 'progress'} of workitem",
        EventKind.WORKITEM_CANCEL_REQUESTED: lambda one: f"{one.actor} asked to cancel workitem",
        EventKind.WORKITEM_COMPLETED: lambda one: f"{one.actor} completed workitem",
        EventKind.WORKITEM_CANCELED: lambda one: f"{one.actor} canceled workitem",
        EventKind.WORKITEM_READINESS_CHANGED: lambda one: f"{one.actor} changed the readiness of the inputs of workitem",
        EventKind.WORKITEM_ASSIGNED: lambda one: f"{one.actor} assigned workitem",
        EventKind.WORKITEM_CHANGED: lambda one: f"{one.actor} changed attributes of workitem",
        EventKind.WORKITEM_FORGOTTEN: lambda one: f"{one.actor} forgot workitem",
        EventKind.WORKITEM_SUBSCRIBED: lambda one: f"{one.actor} had {one.detail.get('receiver', '?')} told of workitem",
        EventKind.WORKITEM_UNSUBSCRIBED: lambda one: f"{one.actor} had {one.detail.get('receiver', '?')} told no more of workitem",
        EventKind.REPORTS_SENT: lambda one: f"{one.actor} told {one.subject} what happened: {one.detail.get('count', '?')} reports",
        EventKind.REPORTS_FAILED: lambda one: (
            f"{one.actor} could not tell {one.subject} what happened: {one.detail.get('why', 'no reason known')}"
        ),
        EventKind.OBJECT_STORED: _stored,
        EventKind.RECORD_STORED: _stored,
        EventKind.OBJECT_CONFIRMED: lambda one: f"{one.actor} went on with an object whose Patient ID does not match",
        EventKind.OBJECT_REFUSED: _refusal,
        EventKind.REQUEST_REFUSED: _refusal,
        EventKind.OBJECTS_SENT: lambda one: (
            f"{one.actor} fetched objects" if one.actor == one.subject else f"{one.actor} had objects sent to {one.subject}"
        ),
        EventKind.OBJECT_DAMAGED: lambda one: (
            f"{one.actor} had the archive verified and found {one.detail.get('found', 'damaged')} the file of object"
        ),
        EventKind.ARCHIVE_REPAIRED: lambda one: f"{one.actor} had what a crash left in the archive cleared away",
        EventKind.PROVIDER_STARTED: lambda one: f"{one.actor} started provider {one.subject}",
        EventKind.PROVIDER_STOPPED: lambda one: f"{one.actor} stopped provider {one.subject}",
    }
)
