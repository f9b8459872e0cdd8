"""The de-identified export at the very places where both statements have an attribute of plans and records, created and received."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from tests.mapping.test_confidentiality import KEY, VALUES, allowed, table
from workbench import iods
from workbench.dicom import elements, private, uids
from workbench.dicom.spec import Attribute, Iod, Items
from workbench.mapping.deidentified import deidentified

OBJECTS = (iods.SESSION_PLAN, iods.OCULAR_ION_PLAN, iods.RECEIVED_ION_PLAN, iods.MANUAL_RECORD, iods.RECEIVED_ION_RECORD)
TEXTS = {"LO", "SH", "ST", "LT", "UT", "PN"}
DEVIATIONS = {"OperatorsName", "InstitutionName", "DeviceSerialNumber"}
"""Emptied where the profile would have them removed, as ``test_confidentiality`` says."""


def marker(row: Attribute) -> object:
    """A value that can be told from what takes its place; of a class and a character set a real one."""
    if row.keyword.endswith("SOPClassUID"):
        return uids.RT_ION_PLAN
    if row.keyword == "SpecificCharacterSet":
        return "ISO_IR 192"
    return VALUES.get(row.vr(), f"Marker {row.keyword[:9]}")


def placed(iod: Iod) -> Dataset:
    """A data set that has a marker at each place where a row stands."""
    made = Dataset()
    for _, path, row in iod.walk():
        *above, keyword = path.split(".")
        holder = made
        for one in above:
            holder = holder[one].value[0]
        if isinstance(row, Items):
            if keyword not in holder:
                setattr(holder, keyword, [Dataset()])
        elif keyword in private.IMPAC_ATTRIBUTES:
            private.put(holder, keyword, marker(row))
        else:
            setattr(holder, keyword, marker(row))
    made.SOPClassUID = iod.sop_class_uids[0]
    made.PatientID, made.PatientName = "MRN-778899", "Kowalska^Zofia"
    return made


def value(dataset: Dataset, path: str, row: Attribute) -> object:
    """What stands at a place; ``removed`` when it, or a sequence above it, is not there."""
    *above, keyword = path.split(".")
    for one in above:
        if not dataset.get(one):
            return "removed"
        dataset = dataset[one].value[0]
    if keyword in private.IMPAC_ATTRIBUTES:
        tag = private.find(dataset, keyword)
        return "removed" if tag is None else elements.see(dataset, tag, row.vr()).value
    return dataset[keyword].value if keyword in dataset else "removed"


def outcomes(iod: Iod) -> Iterator[tuple[Attribute, str]]:
    """Each row with what became of it: removed, empty, kept or replaced."""
    before = placed(iod)
    after = deidentified(before, KEY)
    for _, path, row in iod.walk():
        if isinstance(row, Attribute):
            now = value(after, path, row)
            is_kept = now == value(before, path, row)
            yield row, "removed" if now == "removed" else "empty" if now in (None, "") else "kept" if is_kept else "replaced"


def expected(row: Attribute) -> set[str]:
    """What may become of a row: by the profile's table, its dates option, and for all else by its kind."""
    vr, action = row.vr(), table().get(int(tag_for_keyword(row.keyword) or 0))
    if vr == "TM" or row.keyword.endswith("SOPClassUID"):
        return {"kept"}
    if vr in {"DA", "DT"} and row.keyword != "PatientBirthDate":
        return {"replaced"}
    if row.keyword in DEVIATIONS:
        return {"empty"}
    if action is not None:
        return allowed(action, row.type[:1])
    return {"empty", "replaced"} if vr in TEXTS and row.keyword not in ACCESSORIES else {"kept"}


ACCESSORIES = {
    "ApplicatorID", "BeamCurrentModulationID", "BlockTrayID", "CompensatorID", "IMPAC_BeamLineDataTableVersion", "LateralSpreadingDeviceID",
    "LateralSpreadingDeviceSetting", "Manufacturer", "MaterialID", "RangeModulatorID", "RangeShifterID", "RangeShifterSetting",
    "ScanSpotTuneID", "SnoutID", "WedgeID",
}  # fmt: skip
"""Text that says nothing of anybody."""


@pytest.mark.parametrize("iod", OBJECTS, ids=lambda one: f"{one.statement} {one.direction} {one.name}")
def test_each_row_of_our_statements_gets_what_the_profile_asks(iod: Iod) -> None:
    """Row by row at its own place; a row of type 1 keeps or gets a value."""
    told = list(outcomes(iod))

    assert len(told) > 40
    assert {(row.keyword, outcome) for row, outcome in told if outcome not in expected(row)} == set()
    assert {row.keyword for row, outcome in told if row.type == "1" and outcome in {"empty", "removed"}} == set()
