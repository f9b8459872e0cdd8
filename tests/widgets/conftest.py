"""What tests of dashboards may ask for."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from workbench_widgets import pictures


@pytest.fixture(scope="session")
def blank_png() -> bytes:
    """A small blank picture."""
    return pictures.rendered(Figure(figsize=(0.1, 0.1)))


@pytest.fixture
def blank_pictures(blank_png: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are made and not rendered, which takes most of a dashboard's time; for tests that look at none."""
    monkeypatch.setattr(pictures, "rendered", lambda _, **__: blank_png)
