"""Locks on files that end with the process that holds them, so that what a killed one was writing can be told from what is being written.

Only POSIX systems have them. They are looked for when an archive is opened and not when this is loaded: whoever only plans opens none.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import IO, Any

from workbench.errors import Unavailable


def hold(file: IO[bytes]) -> None:
    """Hold an open file until it is closed or the process ends."""
    _locks().flock(file, _locks().LOCK_EX)


def is_held(file: IO[bytes]) -> bool:
    """Whether another one holds it; if not, it is held from now on."""
    with suppress(BlockingIOError):
        _locks().flock(file, _locks().LOCK_EX | _locks().LOCK_NB)
        return False
    return True


def must_be_there() -> None:
    """See that this system has locks.

    Raises
    ------
    Unavailable : it has none.
    """
    _locks()


@cache
def _locks() -> Any:
    try:
        return import_module("fcntl")
    except ModuleNotFoundError as problem:
        message = "archive: this operating system has no file locks, expected a POSIX system to keep objects on"
        raise Unavailable(message, rule="storage") from problem
