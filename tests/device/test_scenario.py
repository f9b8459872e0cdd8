"""What the simulated device may be asked to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from workbench.device.scenario import NORMAL, SCENARIOS, Act, Lock, Scenario, Step, Who, Work, load_scenario
from workbench.errors import Refused
from workbench.iods.dialect import Dialect


def test_every_scenario_that_ships_is_known_by_its_name_and_says_what_it_shows() -> None:
    """A file for each, one sentence in each."""
    assert {name: (load_scenario(name).name, bool(re.fullmatch(r"[A-Z].*\.", load_scenario(name).summary))) for name in SCENARIOS} == {
        name: (name, True) for name in SCENARIOS
    }


def test_these_scenarios_ship() -> None:
    """What a session can meet: interruption, rivals, wrong keys, wrong patients, silence, both dialects, and one to be watched."""
    assert list(SCENARIOS) == [
        "cancel",
        "competing-claim",
        "final",
        "imaging-first",
        "interrupted",
        "lost-response",
        "normal",
        "progress-per-beam",
        "several-beams",
        "silence",
        "slow",
        "wrong-lock",
        "wrong-patient",
    ]


def test_steps_are_read_from_a_file(tmp_path: Path) -> None:
    """Each a table; what it leaves out is the device's own, with success expected."""
    path = tmp_path / "rivals.toml"
    path.write_text("""
        dialect = "final"
        steps = [{ do = "find", work = "qa" }, { do = "claim", by = "rival", lock = "none", expect = "C301" }]
    """)

    scenario = load_scenario(str(path))

    assert (scenario.dialect, scenario.steps) == (
        Dialect.FINAL,
        (Step(do=Act.FIND, work=Work.QA), Step(do=Act.CLAIM, by=Who.RIVAL, lock=Lock.NONE, expect="C301")),
    )


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
        ("interrupt = 2", "unknown key 'interrupt', expected one of dialect, interrupt_at_mu, interrupt_beam, leaves_claimed, name, "),
        ('interrupt_beam = "2"', "interrupt_beam: found '2', expected a whole number"),
        ("setup_shift_mm = [1, 2]", "setup_shift_mm: found 2 values, expected 3"),
        ('setup_shift_mm = [1, 2, "3"]', "setup_shift_mm[2]: found '3', expected a number"),
        ("setup_shift_mm = [1, 2, nan]", "setup_shift_mm of scenario wrong: found (1.0, 2.0, nan), expected finite numbers"),
        ("interrupt_beam = 1", "interrupt_beam and interrupt_at_mu of scenario wrong: found (1, None), expected both or none"),
        ('dialect = "draft"', "dialect: found 'draft', expected one of trial, final"),
        ('steps = ["find"]', "steps[0]: found 'find', expected a table"),
        ("steps = [{ do = 'dance' }]", "steps[0]: do: found 'dance', expected one of find, claim, "),
        ("steps = [{ do = 'find', until = 3 }]", "steps[0]: unknown key 'until', expected one of by, do, expect, "),
        ("steps = [{ by = 'rival' }]", "steps[0]: found no do, expected a value"),
        (
            "steps = [{ do = 'find', expect = 'ok' }]",
            "steps[0]: expect: found 'ok', expected four hexadecimal digits, x for any, as in 0000 or Cxxx",
        ),
        ("steps = [{ do = 'wait', seconds = -1 }]", "steps[0]: seconds: found -1.0, expected 0 or more"),
        ("steps = [{ do = 'fetch', by = 'rival' }]", "steps[0]: by: found a rival that is to fetch, expected one that claims, "),
        ("steps = [{ do = 'claim' }]", "step 1 of scenario wrong: found claim, expected find before it"),
        ("steps = [{ do = 'find' }, { do = 'record' }]", "step 2 of scenario wrong: found record, expected deliver before it"),
        ("steps = []", "steps of scenario wrong: found none, expected 1 or more"),
        ('rival_ae_title = "SEVENTEEN_LETTERS"', "AE title: found 'SEVENTEEN_LETTERS', expected 1 to 16"),
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
    with pytest.raises(Refused, match=r"^scenario: found 'norml', expected one of cancel, .*, wrong-patient or a TOML file$"):
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
