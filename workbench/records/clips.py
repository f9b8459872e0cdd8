"""Clips planned and seen as a table: one row a clip and film, differences on the film and at the isocentre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from workbench.ocular.clip_marks import ClipDeviation, ClipMark, Places, Point, compare_clips
from workbench.ocular.setup import View
from workbench.records.columns import COUNT, NUMBER, TERM, Column, Table
from workbench.records.typed import typed

_FRAME = "film frame, origin on the imaging axis"

SETUP_CLIPS: Final = Table(
    name="setup_clips",
    meaning="One row for each clip on each setup image: where the plan expects it, where it is seen, and the difference.",
    columns=(
        Column("view", TERM, "", "AXIAL, along the beam, or LATERAL, across it"),
        Column("clip", COUNT, "", "number of the clip in the plan"),
        Column("planned_across_mm", NUMBER, "mm", f"planned, to the right; {_FRAME}"),
        Column("planned_up_mm", NUMBER, "mm", f"planned, up; {_FRAME}"),
        Column("seen_across_mm", NUMBER, "mm", f"marked, to the right; {_FRAME}"),
        Column("seen_up_mm", NUMBER, "mm", f"marked, up; {_FRAME}"),
        Column("film_across_mm", NUMBER, "mm", "seen less planned on the film, to the right: x of the room (AXIAL), z (LATERAL)"),
        Column("film_up_mm", NUMBER, "mm", "seen less planned on the film, up: y of the room"),
        Column(
            "isocentre_across_mm", NUMBER, "mm", "the same in the plane through the isocentre; blank where the magnification is not known"
        ),
        Column("isocentre_up_mm", NUMBER, "mm", "likewise, up"),
    ),
    moment=None,
    order=("view", "clip"),
)


def setup_clips(planned: Places, marks: Iterable[ClipMark], magnification: Mapping[View, float | None]) -> pd.DataFrame:
    """Planned against seen; the frame that ``compare_clips`` computes.

    Returns
    -------
    Columns: ``SETUP_CLIPS``. What is not planned, not marked or not known is blank.

    Raises
    ------
    Refused : a clip is marked twice on one film.
    """
    return typed([_row(one) for one in compare_clips(planned, marks, magnification)], SETUP_CLIPS)


def _row(one: ClipDeviation) -> dict[str, object]:
    places = {"planned": one.planned_mm, "seen": one.seen_mm, "film": one.film_mm, "isocentre": one.isocentre_mm}
    return {"view": str(one.view), "clip": one.clip} | {name: value for what, place in places.items() for name, value in _two(what, place)}


def _two(what: str, place: Point | None) -> tuple[tuple[str, float | None], ...]:
    across, up = place or (None, None)
    return ((f"{what}_across_mm", across), (f"{what}_up_mm", up))
