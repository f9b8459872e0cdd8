"""Records for dashboards without a database and without files: tables as the tests of the answers write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any

import pandas as pd

from tests.records.answers import frames
from workbench.records import Records, Wanted
from workbench.records.columns import Table


class FramesSource:
    """Rows out of frames; what is not given is blank."""

    def __init__(self, **given: pd.DataFrame) -> None:
        self.given: Mapping[str, pd.DataFrame] = given

    @property
    def zone(self) -> tzinfo:
        """Universal time."""
        return UTC

    def rows(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        """All there are."""
        return self.given.get(table.name, pd.DataFrame())


def make_records(rows: Iterable[dict[str, Any]] = frames.INTERRUPTED, **given: pd.DataFrame) -> Records:
    """A course of two beams and three fractions: interrupted and continued in the first, begun in the second."""
    return Records(FramesSource(**{"beams": frames.beams(*rows), "planned_beams": frames.planned(), **given}))
