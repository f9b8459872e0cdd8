"""Received records as pandas tables: typed columns, one place for units and meaning, the same over every source."""

from workbench.records.folder import RecordsFolder, open_folder
from workbench.records.live import ArchiveSource
from workbench.records.scanning import ScannedRecords, Scanning, of_datasets, scan
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
