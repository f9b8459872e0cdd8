"""Tests of the two setup X-rays."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from tests.ocular.cases import sample_plan
from workbench.figures import setup_images
from workbench.ocular.setup import FilmPicture


def test_axial_stands_left_of_lateral_at_one_scale() -> None:
    """Whatever the order they come in."""
    images = sample_plan().setup_images

    axial, lateral = setup_images(images[::-1]).axes

    assert axial.get_title(loc="left").startswith("AXIAL · film 1.496")
    assert lateral.get_title(loc="left").startswith("LATERAL · film 1.501")
    assert (axial.get_xlim(), axial.get_ylim()) == (lateral.get_xlim(), lateral.get_ylim())


def test_each_clip_is_a_curve_with_its_number() -> None:
    """Four outlines on either film, in film millimetres."""
    images = sample_plan().setup_images

    for axes, image in zip(setup_images(images).axes, images, strict=True):
        drawn = [np.asarray(patch.get_path().vertices)[:-1] for patch in axes.patches]
        assert [points == pytest.approx(np.array(outline.points_mm)) for points, outline in zip(drawn, image.outlines, strict=True)] == [
            True
        ] * 4
        assert [text.get_text() for text in axes.texts[:4]] == ["1", "2", "3", "4"]


def test_pixels_lie_where_the_film_lies() -> None:
    """The outer edges of 512 pixels of 0.25 mm are 64 mm from the imaging axis."""
    picture = replace(FilmPicture.planned(sample_plan().setup_images[0]), pixels=np.eye(512, dtype=np.uint8))

    (axes,) = setup_images([picture]).axes

    (shown,) = axes.images
    assert shown.get_extent() == pytest.approx([-64.0, 64.0, -64.0, 64.0])


def test_isocentre_scale_is_left_out_when_the_magnification_is_not_known() -> None:
    """Film millimetres only; nothing is assumed."""
    image = replace(sample_plan().setup_images[0], magnification=None)

    (axes,) = setup_images([image]).axes

    assert axes.get_title(loc="left") == "AXIAL"
    assert axes.child_axes == []


def test_no_image_says_what_to_do() -> None:
    """An empty list is a sentence and no error."""
    figure = setup_images([])

    assert [text.get_text() for text in figure.texts] == ["No setup image yet: plan one, or import one"]


def test_images_can_be_printed() -> None:
    """Both scales render without a warning."""
    picture = BytesIO()

    setup_images(sample_plan().setup_images).savefig(picture, format="png")

    assert picture.getvalue().startswith(b"\x89PNG")
