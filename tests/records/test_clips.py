"""Tests of the table of clips planned and seen."""

from __future__ import annotations

from workbench.ocular.clip_marks import ClipMark
from workbench.ocular.setup import View
from workbench.records.clips import SETUP_CLIPS, setup_clips


def test_each_clip_of_each_film_is_a_row_with_its_differences() -> None:
    """Seen 3 mm to the right and 1 mm low on a film that magnifies by 2; the other film's clip is not marked and stays blank."""
    planned = {View.AXIAL: {1: (1.0, 2.0)}, View.LATERAL: {1: (0.5, 0.5)}}
    marks = [ClipMark(view=View.AXIAL, clip=1, film_mm=(4.0, 1.0))]

    frame = setup_clips(planned, marks, {View.AXIAL: 2.0, View.LATERAL: 2.0})

    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        ["AXIAL", 1, 1.0, 2.0, 4.0, 1.0, 3.0, -1.0, 1.5, -0.5],
        ["LATERAL", 1, 0.5, 0.5, None, None, None, None, None, None],
    ]
    assert set(frame.attrs["units"].values()) == {"mm"}


def test_without_clips_the_table_keeps_its_columns_and_types() -> None:
    """An empty table can be joined like any other."""
    frame = setup_clips({}, [], {})

    assert list(frame.columns) == SETUP_CLIPS.names
    assert frame.dtypes["seen_up_mm"] == "float64"
