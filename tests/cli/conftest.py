"""The command line in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.terminal import Command, Result
from workbench.cli import main


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Runs `workbench` with arguments, in an empty folder, on the data folder `tmp_path / "data"` unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "400")

    def call(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["workbench", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return Result(code=code if isinstance(code, int) else 0, out=said.out, err=said.err)

    return call
