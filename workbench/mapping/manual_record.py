"""The treatment record that a user enters by hand, for what the machine delivered and could not send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset

from workbench.dicom.build import build
from workbench.dicom.scope import Scope
from workbench.errors import Refused
from workbench.iods import MANUAL_RECORD
from workbench.settings import Identity
from workbench.treatment.session import Session, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReference:
    """A record that the session has received already."""

    sop_class_uid: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUids:
    """UIDs made for the record."""

    instance: str
    series: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the user typed in: one meterset, which stands for specified and delivered alike (TMS statement 9.1.1.2.7).

    Parameters
    ----------
    meterset_mu : what the machine delivered in this session and no record tells.
    is_confirmed : whether more than the session was to deliver is meant.
    """

    beam: int
    meterset_mu: float
    is_confirmed: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.meterset_mu < float("inf"):
            raise Refused(f"record by hand: found {self.meterset_mu} MU for beam {self.beam}, expected 0 or more", rule="meterset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Everything that a record by hand is made from.

    Parameters
    ----------
    plan : the session plan that was delivered.
    records : what the session has received so far.
    """

    plan: Dataset
    entry: Entry
    session: Session
    records: Sequence[RecordReference]
    identity: Identity
    uids: RecordUids
    now: datetime


def manual_record(occasion: Occasion) -> Dataset:
    """The record of one beam.

    Raises
    ------
    Refused : the session does not treat the beam, or the plan does not describe it.
    """
    return build(MANUAL_RECORD, record_scope(occasion))


def record_scope(occasion: Occasion) -> Scope:
    """What the rows of the record read; for building it and for checking one."""
    plan, entry, session = occasion.plan, occasion.entry, occasion.session
    beam = next((item for item in plan.IonBeamSequence if int(item.BeamNumber) == entry.beam), None)
    task = task_of(session, entry.beam)
    if beam is None:
        raise Refused(f"record by hand: the plan has no beam {entry.beam}, expected one of its beams", rule="beam")
    points = beam.IonControlPointSequence
    roots = {
        "plan": plan,
        "beam": beam,
        "first": points[0],
        "last": points[-1],
        "entered": entry,
        "session": session,
        "task": task,
        "records": tuple(occasion.records),
        "now": occasion.now,
        "identity": occasion.identity,
        "uids": occasion.uids,
    }
    return Scope(roots)


def task_of(session: Session, beam: int) -> Task:
    """What the session was to do with a beam.

    Raises
    ------
    Refused : it does not treat it.
    """
    for task in session.tasks:
        if task.beam_number == beam:
            return task
    known = ", ".join(str(task.beam_number) for task in session.tasks) or "none"
    raise Refused(f"record by hand: the session does not treat beam {beam}, expected one of {known}", rule="beam")
