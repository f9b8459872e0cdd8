"""The command line: every use of the workbench without Python. Exit codes: 0 done, 1 refused or findings, 2 usage."""

from workbench.cli.main import main

__all__ = ["main"]
