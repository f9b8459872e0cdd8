"""Where rows come from. Tables are the same over every source: an archive's index, files, data sets."""

from __future__ import annotations

from datetime import tzinfo
from typing import Protocol

import pandas as pd

from workbench.records.columns import Table
from workbench.records.wanted import Wanted


class Source(Protocol):
    """Gives the rows of tables."""

    @property
    def zone(self) -> tzinfo:
        """In which days that somebody asks for are meant."""
        ...

    def rows(self, table: Table, wanted: Wanted) -> pd.DataFrame:
        """At least the rows that are wanted, in any order.

        A source narrows where that saves work; ``Records`` drops what does not fit, gives every column its type, sorts and adds
        units. A column that the source does not have is left out and becomes blank; so does a table that it cannot know, for
        example the sessions of loose files. Moments are datetimes with their zone or text in ISO 8601.

        Parameters
        ----------
        table : one of ``columns.TABLES``, but never ``fractions``, which are reckoned from beams.

        Raises
        ------
        Unavailable : the source does not answer. What cannot be read is a row of ``unreadable``, and no error.
        """
        ...
