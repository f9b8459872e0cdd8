"""Received records as pandas tables: typed columns, one place for units and meaning."""

from workbench.records.tables import Records

__all__ = ["Records"]
