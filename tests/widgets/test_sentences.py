"""Events as lines of a log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workbench.events import Event, EventKind
from workbench.network.associations import AssociationSeen, Stand
from workbench_widgets.sentences import association_entry, entries, entry

NOW = datetime(2024, 6, 3, 8, 15, tzinfo=UTC)


def make_event(kind: EventKind, *, subject: str = "2.25.7", actor: str = "TDD1", **detail: str | int | float) -> Event:
    """Something that happened at eight fifteen."""
    return Event(at=NOW, kind=kind, subject=subject, actor=actor, detail=detail)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_its_words(kind: EventKind) -> None:
    """A new kind cannot be forgotten: its line names who did it."""
    assert "TDD1" in entry(make_event(kind)).sentence


def test_a_refusal_is_told_with_its_rule_and_status() -> None:
    """A claim by a second device: the sentence, the rule, and the code of the statement (C301)."""
    refused = make_event(
        EventKind.REQUEST_REFUSED,
        actor="TDD2",
        what="N-ACTION to IN PROGRESS",
        rule="ups-wrong-lock",
        why="workitem 2.25.7: IN PROGRESS refused, it is held by TDD1",
    )

    line = entry(refused)

    assert line.is_refusal
    assert line.sentence == (
        "TDD2 was refused N-ACTION to IN PROGRESS: workitem 2.25.7: IN PROGRESS refused, it is held by TDD1 (rule ups-wrong-lock, C301)"
    )


def test_a_row_that_refuses_an_object_is_told_with_its_status() -> None:
    """The rule of a row has its code behind a colon; its status is that of all rows (C002)."""
    refused = make_event(EventKind.OBJECT_REFUSED, what="C-STORE", rule="row:missing", why="PatientID is missing")

    assert entry(refused).sentence.endswith("(rule row:missing, C002)")


def test_of_progress_reports_in_a_row_the_last_is_kept() -> None:
    """Twenty reports of one beam are one line; a report after something else is another."""
    reports = [make_event(EventKind.WORKITEM_PROGRESSED, text=f"Beam 1: {mu}.0 of 20.0 MU") for mu in range(1, 21)]
    history = [*reports, make_event(EventKind.OBJECT_STORED, subject="2.25.8"), reports[-1]]

    lines = entries(history)

    assert [line.sentence.partition(" reported ")[2][:7] for line in lines] == ["Beam 1:", "", "Beam 1:"]
    assert "20.0 of 20.0 MU" in lines[0].sentence


def test_what_a_device_fetched_series_by_series_is_one_line() -> None:
    """Seven C-MOVEs to itself are one line; what it has sent elsewhere is another."""
    own = [make_event(EventKind.OBJECTS_SENT, subject="TDD1", count=1)] * 7
    others = make_event(EventKind.OBJECTS_SENT, subject="ARCHIVE", count=1)

    assert [line.sentence for line in entries([*own, others])] == ["TDD1 fetched objects", "TDD1 had objects sent to ARCHIVE"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "TDD1 is associated, from 127.0.0.1"),
        ({"stand": Stand.RELEASED}, "TDD1 was associated for 2.5 s, from 127.0.0.1: released"),
        ({"stand": Stand.LOST}, "TDD1 was associated for 2.5 s, from 127.0.0.1: the connection was lost"),
        (
            {"stand": Stand.REJECTED, "why": "called AE title not recognized"},
            "TDD1 was refused an association, from 127.0.0.1: called AE title not recognized",
        ),
    ],
)
def test_an_association_is_one_line(changes: dict[str, Any], sentence: str) -> None:
    """Who came from where, and what became of it; only a rejection is a refusal."""
    began = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    ended = began + timedelta(seconds=2.5) if changes else None

    line = association_entry(
        AssociationSeen(number=1, calling_ae="TDD1", called_ae="WORKBENCH", host="127.0.0.1", began=began, ended=ended, **changes)
    )

    assert (line.at, line.sentence, line.is_refusal) == (began, sentence, "why" in changes)
