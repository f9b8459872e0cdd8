"""The table of clips planned and seen, as HTML: millimetres on film and at the isocentre, clip by clip, each film taken together below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from workbench.ocular.clip_marks import ClipDeviation, FilmDeviation, Point
from workbench.ocular.setup import View
from workbench_widgets.film_scene import LETTER
from workbench_widgets.markup import MINUS, empty

NOT_KNOWN: Final = "\N{EN DASH}"
FAR_MM: Final = 0.05
"""What is less is 0.0 in the table."""


def clip_table(deviations: Sequence[ClipDeviation], films: Iterable[FilmDeviation]) -> str:
    """One row a clip and film, signed: seen less planned; below them the mean and the root mean square of each film."""
    if not deviations:
        return empty("No clip is planned: choose a plan with clips, or images with their outlines.")
    bodies = "".join(_film(together, [one for one in deviations if one.view is together.view]) for together in films)
    spans = "".join(f'<th scope="colgroup" colspan="2" class="wb-right">{where} (mm)</th>' for where in ("film", "isocentre"))
    return f'<table class="wb-table wb-clips"><thead><tr><th></th>{spans}</tr></thead>{bodies}</table>'


def signed(value: float) -> str:
    """Millimetres with sign and one decimal; less than half a tenth has no sign."""
    return "0.0" if abs(value) < FAR_MM else f"{value:+.1f}".replace("-", MINUS)


def summary(films: Iterable[FilmDeviation], planned: int) -> str:
    """What the marks tell in one sentence.

    Parameters
    ----------
    planned : clips that a film should show.
    """
    return "; ".join(_told(one, planned) for one in films) + "."


def _told(film: FilmDeviation, planned: int) -> str:
    if film.clips == 0:
        return f"{film.view}: no clip marked"
    rms = f"{film.rms_film_mm:.1f} mm on film" if film.rms_isocentre_mm is None else f"{film.rms_isocentre_mm:.1f} mm at the isocentre"
    return f"{film.view}: {film.clips} of {planned} clips marked, off by {rms} (RMS)"


def _film(together: FilmDeviation, deviations: Sequence[ClipDeviation]) -> str:
    letter = LETTER[together.view]
    axes = f'<th scope="col" class="wb-right">{letter}</th><th scope="col" class="wb-right">y</th>' * 2
    rows = "".join(_clip(one) for one in deviations)
    mean = _cells(together.mean_film_mm) + _cells(together.mean_isocentre_mm)
    rms = "".join(_spread(one) for one in (together.rms_film_mm, together.rms_isocentre_mm))
    return (
        f'<tbody data-view="{together.view}"><tr class="wb-clips-film"><th scope="rowgroup">{together.view}</th>{axes}</tr>{rows}'
        f'<tr data-row="mean"><th scope="row">mean</th>{mean}</tr><tr data-row="rms"><th scope="row">RMS</th>{rms}</tr></tbody>'
    )


def _clip(one: ClipDeviation) -> str:
    note = "not planned" if one.planned_mm is None else "not marked" if one.seen_mm is None else ""
    told = f'<td colspan="4" class="wb-right wb-quiet">{note}</td>' if note else _cells(one.film_mm) + _cells(one.isocentre_mm)
    return f'<tr data-clip="{one.clip}"><th scope="row">clip {one.clip}</th>{told}</tr>'


def _cells(place: Point | None) -> str:
    return "".join(f'<td class="wb-right">{NOT_KNOWN if place is None else signed(value)}</td>' for value in place or (0.0, 0.0))


def _spread(value: float | None) -> str:
    return f'<td colspan="2" class="wb-right">{NOT_KNOWN if value is None else f"{value:.1f}"}</td>'


def planned_count(deviations: Iterable[ClipDeviation], view: View) -> int:
    """How many clips a film should show."""
    return sum(one.planned_mm is not None for one in deviations if one.view is view)
