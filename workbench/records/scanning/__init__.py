"""Folders of DICOM files of whatever origin as a source of tables: scanned once, in several processes, and kept as Parquet."""
