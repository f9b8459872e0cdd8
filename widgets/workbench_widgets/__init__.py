"""Dashboards of the workbench for JupyterLab: stock widgets over the workbench's own queries and figures.

The names below are the public face; they are loaded when first used, so that finding a dashboard does not load them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench_widgets.conformance_dashboard import ConformanceDashboard
    from workbench_widgets.eye_beam import EyeBeamView
    from workbench_widgets.file_drop import FileDrop
    from workbench_widgets.home import HomeDashboard
    from workbench_widgets.import_dialog import ImportDialog
    from workbench_widgets.live import Live
    from workbench_widgets.monitor import WorklistMonitor
    from workbench_widgets.parts import BeamView, DeliveredBeams
    from workbench_widgets.record_table import RecordTable
    from workbench_widgets.records_dashboard import RecordsDashboard
    from workbench_widgets.session import SessionDashboard
    from workbench_widgets.setup_dashboard import SetupImagesDashboard
    from workbench_widgets.setup_view import SetupImagesView

__all__ = [
    "BeamView",
    "ConformanceDashboard",
    "DeliveredBeams",
    "EyeBeamView",
    "FileDrop",
    "HomeDashboard",
    "ImportDialog",
    "Live",
    "RecordTable",
    "RecordsDashboard",
    "SessionDashboard",
    "SetupImagesDashboard",
    "SetupImagesView",
    "WorklistMonitor",
]

_HOMES = {
    "BeamView": "workbench_widgets.parts",
    "ConformanceDashboard": "workbench_widgets.conformance_dashboard",
    "DeliveredBeams": "workbench_widgets.parts",
    "EyeBeamView": "workbench_widgets.eye_beam",
    "FileDrop": "workbench_widgets.file_drop",
    "HomeDashboard": "workbench_widgets.home",
    "ImportDialog": "workbench_widgets.import_dialog",
    "Live": "workbench_widgets.live",
    "RecordTable": "workbench_widgets.record_table",
    "RecordsDashboard": "workbench_widgets.records_dashboard",
    "SessionDashboard": "workbench_widgets.session",
    "SetupImagesDashboard": "workbench_widgets.setup_dashboard",
    "SetupImagesView": "workbench_widgets.setup_view",
    "WorklistMonitor": "workbench_widgets.monitor",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'workbench_widgets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
