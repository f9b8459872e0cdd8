"""What the command line loads: help comes at once, and a command waits for its own parts alone."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest
import typer

from workbench.cli.main import COMMANDS, app, load

HEAVY = ("matplotlib", "numpy", "pandas", "pydicom", "pynetdicom", "shapely", "sqlalchemy", "workbench.bench")
LOADED = f"""
import sys
from importlib.metadata import version
from workbench.cli import main
sys.argv[0] = "workbench"
try:
    main()
finally:
    sys.stderr.write(" ".join(one for one in {HEAVY!r} if one in sys.modules))
"""


def loaded(*arguments: str) -> set[str]:
    """Which of the heavy modules a process has loaded that was called with these arguments."""
    ended = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True)
    return set(ended.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], set()),
        (["check", "--help"], {"numpy", "pydicom"}),
        (["rows", "Patient ID"], {"numpy", "pydicom"}),
        (["statement", "--format", "csv"], {"numpy", "pydicom"}),
    ],
    ids=["help", "help of a check", "rows", "statement"],
)
def test_a_command_loads_what_it_needs(arguments: list[str], expected: set[str]) -> None:
    """Neither database nor network nor tables for what works on files and rows alone."""
    assert loaded(*arguments) == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    """The table of commands and the commands themselves agree, by name and by their first sentence."""
    command = load(name)

    assert (command.name, command.get_short_help_str(1000)) == (name, COMMANDS[name].help)


def test_a_command_that_is_none_is_answered_with_one_that_is_like_it() -> None:
    """A slip of the fingers."""
    group = typer.main.get_command(app)

    with pytest.raises(Exception, match=r"No such command 'chekc'\. Did you mean 'check'"):
        group.main(["chekc"], prog_name="workbench", standalone_mode=False)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """As the distribution calls it."""
    typer.main.get_command(app).main(["--version"], prog_name="workbench", standalone_mode=False)

    assert capsys.readouterr().out == f"workbench {version('ocular-proton-workbench')}\n"
