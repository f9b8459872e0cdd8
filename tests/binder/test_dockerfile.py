"""What mybinder.org would build of this repository, as far as it can be said without Docker."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.binder import repo2docker
from tests.browser.lab import WIDGETS

REPOSITORY = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
needs_repo2docker = pytest.mark.skipif(
    importlib.util.find_spec("repo2docker") is None, reason="not installed: jupyter-repo2docker; `pip install '.[dev]'` installs it"
)


@pytest.mark.slow
@needs_repo2docker
def test_binder_installs_the_package_and_runs_what_follows() -> None:
    """The printed Dockerfile takes Python 3.11, installs our requirements after the repository was copied, and runs postBuild last."""
    printed = repo2docker.dockerfile(REPOSITORY)

    steps = repo2docker.own_steps(printed)

    assert "Building conda environment for python=3.11" in printed
    assert steps == [
        '${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"',
        "chmod +x binder/postBuild",
        "./binder/postBuild",
    ]


@needs_repo2docker
def test_binders_base_is_read_from_its_lock() -> None:
    """The versions that Binder froze in October 2025 for Python 3.11, looked up there by hand."""
    found = repo2docker.base_versions("3.11")

    known = ("jupyterlab", "ipykernel", "jupyter_server", "notebook", "jupyterhub", "ipywidgets")
    assert {name: found[name] for name in known} == {
        "jupyterlab": "4.4.9",
        "ipykernel": "7.0.1",
        "jupyter_server": "2.17.0",
        "notebook": "7.4.7",
        "jupyterhub": "5.4.0",
        "ipywidgets": "8.1.7",
    }


def test_binder_installs_what_notebooks_and_pages_import() -> None:
    """The package with JupyterLab, Dask and Voila, held to the exact versions of the gates."""
    lines = (REPOSITORY / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]

    options, (own,) = [one for one in wanted if one.startswith("-")], [one for one in wanted if one.startswith(".")]
    others = [Requirement(one) for one in wanted if not one.startswith(("-", "."))]

    assert options == ["-c ../constraints.txt"]
    assert own == ".[jupyter,dask,voila]"
    assert {"jupyter", "dask", "voila"} <= set(PYPROJECT["project"]["optional-dependencies"])
    pinned = dict(line.split("==") for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line)
    exact = {canonicalize_name(name): version for name, version in pinned.items()}
    assert [str(one) for one in others if not one.specifier.contains(exact.get(canonicalize_name(one.name), "missing"))] == []


def test_after_the_build_no_news_pop_up_and_pages_load_widgets_only(tmp_path: Path) -> None:
    """postBuild writes settings where JupyterLab and Voila of its Python look for them."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho '{tmp_path}'\n", encoding="utf-8")
    python.chmod(0o755)

    surroundings = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([REPOSITORY / "binder" / "postBuild"], env=surroundings, check=True, timeout=30)

    written = json.loads((tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json").read_text(encoding="utf-8"))
    assert written["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}
    served = json.loads((tmp_path / "etc" / "jupyter" / "voila.json").read_text(encoding="utf-8"))
    assert served == {"VoilaConfiguration": {"extension_allowlist": WIDGETS}}
