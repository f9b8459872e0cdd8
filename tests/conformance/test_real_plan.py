"""A plan of a clinical information system, treated: what is copied is equal to its source, deeply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from tests.conformance.places import places, plain
from tests.conformance.scenarios import TOLERANCES, Scenario, treat
from tests.conformance.sources import holds
from tests.conformance.tables import attributes
from workbench.conformance.objects import printed_name
from workbench.dicom import uids
from workbench.dicom.check import check, errors
from workbench.dicom.part10 import read_file
from workbench.mapping.plans import course
from workbench.treatment.course import metersets
from workbench.treatment.session import SessionKind

SET_BY_SESSION = frozenset(
    {
        "SeriesInstanceUID",
        "SOPInstanceUID",
        "PlanIntent",
        "ReferencedRTPlanSequence",
        "IonToleranceTableSequence",
        "FractionGroupSequence.ReferencedBeamSequence.BeamMeterset",
        "IonBeamSequence.ReferencedToleranceTableNumber",
    }
)
"""What a session plan says of its own (9.1.1.1), and the meterset entered at check-in."""


@pytest.fixture(scope="module")
def received(shared: Path) -> Dataset:
    """The four-field plan."""
    return read_file(shared / "data" / "ion_plans" / "aria_four_field_qa.dcm").dataset()


@pytest.fixture(scope="module")
def treated(received: Dataset) -> dict[str, Scenario]:
    """The objects of a QA session of it, by name."""
    given = metersets(course(received), {1: 101.5}, None)
    return {one.object: one for one in treat("the four-field plan", received, given, kind=SessionKind.QA, tolerances=TOLERANCES)}


def values(dataset: Dataset, above: str = "", where: str = "") -> Iterator[tuple[str, str, object]]:
    """Path, numbered path and plain value of every element but those of the session's own."""
    for element in dataset:
        name = element.keyword or f"{element.tag}"
        path = f"{above}.{name}" if above else name
        if path in SET_BY_SESSION or element.tag.element == 0:
            continue
        if element.VR == "SQ":
            for index, item in enumerate(element.value):
                yield from values(item, path, f"{where}.{name}[{index}]")
        else:
            yield path, f"{where}.{name}", plain(element.value)


def test_the_session_plan_is_the_received_plan_but_for_what_a_session_sets(received: Dataset, treated: dict[str, Scenario]) -> None:
    """Every other element, at every depth, private ones included, is equal; none is missing and none is new."""
    made = treated["RT Ion Plan"].built

    assert list(values(made)) == list(values(received))


def test_the_session_plan_carries_the_meterset_entered_at_check_in(received: Dataset, treated: dict[str, Scenario]) -> None:
    """Beam 1 has what was entered, the other beams what the plan had: the one declared exception to copying."""
    before = {item.ReferencedBeamNumber: item.BeamMeterset for item in received.FractionGroupSequence[0].ReferencedBeamSequence}

    after = {
        item.ReferencedBeamNumber: item.BeamMeterset
        for item in treated["RT Ion Plan"].built.FractionGroupSequence[0].ReferencedBeamSequence
    }

    assert {number: float(value) for number, value in after.items()} == {**{n: float(v) for n, v in before.items()}, 1: 101.5}


@pytest.mark.parametrize(
    "name", ["RT Ion Plan", "RT Ion Beams Treatment Record", "RT Beams Delivery Instruction RETIRED", "Unified Procedure Step RETIRED"]
)
def test_every_row_of_its_objects_is_what_the_tables_say(treated: dict[str, Scenario], name: str) -> None:
    """Each rule of the table holds in the session's object: copied values equal their source, constants are constant."""
    scenario = treated[name]
    rows = [row for row in attributes("tms", "created") if row["iod"] == name and row["rule"]]

    wrong = [
        (place.path, row["rule"])
        for row in rows
        for place in places(scenario.read, row["path"], row["tag"])
        if not holds(row, scenario, place)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "name", ["RT Ion Plan", "RT Ion Beams Treatment Record", "RT Beams Delivery Instruction RETIRED", "Unified Procedure Step RETIRED"]
)
def test_its_objects_keep_their_rows(treated: dict[str, Scenario], name: str) -> None:
    """`check` finds no error in them, nor in what a receiver reads."""
    scenario = treated[name]

    assert printed_name(scenario.iod) == name
    assert errors(check(scenario.iod, scenario.read, scenario.scope)) == []


def test_the_record_by_hand_has_a_zero_for_each_planned_spot(treated: dict[str, Scenario]) -> None:
    """The first control point of the scanned beam repeats its spots, and nothing is known of any of them."""
    record = treated["RT Ion Beams Treatment Record"]
    first = record.read.TreatmentSessionIonBeamSequence[0].IonControlPointDeliverySequence[0]

    assert record.read.SOPClassUID == uids.RT_ION_BEAMS_RECORD
    assert list(first.ScanSpotMetersetsDelivered) == [0.0] * int(first.NumberOfScanSpotPositions)
    assert int(first.NumberOfScanSpotPositions) > 1
