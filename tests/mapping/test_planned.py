"""What deliveries are compared with, read from plans: bytes put together by hand, and a plan of another vendor."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mapping.written import element
from workbench.dicom import part10, reading, uids
from workbench.errors import Refused
from workbench.mapping.planned import read_planned
from workbench.treatment.planned import MachineSettings, PlannedBeam

UID = element(0x00080018, "UI", "1.2.840.99.5")


def referenced(beam: str, meterset: str) -> bytes:
    """A beam of a fraction group."""
    return element(0x300C0006, "IS", beam) + element(0x300A0086, "DS", meterset)


def group(fractions: str, *beams: bytes) -> bytes:
    """A fraction group."""
    return element(0x300A0078, "IS", fractions) + element(0x300C0004, "SQ", list(beams))


def photon_plan(*beams: bytes, groups: list[bytes], tables: list[bytes]) -> bytes:
    """An RT Plan in Explicit VR Little Endian."""
    return UID + element(0x300A0040, "SQ", tables) + element(0x300A0070, "SQ", groups) + element(0x300A00B0, "SQ", list(beams))


def read(data: bytes) -> tuple[PlannedBeam, ...]:
    """The beams in these bytes."""
    return read_planned(reading.read(data, uids.EXPLICIT_LITTLE))


def test_a_photon_plan_is_read_by_its_own_sequences() -> None:
    """Beam 2 with 150.5 MU in five fractions of the second group, by tolerance table 7; beam 9 is in no group and refers to no table."""
    point = element(0x300A0114, "DS", "6") + element(0x300A011E, "DS", "270") + element(0x300A0122, "DS", "355")
    beams = (
        element(0x300A00C0, "IS", "2")
        + element(0x300A00C2, "LO", "LAO")
        + element(0x300A00CE, "CS", "TREATMENT")
        + element(0x300C00A0, "IS", "7")
        + element(0x300A0111, "SQ", [point, b""]),
        element(0x300A00C0, "IS", "9"),
    )
    table = element(0x300A0042, "IS", "7") + element(0x300A0044, "DS", "0.5") + element(0x300A0051, "DS", "2.5")
    groups = [group("30", referenced("1", "99")), group("5", referenced("2", "150.5"))]

    assert read(photon_plan(*beams, groups=groups, tables=[table])) == (
        PlannedBeam(
            number=2,
            name="LAO",
            delivery_type="TREATMENT",
            fractions_planned=5,
            planned_mu=150.5,
            control_points=2,
            energy_mev=6.0,
            first=MachineSettings(gantry_deg=270.0, support_angle_deg=355.0),
            tolerance_table=7,
            tolerances=MachineSettings(gantry_deg=0.5, support_vertical_mm=2.5),
        ),
        PlannedBeam(number=9, name="9"),
    )


def test_a_beam_of_a_table_that_is_not_there_has_no_tolerances() -> None:
    """The number is kept, so that it can be seen that the table is missing."""
    beam = element(0x300A00C0, "IS", "1") + element(0x300C00A0, "IS", "3")

    (found,) = read(photon_plan(beam, groups=[], tables=[]))

    assert (found.tolerance_table, found.tolerances) == (3, MachineSettings())


def test_what_cannot_be_read_is_refused_by_plan_and_place() -> None:
    """A beam number that is no number."""
    with pytest.raises(Refused, match=r"^plan 1.2.840.99.5: beam item 0: BeamNumber: found 'one', expected a number$"):
        read(photon_plan(element(0x300A00C0, "LO", "one"), groups=[], tables=[]))


def test_a_plan_of_another_vendor_is_read(shared: Path) -> None:
    """Four treatment fields and their metersets are as the file's own elements say, read by pydicom."""
    file = part10.read_file(shared / "data" / "ion_plans" / "aria_four_field_qa.dcm")
    dataset = file.dataset()

    found = read_planned(file.read())

    metersets = {int(one.ReferencedBeamNumber): one.get("BeamMeterset") for one in dataset.FractionGroupSequence[0].ReferencedBeamSequence}
    assert [(one.number, one.name, one.planned_mu) for one in found] == [
        (int(one.BeamNumber), one.BeamName, None if metersets.get(int(one.BeamNumber)) is None else float(metersets[int(one.BeamNumber)]))
        for one in dataset.IonBeamSequence
    ]
    assert [one.first.gantry_deg for one in found] == [float(one.IonControlPointSequence[0].GantryAngle) for one in dataset.IonBeamSequence]
