"""The conformance statement as a document: the chapters of PS3.2, printed from the rows and service tables."""

from __future__ import annotations

import re

from workbench.conformance.chapters import annexes, introduction, networking, others
from workbench.conformance.markdown import document, heading, paragraph

TITLE = "# Ocular Proton Workbench: DICOM conformance statement\n"
LISTED_DEPTH = 4
"""Headings of up to this many number signs are in the table of contents."""


def as_markdown() -> str:
    """The whole statement."""
    before = introduction.overview()
    after = document(
        introduction.introduction(), networking.networking(), others.media(), others.character_sets(), others.security(), annexes.annexes()
    )
    return document(TITLE, before, _contents(before + after), after)


def _contents(text: str) -> str:
    headings = re.findall(rf"^(#{{2,{LISTED_DEPTH}}}) (.+)$", text, flags=re.MULTILINE)
    lines = "".join(f"{'  ' * (len(signs) - 2)}* {title}\n" for signs, title in headings)
    return document(heading("2", "Table of contents"), paragraph(lines))
