"""Binder's environment made anew and tried: ``make binder-check``.

A virtual environment gets the versions of Binder's frozen base, then the very steps of the printed Dockerfile run in a copy of the
repository, and there all notebooks and the browser tests. ``--frozen`` leaves Jupyter as the base has it and adds only what the
dashboards import: that is what they meet where nobody may upgrade Jupyter.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from tests.binder import repo2docker

REPOSITORY: Final = Path(__file__).resolve().parents[2]
TOOLS: Final = ("hypothesis", "nbval", "playwright", "pytest", "pytest-timeout")
FROZEN_STEPS: Final = (
    "${KERNEL_PYTHON_PREFIX}/bin/pip install -c constraints.txt '.[dask]'",
    "${KERNEL_PYTHON_PREFIX}/bin/pip install anywidget",
)
TOLD: Final = ("jupyterlab", "notebook", "jupyter_server", "ipykernel", "ipywidgets", "anywidget", "voila")
BROWSER: Final = ("-m", "browser", "tests/browser")
NBVAL: Final = ("--nbval-current-env", "--nbval-cell-timeout", "120", "--nbval-sanitize-with", "tests/notebooks.cfg", "--timeout", "300")


def main() -> int:
    """Make the environment, run everything, say what came of it; 0 when all of it went well."""
    wanted = argparse.ArgumentParser(prog="binder-check", description=__doc__)
    wanted.add_argument("--frozen", action="store_true", help="leave Jupyter as Binder's base has it")
    is_frozen = wanted.parse_args().frozen
    with tempfile.TemporaryDirectory(prefix="workbench-binder-") as name:
        return tried(Path(name), is_frozen=is_frozen)


def tried(folder: Path, *, is_frozen: bool) -> int:
    """The whole check in a folder of its own; how many of its two runs failed."""
    copy, environment = made(folder, is_frozen=is_frozen)
    failed = 0
    for name, arguments in (("notebooks", notebooks(copy)), ("browser", BROWSER)):
        with step(name):
            failed += subprocess.run(pytest(environment, *arguments), cwd=copy, env=surroundings(environment), check=False).returncode != 0
    return failed


def made(folder: Path, *, is_frozen: bool) -> tuple[Path, Path]:
    """A copy of the repository, and the environment that Binder would build from it, with the tests' tools."""
    copy, environment = folder / "repository", folder / "environment"
    copy_kept_files(copy)
    python = repo2docker.python_version(copy)
    with step(f"Binder's base for Python {python}"):
        run([interpreter(python), "-m", "venv", str(environment)])
        pip(environment, *(f"{name}=={version}" for name, version in repo2docker.base_versions(python).items()))
    steps = [*FROZEN_STEPS] if is_frozen else repo2docker.own_steps(repo2docker.dockerfile(copy))
    for command in steps:
        with step(command):
            run(["sh", "-c", command], cwd=copy, env=surroundings(environment))
    if not is_frozen:
        with step("pip check"):
            run([str(environment / "bin" / "pip"), "check"])
    with step("tools of the tests"):
        pip(environment, "--constraint", str(versions_to_keep(copy, folder, is_frozen=is_frozen)), *TOOLS)
    say(", ".join(versions(environment)))
    return copy, environment


def versions_to_keep(copy: Path, folder: Path, *, is_frozen: bool) -> Path:
    """The constraints for the tests' tools, which must not change what is tried: those of Binder's base come first where it stays."""
    if not is_frozen:
        return copy / "constraints.txt"
    exact = dict(line.split("==") for line in (copy / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line)
    base = {canonicalize_name(name): version for name, version in repo2docker.base_versions(repo2docker.python_version(copy)).items()}
    kept = {canonicalize_name(name): version for name, version in exact.items()} | base
    target = folder / "kept.txt"
    target.write_text("".join(f"{name}=={version}\n" for name, version in kept.items()), encoding="utf-8")
    return target


def pytest(environment: Path, *arguments: str) -> list[str]:
    """The command that tests in the new environment."""
    return [str(environment / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]


def notebooks(copy: Path) -> list[str]:
    """What pytest needs to hear to run all notebooks of the course."""
    return ["--nbval-lax", *NBVAL, *sorted(str(one.relative_to(copy)) for one in (copy / "notebooks").glob("[0-9]*.ipynb"))]


def surroundings(environment: Path) -> dict[str, str]:
    """Environment variables as the image has them, and nothing of the virtual environment and the test run that this runs in."""
    not_kept = ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_", "COV_", "COVERAGE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(not_kept)}
    # Without the third, the base's jupyter_core warns of paths to come, and here warnings are errors.
    own = {
        "KERNEL_PYTHON_PREFIX": str(environment),
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    return kept | own


def copy_kept_files(target: Path) -> None:
    """What git keeps, as it is in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, target / name)


def interpreter(python: str) -> str:
    """A Python of this version."""
    if sys.version_info[:2] == tuple(int(one) for one in python.split(".")):
        return sys.executable
    found = shutil.which(f"python{python}")
    if found is None:
        raise SystemExit(f"binder-check: found no python{python}, expected the one that binder/runtime.txt names")
    return found


def versions(environment: Path) -> list[str]:
    """What was installed in the end of what matters to a browser."""
    listed = subprocess.run([str(environment / "bin" / "pip"), "list", "--format=freeze"], capture_output=True, text=True, check=True)
    return [line.replace("==", " ") for line in listed.stdout.splitlines() if line.split("==")[0] in TOLD]


def pip(environment: Path, *arguments: str) -> None:
    """Install into the environment."""
    run([str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *arguments])


def run(command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run, and stop everything when it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"binder-check: {' '.join(command)} failed:\n{done.stdout[-4000:]}")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    begun = time.monotonic()
    yield
    say(f"{time.monotonic() - begun:6.1f} s  {name}")


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
