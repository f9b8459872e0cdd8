"""Objects held against the rows that fit them: each finding at its row, beside the rows that are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_ion_plan, make_record
from tests.factories import CountedUids, make_plan
from workbench.bench import Workbench
from workbench.conformance.checking import CheckedRow, Result, check_file, check_object
from workbench.conformance.objects import Direction
from workbench.dicom import part10, uids
from workbench.dicom.findings import Finding, Severity
from workbench.dicom.scope import Scope
from workbench.errors import Refused
from workbench.iods.dialect import Dialect
from workbench.mapping.dialects import spoken
from workbench.mapping.ocular_plans import export
from workbench.settings import OWN


def at(path: str, rows: tuple[CheckedRow, ...]) -> list[CheckedRow]:
    """The rows at one place."""
    return [row for row in rows if row.path == path]


def test_a_damaged_value_is_found_at_its_row() -> None:
    """Of two slices one lacks a value of type 1: the row says what was found, expected, and why it fails."""
    plan = make_ion_plan()

    good, bad = (check_object(part10.encoded(make_ct(plan, **changes))) for changes in ({}, {"Modality": ""}))

    assert (good.result, good.objections) == (Result.PASS, ())
    assert [(row.path, row.result, row.code) for row in bad.objections] == [("Modality", Result.FAIL, "empty")]
    (row,) = at("Modality", bad.rows)
    assert (row.tag, row.name, row.vr, row.type, row.found) == ("00080060", "Modality", "CS", "1", "")
    assert row.finding.startswith("type 1 without a value")
    assert bad.result is Result.FAIL


def test_the_table_is_found_by_class_and_can_be_chosen() -> None:
    """An RT Ion Plan is held against what is received, else against what is exported; the others are counted beside."""
    plan = part10.encoded(export(make_plan(), uid_source=CountedUids(), identity=OWN).plan)

    received, exported = check_object(plan), check_object(plan, Direction.EXPORT)

    assert (received.direction, received.statement, received.iod) == (Direction.RECEIVED, "tms", "RT Ion Plan")
    assert (exported.direction, exported.statement, exported.iod) == (Direction.EXPORT, "ocular", "RT Ion Plan")
    assert list(received.others) == [Direction.EXPORT, Direction.CREATED]
    assert list(exported.others) == [Direction.RECEIVED, Direction.CREATED]
    assert received.sop_class == "RT Ion Plan Storage"


def test_a_row_stands_once_for_each_item() -> None:
    """Two beams, one without a name: the row of Beam Name fails in the second item and passes in the first."""
    plan = make_ion_plan(metersets_mu={1: 40.0, 2: 30.0})
    del plan.IonBeamSequence[1].BeamName

    report = check_object(part10.encoded(plan))

    names = [(row.path, row.result) for row in report.rows if row.tag == "300A00C2"]
    assert names == [("IonBeamSequence[0].BeamName", Result.PASS), ("IonBeamSequence[1].BeamName", Result.FAIL)]


def test_curves_and_private_attributes_are_at_their_rows() -> None:
    """Curve groups by number, the private field diameter with the number that was written: 2.8 cm about a square of 10 mm, in any block."""
    exported = export(make_plan(), uid_source=CountedUids(), identity=OWN)

    image = check_object(part10.encoded(exported.images[0]), Direction.EXPORT)
    plan = check_object(part10.encoded(exported.plan), Direction.EXPORT)

    curves = [row.path for row in image.rows if row.tag[:2] == "50" and row.name == "Type of Data"]
    assert curves == [f"Curve[{0x5000 + 2 * index:04X}].TypeOfData" for index in range(len(curves))]
    assert curves
    (diameter,) = at("IonBeamSequence[0].IMPAC_MaximumCollimatedFieldDiameter", plan.rows)
    # The square of the factory reaches 10 mm to each side: its corners lie on a circle of 20 mm times the root of 2.
    assert (diameter.name, diameter.vr, diameter.found) == ("Maximum Collimated Field Diameter (private)", "FL", "2.828427")


def test_what_is_not_there_and_need_not_be_is_one_row() -> None:
    """A conditional attribute whose condition does not hold is neither pass nor fail."""
    plan = make_ion_plan()
    del plan.PatientSetupSequence

    report = check_object(part10.encoded(plan))

    rows = [row for row in report.rows if row.path == "PatientSetupSequence"]
    assert [(row.result, row.found) for row in rows] == [(Result.FAIL if row.type in {"1", "2"} else Result.ABSENT, "") for row in rows]
    assert rows


def test_what_no_row_lists_comes_after_the_rows() -> None:
    """An attribute that the export does not know is a note at the end, with its value."""
    plan = export(make_plan(), uid_source=CountedUids(), identity=OWN).plan
    plan.InstitutionName = "Clinic"

    report = check_object(part10.encoded(plan), Direction.EXPORT)

    last = report.rows[-1]
    assert (last.module, last.path, last.name, last.found, last.result, last.code) == (
        "no row", "InstitutionName", "Institution Name", "Clinic", Result.NOTE, "unlisted",
    )  # fmt: skip


def test_a_file_of_the_wrong_transfer_syntax_is_told_so_as_a_whole() -> None:
    """Exported files are Implicit VR Little Endian; the finding is at no row."""
    plan = part10.encoded(export(make_plan(), uid_source=CountedUids(), identity=OWN).plan, uids.EXPLICIT_LITTLE)

    report = check_object(plan, Direction.EXPORT)

    (row,) = report.objections
    assert (row.module, row.path, row.tag, row.result) == ("no row", "TransferSyntaxUID", "00020010", Result.FAIL)


def test_a_record_is_compared_with_its_plan() -> None:
    """Given the plan, a beam that the plan calls otherwise is a warning at its row."""
    plan = make_ion_plan()
    record = make_record(plan)
    record.TreatmentSessionIonBeamSequence[0].BeamName = "another"

    alone, beside = (check_object(part10.encoded(record), scope=scope) for scope in (None, Scope({"plan": plan})))

    path = "TreatmentSessionIonBeamSequence[0].BeamName"
    assert [row.result for row in at(path, alone.rows)] == [Result.NOTE]
    assert [(row.path, row.result) for row in beside.objections] == [(path, Result.WARN)]
    assert at(path, beside.rows)[0].expected == "compared with Beam Name of the plan's beam"


def test_rows_say_neither_more_nor_less_than_the_findings() -> None:
    """Every finding on a plan with faults stands at one row or more, and no row fails without one."""
    plan = make_ion_plan(PatientPosition="UPRIGHT")
    del plan.IonBeamSequence[0].BeamName
    plan.IonBeamSequence[0].RadiationType = "NEUTRINO"

    report = check_object(part10.encoded(plan))

    assert len([one for one in report.findings if one.severity is Severity.ERROR]) >= 2
    assert {(row.path, row.code, row.finding) for row in report.rows if row.finding} == {_told(one) for one in report.findings}


@pytest.mark.slow
def test_a_damaged_file_is_refused_or_judged_and_nothing_else() -> None:
    """Of 150 plans and records with bytes overwritten each is refused as a file, or its rows tell exactly what the findings do."""
    random = Random(20240603)
    plan = make_ion_plan()
    objects = [part10.encoded(one) for one in (plan, make_record(plan))]
    judged = 0

    for _ in range(150):
        instance = random.choice([*objects, *(one.transcoded(uids.EXPLICIT_LITTLE) for one in objects)])
        data = bytearray(instance.data)
        for _place in range(random.choice((1, 1, 3))):
            data[random.randrange(len(data))] = random.choice((0, 0x20, 0x5C, random.randrange(0x80)))
        try:
            report = check_object(replace(instance, data=bytes(data)))
        except Refused:
            continue
        judged += 1
        assert {(row.path, row.code, row.finding) for row in report.rows if row.finding} == {_told(one) for one in report.findings}

    assert judged > 50


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.path, finding.code, finding.message


def test_objects_of_the_final_text_are_held_against_its_rows(bench: Workbench) -> None:
    """A workitem and an instruction as a peer of the final text has them: both pass, and the Trial's readiness is missed in its place."""
    bench.check_in(bench.add_plan(make_plan(setup_images=())), meterset_mu={1: 40.0})
    (trial,) = (part10.decode(one.dataset, uids.EXPLICIT_LITTLE) for one in bench.workitems())
    (instruction,) = (one.uid for one in bench.objects() if one.sop_class_uid == uids.TRIAL_DELIVERY_INSTRUCTION)
    unready = spoken(trial, Dialect.FINAL)
    del unready.InputReadinessState

    workitem = check_object(part10.encoded(spoken(trial, Dialect.FINAL)))
    asked = check_object(part10.encoded(bench.dataset(instruction)).as_class(uids.DELIVERY_INSTRUCTION), Direction.CREATED)
    broken = check_object(part10.encoded(unready))

    assert (workitem.iod, workitem.direction, workitem.objections) == (
        "Unified Procedure Step of the final text",
        Direction.RECEIVED,
        (),
    )
    assert list(workitem.others) == [Direction.CREATED]
    assert (asked.iod, asked.direction, asked.objections) == ("RT Beams Delivery Instruction of the final text", Direction.CREATED, ())
    assert [(row.path, row.code) for row in broken.objections] == [("InputReadinessState", "missing")]


def test_no_table_has_the_class(tmp_path: Path) -> None:
    """Neither by itself nor when a table is named; and a text is no DICOM file."""
    mr = part10.encoded(make_ct(make_ion_plan(), SOPClassUID="1.2.840.10008.5.1.4.1.1.4"))
    (tmp_path / "text.dcm").write_text("text")

    with pytest.raises(Refused, match="found MR Image Storage, expected one that a table of the statements has"):
        check_object(mr)
    with pytest.raises(Refused, match=r"found 1\.2\.840\.10008\.5\.1\.4\.1\.1\.4, expected one that is created"):
        check_object(mr, Direction.CREATED)
    with pytest.raises(Refused, match="expected a DICOM file"):
        check_file(tmp_path / "text.dcm")


def test_a_report_shows_itself_in_a_line_and_as_a_table() -> None:
    """Its result and counts in words; only the rows to look at in the table, their text escaped."""
    ct: Dataset = make_ct(make_ion_plan(), Modality="<b>")

    report = check_object(part10.encoded(ct))

    assert repr(report).startswith("<Report of CT Image, received: fail (")
    assert "&lt;b&gt;" in report._repr_html_()
    assert '<td style="text-align:left">Modality</td>' in report._repr_html_()
