"""An error is one sentence for people, a rule for programs and a comment for the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import COMMENT_LENGTH, Conflict, Refused, Unavailable, WorkbenchError, named, short, trace


@pytest.mark.parametrize("kind", [Refused, Conflict, Unavailable])
def test_every_error_is_caught_by_the_root(kind: type[WorkbenchError]) -> None:
    """One root, three branches."""
    with pytest.raises(WorkbenchError, match=r"^what: found this, expected that$"):
        raise kind("what: found this, expected that")


def test_the_comment_is_the_start_of_the_sentence_unless_given() -> None:
    """What is given goes out instead; the rule is kept as it is."""
    plain = Refused("what: found this, expected that")
    told = Refused("what: found this, expected that", rule="row:missing", comment="missing: Modality")

    assert (plain.comment, plain.rule) == ("what: found this, expected that", "")
    assert (told.comment, told.rule) == ("missing: Modality", "row:missing")


def test_a_long_sentence_is_cut_with_three_dots() -> None:
    """64 characters stay whole, 65 become 61 and the dots."""
    assert short("x" * 64) == "x" * 64
    assert short("x" * 65) == "x" * 61 + "..."


@given(st.text())
def test_an_error_comment_is_always_a_valid_lo(sentence: str) -> None:
    r"""At most 64 printable ASCII characters, no backslash: it would be two values (PS3.5 6.2)."""
    comment = short(sentence)

    assert len(comment) <= COMMENT_LENGTH == 64
    assert comment.isascii()
    assert comment == "" or comment.isprintable()
    assert "\\" not in comment


def test_a_trace_has_classes_rules_and_code_and_no_message() -> None:
    """Those of the cause too, which comes first as Python has it."""
    name = "Doe^Jane"

    def failing() -> None:
        try:
            {}[name]
        except KeyError as cause:
            raise Refused(f"file {name}: found nothing, expected DICOM", rule="format") from cause

    with pytest.raises(Refused) as caught:
        failing()
    told = trace(caught.value)

    assert [line for line in told.splitlines() if not line.startswith(" ")] == ["KeyError", "which led to", "Refused (format)"]
    assert "in failing" in told
    assert "Doe" not in told
    assert (named(caught.value), named(KeyError("Doe"))) == ("Refused (format)", "KeyError")
