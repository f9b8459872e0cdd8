"""The printed table of operations: every row of it, in its place."""

from __future__ import annotations

import re

from pydicom.datadict import dictionary_description

from workbench.conformance.statement import as_markdown
from workbench.dicom import spec
from workbench.iods.workitem_operations import MACROS, TABLE, WorkitemAttribute, listed


def test_every_row_of_the_table_is_printed_with_its_columns() -> None:
    """Modules first, then the macros they include; name and six columns of each attribute."""
    text = as_markdown()
    section = text[text.index("#### 8.1.8 Unified") : text.index("### 8.2 ")]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if re.search(r"\| \(....,....\) \|", line)
    ]

    printed = [(re.sub(r"^>+ ", "", row[0]), *row[2:8]) for row in cells]

    assert printed == [
        (
            dictionary_description(spec.tag_of(row.keyword)),
            row.n_create,
            row.n_set,
            row.final_state,
            row.n_get,
            row.match_key,
            row.return_key,
        )
        for part in (*TABLE, *MACROS)
        for _, row in listed(part.rows)
        if isinstance(row, WorkitemAttribute)
    ]


def test_the_trials_name_stands_beside_the_final_one() -> None:
    """Input Readiness State is what the TMS statement calls Input Availability Flag."""
    line = next(one for one in as_markdown().splitlines() if one.startswith("| Input Readiness State |"))

    assert line == (
        "| Input Readiness State | (0040,4041) | 1/1 | 3/1 | R | 3/1 | R | 1 | created, received, as Input Availability Flag (0040,4020) |"
    )
