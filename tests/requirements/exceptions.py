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
    }
)
"""Requirement → why it has no test."""
