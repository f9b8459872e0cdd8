"""The conformance dashboard without a browser: files come as a browser sends them; its traits and words are read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import make_ct, make_ion_plan, make_record
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.errors import Refused
from workbench_widgets import ConformanceDashboard, conformance_slot, conformance_source
from workbench_widgets.conformance_check import EVERY
from workbench_widgets.conformance_dashboard import COMPARE, ROWS

Scenario = Callable[[ConformanceDashboard], Awaitable[None]]


def file_of(dataset: Dataset) -> bytes:
    """The data set as the bytes of a DICOM file."""
    instance = part10.encoded(dataset)
    return part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data


def with_dashboard(scenario: Scenario, bench: Workbench | None = None) -> None:
    """Run a scenario on the loop of a dashboard."""

    async def run() -> None:
        dashboard = ConformanceDashboard(bench)
        try:
            await scenario(dashboard)
        finally:
            await dashboard.drain()
            dashboard.close()

    asyncio.run(run())


async def drop(dashboard: ConformanceDashboard, zone: Any, name: str, raw: bytes, *, part: int = 1 << 20) -> None:
    """A file dropped, as the browser sends it: part after part, each when the one before was answered."""
    for at in range(0, max(1, len(raw)), part):
        message = {"kind": "part", "number": 1, "name": name, "size": len(raw), "at": at}
        zone._handle_custom_msg(message, [memoryview(raw[at : at + part])])
        await dashboard.drain()


def test_a_dropped_file_is_held_against_its_rows() -> None:
    """A slice without a modality, in parts of 100 bytes: one row fails, and the table shows it with what is wrong."""
    raw = file_of(make_ct(make_ion_plan(), Modality=""))

    async def scenario(dashboard: ConformanceDashboard) -> None:
        await drop(dashboard, dashboard.check.slot.drop, "slice.dcm", raw, part=100)

        (row,) = dashboard.check.table.view.frame.to_dict("records")
        assert (row["result"], row["path"], row["tag"], row["found"]) == ("fail", "Modality", "(0008,0060)", "(no value)")
        assert row["finding"].startswith("type 1 without a value")
        assert (dashboard.check.counts["fail"], dashboard.check.counts["warn"], dashboard.check.rows) == (1, 0, 1)
        assert dashboard.message.endswith("rows fail: CT Image (TMS, received).")

    with_dashboard(scenario)


def test_every_row_can_be_shown_and_a_row_in_full() -> None:
    """Beside the findings all rows of the table; the chosen one says what its columns mean."""
    raw = file_of(make_ct(make_ion_plan()))

    async def scenario(dashboard: ConformanceDashboard) -> None:
        await drop(dashboard, dashboard.check.slot.drop, "slice.dcm", raw)
        first = dashboard.check.rows
        dashboard.check.kind.value = EVERY
        await dashboard.drain()
        frame = dashboard.check.table.view.frame
        dashboard.check.table.view.selected = int(frame.index[frame["path"] == "Modality"][0])
        await dashboard.drain()

        assert "vr" not in dashboard.check.table.view.visible
        assert (first, dashboard.check.rows) == (0, sum(dashboard.check.counts.values()))
        assert dashboard.message == "No row fails: CT Image (TMS, received)."
        assert '<tr data-column="expected"><th scope="row">expected</th>' in dashboard.check.table._details.value

    with_dashboard(scenario)


def test_another_table_is_chosen() -> None:
    """A planner's plan is held against the session plan's rows, too; each table's remarks are counted beside."""
    raw = file_of(make_ion_plan())

    async def scenario(dashboard: ConformanceDashboard) -> None:
        await drop(dashboard, dashboard.check.slot.drop, "plan.dcm", raw)
        received = dict(dashboard.check.counts)
        dashboard.check.against.value = "created"
        await dashboard.drain()

        assert received["note"] == 0 < dashboard.check.counts["note"]
        assert "(TMS, created)" in dashboard.message
        dashboard.check.against.value = "import"
        await dashboard.drain()
        assert dashboard.message.startswith("plan.dcm: SOP class: found 1.2.840.10008.5.1.4.1.1.481.8, expected one that is imported")
        assert dashboard.check.counts == {}

    with_dashboard(scenario)


def test_what_was_dropped_last_stays_when_something_is_stored(tmp_path: Path) -> None:
    """An object is picked, then a file dropped; when the workbench has one more object to offer, the file is still the one looked at."""
    raw = file_of(make_ct(make_ion_plan()))

    with Workbench(tmp_path, listen=False) as bench:
        plan = bench.add_plan(make_ion_plan())

        async def scenario(dashboard: ConformanceDashboard) -> None:
            dashboard.check.slot.choice.value = plan.uid
            await dashboard.drain()
            await drop(dashboard, dashboard.check.slot.drop, "slice.dcm", raw)
            before = dashboard.message

            bench.add_plan(make_ion_plan())
            await dashboard.drain()

            assert len(dashboard.check.slot.choice.options) == 3
            assert dashboard.check.slot.choice.value == plan.uid
            assert (dashboard.check.slot.drop.told, dashboard.message) == ("slice.dcm", before)

        with_dashboard(scenario, bench)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("note.txt", b"no DICOM" * 40, "note.txt: found no DICM at byte 128, expected a DICOM file"),
        ("empty.dcm", b"", "empty.dcm: found no DICM at byte 128, expected a DICOM file"),
    ],
)
def test_what_is_no_dicom_file_is_a_sentence(name: str, raw: bytes, said: str) -> None:
    """Not a traceback, and the result of before stays."""

    async def scenario(dashboard: ConformanceDashboard) -> None:
        await drop(dashboard, dashboard.check.slot.drop, "slice.dcm", file_of(make_ct(make_ion_plan(), Modality="")))
        await drop(dashboard, dashboard.check.slot.drop, name, raw)

        assert dashboard.message == said
        assert dashboard.check.counts["fail"] == 1

    with_dashboard(scenario)


def test_a_file_is_said_to_be_read_and_can_be_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a large file takes its time the zone says so; a file that was mended under the same path is read again by a button."""
    path = tmp_path / "slice.dcm"
    path.write_bytes(file_of(make_ct(make_ion_plan(), Modality="")))
    told: list[str] = []

    async def scenario(dashboard: ConformanceDashboard) -> None:
        slot = dashboard.check.slot

        def read(bench: Workbench | None, words: str) -> conformance_source.Opened:
            told.append(slot.drop.told)
            return conformance_source.from_words(bench, words)

        monkeypatch.setattr(conformance_slot, "from_words", read)
        slot.words.value = str(path)
        await dashboard.drain()
        before = dict(dashboard.check.counts)
        path.write_bytes(file_of(make_ct(make_ion_plan())))
        slot.again.click()
        await dashboard.drain()

        assert (told, slot.drop.told) == (["reading slice.dcm"] * 2, "slice.dcm")
        assert (before["fail"], dashboard.check.counts["fail"]) == (1, 0)

    with_dashboard(scenario)


def test_a_file_that_is_too_large_is_a_sentence() -> None:
    """Told by the browser, or by a browser that does not keep the limit; nothing of it is kept."""

    async def scenario(dashboard: ConformanceDashboard) -> None:
        zone = dashboard.check.slot.drop
        for message in ({"kind": "too large"}, {"kind": "part", "number": 1, "at": 0}):
            zone._handle_custom_msg({**message, "name": "scan.dcm", "size": 200 * 2**20}, [memoryview(b"x")])
            await dashboard.drain()

            assert dashboard.message == "scan.dcm: found 200.0 MiB, expected at most 64.0 MiB; open it by its path"
            dashboard.message = ""

    with_dashboard(scenario)


def test_two_files_at_once_do_not_mix() -> None:
    """Parts that belong to no file on its way are refused, with what to do."""

    async def scenario(dashboard: ConformanceDashboard) -> None:
        zone = dashboard.check.slot.drop
        zone._handle_custom_msg({"kind": "part", "number": 1, "name": "a.dcm", "size": 20, "at": 0}, [memoryview(b"0" * 10)])
        zone._handle_custom_msg({"kind": "part", "number": 2, "name": "b.dcm", "size": 20, "at": 10}, [memoryview(b"0" * 10)])
        await dashboard.drain()

        assert dashboard.message == "b.dcm: interrupted by another file, expected one after the other; drop it again"

    with_dashboard(scenario)


def test_the_rows_of_the_statements_are_narrowed() -> None:
    """By table and by where the value comes from; the chosen row says how the same path arises elsewhere."""

    async def scenario(dashboard: ConformanceDashboard) -> None:
        dashboard.show(ROWS)
        view = dashboard.stated
        whole = view.rows
        view.table_choice.value, view.source.value = "created", "user"
        await dashboard.drain()
        found = view.table.view.frame
        view.table.view.selected = int(found.index[found["path"].str.endswith("DeliveredPrimaryMeterset")][0])
        await dashboard.drain()

        assert (whole > 850, view.rows) == (True, 5)
        assert set(found["table"]) == {"TMS, created"}
        assert "<b>TMS, received</b>, RT Ion Beams Treatment Record: read" in view.table._details.value

    with_dashboard(scenario)


def test_two_objects_are_compared() -> None:
    """A plan and the same with another label: one row differs; all rows when asked."""
    plan = make_ion_plan(RTPlanLabel="first")
    a = file_of(plan)
    plan.RTPlanLabel = "second"
    b = file_of(plan)

    async def scenario(dashboard: ConformanceDashboard) -> None:
        dashboard.show(COMPARE)
        await drop(dashboard, dashboard.compared.slots["A"].drop, "a.dcm", a)
        assert dashboard.message == "Now put an object into B."
        await drop(dashboard, dashboard.compared.slots["B"].drop, "b.dcm", b)

        (row,) = dashboard.compared.table.view.frame.to_dict("records")
        assert (row["outcome"], row["path"], row["A"], row["B"]) == ("differs", "RTPlanLabel", "first", "second")
        assert dashboard.compared.counts["differs"] == 1
        dashboard.compared.kind.value = "every row"
        await dashboard.drain()
        assert dashboard.compared.rows == sum(dashboard.compared.counts.values())

    with_dashboard(scenario)


def test_objects_of_a_workbench_are_picked_and_a_record_is_held_against_its_plan(tmp_path: Path) -> None:
    """The stored plan is offered; a record of it, opened by path, is warned of where its beam has another name."""
    plan = make_ion_plan()
    record = make_record(plan)
    record.TreatmentSessionIonBeamSequence[0].BeamName = "another"
    (tmp_path / "record.dcm").write_bytes(file_of(record))

    with Workbench(tmp_path / "data", listen=False) as bench:
        uid = bench.add_plan(plan).uid

        async def scenario(dashboard: ConformanceDashboard) -> None:
            await dashboard.drain()
            assert [value for _, value in dashboard.check.slot.choice.options] == ["", uid]
            dashboard.look_at(uid)
            await dashboard.drain()
            assert dashboard.message == "No row fails: RT Ion Plan (TMS, received)."
            dashboard.look_at(tmp_path / "record.dcm")
            await dashboard.drain()
            (row,) = dashboard.check.table.view.frame.to_dict("records")
            assert (row["result"], row["path"]) == ("warn", "TreatmentSessionIonBeamSequence[0].BeamName")
            assert "compared with those of its plan" in dashboard.check._summary.value

        with_dashboard(scenario, bench)


def test_nothing_of_a_patient_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the name in the object nor that of the file."""
    caplog.set_level(logging.DEBUG, logger="workbench")
    caplog.set_level(logging.DEBUG, logger="workbench_widgets")
    plan = make_ion_plan(PatientName="Secret^Patient")
    del plan.RTPlanLabel

    async def scenario(dashboard: ConformanceDashboard) -> None:
        await drop(dashboard, dashboard.check.slot.drop, "Secret_Patient.dcm", file_of(plan))
        await drop(dashboard, dashboard.check.slot.drop, "Secret_Patient.txt", b"text")
        dashboard.look_at("/nowhere/Secret_Patient.dcm")

    with_dashboard(scenario)

    assert "secret" not in caplog.text.casefold()


def test_it_is_named_shortly_and_refuses_views_it_has_not() -> None:
    """A short text for a notebook's output; a sentence with the views there are."""

    async def scenario(dashboard: ConformanceDashboard) -> None:
        assert repr(dashboard) == "<ConformanceDashboard>"
        with pytest.raises(Refused, match="found 'Nowhere', expected one of Check a file, Rows of the statements, Compare two objects"):
            dashboard.show("Nowhere")

    with_dashboard(scenario)
