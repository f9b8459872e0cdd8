"""Which beams a session treats: whole ones, continuations, omissions, and the fraction that is due."""

from __future__ import annotations

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
    """12.5 MU and then 20 MU of the continuation make 32.5 MU: each record counts from 0."""
    session = plan_session(make_course(beams=1), [make_delivery(1, 12.5), make_delivery(1, 20.0)], METERSETS)

    assert session.tasks == (rest(1, 32.5),)


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
