"""PS3.4 Table CC.1.1-2 as it is expected on the wire, and a clinic whose rooms hold a workitem of each state.

The codes are written down from the standard's table and, where the TMS statement prints one, from its 4.2.1.12.3 and 4.2.1.13.3; nothing
here is taken from the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom.association import Association

from tests.clinic import DEVICE, LOCK, OTHER_LOCK, make_ion_plan
from tests.network.wire import answer, associated
from workbench.bench import Workbench
from workbench.settings import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """The classes of one dialect."""

    push: str
    pull: str
    watch: str


TRIAL = Speech(push="1.2.840.10008.5.1.4.34.4.1", watch="1.2.840.10008.5.1.4.34.4.2", pull="1.2.840.10008.5.1.4.34.4.3")
FINAL = Speech(push="1.2.840.10008.5.1.4.34.6.1", watch="1.2.840.10008.5.1.4.34.6.2", pull="1.2.840.10008.5.1.4.34.6.3")

NO_SUCH = "no such workitem"
STATES = (NO_SUCH, "SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED")
OK = "0000"
RIGHT = {
    "IN PROGRESS": ("C307", OK, "C302", "C300", "C300"),
    "SCHEDULED": ("C307", "C303", "C303", "C303", "C303"),
    "COMPLETED": ("C307", "C310", OK, "B306", "C300"),
    "CANCELED": ("C307", "C310", OK, "C300", "B304"),
    # A SCHEDULED workitem has no lock; one that is brought all the same is C310, our choice.
    "N-SET": ("C307", "C310", OK, "C300", "C300"),
}
"""Request → code in each state, with the Transaction UID of the claim; with any, where there is no claim."""
WRONG = {
    "IN PROGRESS": ("C301", "C301", "C301"),
    "SCHEDULED": ("C303", "C303", "C303"),
    "COMPLETED": ("C301", "C301", "C301"),
    "CANCELED": ("C301", "C301", "C301"),
    "N-SET": ("C301", "C300", "C300"),
}
"""With another one: IN PROGRESS, COMPLETED, CANCELED; the others know no wrong one."""
ABSENT = {
    "IN PROGRESS": ("C307", "C301", "C301", "C301", "C301"),
    "SCHEDULED": ("C307", "C303", "C303", "C303", "C303"),
    "COMPLETED": ("C307", "C301", "C301", "C301", "C301"),
    "CANCELED": ("C307", "C301", "C301", "C301", "C301"),
    "N-SET": ("C307", OK, "C301", "C300", "C300"),
}
"""Without any."""
REQUEST_CANCEL = ("C307", OK, OK, "C311", "B304")
"""N-ACTION of type 2, which knows no lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: a request with a lock meets a state and hears a code."""

    request: str
    state: str
    lock: str | None
    code: str

    def __str__(self) -> str:
        return f"{self.request} on {self.state} with {'no lock' if self.lock is None else 'lock' if self.lock == LOCK else 'wrong lock'}"


def cells() -> list[Cell]:
    """Every cell of the three tables."""
    tables = ((LOCK, RIGHT, STATES), (OTHER_LOCK, WRONG, STATES[2:]), (None, ABSENT, STATES))
    return [
        Cell(request=request, state=state, lock=lock, code=code)
        for lock, table, states in tables
        for request, row in table.items()
        for state, code in zip(states, row, strict=True)
    ]


class Link:
    """An association on the classes of one dialect that is opened again when it was lost."""

    def __init__(self, bench: Workbench, speech: Speech) -> None:
        self._open = partial(associated, bench, speech.pull, speech.watch, speech.push)
        self._held = ExitStack()
        self._association = self._held.enter_context(self._open())

    @property
    def association(self) -> Association:
        """The association, established."""
        if not self._association.is_established:
            self.close()
            self._association = self._held.enter_context(self._open())
        return self._association

    def surely(self, call: Callable[[Association], tuple[str, str]]) -> tuple[str, str]:
        """The answer to a request that changes nothing, asked once more when it was lost."""
        answered = call(self.association)
        return call(self.association) if answered[0] == "no answer" else answered

    def close(self) -> None:
        """Let go of it."""
        self._held.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """A provider with one room for each state, and one for requests that are done.

    Parameters
    ----------
    workitems : state → SOP Instance UID of a workitem that is in it and that refused requests leave in it.
    link : to it, on the classes of one dialect.
    """

    bench: Workbench
    workitems: dict[str, str]
    link: Link

    @property
    def association(self) -> Association:
        """An established association."""
        return self.link.association

    def state(self, uid: str) -> str | None:
        """Where a workitem stands now."""
        return next((one.state.value for one in self.bench.workitems() if one.uid == uid), None)

    @contextmanager
    def fresh(self, state: str) -> Iterator[str]:
        """A workitem of its own in a state, for a request that changes it."""
        session = self.bench.check_in(self.bench.add_plan(make_ion_plan()), room="FRESH")
        (workitem,) = self.bench.workitems(session)
        bring(self.bench, workitem.uid, state)
        try:
            yield workitem.uid
        finally:
            if self.bench.workitems(session)[0].state.value == "IN PROGRESS":
                self.bench.cancel(session)
            self.bench.complete(session)


@contextmanager
def rooms(folder: Path, speech: Speech) -> Iterator[Rooms]:
    """Open such a provider, and an association with it."""
    names = (*(state.replace(" ", "_") for state in STATES[1:]), "FRESH")
    with Workbench(folder, rooms=tuple(Room(name=name, station_code=name) for name in names)) as bench:
        made = {}
        for state in STATES[1:]:
            session = bench.check_in(bench.add_plan(make_ion_plan()), room=state.replace(" ", "_"))
            made[state] = bench.workitems(session)[0].uid
            bring(bench, made[state], state)
        link = Link(bench, speech)
        yield Rooms(bench=bench, workitems={**made, NO_SUCH: "2.25.404"}, link=link)
        link.close()


def bring(bench: Workbench, uid: str, state: str) -> None:
    """Bring a SCHEDULED workitem into a state over the wire."""
    way = {"SCHEDULED": (), "IN PROGRESS": ("IN PROGRESS",)}.get(state, ("IN PROGRESS", state))
    with associated(bench, TRIAL.pull) as association:
        for step in way:
            assert ask(association, TRIAL, step, uid, LOCK) == (OK, "")


def ask(association: Association, speech: Speech, request: str, uid: str, lock: str | None) -> tuple[str, str]:
    """One request of the table on the Pull context; code and Error Comment."""
    information = Dataset()
    if lock is not None:
        information.TransactionUID = lock
    if request == "N-SET":
        return change(association, speech, uid, lock, ProcedureStepProgressInformationSequence=[progress()])
    information.ProcedureStepState = request
    status, _ = association.send_n_action(information, 1, speech.push, uid, meta_uid=speech.pull)
    return answer(status)


def change(association: Association, speech: Speech, uid: str, lock: str | None, **attributes: Any) -> tuple[str, str]:
    """N-SET of attributes on the Pull context."""
    changes = Dataset()
    if lock is not None:
        changes.TransactionUID = lock
    for keyword, value in attributes.items():
        setattr(changes, keyword, value)
    status, _ = association.send_n_set(changes, speech.push, uid, meta_uid=speech.pull)
    return answer(status)


def request_cancel(association: Association, speech: Speech, uid: str, **reason: Any) -> tuple[str, str]:
    """N-ACTION of type 2 on the Watch context."""
    information = Dataset()
    for keyword, value in reason.items():
        setattr(information, keyword, value)
    # An empty data set would never leave pynetdicom's requestor; a request without reason has none.
    status, _ = association.send_n_action(information if reason else None, 2, speech.push, uid, meta_uid=speech.watch)
    return answer(status)


def progress() -> Dataset:
    """A report of half the work."""
    item = Dataset()
    item.ProcedureStepProgress = "50"
    return item


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """A coded term."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def performed(**changes: Any) -> Dataset:
    """What COMPLETED needs of the performed procedure (PS3.4 Table CC.2.5-3, final state P)."""
    item = Dataset()
    item.PerformedStationNameCodeSequence = [code("EYE1", "99OPW", "EYE1")]
    item.PerformedProcedureStepStartDateTime = "20240603081500+0000"
    item.PerformedProcedureStepEndDateTime = "20240603083000+0000"
    item.PerformedWorkitemCodeSequence = [code("121726", "DCM", "RT Treatment with Internal Verification")]
    item.OutputInformationSequence = []
    for keyword, value in changes.items():
        if value is None:
            delattr(item, keyword)
        else:
            setattr(item, keyword, value)
    return item


__all__ = ["DEVICE", "LOCK", "OTHER_LOCK"]
