"""The style sheets, read as text: what holds of them without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from workbench_widgets.theme import style_sheet

SHEETS = ("dashboard.css", "record_table.css", "file_drop.css")
RULE = re.compile(r"(?P<head>[^{};]+)\{(?P<body>(?:[^{}]|\{[^{}]*\})*)\}")


def rules(sheet: str) -> Iterator[tuple[str, str, set[str]]]:
    """Every rule in its order: the condition it stands under, blank for none, its selector, and the properties it sets."""
    for outer in RULE.finditer(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)):
        condition = outer["head"].strip() if outer["head"].strip().startswith("@") else ""
        for rule in RULE.finditer(outer["body"]) if condition else [outer]:
            properties = {one.partition(":")[0].strip() for one in rule["body"].split(";") if ":" in one}
            for selector in rule["head"].split(","):
                yield condition, " ".join(selector.split()), properties


@pytest.mark.parametrize("name", SHEETS)
def test_what_holds_on_a_narrow_page_is_not_undone_further_down(name: str) -> None:
    """Of rules of one selector the last counts: one under a condition stands below the one that holds always."""
    found = list(rules(style_sheet(name)))

    undone = [
        f"{condition} {selector} {{{', '.join(properties & later)}}}"
        for place, (condition, selector, properties) in enumerate(found)
        for other, same, later in found[place + 1 :]
        if condition and not other and selector == same and properties & later
    ]

    assert len(found) > 5
    assert undone == []


def test_what_a_width_changes_stands_in_the_section_of_what_it_changes() -> None:
    """Whoever reads a dashboard's or a part's section has read all of it."""
    sections = [list(rules(one)) for one in style_sheet().split("\n\n/* ")]

    plain = [{selector for condition, selector, _ in found if not condition.startswith("@container")} for found in sections]
    torn = [
        f"{condition} {selector}"
        for place, found in enumerate(sections)
        for condition, selector, _ in found
        if condition.startswith("@container") and selector not in plain[place] and any(selector in other for other in plain)
    ]

    assert len(sections) > 10
    assert torn == []
