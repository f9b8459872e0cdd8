"""How long workitems are kept: a final one at least until its session is completed and nobody holds a deletion lock (PS3.4 CC.2.1.3).

Only workitems are forgotten, and what was subscribed to them. Objects, sessions and the history stay.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from workbench.errors import Refused
from workbench.events import EventKind
from workbench.workflow.desk import Desk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retention:
    """What one bench need not keep."""

    desk: Desk

    def forget(self, *, older_than_days: float, actor: str) -> list[str]:
        """Forget final workitems whose session was completed longer ago, those under a deletion lock excepted; their UIDs.

        One of no session is over since it is final.

        Raises
        ------
        Refused : a negative time.
        """
        if older_than_days < 0:
            raise Refused(f"workitems: found an age of {older_than_days} days, expected 0 or more", rule="retention")
        now = self.desk.clock.now()
        with self.desk.archive.database.transaction() as transaction:
            old = [uid for uid, since in transaction.workitems.forgettable().items() if now - since >= timedelta(days=older_than_days)]
            for uid in old:
                transaction.workitems.forget(uid)
                transaction.history.append(EventKind.WORKITEM_FORGOTTEN, subject=uid, actor=actor, at=now)
        if old:
            log.info("%d workitems forgotten that were final for %g days or more", len(old), older_than_days)
        return old
