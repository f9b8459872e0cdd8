"""The workitems of a session: what each asks a device to do, what it is given for it, and when that is complete.

A session that images first has two. The treatment waits, its inputs INCOMPLETE, until position acquisition is COMPLETED; then what was
acquired is among its inputs. Nothing here forbids a device to claim it before: the flag says what it would lack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydicom.dataset import Dataset

from workbench.archive.database import Transaction
from workbench.archive.rows import Origin, SessionRow, StepState, StoredObject, WorkitemRow
from workbench.dicom import codes, part10, uids
from workbench.dicom.codes import Code
from workbench.events import EventKind
from workbench.mapping.sessions import Input
from workbench.mapping.workitem_inputs import COMPLETE, INCOMPLETE, add_inputs
from workbench.treatment.session import Session, SessionKind
from workbench.workflow.desk import Desk

CODES: Final[Mapping[SessionKind, Code]] = MappingProxyType(
    {
        SessionKind.TREATMENT: codes.RT_TREATMENT,
        SessionKind.QA: codes.RT_TREATMENT_QA,
        SessionKind.IMAGING: codes.POSITION_ACQUISITION,
    }
)
RECORDS: Final = frozenset({uids.RT_ION_BEAMS_RECORD, uids.RT_BEAMS_RECORD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One workitem to be put on the worklist.

    Parameters
    ----------
    availability : whether its inputs are COMPLETE.
    """

    code: Code
    inputs: tuple[Input, ...]
    availability: str


def steps(decided: Session, created: Sequence[Dataset], supporting: Sequence[StoredObject]) -> Iterator[Step]:
    """The workitems of a session, in the order in which they are to be done.

    Parameters
    ----------
    created : session plan and, where there are beams to treat, delivery instruction.
    supporting : planned setup images, planning CT and structure set, records of earlier deliveries.
    """
    for kind in decided.steps:
        is_imaging = kind is SessionKind.IMAGING
        waits = decided.images_first and not is_imaging
        own = [one for one in created if not (is_imaging and one.SOPClassUID != uids.RT_ION_PLAN)]
        lent = [one for one in supporting if not (is_imaging and one.sop_class_uid in RECORDS)]
        inputs = (*(Input.of(one) for one in own), *(_stored(one) for one in lent))
        yield Step(code=CODES[kind], inputs=inputs, availability=INCOMPLETE if waits else COMPLETE)


def release(desk: Desk, transaction: Transaction, done: WorkitemRow, session: SessionRow, actor: str) -> None:
    """When position acquisition is COMPLETED, what was acquired completes the inputs of the session's workitem that waited for it."""
    if done.code != codes.POSITION_ACQUISITION.value:
        return
    now = desk.clock.now()
    acquired = [
        _stored(one)
        for one in transaction.objects.of_session(session.id)
        if one.origin is Origin.RECEIVED and one.sop_class_uid not in RECORDS
    ]
    for row in transaction.workitems.find(session_id=session.id, state=StepState.SCHEDULED):
        dataset = part10.decode(row.dataset, uids.EXPLICIT_LITTLE)
        if dataset.get("InputAvailabilityFlag") != INCOMPLETE:
            continue
        add_inputs(dataset, acquired, desk.settings.ae_title)
        dataset.InputAvailabilityFlag = COMPLETE
        data = part10.encode(dataset, uids.EXPLICIT_LITTLE)
        transaction.workitems.rewrite(row.uid, dataset=data, progress_percent=row.progress_percent, progress_text=row.progress_text, at=now)
        detail: dict[str, str | int | float] = {"session": session.id, "code": row.code}
        transaction.history.append(EventKind.WORKITEM_READY, subject=row.uid, actor=actor, at=now, detail=detail)


def _stored(one: StoredObject) -> Input:
    return Input(study=one.keys.study_uid, series=one.keys.series_uid, sop_class=one.sop_class_uid, instance=one.uid)
