"""Objects that the TMS side creates: whole, true to their scope, and guarded row by row."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from types import SimpleNamespace

import pytest
from pydicom.dataset import Dataset

from tests.iods.mutations import mutants
from tests.iods.objects import (
    SESSION,
    Built,
    make_instruction,
    make_received_plan,
    make_record,
    make_session_plan,
    make_workitem,
)
from workbench.dicom.check import check, errors
from workbench.dicom.part10 import encoded
from workbench.dicom.spec import Attribute
from workbench.errors import Refused
from workbench.treatment.delivery import DeliveryType
from workbench.treatment.session import SessionKind, Task

MAKERS = (make_session_plan, make_record, make_instruction, make_workitem)
NAMES = ("session plan", "record", "instruction", "workitem")


def paths(dataset: Dataset, above: str = "") -> set[str]:
    """Every path of a data set, items unnumbered, as the tables write them."""
    found = set()
    for element in dataset:
        path = f"{above}.{element.keyword}" if above else element.keyword
        found.add(path)
        for item in element.value if element.VR == "SQ" else ():
            found |= paths(item, path)
    return found


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_a_created_object_keeps_its_rows(make: Callable[[], Built]) -> None:
    """What was built agrees with its scope, before and after it was bytes."""
    built = make()

    read = encoded(built.dataset).dataset()

    assert errors(check(built.iod, built.dataset, built.scope)) == []
    assert errors(check(built.iod, read, built.scope)) == []


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_every_row_is_written_when_everything_is_known(make: Callable[[], Built]) -> None:
    """A plan and a session that know everything leave no row of the statement unwritten."""
    built = make()

    stated = {path for _, path, row in built.iod.walk() if not (isinstance(row, Attribute) and row.beyond)}

    assert stated - paths(built.dataset) == set()


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_every_row_dropped_or_changed_is_named(make: Callable[[], Built]) -> None:
    """A built object with one element dropped or changed has an error at that element's path."""
    built = make()
    listed = {path for _, path, _ in built.iod.walk()}

    unnamed = [
        (mutant.path, mutant.how)
        for mutant in mutants(built.dataset)
        if _unnumbered(mutant.path) in listed
        and mutant.path not in {one.path for one in errors(check(built.iod, built.dataset, built.scope))}
    ]

    assert unnamed == []


def test_the_session_plan_leaves_the_received_plan_alone() -> None:
    """Building a session plan changes nothing in the plan it is made from."""
    source = make_received_plan()
    before = deepcopy(source)

    make_session_plan(source)

    assert source == before


def test_the_session_plan_keeps_what_no_row_lists() -> None:
    """Block, wedges and prescription of the received plan are in the session plan, unchanged (ambiguity 3)."""
    source = make_received_plan()

    made = make_session_plan(source).dataset

    beam, kept = made.IonBeamSequence[0], source.IonBeamSequence[0]
    assert beam.IonBlockSequence == kept.IonBlockSequence
    assert beam.IonWedgeSequence == kept.IonWedgeSequence
    assert made.DoseReferenceSequence == source.DoseReferenceSequence


def test_the_session_plan_carries_the_monitor_units_of_the_session() -> None:
    """Beam Meterset, 0.0 in an ocular export, becomes what was entered at check-in."""
    made = make_session_plan(metersets_mu={1: 137.5}).dataset

    assert made.FractionGroupSequence[0].ReferencedBeamSequence[0].BeamMeterset == 137.5


def test_a_treatment_keeps_the_intent_of_the_plan() -> None:
    """Only QA turns Plan Intent into VERIFICATION (R071)."""
    treatment = SimpleNamespace(kind=SessionKind.TREATMENT)

    assert make_session_plan(session=treatment).dataset.PlanIntent == "CURATIVE"
    assert make_session_plan(session=SESSION).dataset.PlanIntent == "VERIFICATION"


def test_a_session_plan_without_a_mandatory_value_is_refused() -> None:
    """A received plan without RT Plan Label cannot become a session plan; the message names the row."""
    source = make_received_plan()
    del source.RTPlanLabel

    with pytest.raises(Refused, match=r"RT Ion Plan\.RTPlanLabel: type 1, found nothing, expected unchanged from the received object"):
        make_session_plan(source)


def test_the_record_has_positions_in_its_first_point_only() -> None:
    """Gantry angle and settings stand in the first of two points, metersets run from 0 to what was entered (R095, R097)."""
    first, last = make_record().dataset.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence

    assert (first.GantryAngle, "GantryAngle" in last, "RangeShifterSettingsSequence" in last) == (90.0, False, False)
    assert (first.DeliveredMeterset, last.DeliveredMeterset) == (0.0, 107.5)
    assert list(first.ScanSpotMetersetsDelivered) == [0.0, 0.0]
    assert (first.GantryPitchRotationDirection, last.GantryPitchRotationDirection) == ("NONE", "NONE")


def test_the_instruction_says_where_a_continuation_starts_and_ends() -> None:
    """Start and end meterset are written for a continuation and for nothing else (R104)."""
    treatment = Task(
        beam_number=1, fraction=2, delivery_type=DeliveryType.TREATMENT, start_meterset_mu=0.0, end_meterset_mu=120.0, because=""
    )

    continued = make_instruction().dataset.BeamTaskSequence[0]
    started = make_instruction(session=SimpleNamespace(tasks=(treatment,), omitted=())).dataset.BeamTaskSequence[0]

    assert (continued.ContinuationStartMeterset, continued.ContinuationEndMeterset) == (12.5, 120.0)
    assert "ContinuationStartMeterset" not in started
    assert "ContinuationEndMeterset" not in started


def test_the_instruction_takes_displacements_from_the_beams_setup() -> None:
    """The task repeats the setup displacements that the plan has for the beam (R130)."""
    task = make_instruction().dataset.BeamTaskSequence[0]

    found = (task.TableTopVerticalSetupDisplacement, task.TableTopLongitudinalSetupDisplacement, task.TableTopLateralSetupDisplacement)
    assert found == (1.5, -2.5, 0.5)


def test_names_beyond_ascii_are_written_in_utf_8() -> None:
    """A record of a patient called Müller, whose plan is in Latin-1, declares ISO_IR 192 and keeps the name through bytes."""
    plan = encoded(make_session_plan().dataset).dataset()

    read = encoded(make_record(plan).dataset).dataset()

    assert (read.SpecificCharacterSet, str(read.PatientName)) == ("ISO_IR 192", "Müller^Jürgen")


def _unnumbered(path: str) -> str:
    return ".".join(part.partition("[")[0] for part in path.split("."))
