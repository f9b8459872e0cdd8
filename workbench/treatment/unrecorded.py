"""Beams that a device said it had done and that no record tells of: what they got is not known, so nobody treats them unasked."""

from __future__ import annotations

from collections.abc import Sequence
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
