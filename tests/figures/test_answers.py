"""Figures of answers, read back as numbers and words."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.pylabtools import print_figure
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from workbench.errors import Refused
from workbench.figures import (
    course_progress,
    irregularity_list,
    palette,
    setup_spreads,
    setup_trends,
    termination_shares,
    tolerances,
    treatment_chains,
    treatment_times,
)
from workbench.figures.answers import ANSWERED
from workbench.records.answers import ANSWERS


def words(axes: Axes) -> list[str]:
    """All words in the axes."""
    return [text.get_text() for text in axes.texts]


def bars(axes: Axes) -> list[tuple[float, float]]:
    """Left end and width of every bar."""
    return [(round(one.get_x(), 6), round(one.get_width(), 6)) for one in axes.patches if isinstance(one, Rectangle)]


def compared(*found: tuple[str, str, float | None, float | None, str]) -> pd.DataFrame:
    """Quantity, unit, difference, tolerance and result of beam 1 in fraction 2."""
    frame = pd.DataFrame(list(found), columns=["quantity", "unit", "difference", "tolerance", "result"])
    return frame.assign(patient_id="P-001", fraction=2, beam=1)


def test_a_difference_is_drawn_in_tolerances_with_its_mark_and_number() -> None:
    """0.1 of 0.2 MU is half a tolerance; 3 degrees of 1 are drawn at the edge, and their number is written."""
    (axes,) = tolerances(compared(("meterset", "MU", 0.1, 0.2, "pass"), ("gantry", "°", -3.0, 1.0, "fail"))).axes

    ends = [(float(line.get_xdata()[-1]), line.get_marker()) for line in axes.lines if line.get_marker() != "None"]
    assert ends == [(0.5, "o"), (-2.0, "<")]
    assert words(axes) == ["✓", "+0.10 MU", "✕", "\N{MINUS SIGN}3.00 °"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["fraction 2 · beam 1 · meterset", "fraction 2 · beam 1 · gantry"]


def test_what_is_not_recorded_or_not_tolerated_by_a_number_has_no_bar() -> None:
    """Only the mark and words."""
    (axes,) = tolerances(compared(("gantry", "°", None, 1.0, "unknown"), ("snout", "mm", 0.3, None, "warn"))).axes

    assert [line for line in axes.lines if line.get_marker() != "None"] == []
    assert words(axes) == ["?", "not recorded", "!", "+0.30 mm"]


def test_a_fraction_is_a_block_finished_interrupted_or_remaining() -> None:
    """Of four fractions two are finished and one is interrupted."""
    row = {
        "patient_id": "P-001", "plan_label": "EYE", "fractions_planned": 4, "fractions_finished": 2, "fractions_interrupted": 1,
        "delivered_percent": 62.5, "state": "running",
    }  # fmt: skip
    (axes,) = course_progress(pd.DataFrame([row])).axes

    looks = [(to_hex(one.get_facecolor()).upper(), one.get_hatch()) for one in axes.patches[:3] if isinstance(one, Rectangle)]
    assert looks == [(palette.GREEN, None), (palette.GREEN, None), (palette.ORANGE, "////")]
    assert (len(axes.patches), axes.patches[3].get_facecolor()[-1], words(axes)) == (4, 0.0, ["62.5 %   running"])


def test_a_chain_is_written_beside_its_bars() -> None:
    """20 of 40 MU in two deliveries."""
    row = {
        "patient_id": "P-001",
        "fraction": 3,
        "beam": 1,
        "planned_mu": 40.0,
        "delivered_mu": 20.0,
        "chain": "TREATMENT 10.0 MU MACHINE → CONTINUATION 10.0 MU OPERATOR",
    }
    (axes,) = treatment_chains(pd.DataFrame([row])).axes

    assert bars(axes) == [(0.0, 20.0), (0.0, 40.0)]
    assert words(axes) == ["TREATMENT 10.0 MU MACHINE\nCONTINUATION 10.0 MU OPERATOR"]


def test_times_follow_each_other_in_minutes() -> None:
    """660, 480 and 660 s are 11, 8 and 11 minutes: 30 in all."""
    row = {
        "patient_id": "P-001", "session": 1, "fraction": 1, "state": "COMPLETED",
        "claim_to_beam_on_s": 660.0, "beam_on_to_beam_off_s": 480.0, "beam_off_to_finish_s": 660.0,
    }  # fmt: skip
    (axes,) = treatment_times(pd.DataFrame([row])).axes

    assert (bars(axes), words(axes)) == ([(0.0, 11.0), (11.0, 8.0), (19.0, 11.0)], ["30.0 min"])


def test_shares_of_a_group_fill_its_row() -> None:
    """Three normal and one stopped: 75 and 25 %."""
    frame = pd.DataFrame(
        {"group": ["EYE1", "EYE1"], "termination": ["OPERATOR", "NORMAL"], "deliveries": [1, 3], "share_percent": [25.0, 75.0]}
    )
    (axes,) = termination_shares(frame).axes

    assert (bars(axes), words(axes)) == ([(0.0, 75.0), (75.0, 25.0)], ["3", "1"])


def test_a_trend_has_its_values_and_running_mean() -> None:
    """1 and 3 mm: means 1 and 2; another measure is left out."""
    frame = pd.DataFrame(
        {
            "patient_id": "P-001", "measure": ["shift", "shift", "turn"], "axis": "x", "unit": "mm", "place": [1, 2, 1],
            "value": [1.0, 3.0, 9.0], "running_mean": [1.0, 2.0, 9.0],
        }
    )  # fmt: skip
    (axes,) = setup_trends(frame).axes

    values, means = axes.lines[:2]
    assert ([*values.get_ydata()], [*means.get_ydata()], axes.get_ylabel()) == ([1.0, 3.0], [1.0, 2.0], "x (mm)")


def test_many_patients_are_a_crowd_with_its_mean() -> None:
    """Five patients at 1 to 5 mm in their first setup: their mean is 3 mm, and no patient has a colour."""
    frame = pd.DataFrame(
        {
            "patient_id": [f"P-00{number}" for number in range(1, 6)], "measure": "beam-on", "axis": "lateral", "unit": "mm", "place": 1,
            "value": [1.0, 2.0, 3.0, 4.0, 5.0], "running_mean": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )  # fmt: skip
    figure = setup_trends(frame)
    (axes,) = figure.axes

    assert [[*line.get_ydata()] for line in axes.lines[:6]] == [[1.0], [2.0], [3.0], [4.0], [5.0], [3.0]]
    assert {line.get_color() for line in axes.lines[:5]} == {palette.GREY}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["running means of 5 patients", "mean of all"]


def test_a_spread_has_its_mean_and_both_errors() -> None:
    """Mean 1, systematic 2, random 0.5 mm by machine; what the rooms say is not drawn beside it."""
    row = {
        "by": "machine", "name": "EYELINE", "measure": "shift", "axis": "x", "unit": "mm", "patients": 3,
        "mean": 1.0, "systematic": 2.0, "random": 0.5,
    }  # fmt: skip
    (axes,) = setup_spreads(pd.DataFrame([row, {**row, "by": "room", "name": "EYE1"}])).axes

    zero, systematic, random, mean = ([*line.get_xdata()] for line in axes.lines)
    assert (zero, systematic, random, mean) == ([0, 0], [-1.0, 3.0], [0.5, 1.5], [1.0])
    assert words(axes) == ["+1.00 · syst. 2.00 · rand. 0.50 · 3 patients"]
    assert (axes.get_title(loc="left"), axes.get_xlabel()) == ("Setup: shift by machine", "mm")


def test_more_rows_than_a_figure_holds_are_said_to_be_left_out() -> None:
    """Of 200 rows the first 120."""
    (axes,) = tolerances(compared(*[("meterset", "MU", 0.1, 0.2, "pass")] * 200)).axes

    assert len(axes.get_yticklabels()) == 120
    assert axes.get_title(loc="left") == "Planned versus delivered (the first 120 of 200 rows)"


def test_every_answer_has_a_figure() -> None:
    """One function for the frame, one for the figure."""
    assert set(ANSWERED) == set(ANSWERS)


def test_irregular_records_are_sentences() -> None:
    """Who, what kind, and the sentence."""
    figure = irregularity_list(pd.DataFrame([{"patient_id": "P-001", "kind": "missing", "sentence": "No record is here of fraction 1."}]))

    assert [text.get_text() for text in figure.texts] == ["Irregular records", "P-001", "missing", "No record is here of fraction 1."]


def test_nothing_to_show_is_a_sentence_and_a_missing_column_is_refused() -> None:
    """No empty axes, and no guess."""
    empty: Figure = tolerances(compared())

    assert [text.get_text() for text in empty.texts] == ["No delivery yet: treat a fraction first"]
    with pytest.raises(Refused, match="figure: column 'patient_id' is missing"):
        course_progress(pd.DataFrame({"state": []}))


def test_rows_of_several_patients_are_told_apart() -> None:
    """The same beam and fraction of two patients."""
    both = compared(("meterset", "MU", 0.1, 0.2, "pass"), ("meterset", "MU", 0.0, 0.2, "pass")).assign(patient_id=["P-001", "P-002"])

    (axes,) = tolerances(both).axes

    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["P-001 · fraction 2 · beam 1 · meterset", "P-002 · fraction 2 · beam 1 · meterset"]


@pytest.mark.parametrize("figure", [tolerances(compared()), irregularity_list(pd.DataFrame(columns=["patient_id", "kind", "sentence"]))])
def test_a_figure_of_words_is_shown_by_a_notebook(figure: Figure) -> None:
    """IPython draws no figure that has neither axes nor lines."""
    assert print_figure(figure, "svg") is not None
