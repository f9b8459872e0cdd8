"""How a delivery is chosen to go: what is offered, said and handed to the device."""

from __future__ import annotations

import re

import pytest

from workbench.device.scenario import SCENARIOS
from workbench.errors import Refused
from workbench_widgets.delivery_choice import DeliveryChoice


def make_choice(scenario: str = "interrupted", stop_mu: float = 12.5, **spans: tuple[float, float]) -> DeliveryChoice:
    """A choice for a session of these beams, as ``b1=(0.0, 40.0)``."""
    choice = DeliveryChoice(lambda: None)
    choice.offer({int(name[1:]): span for name, span in spans.items()})
    choice.scenario.value, choice.stop_mu.value = scenario, stop_mu
    choice.show()
    return choice


def test_what_a_treatment_may_come_to_is_offered_first_and_no_scenario_is_left_out() -> None:
    """Normal, slow, interrupted and both ways of being rejected; then the faults of the protocol."""
    labels, names = zip(*make_choice().scenario.options, strict=True)

    assert labels[:5] == ("normal", "slow", "interrupted", "rejected by the device", "rejected by the provider")
    assert sorted(names) == sorted(SCENARIOS)


def test_what_a_scenario_does_is_said() -> None:
    """In its own words."""
    assert SCENARIOS["silence"].summary in make_choice("silence").words.value


@pytest.mark.parametrize(
    ("scenario", "shown"), [("normal", [False, False]), ("interrupted", [True, True])], ids=["goes through", "is stopped"]
)
def test_where_to_stop_is_asked_only_where_a_beam_is_stopped(scenario: str, shown: list[bool]) -> None:
    """Beam and monitor units."""
    choice = make_choice(scenario, b1=(0.0, 40.0), b2=(0.0, 30.0))

    assert [one.layout.display != "none" for one in (choice.beam, choice.stop_mu)] == shown


def test_the_one_beam_of_a_session_is_no_choice() -> None:
    """Only its monitor units are asked for."""
    choice = make_choice(b3=(0.0, 40.0))

    assert choice.beam.layout.display == "none"
    assert choice.label == "interrupted at 12.5 MU"
    assert (choice.chosen().interrupt_beam, choice.chosen().interrupt_at_mu) == (3, 12.5)


def test_of_several_beams_the_chosen_one_is_stopped() -> None:
    """The label names it, too."""
    choice = make_choice(b1=(0.0, 40.0), b2=(0.0, 30.0))

    choice.beam.value = 2

    assert choice.label == "interrupted in beam 2 at 12.5 MU"
    assert choice.chosen().interrupt_beam == 2


@pytest.mark.parametrize("stop_mu", [0.0, 12.5, 40.0, -3.0, float("nan")])
def test_a_stop_outside_of_the_delivery_is_refused(stop_mu: float) -> None:
    """A continuation begins at 12.5 MU: neither there nor before, and not at its end, can it be stopped."""
    choice = make_choice(stop_mu=stop_mu, b1=(12.5, 40.0))

    with pytest.raises(Refused, match=re.escape(f"beam 1: found a stop at {stop_mu:.1f} MU, expected one between 12.5 and 40.0 MU")):
        choice.chosen()


def test_a_scenario_that_is_not_interrupted_is_taken_as_it_is() -> None:
    """Whatever stands in the entry that is not shown."""
    assert make_choice("slow", stop_mu=-1.0, b1=(0.0, 40.0)).chosen() is SCENARIOS["slow"]
