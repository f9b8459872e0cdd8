"""A workitem as a request meets it: looked up for who asks, with its session, its lock and its attributes.

One that came by N-CREATE may belong to no session: it stands in its room's worklist alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.archive.database import Transaction
from workbench.archive.rows import SessionRow, SessionState, StepState, WorkitemRow
from workbench.dicom import charsets, codes, part10, uids
from workbench.events import EventKind
from workbench.iods.dialect import Dialect
from workbench.iods.workitem_requirements import lacking
from workbench.mapping.dialects import spoken
from workbench.settings import Settings
from workbench.workflow.gate import gate
from workbench.workflow.refusals import refusal, state_lacks, unknown
from workbench.workflow.ups import Lock, Request, UpsRule, judge

Detail = dict[str, str | int | float]
PROGRESS: Final = "ProcedureStepProgressInformationSequence"
READINESS: Final = ("InputReadinessState", "InputAvailabilityFlag")
PERFORMERS: Final = frozenset({"ScheduledStationNameCodeSequence", "ScheduledHumanPerformersSequence"})
"""Attributes of which subscribers are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A workitem that a request found.

    Parameters
    ----------
    session : the one it belongs to; None where it belongs to none.
    """

    row: WorkitemRow
    session: SessionRow | None

    def must_allow(self, request: Request, brought: str | None = None) -> None:
        """Hold a request against the table of states.

        Parameters
        ----------
        brought : Transaction UID of the request.

        Raises
        ------
        Conflict : the table refuses it, or a user canceled the session, whatever the lock; ``rule`` says which.
        """
        lock = self._lock(brought)
        if self.session is not None and self.session.state is SessionState.CANCELED:
            is_asked = request in {Request.CANCEL, Request.REQUEST_CANCEL}
            raise refusal(self.row, UpsRule.ALREADY_CANCELED if is_asked else UpsRule.NO_LONGER_UPDATABLE, request, lock)
        rule = judge(request, self.row.state, lock)
        if rule is not None:
            raise refusal(self.row, rule, request, lock)

    def detail(self, **more: str | int | float) -> Detail:
        """What an event tells of it."""
        own: Mapping[str, str | int | float] = {} if self.session is None else {"session": self.session.id}
        return {**own, "code": self.row.code, **more}

    def _lock(self, brought: str | None) -> Lock:
        if not brought:
            return Lock.ABSENT
        is_right = self.row.state is StepState.SCHEDULED or brought == self.row.lock
        return Lock.RIGHT if is_right else Lock.WRONG


def meet(view: Transaction, settings: Settings, uid: str, request: Request, actor: str) -> Met:
    """The workitem that a request is about.

    Raises
    ------
    Conflict : there is none for this AE title: to be read or asked to end, one that it may watch; else one that it may perform.
    """
    door, row = gate(view, settings, actor), view.workitems.get(uid)
    watches = request in {Request.READ, Request.REQUEST_CANCEL}
    if row is None or not (door.watches(row) if watches else door.serves(row)):
        raise unknown(uid, actor, request)
    return Met(row=row, session=None if row.session_id is None else view.sessions.get(row.session_id))


def attributes(row: WorkitemRow, dialect: Dialect = Dialect.TRIAL) -> Dataset:
    """All attributes of a workitem with its state, without its lock, in the dialect of who asks."""
    return spoken(kept(row), dialect)


def kept(row: WorkitemRow) -> Dataset:
    """All attributes of a workitem with its state, in the dialect it was made in."""
    dataset = part10.decode(row.dataset, uids.EXPLICIT_LITTLE)
    dataset.ProcedureStepState = row.state.value
    return dataset


def read(dataset: Dataset) -> Dataset:
    """The same data set with every text decoded, so that it can be joined with texts of another character set."""
    deque(dataset.iterall(), maxlen=0)
    return dataset


def write(transaction: Transaction, uid: str, dataset: Dataset, at: datetime) -> tuple[float | None, str | None]:
    """Keep the attributes of a workitem, in the character set that their texts need; the progress that they tell."""
    percent, words = progress(dataset)
    charsets.settle(read(dataset))
    data = part10.encode(dataset, uids.EXPLICIT_LITTLE)
    transaction.workitems.rewrite(uid, dataset=data, progress_percent=percent, progress_text=words, at=at)
    return percent, words


def happened(before: Dataset, after: Dataset, named: Iterable[str]) -> tuple[EventKind, ...]:
    """What setting attributes of a workitem amounts to, in the order in which subscribers are told.

    Parameters
    ----------
    before, after : its attributes.
    named : keywords of those that were set; progress and performers are told of though they are as before (PS3.4 CC.2.4.3).
    """
    keywords, kinds = set(named), []
    if any(before.get(keyword) != after.get(keyword) for keyword in READINESS):
        kinds.append(EventKind.WORKITEM_READINESS_CHANGED)
    if keywords & PERFORMERS:
        kinds.append(EventKind.WORKITEM_ASSIGNED)
    if PROGRESS in keywords:
        kinds.append(EventKind.WORKITEM_PROGRESSED)
    return tuple(kinds) or (EventKind.WORKITEM_CHANGED,)


def progress(dataset: Dataset) -> tuple[float | None, str | None]:
    """Percentage and description of the progress that a workitem's attributes tell."""
    items = dataset.get(PROGRESS) or []
    if not items:
        return None, None
    percent, words = items[0].get("ProcedureStepProgress"), items[0].get("ProcedureStepProgressDescription")
    return None if percent in (None, "") else float(percent), str(words) if words else None


def must_be_complete(row: WorkitemRow, dataset: Dataset, to: StepState, request: Request) -> None:
    """Hold a workitem against what its final state needs (PS3.4 CC.2.5.1.1); asked of the final text only.

    Raises
    ------
    Conflict : attributes lack.
    """
    said = spoken(dataset, Dialect.FINAL)
    lacks = lacking(said, "COMPLETED" if to is StepState.COMPLETED else "CANCELED")
    if lacks:
        raise state_lacks(row, to, lacks, request)


def tell_canceled(dataset: Dataset, at: datetime, reason: Dataset | None = None) -> None:
    """Write moment and reason of a cancellation, which the provider owes a CANCELED workitem (PS3.4 CC.2.1.3).

    Parameters
    ----------
    dataset : changed in place; a reason that it has is kept.
    reason : attributes of who asked for the cancellation.
    """
    items = list(dataset.get(PROGRESS) or [Dataset()])
    told = items[0]
    told.ProcedureStepCancellationDateTime = moment(at)
    for keyword in ("ReasonForCancellation", "ProcedureStepDiscontinuationReasonCodeSequence"):
        if reason is not None and reason.get(keyword) and not told.get(keyword):
            told[keyword] = reason[keyword]
    if not told.get("ProcedureStepDiscontinuationReasonCodeSequence"):
        told.ProcedureStepDiscontinuationReasonCodeSequence = Sequence([codes.DISCONTINUED.item()])
    setattr(dataset, PROGRESS, Sequence(items))


def give_up(transaction: Transaction, row: WorkitemRow, at: datetime) -> bool:
    """Cancel a workitem that is not final for a user, who needs no lock; whether it was still as it was met."""
    if not transaction.workitems.move(row.uid, expected=row.state, to=StepState.CANCELED, at=at):
        return False
    dataset = kept(row)
    tell_canceled(dataset, at)
    write(transaction, row.uid, dataset, at)
    return True


def moment(at: datetime) -> str:
    """A date-time as the wire has it."""
    return at.strftime("%Y%m%d%H%M%S.%f%z")
