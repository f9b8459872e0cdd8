"""What a records dashboard can show, how it is narrowed, and where a row leads."""

from __future__ import annotations

from datetime import date

import pytest

from tests.records.answers.frames import INTERRUPTED, beams, planned
from tests.widgets.given import make_records
from workbench.errors import Refused
from workbench.events import EventKind
from workbench.records import Filters
from workbench.records.answers.columns import ANSWERS
from workbench.records.columns import TABLES
from workbench_widgets.records_view import EMPTY, Choices, described, is_told, is_too_much, links, nothing, rows_of, taken
from workbench_widgets.table_rows import TableRows

EVERYTHING = Filters(patient_id="P-001", plan_uid="2.25.1", room="EYE1", since=date(2024, 6, 1), until=date(2024, 6, 30))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*TABLES, *ANSWERS])
def test_everything_can_be_shown_whatever_is_entered(name: str) -> None:
    """Filters that a table or an answer does not take are left out and named, so that none of them refuses."""
    fitting, left = taken(name, EVERYTHING)

    assert rows_of(make_records(), name, EVERYTHING).attrs["table"] == name
    assert set(fitting) | {"patient_id": 1, "plan_uid": 1, "room": 1, "since": 1, "until": 1}.keys() == set(EVERYTHING)
    assert ("days" in left) == ("since" not in fitting)
    assert (described(name).name, bool(EMPTY[name])) == (name, True)


@pytest.mark.slow
def test_what_a_table_takes_is_what_it_does_not_refuse() -> None:
    """The tables' own check of a filter agrees with what is left out here."""
    records = make_records()
    for name in TABLES:
        for key, value in EVERYTHING.items():
            fitting, _ = taken(name, Filters(**{key: value}))
            if fitting:
                records.table(name, **fitting)
            else:
                with pytest.raises(Refused):
                    records.table(name, **{key: value})


def test_an_empty_table_says_what_to_do_next() -> None:
    """Another word when filters are entered, and when files cannot know such a thing."""
    assert nothing("beams", Filters(), knows_sessions=True) == "No record yet: deliver a fraction."
    assert nothing("beams", Filters(), knows_sessions=False) == "No treatment record here: put some into the folder and read again."
    assert nothing("sessions", Filters(), knows_sessions=False) == "Files know no sessions: open the data folder of a workbench."
    assert nothing("spots", Filters(patient_id="P-002"), knows_sessions=True).startswith("No row of spots fits the filters above")
    assert nothing("refusals", Filters(patient_id="P-002"), knows_sessions=True) == "Nothing was refused."


def test_a_delivery_leads_to_what_belongs_to_it() -> None:
    """Its control points by record and place, its plan by beam, its session; a blank leads nowhere."""
    table = TableRows(beams({**INTERRUPTED[0], "session": None}))

    found = {one.table: (dict(one.filters), dict(one.narrowed)) for one in links("beams", table.row(0), table.columns)}

    assert found == {
        "control_points": ({"record_uid": "=2.25.101", "item": "=0"}, {"patient_id": "P-001"}),
        "spots": ({"record_uid": "=2.25.101", "item": "=0"}, {"patient_id": "P-001"}),
        "planned_beams": ({"plan_uid": "=2.25.1", "beam": "=1"}, {"patient_id": "P-001"}),
        "fractions": ({"plan_uid": "=2.25.1", "fraction": "=1"}, {"patient_id": "P-001"}),
        "sessions": ({"plan_uid": "=2.25.1"}, {"patient_id": "P-001"}),
    }


def test_an_answer_leads_to_the_records_that_it_was_reckoned_from() -> None:
    """A treatment of two deliveries leads to these two."""
    answer = make_records().answers.treatments()
    table = TableRows(answer)

    (to_beams,) = [one for one in links("treatments", table.row(0), table.columns) if one.table == "beams"]

    assert to_beams.filters == {"record_uid": "=2.25.101 | =2.25.102"}


def test_choices_are_what_tables_name() -> None:
    """Patients, rooms and plans of all tables seen; the number of deliveries is that of the whole table."""
    choices = Choices().learn(beams(*INTERRUPTED)).learn(planned(patient_id="P-002", plan_uid="2.25.7")).learn(beams(INTERRUPTED[0]))

    assert (choices.patients, choices.rooms, choices.deliveries) == (("P-001", "P-002"), ("EYE1",), 4)
    assert choices.plans == {"2.25.1": ("P-001", "EYE"), "2.25.7": ("P-002", "EYE")}


def test_progress_of_a_beam_is_told_where_a_table_tells_of_it() -> None:
    """A record is for every table; progress, of which there is much, for those of workitems; an address of the provider for none."""
    kinds = (EventKind.RECORD_STORED, EventKind.WORKITEM_PROGRESSED, EventKind.PROVIDER_STARTED)

    assert [is_told(kind, "beams") for kind in kinds] == [True, False, False]
    assert [is_told(kind, "workitems") for kind in kinds] == [True, True, False]


def test_too_many_deliveries_are_counted_for_one_patient_only() -> None:
    """Counting courses costs some milliseconds a delivery; tables, trends and times do not count."""
    many = Choices(deliveries=100_000)

    assert is_too_much("progress", Filters(), many)
    assert not is_too_much("progress", Filters(patient_id="P-001"), many)
    assert not is_too_much("setup_trend", Filters(), many)
    assert not is_too_much("progress", Filters(), Choices(deliveries=4))
