"""The answers over an archive and over its data folder, after a session of the clinic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clinic import make_record
from tests.records.answers.frames import rows
from tests.workflow.house import House
from workbench.errors import Refused
from workbench.records import ArchiveSource, Records, open_folder
from workbench.records.answers import ANSWERS
from workbench.treatment.delivery import Termination


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_its_columns_when_there_is_nothing(house: House, name: str) -> None:
    """An empty house."""
    frame = Records(ArchiveSource(house.archive)).answers.answer(name)

    assert (len(frame), list(frame.columns), frame.attrs["table"]) == (0, ANSWERS[name].names, name)


def test_answers_are_the_same_over_an_archive_and_its_folder(house: House) -> None:
    """A beam of 40 MU stopped at 12.5: fraction 1 is to be continued, and the session's own copy of the plan is no course."""
    _, plan = house.running()
    house.store(make_record(plan, end_mu=12.5, ended=Termination.OPERATOR))

    live = Records(ArchiveSource(house.archive)).answers
    with open_folder(house.archive.folder) as folder:
        for answers in (live, folder.answers):
            assert rows(answers.progress(), "next_fraction", "delivered_mu", "explained") == [(1, 12.5, "Fraction 1 is to be continued.")]
            assert rows(answers.treatments(), "deliveries", "interruptions", "missing_mu", "is_finished") == [(1, 1, 27.5, False)]
            compared = answers.planned_versus_delivered()
            assert rows(compared[compared["result"] == "fail"], "quantity", "planned", "delivered") == [("meterset", 40.0, 12.5)]
            assert answers.irregularities().empty
            assert rows(answers.terminations(), "group", "termination", "missing_mu") == [("EYE1", "OPERATOR", 27.5)]
            assert rows(answers.timing(), "state", "beam_on_s") == [("IN PROGRESS", 20.0)]


def test_days_narrow_what_is_told_and_not_what_counts(house: House) -> None:
    """Yesterday's interruption is part of today's treatment; the days are those of its first beam-on."""
    _, plan = house.running()
    house.store(make_record(plan, end_mu=12.5, ended=Termination.OPERATOR))
    answers = Records(ArchiveSource(house.archive)).answers
    (began,) = answers.treatments()["started_at"]

    for answer in ("treatments", "planned_versus_delivered", "terminations", "timing"):
        assert not answers.answer(answer, since=began, until=began).empty
        assert answers.answer(answer, since=began + timedelta(days=2)).empty
    assert answers.terminations(room="EYE2").empty
    with pytest.raises(Refused, match="answer progress: found since to narrow it by, expected patient_id, plan_uid"):
        answers.progress(since=began)
