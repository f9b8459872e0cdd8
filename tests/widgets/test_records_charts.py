"""How much of an answer a chart shows, and what stands above it."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.records.answers.frames import INTERRUPTED, at, beam, beams, planned, registrations
from tests.widgets.given import make_records
from workbench.records import Filters
from workbench_widgets.records_charts import CHARTS, GROUP_WORDS, INCHES_WIDE, MOST_ROWS, Focus, charted, drawn, focus_of
from workbench_widgets.records_view import Choices
from workbench_widgets.table_rows import TableRows

EVERYBODY = focus_of(None, Filters())


def chosen(place: int) -> Focus:
    """The focus of one of the deliveries."""
    return focus_of(TableRows(beams(*INTERRUPTED)).row(place), Filters())


def results(summary: str) -> dict[str, int]:
    """Result → how many quantities, as shown."""
    return {name: int(count) for name, count in re.findall(r'data-result="(\w+)">.*?<b>(\d+)</b>', summary)}


def test_a_chosen_delivery_is_held_against_its_plan() -> None:
    """Beam 1 of fraction 1 got 12.5 and 27.5 of 40 MU and stood at gantry 0: both pass, whichever of the two is chosen."""
    for place in (0, 1):
        found = charted(make_records(), "planned_versus_delivered", chosen(place), Choices())
        assert found.remark == "patient P-001 \N{MIDDLE DOT} fraction 1 \N{MIDDLE DOT} beam 1"
        assert found.answer[["quantity", "delivered", "result"]].to_numpy().tolist() == [
            ["meterset", 40.0, "pass"],
            ["gantry", 0.0, "pass"],
        ]
        assert results(found.summary) == {"pass": 2, "warn": 0, "fail": 0}


@pytest.mark.slow
def test_of_many_quantities_the_worst_are_drawn() -> None:
    """Thirty fractions give sixty rows; the one that got too little comes first, and the counts are of all."""
    rows = [beam(f"2.25.{n}", 1, 40.0 if n != 17 else 30.0, fraction=n, started=at(0, n)) for n in range(1, 31)]

    found = charted(make_records(rows, planned_beams=planned(fractions_planned=30)), "planned_versus_delivered", EVERYBODY, Choices())

    assert (len(found.answer), found.remark) == (MOST_ROWS, "the worst 20 of 60")
    assert found.answer[["fraction", "result"]].iloc[0].tolist() == [17, "fail"]
    assert results(found.summary) == {"pass": 59, "warn": 0, "fail": 1}


def test_a_course_is_that_of_the_chosen_row() -> None:
    """Another patient's course is left out; the chain of the interrupted beam is in it."""
    records = make_records([*INTERRUPTED, beam("2.25.301", 1, 40.0, patient_id="P-002", plan_uid="2.25.9", plan_label="OTHER")])

    found = charted(records, "treatments", chosen(0), Choices())

    assert found.answer["patient_id"].unique().tolist() == ["P-001"]
    assert found.answer["chain"].iloc[0] == "TREATMENT 12.5 MU OPERATOR → CONTINUATION 27.5 MU NORMAL"


def test_of_many_treatments_the_latest_are_drawn() -> None:
    """Eleven fractions of two patients, the first patient's in May, the other's in June: of 22 the two first ones of May are left out."""
    rows = [
        beam(f"2.25.{m}{n}", 1, 40.0, patient_id=f"P-{m}", plan_uid=f"2.25.{m}", fraction=n, session=None, started=at(0, days + n))
        for m, days in ((1, 0), (2, 30))
        for n in range(1, 12)
    ]
    plans = pd.concat([planned(patient_id=f"P-{m}", plan_uid=f"2.25.{m}", fractions_planned=11) for m in (1, 2)], ignore_index=True)

    found = charted(make_records(rows, planned_beams=plans), "treatments", EVERYBODY, Choices())

    assert found.remark == "the latest 20 of 22"
    assert found.answer[["patient_id", "fraction"]].iloc[0].tolist() == ["P-1", 3]
    assert found.answer[["patient_id", "fraction"]].iloc[-1].tolist() == ["P-2", 11]


def test_terminations_are_counted_by_whatever_is_offered() -> None:
    """Three of four deliveries ended normally, by whichever column they are grouped in the one room of the one patient."""
    for by, words in GROUP_WORDS.items():
        found = charted(make_records(), "terminations", chosen(0), Choices(), by=by)
        assert found.remark == f"by {words}"
        counts = found.answer.groupby("termination", observed=True)["deliveries"].sum().to_dict()
        assert counts == {"NORMAL": 3, "OPERATOR": 1}, by


def test_without_anything_to_draw_a_sentence_says_why() -> None:
    """No setup was recorded; too much would have to be counted; nothing is there."""
    records = make_records()

    assert charted(records, "setup_trend", chosen(0), Choices(), measure="turn").sentence == (
        "No turn of registrations of patient P-001 is recorded: treat a fraction with position acquisition first."
    )
    assert charted(records, "progress", EVERYBODY, Choices(deliveries=100_000)).sentence == (
        "100,000 deliveries are too many to be counted at once: choose a patient above, or click a row."
    )
    nothing = charted(make_records([]), "planned_versus_delivered", EVERYBODY, Choices())
    assert (nothing.sentence, nothing.summary) == ("Nothing to draw of planned versus delivered: there has to be a record first.", "")
    other = charted(make_records([]), "timing", focus_of(None, Filters(room="EYE2")), Choices())
    assert other.sentence == "Nothing to draw of timing: choose another row, or fewer filters."


def test_a_trend_is_of_the_first_measure_that_there_is() -> None:
    """Only a turn is registered: it is what is drawn unless something else is asked for, and then a sentence says what there is."""
    turned = registrations({"patient_id": "P-001", "session": 1, "turn_x_deg": 0.5, "stored_at": at(1), "object_uid": "2.25.5", "item": 0})
    records = make_records(registrations=turned)

    found = charted(records, "setup_trend", chosen(0), Choices())

    assert (found.remark, found.answer["value"].tolist()) == ("turn of registrations \N{MIDDLE DOT} patient P-001", [0.5])
    assert charted(records, "setup_trend", chosen(0), Choices(), measure="shift").sentence == (
        "No shift of registrations of patient P-001 is recorded: there is turn of registrations."
    )


@pytest.mark.slow
def test_every_chart_is_drawn_narrow_and_without_a_title_of_its_own() -> None:
    """The heading of the panel says it; text stays readable beside the details."""
    moved = registrations({"patient_id": "P-001", "session": 1, "shift_x_mm": 0.1, "stored_at": at(1), "object_uid": "2.25.5", "item": 0})
    for name in CHARTS:
        found = charted(make_records(registrations=moved), name, EVERYBODY, Choices())
        figure = drawn(name, found.answer, "shift")
        assert (figure.get_figwidth(), [axes.get_title("left") for axes in figure.axes if axes.get_title("left")]) == (INCHES_WIDE, []), (
            name
        )
        assert isinstance(found.answer, pd.DataFrame)
        assert not found.sentence, name
