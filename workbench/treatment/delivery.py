"""What was delivered: one beam, one fraction, one stretch of beam-on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeliveryType(StrEnum):
    """Whether a beam starts at its beginning."""

    TREATMENT = "TREATMENT"
    """From the first monitor unit."""
    CONTINUATION = "CONTINUATION"
    """From where an earlier delivery stopped."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery of one beam.

    Parameters
    ----------
    delivered_mu : monitor units of this delivery alone; a continuation counts from 0 again.
    specified_mu : what this delivery was asked for; None where the record does not say.
    """

    beam: int
    fraction: int
    delivered_mu: float
    specified_mu: float | None = None
    ended: Termination
    type: DeliveryType = DeliveryType.TREATMENT
