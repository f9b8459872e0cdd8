"""A JupyterLab server for the browser tests, and a page on it whose console must stay clean."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.reports import ARTEFACTS


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the server shows; tests put their notebooks there."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def address(notebooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab server that runs as long as the tests of one file."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("not installed: playwright; `pip install '.[dev]'` installs it")
    with lab.server(tmp_path_factory.mktemp("jupyter"), notebooks) as found:
        yield found


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fresh browser's page; a picture of how the test left it is kept under ``artefacts``."""
    with lab.browser_page(height=1250) as found:
        yield found
        ARTEFACTS.mkdir(exist_ok=True)
        found.screenshot(path=ARTEFACTS / f"{request.node.name}.png")
    assert found.complaints == [], "the browser's console has errors"
