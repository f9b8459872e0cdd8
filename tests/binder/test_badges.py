"""The badges for mybinder.org, and `make badges` on a copy of the working tree."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((https://mybinder\.org/v2/\S+)\)")
ASKING = re.compile(r"\]\(https://mybinder\.org \"[^\"]* enter (\S+)\"\)")
BADGE = re.compile(r"\[!\[Run on Binder\]\(([^)]+)\)\]\((https://mybinder\.org[^)]*)\)")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """README and notebooks in a git repository of their own."""
    shutil.copy(REPOSITORY / "README.md", tmp_path)
    shutil.copytree(REPOSITORY / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*", "images"))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def badges(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script on this tree."""
    command = [sys.executable, str(REPOSITORY / "binder" / "badges.py"), *arguments, str(tree)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def opened(text: str) -> list[tuple[str, str]]:
    """Where each badge leads: the repository, and what is opened there."""
    parts = [urlsplit(link) for link in LINK.findall(text)]
    return [(one.path, parse_qs(one.query)["urlpath"][0]) for one in parts]


def first_cell(notebook: Path) -> str:
    """The words of a notebook's first cell."""
    return "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"])


def test_badges_lead_to_the_notebook_that_they_stand_in(tree: Path) -> None:
    """README opens the first notebook and the dashboards, each notebook itself; every path exists in the tree."""
    done = badges(tree, "--repository", "clinic/workbench")

    assert done.returncode == 0, done.stderr
    notebooks = sorted((tree / "notebooks").glob("[0-9]*.ipynb"))
    found = opened((tree / "README.md").read_text(encoding="utf-8")) + [one for file in notebooks for one in opened(first_cell(file))]
    assert {repository for repository, _ in found} == {"/v2/gh/clinic/workbench/HEAD"}
    paths = [path for _, path in found]
    assert paths[:2] == ["lab/tree/notebooks/01_first_treatment.ipynb", "voila/render/notebooks/dashboards/home.ipynb"]
    assert paths[2:] == [f"lab/tree/notebooks/{one.name}" for one in notebooks]
    assert [one for one in paths if not (tree / re.sub("^(lab/tree|voila/render)/", "", one)).is_file()] == []


@pytest.mark.parametrize("address", ["https://github.com/clinic/workbench.git", "git@github.com:clinic/workbench.git"])
def test_the_address_is_that_of_the_remote_origin(tree: Path, address: str) -> None:
    """A clone from GitHub needs no name; written again for another repository, only the new one is left."""
    badges(tree, "--repository", "somebody/else")
    subprocess.run(["git", "remote", "add", "origin", address], cwd=tree, check=True)

    done = badges(tree)

    assert done.stdout.endswith("notebooks now lead to clinic/workbench on mybinder.org\n"), done.stderr
    written = [(tree / "README.md").read_text(encoding="utf-8"), *(first_cell(one) for one in (tree / "notebooks").glob("[0-9]*.ipynb"))]
    assert {repository for text in written for repository, _ in opened(text)} == {"/v2/gh/clinic/workbench/HEAD"}


def test_only_the_first_cell_of_a_notebook_changes(tree: Path) -> None:
    """Code, counts and outputs stay as they ran."""
    notebook = tree / "notebooks" / "01_first_treatment.ipynb"
    before = json.loads(notebook.read_text(encoding="utf-8"))

    badges(tree, "--repository", "clinic/workbench")

    after = json.loads(notebook.read_text(encoding="utf-8"))
    assert after["cells"][1:] == before["cells"][1:]
    words = "".join(before["cells"][0]["source"]).partition("\n\n[![")[0]
    assert first_cell(notebook).partition("\n\n[![")[0] == words


def test_without_an_address_a_badge_leads_to_the_page_that_asks_for_it(tree: Path) -> None:
    """Who follows it reads what to enter there, the path of that very notebook; README says the same in words."""
    badges(tree, "--repository", "clinic/workbench")

    done = badges(tree)

    assert done.stdout.endswith("notebooks now lead to mybinder.org, which asks for the address: origin is not on GitHub\n"), done.stderr
    readme, notebooks = (tree / "README.md").read_text(encoding="utf-8"), sorted((tree / "notebooks").glob("[0-9]*.ipynb"))
    assert [told for file in notebooks for told in ASKING.findall(first_cell(file))] == [
        f"lab/tree/notebooks/{one.name}" for one in notebooks
    ]
    assert len(ASKING.findall(readme)) == 2
    assert all(f"`{told}`" in readme for told in ASKING.findall(readme))
    assert opened(readme) == []


def test_a_name_that_is_no_repositorys_is_refused(tree: Path) -> None:
    """The sentence says what is expected, and nothing is written."""
    before = (tree / "README.md").read_bytes()

    done = badges(tree, "--repository", "a b")

    assert (done.returncode, done.stderr) == (1, "badges: repository: found 'a b', expected organisation/name\n")
    assert (tree / "README.md").read_bytes() == before


def test_readme_and_each_notebook_have_their_badge() -> None:
    """As they are kept: two badges in README and one in each notebook, with a picture that is there and the notebook's own path."""
    notebooks = sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))
    texts = {REPOSITORY / "README.md": (REPOSITORY / "README.md").read_text(encoding="utf-8")} | {one: first_cell(one) for one in notebooks}

    found = {file: BADGE.findall(text) for file, text in texts.items()}

    assert [len(badges) for badges in found.values()] == [2, *[1] * len(notebooks)]
    assert [picture for file, badges in found.items() for picture, _ in badges if not (file.parent / picture).is_file()] == []
    assert all(one.name in unquote(found[one][0][1]) for one in notebooks)
