"""What we promise to others: services as data, and the conformance statement that is printed from them and from the rows.

Nothing here opens a socket; network, media and command line do what stands here, and tests hold them to it. The names below are what
a user asks of it; they are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.conformance.browsing import Source, StatementRow, find_rows
    from workbench.conformance.checking import CheckedRow, Report, Result, check_file
    from workbench.conformance.comparing import ComparedRow, Comparison, Outcome, compare_files
    from workbench.conformance.objects import Direction

__all__ = [
    "CheckedRow",
    "ComparedRow",
    "Comparison",
    "Direction",
    "Outcome",
    "Report",
    "Result",
    "Source",
    "StatementRow",
    "check_file",
    "compare_files",
    "find_rows",
]

_HOMES = {
    "CheckedRow": "checking",
    "ComparedRow": "comparing",
    "Comparison": "comparing",
    "Direction": "objects",
    "Outcome": "comparing",
    "Report": "checking",
    "Result": "checking",
    "Source": "browsing",
    "StatementRow": "browsing",
    "check_file": "checking",
    "compare_files": "comparing",
    "find_rows": "browsing",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"workbench.conformance.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'workbench.conformance' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
