"""Each dashboard as a page of its own under Voila, in a real browser: no notebook around it, no cell to run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PAGES = Path(__file__).resolve().parents[2] / "notebooks" / "dashboards"
SHOWN = {
    "conformance": (".wb-conf .wb-notice", "Is this object as the statements say?"),
    "eye-and-beam": (".wb-bev .wb-bev-eye-name", "left eye"),
    "home": (".wb-home .wb-plan-card", "fraction 1 of 5"),
    "import": (".wb-import-dialog .wb-notice", "Name a folder or a file, or upload files."),
    "records": (".wb-rt tbody td[data-column=delivered_mu]", "120.0"),
    "session": (".wb-plan-card", "fraction 1 of 5"),
    "setup-images": (".wb-setup-dashboard", "Planned against seen"),
    "worklist": (".wb-monitor-workitems .wb-state", "COMPLETED"),
}
"""Page → where to look, and what the sample case makes it say."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Voila server on the kept pages."""
    require_voila()
    with lab.voila_server(tmp_path_factory.mktemp("voila"), PAGES) as found:
        yield found


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab server on the folder of notebooks, where Voila is a part of it."""
    require_voila()
    with lab.server(tmp_path_factory.mktemp("jupyter"), PAGES.parent) as found:
        yield found


def require_voila() -> None:
    """Skip, visibly, where it is not installed."""
    if importlib.util.find_spec("voila") is None:
        pytest.skip("not installed: voila; `pip install '.[voila]'` installs it")


def test_every_page_is_tested() -> None:
    """A page that is added is looked at here."""
    assert sorted(SHOWN) == sorted(one.stem for one in PAGES.glob("*.ipynb"))


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_dashboard_is_served_as_a_page(page: Any, address: str, name: str) -> None:
    """It comes up with the sample case, and the browser's console stays clean."""
    where, words = SHOWN[name]

    page.goto(f"{address}/voila/render/{name}.ipynb", wait_until="domcontentloaded")

    expect(page, f"{where} >> nth=0").to_contain_text(words)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_a_page_answers_clicks(page: Any, address: str) -> None:
    """The next fraction is checked in, delivered and completed by buttons, without a notebook."""
    page.goto(f"{address}/voila/render/session.ipynb", wait_until="domcontentloaded")

    expect(page, ".wb-check-in").to_be_enabled()
    page.click(".wb-check-in")
    expect(page, ".wb-deliver").to_be_enabled()
    page.click(".wb-deliver")
    expect(page, ".wb-state").to_have_attribute("data-state", "COMPLETED")
    expect(page, ".wb-complete").to_be_enabled()
    page.click(".wb-complete")

    expect(page, ".wb-plan-card").to_contain_text("fraction 2 of 5")
    expect(page, ".wb-plan-card [data-session]").to_have_attribute("data-session", "completed")


def test_a_page_in_the_dark_theme_has_dark_pictures(page: Any, address: str) -> None:
    """Asked for in the link, as for a talk in a dark room; what the browser draws itself, as a calendar's mark, is dark too."""
    page.goto(f"{address}/voila/render/session.ipynb?theme=dark", wait_until="domcontentloaded")

    for part in (".wb-beam-view", ".wb-setup-images"):
        expect(page, f"{part} .wb-on-dark").to_be_visible()
    expect(page, ".wb-dashboard >> nth=0").to_have_css("color-scheme", "dark")


def test_jupyterlabs_server_serves_pages_too(page: Any, jupyterlab: str) -> None:
    """As on Binder, where the one server that runs is JupyterLab's and a link leads to its page."""
    where, words = SHOWN["home"]

    page.goto(f"{jupyterlab}/voila/render/dashboards/home.ipynb", wait_until="domcontentloaded")

    expect(page, f"{where} >> nth=0").to_contain_text(words)
    # It would come from the network; no dashboard has a formula.
    page.complaints.remove("MathJax is not defined")
