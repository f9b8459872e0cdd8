"""What a request that was done is told besides success."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Remark(StrEnum):
    """What a request that was done is told besides."""

    IGNORED = "optional attributes ignored"
    """0001: optional attributes that are not supported here."""
    COERCED = "values coerced"
    """B305: values that the provider keeps itself."""
    UNLOCKED = "deletion lock not granted"
    """B301: the receiver is subscribed, without the lock that was asked for."""
    MODIFIED = "created with modifications"
    """B300: the provider added or left out something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A request that was done.

    Parameters
    ----------
    remark : what the peer is warned of; None where there is nothing to say.
    comment : the remark in a few words.
    """

    remark: Remark | None = None
    comment: str = ""
