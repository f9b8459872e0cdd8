"""From tables to courses whose deliveries are counted by the clinic's own rules (``treatment.counting``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from workbench.errors import Refused
from workbench.records.answers.rows import Row, grouped, rows_of
from workbench.treatment.counting import Counted, counted
from workbench.treatment.course import Course, PlannedBeam
from workbench.treatment.delivery import UNCOUNTED, Delivery, DeliveryType, Termination, given
from workbench.treatment.session import is_finished

Key = tuple[str, ...]
"""What names a course: patient, and plan by UID or by label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One course with everything that was recorded of it.

    Parameters
    ----------
    rows : rows of ``beams`` of the course, each delivery once.
    repeated : rows that say again, under the same UID, what is among ``rows``.
    silent : rows of which nothing can be counted, because they name no beam, or no meterset of 0 or more.
    planned : rows of ``planned_beams`` of the plan; none where the plan is not here.
    """

    course: Course
    counted: Counted
    rows: Several[Row]
    repeated: Several[Row]
    silent: Several[Row]
    planned: Several[Row]

    def whole_mu(self, beam: int, fraction: int | None) -> float | None:
        """Monitor units of a beam in one whole fraction: those it was begun with, else the last known ones, else the plan's."""
        of_beam = [one for one in self.rows if one.beam == beam and one.planned_mu is not None]
        uids = {one.record_uid for one in self.counted.of(beam, fraction)} if fraction is not None else set()
        begun = [one for one in of_beam if one.record_uid in uids]
        if begun:
            return float(min(begun, key=_beginning).planned_mu)
        if of_beam:
            return float(of_beam[-1].planned_mu)
        return self.course.beam(beam).meterset_mu or None

    def is_finished(self, fraction: int) -> bool:
        """Whether nothing of a fraction is left to treat, by the rule that sessions are planned with."""
        wholes = [(beam.number, self.whole_mu(beam.number, fraction)) for beam in self.course.beams]
        return all(whole is not None and is_finished(self.counted.of(number, fraction), whole) for number, whole in wholes)

    @property
    def whole_fraction_mu(self) -> float | None:
        """Monitor units of all beams in one whole fraction; None where one is not known."""
        wholes = [self.whole_mu(beam.number, None) for beam in self.course.beams]
        known = [one for one in wholes if one is not None]
        return sum(known) if known and len(known) == len(wholes) else None

    def head(self) -> dict[str, Any]:
        """What every row of an answer says of the course."""
        return {"patient_id": self.course.patient_id, "plan_label": self.course.label or pd.NA, "plan_uid": self.course.plan_uid or pd.NA}


def courses(beams: pd.DataFrame, planned: pd.DataFrame, sessions: pd.DataFrame) -> Iterator[Told]:
    """Courses of the patients, those without any record too; quality assurance is left out.

    A course is what was checked in as one plan, with whatever else names that plan. Where no session is known, as with loose files, plans
    of one patient that have the same label are one course: a plan is given to a device anew, under a UID of its own, for every session.

    Parameters
    ----------
    beams, planned, sessions : tables ``beams``, ``planned_beams`` and ``sessions``, each in its order.
    """
    treated = beams[(beams["kind"].isna() | (beams["kind"] == "treatment")).to_numpy()]
    copies = {*beams["session_plan_uid"].dropna(), *sessions["session_plan_uid"].dropna()} - {*treated["plan_uid"].dropna()}
    given_plans = planned[(~planned["plan_uid"].isin(copies)).to_numpy()]
    fraction_of = {one.session: one.fraction for one in rows_of(sessions) if one.session is not None and one.fraction is not None}
    # A record may name a beam that its plan does not have, or none, and belongs to the plan all the same.
    label_of = dict(planned[["plan_uid", "plan_label"]].dropna().itertuples(index=False, name=None))
    checked_in = {*treated["plan_uid"][treated["session"].notna().to_numpy()]}
    groups = grouped(rows_of(treated), lambda row: _key(row, row.plan_label or label_of.get(row.plan_uid), checked_in))
    plans: dict[Key, list[Row]] = {}
    for (patient, uid, label), rows in grouped(rows_of(given_plans), _plan).items():
        by_label = (patient, "label", label)
        plans.setdefault(by_label if by_label in groups else (patient, "uid", uid), rows)
    for key in sorted({*plans, *groups}):
        yield _told(groups.get(key, []), plans.get(key, []), fraction_of)


def _key(row: Row, label: str | None, checked_in: Collection[str]) -> Key:
    if label and row.session is None and row.plan_uid not in checked_in:
        return (row.patient_id or "", "label", label)
    return (row.patient_id or "", "uid", row.plan_uid or "")


def _plan(row: Row) -> Key:
    return (row.patient_id or "", row.plan_uid or "", row.plan_label or "")


def _told(rows: Several[Row], planned: Several[Row], fraction_of: Mapping[int, int]) -> Told:
    once: list[Row] = []
    repeated: list[Row] = []
    known: set[tuple[str | None, int | None]] = set()
    for row in rows:
        name = (row.record_uid, row.item)
        (repeated if name in known else once).append(row)
        known.add(name)
    told = [(row, _delivery(row, fraction_of)) for row in once]
    course = _course(once, planned)
    return Told(
        course=course,
        counted=counted(course, [delivery for _, delivery in told if delivery is not None]),
        rows=once,
        repeated=repeated,
        silent=[row for row, delivery in told if delivery is None],
        planned=planned,
    )


def _delivery(row: Row, fraction_of: Mapping[int, int]) -> Delivery | None:
    """A row as a delivery; None where it names no beam or no meterset that can be one."""
    if row.beam is None:
        return None
    recorded = row.fraction or None
    treated = fraction_of.get(row.session or 0, recorded)
    try:
        amount = given(row.delivered_mu, row.first_point_mu, row.last_point_mu)
        return Delivery(
            beam=row.beam,
            fraction=treated,
            recorded_fraction=recorded if recorded != treated else None,
            delivered_mu=amount.mu,
            doubtful_mu=amount.other_mu,
            specified_mu=row.specified_mu,
            ended=Termination(row.termination or "UNKNOWN"),
            type=DeliveryType(row.delivery_type or "TREATMENT"),
            plan_uid=row.session_plan_uid or "",
            record_uid=row.record_uid or "",
            is_by_hand=row.origin == "created",
            start_mu=row.first_point_mu or 0.0,
            started_at=row.started_at,
            ended_at=row.ended_at,
            recorded_at=row.stored_at,
        )
    except Refused:
        return None


def _course(rows: Several[Row], planned: Several[Row]) -> Course:
    source = planned or rows
    beams: dict[int, PlannedBeam] = {}
    for row in source:
        if row.beam is not None and row.delivery_type not in {one.value for one in UNCOUNTED}:
            beams.setdefault(row.beam, PlannedBeam(number=row.beam, name=row.beam_name or "", meterset_mu=row.planned_mu))
    first = source[0]
    return Course(
        plan_uid=first.plan_uid or "",
        label=first.plan_label or "",
        patient_id=first.patient_id or "",
        fractions=max((row.fractions_planned for row in source if row.fractions_planned is not None), default=None),
        beams=tuple(beams[number] for number in sorted(beams)),
    )


def _beginning(row: Row) -> tuple[bool, float]:
    """The earlier is less; a beginning that is not known comes last."""
    return (row.started_at is None, 0.0 if row.started_at is None else row.started_at.timestamp())


def seconds(begin: datetime | None, end: datetime | None) -> float:
    """From one moment to another; not a number where either is not known."""
    return float("nan") if begin is None or end is None else (end - begin).total_seconds()


def joined(values: Iterable[Any]) -> str:
    """What differs of these, each once, in the order given, with commas between."""
    return ", ".join(dict.fromkeys(str(one) for one in values if one is not None and not pd.isna(one) and str(one)))
