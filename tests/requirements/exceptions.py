"""Requirements that no test can show, each with its reason, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

UNSHOWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "R005": "interoperability with the treatment device itself is tested beside that device; here programs of others stand in for it "
        "(tests/interop)",
        "R006": "the edition of PS3.3 is no behaviour: its rows are compared one by one with those of the statement (tests/conformance)",
        "R063": "media are not on the wire; the treatment side offers no service with them, so there is nothing to ask for",
        "R064": "a transformation that nobody claims has no input and no output",
        "R149": "the planner's platform, Windows XP and Windows Server 2003: the workbench runs where Python 3.11 runs",
        "R170": "what a display shows of foreign characters depends on the operating system; R169 and R244 show that their bytes are kept",
        "R172": "login belongs to the operating system: the workbench has one user, who owns the data folder",
        "R176": "nothing is claimed about grey scales, so there is nothing to show",
    }
)
"""Requirement → why it has no test."""
