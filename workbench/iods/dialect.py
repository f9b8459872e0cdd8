"""The two ways to speak of a Unified Procedure Step: the retired Trial, and the final text.

They have the same attributes at the same tags but for few. Which one a peer speaks follows from the class it negotiated, so one
workitem serves both.
"""

from __future__ import annotations

from enum import Enum

from workbench.dicom import uids

TRIAL_CLASSES = frozenset({uids.TRIAL_UPS_PUSH, uids.TRIAL_UPS_WATCH, uids.TRIAL_UPS_PULL, uids.TRIAL_UPS_EVENT})


class Dialect(Enum):
    """Which text of UPS a peer speaks."""

    TRIAL = "trial"
    """Supplement 74, retired: what the TMS statement and its devices speak."""
    FINAL = "final"
    """PS3.4 Annex CC."""

    @classmethod
    def of(cls, sop_class_uid: str) -> Dialect:
        """The dialect of a class of the service; that of any other class is the final one."""
        return cls.TRIAL if sop_class_uid in TRIAL_CLASSES else cls.FINAL

    @property
    def push(self) -> str:
        """The class that every workitem is an instance of, whatever class was negotiated (PS3.4 CC.3.1)."""
        return uids.TRIAL_UPS_PUSH if self is Dialect.TRIAL else uids.UPS_PUSH

    @property
    def pull(self) -> str:
        """The class that a performing device negotiates."""
        return uids.TRIAL_UPS_PULL if self is Dialect.TRIAL else uids.UPS_PULL

    @property
    def watch(self) -> str:
        """The class that a subscriber negotiates."""
        return uids.TRIAL_UPS_WATCH if self is Dialect.TRIAL else uids.UPS_WATCH

    @property
    def event(self) -> str:
        """The class on which a subscriber is sent event reports."""
        return uids.TRIAL_UPS_EVENT if self is Dialect.TRIAL else uids.UPS_EVENT

    @property
    def delivery_instruction(self) -> str:
        """The class of the delivery instruction that workitems of this dialect reference."""
        return uids.TRIAL_DELIVERY_INSTRUCTION if self is Dialect.TRIAL else uids.DELIVERY_INSTRUCTION
