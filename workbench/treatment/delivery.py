"""What was delivered: one beam, one fraction, one stretch of beam-on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf
from typing import Final

from workbench.errors import Refused

RESOLUTION_MU: Final = 0.01
"""Two metersets are the same when they differ by no more than this: the resolution of a recorded meterset."""


class DeliveryType(StrEnum):
    """What a beam was delivered for, and whether it started at its beginning (PS3.3 C.8.8.21)."""

    TREATMENT = "TREATMENT"
    """From the first monitor unit."""
    CONTINUATION = "CONTINUATION"
    """From where an earlier delivery stopped."""
    SETUP = "SETUP"
    """To position the patient; it counts for no fraction."""
    OPEN_PORTFILM = "OPEN_PORTFILM"
    """A portal image of an open field; like a setup beam it counts for no fraction."""
    TRMT_PORTFILM = "TRMT_PORTFILM"
    """A portal image taken while treating; what it delivered counts."""


UNCOUNTED: Final = frozenset({DeliveryType.SETUP, DeliveryType.OPEN_PORTFILM})
"""Deliveries of these types count for no fraction."""


class Termination(StrEnum):
    """How a delivery ended."""

    NORMAL = "NORMAL"
    """All that was asked for was delivered."""
    OPERATOR = "OPERATOR"
    """Somebody stopped it."""
    MACHINE = "MACHINE"
    """The machine stopped it."""
    UNKNOWN = "UNKNOWN"
    """Nobody said; a record entered by hand."""


STOPPED: Final = frozenset({Termination.OPERATOR, Termination.MACHINE})
"""Deliveries that ended so were interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """How much one delivery gave, from what its record says in two places.

    Parameters
    ----------
    other_mu : the figure that was not believed; None where both agree or only one is there.
    """

    mu: float
    other_mu: float | None = None


def given(primary_mu: float | None, first_point_mu: float | None, last_point_mu: float | None) -> Given:
    """Monitor units of one delivery alone.

    Delivered Primary Meterset counts from where the delivery started, and control points run along the beam's meterset axis, so that a
    continuation from 12.5 to 40 MU has 27.5 and 12.5 … 40. Others write 40 and 12.5 … 40, or 27.5 and 0 … 27.5: all three are 27.5 MU.
    Where the two places contradict each other in any other way the larger counts, so that nothing is delivered twice.

    Parameters
    ----------
    primary_mu : Delivered Primary Meterset; None where the record is silent.
    first_point_mu, last_point_mu : Delivered Meterset of the first and the last control point; None where there are none.

    Raises
    ------
    Refused : the record says nothing in either place.
    """
    span = None if first_point_mu is None or last_point_mu is None else max(last_point_mu - first_point_mu, 0.0)
    if span is None and primary_mu is None:
        raise Refused(
            "record: found neither Delivered Primary Meterset nor delivered metersets of control points, expected one of them",
            rule="row:meterset",
        )
    if span is None:
        return Given(mu=primary_mu or 0.0)
    if primary_mu is None:
        return Given(mu=span)
    if abs(span - primary_mu) <= RESOLUTION_MU:
        return Given(mu=primary_mu)
    is_position = bool(first_point_mu) and last_point_mu is not None and abs(last_point_mu - primary_mu) <= RESOLUTION_MU
    if is_position:
        return Given(mu=span)
    return Given(mu=max(span, primary_mu), other_mu=min(span, primary_mu))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery of one beam.

    Parameters
    ----------
    fraction : the one it counts for; None where neither the record nor its session says.
    recorded_fraction : the one its record names, where its session treated another.
    delivered_mu : monitor units of this delivery alone; a continuation counts from 0 again.
    doubtful_mu : another figure that the record gives for the same; None where it agrees with itself.
    specified_mu : what this delivery was asked for; None where the record does not say.
    plan_uid : the plan that the record references, one for each session.
    start_mu : where on the meterset axis its control points begin.
    started_at, ended_at : moments of the first and the last control point; None where not known.
    recorded_at : when the record came; None where not known.

    Raises
    ------
    Refused : a meterset is negative or no finite number.
    """

    beam: int
    fraction: int | None
    recorded_fraction: int | None = None
    delivered_mu: float
    doubtful_mu: float | None = None
    specified_mu: float | None = None
    ended: Termination
    type: DeliveryType = DeliveryType.TREATMENT
    plan_uid: str = ""
    record_uid: str = ""
    is_by_hand: bool = False
    start_mu: float = 0.0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.delivered_mu < inf:
            raise Refused(f"delivery of beam {self.beam}: found {self.delivered_mu} MU, expected 0 or more", rule="meterset")


def in_words(mu: float) -> str:
    """Monitor units as a sentence has them: one decimal, a second one where it is needed."""
    text = f"{mu:.2f}"
    return text[:-1] if text.endswith("0") else text
