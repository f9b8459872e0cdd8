"""The de-identified export held against PS3.15 Table E.1-1, row by row, by tables that others keep.

What becomes of an attribute is the table of dicom-anonymizer; which attributes plans and records have, and of which type, that of
highdicom. Both are taken from the standard's own text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset

from tests.clinic import make_ion_plan
from workbench.mapping.confidentiality import ACTIONS, Action
from workbench.mapping.deidentified import ALSO_REMOVED, Key, deidentified

KEY = Key(b"0123456789abcdef")
OBJECTS = ("rt-ion-plan", "rt-ion-beams-treatment-record", "rt-beams-treatment-record")
VALUES: dict[str, Any] = {
    "DA": "20240603", "DT": "20240603101500", "TM": "101500", "UI": "1.2.3.4.5", "PN": "Kowalska^Zofia", "CS": "MARKER", "AS": "045Y",
    "DS": "12.5", "IS": "12", "AT": 0x00100010, "FL": 1.5, "FD": 1.5, "SS": 1, "US": 1, "SL": 1, "UL": 1, "OB": b"MARKER", "OW": b"MARKER",
    "OF": b"\0\0\0\0", "OD": b"\0" * 8, "UN": b"MARKER", "US or SS": 1,
}  # fmt: skip
"""VR → a value that can be told from what takes its place."""

DATES_OPTION = "Retain Longitudinal Temporal Information with Modified Dates (113107): dates are moved, and times of day stay with them"
EMPTY_FOR_REMOVED = "of type 2 in another place of plans or records, so that it is emptied in all of them"
REMOVED_FOR_DUMMY = "says who somebody is or where; it stands in sequences that are removed, and elsewhere goes rather than lies"
DEVIATIONS = {
    "TimezoneOffsetFromUTC": DATES_OPTION,
    "DeviceSerialNumber": EMPTY_FOR_REMOVED,
    "InstitutionName": EMPTY_FOR_REMOVED,
    "OperatorsName": EMPTY_FOR_REMOVED,
    "CertificateOfSigner": REMOVED_FOR_DUMMY,
    "PersonIdentificationCodeSequence": REMOVED_FOR_DUMMY,
    "InstitutionCodeSequence": REMOVED_FOR_DUMMY,
}
"""Attribute → why something else becomes of it than the Basic Profile says; moments have the first reason by their VR."""


@cache
def standard(name: str) -> Any:
    """One of highdicom's tables."""
    return json.loads((files("highdicom") / "_standard" / f"{name}.json").read_text(encoding="utf-8"))


@cache
def attributes() -> dict[str, set[str]]:
    """Attribute → its types, wherever plans and records have it."""
    found: dict[str, set[str]] = {}
    for key in OBJECTS:
        for module in standard("iod_module_map")[key]:
            for row in standard("module_attribute_map")[module["key"]]:
                if tag_for_keyword(row["keyword"]) is not None:
                    found.setdefault(row["keyword"], set()).add(row["type"][0])
    return found


@cache
def table() -> dict[int, str]:
    """Tag → action of dicom-anonymizer's table; groups of tags are left out."""
    names = {"D": "D", "Z": "Z", "X": "X", "U": "U", "Z_D": "Z/D", "X_Z": "X/Z", "X_D": "X/D", "X_Z_D": "X/Z/D", "X_Z_U_STAR": "X/Z/U*"}
    return {
        (tag[0] << 16) + tag[1]: action
        for name, action in names.items()
        for tag in getattr(dicomfields_2026c, f"{name}_TAGS")
        if len(tag) == 2
    }


def filled(keywords: Iterator[str]) -> Dataset:
    """Each of these attributes with a value of its VR."""
    made = Dataset()
    for keyword in keywords:
        vr = dictionary_VR(keyword)
        if vr == "SQ":
            item = Dataset()
            item.CodeMeaning = "Marker"
            setattr(made, keyword, [item])
        else:
            setattr(made, keyword, VALUES.get(vr, f"Marker {keyword[:9]}"))
    return made


def became(before: Dataset, after: Dataset, keyword: str) -> str:
    """What became of an attribute: removed, empty, kept, or replaced."""
    if keyword not in after:
        return "removed"
    value = after[keyword].value
    if dictionary_VR(keyword) == "SQ":
        return "kept" if len(value) else "empty"
    if value is None or value in ("", b""):
        return "empty"
    return "kept" if value == before[keyword].value else "replaced"


def allowed(action: str, kind: str) -> set[str]:
    """What may become of an attribute of this type (PS3.15 E.1.1)."""
    if "/" not in action:
        return {"X": {"removed"}, "Z": {"empty", "replaced"}, "D": {"replaced"}, "U": {"replaced"}}[action]
    if kind == "1":
        return {"replaced"}
    return {"removed"} if kind == "3" and action.startswith("X") else {"empty", "replaced"}


@cache
def outcomes() -> tuple[tuple[str, str], ...]:
    """Attribute and what became of it, at the top of a plan and in one of its beams."""
    names = [name for name in attributes() if not name.startswith(("Deidentification", "PatientIdentityRemoved", "LongitudinalTemporal"))]
    fixed = {"SOPClassUID", "IonBeamSequence", "PatientID", "PatientName", "SpecificCharacterSet"}
    before = make_ion_plan()
    before.update(filled(name for name in names if name not in fixed))
    before.IonBeamSequence = [filled(name for name in names if name not in fixed)]
    after = deidentified(before, KEY)
    places = ((before, after), (before.IonBeamSequence[0], after.IonBeamSequence[0]))
    return tuple((name, became(*place, name)) for name in names if name not in fixed for place in places)


def test_our_table_is_the_standards() -> None:
    """Every attribute of the table has the action that dicom-anonymizer has for it, and no other has one."""
    assert {tag: action.value for tag, action in ACTIONS.items()} == table()
    assert ACTIONS[0x00100010] is Action.EMPTY  # Patient's Name, Z


@pytest.mark.slow
def test_every_attribute_of_plans_and_records_gets_what_the_profile_asks() -> None:
    """Attribute by attribute, wherever it stands; what differs is listed with its reason, and nothing is listed that does not differ."""
    moments = {"DA", "DT", "TM"}

    differing = {
        (name, outcome)
        for name, outcome in outcomes()
        if (action := table().get(int(tag_for_keyword(name) or 0))) is not None
        and any(outcome not in allowed(action, kind) for kind in attributes()[name])
    }

    assert {(name, outcome) for name, outcome in differing if dictionary_VR(name) not in moments and name not in DEVIATIONS} == set()
    assert {outcome for name, outcome in differing if dictionary_VR(name) in {"DA", "DT"}} <= {"replaced"}
    assert set(DEVIATIONS) == {name for name, _ in differing if dictionary_VR(name) not in moments}


@pytest.mark.slow
def test_no_text_stays_that_is_not_listed_as_known() -> None:
    """Attributes that the table does not name lose their text all the same; only codes and accessories of the machine keep it."""
    texts = {"LO", "SH", "ST", "LT", "UT", "UC", "UR", "AE", "PN"}

    kept = {name for name, outcome in outcomes() if outcome == "kept" and dictionary_VR(name) in texts}

    assert kept == {
        "ApplicatorID", "BeamCurrentModulationID", "BlockTrayID", "CodeMeaning", "CodeValue", "CodingSchemeDesignator",
        "CodingSchemeVersion", "CompensatorID", "FluenceModeID", "GeneralAccessoryID", "LateralSpreadingDeviceID",
        "LateralSpreadingDeviceSetting", "LongCodeValue", "Manufacturer", "MaterialID",
        "RangeModulatorID", "RangeShifterID", "RangeShifterSetting", "ScanSpotTuneID", "SnoutID",
        "TimezoneOffsetFromUTC", "URNCodeValue", "WedgeID",
    }  # fmt: skip


@pytest.mark.slow
def test_nothing_is_empty_that_must_not_be() -> None:
    """Attributes of type 1 keep a value, or go with a sequence that says where a patient is registered or keeps what was hidden."""
    empty = {name for name, outcome in outcomes() if outcome == "empty" and "1" in attributes()[name]}

    paths: dict[str, set[str]] = {}
    for key in OBJECTS:
        for module in standard("iod_module_map")[key]:
            for row in standard("module_attribute_map")[module["key"]]:
                if row["keyword"] in empty and row["type"][0] == "1":
                    above = {one for one in row["path"] if one in ALSO_REMOVED or tag_for_keyword(one) in table()}
                    if not above:
                        paths.setdefault(row["keyword"], set()).add(".".join(row["path"]))
    assert paths == {}


@pytest.mark.parametrize("tag", [0x00100041, 0x50003000, 0x60003000, 0x60204000])
def test_attributes_without_a_keyword_of_ours_are_removed(tag: int) -> None:
    """Gender Identity Sequence, which the dictionary does not know, curves and overlays."""
    plan = make_ion_plan()
    plan.add_new(tag, "LT", "Marker")

    assert tag not in deidentified(plan, KEY)
    assert keyword_for_tag(0x00100041) == ""
