"""What mybinder.org would do with this repository, as repo2docker itself says it, without Docker."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = "environment.py-{python}-linux-64.lock"
PACKAGE: Final = re.compile(r"^https://\S+/(?P<name>[^/]+)-(?P<version>[^-/]+)-(?P<build>[^-/]+)\.(?:conda|tar\.bz2)", re.MULTILINE)
ON_PYPI: Final = {
    "brotli-python": "brotli",
    "jupyterhub-base": "jupyterhub",
    "nbconvert-core": "nbconvert",
    "python-fastjsonschema": "fastjsonschema",
}
"""conda's name → that on PyPI, where they differ."""


def dockerfile(repository: Path) -> str:
    """The Dockerfile for a repository, and what is said of it, as ``jupyter-repo2docker --no-build --debug`` prints them."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(repository)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return printed.stdout + printed.stderr


def own_steps(printed: str) -> list[str]:
    """The commands of a Dockerfile that run once the repository has been copied into the image."""
    after_copy = printed[printed.index("COPY --chown=0:0 src/ ") :]
    return re.findall(r"^RUN (.+)$", after_copy, flags=re.MULTILINE)


def base_versions(python: str) -> dict[str, str]:
    """Distribution on PyPI → version in Binder's frozen base environment, for all that is written in Python.

    Parameters
    ----------
    python : like ``3.11``.
    """
    # Found, not imported: only its data is wanted.
    package = importlib.util.find_spec("repo2docker")
    assert package is not None
    assert package.origin is not None
    frozen = (Path(package.origin).parent / "buildpacks" / "conda" / LOCK.format(python=python)).read_text(encoding="utf-8")
    # A build of a Python package is called py311… or pyh…; the rest are libraries and conda's own bundles.
    found = [one for one in PACKAGE.finditer(frozen) if one["build"].startswith("py")]
    return {ON_PYPI.get(one["name"], one["name"]): one["version"] for one in found}


def python_version(repository: Path) -> str:
    """The Python that the repository asks Binder for, like ``3.11``."""
    return (repository / "binder" / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
