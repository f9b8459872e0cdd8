"""Every public figure on dark paper: read back as colours, and rendered."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from io import BytesIO
from types import MappingProxyType
from typing import Any, get_type_hints

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from tests.ocular.cases import sample_plan
from tests.records.answers.frames import at, registrations
from tests.widgets.given import make_records
from workbench import figures
from workbench.figures import beams_eye_view, on_dark, palette, setup_images
from workbench.ocular.clip_marks import ClipMark
from workbench.ocular.setup import FilmPicture, View
from workbench.records.answers import Answers

DELIVERED = pd.DataFrame({"beam": ["A", "B"], "fraction": [1, 1], "specified_mu": [40.0, 20.0], "delivered_mu": [40.0, 15.0]})
MARKED = tuple(ClipMark(view=view, clip=1, film_mm=(3.0, 4.0)) for view in View)
GRAPHICS, WORDS = 3.0, 4.5
"""Contrast that WCAG 2.2 asks of graphics (1.4.11) and of words (1.4.3)."""


@cache
def answers() -> Answers:
    """Those to an interrupted course with three setups."""
    moved = [
        {"patient_id": "P-001", "session": n, "room": "EYE1", "shift_x_mm": 0.1 * n, "stored_at": at(n), "object_uid": f"2.{n}", "item": 0}
        for n in (1, 2, 3)
    ]  # fmt: skip
    return make_records(registrations=registrations(*moved)).answers


DRAWN: Mapping[str, Callable[[], Figure]] = MappingProxyType(
    {
        "beams_eye_view": lambda: beams_eye_view(sample_plan()),
        "course_progress": lambda: figures.course_progress(answers().progress()),
        "eye_sections": lambda: figures.eye_sections(sample_plan()),
        "gaze_diagram": lambda: figures.gaze_diagram(sample_plan()),
        "irregularity_list": lambda: figures.irregularity_list(answers().irregularities()),
        "planned_versus_delivered": lambda: figures.planned_versus_delivered(DELIVERED, tolerance_mu=1.0),
        "setup_images": lambda: setup_images(sample_plan().setup_images, marks=MARKED),
        "setup_spreads": lambda: figures.setup_spreads(answers().setup_spread()),
        "setup_trends": lambda: figures.setup_trends(answers().setup_trend()),
        "termination_shares": lambda: figures.termination_shares(answers().terminations()),
        "tolerances": lambda: figures.tolerances(answers().planned_versus_delivered()),
        "treatment_chains": lambda: figures.treatment_chains(answers().treatments()),
        "treatment_times": lambda: figures.treatment_times(answers().timing()),
        "workshop_sheet": lambda: figures.workshop_sheet(sample_plan()),
    }
)
"""Each public figure of a case that shows all it can draw."""


def luminance(rgb: Any) -> Any:
    """Relative luminance as WCAG 2.2 defines it."""
    channel = np.asarray(rgb, dtype=float)
    linear = np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(colour: Any) -> float:
    """Contrast of a colour and dark paper as WCAG 2.2 defines it, 1 to 21."""
    dark, light = sorted(float(luminance(to_rgb(one))) for one in (colour, palette.DARK_PAPER))
    return (light + 0.05) / (dark + 0.05)


def rendered(figure: Figure) -> Any:
    """Pixels of a figure, 0 to 1 for each of red, green and blue."""
    target = BytesIO()
    figure.savefig(target, format="png", dpi=80)
    return imread(BytesIO(target.getvalue()))[:, :, :3]


def faint_words(figure: Figure) -> set[tuple[str, str]]:
    """Words that cannot be read on dark paper, and their colour."""
    shown = [one for one in figure.findobj(Text) if isinstance(one, Text) and one.get_text() and one.get_visible()]
    marks = {palette.VERMILLION, palette.GREEN}
    found = [(one.get_text(), to_hex(one.get_color()).upper()) for one in shown]
    return {(words, colour) for words, colour in found if contrast(colour) < (GRAPHICS if colour in marks else WORDS)}


def lines(figure: Figure) -> Iterator[tuple[str, Any]]:
    """Lines, marks and edges, with their colour."""
    for line in figure.findobj(Line2D):
        assert isinstance(line, Line2D)
        yield repr(line), line.get_color()
        yield repr(line), line.get_markeredgecolor()
    for patch in figure.findobj(Patch):
        assert isinstance(patch, Patch)
        if patch.get_linewidth() and patch is not figure.patch:
            yield repr(patch), patch.get_edgecolor()


def faint_lines(figure: Figure) -> set[tuple[str, str]]:
    """Lines that are lost on dark paper and are meant to be seen."""
    meant = [(which, to_hex(colour).upper()) for which, colour in lines(figure) if colour != "none" and to_rgba(colour)[3] > 0]
    return {(which, colour) for which, colour in meant if colour != palette.ON_DARK[palette.FAINT] and contrast(colour) < GRAPHICS}


def fillings(figure: Figure) -> Iterator[str]:
    """Colours of areas, of boxes around words, and of rims."""
    for artist in figure.findobj():
        area = artist.get_bbox_patch() if isinstance(artist, Text) else artist
        if isinstance(area, Patch) and area.get_facecolor()[3] > 0:
            yield to_hex(area.get_facecolor()).upper()
        yield from (one.colour for one in artist.get_path_effects() or () if isinstance(one, palette.Halo))


def test_every_public_figure_is_looked_at() -> None:
    """One that is added is drawn here too."""
    public = [one for name in figures.__all__ if inspect.isfunction(one := getattr(figures, name))]

    assert set(DRAWN) == {one.__name__ for one in public if get_type_hints(one)["return"] is Figure} - {"on_dark"}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_words_and_lines_are_readable_on_dark_paper(name: str) -> None:
    """No artist keeps the ink of white paper, neither words nor ticks, legends, insets and second scales."""
    figure = DRAWN[name]()
    assert faint_words(figure), "on white paper there is ink"

    found = on_dark(figure)

    assert found is figure
    assert (faint_words(figure), faint_lines(figure)) == (set(), set())


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_nothing_is_darker_than_dark_paper_and_no_white_sheet_is_left(name: str) -> None:
    """As rendered, with arrow heads: most of it is the paper. No filling is white, no box around words, and no rim."""
    figure = on_dark(DRAWN[name]())

    pixels = rendered(figure)

    paper = np.array(to_rgb(palette.DARK_PAPER))
    assert float(luminance(pixels).min()) == pytest.approx(float(luminance(paper)), abs=5e-4)
    assert np.isclose(pixels, paper, atol=1e-3).all(axis=2).mean() > 0.4
    assert palette.WHITE not in set(fillings(figure))


def test_colours_that_carry_a_meaning_stay() -> None:
    """Tumour, aperture and lens as on paper; clips white, as the beam axis; the globe's thin line a lighter blue."""
    figure = on_dark(beams_eye_view(sample_plan()))

    (axes,) = figure.axes
    edges = {one.get_label(): to_hex(one.get_edgecolor()).upper() for one in axes.patches}
    expected = {
        "tumour": palette.VERMILLION,
        "aperture, 25 points": palette.APERTURE,
        "lens": palette.SKY,
        "globe": palette.BLUE_ON_DARK,
    }
    assert {name: edges[name] for name in expected} == expected
    marks = {str(one.get_label()): to_hex(one.get_color()).upper() for one in axes.lines}
    assert (marks["clips"], marks["beam axis"]) == (palette.WHITE, palette.WHITE)


@pytest.mark.parametrize("name", ["VERMILLION", "ORANGE", "GREY", "BLUE_ON_DARK", "SKY", "GREEN", "PURPLE"])
def test_every_colour_with_a_meaning_can_be_told_from_dark_paper(name: str) -> None:
    """With the contrast that graphics need, and some to spare: blue as it is on white paper has hardly that."""
    assert contrast(getattr(palette, name)) > 4.0
    assert contrast(palette.BLUE) == pytest.approx(GRAPHICS, abs=0.2)


def test_what_lies_over_pixels_keeps_its_colours() -> None:
    """White curves with a black rim on an X-ray, whatever the paper; scales and words around it are light."""
    pixels = np.full((512, 512), 128, dtype=np.uint8)
    picture = replace(FilmPicture.planned(sample_plan().setup_images[0]), pixels=np.tril(pixels))
    inside = (slice(180, 300), slice(180, 300))
    before = rendered(setup_images([picture], marks=MARKED, inches=(6.0, 6.0)))

    figure = on_dark(setup_images([picture], marks=MARKED, inches=(6.0, 6.0)))

    assert np.array_equal(rendered(figure)[inside], before[inside])
    (axes,) = figure.axes
    assert {to_hex(one.get_edgecolor()).upper() for one in axes.patches} == {palette.WHITE}
    assert {to_hex(label.get_color()).upper() for label in axes.get_xticklabels()} == {palette.ON_DARK[palette.INK]}


def test_ticks_that_come_later_are_light_too() -> None:
    """A finer scale, made after the colours were exchanged; nobody had chosen a colour for its numbers."""
    figure = Figure()
    axes = figure.add_subplot()
    axes.grid(color=palette.FAINT)

    on_dark(figure)
    axes.set_xticks(np.linspace(0, 1, 31))

    assert (len(axes.get_xticklabels()), faint_words(figure), faint_lines(figure)) == (31, set(), set())
    assert {to_hex(line.get_color()).upper() for line in axes.get_xgridlines()} == {palette.ON_DARK[palette.FAINT]}


def test_colours_of_many_points_are_exchanged_one_by_one() -> None:
    """What is added to a figure by hand: a black and a green point, and one that nobody sees."""
    figure = Figure()
    points = figure.add_subplot().scatter([1, 2, 3], [1, 2, 3], c=[palette.BLACK, palette.GREEN, (0.0, 0.0, 0.0, 0.0)])

    on_dark(figure)

    found = [to_rgba(row) for row in points.get_facecolor()]
    assert found == [to_rgba(palette.WHITE), to_rgba(palette.GREEN), (0.0, 0.0, 0.0, 0.0)]


def test_twice_is_once() -> None:
    """What became white stays so."""
    once, twice = (on_dark(beams_eye_view(sample_plan())) for _ in range(2))

    assert np.array_equal(rendered(on_dark(twice)), rendered(once))
