"""What a session puts on the wire: session plan, delivery instruction and workitem; and the instruction read back.

The domain has decided; here its decision is laid out for the rows of ``iods``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from pydicom.dataset import Dataset

from workbench.dicom.build import build
from workbench.dicom.codes import Code
from workbench.dicom.scope import Scope
from workbench.errors import Refused
from workbench.iods import DELIVERY_INSTRUCTION, SESSION_PLAN, WORKITEM
from workbench.settings import Identity, Room, ToleranceTable
from workbench.treatment.delivery import DeliveryType
from workbench.treatment.session import Session, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUids:
    """UIDs made for the objects of one session."""

    session_plan: str
    session_plan_series: str
    instruction: str
    instruction_series: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ObjectUids:
    instance: str
    series: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameter:
    """What a workitem tells the device beside its inputs."""

    name: Code
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContext:
    """Everything about a session that its objects say.

    Parameters
    ----------
    metersets_mu : beam number → monitor units of one whole fraction.
    ae_title : where the objects are fetched from.
    """

    session: Session
    metersets_mu: Mapping[int, float]
    uids: SessionUids
    room: Room
    tolerances: ToleranceTable
    identity: Identity
    ae_title: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One object that a workitem tells the device to fetch."""

    study: str
    series: str
    sop_class: str
    instance: str

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """The reference to a data set."""
        return cls(
            study=str(dataset.StudyInstanceUID),
            series=str(dataset.SeriesInstanceUID),
            sop_class=str(dataset.SOPClassUID),
            instance=str(dataset.SOPInstanceUID),
        )


def session_plan(source: Dataset, context: SessionContext) -> Dataset:
    """The plan as the device gets it: the received one with the session's tolerances, metersets and reference to its predecessor."""
    return build(SESSION_PLAN, session_plan_scope(source, context), base=source)


def session_plan_scope(source: Dataset, context: SessionContext) -> Scope:
    """What the rows of a session plan read; for building it and for checking one."""
    roots = {
        "kept": source,
        "session": context.session,
        "tolerances": context.tolerances,
        "metersets_mu": context.metersets_mu,
        "uids": _ObjectUids(instance=context.uids.session_plan, series=context.uids.session_plan_series),
    }
    return Scope(roots)


def instruction(plan: Dataset, context: SessionContext) -> Dataset:
    """The delivery instruction.

    Parameters
    ----------
    plan : the session plan.
    """
    return build(DELIVERY_INSTRUCTION, instruction_scope(plan, context))


def instruction_scope(plan: Dataset, context: SessionContext) -> Scope:
    """What the rows of a delivery instruction read; for building it and for checking one."""
    roots = {
        "plan": plan,
        "session": context.session,
        "room": context.room,
        "retrieve_ae_title": context.ae_title,
        "identity": context.identity,
        "now": context.now,
        "uids": _ObjectUids(instance=context.uids.instruction, series=context.uids.instruction_series),
    }
    return Scope(roots)


def workitem(
    plan: Dataset, context: SessionContext, *, code: Code, inputs: Sequence[Input], uid: str, availability: str = "COMPLETE"
) -> Dataset:
    """A scheduled workitem.

    Parameters
    ----------
    plan : the session plan.
    code : what is to be done.
    inputs : what the device is to fetch.
    availability : INCOMPLETE while some of it is still to come.
    """
    return build(WORKITEM, workitem_scope(plan, context, code=code, inputs=inputs, uid=uid, availability=availability))


def workitem_scope(
    plan: Dataset, context: SessionContext, *, code: Code, inputs: Sequence[Input], uid: str, availability: str = "COMPLETE"
) -> Scope:
    """What the rows of a scheduled workitem read; for building it and for checking one."""
    kind, fraction, minutes = context.session.kind.value, str(context.session.fraction), context.room.session_minutes
    scheme = context.identity.coding_scheme
    roots = {
        "plan": plan,
        "room": context.room,
        "identity": context.identity,
        "procedure_code": Code(kind.upper(), scheme, f"Proton {kind}"),
        "workitem_code": code,
        "request_id": fraction,
        "priority": "MEDIUM",
        "label": f"{plan.get('RTPlanLabel') or 'Plan'}, fraction {fraction}",
        "start": context.now,
        "expected_end": None if minutes is None else context.now + timedelta(minutes=minutes),
        "parameters": (_Parameter(name=Code("FRACTION", scheme, "Fraction number"), text=fraction),),
        "inputs": _by_study(inputs),
        "retrieve_ae_title": context.ae_title,
        "availability": availability,
        "state": "SCHEDULED",
        "transaction_uid": None,
        "now": context.now,
        "uids": _ObjectUids(instance=uid),
    }
    return Scope(roots)


def read_tasks(dataset: Dataset, metersets_mu: Mapping[int, float]) -> tuple[Task, ...]:
    """The tasks of a delivery instruction, as a device reads them.

    Parameters
    ----------
    metersets_mu : beam number → Beam Meterset of the plan; a task that is no continuation goes from 0 to it.

    Raises
    ------
    Refused : a task names a beam without a meterset, or continues without saying from where to where.
    """
    return tuple(_task(item, metersets_mu) for item in dataset.get("BeamTaskSequence") or [])


def _task(item: Dataset, metersets_mu: Mapping[int, float]) -> Task:
    beam = int(item.ReferencedBeamNumber)
    kind = DeliveryType(str(item.TreatmentDeliveryType))
    start, end = item.get("ContinuationStartMeterset"), item.get("ContinuationEndMeterset")
    if kind is DeliveryType.CONTINUATION and (start is None or end is None):
        raise Refused(f"instruction: beam {beam} continues, but found no start or end meterset, expected both", rule="instruction")
    if not metersets_mu.get(beam):
        raise Refused(f"instruction: beam {beam} has no Beam Meterset in the plan, expected more than 0 MU", rule="instruction")
    return Task(
        beam_number=beam,
        fraction=int(item.CurrentFractionNumber),
        delivery_type=kind,
        start_meterset_mu=float(start) if kind is DeliveryType.CONTINUATION and start is not None else 0.0,
        end_meterset_mu=float(end) if kind is DeliveryType.CONTINUATION and end is not None else metersets_mu[beam],
        because="The delivery instruction says so.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _InputInstance:
    sop_class_uid: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _InputSeries:
    uid: str
    instances: tuple[_InputInstance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _InputStudy:
    uid: str
    series: tuple[_InputSeries, ...]


def _by_study(inputs: Sequence[Input]) -> tuple[_InputStudy, ...]:
    """Inputs in the hierarchy of the macro (PS3.3 Table C.17-3), each study and series once."""
    studies: dict[str, dict[str, list[_InputInstance]]] = {}
    for one in inputs:
        instances = studies.setdefault(one.study, {}).setdefault(one.series, [])
        instances.append(_InputInstance(sop_class_uid=one.sop_class, uid=one.instance))
    return tuple(
        _InputStudy(uid=study, series=tuple(_InputSeries(uid=series, instances=tuple(instances)) for series, instances in of_study.items()))
        for study, of_study in studies.items()
    )
