"""Generated sets: what the device's own builder writes, from a seed, of any size."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from workbench.device.courses import Oddity, courses
from workbench.device.generated import FIRST_DAY, Generated, generate, write_generated
from workbench.device.record import treatment_record
from workbench.dicom import part10
from workbench.dicom.uids import RandomUids
from workbench.dicom.values import comparable
from workbench.errors import Refused
from workbench.records import scan
from workbench.treatment.delivery import DeliveryType

COUNT = 1000


@pytest.fixture(scope="module")
def generated() -> list[Generated]:
    """A set of records and their plans."""
    return list(generate(COUNT, seed=5))


def test_a_set_has_so_many_records_and_each_plan_once(generated: list[Generated]) -> None:
    """Names and UIDs are all different, and a record comes after its plan."""
    assert sum(one.is_record for one in generated) == COUNT
    assert len({one.name for one in generated}) == len({one.instance.sop_instance_uid for one in generated}) == len(generated)
    plans: set[str] = set()
    for one in generated:
        if one.is_record:
            named = str(one.instance.dataset().ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID)
            assert (named in plans) == (one.oddity is not Oddity.UNPLANNED)
        else:
            plans.add(one.instance.sop_instance_uid)


def test_the_same_seed_gives_the_same_bytes(generated: list[Generated]) -> None:
    """And another seed others."""
    assert [one.instance.data for one in generate(20, seed=5)] == [
        one.instance.data for one in generated[: len(list(generate(20, seed=5)))]
    ]
    assert next(generate(1, seed=6)).instance.data != generated[0].instance.data


def test_a_record_says_what_the_device_would_have_written(generated: list[Generated]) -> None:
    """Value by value what the builder makes of the same deliveries and the same plan; UIDs of its own and the zone apart."""
    first = next(courses(Random(5), FIRST_DAY))
    plan = generated[0].instance.dataset()
    found = [one for one in generated if one.name.startswith("GEN0000001/record")]

    assert len(found) == len(first.records)
    for one, recorded in zip(found, first.records, strict=True):
        expected = treatment_record(
            plan, recorded.delivered, machine="SIMULATED", uid_source=RandomUids(), now=recorded.delivered[-1].ended_at
        )
        expected.TreatmentMachineSequence[0].TreatmentMachineName = recorded.machine
        record = one.instance.dataset()
        assert record.TimezoneOffsetFromUTC == "+0000"
        del record.TimezoneOffsetFromUTC
        for dataset in (record, expected):
            del dataset.SOPInstanceUID
            del dataset.SeriesInstanceUID
        pairs = zip(record.iterall(), expected.iterall(), strict=True)
        assert [(a.keyword, comparable(a.VR, a.value)) for a, b in pairs if a.VR != "SQ"] == [
            (b.keyword, comparable(b.VR, b.value)) for b in expected.iterall() if b.VR != "SQ"
        ]


def test_courses_are_interrupted_continued_shifted_and_odd(generated: list[Generated]) -> None:
    """Of 1000 records some are of each kind; a continuation begins where the delivery before it stopped."""
    kinds = Counter(one.oddity for one in generated if one.is_record)
    assert {Oddity.TWICE, Oddity.CONTRADICTORY, Oddity.UNPLANNED} < set(kinds)
    assert kinds[Oddity.NONE] > 0.9 * COUNT

    every = list(islice(courses(Random(5), FIRST_DAY), 100))
    deliveries = [one for course in every for record in course.records for one in record.delivered]
    found = 0
    for course in every:
        stopped: dict[tuple[int, int], float] = {}
        for one in (one for record in course.records for one in record.delivered):
            if one.type is DeliveryType.CONTINUATION and (one.fraction, one.beam) in stopped:
                found += 1
                assert (one.start_mu, one.asked_mu) == (stopped[one.fraction, one.beam], course.metersets_mu[one.beam - 1])
            elif one.end_mu < one.asked_mu:
                stopped[one.fraction, one.beam] = one.end_mu
    assert found > 5
    assert {one.started_at.weekday() for one in deliveries} == {0, 1, 2, 3, 4}
    assert any(one.correction_mm != (0.0, 0.0, 0.0) for one in deliveries)


def test_a_set_on_disk_is_read_whole(tmp_path: Path) -> None:
    """Every file is read, every record gives a beam, and a set is not written over another."""
    files = write_generated(tmp_path / "set", 60, seed=2)

    with scan(tmp_path / "set", processes=1) as records:
        assert (len(records.files()), len(records.unreadable())) == (files, 0)
        assert records.beams()["record_uid"].nunique() == 60
    with pytest.raises(Refused, match="found files there, expected a new or empty folder"):
        write_generated(tmp_path / "set", 1)


def test_files_are_dicom_files_for_others(tmp_path: Path) -> None:
    """Read back by the file reader: the instance that was generated."""
    write_generated(tmp_path, 1, seed=2)
    expected = {one.name: one.instance for one in generate(1, seed=2)}

    assert {str(path.relative_to(tmp_path)): part10.read_file(path) for path in tmp_path.rglob("*.dcm")} == expected
