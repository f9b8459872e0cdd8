"""What a dashboard opens with: the data folder that is named or a case to look at, and the plan at hand."""

from __future__ import annotations

import os

from workbench.bench import Workbench
from workbench.device.simulated import SimulatedDevice
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench.workflow.plans import StoredPlan

FOLDER_VARIABLE = "WORKBENCH_DATA"
SAMPLE_MU = {1: 120.0}


def open_bench() -> Workbench:
    """The workbench of the folder that ``WORKBENCH_DATA`` names.

    Where it names none: one that goes away with its page, with the sample's first fraction treated.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return Workbench(folder)
    bench = Workbench()
    session = bench.check_in(bench.add_plan(read_eyeplan(sample_eyeplan())), meterset_mu=SAMPLE_MU)
    SimulatedDevice(bench.address).treat()
    bench.complete(session)
    return bench


def latest_plan(bench: Workbench) -> StoredPlan | None:
    """The plan that was stored last; None before the first."""
    plans = bench.plans()
    return bench.plan(plans[-1].uid) if plans else None


def latest_eye(bench: Workbench) -> StoredPlan | None:
    """The latest plan that describes an eye; a plan of another maker may describe none."""
    found = (bench.plan(one.uid) for one in reversed(bench.plans()))
    return next((one for one in found if one.ocular is not None), None)
