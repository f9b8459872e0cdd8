"""The row tables hold what the statements' fact tables hold, row by row and in their order."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from workbench import iods
from workbench.dicom import spec
from workbench.dicom.spec import Attribute, Iod, Items, Module
from workbench.iods.ocular_rt_image import NESTED_TYPE_1_ON_IMPORT, TYPE_1_ON_IMPORT

Row = dict[str, str]
Line = tuple[str, str, str, str, str]
"""Module, path, tag, VR, type."""

CREATED_TMS = {
    "RT Ion Plan": iods.SESSION_PLAN,
    "RT Ion Beams Treatment Record": iods.MANUAL_RECORD,
    "RT Beams Delivery Instruction RETIRED": iods.DELIVERY_INSTRUCTION,
    "Unified Procedure Step RETIRED": iods.WORKITEM,
}
RECEIVED_TMS = {
    "CT Image": iods.RECEIVED_CT_IMAGE,
    "RT Image": iods.RECEIVED_RT_IMAGE,
    "RT Structure Set": iods.RECEIVED_STRUCTURE_SET,
    "Spatial Registration": iods.RECEIVED_REGISTRATION,
    "RT Ion Plan": iods.RECEIVED_ION_PLAN,
    "RT Ion Beams Treatment Record": iods.RECEIVED_ION_RECORD,
    "RT Beams Delivery Instruction RETIRED": iods.RECEIVED_DELIVERY_INSTRUCTION,
    "Unified Procedure Step RETIRED": iods.RECEIVED_WORKITEM,
}
EXPORT = {"RT Ion Plan": iods.OCULAR_ION_PLAN, "RT Image": iods.OCULAR_RT_IMAGE}


def read(shared: Path, name: str) -> list[Row]:
    """A fact table's rows."""
    with (shared / "conformance" / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def printed(row: Row) -> Line:
    """A row of a fact table as a line to compare."""
    return (row["module"], row["path"], row["tag"], row["vr"], row["type"])


def written(iod: Iod) -> list[tuple[Line, Module, Attribute | Items]]:
    """The rows of an object that its statement lists, as lines to compare."""
    lines = []
    for module, path, row in iod.walk():
        if isinstance(row, Attribute) and row.beyond:
            continue
        tag = spec.tag_of(row.keyword)
        text = f"50xx{tag.element:04X}" if row.keyword in spec.CURVE_ELEMENTS else f"{int(tag):08X}"
        vr = "OB or OW" if row.keyword in spec.GIVEN_VRS else row.vr()
        lines.append(((module.name, path, text, vr, row.type), module, row))
    return lines


def agrees(row: Row, ours: Attribute | Items, direction: str, iod: str) -> bool | None:
    """Whether the rule's word is the table's; None where the table is silent."""
    word = dict(part.partition("=")[::2] for part in row["rule"].split(";")).get(direction) if "export=" in row["rule"] else row["rule"]
    if not word:
        return None
    if word == "container":
        return isinstance(ours, Items) and bool(ours.rows)
    if word.startswith("by_iod:"):
        return f"constant:{dict(one.split('=') for one in word.removeprefix('by_iod:').split('|'))[iod]}" == ours.word()
    return word == ours.word()


def lists(row: Row, ours: Attribute | Items) -> bool | None:
    """Whether the rule lists the values that the table lists; None where it lists none, or one for each object."""
    if not row["values"] or row["rule"].startswith("by_iod:") or isinstance(ours, Items):
        return None
    return set(row["values"].split(";")) == set(ours.rule.listed())


def compare(rows: list[Row], iod: Iod, name: str) -> int:
    """Hold one object against its part of a table; the number of rows proven."""
    ours = written(iod)
    assert [line for line, _, _ in ours] == [printed(row) for row in rows]
    for row, (line, module, attribute) in zip(rows, ours, strict=True):
        assert module.source == row["source_section"], line
        assert agrees(row, attribute, iod.direction, name) in {True, None}, (line, row["rule"], attribute.word())
        assert lists(row, attribute) in {True, None}, (line, row["values"], attribute)
    return len(ours)


@pytest.mark.parametrize(("table", "objects", "expected"), [("tms_created.csv", CREATED_TMS, 281), ("tms_received.csv", RECEIVED_TMS, 333)])
def test_every_row_of_the_tms_statement_is_there_in_its_order(shared: Path, table: str, objects: dict[str, Iod], expected: int) -> None:
    """Module, section, information entity, path, tag, VR, type, rule and values of 281 created and 333 received rows agree."""
    rows = read(shared, table)

    proven = sum(compare([row for row in rows if row["iod"] == name], iod, name) for name, iod in objects.items())
    entities = {(row["iod"], row["module"]): row["ie"] for row in rows}

    assert {row["iod"] for row in rows} == set(objects)
    assert (len(rows), proven) == (expected, expected)
    for name, iod in objects.items():
        assert {module.name: module.ie for module in iod.modules} == {
            module: entity for (of, module), entity in entities.items() if of == name
        }


def test_every_row_of_the_ocular_export_is_there_in_its_order(shared: Path) -> None:
    """The 222 export rows of the ocular statement agree; rows printed for both objects are in both and count once."""
    rows = read(shared, "ocular_export.csv")

    proven = {name: compare([row for row in rows if name in row["iods"].split(";")], iod, name) for name, iod in EXPORT.items()}
    both = sum(1 for row in rows if ";" in row["iods"])

    assert (len(rows), sum(proven.values()) - both) == (222, 222)


def test_every_row_of_the_ocular_import_is_there_in_its_order(shared: Path) -> None:
    """The 14 import rows agree, and the presence rule names the 23 Type 1 attributes of the modules."""
    rows, type_1 = read(shared, "ocular_import.csv"), read(shared, "ocular_import_type1.csv")
    own = tuple(m for m in iods.OCULAR_RT_IMAGE_IMPORT.modules if m not in {*TYPE_1_ON_IMPORT, NESTED_TYPE_1_ON_IMPORT})
    read_iod = Iod("RT Image", (), own, "ocular", "import")
    due_iod = Iod("RT Image", (), TYPE_1_ON_IMPORT, "ocular", "import")

    proven = compare(rows, read_iod, "RT Image")

    assert proven == 14
    assert [line for line, _, _ in written(due_iod)] == [printed(row) for row in type_1]
    assert len(type_1) == 23


def test_rows_beyond_the_statements_are_few_and_say_why() -> None:
    """What we write although no statement lists it is this, and nothing else."""
    beyond = [
        (iod.name, path, row.beyond) for iod in iods.CREATED for _, path, row in iod.walk() if isinstance(row, Attribute) and row.beyond
    ]

    assert [(name, path) for name, path, _ in beyond] == [
        ("RT Ion Plan", "FractionGroupSequence.ReferencedBeamSequence.BeamMeterset"),
        ("RT Ion Beams Treatment Record", "AccessionNumber"),
        ("RT Ion Beams Treatment Record", "TreatmentMachineSequence.TreatmentMachineName"),
        ("RT Ion Beams Treatment Record", "TreatmentMachineSequence.InstitutionName"),
        ("RT Ion Beams Treatment Record", "OperatorsName"),
        ("RT Ion Beams Treatment Record", "SpecificCharacterSet"),
        ("Unified Procedure Step", "SpecificCharacterSet"),
        ("Unified Procedure Step", "ScheduledProcedureStepModificationDateTime"),
        ("Unified Procedure Step", "WorklistLabel"),
        ("RT Image", "PatientOrientation"),
    ]


def test_no_received_object_is_listed_under_two_descriptions() -> None:
    """Each storage class that we receive leads to one description."""
    assert sorted(iods.RECEIVED) == sorted(uid for iod in set(iods.RECEIVED.values()) for uid in iod.sop_class_uids)
