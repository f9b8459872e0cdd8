"""The error tree, and the short form of a sentence that goes over the wire."""

from __future__ import annotations

import pytest

from workbench.errors import Conflict, Refused, Unavailable, WorkbenchError, short


@pytest.mark.parametrize("kind", [Refused, Conflict, Unavailable])
def test_every_branch_is_caught_at_the_root(kind: type[WorkbenchError]) -> None:
    """One except clause catches all that is raised on purpose, with sentence and rule."""
    with pytest.raises(WorkbenchError, match=r"^what: found this, expected that$") as caught:
        raise kind("what: found this, expected that", rule="some-rule")

    assert caught.value.rule == "some-rule"


def test_a_comment_is_the_start_of_the_sentence_unless_given() -> None:
    """A peer is told the given short form, else the sentence itself."""
    assert Refused("beam 3: is not in the plan").comment == "beam 3: is not in the plan"
    assert Refused("beam 3: is not in the plan", comment="Unknown beam").comment == "Unknown beam"


@pytest.mark.parametrize(
    ("sentence", "comment"),
    [
        ("a" * 64, "a" * 64),
        ("a" * 65, "a" * 61 + "..."),
        ("Röntgen 5 µm", "R?ntgen 5 ?m"),
        ("one\\two", "one?two"),
        ("one\ntwo\ttabs", "one?two?tabs"),
        ("", ""),
    ],
)
def test_a_comment_is_printable_ascii_of_at_most_64_characters(sentence: str, comment: str) -> None:
    """Error Comment (0000,0902) is LO: 64 characters, no control characters, and a backslash would begin a second value (PS3.5 6.2)."""
    assert short(sentence) == comment
