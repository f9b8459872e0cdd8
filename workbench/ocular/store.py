"""A plan as JSON text and back, without loss; where the text is kept is the caller's business."""

from __future__ import annotations

import json

from workbench.errors import Refused
from workbench.ocular.plan import OcularPlan
from workbench.ocular.tables import plain, record

SCHEMA = "ocular-plan"
VERSION = 2
"""Raised when the keys change. 2: the globe and the fixating eye may be unknown, and an eye model may be there."""
READ_VERSIONS = (1, 2)
"""A file of version 1 is one of version 2 that does not use what is new."""


def to_json(plan: OcularPlan) -> str:
    """The plan as JSON text, UTF-8, one key a line; ``from_json`` gives an equal plan."""
    envelope = {"schema": SCHEMA, "version": VERSION, "plan": plain(plan)}
    return json.dumps(envelope, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, where: str = "plan") -> OcularPlan:
    """A plan from its JSON text, checked as at birth.

    Parameters
    ----------
    where : name of the text in errors, for example its file.

    Raises
    ------
    Refused : no JSON, another schema or version, an unknown or missing key, a wrong type, or a value that no plan may have.
    """
    try:
        envelope = json.loads(text, parse_constant=_no_constant)
    except ValueError as problem:
        raise Refused(f"{where}: no valid JSON ({problem}), expected a plan", rule="json") from problem
    if not isinstance(envelope, dict) or envelope.get("schema") != SCHEMA:
        found = envelope.get("schema") if isinstance(envelope, dict) else type(envelope).__name__
        raise Refused(f"{where}: schema is {found!r}, expected {SCHEMA!r}", rule="schema")
    if envelope.get("version") not in READ_VERSIONS:
        known = " or ".join(str(one) for one in READ_VERSIONS)
        raise Refused(f"{where}: version is {envelope.get('version')!r}, expected {known}", rule="version")
    unknown = sorted(envelope.keys() - {"schema", "version", "plan"})
    if unknown:
        raise Refused(f"{where}: unknown key {unknown[0]!r}, expected schema, version and plan", rule="unknown-key")
    return record(OcularPlan, envelope.get("plan"), f"{where}: plan")


def _no_constant(found: str) -> float:
    raise ValueError(f"found {found}, expected a finite number")
