"""How a simulated delivery is to go: a scenario that ships, and for an interrupted one where the beam stops.

What a scenario does is said in its own words. Whether a beam can stop there is asked of what the session delivers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ipywidgets import Dropdown, FloatText

from workbench.device.scenario import SCENARIOS, Scenario
from workbench.errors import Refused
from workbench.treatment.delivery import in_words
from workbench_widgets.markup import quiet
from workbench_widgets.parts import html

FIRST: Final = {
    "normal": "normal",
    "slow": "slow",
    "interrupted": "interrupted",
    "rejected by the device": "cancel",
    "rejected by the provider": "wrong-patient",
}
"""Words → scenario: what a treatment may come to; the scenarios of protocol faults follow by their names."""
INTERRUPTED: Final = "interrupted"
STOPPED: Final = "The beam stops there: a partial record, the workitem is canceled; the next session continues."
"""What an interrupted delivery does, wherever it stops."""

Spans = Mapping[int, tuple[float, float]]
"""Beam number → where on its meterset axis a session's delivery begins and ends, MU."""


class DeliveryChoice:
    """The entries that say how the simulated device delivers.

    Parameters
    ----------
    changed : called after every change, in whatever thread it arrives in.
    """

    def __init__(self, changed: Callable[[], object]) -> None:
        others = {name: name for name in SCENARIOS if name not in FIRST.values()}
        self._spans: Spans = {}
        self.scenario = Dropdown(
            options=list({**FIRST, **others}.items()), value="normal", description="scenario", tooltip="How the simulated delivery goes."
        )
        self.beam = Dropdown(options=[], description="stop beam", tooltip="The beam that is stopped.")
        self.stop_mu = FloatText(
            value=SCENARIOS[INTERRUPTED].interrupt_at_mu,
            step=1.0,
            description="stop at (MU)",
            tooltip="Where on its meterset axis the beam is stopped.",
        )
        self.words = html("", "wb-scenario-words")
        hooks = {self.scenario: "wb-scenario", self.beam: "wb-stop-beam", self.stop_mu: "wb-stop-mu"}
        for entry, hook in hooks.items():
            entry.add_class(hook)
            entry.observe(lambda _: changed(), names="value")
        self.show()

    @property
    def widgets(self) -> tuple[Any, ...]:
        """The entries in their order."""
        return (self.scenario, self.beam, self.stop_mu)

    @property
    def label(self) -> str:
        """The choice in a few words: ``interrupted at 12.5 MU``."""
        if self.scenario.value != INTERRUPTED:
            return str(self.scenario.label)
        beam = f" in beam {self._beam}" if len(self._spans) > 1 else ""
        return f"{INTERRUPTED}{beam} at {in_words(self.stop_mu.value)} MU"

    @property
    def _beam(self) -> int:
        """The chosen beam; the first where a browser that has just been given new ones answers that none is chosen."""
        return int(self.beam.value) if self.beam.value in self._spans else min(self._spans)

    def offer(self, spans: Spans) -> None:
        """The beams of the open session; none while there is no session."""
        if dict(spans) != dict(self._spans):
            self._spans = dict(spans)
            self.beam.options = sorted(spans)
            self.show()

    def show(self) -> None:
        """Show what the chosen scenario asks for, and what it does."""
        is_interrupted = self.scenario.value == INTERRUPTED
        self.stop_mu.layout.display = "" if is_interrupted else "none"
        self.beam.layout.display = "" if is_interrupted and len(self._spans) > 1 else "none"
        self.words.value = quiet(STOPPED if is_interrupted else SCENARIOS[self.scenario.value].summary)

    def chosen(self) -> Scenario:
        """The scenario as it is to be performed.

        Raises
        ------
        Refused : the beam would not be stopped there.
        """
        scenario = SCENARIOS[self.scenario.value]
        if self.scenario.value != INTERRUPTED or not self._spans:
            return scenario
        beam, at_mu = self._beam, float(self.stop_mu.value)
        begin, end = self._spans[beam]
        if not begin < at_mu < end:
            raise Refused(
                f"beam {beam}: found a stop at {in_words(at_mu)} MU, "
                f"expected one between {in_words(begin)} and {in_words(end)} MU of this delivery",
                rule="meterset",
            )
        return replace(scenario, interrupt_beam=beam, interrupt_at_mu=at_mu)
