"""Named scenarios in which every created object is built, through the same mappings as in the clinic.

Each object is looked at as its reader gets it: built, encoded in Explicit VR Little Endian, decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from pydicom.dataset import Dataset

from tests.clinic import make_ion_plan
from tests.factories import CountedUids, make_beamline, make_field, make_image, make_plan
from tests.iods.objects import make_received_plan
from workbench import iods
from workbench.conformance.objects import printed_name
from workbench.dicom import codes, uids
from workbench.dicom.build import build
from workbench.dicom.part10 import encoded
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Iod
from workbench.mapping import sessions
from workbench.mapping.manual_record import Entry, Occasion, RecordReference, RecordUids, record_scope
from workbench.mapping.ocular_images import image_scope
from workbench.mapping.ocular_plans import plan_scope
from workbench.mapping.ocular_uids import ExportUids
from workbench.mapping.plans import course
from workbench.ocular.accessories import RangeModulator, Wedge
from workbench.ocular.plan import OcularPlan, Patient, Sex
from workbench.ocular.setup import View
from workbench.settings import TMS_AS_STATED, Room, ToleranceTable
from workbench.treatment.delivery import Delivery, Termination
from workbench.treatment.session import SessionKind, plan_session

NOW = datetime(2024, 6, 3, 14, 5, 6, tzinfo=UTC)
ENTERED_MU = 7.5
ROOM = Room(name="EYE1", station_code="EYE-STATION", session_minutes=30)
TOLERANCES = ToleranceTable(
    label="Eye",
    gantry_angle=0.5,
    beam_limiting_device_angle=0.75,
    beam_limiting_device_type="X",
    beam_limiting_device_position=1.25,
    patient_support_angle=1.5,
    table_top_vertical=1.75,
    table_top_longitudinal=2.0,
    table_top_lateral=2.25,
    table_top_pitch=2.5,
    table_top_roll=2.75,
    snout_position=3.0,
    head_fixation_angle=3.25,
    chair_head_frame_position=3.5,
)
"""A different number for each tolerance, so that none can stand in for another."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One created object and what its values come from.

    Parameters
    ----------
    object : the object's name as its statement prints it.
    built : as it was built; `scope` is what it was built in.
    read : as its reader gets it.
    facts : the sources of its values, by name.
    """

    name: str
    iod: Iod
    built: Dataset
    scope: Scope
    read: Dataset
    facts: SimpleNamespace = field(default_factory=SimpleNamespace)

    @property
    def object(self) -> str:
        """The object's name as its statement prints it."""
        return printed_name(self.iod)


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Every scenario."""
    return (*_sessions(), *_exports())


def treat(
    name: str,
    source: Dataset,
    metersets_mu: Mapping[int, float],
    *,
    kind: SessionKind = SessionKind.TREATMENT,
    deliveries: Sequence[Delivery] = (),
    records: Sequence[RecordReference] = (),
    room: Room = ROOM,
    tolerances: ToleranceTable = TOLERANCES,
    code: codes.Code = codes.RT_TREATMENT,
    uid_source: CountedUids | None = None,
) -> Iterator[Scenario]:
    """The objects of one session of a received plan: session plan, instruction, workitem, and a record by hand of its first task."""
    given = uid_source or UIDS
    decided = plan_session(course(source), deliveries, metersets_mu, kind=kind)
    names = sessions.SessionUids(
        session_plan=given.new(), session_plan_series=given.new(), instruction=given.new(), instruction_series=given.new()
    )
    context = sessions.SessionContext(
        session=decided,
        metersets_mu=metersets_mu,
        uids=names,
        room=room,
        tolerances=tolerances,
        identity=TMS_AS_STATED,
        ae_title="WORKBENCH",
        now=NOW,
    )
    facts = SimpleNamespace(source=source, context=context, session=decided, tolerances=tolerances, now=NOW, uids=set(vars_of(names)))
    plan = built(f"session plan of {name}", iods.SESSION_PLAN, sessions.session_plan_scope(source, context), facts, base=source)
    yield plan
    facts = SimpleNamespace(**{**vars(facts), "plan": plan.read, "records": tuple(records), "entered_mu": ENTERED_MU})
    inputs = [sessions.Input.of(plan.built)]
    if decided.tasks:
        instruction = built(f"instruction of {name}", iods.DELIVERY_INSTRUCTION, sessions.instruction_scope(plan.built, context), facts)
        yield instruction
        inputs.append(sessions.Input.of(instruction.built))
        yield _by_hand(name, plan, instruction.read, facts, given)
    step = given.new()
    scope = sessions.workitem_scope(plan.built, context, code=code, inputs=inputs, uid=step)
    yield built(f"workitem of {name}", iods.WORKITEM, scope, facts)


def built(name: str, iod: Iod, scope: Scope, facts: SimpleNamespace, *, base: Dataset | None = None) -> Scenario:
    """An object built in its scope, and read."""
    dataset = build(iod, scope, base=base)
    read = encoded(deepcopy(dataset), uids.EXPLICIT_LITTLE).dataset()
    return Scenario(name, iod, dataset, scope if base is None else scope.child(kept=base), read, facts)


def _by_hand(name: str, plan: Scenario, instruction: Dataset, facts: SimpleNamespace, given: CountedUids) -> Scenario:
    task = facts.session.tasks[0]
    names = RecordUids(instance=given.new(), series=given.new())
    occasion = Occasion(
        plan=plan.built,
        entry=Entry(beam=task.beam_number, meterset_mu=facts.entered_mu),
        session=facts.session,
        records=facts.records,
        identity=TMS_AS_STATED,
        uids=names,
        now=NOW,
    )
    scope = record_scope(occasion)
    beam = next(item for item in plan.read.IonBeamSequence if item.BeamNumber == task.beam_number)
    own = SimpleNamespace(**{**vars(facts), "instruction": instruction, "beam": beam, "uids": set(vars_of(names))})
    return built(f"record by hand of {name}", iods.MANUAL_RECORD, scope, own)


def _sessions() -> Iterator[Scenario]:
    whole = export_plan(make_plan())
    earlier = (RecordReference(sop_class_uid=uids.RT_ION_BEAMS_RECORD, uid="2.25.31"),)
    yield from treat("an ocular plan with every accessory", whole, {1: 40.0}, records=earlier)
    bare = export_plan(make_plan(field=make_field(wedges=(), range_shifters=(), lateral_spreaders=(), range_modulators=())))
    yield from treat("an ocular plan without accessories", bare, {1: 40.0})
    fixed = export_plan(make_plan(field=make_field(wedges=(STANDARD_WEDGE,), range_modulators=(FIXED_MODULATOR,))))
    yield from treat(
        "an ocular plan with a fixed modulator", fixed, {1: 40.0}, tolerances=ToleranceTable(), room=replace(ROOM, session_minutes=None)
    )
    rich = make_received_plan()
    yield from treat("a QA of a scanned plan", rich, {1: 40.0}, kind=SessionKind.QA, code=codes.RT_TREATMENT_QA)
    yield from treat("an imaging session", whole, {1: 40.0}, kind=SessionKind.IMAGING, code=codes.POSITION_ACQUISITION)
    several = make_ion_plan(metersets_mu={1: 40.0, 2: 30.0, 3: 20.0}, uid_source=UIDS)
    yield from treat("a continuation", several, {1: 40.0, 2: 30.0, 3: 20.0}, deliveries=(_delivery(1, 40.0), _delivery(2, 12.5)))
    yield _claimed()
    yield _without_beams(whole)
    yield from treat("a scanned plan with less", _with_less(), {1: 40.0})
    yield from treat("a plan that repeats itself", _with_repeats(), {1: 40.0})


def _with_less() -> Dataset:
    """A plan of another maker without block, snout and energy, with a verification image at no stated weight."""
    plan = make_received_plan()
    beam = plan.IonBeamSequence[0]
    beam.NumberOfBlocks = 0
    del beam.IonBlockSequence, beam.SnoutSequence, beam.IonControlPointSequence[0].NominalBeamEnergy
    image = beam.PlannedVerificationImageSequence[0]
    del image.StartCumulativeMetersetWeight, image.EndCumulativeMetersetWeight
    return plan


def _with_repeats() -> Dataset:
    """A plan of another maker whose last control point says everything again, at another energy and wedge position."""
    plan = export_plan(make_plan())
    points = plan.IonBeamSequence[0].IonControlPointSequence
    last = deepcopy(points[0])
    last.ControlPointIndex, last.CumulativeMetersetWeight, last.NominalBeamEnergy = 1, 1, 69
    last.IonWedgePositionSequence[0].WedgePosition, last.IonWedgePositionSequence[0].WedgeThinEdgePosition = "OUT", 12.5
    points[1] = last
    return plan


def _claimed() -> Scenario:
    """A workitem as it is held once a device has claimed it."""
    plan = export_plan(make_plan())
    workitem = list(treat("a claimed session", plan, {1: 40.0}))[-1]
    return built(
        "workitem once claimed", iods.WORKITEM, workitem.scope.child(transaction_uid="2.25.777", state="IN PROGRESS"), workitem.facts
    )


def _without_beams(whole: Dataset) -> Scenario:
    """A plan whose fraction group treats with no beam."""
    source = deepcopy(whole)
    group = source.FractionGroupSequence[0]
    group.NumberOfBeams = 0
    del group.ReferencedBeamSequence
    plan = next(treat("a claimed session", whole, {1: 40.0}))
    context = replace(plan.facts.context, uids=replace(plan.facts.context.uids, session_plan=UIDS.new(), session_plan_series=UIDS.new()))
    facts = SimpleNamespace(**{**vars(plan.facts), "source": source, "uids": set(vars_of(context.uids))})
    return built("session plan without beams", iods.SESSION_PLAN, sessions.session_plan_scope(source, context), facts, base=source)


def _exports() -> Iterator[Scenario]:
    yield from export("every accessory", make_plan())
    bare = make_field(wedges=(), range_shifters=(), lateral_spreaders=(), range_modulators=())
    nameless = Patient(id="P-002", name=None, birth_date=None, sex=Sex.MALE)
    yield from export("no accessory", make_plan(field=bare, patient=nameless, setup_images=(make_image(View.LATERAL, outlines=()),)))
    other = Patient(id="P-003", name="Roe^Sam", birth_date=None, sex=Sex.OTHER)
    line = make_beamline(patient_position="HFS")
    field_ = make_field(wedges=(STANDARD_WEDGE,), range_modulators=(FIXED_MODULATOR,))
    yield from export("a whole wedge and a fixed modulator", make_plan(field=field_, patient=other, beamline=line))


def export(name: str, plan: OcularPlan) -> Iterator[Scenario]:
    """The objects of one export."""
    names = ExportUids.new(UIDS, images=len(plan.setup_images))
    facts = SimpleNamespace(ocular=plan, identity=TMS_AS_STATED, uids=set(vars_of(names)), plan_uid=names.plan)
    yield built(f"export with {name}", iods.OCULAR_ION_PLAN, plan_scope(plan, uids=names, identity=TMS_AS_STATED), facts)
    for image, uid in zip(plan.setup_images, names.images, strict=True):
        scope = image_scope(plan, image, image_uid=uid, uids=names, identity=TMS_AS_STATED)
        own = SimpleNamespace(**vars(facts), image=image)
        yield built(f"{image.view} image of the export with {name}", iods.OCULAR_RT_IMAGE, scope, own)


def export_plan(plan: OcularPlan) -> Dataset:
    """An exported plan as it is received."""
    return next(export("to be treated", plan)).read


def vars_of(uids_of: Any) -> Iterator[str]:
    """Every UID of a value that holds UIDs."""
    for name in uids_of.__dataclass_fields__:
        value = getattr(uids_of, name)
        yield from (value,) if isinstance(value, str) else value


def _delivery(beam: int, delivered_mu: float) -> Delivery:
    return Delivery(beam=beam, fraction=1, delivered_mu=delivered_mu, ended=Termination.OPERATOR)


UIDS = CountedUids()
STANDARD_WEDGE = Wedge(number=1, id="W30", angle_deg=30, orientation_deg=45.0, tray_to_isocentre_mm=90.0, type="STANDARD")
FIXED_MODULATOR = RangeModulator(
    number=1,
    id="FIX1",
    type="FIXED",
    gating_start_water_equivalent_mm=0.0,
    gating_stop_water_equivalent_mm=12.25,
    isocentre_distance_mm=1400.0,
)
