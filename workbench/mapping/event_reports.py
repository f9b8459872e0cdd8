"""Event reports of Unified Procedure Step: what each type says, as rows; made from a workitem, and read into a value.

PS3.4 Table CC.2.4-1. Reports are made in the words of the final text and said in the subscriber's dialect: the Trial has an
Input Availability Flag where the final text has an Input Readiness State. Who is told what, and when, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from html import escape
from types import MappingProxyType
from typing import Literal

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.errors import Refused
from workbench.iods.dialect import Dialect
from workbench.mapping.dialects import translated


class ReportType(IntEnum):
    """Event Type ID."""

    STATE = 1
    """UPS State Report: its state or the readiness of its inputs changed, or a subscription began."""
    CANCEL_REQUESTED = 2
    """Somebody asks the performer to cancel."""
    PROGRESS = 3
    """The performer reported progress."""
    SCP_STATUS = 4
    """The provider was restarted."""
    ASSIGNED = 5
    """A station or a person is to perform it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute of a report, of the type that the provider owes."""

    keyword: str
    type: Literal["1", "1C", "3"]


REASONS = (Row("ReasonForCancellation", "3"), Row("ProcedureStepDiscontinuationReasonCodeSequence", "3"))
ROWS: Mapping[ReportType, tuple[Row, ...]] = MappingProxyType(
    {
        ReportType.STATE: (Row("ProcedureStepState", "1"), Row("InputReadinessState", "1"), *REASONS),
        ReportType.CANCEL_REQUESTED: (
            Row("RequestingAE", "1"),
            Row("ReasonForCancellation", "1C"),
            Row("ProcedureStepDiscontinuationReasonCodeSequence", "1C"),
            Row("ContactURI", "1C"),
            Row("ContactDisplayName", "1C"),
        ),
        ReportType.PROGRESS: (Row("ProcedureStepProgressInformationSequence", "1"),),
        ReportType.SCP_STATUS: (
            Row("SCPStatus", "1"),
            Row("SubscriptionListStatus", "1"),
            Row("UnifiedProcedureStepListStatus", "1"),
        ),
        ReportType.ASSIGNED: (
            Row("ScheduledStationNameCodeSequence", "1C"),
            Row("HumanPerformerCodeSequence", "1C"),
            Row("HumanPerformerOrganization", "1C"),
        ),
    }
)
"""Event type → the attributes of its information, in the standard's order."""
PROGRESS_ROWS = (
    Row("ProcedureStepProgress", "3"),
    Row("ProcedureStepProgressDescription", "3"),
    Row("ProcedureStepProgressParametersSequence", "3"),
    Row("ProcedureStepCommunicationsURISequence", "3"),
)
"""Attributes of the item of a progress report."""
CANCEL_TEXTS: Mapping[str, str] = MappingProxyType(
    {"reason": "ReasonForCancellation", "contact_uri": "ContactURI", "contact_name": "ContactDisplayName"}
)
CANCEL_CODE: Mapping[str, str] = MappingProxyType(
    {"reason_code": "CodeValue", "reason_scheme": "CodingSchemeDesignator", "reason_meaning": "CodeMeaning"}
)
"""What the history keeps of a request to cancel → the attribute that said it."""
WARM_START, COLD_START = "WARM START", "COLD START"


def state_report(workitem: Dataset, state: str, dialect: Dialect) -> Dataset:
    """State and readiness of a workitem, with the reasons that its progress names when it was canceled.

    Parameters
    ----------
    workitem : in the words of the final text.
    state : the state that is reported; the workitem may have moved on meanwhile.
    """
    source = Dataset()
    source.update(workitem)
    if state == "CANCELED":
        source.update({one.tag: one for one in _progress_item(workitem)})
    source.ProcedureStepState = state
    return _said(ReportType.STATE, source, dialect)


def cancel_report(detail: Mapping[str, str | int | float], requesting_ae: str, dialect: Dialect) -> Dataset:
    """Who asks to cancel, and why.

    Parameters
    ----------
    detail : of the event: ``reason``, ``contact_name``, ``contact_uri`` and ``reason_code``, ``reason_scheme``, ``reason_meaning``,
        those that the request gave.
    """
    source, code = Dataset(), Dataset()
    source.RequestingAE = requesting_ae
    for holder, names in ((source, CANCEL_TEXTS), (code, CANCEL_CODE)):
        for name, keyword in names.items():
            if detail.get(name):
                setattr(holder, keyword, str(detail[name]))
    if len(code):
        source.ProcedureStepDiscontinuationReasonCodeSequence = Sequence([code])
    return _said(ReportType.CANCEL_REQUESTED, source, dialect)


def progress_report(workitem: Dataset, dialect: Dialect) -> Dataset:
    """The current progress of a workitem; one item without attributes where it tells none."""
    source = Dataset()
    source.ProcedureStepProgressInformationSequence = Sequence([_chosen(PROGRESS_ROWS, _progress_item(workitem))])
    return _said(ReportType.PROGRESS, source, dialect)


def restart_report(*, is_first: bool) -> Dataset:
    """The provider was restarted; both dialects say it alike.

    Parameters
    ----------
    is_first : whether it never ran before on this data folder, so that it knows neither workitems nor subscriptions of old.
    """
    source = Dataset()
    source.SCPStatus = "RESTARTED"
    source.SubscriptionListStatus = source.UnifiedProcedureStepListStatus = COLD_START if is_first else WARM_START
    return _said(ReportType.SCP_STATUS, source, Dialect.FINAL)


def assignment_report(workitem: Dataset, dialect: Dialect) -> Dataset:
    """The stations and the first person that are to perform a workitem."""
    source = Dataset()
    source.update(workitem)
    performers = workitem.get("ScheduledHumanPerformersSequence") or []
    if performers:
        source.update({one.tag: one for one in performers[0]})
    return _said(ReportType.ASSIGNED, source, dialect)


def _said(kind: ReportType, source: Dataset, dialect: Dialect) -> Dataset:
    return translated(_chosen(ROWS[kind], source), Dialect.FINAL, dialect)


def _chosen(rows: tuple[Row, ...], source: Dataset) -> Dataset:
    """Of the source, what the rows name and what has a value."""
    chosen = Dataset()
    for row in rows:
        if row.keyword in source and not source[row.keyword].is_empty:
            chosen[row.keyword] = source[row.keyword]
    return chosen


def _progress_item(workitem: Dataset) -> Dataset:
    items = workitem.get("ProcedureStepProgressInformationSequence") or []
    return items[0] if items else Dataset()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """A report as a subscriber understands it; None where it says nothing.

    Parameters
    ----------
    subject : SOP Instance UID of the workitem; that of global subscriptions when the provider speaks of itself.
    readiness : of the inputs, in the words of the final text.
    stations : meanings of the codes of the stations it is assigned to.
    scp_status, lists : of the provider and of its subscription list and workitem list, when it speaks of itself.
    """

    type: ReportType
    subject: str
    state: str | None = None
    readiness: str | None = None
    percent: float | None = None
    text: str | None = None
    requesting_ae: str | None = None
    reason: str | None = None
    stations: tuple[str, ...] = ()
    scp_status: str | None = None
    lists: tuple[str, str] | None = None

    @classmethod
    def read(cls, event_type: int, subject: str, information: Dataset, dialect: Dialect) -> EventReport:
        """The report that a provider sent.

        Raises
        ------
        Refused : there is no event of this type.
        """
        if event_type not in set(ReportType):
            raise Refused(f"event report of {subject}: found event type {event_type}, expected 1 to 5", rule="no-such-event")
        said = translated(information, dialect, Dialect.FINAL)
        progress = _progress_item(said)
        percent = _text(progress, "ProcedureStepProgress")
        kind = ReportType(event_type)
        statuses = (_text(said, "SubscriptionListStatus") or "", _text(said, "UnifiedProcedureStepListStatus") or "")
        return cls(
            type=kind,
            subject=subject,
            state=_text(said, "ProcedureStepState"),
            readiness=_text(said, "InputReadinessState"),
            percent=None if percent is None else float(percent),
            text=_text(progress, "ProcedureStepProgressDescription"),
            requesting_ae=_text(said, "RequestingAE"),
            reason=_text(said, "ReasonForCancellation"),
            stations=tuple(str(one.get("CodeMeaning") or "") for one in said.get("ScheduledStationNameCodeSequence") or []),
            scp_status=_text(said, "SCPStatus"),
            lists=statuses if kind is ReportType.SCP_STATUS else None,
        )

    def in_words(self) -> str:
        """One sentence."""
        match self.type:
            case ReportType.STATE:
                return f"state {self.state}, inputs {self.readiness}" + (f", because {self.reason}" if self.reason else "")
            case ReportType.CANCEL_REQUESTED:
                return f"{self.requesting_ae} asks to cancel" + (f", because {self.reason}" if self.reason else "")
            case ReportType.PROGRESS:
                done = "progress" if self.percent is None else f"progress {self.percent:g} %"
                return f"{done}: {self.text}" if self.text else done
            case ReportType.ASSIGNED:
                return f"assigned to {', '.join(self.stations) or 'a person'}"
            case _:
                return f"provider {self.scp_status}: {'; '.join(self.lists or ())}"

    def _repr_html_(self) -> str:
        return f"<b>{self.type.name.replace('_', ' ').title()}</b> · <code>{escape(self.subject)}</code> · {escape(self.in_words())}"


def _text(source: Dataset, keyword: str) -> str | None:
    value = source.get(keyword)
    return None if value in (None, "") else str(value)
