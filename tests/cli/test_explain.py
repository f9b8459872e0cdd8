"""`workbench explain`: a refusal in words, and for programs."""

from __future__ import annotations

import json

from tests.cli.terminal import Command


def test_a_rule_is_explained_for_a_state(command: Command) -> None:
    """Rule with its code, and what would have been accepted."""
    result = command("explain", "ups-final", "--state", "COMPLETED")

    assert (result.code, result.err) == (0, "")
    assert "Refused by ups-final (C300): It is COMPLETED; a final workitem cannot be changed." in result.out
    assert "Accepted would have been: nothing" in result.out


def test_an_explanation_is_json_for_programs(command: Command) -> None:
    """Its six parts by name."""
    printed = json.loads(command("explain", "ups-canceled", "--format", "json").out)

    assert set(printed) == {"rule", "code", "happened", "because", "instead", "section"}
    assert (printed["rule"], printed["code"]) == ("ups-canceled", "B304")


def test_what_was_never_refused_is_one_sentence_and_exit_code_1(command: Command) -> None:
    """On stderr."""
    result = command("explain", "2.25.404")

    assert (result.code, result.out) == (1, "")
    assert result.err == "workbench: explanation: found '2.25.404', expected a rule, or a UID that a request was refused on\n"
