"""The buttons and entries of a session dashboard: what they say, and when they cannot be used, why.

They do nothing by themselves: the dashboard hangs its work on them. A button says what it will do with (``Check in · 120.0 MU``): in a
browser an entry may be sent after a click that followed it, and then the label, not the entry, is what was agreed to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ipywidgets import Box, Checkbox, Dropdown, FloatText

from workbench.treatment.delivery import in_words
from workbench.workflow.plans import StoredPlan
from workbench_widgets.delivery_choice import DeliveryChoice, Spans
from workbench_widgets.markup import MIDDOT
from workbench_widgets.parts import button, heard_at_once
from workbench_widgets.view import Action, PlanFacts

EXPLAINED: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.PROVIDER: "Whether devices can connect.",
        Action.CHECK_IN: "Prepare a session: its workitem goes on the worklist.",
        Action.DELIVER: "The simulated device claims the workitem, fetches, images, delivers and records, over the network.",
        Action.COMPLETE: "Complete the session: the room is free for the next one.",
        Action.CANCEL: "Cancel the session: its devices are refused from now on.",
    }
)
STOP_EXPLAINED: Final = "Beam off at once; the device still reports what it gave, then the provider stops accepting."
METERSET_EXPLAINED: Final = "Monitor units of one whole fraction."
IMAGING_EXPLAINED: Final = "Position acquisition, a workitem of its own, comes before the beams."
ROOMS_EXPLAINED: Final = "The room to show; the others go on meanwhile."


class Controls:
    """All that can be clicked or entered.

    Parameters
    ----------
    actions : what each button does when clicked; called in whatever thread the click arrives in.
    post : has a function called on the dashboard's loop.
    """

    def __init__(self, actions: Mapping[Action, Callable[[], object]], *, post: Callable[[Callable[[], object]], object]) -> None:
        self._post = post
        self.buttons = {
            Action.PROVIDER: button("Start provider", "wb-provider-button"),
            Action.CHECK_IN: button("Check in", "wb-check-in"),
            Action.DELIVER: button("Deliver", "wb-deliver"),
            Action.COMPLETE: button("Complete", "wb-complete"),
            Action.CANCEL: button("Cancel", "wb-cancel"),
        }
        for action, one in self.buttons.items():
            one.on_click(_ignoring_button(actions[action]))
        self.stop = stop_button()
        self.sample = button("Use the sample", "wb-sample", tooltip="Add the small invented case that ships with the package.")
        self.delivery = DeliveryChoice(self._relabel_soon)
        self.imaging = Checkbox(description="image first", indent=False, tooltip=IMAGING_EXPLAINED)
        self.imaging.add_class("wb-imaging")
        self.imaging.observe(lambda _: self._relabel_soon(), names="value")
        self.rooms = Dropdown(options=[], description="room", tooltip=ROOMS_EXPLAINED)
        self.rooms.add_class("wb-rooms")
        self.rooms.layout.display = "none"
        self.plans = Dropdown(options=[], description="plan", tooltip="The plan to check in.")
        self.plans.add_class("wb-plans")
        self.metersets = Box([])
        self.metersets.add_class("wb-actions")
        self._meterset_of: dict[int, Any] = {}
        self._filled_mu: dict[int, float] = {}
        self._relabel()

    @property
    def metersets_mu(self) -> dict[int, float]:
        """Beam number → monitor units as entered; an entry that nobody changed stands for all decimals of what it was filled with."""
        return {number: self._meant_mu(number, float(entry.value)) for number, entry in self._meterset_of.items()}

    def offer_rooms(self, names: Sequence[str], shown: str) -> None:
        """The rooms to choose from; hidden while there is no choice."""
        self.rooms.options = list(names)
        self.rooms.value = shown
        self.rooms.layout.display = "" if len(names) > 1 else "none"

    def offer_metersets(self, facts: PlanFacts | None) -> None:
        """One entry for each beam of the plan, filled with what check-in would derive."""
        self._filled_mu = {beam.number: facts.suggested_mu.get(beam.number, 0.0) for beam in facts.beams} if facts else {}
        self._meterset_of = {number: _meterset(number, meterset) for number, meterset in self._filled_mu.items()}
        for entry in self._meterset_of.values():
            entry.observe(lambda _: self._relabel_soon(), names="value")
        self.metersets.children = list(self._meterset_of.values())
        self._relabel()

    def enter_metersets(self, metersets_mu: Mapping[int, float]) -> None:
        """Show these numbers, for example those a session was checked in with."""
        for number, meterset in metersets_mu.items():
            if number in self._meterset_of:
                self._filled_mu[number], self._meterset_of[number].value = meterset, _shown_mu(meterset)

    def offer_plans(self, plans: Sequence[StoredPlan], chosen: StoredPlan | None) -> None:
        """The plans to choose from; hidden while there is no choice."""
        options = [(f"{one.patient_id} \N{MIDDLE DOT} {one.label}", one.uid) for one in plans]
        if list(self.plans.options) != options:
            self.plans.options = options
        if chosen is not None and any(one.uid == chosen.uid for one in plans):
            self.plans.value = chosen.uid
        self.plans.layout.display = "" if len(plans) > 1 else "none"
        self.sample.layout.display = "none" if plans else ""

    def update(self, obstacles: Mapping[Action, str | None], proposed: Action | None, *, is_listening: bool, spans: Spans | None) -> None:
        """Grey what cannot be done, with the reason as its tooltip; mark what the treatment goes on with.

        Parameters
        ----------
        spans : what the open session delivers of each beam; None where none is open, so that plan and metersets are still to be settled.
        """
        self.buttons[Action.PROVIDER].description = "Stop provider" if is_listening else "Start provider"
        for action, one in self.buttons.items():
            why_not = obstacles[action]
            one.disabled = why_not is not None
            one.tooltip = why_not or EXPLAINED[action]
            (one.add_class if action is proposed else one.remove_class)("wb-next")
        for entry in (self.plans, self.imaging, *self._meterset_of.values()):
            entry.disabled = spans is not None
        self.delivery.offer(spans or {})
        self._relabel()

    def hold_room(self, why: str | None) -> None:
        """Keep the room that is shown, for this reason; None lets another one be chosen."""
        self.rooms.disabled = why is not None
        self.rooms.tooltip = why or ROOMS_EXPLAINED

    def _meant_mu(self, number: int, entered_mu: float) -> float:
        filled_mu = self._filled_mu[number]
        return filled_mu if entered_mu == _shown_mu(filled_mu) else entered_mu

    def _relabel_soon(self) -> None:
        self._post(self._relabel)

    def _relabel(self) -> None:
        metersets = " + ".join(in_words(one) for one in self.metersets_mu.values())
        first = "images, then " if self.imaging.value else ""
        self.buttons[Action.CHECK_IN].description = f"Check in{MIDDOT}{first}{metersets} MU" if metersets else "Check in"
        self.delivery.show()
        self.buttons[Action.DELIVER].description = f"Deliver{MIDDOT}{self.delivery.label}"


def _shown_mu(meterset_mu: float) -> float:
    """As an entry shows it: to a hundredth, as a sentence has it."""
    return round(meterset_mu, 2)


def stop_button() -> Any:
    """The emergency stop, which is never grey and does not wait for a cell."""
    made = button("\N{BLACK SQUARE} Stop everything", "wb-stop", tooltip=STOP_EXPLAINED)
    heard_at_once(made)
    return made


def _meterset(number: int, meterset_mu: float) -> Any:
    entry = FloatText(value=_shown_mu(meterset_mu), step=1.0, description=f"beam {number} (MU)", tooltip=METERSET_EXPLAINED)
    entry.add_class("wb-mu")
    return entry


def _ignoring_button(action: Callable[[], object]) -> Callable[[object], None]:
    def clicked(_: object) -> None:
        action()

    return clicked
