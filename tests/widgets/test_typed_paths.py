"""Paths as somebody types them into a dashboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from workbench.errors import Refused
from workbench.records.export import RecordsFormat
from workbench_widgets.conformance_source import from_words
from workbench_widgets.importing import look_in
from workbench_widgets.records_export import write_table
from workbench_widgets.typed_paths import typed_path

NOBODY = "~nobody-of-this-name/a.dcm"
SENTENCE = f"{NOBODY}: found no such user, expected a path on the computer that runs this notebook"


def test_a_tilde_is_the_users_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell has it, blanks around it left out."""
    monkeypatch.setenv("HOME", "/home/physicist")

    assert typed_path(" ~/plans ") == Path("/home/physicist/plans")


@pytest.mark.parametrize("ask", [look_in, lambda words: write_table(pd.DataFrame(), RecordsFormat.CSV, words)], ids=["import", "export"])
def test_a_user_that_there_is_not_is_refused(ask: Callable[[str], object]) -> None:
    """Wherever a path can be typed; it is no failure of the dashboard."""
    with pytest.raises(Refused, match=re.escape(SENTENCE)):
        ask(NOBODY)


def test_an_object_of_a_user_that_there_is_not_is_a_sentence() -> None:
    """The conformance dashboard says the same."""
    assert from_words(None, NOBODY).sentence == SENTENCE
