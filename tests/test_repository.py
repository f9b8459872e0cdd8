"""The repository keeps its promises: what the documents name exists, what is pinned fits, what is shipped is clean."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import workbench
from tests.browser.screenshots import PICTURES

REPOSITORY = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTS = sorted(REPOSITORY.glob("*.md"))
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))


def kept_files() -> list[Path]:
    """Files that belong to the repository: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout: which files are kept is not known")
    paths = (REPOSITORY / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def pins() -> dict[str, str]:
    """Distribution and version of each line of constraints.txt that is not a comment."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def test_the_package_under_test_is_this_checkout() -> None:
    """Tests never run, unnoticed, on a workbench installed from elsewhere."""
    assert workbench.__file__ is not None
    assert Path(workbench.__file__).parent == REPOSITORY / "workbench"


def test_the_face_is_exactly_its_sorted_list() -> None:
    """`__all__` is sorted, every name in it resolves, and no other public name is offered."""
    offered = {name for name in dir(workbench) if not name.startswith("_")}

    resolved = {name: getattr(workbench, name) for name in workbench.__all__}

    assert list(workbench.__all__) == sorted(workbench.__all__)
    assert None not in resolved.values()
    assert offered == {name for name in workbench.__all__ if not name.startswith("_")}


@pytest.mark.parametrize("leaf", ["workbench", "workbench.errors", "workbench.ocular.plan", "workbench.treatment.session"])
def test_a_leaf_does_not_load_the_heavy_packages(leaf: str) -> None:
    """A script that only wants the plan model starts without tables, network and database."""
    code = f"import {leaf}, sys; print(*{{'pandas', 'pynetdicom', 'sqlalchemy', 'matplotlib', 'ipywidgets'}} & set(sys.modules))"

    result = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60)

    assert result.stdout.split() == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_a_document_names_are_in_the_makefile(document: Path) -> None:
    """Every `make something` of a document is a target."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))

    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert named - targets == set()


def test_the_first_screen_of_the_readme_tells_the_three_commands() -> None:
    """A stranger finds demo, lab and test within the first forty lines."""
    first_screen = "\n".join((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()[:40])

    assert [command for command in ("make demo", "make lab", "make test") if command not in first_screen] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_a_document_links_exist(document: Path) -> None:
    """A relative link or picture of a document points at something."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))

    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]

    assert missing == []


def test_every_picture_is_made_by_a_command() -> None:
    """What lies in the folder of pictures is what `make screenshots` takes, and README shows each."""
    kept = {path.stem for path in (REPOSITORY / "notebooks" / "images").glob("*.png")}

    shown = set(re.findall(r"\(notebooks/images/([\w-]+)\.png\)", (REPOSITORY / "README.md").read_text(encoding="utf-8")))

    assert kept == set(PICTURES) == shown


def test_the_changelog_tells_this_version() -> None:
    """The version of pyproject.toml has its heading."""
    headings = re.findall(r"^## \[?([^\]\s]+)", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert PYPROJECT["project"]["version"] in headings


def test_every_change_is_told_under_its_kind() -> None:
    """No line stands right under a version: a merge may lose the heading that it belongs to."""
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.findall(r"^## \[.*\]\s+\*.*", changelog, flags=re.MULTILINE) == []


def test_constraints_satisfy_every_requirement() -> None:
    """Each requirement, of the core and of each extra, has one exact version, within its range."""
    project = PYPROJECT["project"]
    requirements = [Requirement(text) for text in sum(project["optional-dependencies"].values(), project["dependencies"])]
    exact = pins()

    unfit = [str(need) for need in requirements if not need.specifier.contains(exact.get(canonicalize_name(need.name), "missing"))]

    assert unfit == []


def test_constraints_are_only_versions() -> None:
    """No index address, no path, no range, and no entry for the project itself."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()

    other = [line for line in lines if not line.startswith("#") and not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.!+]*", line)]

    assert other == []
    assert canonicalize_name(PYPROJECT["project"]["name"]) not in pins()


def test_no_import_contract_has_an_exception() -> None:
    """A needed exception is a design error; it is mended, not listed."""
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]

    assert [contract["name"] for contract in contracts if "ignore_imports" in contract] == []


def test_no_kept_file_names_this_machine() -> None:
    """The checkout's own folder, the folder above it and the home folder are written in no file."""
    everyones = {Path("/"), Path("/tmp"), Path("/home"), Path("/srv")}  # noqa: S108 - compared with, not written to
    own = sorted({str(folder) for folder in (REPOSITORY, REPOSITORY.parent, Path.home()) if folder not in everyones})
    # The look-behind leaves relative paths and those after a variable alone.
    pattern = re.compile(rf"(?<![\w.$}})\]-])({'|'.join(map(re.escape, own))})/".encode())

    naming = [str(path.relative_to(REPOSITORY)) for path in kept_files() if pattern.search(path.read_bytes())]

    assert naming == []


def test_no_kept_file_names_a_package_index() -> None:
    """Where packages come from is decided by who installs, not by the repository."""
    options = re.compile(rb"--(extra-)?index-" + rb"url|--find-" + rb"links|PIP_(EXTRA_)?INDEX_" + rb"URL|/pypi/" + rb"simple")

    naming = [str(path.relative_to(REPOSITORY)) for path in kept_files() if options.search(path.read_bytes())]

    assert naming == []


@pytest.mark.parametrize("script", [".ci/run", "binder/postBuild"])
def test_scripts_can_be_executed(script: str) -> None:
    """A script that others start by its name has its executable bit."""
    assert os.access(REPOSITORY / script, os.X_OK)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_was_run_from_top_to_bottom(notebook: Path) -> None:
    """Code cells are counted 1, 2, 3, ...: nbval compares nothing for a cell without a count."""
    cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]

    counts = [cell["execution_count"] for cell in cells]

    assert counts == list(range(1, len(cells) + 1))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_asserts_what_the_reader_should_have_seen(notebook: Path) -> None:
    """Executing without an error is not enough to be right."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]

    asserting = [cell for cell in cells if cell["cell_type"] == "code" and re.search(r"^\s*assert ", "".join(cell["source"]), re.MULTILINE)]

    assert asserting != []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_keeps_no_warning_of_the_machine_it_ran_on(notebook: Path) -> None:
    """What was written to standard error speaks of one computer's packages and ports."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    kept = [output for cell in cells if cell["cell_type"] == "code" for output in cell["outputs"]]

    assert [output for output in kept if output.get("name") == "stderr"] == []
