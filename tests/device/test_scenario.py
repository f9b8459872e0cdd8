"""What the simulated device may be asked to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.device.scenario import NORMAL, SCENARIOS, Scenario, load_scenario
from workbench.errors import Refused


@pytest.mark.parametrize("name", ["normal", "interrupted", "slow"])
def test_a_scenario_is_known_by_its_name(name: str) -> None:
    """The three that ship; each says its own name."""
    assert load_scenario(name) == SCENARIOS[name]
    assert load_scenario(name).name == name


def test_a_scenario_is_read_from_a_file(tmp_path: Path) -> None:
    """The file's name is its own unless it says another; what it leaves out is normal."""
    path = tmp_path / "stopped.toml"
    path.write_text("interrupt_beam = 2\ninterrupt_at_mu = 7\nsetup_shift_mm = [1, 0.5, -2]\n")

    assert load_scenario(str(path)) == Scenario(
        name="stopped", interrupt_beam=2, interrupt_at_mu=7.0, setup_shift_mm=(1.0, 0.5, -2.0), reports_per_beam=NORMAL.reports_per_beam
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("interrupt = 2", "unknown key 'interrupt', expected one of interrupt_at_mu, interrupt_beam, name, "),
        ('interrupt_beam = "2"', "interrupt_beam: found '2', expected a whole number"),
        ("setup_shift_mm = [1, 2]", "setup_shift_mm: found 2 values, expected 3"),
        ('setup_shift_mm = [1, 2, "3"]', "setup_shift_mm[2]: found '3', expected a number"),
        ("setup_shift_mm = [1, 2, nan]", "setup_shift_mm of scenario wrong: found (1.0, 2.0, nan), expected finite numbers"),
        ("interrupt_beam = 1", "interrupt_beam and interrupt_at_mu of scenario wrong: found (1, None), expected both or none"),
        ("interrupt_beam = ", "no valid TOML (Invalid value (at end of document)), expected a scenario"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """File, key, found and expected."""
    path = tmp_path / "wrong.toml"
    path.write_text(text)

    with pytest.raises(Refused) as refusal:
        load_scenario(str(path))

    assert str(refusal.value).startswith(f"scenario {path}: {said}")


def test_neither_a_name_nor_a_file_is_refused() -> None:
    """The names are said."""
    with pytest.raises(Refused, match=r"^scenario: found 'norml', expected one of normal, interrupted, slow or a TOML file$"):
        load_scenario("norml")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"interrupt_beam": 1, "interrupt_at_mu": 0.0}, "interrupt_at_mu of scenario s: found 0.0, expected more than 0"),
        ({"interrupt_beam": 1, "interrupt_at_mu": float("nan")}, "interrupt_at_mu of scenario s: found nan, expected more than 0"),
        ({"interrupt_at_mu": 5.0}, "interrupt_beam and interrupt_at_mu of scenario s: found (None, 5.0), expected both or none"),
        ({"reports_per_beam": 0}, "reports_per_beam of scenario s: found 0, expected 1 or more"),
        ({"seconds_per_beam": -1.0}, "seconds_per_beam of scenario s: found -1.0, expected 0 or more"),
        ({"seconds_per_beam": float("inf")}, "seconds_per_beam of scenario s: found inf, expected 0 or more"),
    ],
)
def test_a_scenario_that_no_session_can_have_is_refused(changes: dict[str, Any], said: str) -> None:
    """At birth."""
    with pytest.raises(Refused) as refusal:
        Scenario(name="s", **changes)

    assert str(refusal.value) == said
