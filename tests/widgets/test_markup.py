"""The HTML of the parts: what is written, how numbers are set, and that nothing from outside is markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from workbench.archive.rows import StepState, WorkitemRow
from workbench.treatment.course import PlannedBeam
from workbench_widgets import markup
from workbench_widgets.sentences import Entry
from workbench_widgets.view import PlanFacts, RoomView

NOW = datetime(2024, 6, 3, 8, 15, tzinfo=UTC)
UID = "2.25.162709734783769693278970140860750314564"


class _Words(HTMLParser):
    """Collects what a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.found.append(data)


def words(html: str) -> str:
    """The text of some HTML, spaces evened out."""
    parser = _Words()
    parser.feed(html)
    return re.sub(r"\s+", " ", " ".join(parser.found)).strip()


def make_row(**changes: Any) -> WorkitemRow:
    """A treatment held by TDD1, three quarters done."""
    parts: dict[str, Any] = {
        "uid": UID,
        "session_id": 1,
        "room": "EYE1",
        "code": "121726",
        "state": StepState.IN_PROGRESS,
        "lock": "2.25.99",
        "holder": "TDD1",
        "progress_percent": 63.0,
        "progress_text": "Beam 1: 75.6 of 120.0 MU",
        "dataset": b"",
        "changed_at": NOW,
    }
    return WorkitemRow(**{**parts, **changes})


def make_facts(**changes: Any) -> PlanFacts:
    """Four fractions of 5 Gy(RBE) to a right eye."""
    parts: dict[str, Any] = {
        "uid": "2.25.5",
        "label": "Plan 1",
        "patient_id": "P1",
        "eye": "right eye",
        "fractions": 4,
        "beams": (PlannedBeam(number=1, name="Field 1", dose_gy=5.0),),
        "suggested_mu": {1: 120.0},
    }
    return PlanFacts(**{**parts, **changes})


def test_a_workitem_shows_state_holder_and_kind_of_work() -> None:
    """Mark and word of the state, what it is, who holds it, and its UID shortened in the middle."""
    shown = words(markup.workitem_list([make_row()], {}))

    assert shown == "◐ IN PROGRESS treatment held by TDD1 2.25.162…14564"


def test_the_lock_of_a_workitem_is_never_shown() -> None:
    """The Transaction UID is the holder's key."""
    assert "2.25.99" not in markup.workitem_list([make_row()], {UID: NOW})


def test_progress_is_a_number_and_the_words_of_the_device() -> None:
    """63 % as bar, as value for assistive technology, and as text beside the monitor units."""
    bar = markup.progress_bar(make_row())

    assert words(bar) == "63 % Beam 1: 75.6 of 120.0 MU"
    assert 'aria-valuenow="63"' in bar
    assert "width:63.0%" in bar


def test_a_percentage_beyond_the_scale_stays_on_the_bar() -> None:
    """A peer may report 140 %; the bar ends at its end."""
    assert 'aria-valuenow="100"' in markup.progress_bar(make_row(progress_percent=140.0))


def test_the_plan_card_tells_eye_and_dose() -> None:
    """Gy with two decimals, and that nobody is checked in."""
    assert words(markup.plan_card(make_facts(), None)) == "P1 Plan 1 · right eye · 4 \N{MULTIPLICATION SIGN} 5.00 Gy(RBE) not checked in"


def test_what_a_plan_does_not_know_is_said() -> None:
    """No eye, no number of fractions and no dose are no zeros."""
    facts = make_facts(eye=None, fractions=None, beams=(PlannedBeam(number=1, name="Field 1"),))

    assert words(markup.plan_card(facts, None)) == "P1 Plan 1 · eye not known · ? fractions not checked in"


def test_without_a_plan_the_card_says_what_to_do() -> None:
    """An empty state is an instruction."""
    assert words(markup.plan_card(None, None)) == "No plan yet: import one, or use the sample."


def test_text_from_outside_is_never_markup() -> None:
    """A label, a holder, a device's progress and a refusal that look like tags are shown as they were sent."""
    evil = '<img src=x onerror="alert(1)">'
    pages = [
        markup.plan_card(make_facts(label=evil, patient_id=evil, eye=evil), None),
        markup.workitem_list([make_row(holder=evil, code=evil, uid=evil)], {}),
        markup.progress_bar(make_row(progress_text=evil)),
        markup.log_lines([Entry(at=NOW, sentence=evil, uid=evil)], shown=5),
        markup.notice(evil, "fail"),
        markup.room_line(RoomView(room=evil, ae_title=evil, address=evil, session=None, workitems=())),
    ]

    assert [page for page in pages if "<img" in page] == []


def test_a_refusal_is_told_with_its_rule() -> None:
    """And with the status that a peer is answered with, where there is one (C301)."""
    found = [words(markup.notice("refused", "fail", rule=rule)) for rule in ("", "room-busy", "ups-wrong-lock")]

    assert found == ["✕ Refused", "✕ Refused (rule room-busy)", "✕ Refused (rule ups-wrong-lock, C301)"]


def test_a_uid_in_a_sentence_is_shortened_and_an_address_is_not() -> None:
    """In the dashboard's own word and in the log; the whole is on hover."""
    sentence = f"workitem {UID}: found nothing at 127.0.0.1:11112"

    pages = [markup.notice(sentence, "fail"), markup.log_lines([Entry(at=NOW, sentence=sentence)], shown=1)]

    assert [re.sub(r"^.*?orkitem", "", words(page)) for page in pages] == [" 2.25.162…14564 : found nothing at 127.0.0.1:11112"] * 2
    assert [page.count(f'title="{UID} ') for page in pages] == [1, 1]


def test_a_moment_of_another_day_has_its_date() -> None:
    """A time of day alone means today."""
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=7)
    other = today.replace(year=2024, month=6, day=3)

    assert [words(markup.moment(one)) for one in (today, other)] == ["00:00:07", "2024-06-03 00:00:07"]
    assert words(markup.moment(today, is_dated=True)) == f"{today:%Y-%m-%d} 00:00:07"


def test_a_notice_is_announced_and_begins_with_a_capital() -> None:
    """Errors of the workbench begin with what they are about; as a sentence they begin with a capital, but a file keeps its name."""
    shown = markup.notice("room EYE1: session 1 is active, expected it to be completed", "fail")

    assert words(shown) == "✕ Room EYE1: session 1 is active, expected it to be completed"
    assert 'role="status" aria-live="polite"' in shown
    assert words(markup.notice("plan-2.dcm: found no DICM", "fail")) == "✕ plan-2.dcm: found no DICM"


def test_the_log_shows_its_latest_lines_newest_first() -> None:
    """Of five lines two are asked for."""
    lines = [Entry(at=NOW, sentence=f"line {number}") for number in range(5)]

    shown = words(markup.log_lines(lines, shown=2))

    assert re.findall(r"line \d", shown) == ["line 4", "line 3"]
