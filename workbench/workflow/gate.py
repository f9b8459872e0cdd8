"""Whom we serve, and with what: the one place that knows which session a calling AE title belongs to.

TMS statement 4.1: while a workitem is IN PROGRESS only requests of that session are served in its room; after a user
canceled it, none are; when it is completed the room is free.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workbench.archive.database import Transaction
from workbench.archive.rows import SessionRow, SessionState, StepState, StoredObject, WorkitemRow
from workbench.errors import Conflict, Refused
from workbench.settings import Room, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What one calling AE title may do now.

    Parameters
    ----------
    rooms : the rooms it works in; none for a peer that only queries and retrieves.
    open_sessions : sessions of these rooms that are not completed.
    withheld : patient IDs of running sessions in rooms that are not its own.
    alone : room → workitem of no session that is IN PROGRESS there.
    """

    actor: str
    rooms: tuple[Room, ...]
    open_sessions: tuple[SessionRow, ...]
    withheld: frozenset[str]
    alone: Mapping[str, str] = field(default_factory=dict)

    @property
    def room_names(self) -> tuple[str, ...]:
        """Names of its rooms."""
        return tuple(room.name for room in self.rooms)

    @property
    def is_canceled(self) -> bool:
        """Whether a user canceled the session it works in, so that nothing is served."""
        return bool(self.open_sessions) and all(one.state is SessionState.CANCELED for one in self.open_sessions)

    @property
    def running(self) -> tuple[SessionRow, ...]:
        """Its sessions that a device has claimed."""
        return tuple(one for one in self.open_sessions if one.state is SessionState.ACTIVE)

    def shows(self, stored: StoredObject) -> bool:
        """Whether the object may be found and retrieved now."""
        return self.shows_patient(stored.keys.patient_id)

    def shows_patient(self, patient_id: str) -> bool:
        """Whether what belongs to the patient may be found and retrieved now."""
        canceled = {one.patient_id for one in self.open_sessions if one.state is SessionState.CANCELED}
        running = {one.patient_id for one in self.running}
        if self.is_canceled or patient_id in self.withheld | (canceled - running):
            return False
        return not self.running or patient_id in running

    def serves(self, workitem: WorkitemRow) -> bool:
        """Whether it may perform the workitem: it is in its rooms, and nothing else is running there.

        A workitem of no session that is IN PROGRESS holds its room as a session does.
        """
        running = {one.room: one.id for one in self.running}
        if workitem.room not in self.room_names:
            return False
        if workitem.room in running:
            return workitem.session_id == running[workitem.room]
        return self.alone.get(workitem.room, workitem.uid) == workitem.uid

    def watches(self, workitem: WorkitemRow) -> bool:
        """Whether it may read of the workitem: what it may perform; a peer that works in no room, every one."""
        return not self.rooms or self.serves(workitem)

    def sessions_for(self, patient_id: str, plan_uids: Collection[str]) -> list[SessionRow]:
        """The running sessions that an object may belong to by its patient and, where it names any, its plans.

        Raises
        ------
        Conflict : no session of its rooms accepts objects.
        Refused : it belongs to another patient or another plan than the session's.
        """
        if not self.running:
            state = "was canceled" if self.is_canceled else "is not claimed" if self.open_sessions else "is open"
            subject = "the session" if self.open_sessions else "no session"
            raise Conflict(
                f"object from {self.actor}: {subject} {state} in room {', '.join(self.room_names) or 'none'}, expected a claimed session",
                rule="no-session",
                comment=f"No session accepts objects: {subject} {state}",
            )
        fitting = [one for one in self.running if one.patient_id == patient_id]
        if not fitting:
            raise Refused(
                f"object from {self.actor}: Patient ID is not that of the running session, expected the session's patient",
                rule="no-session",
                comment="Patient ID is not that of the running session",
            )
        named = [one for one in fitting if set(plan_uids) <= {one.session_plan_uid, one.plan_uid}]
        if not named:
            raise Refused(
                f"object from {self.actor}: references plan {', '.join(sorted(plan_uids))}, expected a plan of the running session",
                rule="no-session",
                comment="Referenced plan is not that of the running session",
            )
        return named


def gate(view: Transaction, settings: Settings, actor: str) -> Gate:
    """What the calling AE title may do now.

    Raises
    ------
    Refused : it belongs to no room and is no peer.
    """
    rooms = settings.rooms_of(actor)
    if not rooms and settings.peer(actor) is None:
        raise Refused(
            f"calling AE title {actor}: belongs to no room and is no peer, expected one that the settings list",
            rule="not-authorised",
            comment="Calling AE title belongs to no room and is no peer",
        )
    names = {room.name for room in rooms}
    unfinished = view.sessions.unfinished()
    own = tuple(one for one in unfinished if one.room in names)
    busy = (SessionState.ACTIVE, SessionState.CANCELED)
    withheld = frozenset(one.patient_id for one in unfinished if one.room not in names and one.state in busy)
    alone = {one.room: one.uid for one in view.workitems.loose(tuple(names), StepState.IN_PROGRESS)}
    return Gate(actor=actor, rooms=rooms, open_sessions=own, withheld=withheld - {one.patient_id for one in own}, alone=alone)
