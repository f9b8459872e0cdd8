"""What every use case shares: the archive, the settings, the clock, and the habit of writing refusals down."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workbench.archive.archive import Archive
from workbench.clock import Clock
from workbench.dicom.uids import UidSource
from workbench.errors import Conflict, Refused, named
from workbench.events import EventKind
from workbench.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the use cases work with."""

    archive: Archive
    settings: Settings
    clock: Clock
    uids: UidSource

    @contextmanager
    def refusals(self, kind: EventKind, *, subject: str, actor: str, what: str) -> Iterator[None]:
        """Write a refusal into the history, in a transaction of its own, and let it go on."""
        try:
            yield
        except (Refused, Conflict) as refusal:
            log.info("%s of %s by %s refused: %s", what, subject, actor, named(refusal))
            detail = {**refusal.facts, "what": what, "rule": refusal.rule, "why": str(refusal), "comment": refusal.comment}
            if refusal.details:
                detail["findings"] = "\n".join(refusal.details)
            with self.archive.database.transaction() as transaction:
                transaction.history.append(kind, subject=subject[:64], actor=actor, at=self.clock.now(), detail=detail)
            raise
