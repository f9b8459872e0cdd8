"""Which tests show which requirement or status, told by their names: ``test_r214_beam_meterset_is_always_zero`` shows R214.

A test that shows two of them names both: ``test_r163_r166_…``; statuses of services are ``test_s038_…``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conformance.tables import read

FOLDER = Path(__file__).parent
NUMBERS = re.compile(r"test((?:_[rs]\d{3})+)_[a-z]")


def required(statement: str) -> list[str]:
    """Numbers of a statement's requirements, ``TMS`` or ``Ocular``."""
    return [row["id"] for row in read("requirements.csv") if row["document"] == statement]


def printed_statuses() -> list[str]:
    """Numbers of the statuses that the TMS statement prints for its services."""
    return [row["id"] for row in read("tms_services.csv") if row["record_type"] == "status"]


def shown(folder: Path = FOLDER) -> Mapping[str, list[str]]:
    """Requirement or status → the tests of this folder that show it."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("test_*.py")):
        for name in _functions(path):
            match = NUMBERS.match(name)
            for number in match[1].upper().split("_")[1:] if match else ():
                found.setdefault(number, []).append(f"{path.name}::{name}")
    return found


def _functions(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
