"""What subscribers are told of what happened: from events of the history to event reports (PS3.4 CC.2.4.3).

A report is made when its event is read, shortly after it happened: state and type are those of the event, everything else is
what the workitem says now. How it reaches its receiver is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from workbench.archive.database import Transaction
from workbench.archive.rows import StepState, WorkitemRow
from workbench.dicom import uids
from workbench.events import Event, EventKind
from workbench.iods.dialect import Dialect
from workbench.mapping import event_reports
from workbench.mapping.dialects import spoken
from workbench.mapping.event_reports import ReportType
from workbench.workflow.desk import Desk
from workbench.workflow.subscriptions import GLOBAL
from workbench.workflow.watching import Watched
from workbench.workflow.workitem import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One N-EVENT-REPORT to be sent.

    Parameters
    ----------
    subject : SOP Instance UID of the workitem, or of global subscriptions when we speak of ourselves.
    """

    receiver: str
    dialect: Dialect
    type: ReportType
    subject: str
    information: Dataset


STATES: Final[Mapping[EventKind, StepState]] = MappingProxyType(
    {
        EventKind.WORKITEM_SCHEDULED: StepState.SCHEDULED,
        EventKind.WORKITEM_CLAIMED: StepState.IN_PROGRESS,
        EventKind.WORKITEM_COMPLETED: StepState.COMPLETED,
        EventKind.WORKITEM_CANCELED: StepState.CANCELED,
    }
)
"""Event → the state that it reports."""
TYPES: Final[Mapping[EventKind, tuple[ReportType, ...]]] = MappingProxyType(
    {
        EventKind.WORKITEM_SCHEDULED: (ReportType.STATE, ReportType.ASSIGNED),
        EventKind.WORKITEM_CLAIMED: (ReportType.STATE,),
        EventKind.WORKITEM_COMPLETED: (ReportType.STATE,),
        EventKind.WORKITEM_CANCELED: (ReportType.STATE,),
        EventKind.WORKITEM_READY: (ReportType.STATE,),
        EventKind.WORKITEM_READINESS_CHANGED: (ReportType.STATE,),
        EventKind.WORKITEM_CANCEL_REQUESTED: (ReportType.CANCEL_REQUESTED,),
        EventKind.WORKITEM_PROGRESSED: (ReportType.PROGRESS,),
        EventKind.WORKITEM_ASSIGNED: (ReportType.ASSIGNED,),
    }
)
"""Event → the reports that its workitem's subscribers get, in this order."""


TOLD: Final = tuple(
    Tag(keyword)
    for keyword in (
        "SOPClassUID",
        "InputAvailabilityFlag",
        "InputReadinessState",
        "ProcedureStepProgressInformationSequence",
        "ScheduledStationNameCodeSequence",
        "ScheduledHumanPerformersSequence",
    )
)
"""Attributes of a workitem that reports are made of; the class says in which dialect they are."""


@dataclass(frozen=True, slots=True)
class Reports:
    """What is to be reported, of one bench."""

    desk: Desk

    def latest(self) -> int:
        """Number of the last event so far."""
        with self.desk.archive.database.reading() as view:
            return view.history.last_id()

    def due(self, after: int) -> tuple[int, list[Report]]:
        """The reports of all events above a number, in their order; and the number of the last one."""
        with self.desk.archive.database.reading() as view:
            events = view.history.after(after)
            reports = [report for event in events for report in _of(view, event)]
        return (events[-1].id if events else after), reports

    def of_restart(self) -> list[Report]:
        """We were restarted: told to every subscriber, and to those peers that want to hear it in any case."""
        with self.desk.archive.database.reading() as view:
            information = event_reports.restart_report(is_first=not view.history.has(EventKind.PROVIDER_STARTED))
            told = {peer.ae_title: Dialect.FINAL for peer in self.desk.settings.peers if peer.hears_restarts}
            told |= view.subscriptions.receivers()
        kind, subject = ReportType.SCP_STATUS, uids.UPS_GLOBAL_SUBSCRIPTION
        return [
            Report(receiver=receiver, dialect=dialect, type=kind, subject=subject, information=information)
            for receiver, dialect in told.items()
        ]

    def tell(self, receiver: str, count: int, why: str = "") -> None:
        """Write down that reports were sent or, where it is said why, given up."""
        kind = EventKind.REPORTS_FAILED if why else EventKind.REPORTS_SENT
        detail: dict[str, str | int | float] = {"count": count, **({"why": why} if why else {})}
        with self.desk.archive.database.transaction() as transaction:
            transaction.history.append(kind, subject=receiver, actor=self.desk.settings.ae_title, at=self.desk.clock.now(), detail=detail)


def _of(view: Transaction, event: Event) -> Iterator[Report]:
    """The reports of one event."""
    if event.kind is EventKind.WORKITEM_SUBSCRIBED:
        yield from _initial(view, event)
        return
    types = TYPES.get(event.kind, ())
    row = view.workitems.get(event.subject) if types else None
    if row is None:
        return
    workitem, state = _told(row), STATES.get(event.kind, row.state)
    for to in view.subscriptions.find(workitem_uid=row.uid):
        if event.id <= to.after:
            # Read late: it happened before anybody wanted to hear of it.
            continue
        for kind in types:
            information = _information(kind, workitem, event, state, to.dialect)
            if len(information):
                yield Report(receiver=to.receiver, dialect=to.dialect, type=kind, subject=row.uid, information=information)


def _told(row: WorkitemRow) -> Dataset:
    """Of a workitem what reports tell, in the words of the final text; its inputs, which cost most to translate, are not among it."""
    whole, told = kept(row), Dataset()
    told.update({tag: whole[tag] for tag in TOLD if tag in whole})
    return spoken(told, Dialect.FINAL)


def _information(kind: ReportType, workitem: Dataset, event: Event, state: StepState, dialect: Dialect) -> Dataset:
    match kind:
        case ReportType.CANCEL_REQUESTED:
            return event_reports.cancel_report(event.detail, event.actor, dialect)
        case ReportType.PROGRESS:
            return event_reports.progress_report(workitem, dialect)
        case ReportType.ASSIGNED:
            return event_reports.assignment_report(workitem, dialect)
        case _:
            return event_reports.state_report(workitem, state.value, dialect)


def _initial(view: Transaction, event: Event) -> Iterator[Report]:
    """What a new subscriber is told at once: the workitem it named or, globally with lock, every one that it is subscribed to."""
    receiver, is_locked = str(event.detail["receiver"]), event.detail["state"] == Watched.LOCKED.value
    if event.subject in GLOBAL and not is_locked:
        return
    named = None if event.subject in GLOBAL else event.subject
    for to in view.subscriptions.find(receiver=receiver, workitem_uid=named):
        row = view.workitems.get(to.workitem_uid)
        if row is not None:
            information = event_reports.state_report(_told(row), row.state.value, to.dialect)
            yield Report(receiver=receiver, dialect=to.dialect, type=ReportType.STATE, subject=row.uid, information=information)
