"""Beams that a device said it had done and that no record tells of: what they got is not known, so nobody treats them unasked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from workbench.errors import Conflict
from workbench.treatment.course import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """A session that a device finished without recording all that it was to do.

    Parameters
    ----------
    beams : those of its tasks that no record of the session tells of.
    """

    session: int
    fraction: int
    beams: tuple[int, ...]

    def in_words(self) -> str:
        """What is missing."""
        beams = ("beam " if len(self.beams) == 1 else "beams ") + ", ".join(str(beam) for beam in self.beams)
        return f"session {self.session} ended fraction {self.fraction} as COMPLETED, but no record of {beams} came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A treatment session that the user completed and whose device called its workitem COMPLETED.

    Parameters
    ----------
    beams : those of its tasks.
    """

    session: int
    fraction: int
    beams: tuple[int, ...]


def unrecorded(finished: Iterable[Finished], told: Collection[tuple[int | None, int | None]], stopped: Collection[int]) -> list[Unrecorded]:
    """Of these sessions those that lack a record of some beam.

    Where a record tells of an interruption, beams without one had not begun; the device merely called that COMPLETED.

    Parameters
    ----------
    told : session and beam of everything that is recorded.
    stopped : sessions of which a record tells that the operator or the machine stopped a beam.
    """
    found = []
    for one in finished:
        beams = tuple(beam for beam in one.beams if (one.session, beam) not in told)
        if beams and one.session not in stopped:
            found.append(Unrecorded(session=one.session, fraction=one.fraction, beams=beams))
    return found


def notes_on(course: Course, unrecorded: Sequence[Unrecorded], fraction: int | None) -> tuple[str, ...]:
    """A sentence for each session that lacks records, where the user has said which fraction to treat.

    Raises
    ------
    Conflict : the user has not, and what is due cannot be told.
    """
    if unrecorded and fraction is None:
        raise Conflict(
            f"plan {course.label}: {unrecorded[0].in_words()}, expected the record, or the fraction to treat to be named", rule="unrecorded"
        )
    return tuple(f"S{one.in_words()[1:]}." for one in unrecorded)
