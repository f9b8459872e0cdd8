"""Notebook 07 tests the system that its first cell names: any host and port, whatever that system answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.preprocessors import CellExecutionError, ExecutePreprocessor

from tests.clinic import BenchMaker
from workbench.network.server import Address, free_port
from workbench.settings import Identity

pytestmark = pytest.mark.notebooks
PARTNER = Path(__file__).resolve().parent.parent / "notebooks" / "07_testing_a_partner.ipynb"
POINTED = """
HOST, PORT, AE_TITLE = {host!r}, {port}, {ae_title!r}
DEVICE_AE_TITLE, DEVICE_PORT = {device_ae_title!r}, {device_port}

import workbench as clinic_of
at_home = clinic_of.Workbench({folder!r}, listen=False)

def CHECK_IN(sentence):
    "The clinic's side of the other system, in its data folder: what was left is ended, a phantom is there."
    for session in at_home.sessions():
        if session.state != "completed":
            if not all(one.state.is_final for one in at_home.workitems(session)):
                at_home.cancel(session)
            at_home.complete(session)
    plan = clinic_of.ocular.read_eyeplan(clinic_of.ocular.sample_eyeplan(), beamline="demo-eyeline")
    at_home.check_in(at_home.add_plan(plan), meterset_mu={{1: 40.0}})
"""
"""The first cell, for a system that a program can check in at."""


def run_pointed_at(address: Address, folder: Path) -> Any:
    """Notebook 07, run after its first cell was written anew for this system."""
    notebook: Any = nbformat.read(PARTNER, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source = POINTED.format(
        host=address.host,
        port=address.port,
        ae_title=address.ae_title,
        device_ae_title=address.device_ae_title,
        device_port=address.device_port,
        folder=str(folder),
    )
    ExecutePreprocessor(timeout=120, kernel_name="python3").preprocess(notebook)
    return notebook


def shown(notebook: Any, source: str) -> str:
    """What the cell with this in its source shows, as text."""
    (cell,) = [one for one in notebook.cells if one.cell_type == "code" and source in one.source]
    return "".join(output.data["text/plain"] for output in cell.outputs)


def verdicts(trial: str, final: str) -> list[str]:
    """The words of the table of all scenarios, row by row."""
    scenarios = ("wrong-lock", "competing-claim", "lost-response", "silence", "wrong-patient", "cancel")
    return [word for name in scenarios for word in (name, trial, final)]


def test_the_partner_is_tested_where_the_first_cell_says(make_bench: BenchMaker, tmp_path: Path) -> None:
    """Another system at another port, treated by its own clinic: every fault is played there, in both dialects."""
    other = make_bench(tmp_path / "other", listen=True, clock=None, ae_title="OTHER")

    ran = run_pointed_at(other.address, tmp_path / "other")

    assert shown(ran, "verdicts = ").split() == ["trial", "final", *verdicts("pass", "pass")]
    assert len(other.sessions()) == 15


def test_a_fault_of_the_partner_is_a_row_of_the_report_and_not_its_end(make_bench: BenchMaker, tmp_path: Path) -> None:
    """A system that speaks the Trial only: the final text fails throughout, and all that it does speak is still reported."""
    stated = make_bench(tmp_path / "stated", listen=True, clock=None, identity=Identity(as_stated=True))

    ran = run_pointed_at(stated.address, tmp_path / "stated")

    assert shown(ran, "verdicts = ").split() == ["trial", "final", *verdicts("pass", "FAIL")]


def test_where_nobody_listens_it_is_said_at_once(tmp_path: Path) -> None:
    """The cell that asks whether anybody answers is the last one that runs."""
    nobody = Address(host="127.0.0.1", port=free_port(), ae_title="TMS", device_ae_title="DEVICE", device_port=free_port())

    with pytest.raises(CellExecutionError) as stopped:
        run_pointed_at(nobody, tmp_path / "nobody")

    assert stopped.value.ename == "Unavailable"
    assert stopped.value.evalue == f"TMS at {nobody.host}:{nobody.port}: does not answer, expected it to accept"
