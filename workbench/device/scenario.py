"""What the simulated device is to do, beyond doing everything right."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Never

from workbench.errors import Refused
from workbench.settings import record


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way a session can go.

    Parameters
    ----------
    interrupt_beam : number of the beam that is stopped; None for a session that is not interrupted.
    interrupt_at_mu : where on that beam's meterset axis it stops.
    reports_per_beam : progress reports sent while a beam is on.
    seconds_per_beam : how long a beam is on; 0 for as fast as the network allows.
    setup_shift_mm : what the simulated patient is off by in the setup images, room frame x, y, z.

    Raises
    ------
    Refused : a beam to interrupt without saying where, or a number that no session can have.
    """

    name: str = "normal"
    interrupt_beam: int | None = None
    interrupt_at_mu: float | None = None
    reports_per_beam: int = 4
    seconds_per_beam: float = 0.0
    setup_shift_mm: tuple[float, float, float] = (0.4, -0.3, 0.2)

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

    def _refuse(self, what: str, found: object, expected: str) -> Never:
        raise Refused(f"{what} of scenario {self.name}: found {found}, expected {expected}", rule="scenario")


NORMAL = Scenario()
SCENARIOS = MappingProxyType(
    {
        NORMAL.name: NORMAL,
        "interrupted": Scenario(name="interrupted", interrupt_beam=1, interrupt_at_mu=12.5),
        "slow": Scenario(name="slow", seconds_per_beam=5.0, reports_per_beam=20),
    }
)
"""Scenarios by name."""


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
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise Refused(
            f"scenario: found {name_or_file!r}, expected one of {', '.join(SCENARIOS)} or a TOML file", rule="scenario"
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Refused(f"scenario {path}: no valid TOML ({problem}), expected a scenario", rule="scenario") from problem
    return record(Scenario, {"name": path.stem, **table}, f"scenario {path}")
