"""The course beside what nbval runs of it: notebooks lead on, and the comparison with kept outputs forgives no result."""

from __future__ import annotations

import configparser
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))
REGRESSION = [one for one in NOTEBOOKS if one.name[:2] in {"01", "02", "03", "05"}]


def code_cells(notebook: Path) -> list[Any]:
    """Its code cells with their kept outputs."""
    return [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def kept_texts(notebook: Path) -> list[str]:
    """What nbval compares of a notebook."""
    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    texts = [text for output in outputs for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return ["".join(text) for text in (*texts, *(output["text"] for output in outputs if "text" in output))]


def forgiving() -> list[tuple[str, re.Pattern[str], str]]:
    """What nbval replaces on both sides before it compares, in its order."""
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(REPOSITORY / "tests" / "notebooks.cfg", encoding="utf-8")
    return [(name, re.compile(rules[name]["regex"]), rules[name]["replace"]) for name in rules.sections()]


def compared(text: str) -> str:
    """A text as it is compared."""
    for _, pattern, replacement in forgiving():
        text = pattern.sub(replacement, text)
    return text


@pytest.mark.parametrize(("notebook", "following"), list(pairwise(NOTEBOOKS)), ids=lambda path: path.name)
def test_a_notebook_ends_with_the_way_to_the_next(notebook: Path, following: Path) -> None:
    """A reader who has come to the end is told where to go on."""
    last = "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][-1]["source"])

    assert re.search(r"^Next: .*?\((\S+)\)", last, re.MULTILINE)[1] == following.name  # type: ignore[index]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_leads_nowhere_but_to_files_beside_it(notebook: Path) -> None:
    """JupyterLab, started as ``make lab`` does, sees nothing above the notebooks' folder."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    targets = [one for one in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in one]

    assert [one for one in targets if ".." in one or not (notebook.parent / one).is_file()] == []


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ("120.0 MU", "12.0 MU"),
        ("Beam 1 continues at 12.5 MU", "Beam 1 continues at 12.4 MU"),
        ("C301 (Held by DEVICE)", "C302 (Held by DEVICE)"),
        ("{'x': -0.25, 'y': 0.55}", "{'x': -0.25, 'y': 0.56}"),
        ("beam on for 5.0 s", "beam on for 6.0 s"),
        ("20260115 points", "20260116 points"),
        ("range 23.5 mm at 270°", "range 23.6 mm at 270°"),
        ("port 4 of the snout", "port 5 of the snout"),
        ("0x0000", "0xC301"),
    ],
)
def test_another_result_is_never_forgiven(kept: str, found: str) -> None:
    """Only what must differ between two runs is replaced: UIDs, moments, addresses and folders of the day."""
    assert compared(kept) != compared(found)


@pytest.mark.parametrize("rule", [name for name, _, _ in forgiving()])
def test_nothing_is_forgiven_without_need(rule: str) -> None:
    """Each replacement is needed by a notebook whose outputs are compared."""
    reached: dict[str, int] = dict.fromkeys((name for name, _, _ in forgiving()), 0)
    for text in (text for notebook in REGRESSION for text in kept_texts(notebook)):
        left = text
        for name, pattern, replacement in forgiving():
            left, count = pattern.subn(replacement, left)
            reached[name] += count

    assert reached[rule] > 0
