"""Two devices and a user in any order: the state table is never left, no acknowledged object is lost, no claim has two winners.

One machine, performed on the use cases with many examples and over the wire with few. What it expects is PS3.4 Table CC.1.1-2 and the TMS
statement's codes, written down here once more, by hand.
"""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, OTHER_LOCK, RIVAL, connect, make_ion_plan, make_record, make_table_position
from tests.workflow.house import House, open_house
from workbench.archive.rows import SessionRow, StoredObject, WorkitemRow
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.errors import WorkbenchError
from workbench.events import Event, EventKind
from workbench.network import statuses
from workbench.network.peer import Peer
from workbench.workflow.ups import Request

pytestmark = pytest.mark.slow

SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED = "SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"
WITH_THE_RIGHT_LOCK = {
    IN_PROGRESS: {SCHEDULED: "0000", IN_PROGRESS: "C302", COMPLETED: "C300", CANCELED: "C300"},
    COMPLETED: {SCHEDULED: "C310", IN_PROGRESS: "0000", COMPLETED: "B306", CANCELED: "C300"},
    CANCELED: {SCHEDULED: "C310", IN_PROGRESS: "0000", COMPLETED: "C300", CANCELED: "B304"},
}
"""State asked for → state met → status."""
LEGAL = {
    (),
    (EventKind.WORKITEM_CLAIMED,),
    (EventKind.WORKITEM_CANCELED,),
    (EventKind.WORKITEM_CLAIMED, EventKind.WORKITEM_COMPLETED),
    (EventKind.WORKITEM_CLAIMED, EventKind.WORKITEM_CANCELED),
}
"""What may happen to a workitem after it was scheduled; a user cancels one that nobody claimed."""
OWN = {DEVICE: LOCK, RIVAL: OTHER_LOCK}
ACTORS = st.sampled_from(sorted(OWN))
KEYS = st.sampled_from(["right", "right", "right", LOCK, OTHER_LOCK, ""])
"""The lock that holds the workitem more often than not, else one of the two, which may be it, or none."""


class Clinic(ABC):
    """What the machine can do and see."""

    @abstractmethod
    def act(self, actor: str, uid: str, state: str, lock: str | None) -> str:
        """N-ACTION; its status."""

    @abstractmethod
    def report(self, actor: str, uid: str, lock: str | None) -> str:
        """N-SET of progress; its status."""

    @abstractmethod
    def store(self, actor: str, dataset: Dataset) -> str:
        """C-STORE; its status."""

    @abstractmethod
    def check_in(self, plan: Dataset) -> SessionRow:
        """A session of a new plan."""

    @abstractmethod
    def close_session(self, session: int, how: str) -> bool:
        """Cancel or complete as the user; whether it was done."""

    @abstractmethod
    def seen(self) -> tuple[list[WorkitemRow], list[StoredObject], list[Event]]:
        """Workitems, objects and history."""

    @abstractmethod
    def dataset(self, uid: str) -> Dataset:
        """A stored object."""

    @abstractmethod
    def restart(self) -> None:
        """Everything is closed and opened again."""

    @abstractmethod
    def close(self) -> None:
        """The end."""


class Desks(Clinic):
    """The use cases themselves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._house: House = open_house(folder)

    def act(self, actor: str, uid: str, state: str, lock: str | None) -> str:
        """N-ACTION."""
        return _status(lambda: self._house.worklist.act(uid, Request(state), lock, actor))

    def report(self, actor: str, uid: str, lock: str | None) -> str:
        """N-SET."""
        return _status(lambda: self._house.worklist.change(uid, _progress(), lock, actor))

    def store(self, actor: str, dataset: Dataset) -> str:
        """C-STORE."""
        return _status(lambda: self._house.store(dataset, actor))

    def check_in(self, plan: Dataset) -> SessionRow:
        """Import and check in."""
        return self._house.prepare(self._house.bring_plan(plan))

    def close_session(self, session: int, how: str) -> bool:
        """As the user."""
        return _status(lambda: getattr(self._house.schedule, how)(session)) == "0000"

    def seen(self) -> tuple[list[WorkitemRow], list[StoredObject], list[Event]]:
        """From the database."""
        with self._house.archive.database.reading() as view:
            return view.workitems.find(), view.objects.find(), view.history.after(0)

    def dataset(self, uid: str) -> Dataset:
        """From the archive."""
        return self._house.dataset(uid)

    def restart(self) -> None:
        """Close and open."""
        self.close()
        self._house = open_house(self._folder)

    def close(self) -> None:
        """Let go."""
        self._house.archive.close()


class Wire(Clinic):
    """A provider, and an association of each device."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open()

    def act(self, actor: str, uid: str, state: str, lock: str | None) -> str:
        """N-ACTION."""
        return str(self._peers[actor].act(uid, state, lock))[:4]

    def report(self, actor: str, uid: str, lock: str | None) -> str:
        """N-SET."""
        return str(self._peers[actor].change(uid, _progress(), lock))[:4]

    def store(self, actor: str, dataset: Dataset) -> str:
        """C-STORE."""
        return str(self._peers[actor].store(dataset))[:4]

    def check_in(self, plan: Dataset) -> SessionRow:
        """Import and check in."""
        return self._bench.check_in(self._bench.add_plan(plan))

    def close_session(self, session: int, how: str) -> bool:
        """As the user."""
        return _status(lambda: getattr(self._bench, how)(session)) == "0000"

    def seen(self) -> tuple[list[WorkitemRow], list[StoredObject], list[Event]]:
        """From the database."""
        return self._bench.workitems(), self._bench.objects(), self._bench.history()

    def dataset(self, uid: str) -> Dataset:
        """From the archive."""
        return self._bench.dataset(uid)

    def restart(self) -> None:
        """Close and open."""
        self.close()
        self._open()

    def close(self) -> None:
        """Let go."""
        for peer in self._peers.values():
            peer.close()
        self._bench.close()

    def _open(self) -> None:
        self._bench = Workbench(self._folder)
        self._peers: dict[str, Peer] = {actor: connect(self._bench, actor) for actor in OWN}
        for peer in self._peers.values():
            peer.open()


class Interleavings(RuleBasedStateMachine):
    """The machine: what it did, and what must be so because of it."""

    made: type[Clinic]

    @initialize()
    def opened(self) -> None:
        """An empty folder."""
        self.folder = tempfile.TemporaryDirectory(prefix="interleavings-")
        self.clinic = type(self).made(Path(self.folder.name))  # type: ignore[call-arg]
        self.session: SessionRow | None = None
        self.session_state = "completed"
        self.states: dict[str, str] = {}
        self.lock: str | None = None
        self.current = ""
        self.acknowledged: dict[str, Dataset] = {}

    @precondition(lambda self: self.session_state == "completed")
    @rule()
    def prepare(self) -> None:
        """A new patient is checked in."""
        self.session = self.clinic.check_in(make_ion_plan())
        (row,) = [one for one in self.clinic.seen()[0] if one.session_id == self.session.id]
        self.current, self.lock, self.session_state = row.uid, None, "prepared"
        self.states[row.uid] = SCHEDULED

    @precondition(lambda self: self.current)
    @rule(actor=ACTORS, to=st.sampled_from([IN_PROGRESS, COMPLETED, CANCELED]), key=KEYS)
    def change_state(self, actor: str, to: str, key: str) -> None:
        """Any device, any state, any Transaction UID."""
        lock = self._brought(key, actor)
        expected = self._expected(to, lock)

        assert self.clinic.act(actor, self.current, to, lock) == expected

        if expected == "0000":
            self._moved(to, lock)

    @precondition(lambda self: self.current)
    @rule(actor=ACTORS, key=KEYS)
    def go_back(self, actor: str, key: str) -> None:
        """To SCHEDULED it never goes."""
        lock = self._brought(key, actor)
        expected = "C300" if self.session_state == "canceled" else "C303"

        assert self.clinic.act(actor, self.current, SCHEDULED, lock) == expected

    @precondition(lambda self: self.current)
    @rule(actor=ACTORS, key=KEYS)
    def report(self, actor: str, key: str) -> None:
        """Progress of a SCHEDULED workitem brings no lock, of one IN PROGRESS the right one."""
        state, lock = self.states[self.current], self._brought(key, actor)
        right = {SCHEDULED: None, IN_PROGRESS: self.lock}
        wrong = {SCHEDULED: "C310", IN_PROGRESS: "C301"}
        expected = "C300" if state not in right else "0000" if lock == right[state] else wrong[state]

        assert self.clinic.report(actor, self.current, lock) == expected

    @precondition(lambda self: self.session_state in {"prepared"} and self.states[self.current] == SCHEDULED)
    @rule()
    def both_claim_at_once(self) -> None:
        """One wins; the other hears that the lock is not its own."""
        with ThreadPoolExecutor(2) as pool:
            heard = list(pool.map(lambda actor: self.clinic.act(actor, self.current, IN_PROGRESS, OWN[actor]), OWN))

        assert sorted(heard) == ["0000", "C301"]
        self._moved(IN_PROGRESS, list(OWN.values())[heard.index("0000")])

    @precondition(lambda self: self.session)
    @rule(actor=ACTORS, is_record=st.booleans(), is_ours=st.booleans())
    def store(self, actor: str, is_record: bool, is_ours: bool) -> None:
        """Objects of the session's patient while it is claimed; nothing else."""
        assert self.session is not None
        plan = self.clinic.dataset(self.session.session_plan_uid)
        sent = make_record(plan) if is_record else make_table_position(plan)
        if not is_ours:
            sent.PatientID = "SOMEBODY-ELSE"

        status = self.clinic.store(actor, sent)

        assert status == ("0000" if is_ours and self.session_state == "active" else "C001")
        if status == "0000":
            self.acknowledged[str(sent.SOPInstanceUID)] = sent

    @precondition(lambda self: self.session_state == "active" and self.acknowledged)
    @rule(data=st.data(), actor=ACTORS)
    def send_again(self, data: st.DataObject, actor: str) -> None:
        """The same object of this session is a success, another one under its UID is none."""
        assert self.session is not None
        own = sorted(uid for uid, one in self.acknowledged.items() if one.PatientID == self.session.patient_id)
        uid = data.draw(st.sampled_from(own))
        other = part10.encoded(self.acknowledged[uid]).dataset()
        other.Manufacturer = "Somebody else"

        again = self.clinic.store(actor, self.acknowledged[uid])

        # It may be an earlier session's object of the same patient: then its plan is not the running one's.
        assert again in {"0000", "C001"}
        assert self.clinic.store(actor, other) in {"C003", "C001"}

    @precondition(lambda self: self.session)
    @rule(how=st.sampled_from(["cancel", "complete"]), is_meant=st.integers(0, 2))
    def close_session(self, how: str, is_meant: int) -> None:
        """The user cancels an open session, and completes one that no device holds; less often than devices do something."""
        if is_meant:
            return
        assert self.session is not None
        is_held = self.states[self.current] == IN_PROGRESS
        allowed = self.session_state in {"prepared", "active"} if how == "cancel" else self.session_state != "completed" and not is_held

        assert self.clinic.close_session(self.session.id, how) == allowed

        if allowed:
            self.session_state = "canceled" if how == "cancel" else "completed"
            if self.states[self.current] not in {COMPLETED, CANCELED}:
                self.states[self.current] = CANCELED

    @rule()
    def restart(self) -> None:
        """State is in the folder, not in the process."""
        self.clinic.restart()

    @invariant()
    def the_database_agrees(self) -> None:
        """States, acknowledged objects with every value, and the way of each workitem in the history."""
        if not hasattr(self, "clinic"):
            return
        workitems, objects, history = self.clinic.seen()
        assert {row.uid: row.state.value for row in workitems} == self.states
        assert set(self.acknowledged) <= {one.uid for one in objects}
        for uid in self.states:
            way = tuple(one.kind for one in history if one.subject == uid and one.kind in {kind for path in LEGAL for kind in path})
            assert way in LEGAL

    def teardown(self) -> None:
        """Every acknowledged object is whole."""
        if not hasattr(self, "clinic"):
            return
        try:
            for uid, sent in self.acknowledged.items():
                assert part10.fingerprint(part10.encoded(self.clinic.dataset(uid))) == part10.fingerprint(part10.encoded(sent))
        finally:
            self.clinic.close()
            self.folder.cleanup()

    def _brought(self, key: str, actor: str) -> str | None:
        return (self.lock or OWN[actor]) if key == "right" else key or None

    def _expected(self, to: str, lock: str | None) -> str:
        state = self.states[self.current]
        if self.session_state == "canceled":
            return "B304" if to == CANCELED else "C300"
        is_right = lock is not None if self.lock is None else lock == self.lock
        return WITH_THE_RIGHT_LOCK[to][state] if is_right else "C301"

    def _moved(self, to: str, lock: str | None) -> None:
        self.states[self.current] = to
        if to == IN_PROGRESS:
            self.lock, self.session_state = lock, "active"


class OnDesks(Interleavings):
    """On the use cases."""

    made = Desks


class OnTheWire(Interleavings):
    """Over the wire."""

    made = Wire


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("machine", "examples", "steps"), [(OnDesks, 30, 40), (OnTheWire, 4, 30)], ids=["use cases", "over the wire"])
def test_no_interleaving_breaks_the_rules(machine: type[Interleavings], examples: int, steps: int) -> None:
    """Whatever two devices and a user do, and whenever everything is restarted."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        ),
    )


def _status(call: Callable[[], object]) -> str:
    try:
        call()
    except WorkbenchError as error:
        return f"{statuses.status_of(error):04X}"
    return "0000"


def _progress() -> Dataset:
    item, changes = Dataset(), Dataset()
    item.ProcedureStepProgress = "50"
    changes.ProcedureStepProgressInformationSequence = [item]
    return changes
