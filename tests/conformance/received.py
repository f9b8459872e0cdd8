"""The proof of one row of a received object: objects made from the tables alone, and what `check` says when the row is broken.

An object is whole when it has every row of its table. From it others are made in which conditions hold or do not; each is named
by what it lacks or has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from tests.conformance.exceptions import one_sided
from tests.conformance.places import places
from tests.conformance.tables import Row, attributes, read
from workbench.conformance.objects import OBJECTS, printed_name
from workbench.dicom.check import Finding, Severity, check
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Iod
from workbench.settings import TMS_AS_STATED

SAMPLES = {
    "AE": "DEVICE", "AS": "050Y", "CS": "TERM", "DA": "20240603", "DS": "1.5", "DT": "20240603081500", "FD": 1.5, "FL": 1.5, "IS": "1",
    "LO": "text", "LT": "text", "OB": b"\0\1", "OW": b"\0\1", "OB or OW": b"\0\1", "PN": "Doe^Jane", "SH": "text", "SS": 1, "ST": "text",
    "TM": "081500", "UI": "2.25.7", "UL": 1, "US": 1, "UT": "text",
}  # fmt: skip
"""VR → a valid value."""
BROKEN = {
    "AE": "TOO LONG FOR AN AE TITLE", "CS": "lower case", "DA": "3 June", "DS": "one", "DT": "3 June", "IS": "one", "LO": "x" * 65,
    "PN": "x" * 65, "SH": "x" * 17, "ST": "x" * 1025, "TM": "noon", "UI": "2.25.x",
}  # fmt: skip
"""VR of text → a value that breaks it; of numbers every value of the right length is valid, so the length is broken."""
ANYTHING = frozenset({"SQ", "OB or OW"})
"""VRs of which no value is wrong as such: items are judged by their rows, bytes are bytes."""
VALUES: dict[str, object] = {
    "ScanMode": "MODULATED",
    "RangeModulatorType": "WHL_MODWEIGHTS",
    "FrameOfReferenceTransformationMatrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    "TreatmentDeliveryType": None,
}
"""Attribute → value, where its condition or its form wants another than the sample; None: the last of those listed."""
Change = Callable[[Dataset], None]


def beam(plan: Dataset) -> Dataset:
    """The first beam of a plan."""
    return plan.IonBeamSequence[0]  # type: ignore[no-any-return]


def without(path: str, keyword: str) -> Change:
    """The attribute is absent from every item of the sequence; from the data set when no path is given."""

    def change(dataset: Dataset) -> None:
        for place in places(dataset, f"{path}.{keyword}" if path else keyword, f"{Tag(keyword).json_key}"):
            if keyword in place.holder:
                del place.holder[keyword]

    return change


def setting(path: str, keyword: str, value: object) -> Change:
    """The attribute has this value in every item of the sequence."""

    def change(dataset: Dataset) -> None:
        for place in places(dataset, f"{path}.{keyword}" if path else keyword, f"{Tag(keyword).json_key}"):
            setattr(place.holder, keyword, value)

    return change


def with_partial_wedge(plan: Dataset) -> None:
    """The plan says that its wedge does not cover the field."""
    wedge = Dataset()
    wedge.WedgeNumber, wedge.WedgeType = 1, "PARTIAL_STANDARD"
    beam(plan).IonWedgeSequence = Sequence([wedge])


def with_second_point(path: str) -> Change:
    """There is another control point after the first, equal to it."""

    def change(dataset: Dataset) -> None:
        above, _, keyword = path.rpartition(".")
        for place in places(dataset, f"{above}.{keyword}", f"{Tag(keyword).json_key}"):
            points = place.holder[keyword].value
            points.append(deepcopy(points[0]))

    return change


ION_BEAM, RECORDED = "IonBeamSequence", "TreatmentSessionIonBeamSequence"
NUMBERS = "NumberOfWedges NumberOfCompensators NumberOfBoli NumberOfBlocks NumberOfRangeShifters NumberOfLateralSpreadingDevices"
VARIANTS: dict[str, tuple[Change, ...]] = {
    "CT Image": (setting("", "PatientOrientationCodeSequence", Sequence([Dataset()])),),
    "RT Image": (setting("", "IsocenterPosition", [0, 0, 0]), setting("", "PixelDataProviderURL", "https://example.org")),
    "Spatial Registration": (
        without("RegistrationSequence", "FrameOfReferenceUID"),
        without("RegistrationSequence", "ReferencedImageSequence"),
    ),
    "RT Ion Plan": (
        with_partial_wedge,
        with_second_point(f"{ION_BEAM}.IonControlPointSequence"),
        setting("PatientSetupSequence", "PatientAdditionalPosition", "sitting"),
        setting("FractionGroupSequence", "NumberOfBeams", 0),
        setting(ION_BEAM, "ScanMode", "NONE"),
        setting(f"{ION_BEAM}.RangeModulatorSequence", "RangeModulatorType", "FIXED"),
        *(setting(ION_BEAM, keyword, 0) for keyword in (*NUMBERS.split(), "NumberOfRangeModulators")),
    ),
    "RT Ion Beams Treatment Record": (
        with_second_point(f"{RECORDED}.IonControlPointDeliverySequence"),
        setting(RECORDED, "NumberOfCompensators", 0),
    ),
    "RT Beams Delivery Instruction RETIRED": (setting("BeamTaskSequence", "TreatmentDeliveryType", "TREATMENT"),),
}
"""Object → what makes a condition hold, or not."""


def lacks(row: Row) -> list[str]:
    """What the row lacks to be proven; nothing when it is."""
    return list(_lacks(row))


def _lacks(row: Row) -> Iterator[str]:
    iod, dataset = _iod(row), whole(row["direction"], row["iod"])
    found = [place for place in places(dataset, row["path"], row["tag"]) if place.element is not None]
    if not found:
        yield "stands nowhere in the whole object"
        return
    place = found[0]
    if _error(iod, dataset, place.path):
        yield f"the whole object has an error at {place.path}"
    yield from _typed(row, iod, dataset)
    if not _error_with(iod, dataset, row, _other_vr(row), "vr"):
        yield "another VR is not found"
    if row["vr"] not in ANYTHING and not _error_with(iod, dataset, row, _invalid(row), "undecodable"):
        yield "a value that breaks its VR is not found"
    if row["rule"] == "enum":
        wrong = DataElement(Tag(row["tag"]), row["vr"], "OTHER")
        if not _error_with(iod, dataset, row, wrong, "value", Scope({"identity": TMS_AS_STATED})):
            yield "a value that is not listed is not found"
    if row["rule"].startswith("match:"):
        yield from _matched(row, iod, dataset)


def _typed(row: Row, iod: Iod, dataset: Dataset) -> Iterator[str]:
    """Presence and value as the type demands them."""
    key = (row["direction"], row["iod"], row["path"])
    severities = {Severity.ERROR, Severity.WARNING} if row["direction"] == "import" and row["type"] == "2" else {Severity.ERROR}
    missed = {one is not None for one in _removals(row, iod, dataset, severities)}
    wanted = {"1": {True}, "2": {True}, "3": {False}, "": {False}, "1C": {True, False}, "2C": {True, False}}[row["type"]]
    if missed != wanted and not (key in one_sided() and len(missed) == 1):
        yield f"its absence is an error {'always' if missed == {True} else 'never' if missed == {False} else 'sometimes'}"
    empty = DataElement(Tag(row["tag"]), "SQ" if row["vr"] == "SQ" else row["vr"].split(" or ")[-1], None)
    if row["type"] in {"1", "1C"} and not _error_with(iod, dataset, row, empty, "empty"):
        yield "an empty value is not found"


def _removals(row: Row, iod: Iod, dataset: Dataset, severities: set[Severity]) -> Iterator[Finding | None]:
    """What is found when the row is absent, in the whole object and, for a conditional row, in each variant."""
    others = variants(row["direction"], row["iod"]) if row["type"] in {"1C", "2C"} else ()
    for altered in (dataset, *others):
        for place in list(places(altered, row["path"], row["tag"])):
            if place.element is None:
                continue
            element = place.holder[place.element.tag]
            del place.holder[element.tag]
            found = [one for one in check(iod, altered) if one.severity in severities and (one.path, one.code) == (place.path, "missing")]
            place.holder[element.tag] = element
            yield found[0] if found else None


def _matched(row: Row, iod: Iod, dataset: Dataset) -> Iterator[str]:
    """Patient ID is compared without regard to case; another one is for the user to judge."""
    own = str(dataset[Tag(row["tag"])].value)
    codes = {
        expected: [(one.severity, one.code) for one in check(iod, dataset, Scope({"patient_id": expected})) if one.path == row["path"]]
        for expected in (own, own.swapcase(), "somebody else")
    }
    if codes[own] or codes[own.swapcase()]:
        yield "the same Patient ID in other letter case is named"
    if codes["somebody else"] != [(Severity.WARNING, "value")]:
        yield "another Patient ID is no warning"


@cache
def whole(direction: str, name: str) -> Dataset:
    """An object with every row of its table, and for the import with every attribute that must be there."""
    rows = [row for statement in ("tms", "ocular") for row in _table(statement, direction) if row["iod"] == name]
    if direction == "import":
        rows += [{**row, "iod": name, "rule": "", "values": ""} for row in read("ocular_import_type1.csv")]
    dataset = Dataset()
    for row in rows:
        _put(dataset, row)
    dataset.SOPClassUID = next(iod for iod in OBJECTS if (iod.direction, printed_name(iod)) == (direction, name)).sop_class_uids[0]
    return dataset


@cache
def variants(direction: str, name: str) -> tuple[Dataset, ...]:
    """The whole object as each of its variants has it."""
    made = tuple(deepcopy(whole(direction, name)) for _ in VARIANTS.get(name, ()))
    for dataset, change in zip(made, VARIANTS.get(name, ()), strict=True):
        change(dataset)
    return made


def _table(statement: str, direction: str) -> list[Row]:
    known = {("tms", "received"), ("ocular", "import")}
    return attributes(statement, direction) if (statement, direction) in known else []


def _put(dataset: Dataset, row: Row) -> None:
    *above, keyword = row["path"].split(".")
    for sequence in above:
        dataset = dataset[sequence].value[0]
    if row["vr"] == "SQ":
        setattr(dataset, keyword, Sequence([Dataset()]))
        return
    listed = row["values"].split(";") if row["values"] and row["rule"] == "enum" else []
    value = VALUES.get(keyword) or (listed[-1] if keyword in VALUES and listed else listed[0] if listed else SAMPLES[row["vr"]])
    tag = Tag(row["tag"])
    dataset[tag] = DataElement(tag, row["vr"].split(" or ")[-1], value)


def _iod(row: Row) -> Iod:
    return next(iod for iod in OBJECTS if (iod.direction, printed_name(iod)) == (row["direction"], row["iod"]))


@contextmanager
def _standing(dataset: Dataset, row: Row, element: DataElement | RawDataElement) -> Iterator[str]:
    """The element in the row's first place as long as this lasts; its path. Copies of whole objects would cost most of the proof's time."""
    place = next(places(dataset, row["path"], row["tag"]))
    assert place.element is not None
    place.holder._dict[element.tag] = element
    try:
        yield place.path
    finally:
        place.holder._dict[place.element.tag] = place.element


def _other_vr(row: Row) -> DataElement:
    return DataElement(Tag(row["tag"]), "LT", "other")


def _invalid(row: Row) -> DataElement | RawDataElement:
    tag = Tag(row["tag"])
    if row["vr"] in BROKEN:
        raw = BROKEN[row["vr"]].encode("ascii")
        return RawDataElement(tag, row["vr"], len(raw), raw, 0, False, True)
    return RawDataElement(tag, row["vr"].split(" or ")[-1], 3, b"\0\1\2", 0, False, True)


def _error(iod: Iod, dataset: Dataset, path: str, code: str = "", scope: Scope | None = None) -> bool:
    found = [one for one in check(iod, dataset, scope) if one.severity is Severity.ERROR and one.path == path]
    return any(one.code == code for one in found) if code else bool(found)


def _error_with(iod: Iod, dataset: Dataset, row: Row, element: DataElement | RawDataElement, code: str, scope: Scope | None = None) -> bool:
    """Whether this element in the row's place is an error of this kind."""
    with _standing(dataset, row, element) as path:
        return _error(iod, dataset, path, code, scope)
