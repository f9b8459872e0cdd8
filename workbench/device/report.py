"""What a scenario expected, what was heard, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from workbench.conformance.html import html_table
from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation.

    Parameters
    ----------
    number : of the scenario's step, from 1.
    step : what the step does.
    asked : the request, and of whom it was when not the device's.
    expected, heard : status in hexadecimal, or words where no status says it.
    problem : what is wrong; None when the expectation was met.
    """

    number: int
    step: str
    asked: str
    expected: str
    heard: str
    problem: WorkbenchError | None = None

    @property
    def passed(self) -> bool:
        """Whether it was met."""
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """What came of a workitem.

    Parameters
    ----------
    state : its state as the device knows it.
    fraction : 0 for a workitem without beams.
    record_uid : SOP Instance UID of the treatment record; None when nothing was delivered.
    """

    workitem: str
    state: str
    fraction: int
    record_uid: str | None
    delivered_mu: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A scenario as it went.

    Parameters
    ----------
    expectations : in the order they were looked at; what comes after the first that fails was not tried.
    treated : the last workitem; None when none was found.
    note : what happened beside the steps, in a sentence.
    """

    scenario: str
    expectations: tuple[Expectation, ...]
    treated: Treated | None
    note: str = ""

    header = ("step", "asked", "expected", "heard", "")

    @property
    def problem(self) -> WorkbenchError | None:
        """What is wrong; None when every expectation was met."""
        return next((one.problem for one in self.expectations if one.problem is not None), None)

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return self.problem is None

    def rows(self) -> Sequence[tuple[str, str, str, str, str]]:
        """A row an expectation, under ``header``."""
        return [
            (f"{one.number} {one.step}", one.asked, one.expected, one.heard, "pass" if one.passed else "FAIL") for one in self.expectations
        ]

    def __repr__(self) -> str:
        return f"<Report of scenario {self.scenario}: {sum(one.passed for one in self.expectations)} of {len(self.expectations)} met>"

    def _repr_html_(self) -> str:
        verdict = "every expectation was met" if self.passed else escape(str(self.problem))
        note = f"<br>{escape(self.note)}" if self.note else ""
        return f"<b>Scenario {escape(self.scenario)}</b>: {verdict}{note}{html_table(self.header, self.rows())}"
