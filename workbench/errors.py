"""Everything that can go wrong, as one tree.

::

    WorkbenchError
    ├── Refused       the object, file or request itself is wrong
    ├── Conflict      the request is fine, the present state forbids it
    └── Unavailable   a peer, the disk or the database cannot serve now

A message is one sentence that says what, where, found and expected. ``rule`` names the rule that refused, in a form that
programs can compare; ``comment`` is the sentence's short form for the wire (Error Comment (0000,0902), LO: at most 64 ASCII characters).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping

COMMENT_LENGTH = 64


class WorkbenchError(Exception):
    """Root of all errors that the workbench raises on purpose.

    Parameters
    ----------
    message : one sentence: what, where, found, expected.
    rule : machine-readable name of the rule that refused, for example ``"wrong-lock"``.
    comment : what a peer is told; the start of the message when not given. Never holds a lock or a patient's name.
    details : everything that was found, one line each, where the message names only the first.
    facts : what the request met, by name, for who explains the refusal later; never a lock or a patient's name.
    """

    def __init__(
        self, message: str, *, rule: str = "", comment: str = "", details: tuple[str, ...] = (), facts: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.details = details
        self.facts = dict(facts or {})
        self.comment = short(comment or message)


class Refused(WorkbenchError):
    """The object, file or request is wrong; sending it again unchanged will not help."""


class Conflict(WorkbenchError):
    """The request is well formed, but the state of things forbids it now."""


class Unavailable(WorkbenchError):
    """A peer, the disk or the database cannot serve; trying again may help."""


def trace(problem: BaseException) -> str:
    """Where something went wrong, for the log: classes, rules and lines of code, those of its causes too.

    No message: it may say what a user typed, what a file is called or what a peer sent, and so name a patient.
    """
    return "\n".join(_frames(problem)).rstrip()


def named(problem: BaseException) -> str:
    """An error's class and, where it is one of ours, its rule."""
    rule = problem.rule if isinstance(problem, WorkbenchError) else ""
    return f"{type(problem).__name__} ({rule})" if rule else type(problem).__name__


def _frames(problem: BaseException) -> Iterator[str]:
    """The cause first, as Python prints it."""
    before = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    if before is not None:
        yield from _frames(before)
        yield "which led to"
    yield "".join(traceback.format_tb(problem.__traceback__)) + named(problem)


def short(sentence: str) -> str:
    """The sentence as an Error Comment: printable ASCII, at most 64 characters."""
    ascii_only = "".join(letter if " " <= letter <= "~" and letter != "\\" else "?" for letter in sentence)
    return ascii_only if len(ascii_only) <= COMMENT_LENGTH else ascii_only[: COMMENT_LENGTH - 3] + "..."
