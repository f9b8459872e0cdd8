"""Which deliveries count, each once: repeats, later states, what was typed in, and what no one can place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from workbench.errors import Refused
from workbench.treatment.counting import Counted, counted
from workbench.treatment.course import Course, PlannedBeam
from workbench.treatment.delivery import Delivery, DeliveryType, Given, Termination, given, in_words

COURSE = Course(plan_uid="2.25.1", label="EYE", patient_id="P-001", fractions=4, beams=(PlannedBeam(number=1, name="Beam 1"),))
BEAM_ON = datetime(2024, 6, 3, 8, 15, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """A moment after the first beam-on."""
    return BEAM_ON + timedelta(seconds=seconds)


def make_delivery(delivered_mu: float = 12.5, *, start: float = 0.0, lasted: float = 20.0, came: float = 60.0, **changes: Any) -> Delivery:
    """A delivery of beam 1 in fraction 1, recorded a minute after it began; times in seconds after the first beam-on."""
    parts: dict[str, Any] = {
        "beam": 1,
        "fraction": 1,
        "delivered_mu": delivered_mu,
        "ended": Termination.OPERATOR,
        "plan_uid": "2.25.11",
        "record_uid": f"2.25.{1000 + int(came)}",
        "started_at": at(start),
        "ended_at": at(start + lasted),
        "recorded_at": at(came),
    }
    return Delivery(**{**parts, **changes})


def typed(delivered_mu: float, *, came: float) -> Delivery:
    """An entry by hand: begun and ended when it was typed."""
    return make_delivery(delivered_mu, start=came, lasted=0.0, came=came, is_by_hand=True, ended=Termination.UNKNOWN)


def total(found: Counted) -> float:
    """Monitor units that count for beam 1 of fraction 1."""
    return sum(one.delivered_mu for one in found.of(1, 1))


@pytest.mark.parametrize(
    ("primary", "first", "last", "expected"),
    [
        (27.5, 12.5, 40.0, Given(mu=27.5)),
        (40.0, 12.5, 40.0, Given(mu=27.5)),
        (27.5, 0.0, 27.5, Given(mu=27.5)),
        (None, 12.5, 40.0, Given(mu=27.5)),
        (27.5, None, None, Given(mu=27.5)),
        (0.0, 0.0, 0.0, Given(mu=0.0)),
        (30.0, 0.0, 12.5, Given(mu=30.0, other_mu=12.5)),
        (5.0, 12.5, 40.0, Given(mu=27.5, other_mu=5.0)),
        (12.5, 40.0, 30.0, Given(mu=12.5, other_mu=0.0)),
    ],
)
def test_a_record_s_two_figures_are_read_together(primary: float | None, first: float | None, last: float | None, expected: Given) -> None:
    """Of this delivery alone or a place on the beam's axis: 27.5 MU either way; a contradiction is kept, the larger counts."""
    assert given(primary, first, last) == expected


def test_a_record_without_any_meterset_cannot_be_counted() -> None:
    """Neither here nor there: nobody knows what was delivered."""
    with pytest.raises(Refused, match=r"^record: found neither Delivered Primary Meterset nor delivered metersets of control points"):
        given(None, None, 40.0)


@pytest.mark.parametrize("mu", [-0.1, float("nan"), float("inf")])
def test_a_delivery_of_less_than_nothing_is_never_born(mu: float) -> None:
    """It would make a beam start before 0."""
    with pytest.raises(Refused, match=r"^delivery of beam 1: found .* MU, expected 0 or more$"):
        make_delivery(mu)


def test_setup_beams_count_for_no_fraction() -> None:
    """A setup beam positions the patient (TMS statement 9.1.2.6.5, R134)."""
    assert counted(COURSE, [make_delivery(type=DeliveryType.SETUP)]) == Counted(deliveries=(), decisions=(), unplaced=())


def test_a_record_that_came_twice_under_two_uids_counts_once() -> None:
    """The device lost the answer and made its record anew: same beam-on, same end, same monitor units."""
    found = counted(COURSE, [make_delivery(came=60), make_delivery(came=90)])

    assert (total(found), len(found.deliveries)) == (12.5, 1)
    assert found.notes == ("A record of 12.5 MU of beam 1 repeats a delivery that another record tells; it counts once.",)


@pytest.mark.parametrize("order", [1, -1])
def test_a_later_record_of_the_same_beam_on_replaces_the_earlier(order: int) -> None:
    """First 12.5 MU after 20 s, then the whole 40 MU of the same beam-on after 64 s, in whatever order they came."""
    states = [make_delivery(12.5, came=25), make_delivery(40.0, lasted=64, came=70)][::order]

    assert total(counted(COURSE, states)) == 40.0


@pytest.mark.parametrize(
    "other",
    [
        make_delivery(start=30, came=90),
        make_delivery(12.5, start_mu=12.5, came=90),
        make_delivery(20.0, came=90),
        make_delivery(plan_uid="2.25.12", came=90),
        make_delivery(came=60),
        make_delivery(started_at=None, came=90),
        make_delivery(ended_at=None, came=90),
    ],
    ids=["began later", "began elsewhere", "gave another amount", "another session", "same record", "no start", "no end"],
)
def test_what_may_be_another_delivery_counts_too(other: Delivery) -> None:
    """Only what is certainly the same beam-on is left out: too much cannot be taken back."""
    assert total(counted(COURSE, [make_delivery(came=60), other])) == 12.5 + other.delivered_mu


def test_an_entry_by_hand_after_the_machine_s_record_is_added_to_it() -> None:
    """The user saw the record of 12.5 MU and typed in what was still missing."""
    found = counted(COURSE, [make_delivery(12.5, came=30), typed(10.0, came=100)])

    assert (total(found), found.notes) == (22.5, ())


def test_an_entry_by_hand_gives_way_to_the_machine_s_own_record_of_the_same() -> None:
    """Typed as 12.5 at 100 s, told by the machine as 12.52 at 200 s, of a beam-on at 0 s: 12.52 count."""
    found = counted(COURSE, [typed(12.5, came=100), make_delivery(12.52, came=200)])

    assert total(found) == 12.52
    assert found.notes == (
        "The 12.5 MU of beam 1 that were entered by hand no longer count, because the machine's own record of them came later.",
    )


def test_an_entry_by_hand_and_a_later_record_that_differ_both_count_and_are_told() -> None:
    """20 MU typed, 10 MU told of an earlier beam-on: nobody knows whether they are the same, and too much cannot be taken back."""
    found = counted(COURSE, [typed(20.0, came=100), make_delivery(10.0, came=200)])

    assert total(found) == 30.0
    assert found.notes == ("Beam 1 has 20.0 MU entered by hand and 10.0 MU that the machine recorded later; both count, as they differ.",)


def test_a_beam_on_after_the_entry_by_hand_is_another_one() -> None:
    """Typed at 100 s, beam on again at 150 s: both count, and there is nothing to tell."""
    found = counted(COURSE, [typed(12.5, came=100), make_delivery(12.5, start=150, came=200)])

    assert (total(found), found.notes) == (25.0, ())


def test_two_entries_by_hand_give_way_to_one_record_once() -> None:
    """Two beam-ons of 12.5 MU were typed; the record of one of them came: 25 MU all the same."""
    assert total(counted(COURSE, [typed(12.5, came=100), typed(12.5, came=110), make_delivery(12.5, came=200)])) == 25.0


def test_what_is_odd_about_a_record_is_told() -> None:
    """A beam the plan does not have, a contradiction, another fraction than the session's."""
    odd = [make_delivery(beam=9), make_delivery(30.0, doubtful_mu=12.5, came=61), make_delivery(start=90, came=120, recorded_fraction=3)]

    assert counted(COURSE, odd).notes == (
        "A record of beam 9, which the plan does not have, counts for nothing.",
        "A record of beam 1 says 30.0 MU and 12.5 MU of the same delivery; 30.0 MU count, as nothing is to be delivered twice.",
        "A record of 12.5 MU of beam 1 names fraction 3; it counts for fraction 1, which its session treated.",
    )


@drawn(
    parts=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40), st.booleans()), max_size=6),
    copies=st.lists(st.integers(0, 5), max_size=6),
)
def test_repeating_records_changes_nothing(parts: list[tuple[int, int, bool]], copies: list[int]) -> None:
    """Any of the machine's records may come again under another UID, at any time: the sum stays."""
    machine = [make_delivery(mu / 4, start=100 * start + index, came=1000 + index) for index, (start, mu, _) in enumerate(parts)]
    hand = [typed(mu / 4, came=5000 + index) for index, (_, mu, also) in enumerate(parts) if also]
    again = [
        make_delivery(one.delivered_mu, start=100 * parts[index][0] + index, came=2000 + number)
        for number, index in enumerate(copies)
        if index < len(machine)
        for one in [machine[index]]
    ]

    assert total(counted(COURSE, [*again, *machine, *hand])) == pytest.approx(total(counted(COURSE, [*machine, *hand])))


@pytest.mark.parametrize(("mu", "words"), [(40.0, "40.0"), (12.5, "12.5"), (12.34, "12.34"), (0.1 + 0.2, "0.3"), (39.999, "40.0")])
def test_monitor_units_are_said_with_one_decimal_or_two(mu: float, words: str) -> None:
    """As a display shows them: 12.5, and 12.34 where the second one counts."""
    assert in_words(mu) == words
