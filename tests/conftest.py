"""What every test may ask for: the folder of real input, the programs of others, and benches that close by themselves.

The package is imported only by the fixtures that open it; factories of plans stand in `factories`, of clinical objects in `clinic`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.clinic import BenchMaker, FixedClock
    from workbench.bench import Workbench

# No test asserts a time: a busy machine is no failure, of an example either.
settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_SHARED = REPOSITORY.parent / "shared"
PROGRAMS = {
    "interop": ("dcmdump", "echoscu", "findscu", "movescu", "storescu", "storescp", "dciodvfy"),
    "browser": ("chromium",),
}
"""What a test with this mark needs on the PATH, unless the mark itself names less: `@pytest.mark.interop("dcmdump")`."""


def pytest_configure(config: pytest.Config) -> None:
    """A folder named by hand must exist: a run that was asked for real input never passes without it."""
    named = os.environ.get("WORKBENCH_SHARED")
    if named is not None and not Path(named).is_dir():
        pytest.exit(f"WORKBENCH_SHARED: found {named!r}, which is no folder, expected the folder of real input", returncode=2)


def pytest_report_header() -> str:
    """The first lines of a run say where real input comes from."""
    folder = _shared_folder()
    return f"shared data: {folder or f'none (no {DEFAULT_SHARED}; its tests are skipped)'}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that needs programs of others is skipped, visibly, where they are not installed."""
    for kind, default in PROGRAMS.items():
        for mark in item.iter_markers(kind):
            missing = [program for program in mark.args or default if shutil.which(program) is None]
            if missing:
                pytest.skip(f"not installed: {', '.join(missing)}; `make system` installs them as root")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input: `WORKBENCH_SHARED`, else `../shared`; absent, its tests are skipped."""
    folder = _shared_folder()
    if folder is None:
        pytest.skip("no real input: neither WORKBENCH_SHARED nor ../shared")
    return folder


def _shared_folder() -> Path | None:
    folder = Path(os.environ.get("WORKBENCH_SHARED") or DEFAULT_SHARED)
    return folder.resolve() if folder.is_dir() else None


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still until a test puts it forward."""
    from tests.clinic import FixedClock  # noqa: PLC0415 - tests of pure packages do not load the whole workbench

    return FixedClock()


@pytest.fixture
def make_bench(tmp_path: Path, clock: FixedClock) -> Iterator[BenchMaker]:
    """Makes benches that close when the test ends: on `tmp_path / "data"`, with the fixed clock, not listening unless told to."""
    from workbench.bench import Workbench  # noqa: PLC0415 - likewise

    opened: list[Workbench] = []

    def make(folder: Path | None = None, *, listen: bool = False, **changes: Any) -> Workbench:
        bench = Workbench(folder or tmp_path / "data", **{"listen": listen, "clock": clock, **changes})
        opened.append(bench)
        return bench

    yield make
    for bench in reversed(opened):
        bench.close()


@pytest.fixture
def bench(make_bench: BenchMaker) -> Workbench:
    """A bench on an empty folder that does not listen."""
    return make_bench()


@pytest.fixture
def provider(make_bench: BenchMaker) -> Workbench:
    """A bench on an empty folder that listens on a free port."""
    return make_bench(listen=True)
