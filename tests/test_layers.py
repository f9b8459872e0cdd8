"""The import contracts of pyproject.toml hold, and would notice if they did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

PLANTED = [
    ("workbench/dicom/uids.py", "import workbench.archive", "Imports go downwards only"),
    ("workbench/settings.py", "import ipywidgets", "The package works without its widgets"),
    ("workbench/device/__init__.py", "import workbench.archive", "The device speaks over the wire only"),
    ("workbench/treatment/session.py", "import pydicom", "The eye and the clinic know no DICOM"),
    ("workbench/ocular/plan.py", "import workbench.dicom", "The eye and the clinic know no DICOM"),
    ("workbench/workflow/__init__.py", "from pynetdicom import AE", "pynetdicom is imported in network only"),
    ("workbench/workflow/__init__.py", "from sqlalchemy import select", "SQLAlchemy is imported in archive only"),
    ("workbench/workflow/__init__.py", "import pandas", "pandas is imported in records, figures and widgets only"),
    ("workbench/records/__init__.py", "import matplotlib", "matplotlib is imported in figures and widgets only"),
]
"""Module, the import that it must not have, the contract that forbids it; each contract is seen to fail."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of both packages and their contracts, free to be spoilt."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for package in ("workbench", "widgets/workbench_widgets"):
        shutil.copytree(REPOSITORY / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts checked on the packages in this folder, not on the installed ones."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache", "--no-logo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'widgets'}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_imports_go_downwards_only() -> None:
    """Every contract of pyproject.toml holds for the packages as they are."""
    result = lint_imports(REPOSITORY)

    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken." in result.stdout


@pytest.mark.parametrize(("module", "line", "contract"), PLANTED, ids=[f"{module}: {line}" for module, line, _ in PLANTED])
def test_a_forbidden_import_breaks_its_contract(copy: Path, module: str, line: str, contract: str) -> None:
    """A line planted in a copy is found, by the contract that forbids it."""
    with (copy / module).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")

    result = lint_imports(copy)

    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_a_room_that_no_layer_names_breaks_the_contract(copy: Path) -> None:
    """A new module must be given its layer before it can be used."""
    (copy / "workbench" / "attic.py").write_text('"""A room on no floor."""\n', encoding="utf-8")

    result = lint_imports(copy)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "- workbench.attic" in result.stdout
