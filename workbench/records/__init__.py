"""Received records as pandas tables: typed columns, one place for units and meaning, the same over every source.

The names are loaded when first used: a process that only reads files needs neither pandas nor a database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.records.folder import RecordsFolder, open_folder
    from workbench.records.live import ArchiveSource
    from workbench.records.scanning.scanner import Scanning, of_datasets, scan
    from workbench.records.scanning.source import ScannedRecords
    from workbench.records.source import Source
    from workbench.records.tables import Records
    from workbench.records.wanted import Filters, Wanted

__all__ = [
    "ArchiveSource",
    "Filters",
    "Records",
    "RecordsFolder",
    "ScannedRecords",
    "Scanning",
    "Source",
    "Wanted",
    "of_datasets",
    "open_folder",
    "scan",
]

_HOMES = {
    "ArchiveSource": "live",
    "Filters": "wanted",
    "Records": "tables",
    "RecordsFolder": "folder",
    "ScannedRecords": "scanning.source",
    "Scanning": "scanning.scanner",
    "Source": "source",
    "Wanted": "wanted",
    "of_datasets": "scanning.scanner",
    "open_folder": "folder",
    "scan": "scanning.scanner",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"workbench.records.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'workbench.records' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
