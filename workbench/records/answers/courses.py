"""From tables to courses whose deliveries are counted by the clinic's own rules (``treatment.counting``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from workbench.errors import Refused
from workbench.treatment.counting import Counted, counted
from workbench.treatment.course import Course, PlannedBeam
from workbench.treatment.delivery import Delivery, DeliveryType, Termination, given
from workbench.treatment.session import is_finished

IDENTITY: Final = ["record_uid", "item"]
"""What names a delivery: place of the beam in its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One course with everything that was recorded of it.

    Parameters
    ----------
    rows : rows of ``beams`` of the course, each delivery once.
    repeated : rows that say again, under the same UID, what is among ``rows``.
    silent : rows of which nothing can be counted, because they name no beam or no meterset.
    planned : rows of ``planned_beams`` of the plan; none where the plan is not here.
    """

    course: Course
    counted: Counted
    rows: pd.DataFrame
    repeated: pd.DataFrame
    silent: pd.DataFrame
    planned: pd.DataFrame

    def whole_mu(self, beam: int, fraction: int | None) -> float | None:
        """Monitor units of a beam in one whole fraction: those it was begun with, else the last known ones, else the plan's."""
        of_beam = self.rows[(self.rows["beam"] == beam).fillna(False).astype(bool)].dropna(subset="planned_mu")
        uids = {one.record_uid for one in self.counted.of(beam, fraction)} if fraction is not None else set()
        begun = of_beam[of_beam["record_uid"].isin(uids)].sort_values("started_at", kind="stable")
        for found, place in ((begun, 0), (of_beam, -1)):
            if len(found):
                return float(found["planned_mu"].iloc[place])
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

    A course is what was checked in as one plan. Where no session is known, as with loose files, plans of one patient that have the same
    label are one course: a plan is given to a device anew, under a UID of its own, for every session.

    Parameters
    ----------
    beams, planned, sessions : tables ``beams``, ``planned_beams`` and ``sessions``.
    """
    treated = beams[(beams["kind"].isna() | (beams["kind"] == "treatment")).to_numpy()]
    copies = {*beams["session_plan_uid"].dropna(), *sessions["session_plan_uid"].dropna()} - {*treated["plan_uid"].dropna()}
    given_plans = planned[(~planned["plan_uid"].isin(copies)).to_numpy()]
    keys = [_key(row) for row in _plain(treated, ["patient_id", "plan_uid", "plan_label", "session"])]
    keyed = treated.assign(_course=pd.Series(keys, index=treated.index, dtype=object))
    plans: dict[tuple[str, ...], pd.DataFrame] = {}
    loose = {key for key in keys if key[1] == "label"}
    for (patient, uid, label), rows in given_plans.groupby(["patient_id", "plan_uid", "plan_label"], dropna=False, sort=False):
        by_label = (_text(patient), "label", _text(label))
        plans.setdefault(by_label if by_label in loose else (_text(patient), "uid", _text(uid)), rows)
    fraction_of = _fractions_of(sessions)
    nothing = keyed[:0]
    groups: dict[Any, pd.DataFrame] = dict(list(keyed.groupby("_course", sort=False)))
    for key in sorted({*plans, *groups}):
        yield _told(groups.get(key, nothing).drop(columns="_course"), plans.get(key, planned[:0]), fraction_of)


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    if row["session"] is None and row["plan_label"]:
        return (_text(row["patient_id"]), "label", _text(row["plan_label"]))
    return (_text(row["patient_id"]), "uid", _text(row["plan_uid"]))


def _fractions_of(sessions: pd.DataFrame) -> dict[int, int]:
    known = sessions.dropna(subset=["session", "fraction"])
    return {int(session): int(fraction) for session, fraction in zip(known["session"], known["fraction"], strict=True)}


def _told(rows: pd.DataFrame, planned: pd.DataFrame, fraction_of: dict[int, int]) -> Told:
    once = rows.drop_duplicates(IDENTITY)
    found: list[Delivery] = []
    silent = []
    for index, row in zip(once.index, _plain(once, list(once.columns)), strict=True):
        delivery = _delivery(row, fraction_of)
        if delivery is None:
            silent.append(index)
        else:
            found.append(delivery)
    course = _course(once, planned)
    return Told(
        course=course,
        counted=counted(course, found),
        rows=once,
        repeated=rows.drop(index=once.index),
        silent=once.loc[silent],
        planned=planned,
    )


def _delivery(row: dict[str, Any], fraction_of: dict[int, int]) -> Delivery | None:
    """A row as a delivery; None where it names no beam or no meterset."""
    if row["beam"] is None:
        return None
    try:
        amount = given(row["delivered_mu"], row["first_point_mu"], row["last_point_mu"])
    except Refused:
        return None
    recorded = row["fraction"] or None
    treated = fraction_of.get(row["session"] or 0, recorded)
    return Delivery(
        beam=row["beam"],
        fraction=treated,
        recorded_fraction=recorded if recorded != treated else None,
        delivered_mu=amount.mu,
        doubtful_mu=amount.other_mu,
        specified_mu=row["specified_mu"],
        ended=Termination(row["termination"] or "UNKNOWN"),
        type=DeliveryType(row["delivery_type"] or "TREATMENT"),
        plan_uid=_text(row["session_plan_uid"]),
        record_uid=_text(row["record_uid"]),
        is_by_hand=row["origin"] == "created",
        start_mu=row["first_point_mu"] or 0.0,
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        recorded_at=row["stored_at"],
    )


def _course(rows: pd.DataFrame, planned: pd.DataFrame) -> Course:
    source = planned if len(planned) else rows
    treating = source[(source["delivery_type"].isna() | ~source["delivery_type"].isin(["SETUP", "OPEN_PORTFILM"])).to_numpy()]
    beams: dict[int, PlannedBeam] = {}
    for row in _plain(treating, ["beam", "beam_name", "planned_mu"]):
        if row["beam"] is not None:
            beams.setdefault(row["beam"], PlannedBeam(number=row["beam"], name=_text(row["beam_name"]), meterset_mu=row["planned_mu"]))
    fractions = source["fractions_planned"].dropna()
    names = _plain(source, ["patient_id", "plan_label", "plan_uid"])[0]
    return Course(
        plan_uid=_text(names["plan_uid"]),
        label=_text(names["plan_label"]),
        patient_id=_text(names["patient_id"]),
        fractions=int(fractions.max()) if len(fractions) else None,
        beams=tuple(beams[number] for number in sorted(beams)),
    )


def _plain(frame: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """Rows as plain values; None for what is not known."""
    columns = {name: [_value(one) for one in frame[name].astype(object)] for name in names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _value(one: Any) -> Any:
    if one is None or pd.isna(one):
        return None
    return one.to_pydatetime() if isinstance(one, pd.Timestamp) else one


def _text(one: Any) -> str:
    return "" if one is None or pd.isna(one) else str(one)


def seconds(begin: datetime | None, end: datetime | None) -> float:
    """From one moment to another; not a number where either is not known."""
    return float("nan") if begin is None or end is None else (end - begin).total_seconds()


def joined(values: Iterable[Any]) -> str:
    """What differs of these, each once, in the order given, with commas between."""
    return ", ".join(dict.fromkeys(str(one) for one in values if one is not None and not pd.isna(one) and str(one)))
