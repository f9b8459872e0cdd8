"""What the clinic knows of a plan: its fractions, its beams, and the monitor units each beam gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.errors import Conflict, Refused
from workbench.treatment.delivery import RESOLUTION_MU, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBeam:
    """One beam of a plan.

    Parameters
    ----------
    meterset_mu : Beam Meterset of the plan; None or 0 where the planner knows none.
    dose_gy : Beam Dose of one fraction; None where not known.
    """

    number: int
    name: str
    meterset_mu: float | None = None
    dose_gy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A plan as the treatment room sees it.

    Parameters
    ----------
    plan_uid : SOP Instance UID of the plan.
    fractions : number of fractions planned; None where the plan does not say.
    """

    plan_uid: str
    label: str
    patient_id: str
    fractions: int | None
    beams: tuple[PlannedBeam, ...]

    def beam(self, number: int) -> PlannedBeam:
        """The beam of this number.

        Raises
        ------
        Refused : the plan has no such beam.
        """
        for beam in self.beams:
            if beam.number == number:
                return beam
        known = ", ".join(str(beam.number) for beam in self.beams)
        raise Refused(f"plan {self.label}: found no beam {number}, expected one of {known}", rule="beam")


def metersets(course: Course, entered_mu: Mapping[int, float], mu_per_gy: float | None) -> dict[int, float]:
    """Monitor units of each beam for one fraction.

    What the user entered comes first, then the plan's own Beam Meterset when above 0, then Beam Dose times the beamline's
    monitor units per Gy.

    Raises
    ------
    Refused : a beam would be treated at 0 MU, or monitor units are given for a beam that the plan does not have.
    """
    for number, meterset in entered_mu.items():
        course.beam(number)
        if not 0 < meterset < float("inf"):
            raise Refused(f"plan {course.label}, beam {number}: found {meterset} MU, expected more than 0", rule="meterset")
    return {beam.number: _meterset(course, beam, entered_mu, mu_per_gy) for beam in course.beams}


def must_keep(course: Course, fraction: int, entered_mu: Mapping[int, float], begun_mu: Mapping[int, Mapping[int, float]]) -> None:
    """A fraction is finished with the monitor units it began with.

    Raises
    ------
    Conflict : other ones are entered for it.
    """
    for number, began in begun_mu.get(fraction, {}).items():
        meterset = entered_mu.get(number, began)
        if abs(meterset - began) > RESOLUTION_MU:
            raise Conflict(
                f"plan {course.label}, beam {number}: found {in_words(meterset)} MU for fraction {fraction}, which began with "
                f"{in_words(began)} MU, expected the same until it is finished",
                rule="meterset",
            )


def _meterset(course: Course, beam: PlannedBeam, entered_mu: Mapping[int, float], mu_per_gy: float | None) -> float:
    if beam.number in entered_mu:
        return float(entered_mu[beam.number])
    if beam.meterset_mu:
        return beam.meterset_mu
    if beam.dose_gy and mu_per_gy:
        return beam.dose_gy * mu_per_gy
    raise Refused(
        f"plan {course.label}, beam {beam.number}: found 0 MU and no beam dose with monitor units per Gy to derive them from, "
        "expected monitor units at check-in",
        rule="meterset",
    )
