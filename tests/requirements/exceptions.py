"""Requirements that no test can show, each with its reason, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

UNSHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "R149": "the planner's platform, Windows XP and Windows Server 2003: the workbench runs where Python 3.11 runs",
        "R170": "what a display shows of foreign characters depends on the operating system; R169 and R244 show that their bytes are kept",
        "R172": "login belongs to the operating system: the workbench has one user, who owns the data folder",
        "R176": "nothing is claimed about grey scales, so there is nothing to show",
    }
)
"""Requirement → why it has no test."""
