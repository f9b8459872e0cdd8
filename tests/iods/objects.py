"""Created objects of the TMS side for tests, each with the scope it was built in: a session of a plan that has everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.factories import CountedUids, make_plan
from workbench import iods, settings
from workbench.dicom import uids
from workbench.dicom.build import build
from workbench.dicom.codes import RT_TREATMENT, Code
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Iod
from workbench.mapping.ocular_plans import export
from workbench.treatment.delivery import DeliveryType
from workbench.treatment.session import Omission, Session, SessionKind, Task

NOW = datetime(2024, 6, 3, 14, 5, 6, tzinfo=UTC)
TASK = Task(
    beam_number=1,
    fraction=2,
    delivery_type=DeliveryType.CONTINUATION,
    start_meterset_mu=12.5,
    end_meterset_mu=120.0,
    because="it stopped",
)
SESSION = Session(kind=SessionKind.QA, fraction=2, tasks=(TASK,), omitted=(Omission(beam_number=3, because="it is done"),))
TOLERANCES = settings.ToleranceTable(beam_limiting_device_type="X", beam_limiting_device_position=0.5)


@dataclass(frozen=True, slots=True)
class Built:
    """An object, its rows and the scope that both building and checking read."""

    iod: Iod
    dataset: Dataset
    scope: Scope


def make_item(**attributes: object) -> Dataset:
    """An item with these attributes; lists of data sets become sequences."""
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, Sequence(value) if isinstance(value, list) and value and isinstance(value[0], Dataset) else value)
    return item


def make_received_plan(**changes: object) -> Dataset:
    """The exported ocular plan as it was received, with everything that other planning systems add."""
    plan = export(make_plan(), uid_source=CountedUids(), identity=settings.OWN).plan
    plan.StudyDescription, plan.AccessionNumber = "Eye course", "ACC7"
    plan.SpecificCharacterSet, plan.PatientName = "ISO_IR 100", "Müller^Jürgen"
    plan.PatientSetupSequence[0].update(
        make_item(TableTopVerticalSetupDisplacement=1.5, TableTopLongitudinalSetupDisplacement=-2.5, TableTopLateralSetupDisplacement=0.5)
    )
    beam = plan.IonBeamSequence[0]
    beam.ScanMode = "MODULATED"
    beam.NumberOfCompensators, beam.NumberOfBoli = 1, 1
    beam.IonRangeCompensatorSequence = Sequence([make_item(CompensatorNumber=1, CompensatorID="RC1")])
    beam.ReferencedBolusSequence = Sequence([make_item(ReferencedROINumber=5)])
    beam.ApplicatorSequence = Sequence([make_item(ApplicatorID="AP1", ApplicatorType="ION_SQUARE")])
    beam.PlannedVerificationImageSequence = Sequence(
        [make_item(ImagingDeviceSpecificAcquisitionParameters="kV 70", StartCumulativeMetersetWeight=0.0, EndCumulativeMetersetWeight=0.5)]
    )
    first = beam.IonControlPointSequence[0]
    first.BeamLimitingDevicePositionSequence = Sequence([make_item(RTBeamLimitingDeviceType="X", LeafJawPositions=[-10.0, 10.0])])
    first.SnoutPosition = 40.0
    first.ScanSpotTuneID, first.NumberOfScanSpotPositions, first.NumberOfPaintings = "TUNE", 2, 1
    first.ScanSpotPositionMap = [0.0, 0.0, 5.0, 5.0]
    for keyword, value in changes.items():
        setattr(plan, keyword, value)
    return plan


def make_session_plan(plan: Dataset | None = None, **roots: Any) -> Built:
    """The plan of a QA session with 120 MU."""
    source = plan if plan is not None else make_received_plan()
    names: dict[str, Any] = {
        "session": SESSION,
        "tolerances": TOLERANCES,
        "metersets_mu": {1: 120.0},
        "uids": SimpleNamespace(series="2.25.101", instance="2.25.102"),
        "identity": settings.TMS_AS_STATED,
    }
    scope = Scope({**names, **roots})
    return Built(iods.SESSION_PLAN, build(iods.SESSION_PLAN, scope, base=source), scope.child(kept=source))


def make_record(plan: Dataset | None = None, **roots: Any) -> Built:
    """A record of beam 1 entered by hand: 107.5 MU, one record before it."""
    source = plan if plan is not None else make_session_plan().dataset
    beam = source.IonBeamSequence[0]
    names: dict[str, Any] = {
        "plan": source,
        "beam": beam,
        "first": beam.IonControlPointSequence[0],
        "last": beam.IonControlPointSequence[-1],
        "entered": SimpleNamespace(meterset_mu=107.5),
        "session": SESSION,
        "task": TASK,
        "records": (SimpleNamespace(sop_class_uid=uids.RT_ION_BEAMS_RECORD, uid="2.25.300"),),
        "now": NOW,
        "uids": SimpleNamespace(series="2.25.201", instance="2.25.202"),
        "identity": settings.TMS_AS_STATED,
    }
    scope = Scope({**names, **roots})
    return Built(iods.MANUAL_RECORD, build(iods.MANUAL_RECORD, scope), scope)


def make_instruction(plan: Dataset | None = None, **roots: Any) -> Built:
    """The instruction to continue beam 1 at 12.5 MU, beam 3 being done."""
    names: dict[str, Any] = {
        "plan": plan if plan is not None else make_session_plan().dataset,
        "session": SESSION,
        "room": settings.DEFAULT_ROOM,
        "retrieve_ae_title": "WORKBENCH",
        "now": NOW,
        "uids": SimpleNamespace(series="2.25.401", instance="2.25.402"),
        "identity": settings.TMS_AS_STATED,
    }
    scope = Scope({**names, **roots})
    return Built(iods.DELIVERY_INSTRUCTION, build(iods.DELIVERY_INSTRUCTION, scope), scope)


def make_workitem(plan: Dataset | None = None, **roots: Any) -> Built:
    """The workitem that asks for the session, with one input series."""
    instance = SimpleNamespace(sop_class_uid=uids.RT_ION_PLAN, uid="2.25.102")
    series = SimpleNamespace(uid="2.25.101", instances=(instance,))
    names: dict[str, Any] = {
        "plan": plan if plan is not None else make_session_plan().dataset,
        "room": settings.DEFAULT_ROOM,
        "procedure_code": Code("EYE", "99OPW", "Eye treatment"),
        "workitem_code": RT_TREATMENT,
        "request_id": "REQ1",
        "priority": "MEDIUM",
        "label": "Fraction 2",
        "start": NOW,
        "expected_end": NOW,
        "parameters": (SimpleNamespace(name=Code("FX", "99OPW", "Fraction"), text="2"),),
        "inputs": (SimpleNamespace(uid="2.25.1", series=(series,)),),
        "retrieve_ae_title": "WORKBENCH",
        "availability": "COMPLETE",
        "state": "SCHEDULED",
        "transaction_uid": "2.25.500",
        "now": NOW,
        "uids": SimpleNamespace(instance="2.25.501"),
        "identity": settings.TMS_AS_STATED,
    }
    scope = Scope({**names, **roots})
    return Built(iods.WORKITEM, build(iods.WORKITEM, scope), scope)
