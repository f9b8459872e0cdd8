"""What the simulated device is to do, step by step, and what it expects to hear: read from small TOML files.

A scenario knows nothing of any provider; the same file drives ours and another vendor's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from math import inf, isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Never

from workbench.errors import Refused
from workbench.iods.dialect import Dialect
from workbench.settings import must_be_ae_title, record

STATUS: Final = re.compile(r"[0-9A-Fx]{4}")
"""A DIMSE status in hexadecimal; ``x`` stands for any digit, as conformance statements print ranges."""


class Act(StrEnum):
    """What a step does."""

    FIND = "find"
    """C-FIND of the worklist; the first workitem found is the one of all later steps."""
    CLAIM = "claim"
    """N-ACTION to IN PROGRESS."""
    UNCLAIM = "unclaim"
    """N-ACTION to SCHEDULED, which is never possible."""
    FETCH = "fetch"
    """C-MOVE of all that the workitem lists, series by series."""
    IMAGE = "image"
    """C-STORE of setup images, table position and registration."""
    REPORT = "report"
    """One N-SET of progress, outside of any beam."""
    DELIVER = "deliver"
    """Every beam of the instruction, with N-SET of progress while it is on."""
    RECORD = "record"
    """C-STORE of the treatment record of what was delivered; nothing where nothing was."""
    FINISH = "finish"
    """N-ACTION to COMPLETED when everything was delivered, else to CANCELED."""
    COMPLETE = "complete"
    """N-ACTION to COMPLETED."""
    CANCEL = "cancel"
    """N-ACTION to CANCELED, after an N-SET of the reason where one is given."""
    DISCONNECT = "disconnect"
    """The association is aborted without a word, and opened again for the next step."""
    WAIT = "wait"
    """Nothing is said for some seconds."""
    ECHO = "echo"
    """C-ECHO."""


class Who(StrEnum):
    """Who takes a step."""

    DEVICE = "device"
    """The device."""
    RIVAL = "rival"
    """A second device, on an association and with an AE title of its own."""


class Lock(StrEnum):
    """The Transaction UID that a step brings."""

    OWN = "own"
    """That of whoever takes the step."""
    ANOTHER = "another"
    """One that the workitem was never claimed with."""
    NONE = "none"
    """None."""


class Whose(StrEnum):
    """Whose objects a step sends."""

    SESSION = "session"
    """The session's patient."""
    ANOTHER = "another"
    """Another patient."""


class Work(StrEnum):
    """Which workitems a query asks for."""

    ANY = "any"
    """Any; position acquisition first."""
    IMAGING = "imaging"
    """Position acquisition (121707)."""
    TREATMENT = "treatment"
    """Treatment (121726)."""
    QA = "qa"
    """Treatment QA (121728)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step.

    Parameters
    ----------
    expect : the status that every answer of this step must have, as ``0000`` or ``Cxxx``.
    patient : for ``image`` and ``record``.
    work : for ``find``.
    least_beams : for ``fetch``: how many beams the instruction must ask for.
    reason : for ``cancel``.
    seconds : for ``wait``.
    """

    do: Act
    by: Who = Who.DEVICE
    lock: Lock = Lock.OWN
    expect: str = "0000"
    patient: Whose = Whose.SESSION
    work: Work = Work.ANY
    least_beams: int = 0
    reason: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if not STATUS.fullmatch(self.expect):
            raise Refused(
                f"expect: found {self.expect!r}, expected four hexadecimal digits, x for any, as in 0000 or Cxxx", rule="scenario"
            )
        if not 0 <= self.seconds < inf:
            raise Refused(f"seconds: found {self.seconds}, expected 0 or more", rule="scenario")
        if self.by is Who.RIVAL and self.do not in {Act.CLAIM, Act.REPORT, Act.COMPLETE, Act.CANCEL, Act.ECHO}:
            raise Refused(
                f"by: found a rival that is to {self.do}, expected one that claims, reports, completes or cancels", rule="scenario"
            )


USUAL: Final = tuple(Step(do=act) for act in (Act.FIND, Act.CLAIM, Act.FETCH, Act.IMAGE, Act.DELIVER, Act.RECORD, Act.FINISH))
"""A treatment as a device does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way a session can go.

    Parameters
    ----------
    summary : what it shows, in a sentence.
    dialect : of UPS.
    interrupt_beam : number of the beam that is stopped; None for a session that is not interrupted.
    interrupt_at_mu : where on that beam's meterset axis it stops.
    reports_per_beam : progress reports sent while a beam is on.
    seconds_per_beam : how long a beam is on; 0 for as fast as the network allows.
    setup_shift_mm : what the simulated patient is off by in the setup images, room frame x, y, z.
    rival_ae_title : AE title of the second device.
    leaves_claimed : whether a workitem that is still claimed at the end stays so; otherwise the device gives it up.
    steps : what is done, in order.

    Raises
    ------
    Refused : a beam to interrupt without saying where, or a number that no session can have.
    """

    name: str = "normal"
    summary: str = ""
    dialect: Dialect = Dialect.TRIAL
    interrupt_beam: int | None = None
    interrupt_at_mu: float | None = None
    reports_per_beam: int = 4
    seconds_per_beam: float = 0.0
    setup_shift_mm: tuple[float, float, float] = (0.4, -0.3, 0.2)
    rival_ae_title: str = "RIVAL"
    leaves_claimed: bool = False
    steps: tuple[Step, ...] = USUAL

    def __post_init__(self) -> None:
        if (self.interrupt_beam is None) != (self.interrupt_at_mu is None):
            self._refuse("interrupt_beam and interrupt_at_mu", (self.interrupt_beam, self.interrupt_at_mu), "both or none")
        if self.interrupt_at_mu is not None and not 0 < self.interrupt_at_mu < inf:
            self._refuse("interrupt_at_mu", self.interrupt_at_mu, "more than 0")
        if self.reports_per_beam < 1:
            self._refuse("reports_per_beam", self.reports_per_beam, "1 or more")
        if not 0 <= self.seconds_per_beam < inf:
            self._refuse("seconds_per_beam", self.seconds_per_beam, "0 or more")
        if not all(isfinite(one) for one in self.setup_shift_mm):
            self._refuse("setup_shift_mm", self.setup_shift_mm, "finite numbers")
        must_be_ae_title(self.rival_ae_title)
        self._check_order()

    def _check_order(self) -> None:
        """Every step has what it needs from those before it."""
        needs = {Act.FETCH: Act.FIND, Act.IMAGE: Act.FETCH, Act.DELIVER: Act.FETCH, Act.RECORD: Act.DELIVER, Act.FINISH: Act.FETCH}
        needs |= dict.fromkeys((Act.CLAIM, Act.UNCLAIM, Act.REPORT, Act.COMPLETE, Act.CANCEL), Act.FIND)
        done: set[Act] = set()
        if not self.steps:
            self._refuse("steps", "none", "1 or more")
        for number, step in enumerate(self.steps, start=1):
            needed = needs.get(step.do)
            if needed is not None and needed not in done:
                self._refuse(f"step {number}", step.do.value, f"{needed.value} before it")
            done.add(step.do)

    def _refuse(self, what: str, found: object, expected: str) -> Never:
        raise Refused(f"{what} of scenario {self.name}: found {found}, expected {expected}", rule="scenario")


def load_scenario(name_or_file: str) -> Scenario:
    """A scenario by its name, or from a TOML file.

    Raises
    ------
    Refused : neither a name nor a file, or a file with wrong keys.
    """
    if name_or_file in SCENARIOS:
        return SCENARIOS[name_or_file]
    path = Path(name_or_file)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise Refused(
            f"scenario: found {name_or_file!r}, expected one of {', '.join(SCENARIOS)} or a TOML file", rule="scenario"
        ) from problem
    except UnicodeDecodeError as problem:
        raise Refused(f"scenario {path}: no valid TOML ({problem}), expected a scenario", rule="scenario") from problem
    return _read(text, path.stem, f"scenario {path}")


def _read(text: str, name: str, where: str) -> Scenario:
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise Refused(f"{where}: no valid TOML ({problem}), expected a scenario", rule="scenario") from problem
    return record(Scenario, {"name": name, **table}, where)


def _shipped() -> Mapping[str, Scenario]:
    folder = resources.files("workbench.device") / "scenarios"
    texts = {entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8") for entry in folder.iterdir()}
    return MappingProxyType({name: _read(texts[name], name, f"scenario {name}") for name in sorted(texts)})


SCENARIOS: Final = _shipped()
"""Scenarios that ship, by name."""
NORMAL: Final = SCENARIOS["normal"]
