"""What the viewer of DICOM files in JupyterLab asks its kernel: the findings on a file, each with its place in the tree of elements."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

from workbench.conformance.objects import Direction, inspect
from workbench.dicom import part10
from workbench.dicom.findings import Finding

SEGMENT = re.compile(r"(?P<keyword>\w+)(?:\[(?P<item>[0-9A-Fa-f]+)\])?")


def findings_as_json(path: str, direction: str) -> str:
    """The findings on a file as a JSON array; each has the fields of a `Finding` and its ``place``.

    Parameters
    ----------
    path : relative to the kernel's folder.
    direction : a value of `Direction`.

    Raises
    ------
    Refused : the file is no DICOM file, or its class is in no table of this direction.
    """
    found = inspect(part10.read_file(Path(path)), Direction(direction))
    return json.dumps([_with_place(one) for one in found])


def _with_place(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "severity": finding.severity.value, "place": place(finding)}


def place(finding: Finding) -> str:
    """Where the finding is, in tags: ``300A03A2[0].300A00C2``."""
    segments = finding.path.split(".")
    containers = [_segment(one) for one in segments[:-1]]
    return ".".join([*(one for one in containers if one), finding.tag])


def _segment(text: str) -> str:
    """One sequence and its item in tags; empty for what is no sequence of the dictionary, as the group of a curve."""
    parts = SEGMENT.fullmatch(text)
    tag = tag_for_keyword(parts["keyword"]) if parts else None
    return f"{tag:08X}[{parts['item']}]" if parts and tag is not None and parts["item"] is not None else ""
