"""The records dashboard without a browser: tables chosen, rows followed, charts and exports made."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.factories import make_plan
from tests.records.answers.frames import INTERRUPTED, beam
from tests.widgets.given import make_records
from workbench.bench import Workbench
from workbench.device.simulated import SimulatedDevice
from workbench.records.export import RecordsFormat
from workbench_widgets import RecordsDashboard

Scenario = Callable[[RecordsDashboard], Awaitable[None]]


def with_dashboard(source: Any, scenario: Scenario) -> None:
    """Run a scenario on the loop of a dashboard."""

    async def run() -> None:
        dashboard = RecordsDashboard(source)
        try:
            await dashboard.drain()
            await scenario(dashboard)
        finally:
            await dashboard.drain()
            dashboard.close()

    asyncio.run(run())


def words(widget: Any) -> str:
    """What an HTML widget says."""
    return " ".join(re.sub("<[^>]+>", " ", widget.value).split())


def test_the_deliveries_are_shown_first_and_a_row_tells_all() -> None:
    """Four deliveries; the chosen one with details, what belongs to it, and its chart with two passes."""

    async def scenario(dashboard: RecordsDashboard) -> None:
        assert repr(dashboard) == "<RecordsDashboard of tables>"
        assert (dashboard.table, dashboard.rows, dashboard.view.matches) == ("beams", 4, 4)
        assert dashboard.message == "4 deliveries, 1 patient in tables. Choose a table, narrow it, click a row."

        dashboard.view.selected = 0
        await dashboard.drain()

        assert (dashboard.chosen["record_uid"], dashboard.chosen["delivered_mu"]) == ("2.25.101", 12.5)
        assert "delivered 12.5 MU primary meterset delivered in it" in words(dashboard.row._details)
        assert [one.description for one in dashboard.row.links.children][:3] == ["control points", "spots", "planned beams"]
        assert words(dashboard.charts.summary).startswith("\N{CHECK MARK} 2 pass ! 0 warn \N{MULTIPLICATION X} 0 fail")
        assert bytes(dashboard.charts.picture.value).startswith(b"\x89PNG")

    with_dashboard(make_records(), scenario)


@pytest.mark.slow
def test_entries_narrow_what_is_shown_as_far_as_it_can_be() -> None:
    """A patient, then days that a plan's beams do not have: the table says that it is not narrowed by them."""
    other = beam("2.25.301", 1, 40.0, patient_id="P-002", plan_uid="2.25.9")

    async def scenario(dashboard: RecordsDashboard) -> None:
        assert list(dashboard.filters.patient.options) == ["P-001", "P-002"]
        dashboard.filters.patient.value = "P-002"
        await dashboard.drain()
        assert dashboard.view.frame["record_uid"].tolist() == ["2.25.301"]

        dashboard.filters.since.value = date(2024, 7, 1)
        await dashboard.drain()
        assert (dashboard.rows, dashboard.view.empty.startswith("No row of beams fits the filters above")) == (0, True)

        dashboard.filters.table.value = "planned_beams"
        await dashboard.drain()
        assert "not narrowed by days" in words(dashboard._table_panel._heading)

    with_dashboard(make_records([*INTERRUPTED, other]), scenario)


@pytest.mark.slow
def test_a_row_leads_to_others_and_back() -> None:
    """From the interrupted beam of an answer to the two records it was reckoned from, and back."""

    async def scenario(dashboard: RecordsDashboard) -> None:
        dashboard.filters.table.value = "treatments"
        await dashboard.drain()
        dashboard.view.selected = 0
        await dashboard.drain()
        (to_beams,) = [one for one in dashboard.row.links.children if one.description == "beams"]

        to_beams.click()
        await dashboard.drain()
        assert (dashboard.table, dashboard.filters.table.value) == ("beams", "beams")
        assert dashboard.view.matching["record_uid"].tolist() == ["2.25.101", "2.25.102"]
        assert "that belong to a row of treatments" in words(dashboard._table_panel._heading)
        dashboard.back.click()
        await dashboard.drain()

        assert (dashboard.table, dashboard.view.filters, dashboard.back.layout.display) == ("treatments", {}, "none")

    with_dashboard(make_records(), scenario)


@pytest.mark.slow
def test_irregular_records_stand_there_in_words() -> None:
    """The same record twice, with other numbers."""
    twice = {**INTERRUPTED[0], "delivered_mu": 13.0, "last_point_mu": 13.0}

    async def scenario(dashboard: RecordsDashboard) -> None:
        assert "contradictory P-001" in words(dashboard.irregular.list)
        assert "One record says two things about delivered_mu" in words(dashboard.irregular.list)

    with_dashboard(make_records([*INTERRUPTED, twice]), scenario)


def test_what_matches_is_exported_and_the_dashboard_says_where(tmp_path: Path) -> None:
    """Two of four rows as CSV; written again under that name it is a sentence and nothing else."""

    async def scenario(dashboard: RecordsDashboard) -> None:
        dashboard.view.filters = {"termination": "normal", "fraction": "1"}
        await dashboard.drain()
        assert dashboard.export.file_name.value == "beams"
        dashboard.export.file_name.value = str(tmp_path / "mine")

        for _ in range(2):
            dashboard.export.buttons[RecordsFormat.CSV].click()
            await dashboard.drain()
            told.append(dashboard.message)

        assert pd.read_csv(tmp_path / "mine.csv")["record_uid"].tolist() == ["2.25.102", "2.25.103"]

    told: list[str] = []
    with_dashboard(make_records(), scenario)

    path = tmp_path / "mine.csv"
    assert told == [f"2 rows of beams written to {path}.", f"{path}: exists already, expected a name that is free"]


@pytest.mark.slow
def test_files_that_gave_no_row_are_told(tmp_path: Path) -> None:
    """A text among them: the count stands beside that of the deliveries, and the table of what is unreadable says why."""
    (tmp_path / "note.txt").write_text("no DICOM", encoding="utf-8")

    async def scenario(dashboard: RecordsDashboard) -> None:
        assert dashboard.message == (
            f"No treatment record in {tmp_path.name}: put some there and read again, or open another folder. "
            "1 file gave no row: the table unreadable says why."
        )

    with_dashboard(tmp_path, scenario)


def test_an_error_of_the_source_is_a_sentence(tmp_path: Path) -> None:
    """There is no such folder: the dashboard says it, and still stands."""

    async def scenario(dashboard: RecordsDashboard) -> None:
        assert dashboard.message == f"{tmp_path / 'nowhere'}: found nothing there, expected a folder or a file"

    with_dashboard(tmp_path / "nowhere", scenario)


@pytest.mark.slow
def test_a_record_appears_by_itself_when_a_device_has_delivered(tmp_path: Path) -> None:
    """Empty at first, with what to do; after a treatment in another thread its row is there, and its objects are written naming nobody."""

    async def run() -> None:
        with Workbench(tmp_path / "data") as bench:
            dashboard = RecordsDashboard(bench)
            await dashboard.drain()
            assert (dashboard.rows, dashboard.view.empty) == (0, "No record yet: deliver a fraction.")
            assert dashboard.message.startswith("No record yet: deliver a fraction")

            bench.check_in(bench.add_plan(make_plan()), meterset_mu={1: 20.0})
            await asyncio.to_thread(SimulatedDevice(bench.address).treat)
            await dashboard.drain()
            assert dashboard.view.frame["delivered_mu"].tolist() == [20.0]
            assert dashboard.message.startswith("1 delivery, 1 patient in a workbench.")

            dashboard.export.file_name.value, dashboard.export.key.value = str(tmp_path / "out"), str(tmp_path / "key")
            dashboard.export.buttons[None].click()
            await dashboard.drain()
            written = sorted((tmp_path / "out-deidentified").iterdir())
            assert dashboard.message == f"{len(written)} files that name nobody written to {tmp_path / 'out-deidentified'}."
            assert len(written) >= 2
            dashboard.close()

    asyncio.run(run())
    assert (tmp_path / "key").read_bytes()


@pytest.mark.slow
def test_closing_it_closes_nothing_of_somebody_else() -> None:
    """Tables that were given stay open, also when it is closed twice."""
    records = make_records()

    async def scenario(dashboard: RecordsDashboard) -> None:
        dashboard.close()

    with_dashboard(records, scenario)

    assert len(records.beams()) == 4
