"""Clips as they are seen on setup X-rays, beside where the plan expects them: by how much each is off, on film and at the isocentre.

Places and differences only. Where the patient would have to be moved to is another question, and not asked here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture, Outline, SetupImage, View
from workbench.ocular.turning import clips_on_film

Point = tuple[float, float]
Places = Mapping[View, Mapping[int, Point]]
"""View → number of a clip → its place on that film, mm."""

CLIP: Final = re.compile(r"clip\s*(\d+)", re.IGNORECASE)
"""How outlines of clips are labelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMark:
    """The middle of a clip's shadow, as somebody saw it.

    Parameters
    ----------
    clip : its number in the plan, from 1.
    film_mm : film frame, x right and y up, mm.
    """

    view: View
    clip: int
    film_mm: Point

    def __post_init__(self) -> None:
        owner = f"mark of clip {self.clip} on {self.view}"
        expect.whole(owner, 1, clip=self.clip)
        expect.finite(owner, x=self.film_mm[0], y=self.film_mm[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipDeviation:
    """One clip on one film: where it is planned, where it is seen.

    Parameters
    ----------
    planned_mm, seen_mm : film frame, mm; None where the plan has no such clip, or nobody marked it.
    magnification : film over isocentric plane; None when not known.
    """

    view: View
    clip: int
    planned_mm: Point | None
    seen_mm: Point | None
    magnification: float | None

    @property
    def film_mm(self) -> Point | None:
        """Seen less planned on the film, across and up; None where one of them is missing."""
        if self.planned_mm is None or self.seen_mm is None:
            return None
        return (self.seen_mm[0] - self.planned_mm[0], self.seen_mm[1] - self.planned_mm[1])

    @property
    def isocentre_mm(self) -> Point | None:
        """The same, brought back to the plane through the isocentre; None also where the magnification is not known."""
        film = self.film_mm
        return None if film is None or self.magnification is None else (film[0] / self.magnification, film[1] / self.magnification)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmDeviation:
    """All clips of one film taken together.

    Parameters
    ----------
    clips : how many are both planned and marked; the numbers are None where there are none.
    mean_film_mm, mean_isocentre_mm : of seen less planned, across and up.
    rms_film_mm, rms_isocentre_mm : root of the mean of the squared distances.
    """

    view: View
    clips: int
    mean_film_mm: Point | None
    rms_film_mm: float | None
    mean_isocentre_mm: Point | None
    rms_isocentre_mm: float | None


def clip_number(outline: Outline) -> int | None:
    """The number that an outline is labelled with, ``Clip 3``; None for an outline of something else."""
    found = CLIP.fullmatch(outline.label.strip())
    return int(found[1]) if found else None


def planned_clips(images: Iterable[SetupImage | FilmPicture]) -> dict[View, dict[int, Point]]:
    """Middles of the clips' outlines on each film: half way between the outermost points, across and up."""
    places: dict[View, dict[int, Point]] = {}
    for image in images:
        for outline in image.outlines:
            number = clip_number(outline)
            if number is not None:
                places.setdefault(image.view, {})[number] = _middle(outline)
    return places


def predicted_clips(plan: OcularPlan) -> dict[View, dict[int, Point]]:
    """Where a plan expects its clips on both films: in the middle of their outlines, else where its eye projects them.

    Outlines follow the gaze (``with_gaze``), and so do these. A plan with neither has no clips.
    """
    drawn = planned_clips(plan.setup_images)
    if all(view in drawn for view in View) or plan.eye_model is None or plan.eye.centre_mm is None:
        return drawn
    projected = clips_on_film(plan)
    return {
        view: drawn.get(view) or {number: (float(x), float(y)) for number, (x, y) in enumerate(projected[view], start=1)} for view in View
    }


def compare_clips(planned: Places, marks: Iterable[ClipMark], magnification: Mapping[View, float | None]) -> tuple[ClipDeviation, ...]:
    """Every clip that is planned or marked, film by film, in the order of the numbers.

    Raises
    ------
    Refused : a clip is marked twice on one film.
    """
    seen: dict[tuple[View, int], Point] = {}
    for mark in marks:
        if (mark.view, mark.clip) in seen:
            raise Refused(f"marks: clip {mark.clip} is marked twice on {mark.view}, expected once", rule="marked-twice")
        seen[mark.view, mark.clip] = mark.film_mm
    numbers = {view: set(planned.get(view, {})) | {clip for film, clip in seen if film is view} for view in View}
    return tuple(
        ClipDeviation(
            view=view,
            clip=number,
            planned_mm=planned.get(view, {}).get(number),
            seen_mm=seen.get((view, number)),
            magnification=magnification.get(view),
        )
        for view in View
        for number in sorted(numbers[view])
    )


def film_deviations(deviations: Iterable[ClipDeviation]) -> tuple[FilmDeviation, ...]:
    """The clips of each film taken together, AXIAL first."""
    found = tuple(deviations)
    return tuple(_together(view, [one for one in found if one.view is view]) for view in View)


def _together(view: View, deviations: list[ClipDeviation]) -> FilmDeviation:
    film = list(_known(one.film_mm for one in deviations))
    isocentre = list(_known(one.isocentre_mm for one in deviations))
    return FilmDeviation(
        view=view,
        clips=len(film),
        mean_film_mm=_mean(film),
        rms_film_mm=_rms(film),
        mean_isocentre_mm=_mean(isocentre),
        rms_isocentre_mm=_rms(isocentre),
    )


def _known(found: Iterable[Point | None]) -> Iterator[Point]:
    return (one for one in found if one is not None)


def _mean(steps: list[Point]) -> Point | None:
    return (sum(x for x, _ in steps) / len(steps), sum(y for _, y in steps) / len(steps)) if steps else None


def _rms(steps: list[Point]) -> float | None:
    return math.sqrt(sum(x * x + y * y for x, y in steps) / len(steps)) if steps else None


def _middle(outline: Outline) -> Point:
    across, up = [x for x, _ in outline.points_mm], [y for _, y in outline.points_mm]
    return ((min(across) + max(across)) / 2, (min(up) + max(up)) / 2)
