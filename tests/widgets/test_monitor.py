"""The worklist monitor without a browser: what it shows of a worklist that devices work on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.factories import make_plan
from workbench.bench import Workbench
from workbench.device.simulated import SimulatedDevice
from workbench_widgets import WorklistMonitor

Scenario = Callable[[Workbench, WorklistMonitor], Awaitable[None]]


def with_monitor(folder: Path, scenario: Scenario) -> None:
    """Run a scenario on the loop of a monitor of a new bench."""

    async def run() -> None:
        with Workbench(folder) as bench:
            monitor = WorklistMonitor(bench)
            try:
                await scenario(bench, monitor)
            finally:
                await monitor.drain()
                monitor.close()

    asyncio.run(run())


def cells(monitor: WorklistMonitor, column: str) -> list[str]:
    """The words of one column of the workitem table."""
    found = re.findall(rf'<td data-column="{column}"[^>]*>(.*?)</td>', monitor._table.value)
    return [re.sub("<[^>]+>", "", one) for one in found]


def test_an_empty_worklist_says_what_to_do(tmp_path: Path) -> None:
    """No workitem, no refusal, no subscription: each a sentence."""

    async def scenario(bench: Workbench, monitor: WorklistMonitor) -> None:
        await monitor.drain()
        assert repr(monitor) == "<WorklistMonitor of WORKBENCH>"
        assert "No workitem yet: check in a plan" in monitor._table.value
        assert "Nothing was refused yet." in monitor._explained.value
        assert "Nobody is told of workitems" in monitor._told.value
        assert monitor.message == "WORKBENCH listens. No device holds a workitem."

    with_monitor(tmp_path, scenario)


def test_a_refused_claim_is_explained_and_the_workitem_followed(tmp_path: Path) -> None:
    """A rival claims what the device holds (C301); the monitor follows the states and says why the rival was refused."""

    async def scenario(bench: Workbench, monitor: WorklistMonitor) -> None:
        session = bench.check_in(bench.add_plan(make_plan()), meterset_mu={1: 40.0})
        (workitem,) = bench.workitems(session)
        await monitor.drain()
        assert (monitor.states, cells(monitor, "holder"), cells(monitor, "readiness")) == (
            {workitem.uid: "SCHEDULED"},
            ["nobody"],
            ["READY"],
        )

        await asyncio.to_thread(SimulatedDevice(bench.address).run, "competing-claim")
        await monitor.drain()

        assert monitor.states == {workitem.uid: "COMPLETED"}
        assert cells(monitor, "holder") == ["was DEVICE"]
        assert monitor.refusals == len(monitor.refused.options) == 4
        monitor.refused.value = monitor.refused.options[-1][1]
        await monitor.drain()
        assert 'data-rule="ups-wrong-lock"' in monitor._explained.value
        assert "(C301)" in monitor._explained.value
        assert "Accepted would have been:" in monitor._explained.value
        monitor.refused.index = None
        await monitor.drain()
        assert monitor.refused.index == 0, "a browser that chooses nothing gets the latest"

    with_monitor(tmp_path, scenario)


def test_a_chosen_refusal_stays_when_another_comes(tmp_path: Path) -> None:
    """The latest is shown first; one that was chosen is not taken away from who reads it."""

    async def scenario(bench: Workbench, monitor: WorklistMonitor) -> None:
        bench.check_in(bench.add_plan(make_plan()), meterset_mu={1: 40.0})
        await asyncio.to_thread(SimulatedDevice(bench.address).run, "competing-claim")
        await monitor.drain()
        chosen = monitor.refused.options[2][1]
        monitor.refused.value = chosen

        bench.complete(1)
        bench.check_in(bench.plans()[0], meterset_mu={1: 40.0})
        await asyncio.to_thread(SimulatedDevice(bench.address).run, "competing-claim")
        await monitor.drain()

        assert (monitor.refused.value, monitor.refusals) == (chosen, 8)

    with_monitor(tmp_path, scenario)
