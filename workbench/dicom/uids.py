"""Unique identifiers: made here, so that tests can make them predictable; and the well-known ones by name."""

from __future__ import annotations

from typing import Final, Protocol
from uuid import uuid4

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"
UNCOMPRESSED: Final = (IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG)

VERIFICATION: Final = "1.2.840.10008.1.1"
STUDY_FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE: Final = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_GET: Final = "1.2.840.10008.5.1.4.1.2.2.3"

CT_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.2"
SPATIAL_REGISTRATION: Final = "1.2.840.10008.5.1.4.1.1.66.1"
RT_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.481.1"
RT_STRUCTURE_SET: Final = "1.2.840.10008.5.1.4.1.1.481.3"
RT_BEAMS_RECORD: Final = "1.2.840.10008.5.1.4.1.1.481.4"
RT_PLAN: Final = "1.2.840.10008.5.1.4.1.1.481.5"
RT_ION_PLAN: Final = "1.2.840.10008.5.1.4.1.1.481.8"
RT_ION_BEAMS_RECORD: Final = "1.2.840.10008.5.1.4.1.1.481.9"

TRIAL_DELIVERY_INSTRUCTION: Final = "1.2.840.10008.5.1.4.34.1"
TRIAL_UPS_PUSH: Final = "1.2.840.10008.5.1.4.34.4.1"
TRIAL_UPS_WATCH: Final = "1.2.840.10008.5.1.4.34.4.2"
TRIAL_UPS_PULL: Final = "1.2.840.10008.5.1.4.34.4.3"
TRIAL_UPS_EVENT: Final = "1.2.840.10008.5.1.4.34.4.4"
DELIVERY_INSTRUCTION: Final = "1.2.840.10008.5.1.4.34.7"
UPS_PUSH: Final = "1.2.840.10008.5.1.4.34.6.1"
UPS_WATCH: Final = "1.2.840.10008.5.1.4.34.6.2"
UPS_PULL: Final = "1.2.840.10008.5.1.4.34.6.3"
UPS_EVENT: Final = "1.2.840.10008.5.1.4.34.6.4"
UPS_QUERY: Final = "1.2.840.10008.5.1.4.34.6.5"
UPS_GLOBAL_SUBSCRIPTION: Final = "1.2.840.10008.5.1.4.34.5"
UPS_FILTERED_GLOBAL_SUBSCRIPTION: Final = "1.2.840.10008.5.1.4.34.5.1"


class UidSource(Protocol):
    """Anything that makes unique identifiers."""

    def new(self) -> str:
        """A UID never given before."""
        ...


class RandomUids:
    """UIDs from random UUIDs under 2.25 (PS3.5 B.2)."""

    def new(self) -> str:
        """A UID never given before."""
        return f"2.25.{uuid4().int}"
