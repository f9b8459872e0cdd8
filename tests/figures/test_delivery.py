"""Tests of planned versus delivered."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from workbench.errors import Refused
from workbench.figures import planned_versus_delivered


def rows(*found: tuple[int, int, float | None, float | None]) -> pd.DataFrame:
    """A record table of these rows."""
    return pd.DataFrame(list(found), columns=["beam", "fraction", "specified_mu", "delivered_mu"])


def words_of(table: pd.DataFrame, **options: Any) -> list[str]:
    """All words beside the bars."""
    (axes,) = planned_versus_delivered(table, **options).axes
    return [text.get_text() for text in axes.texts]


def test_each_row_has_its_numbers_and_signed_difference() -> None:
    """An interrupted beam shows a minus, a complete one nothing to tell."""
    found = words_of(rows((1, 1, 120.0, 120.0), (1, 2, 120.0, 75.6)))

    assert found[:6] == ["120.0", "120.0", "0.0", "120.0", "75.6", "\N{MINUS SIGN}44.4"]


def test_rows_are_named_by_beam_and_fraction() -> None:
    """The first row stands on top."""
    (axes,) = planned_versus_delivered(rows((1, 1, 120.0, 120.0), (1, 2, 120.0, 75.6))).axes

    assert [label.get_text() for label in axes.get_yticklabels()] == ["beam 1 · fraction 1", "beam 1 · fraction 2"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_a_continued_beam_is_told_from_the_one_that_was_interrupted() -> None:
    """Two rows of one beam and fraction have two names, where the table knows the type of each delivery."""
    table = rows((1, 1, 40.0, 12.5), (1, 1, 27.5, 27.5)).assign(delivery_type=["TREATMENT", "CONTINUATION"])

    (axes,) = planned_versus_delivered(table).axes

    assert [label.get_text() for label in axes.get_yticklabels()] == ["beam 1 · fraction 1", "beam 1 · fraction 1, continued"]


def test_planned_is_hollow_and_delivered_is_filled() -> None:
    """One can be told from the other without colour."""
    (axes,) = planned_versus_delivered(rows((1, 1, 100.0, 40.0))).axes

    delivered, planned = (patch for patch in axes.patches if isinstance(patch, Rectangle))
    assert (delivered.get_width(), to_rgba(delivered.get_facecolor())[-1]) == (40.0, 1.0)
    assert (planned.get_width(), to_rgba(planned.get_facecolor())[-1]) == (100.0, 0.0)


def test_missing_number_is_said_to_be_unknown() -> None:
    """No bar, no zero and no difference are made up."""
    assert words_of(rows((1, 1, 120.0, None)))[:3] == ["120.0", "not known", ""]


def test_tolerance_is_a_band_about_the_plan() -> None:
    """Two monitor units to either side."""
    (axes,) = planned_versus_delivered(rows((1, 1, 100.0, 100.0)), tolerance_mu=2.0).axes

    band = axes.patches[0]
    assert isinstance(band, Rectangle)
    assert (band.get_x(), band.get_width()) == (98.0, 4.0)


def test_empty_table_says_what_to_do() -> None:
    """No record yet is a sentence and no error."""
    figure = planned_versus_delivered(rows())

    assert [text.get_text() for text in figure.texts] == ["No delivery yet: treat a fraction first"]


def test_table_without_a_column_is_refused() -> None:
    """The missing column is named."""
    with pytest.raises(Refused) as refusal:
        planned_versus_delivered(pd.DataFrame({"beam": [1]}))

    assert (
        str(refusal.value) == "planned versus delivered: column 'fraction' is missing, expected beam, fraction, specified_mu, delivered_mu"
    )


def test_columns_of_extension_types_are_drawn() -> None:
    """Nullable integers and floats, as record tables have them."""
    table = rows((1, 1, 120.0, None)).astype({"beam": "Int64", "fraction": "Int64", "specified_mu": "Float64", "delivered_mu": "Float64"})

    picture = BytesIO()
    planned_versus_delivered(table).savefig(picture, format="png")

    assert words_of(table)[:3] == ["120.0", "not known", ""]
    assert picture.getvalue().startswith(b"\x89PNG")
