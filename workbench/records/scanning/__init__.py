"""Folders of DICOM files of whatever origin as a source of tables: scanned once, in several processes, and kept as Parquet."""

from workbench.records.scanning.scanner import Scanning, of_datasets, scan
from workbench.records.scanning.source import ScannedRecords, ScannedSource

__all__ = ["ScannedRecords", "ScannedSource", "Scanning", "of_datasets", "scan"]
