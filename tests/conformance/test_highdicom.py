"""The standard's own tables, as highdicom ships them, are asked about every object that is created.

They are private data of highdicom, which is pinned. They know the final delivery instruction, not the Trial one, and no UPS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from tests.conformance.places import places
from tests.conformance.scenarios import Scenario, scenarios
from tests.conformance.tables import read
from workbench.dicom import uids

FINAL = {uids.TRIAL_DELIVERY_INSTRUCTION: "1.2.840.10008.5.1.4.34.7"}
"""Trial class → the final class whose table is held against it."""
TASK, BDI = "BeamTaskSequence", "RT Beams Delivery Instruction RETIRED"
MISSING = {
    ("RT Image", "InstanceNumber"): "E149",
    ("RT Image", "OperatorsName"): "E191",
    ("RT Image", "RadiationMachineSAD"): "E192",
    (BDI, f"{TASK}.TableTopVerticalAdjustedPosition"): "E040",
    (BDI, f"{TASK}.TableTopLongitudinalAdjustedPosition"): "E041",
    (BDI, f"{TASK}.TableTopLateralAdjustedPosition"): "E042",
    (BDI, f"{TASK}.PatientSupportAdjustedAngle"): "E043",
    (BDI, f"{TASK}.TableTopEccentricAdjustedAngle"): "E044",
    (BDI, f"{TASK}.TableTopPitchAdjustedAngle"): "E045",
    (BDI, f"{TASK}.TableTopRollAdjustedAngle"): "E046",
    (BDI, f"{TASK}.DeliveryVerificationImageSequence.XRayImageReceptorTranslation"): "E047",
    (BDI, "ReferencedRTPlanSequence"): "E048",
}
"""Object and attribute that the standard demands and we do not write → the erratum that explains it."""
FOREIGN = {
    ("RT Ion Plan", "IonToleranceTableSequence.GantryPitchAngleTolerance"): "E219",
    ("RT Ion Plan", "IonBeamSequence.IonControlPointSequence.NominalBeamEnergyUnit"): "E220",
    ("RT Ion Plan", "IonBeamSequence.PlannedVerificationImageSequence"): "E105",
    (BDI, f"{TASK}.ReferencedRTPlanSequence"): "E106",
}
"""Object and attribute that we write and the standard's modules have not; what stands below it is explained with it."""


@cache
def standard(name: str) -> Any:
    """One of highdicom's tables."""
    return json.loads((files("highdicom") / "_standard" / f"{name}.json").read_text(encoding="utf-8"))


def modules(scenario: Scenario) -> Iterator[tuple[str, dict[str, Any]]]:
    """Usage and rows of each module of the object's class."""
    uid = str(scenario.built.SOPClassUID)
    key = standard("sop_class_iod_map")[FINAL.get(uid, uid)]
    for module in standard("iod_module_map")[key]:
        for row in standard("module_attribute_map")[module["key"]]:
            yield module["usage"], row


def dotted(row: dict[str, Any]) -> str:
    """The row's path as the tables print it."""
    return ".".join([*row["path"], row["keyword"]])


def written(dataset: Dataset, above: str = "") -> Iterator[str]:
    """Paths of all standard elements; the retired curve groups are no attributes of a module any more."""
    for element in dataset:
        if not element.keyword or 0x5000 <= element.tag.group <= 0x501E:
            continue
        path = f"{above}.{element.keyword}" if above else element.keyword
        yield path
        for item in element.value if element.VR == "SQ" else ():
            yield from written(item, path)


KNOWN_TO_THEM = [one for one in scenarios() if one.object != "Unified Procedure Step RETIRED"]


@pytest.mark.parametrize("scenario", KNOWN_TO_THEM, ids=lambda one: one.name)
def test_what_mandatory_modules_demand_is_written(scenario: Scenario) -> None:
    """Every attribute of type 1 or 2 in a mandatory module is there, in each item that could hold it."""
    due = {dotted(row) for usage, row in modules(scenario) if usage == "M" and row["type"] in {"1", "2"}}

    missing = {
        path
        for path in due
        for place in places(scenario.built, path, f"{tag_for_keyword(path.rpartition('.')[2]):08X}")
        if place.element is None
    }

    assert {path for path in missing if (scenario.object, path) not in MISSING} == set()


@pytest.mark.parametrize("scenario", KNOWN_TO_THEM, ids=lambda one: one.name)
def test_what_is_written_belongs_to_a_module(scenario: Scenario) -> None:
    """No attribute stands where no module of the class has it, but for the explained ones and what is below them."""
    known = {dotted(row) for _, row in modules(scenario)}
    explained = tuple(path for name, path in FOREIGN if name == scenario.object)

    foreign = {path for path in written(scenario.built) if path not in known}

    assert {path for path in foreign if not any(path == one or path.startswith(f"{one}.") for one in explained)} == set()


def test_every_explanation_is_needed_and_exists() -> None:
    """Each listed deviation occurs in some scenario, and its erratum is in the table."""
    errata = {row["id"] for row in read("errata.csv")}
    seen = {(one.object, path) for one in KNOWN_TO_THEM for path in written(one.built)}

    assert set(FOREIGN) - seen == set()
    assert {key for key in MISSING if key in seen} == set()
    assert {*MISSING.values(), *FOREIGN.values()} - errata == set()
