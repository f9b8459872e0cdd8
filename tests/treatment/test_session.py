"""Which beams a session treats: whole ones, continuations, omissions, and the fraction that is due."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Conflict, Refused
from workbench.treatment.course import Course, PlannedBeam
from workbench.treatment.delivery import Delivery, DeliveryType, Termination
from workbench.treatment.session import FINISHED_WITHIN_MU, Omission, Session, SessionKind, Task, plan_session

METERSETS = {1: 40.0, 2: 60.0, 3: 20.0}


def make_course(*, beams: int = 3, fractions: int | None = 4) -> Course:
    """A course of equal beams."""
    planned = tuple(PlannedBeam(number=number, name=f"Beam {number}") for number in range(1, beams + 1))
    return Course(plan_uid="2.25.1", label="EYE", patient_id="P-001", fractions=fractions, beams=planned)


def make_delivery(beam: int = 1, delivered_mu: float | None = None, *, fraction: int = 1) -> Delivery:
    """A delivery of a whole beam, or of part of it."""
    whole = METERSETS[beam]
    given_mu = whole if delivered_mu is None else delivered_mu
    return Delivery(
        beam=beam,
        fraction=fraction,
        delivered_mu=given_mu,
        specified_mu=whole,
        ended=Termination.NORMAL if given_mu == whole else Termination.OPERATOR,
    )


def whole(beam: int, fraction: int = 1) -> Task:
    """The task of a beam that nothing was delivered of."""
    mu = METERSETS[beam]
    return Task(
        beam_number=beam,
        fraction=fraction,
        delivery_type=DeliveryType.TREATMENT,
        start_meterset_mu=0.0,
        end_meterset_mu=mu,
        because=f"Beam {beam} is treated with {mu:.1f} MU because fraction {fraction} has none of it yet.",
    )


def rest(beam: int, start_mu: float, fraction: int = 1) -> Task:
    """The task of a beam that stopped at ``start_mu``."""
    mu = METERSETS[beam]
    return Task(
        beam_number=beam,
        fraction=fraction,
        delivery_type=DeliveryType.CONTINUATION,
        start_meterset_mu=start_mu,
        end_meterset_mu=mu,
        because=f"Beam {beam} continues at {start_mu:.1f} MU because fraction {fraction} stopped there, short of {mu:.1f} MU.",
    )


def omitted(beam: int, fraction: int = 1) -> Omission:
    """A beam that is finished."""
    words = f"Beam {beam} is left out because all {METERSETS[beam]:.1f} MU of fraction {fraction} were delivered."
    return Omission(beam_number=beam, because=words, reason="ALREADY_TREATED")


def test_a_first_session_treats_every_beam_from_0() -> None:
    """Nothing delivered: fraction 1, all beams, whole."""
    session = plan_session(make_course(), [], METERSETS)

    assert session == Session(kind=SessionKind.TREATMENT, fraction=1, tasks=(whole(1), whole(2), whole(3)))


def test_an_interrupted_fraction_continues_one_beam_treats_those_not_begun_and_omits_those_finished() -> None:
    """Beam 1 done, beam 2 stopped at 12.5 MU, beam 3 not begun."""
    session = plan_session(make_course(), [make_delivery(1), make_delivery(2, 12.5)], METERSETS)

    assert session == Session(kind=SessionKind.TREATMENT, fraction=1, tasks=(rest(2, 12.5), whole(3)), omitted=(omitted(1),))


def test_a_beam_interrupted_twice_continues_at_the_sum() -> None:
    """12.5 MU and then 20 MU of the continuation make 32.5 MU: each record counts from 0, and the sentence names both."""
    session = plan_session(make_course(beams=1), [make_delivery(1, 12.5), make_delivery(1, 20.0)], METERSETS)

    words = "Beam 1 continues at 32.5 MU because fraction 1 stopped there after 12.5 + 20.0 MU, short of 40.0 MU."
    assert session.tasks == (replace(rest(1, 32.5), because=words),)


def test_a_finished_fraction_makes_the_next_one_due() -> None:
    """All beams of fraction 1 delivered: fraction 2, all beams, whole."""
    deliveries = [make_delivery(1), make_delivery(2), make_delivery(3)]

    session = plan_session(make_course(), deliveries, METERSETS)

    assert (session.fraction, session.tasks, session.omitted) == (2, (whole(1, 2), whole(2, 2), whole(3, 2)), ())


def test_a_delivery_of_another_fraction_is_not_counted() -> None:
    """The beam stopped in fraction 2 has nothing to do with fraction 1's whole one."""
    deliveries = [make_delivery(1), make_delivery(1, 10.0, fraction=2)]

    session = plan_session(make_course(beams=1), deliveries, METERSETS)

    assert (session.fraction, session.tasks) == (2, (rest(1, 10.0, 2),))


def test_an_unfinished_fraction_stays_due_though_a_later_one_was_begun() -> None:
    """Somebody asked for fraction 2 while fraction 1 lacked 30 MU: they are not forgotten."""
    deliveries = [make_delivery(1, 10.0), make_delivery(1, fraction=2)]

    session = plan_session(make_course(beams=1), deliveries, METERSETS)

    assert (session.fraction, session.tasks) == (1, (rest(1, 10.0),))


def test_a_fraction_asked_for_is_treated_instead_of_the_one_due() -> None:
    """Fraction 3 by name, though fraction 1 is due."""
    session = plan_session(make_course(beams=1), [], METERSETS, fraction=3)

    assert (session.fraction, session.tasks) == (3, (whole(1, 3),))


@pytest.mark.parametrize("missing_mu", [FINISHED_WITHIN_MU, 0.0, -0.5])
def test_a_beam_is_finished_when_no_more_is_missing_than_a_record_resolves(missing_mu: float) -> None:
    """0.01 MU short, exact, or a little over: the beam is not sent for a last hundredth of a monitor unit."""
    deliveries = [make_delivery(1, METERSETS[1] - missing_mu), make_delivery(2, 12.5)]

    session = plan_session(make_course(beams=2), deliveries, METERSETS)

    assert [task.beam_number for task in session.tasks] == [2]


def test_a_complete_course_has_nothing_left() -> None:
    """After fraction 2 of 2 a third is refused as a conflict with what was delivered."""
    deliveries = [make_delivery(1), make_delivery(1, fraction=2)]

    with pytest.raises(Conflict, match=r"^plan EYE: all 2 fractions are delivered, expected one left to treat$"):
        plan_session(make_course(beams=1, fractions=2), deliveries, METERSETS)


def test_a_finished_fraction_asked_for_again_is_refused() -> None:
    """Fraction 1 is not delivered twice by naming it."""
    with pytest.raises(Conflict, match=r"^plan EYE: fraction 1 is finished, expected one with a beam left to treat$"):
        plan_session(make_course(beams=1), [make_delivery(1)], METERSETS, fraction=1)


@pytest.mark.parametrize("kind", list(SessionKind))
@pytest.mark.parametrize("fraction", [0, -1, 5])
def test_a_fraction_that_the_plan_does_not_have_is_refused(kind: SessionKind, fraction: int) -> None:
    """The plan has four; whatever the session is for, 0, -1 and 5 are none of them."""
    with pytest.raises(Refused, match=rf"^plan EYE: found fraction {fraction}, expected 1 to 4$"):
        plan_session(make_course(), [], METERSETS, kind=kind, fraction=fraction)


def test_a_plan_that_does_not_say_how_many_fractions_goes_on() -> None:
    """Fraction 31 follows fraction 30 where Number of Fractions Planned is not known."""
    session = plan_session(make_course(beams=1, fractions=None), [make_delivery(1, fraction=30)], METERSETS)

    assert session.fraction == 31


def test_a_qa_session_treats_whole_beams_whatever_the_patient_got() -> None:
    """Quality assurance is no continuation of the patient's interrupted beam."""
    session = plan_session(make_course(beams=1), [make_delivery(1, 12.5)], METERSETS, kind=SessionKind.QA)

    assert session == Session(kind=SessionKind.QA, fraction=1, tasks=(whole(1),))


def test_an_imaging_session_has_no_beam() -> None:
    """Position acquisition needs neither tasks nor monitor units."""
    session = plan_session(make_course(), [], dict.fromkeys(METERSETS, 0.0), kind=SessionKind.IMAGING)

    assert session == Session(kind=SessionKind.IMAGING, fraction=1, tasks=())


def test_the_decision_is_explained_beam_by_beam() -> None:
    """One sentence a beam, tasks before omissions."""
    session = plan_session(make_course(beams=2), [make_delivery(1), make_delivery(2, 12.5)], METERSETS)

    assert session.explained() == (
        "Beam 2 continues at 12.5 MU because fraction 1 stopped there, short of 60.0 MU. "
        "Beam 1 is left out because all 40.0 MU of fraction 1 were delivered."
    )


@pytest.mark.parametrize(("start_mu", "end_mu"), [(-1.0, 40.0), (40.0, 40.0), (41.0, 40.0), (0.0, float("inf"))])
def test_a_task_that_gives_nothing_is_never_born(start_mu: float, end_mu: float) -> None:
    """A task goes forward, from 0 or above to a finite end."""
    with pytest.raises(Refused, match=r"^beam 1: found a task from .* expected"):
        Task(
            beam_number=1,
            fraction=1,
            delivery_type=DeliveryType.TREATMENT,
            start_meterset_mu=start_mu,
            end_meterset_mu=end_mu,
            because="",
        )


delivered_parts = st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(1, 120).map(lambda quarters: quarters / 4)), max_size=8)
"""Beam and monitor units of each record; quarters add up exactly in any order."""


@given(parts=delivered_parts)
def test_every_beam_of_a_plan_is_either_a_task_or_an_omission(parts: list[tuple[int, float]]) -> None:
    """However a fraction was broken up, no beam is lost, none is there twice, and what is done plus what is to do is the whole."""
    deliveries = [make_delivery(beam, mu) for beam, mu in parts]
    done = {beam: sum(mu for one, mu in parts if one == beam) for beam in METERSETS}

    session = plan_session(make_course(), deliveries, METERSETS)

    is_finished = all(METERSETS[beam] - done[beam] <= FINISHED_WITHIN_MU for beam in METERSETS)
    assert session.fraction == (2 if is_finished else 1)
    assert sorted([*(task.beam_number for task in session.tasks), *(one.beam_number for one in session.omitted)]) == [1, 2, 3]
    for task in session.tasks:
        before = 0.0 if is_finished else done[task.beam_number]
        assert task.start_meterset_mu == pytest.approx(before)
        assert before + task.meterset_mu == pytest.approx(METERSETS[task.beam_number])
        assert task.is_continuation == (before > 0)


@given(parts=delivered_parts, order=st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(parts: list[tuple[int, float]], order: Random) -> None:
    """Records arrive late and in any order; the decision is the same."""
    deliveries = [make_delivery(beam, mu) for beam, mu in parts]
    shuffled = order.sample(deliveries, k=len(deliveries))

    assert plan_session(make_course(), shuffled, METERSETS) == plan_session(make_course(), deliveries, METERSETS)


def only(session: Session) -> str:
    """The sentence of a session's only task."""
    (task,) = session.tasks
    return task.because


def test_a_delivery_that_stopped_before_its_first_monitor_unit_is_treated_anew() -> None:
    """A record of 0 MU: the fraction has begun, the beam starts from 0 and not as a continuation."""
    session = plan_session(make_course(beams=1), [make_delivery(1, 0.0)], METERSETS)

    assert (session.fraction, session.tasks[0].delivery_type) == (1, DeliveryType.TREATMENT)
    assert only(session) == "Beam 1 is treated with 40.0 MU because fraction 1 stopped before its first monitor unit."


def test_a_beam_that_ended_normally_is_not_sent_for_a_few_hundredths() -> None:
    """39.95 of 40 MU, said to have ended normally: left out, and the sentence says how much is missing; stopped there, it continues."""
    normal = replace(make_delivery(1, 39.95), ended=Termination.NORMAL)
    stopped = replace(normal, ended=Termination.MACHINE)

    left_out = plan_session(make_course(beams=2), [normal], METERSETS)
    continued = plan_session(make_course(beams=2), [stopped], METERSETS)

    assert [omission.because for omission in left_out.omitted] == [
        "Beam 1 is left out because fraction 1 ended normally at 39.95 of 40.0 MU, too little missing for another beam-on."
    ]
    assert continued.tasks[0].because == "Beam 1 continues at 39.95 MU because fraction 1 stopped there, short of 40.0 MU."


def test_a_record_that_says_normal_far_short_is_continued_and_told() -> None:
    """12.5 of 40 MU and NORMAL contradict each other: the monitor units decide, the sentence names the contradiction."""
    session = plan_session(make_course(beams=1), [replace(make_delivery(1, 12.5), ended=Termination.NORMAL)], METERSETS)

    assert only(session) == (
        "Beam 1 continues at 12.5 MU because fraction 1 stopped there, short of 40.0 MU, though its record says that it ended normally."
    )


@pytest.mark.parametrize(
    ("given_mu", "notes"),
    [
        (40.5, ()),
        (42.0, ("Beam 1 of fraction 1 was overdelivered by 5.0 %, more than 2 %: a physicist should look at it.",)),
    ],
)
def test_a_beam_that_got_too_much_is_left_out_and_told(given_mu: float, notes: tuple[str, ...]) -> None:
    """An excess is named; one of more than 2 % is a matter for the physicist."""
    session = plan_session(make_course(beams=2), [make_delivery(1, given_mu)], METERSETS)

    over = given_mu - 40.0
    assert [omission.because for omission in session.omitted] == [
        f"Beam 1 is left out because fraction 1 had {given_mu} MU of it, {over} MU more than the 40.0 MU planned."
    ]
    assert session.notes == notes


def test_a_skipped_fraction_is_told_and_not_taken_up_unasked() -> None:
    """Fractions 1 and 3 are recorded: 4 comes next, 2 is named as having no record; after 4 the user has to say."""
    deliveries = [make_delivery(1), make_delivery(1, fraction=3)]

    session = plan_session(make_course(beams=1), deliveries, METERSETS)

    assert (session.fraction, session.notes) == (4, ("No record is here of fraction 2.",))
    with pytest.raises(
        Conflict, match=r"no record is here of fraction 2 of 4, expected the one to treat to be named, if it was not treated$"
    ):
        plan_session(make_course(beams=1), [*deliveries, make_delivery(1, fraction=4)], METERSETS)
    assert plan_session(make_course(beams=1), deliveries, METERSETS, fraction=2).tasks == (whole(1, 2),)


@pytest.mark.parametrize(("fraction", "named"), [(None, "no fraction"), (9, "fraction 9, which is not planned")])
def test_a_record_of_no_fraction_of_the_plan_leaves_it_to_the_user(fraction: int | None, named: str) -> None:
    """Which fraction is due cannot be told; named, it is treated, and the record counts for none."""
    stray = replace(make_delivery(1, 12.5), fraction=fraction)

    with pytest.raises(Conflict, match=rf"a record of 12\.5 MU of beam 1 names {named}, expected the fraction to treat to be named$"):
        plan_session(make_course(beams=1), [stray], METERSETS)

    session = plan_session(make_course(beams=1), [stray], METERSETS, fraction=1)
    assert (session.tasks, session.notes) == ((whole(1),), (f"A record of 12.5 MU of beam 1 names {named}; it counts for none.",))


def test_a_fraction_is_finished_with_the_monitor_units_it_began_with() -> None:
    """Begun with 50 MU and stopped at 12.5, it ends at 50 though later fractions get 40."""
    session = plan_session(make_course(beams=1), [make_delivery(1, 12.5)], METERSETS, begun_mu={1: {1: 50.0}})

    assert (session.tasks[0].start_meterset_mu, session.tasks[0].end_meterset_mu) == (12.5, 50.0)


def test_a_task_is_never_a_setup_beam() -> None:
    """A setup beam is nothing that an instruction may ask for (TMS statement 9.1.1.3.5)."""
    with pytest.raises(Refused, match=r"^beam 1: found a setup beam as task, expected TREATMENT or CONTINUATION$"):
        replace(whole(1), delivery_type=DeliveryType.SETUP)


@given(
    stops=st.lists(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 100)), max_size=3), max_size=12),
    fractions=st.integers(1, 3),
)
def test_a_course_of_any_interruptions_gives_every_beam_its_whole_once(stops: list[list[tuple[int, int]]], fractions: int) -> None:
    """Sessions are broken off anywhere until the course is complete: nothing is given twice, nothing is left, nothing is negative.

    Each session delivers of its tasks, in order, the percentages that it draws; a task it draws nothing for is not begun.
    """
    course, deliveries = make_course(fractions=fractions), list[Delivery]()
    finished: set[tuple[int, int]] = set()
    for drawn in [*stops, *([[(1, 100), (2, 100), (3, 100)]] * fractions)]:
        try:
            session = plan_session(course, deliveries, METERSETS)
        except Conflict:
            break
        asked = {task.beam_number: task for task in session.tasks}
        for task in session.tasks:
            before = sum(one.delivered_mu for one in deliveries if (one.beam, one.fraction) == (task.beam_number, task.fraction))
            assert (task.beam_number, task.fraction) not in finished
            assert task.start_meterset_mu >= 0
            assert before + task.meterset_mu == pytest.approx(METERSETS[task.beam_number])
        for omission in session.omitted:
            finished.add((omission.beam_number, session.fraction))
        for beam, percent in dict(drawn).items():
            if beam in asked:
                part = asked[beam].meterset_mu * percent / 100
                ended = Termination.NORMAL if percent == 100 else Termination.MACHINE
                deliveries.append(Delivery(beam=beam, fraction=session.fraction, delivered_mu=part, ended=ended))

    for beam, whole_mu in METERSETS.items():
        for fraction in range(1, fractions + 1):
            total = sum(one.delivered_mu for one in deliveries if (one.beam, one.fraction) == (beam, fraction))
            assert total <= whole_mu + FINISHED_WITHIN_MU
    with pytest.raises(Conflict, match=rf"all {fractions} fractions are delivered"):
        plan_session(course, deliveries, METERSETS)
