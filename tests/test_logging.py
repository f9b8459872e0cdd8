"""What a log line is made of: UIDs, AE titles, rules and classes, and no sentence that may hold a name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
ERRORS = frozenset({"problem", "error", "refusal", "failure"})
"""How caught errors are called here. What was lost on the way to a peer names that peer's address alone, and may be told."""


def is_of_log(called: ast.expr) -> bool:
    """A method of what every module calls ``log``."""
    return isinstance(called, ast.Attribute) and called.attr in METHODS and isinstance(called.value, ast.Name) and called.value.id == "log"


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Each call of a module's log, with where it is."""
    for path in sorted([*REPOSITORY.glob("workbench/**/*.py"), *REPOSITORY.glob("widgets/workbench_widgets/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and is_of_log(node.func):
                yield f"{path.relative_to(REPOSITORY)}:{node.lineno}", node


def tells_a_message(call: ast.Call) -> bool:
    """Python writes an error's message into the log, or the line is given the error itself."""
    is_traced = isinstance(call.func, ast.Attribute) and call.func.attr == "exception"
    has_trace = any(one.arg == "exc_info" for one in call.keywords)
    return is_traced or has_trace or any(isinstance(one, ast.Name) and one.id in ERRORS for one in call.args)


def test_no_log_line_holds_an_errors_message() -> None:
    """``trace`` and ``named`` say what the log may know of an error."""
    calls = dict(log_calls())

    assert len(calls) > 30
    assert [where for where, call in calls.items() if tells_a_message(call)] == []
