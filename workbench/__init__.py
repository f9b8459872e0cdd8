"""Ocular Proton Workbench: a treatment management system for proton therapy and the exchange of ocular plans.

The names below are the public face. They are loaded when first used, so that importing one part does not load the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench import conformance, figures, ocular, records
    from workbench.bench import Workbench
    from workbench.device.scenario import Scenario
    from workbench.device.simulated import SimulatedDevice
    from workbench.errors import Conflict, Refused, Unavailable, WorkbenchError
    from workbench.network.server import Address
    from workbench.network.watcher import Watcher
    from workbench.settings import Settings
    from workbench.workflow.media import read_plan as read_ion_plan
    from workbench.workflow.plans import StoredPlan

__all__ = [
    "Address",
    "Conflict",
    "Refused",
    "Scenario",
    "Settings",
    "SimulatedDevice",
    "StoredPlan",
    "Unavailable",
    "Watcher",
    "Workbench",
    "WorkbenchError",
    "conformance",
    "figures",
    "ocular",
    "read_ion_plan",
    "records",
]

_HOMES = {
    "Address": "workbench.network.server",
    "Conflict": "workbench.errors",
    "Refused": "workbench.errors",
    "Scenario": "workbench.device.scenario",
    "Settings": "workbench.settings",
    "SimulatedDevice": "workbench.device.simulated",
    "StoredPlan": "workbench.workflow.plans",
    "Unavailable": "workbench.errors",
    "Watcher": "workbench.network.watcher",
    "Workbench": "workbench.bench",
    "WorkbenchError": "workbench.errors",
    "read_ion_plan": "workbench.workflow.media:read_plan",
}
_PACKAGES = ("conformance", "figures", "ocular", "records")

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"workbench.{name}")
    if name in _HOMES:
        home, _, known_as = _HOMES[name].partition(":")
        return getattr(import_module(home), known_as or name)
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
