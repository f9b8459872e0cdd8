"""Answers over what several makers wrote: files put together byte by byte, and what follows from them by the tables of PS3.3.

Patient X7 has a plan of three fractions of 40 + 20 MU. Maker A stopped beam 1 at 12.5 MU and says so in its own zone. Maker B continued
it two hours to the east, tells the meterset of beam and control points along the whole beam, and writes its points last things first and
without index. Maker C delivered beam 2 in two pieces of one record. A later record has no fraction. Patient Y8 was treated with photons.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.mapping.written import element, implicit, part10
from tests.records.answers.frames import rows
from workbench.dicom import uids
from workbench.records import Records, scan

ION_PLAN, PHOTON_PLAN = "1.2.840.10008.5.1.4.1.1.481.8", "1.2.840.10008.5.1.4.1.1.481.5"
ION_RECORD, PHOTON_RECORD = "1.2.840.10008.5.1.4.1.1.481.9", "1.2.840.10008.5.1.4.1.1.481.4"
PLAN_UID = "1.2.826.77.1"


def point(clock: str, delivered: str, *, index: str = "") -> bytes:
    """A control point on 3 June 2024."""
    moment = element(0x30080024, "DA", "20240603") + element(0x30080025, "TM", clock)
    return moment + element(0x30080044, "DS", delivered) + (element(0x300C00F0, "IS", index) if index else b"")


def delivered(beam: str, mu: str, *points: bytes, kind: str = "TREATMENT", ended: str = "NORMAL", fraction: str = "1") -> bytes:
    """A delivered beam of an ion record."""
    return (
        (element(0x30080022, "IS", fraction) if fraction else b"")
        + element(0x3008002A, "CS", ended)
        + element(0x30080036, "DS", mu)
        + element(0x30080041, "SQ", list(points))
        + element(0x300A00CE, "CS", kind)
        + element(0x300C0006, "IS", beam)
    )


def write(folder: Path, sop_class: str, uid: str, *parts: bytes, patient: str = "X7", offset: str = "") -> None:
    """A file in Explicit VR Little Endian; without an offset its times are meant in the zone of the reader."""
    data = (
        element(0x00080016, "UI", sop_class)
        + element(0x00080018, "UI", uid)
        + (element(0x00080201, "SH", offset) if offset else b"")
        + element(0x00100020, "LO", patient)
        + b"".join(parts)
    )
    (folder / f"{uid}.any").write_bytes(part10(data, sop_class=sop_class, uid=uid, transfer_syntax=uids.EXPLICIT_LITTLE))


def of_plan(*beams: bytes) -> tuple[bytes, bytes]:
    """What an ion record says of its plan and its beams."""
    return element(0x30080021, "SQ", list(beams)), element(0x300C0002, "SQ", [element(0x00081155, "UI", PLAN_UID)])


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """What a scan finds, its reader being where it is universal time."""
    folder = tmp_path_factory.mktemp("odd")
    metersets = [element(0x300A0086, "DS", mu) + element(0x300C0006, "IS", beam) for beam, mu in (("1", "40"), ("2", "20"))]
    group = element(0x300A0078, "IS", "3") + element(0x300C0004, "SQ", metersets)
    planned = [element(0x300A00C0, "IS", beam) + element(0x300A00C2, "LO", name) for beam, name in (("1", "A"), ("2", "B"))]
    label, groups = element(0x300A0002, "SH", "EYE"), element(0x300A0070, "SQ", [group])
    write(folder, ION_PLAN, PLAN_UID, label, groups, element(0x300A03A2, "SQ", planned))
    stopped = delivered("1", "12.5", point("081700", "0", index="0"), point("081725", "12.5", index="1"), ended="OPERATOR")
    write(folder, ION_RECORD, "1.2.826.77.2", *of_plan(stopped), offset="+0200")
    cumulative = delivered("1", "40", point("102255", "40"), point("102200", "12.5"), kind="CONTINUATION")
    write(folder, ION_RECORD, "1.2.826.77.3", *of_plan(cumulative), offset="+0400")
    pieces = (
        delivered("2", "8", point("063000", "0", index="0"), point("063016", "8", index="1"), ended="MACHINE"),
        delivered("2", "12", point("063100", "8", index="0"), point("063124", "20", index="1"), kind="CONTINUATION"),
    )
    write(folder, ION_RECORD, "1.2.826.77.4", *of_plan(*pieces))
    write(folder, ION_RECORD, "1.2.826.77.5", *of_plan(delivered("1", "40", point("120000", "0"), point("120040", "40"), fraction="")))
    write_photons(folder)
    with scan(folder, zone=UTC, processes=1) as found:
        yield found


def write_photons(folder: Path) -> None:
    """A photon plan of 100 MU and its record in Implicit VR; of a second record the beam has no number, which it may leave out."""
    plan_uid = "1.2.826.78.1"
    group = element(0x300A0078, "IS", "1") + element(0x300C0004, "SQ", [element(0x300A0086, "DS", "100") + element(0x300C0006, "IS", "1")])
    beam = element(0x300A00C0, "IS", "1") + element(0x300A00C2, "LO", "AP")
    label, groups = element(0x300A0002, "SH", "CHEST"), element(0x300A0070, "SQ", [group])
    write(folder, PHOTON_PLAN, plan_uid, label, groups, element(0x300A00B0, "SQ", [beam]), patient="Y8")
    for uid, number in (("1.2.826.78.2", implicit(0x300C0006, "1")), ("1.2.826.78.3", b"")):
        told = implicit(0x30080022, "1") + implicit(0x30080036, "100") + number
        data = (
            implicit(0x00080016, PHOTON_RECORD)
            + implicit(0x00080018, uid)
            + implicit(0x00100020, "Y8")
            + implicit(0x30080020, [told])
            + implicit(0x300C0002, [implicit(0x00081155, plan_uid)])
        )
        whole = part10(data, sop_class=PHOTON_RECORD, uid=uid, transfer_syntax=uids.IMPLICIT_LITTLE)
        (folder / f"{uid}.any").write_bytes(whole)


def test_every_file_is_read_and_can_be_traced(records: Records) -> None:
    """Eight files, none unreadable; each row names its file and its record."""
    beams = records.beams()

    assert (len(records.files()), len(records.unreadable()), len(beams)) == (8, 0, 7)
    assert all(Path(file).stem == uid for file, uid in zip(beams["file"], beams["record_uid"], strict=True))


def test_deliveries_of_three_makers_are_two_treatments(records: Records) -> None:
    """12.5 + 27.5 MU from 06:17:00 to 06:22:55 UTC, 25 + 55 s of beam; 8 + 12 MU from 06:30:00 to 06:31:24, 16 + 24 s of beam."""
    told = ("beam", "deliveries", "interruptions", "is_finished", "delivered_mu", "started_at", "beam_on_s", "paused_s", "chain")

    assert rows(records.answers.treatments(patient_id="X7"), *told) == [
        (
            1, 2, 1, True, 40.0, datetime(2024, 6, 3, 6, 17, tzinfo=UTC), 80.0, 275.0,
            "TREATMENT 12.5 MU OPERATOR → CONTINUATION 27.5 MU NORMAL",
        ),
        (
            2, 2, 1, True, 20.0, datetime(2024, 6, 3, 6, 30, tzinfo=UTC), 40.0, 44.0,
            "TREATMENT 8.0 MU MACHINE → CONTINUATION 12.0 MU NORMAL",
        ),
    ]  # fmt: skip


def test_what_cannot_be_placed_or_counted_is_explained(records: Records) -> None:
    """40 MU of no fraction and 100 MU of no beam count for nothing, and are said to."""
    assert rows(records.answers.irregularities(), "patient_id", "kind", "sentence") == [
        ("X7", "unplaced", "A record of 40.0 MU of beam 1 names no fraction; it counts for none."),
        ("Y8", "missing", "A record names no beam; nothing of it can be counted."),
    ]


def test_courses_of_both_radiations_are_counted(records: Records) -> None:
    """One of three fractions, and the only one; which is due for X7 is left to the user, as a record names no fraction."""
    told = ("patient_id", "plan_label", "fractions_planned", "fractions_finished", "next_fraction", "state", "delivered_mu")

    assert rows(records.answers.progress(), *told) == [
        ("X7", "EYE", 3, 1, None, "undecided", 60.0),
        ("Y8", "CHEST", 1, 1, None, "complete", 100.0),
    ]
    compared = records.answers.planned_versus_delivered(patient_id="Y8")
    assert rows(compared, "quantity", "planned", "delivered", "result") == [("meterset", 100.0, 100.0, "pass")]


def test_every_other_answer_takes_them_too(records: Records) -> None:
    """Terminations of six deliveries that count, and beam times of each session's records; nobody told of a setup."""
    by_patient = records.answers.terminations(by="patient_id")

    assert rows(by_patient, "group", "termination", "deliveries") == [
        ("X7", "MACHINE", 1),
        ("X7", "NORMAL", 2),
        ("X7", "OPERATOR", 1),
        ("Y8", "UNKNOWN", 1),
    ]
    assert records.answers.timing(patient_id="X7")["beam_on_s"].tolist() == [120.0, 40.0]
    assert records.answers.setup_trend().empty
