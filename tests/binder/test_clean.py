"""The course where Binder would run it: its frozen base versions, then the steps of the printed Dockerfile."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.binder import clean


def can_install(folder: Path) -> bool:
    """Whether a package can be had from the index that pip is set up with."""
    asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--dest", str(folder), "toolz"]
    return subprocess.run(asked, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.mark.slow
@pytest.mark.interop
@pytest.mark.notebooks
@pytest.mark.timeout(1200)
def test_the_course_runs_in_the_environment_that_binder_builds(tmp_path: Path) -> None:
    """No step fails, nothing that is installed contradicts another, and every cell of every notebook runs."""
    if importlib.util.find_spec("repo2docker") is None:
        pytest.skip("not installed: jupyter-repo2docker; `pip install '.[dev]'` installs it")
    if not can_install(tmp_path):
        pytest.skip("the package index cannot be reached: Binder's base versions are installed from it")
    with tempfile.TemporaryDirectory(prefix="workbench-binder-") as name:
        copy, environment = clean.made(Path(name), is_frozen=False)

        done = subprocess.run(
            clean.pytest(environment, *clean.notebooks(copy)),
            cwd=copy,
            env=clean.surroundings(environment),
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
