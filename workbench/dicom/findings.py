"""What a check comes to: findings, each with its place, weight and reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """The object breaks a rule; it is refused on receipt."""
    WARNING = "warning"
    """Allowed, but probably not what was meant."""
    NOTE = "note"
    """Worth knowing; nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found at one place.

    Parameters
    ----------
    path : keywords joined by dots, items numbered from 0: ``IonBeamSequence[0].BeamName``; curves by their group:
        ``Curve[5002].CurveData``.
    tag : eight hexadecimal digits.
    code : machine-readable kind: missing, empty, unexpected, value, vr, undecodable, items, unlisted, not-compared.
    """

    path: str
    tag: str
    severity: Severity
    code: str
    message: str


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that refuse the object."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
