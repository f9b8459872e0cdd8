"""Of a history that has grown long, the dashboards that tell of it read what they show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from workbench.archive.database import Database
from workbench.bench import Workbench
from workbench.events import EventBus, EventKind, Events
from workbench_widgets import SessionDashboard, WorklistMonitor
from workbench_widgets.monitor import SHOWN_REFUSALS
from workbench_widgets.session import KEPT_EVENTS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFUSED = 600


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A folder of many refusals; and how many events each question to a bench brings."""
    database = Database.in_folder(tmp_path, EventBus())
    with database.transaction() as transaction:
        for number in range(REFUSED):
            transaction.history.append(EventKind.REQUEST_REFUSED, subject=f"2.25.{number}", actor="DEVICE", at=NOW)
    database.close()
    found: list[int] = []
    whole = Workbench.history

    def counted(bench: Workbench, **asked: Any) -> Events:
        events = whole(bench, **asked)
        found.append(len(events))
        return events

    monkeypatch.setattr(Workbench, "history", counted)
    return found


def opened(folder: Path, make: Callable[[Workbench], WorklistMonitor | SessionDashboard]) -> WorklistMonitor | SessionDashboard:
    """A dashboard of this folder, shown and closed."""

    async def run() -> WorklistMonitor | SessionDashboard:
        with Workbench(folder) as bench:
            dashboard = make(bench)
            await dashboard.drain()
            dashboard.close()
            return dashboard

    return asyncio.run(run())


def test_the_monitor_reads_the_refusals_that_can_be_chosen_and_counts_all(tmp_path: Path, read: list[int]) -> None:
    """Fifty of six hundred, and nothing of workitems where there is none."""
    monitor = opened(tmp_path, WorklistMonitor)

    assert isinstance(monitor, WorklistMonitor)
    assert (len(monitor.refused.options), monitor.refusals) == (SHOWN_REFUSALS, REFUSED)
    assert max(read) == SHOWN_REFUSALS


@pytest.mark.usefixtures("blank_pictures")
def test_the_session_dashboard_reads_no_more_than_it_keeps(tmp_path: Path, read: list[int]) -> None:
    """When it is opened; later only what is new."""
    opened(tmp_path, SessionDashboard)

    assert max(read) == KEPT_EVENTS
