"""Tables of a course as one would write them on paper: two beams of 40 and 20 MU, three fractions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from workbench.records.columns import BEAMS, INSTRUCTIONS, PLANNED_BEAMS, POSITIONS, REGISTRATIONS, SESSIONS, WORKITEM_HISTORY, WORKITEMS
from workbench.records.typed import typed

MORNING = datetime(2024, 6, 3, 8, 0, tzinfo=UTC)


def at(minutes: float, day: int = 0) -> datetime:
    """Minutes after eight in the morning of the first day, or a later one."""
    return MORNING + timedelta(days=day, minutes=minutes)


def beam(uid: str, number: int | None, mu: float | None, start: float = 0.0, **said: Any) -> dict[str, Any]:
    """A recorded delivery that lasted one minute from ``started``; session n is that of fraction n, unless said otherwise."""
    fraction = said.get("fraction", 1)
    started = said.pop("started", at(10 + (number or 0), fraction - 1))
    known = {
        "patient_id": "P-001",
        "plan_label": "EYE",
        "room": "EYE1",
        "kind": "treatment",
        "session": fraction,
        "fraction": fraction,
        "fractions_planned": 3,
        "beam": number,
        "delivery_type": "CONTINUATION" if start else "TREATMENT",
        "termination": "NORMAL",
        "planned_mu": {1: 40.0, 2: 20.0}.get(number or 0),
        "specified_mu": {1: 40.0, 2: 20.0}.get(number or 0, 0.0) - start,
        "delivered_mu": mu,
        "first_point_mu": None if mu is None else start,
        "last_point_mu": None if mu is None else start + mu,
        "gantry_deg": 0.0,
        "started_at": started,
        "ended_at": started + timedelta(minutes=1),
        "plan_uid": "2.25.1",
        "session_plan_uid": f"2.25.1{fraction}",
        "record_uid": uid,
        "item": 0,
    }
    return {**known, **said}


def beams(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of recorded deliveries."""
    return typed(rows, BEAMS)


def planned(**said: Any) -> pd.DataFrame:
    """The plan: gantry 0 within 1 degree for both beams."""
    known = {
        "patient_id": "P-001",
        "plan_label": "EYE",
        "delivery_type": "TREATMENT",
        "fractions_planned": 3,
        "gantry_deg": 0.0,
        "gantry_tolerance_deg": 1.0,
        "plan_uid": "2.25.1",
    }
    return typed(
        [
            {**known, "beam": 1, "beam_name": "A", "planned_mu": 40.0, **said},
            {**known, "beam": 2, "beam_name": "B", "planned_mu": 20.0, **said},
        ],
        PLANNED_BEAMS,
    )


def sessions(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of sessions."""
    return typed(rows, SESSIONS)


def instructions(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of instructions."""
    return typed(rows, INSTRUCTIONS)


def history(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of what happened to workitems."""
    return typed(rows, WORKITEM_HISTORY)


def workitems(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of workitems."""
    return typed(rows, WORKITEMS)


def positions(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of table positions."""
    return typed(rows, POSITIONS)


def registrations(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table of registrations."""
    return typed(rows, REGISTRATIONS)


INTERRUPTED = (
    beam("2.25.101", 1, 12.5, termination="OPERATOR"),
    beam("2.25.102", 1, 27.5, 12.5, started=at(15)),
    beam("2.25.103", 2, 20.0, started=at(18)),
    beam("2.25.104", 1, 40.0, fraction=2),
)
"""Fraction 1: beam 1 stopped at 12.5 MU, continued four minutes after its beam-on; beam 2 whole. Fraction 2: beam 2 is still to come."""


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """These columns of every row; None for what is not known."""
    plain = frame[list(names)].astype(object)
    return [tuple(None if pd.isna(one) else one for one in row) for row in plain.itertuples(index=False)]
