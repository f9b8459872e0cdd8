"""JupyterLab in a real browser: a server with folders of its own, Debian's Chromium, and the few moves that tests need.

Nothing of the user's own Jupyter settings is read or written, and nothing is fetched from the network.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from workbench.network.server import free_port

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
EXTENSION = Path(__file__).resolve().parents[2] / "widgets" / "labextension"
WIDGETS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
"""JupyterLab's extensions that a page under Voila needs; others may complain that they are in no JupyterLab."""
START_S, STEP_MS, RUN_MS = 60.0, 60_000, 120_000
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}

RUN_ALL = """async timeout => {
    const run = async () => {
        const app = window.jupyterapp;
        await app.restored;
        const panel = app.shell.currentWidget;
        await panel.context.ready;
        await panel.context.sessionContext.ready;
        await app.commands.execute('notebook:run-all-cells');
        return panel.content.widgets.filter(cell => cell.model.type === 'code').map(cell => ({
            count: cell.model.executionCount,
            errors: cell.model.outputs.toJSON().filter(one => one.output_type === 'error').map(one => `${one.ename}: ${one.evalue}`),
        }));
    };
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('the notebook did not finish')), timeout));
    return Promise.race([run(), late]);
}"""
RUN_CELL = """async ([number, code]) => {
    const panel = window.jupyterapp.shell.currentWidget, cell = panel.content.widgets[number];
    panel.content.activeCellIndex = number;
    cell.model.sharedModel.setSource(code);
    await window.jupyterapp.commands.execute('notebook:run-cell');
    return cell.model.outputs.toJSON().map(one => one.text ?? `${one.ename}: ${one.evalue}`).join('').trim();
}"""


@contextmanager
def server(folder: Path, notebooks: Path, *, dark: bool = False) -> Iterator[str]:
    """A JupyterLab server on a free port; its address.

    Parameters
    ----------
    folder : for its settings and its log.
    notebooks : the folder it shows.
    """
    environment = _surroundings(folder)
    overrides = Path(environment["JUPYTER_CONFIG_DIR"]) / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(exist_ok=True)
    theme = {"@jupyterlab/apputils-extension:themes": {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"}}
    overrides.write_text(json.dumps(QUIET | theme), encoding="utf-8")
    address = f"http://127.0.0.1:{(port := free_port())}"
    with _serving(_lab_command(port, notebooks), environment, address, folder / "server.log"):
        yield address


@contextmanager
def voila_server(folder: Path, notebooks: Path, *, dark: bool = False, **environment: str) -> Iterator[str]:
    """A Voila server on a free port; its address.

    Parameters
    ----------
    folder : for its settings and its log.
    notebooks : the folder of pages it serves.
    """
    address = f"http://127.0.0.1:{(port := free_port())}"
    with _serving(_voila_command(port, notebooks, dark=dark), _surroundings(folder) | environment, address, folder / "voila.log"):
        yield address


def _surroundings(folder: Path) -> dict[str, str]:
    """The environment of a server that reads and writes no settings but those in this folder, with the extension of this checkout."""
    places = {f"JUPYTER_{name}": folder / name.lower() for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")}
    places |= {f"JUPYTERLAB_{name}": folder / name.lower() for name in ("SETTINGS_DIR", "WORKSPACES_DIR")}
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    # First on the path, before an extension that may be installed.
    extension = folder / "jupyter" / "labextensions" / "ocular-proton-workbench"
    shutil.copytree(EXTENSION, extension, dirs_exist_ok=True)
    # A cell may use what tests share; all else it imports as it is installed.
    shared = folder / "shared" / "tests"
    shared.parent.mkdir(exist_ok=True)
    if not shared.exists():
        shared.symlink_to(EXTENSION.parents[1] / "tests", target_is_directory=True)
    python_path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(shared.parent)]))
    own = {"JUPYTER_PATH": str(folder / "jupyter"), "PYTHONPATH": python_path}
    return {**os.environ, **{name: str(place) for name, place in places.items()}, **own}


def _lab_command(port: int, notebooks: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--notebook-dir={notebooks}"),
        *(["--allow-root"] if os.geteuid() == 0 else []),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
    ]


def _voila_command(port: int, notebooks: Path, *, dark: bool) -> list[str]:
    return [
        *(sys.executable, "-m", "voila", str(notebooks), "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}"),
        *(f"--theme={'dark' if dark else 'light'}", f"--VoilaConfiguration.extension_allowlist={WIDGETS}"),
    ]


@contextmanager
def _serving(command: list[str], environment: dict[str, str], address: str, log: Path) -> Iterator[None]:
    """A server's process for as long as it is needed; it is listening when it has told its address."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")
    told: queue.SimpleQueue[bool] = queue.SimpleQueue()
    # A kernel that outlives the server keeps its output open: nobody waits for the last line for ever.
    reading = threading.Thread(target=_keep, args=(process.stdout, log, address, told), daemon=True)
    reading.start()
    try:
        if not _is_told(told):
            raise RuntimeError(
                f"server: found no {address} in its output within {START_S:.0f} s, expected where it is running:\n{_end(log)}"
            )
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
        reading.join(timeout=5)


def _keep(output: IO[str], log: Path, address: str, told: queue.SimpleQueue[bool]) -> None:
    """Write a server's output to its log; tell True when its address is in it, False when it has ended."""
    with output, log.open("w", encoding="utf-8") as kept:
        for line in output:
            kept.write(line)
            kept.flush()
            if address in line:
                told.put(True)
    told.put(False)


def _is_told(told: queue.SimpleQueue[bool]) -> bool:
    try:
        return told.get(timeout=START_S)
    except queue.Empty:
        return False


def _end(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2000:]


@contextmanager
def browser_page(*, width: int = 1280, height: int = 800, scale: float = 1.0) -> Iterator[Any]:
    """A page of a fresh browser; ``page.complaints`` collects errors of its console."""
    with _playwright().sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=CHROMIUM_FLAGS)
        try:
            context = browser.new_context(
                viewport={"width": width, "height": height}, device_scale_factor=scale, locale="en-GB", timezone_id="UTC"
            )
            page: Any = context.new_page()
            page.set_default_timeout(STEP_MS)
            # Nothing is fetched from the network: what a page asks of others, as Voila's template of a font, comes back empty.
            page.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.fulfill(status=200, body=""))
            page.complaints = []
            page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            yield page
        finally:
            browser.close()


def expect(page: Any, selector: str) -> Any:
    """What the page shows there, waited for as long as a slow machine may need."""
    expected = _playwright().expect
    expected.set_options(timeout=STEP_MS)
    return expected(page.locator(selector))


def _playwright() -> Any:
    """Imported when used: where it is missing, tests are to be skipped and not to break."""
    return import_module("playwright.sync_api")


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook of these code cells."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    blank: dict[str, Any] = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    cells = [{**blank, "id": f"cell{number}", "source": source.strip()} for number, source in enumerate(sources)]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}), encoding="utf-8")


def open_notebook(page: Any, address: str, name: str) -> None:
    """Show a notebook alone and wait until its kernel is idle."""
    page.goto(f"{address}/doc/tree/{urllib.parse.quote(name)}?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")


def open_file(page: Any, address: str, folder: str, name: str) -> None:
    """Double-click a file in JupyterLab's file browser."""
    page.goto(f"{address}/lab{f'/tree/{folder}' if folder else ''}?reset", wait_until="domcontentloaded")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.dblclick(f'.jp-DirListing-item[title^="Name: {name}"]')
    page.wait_for_selector(".opw-viewer")


def run_cell(page: Any, number: int, code: str) -> str:
    """Write code into a cell that is there, run it, and wait for what it prints, or for its error."""
    printed: str = page.evaluate(RUN_CELL, [number, code])
    return printed


def change_theme(page: Any, name: str) -> None:
    """Change JupyterLab's theme as its settings menu does."""
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)


def run_all(page: Any) -> list[str]:
    """Run all cells; the errors of those that failed."""
    cells = page.evaluate(RUN_ALL, RUN_MS)
    return [f"cell {number}: {error}" for number, cell in enumerate(cells, start=1) for error in cell["errors"]]
