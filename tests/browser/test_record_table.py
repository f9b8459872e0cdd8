"""The record table in JupyterLab with a real browser: 100,000 rows sorted, filtered, paged and chosen; times are reported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lab
from tests.browser.lab import expect
from tests.browser.reports import report

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROWS = 100_000
TABLE = f"""
import numpy as np
import pandas as pd
from workbench.records.columns import BEAMS
from workbench.records.typed import typed
from workbench_widgets import RecordTable

count = {ROWS}
number = np.arange(count)
table = RecordTable(typed(pd.DataFrame({{
    "patient_id": pd.Series(number // 16).map("EYE-{{:05d}}".format),
    "plan_label": "Plan 1",
    "room": np.where(number % 3, "EYE1", "EYE2"),
    "fraction": number // 4 % 4 + 1,
    "beam": number % 2 + 1,
    "termination": np.where(number % 50, "NORMAL", "OPERATOR"),
    "specified_mu": 120.0,
    "delivered_mu": np.where(number % 50, 120.0, 0.001 * (number % 12000)),
    "gantry_deg": 90.0,
    "started_at": pd.to_datetime(1717401600000 + 600000 * number, unit="ms", utc=True),
    "record_uid": pd.Series(number).map("2.25.{{:030d}}".format),
    "item": 0,
}}), BEAMS))
table
"""
MEASURE = """([selector, kind, value]) => new Promise((resolve, reject) => {
    const root = document.querySelector('.wb-rt'), element = root.querySelector(selector), from = performance.now();
    const before = root.dataset.number, body = root.querySelector('tbody'), late = setTimeout(() => reject('no answer'), 20000);
    new MutationObserver((_, observer) => {
        if (root.dataset.number === before) return;
        observer.disconnect(); clearTimeout(late);
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - from)));
    }).observe(root, { attributes: true });
    if (kind === 'click') { element.click(); return; }
    element.value = value;
    for (const event of ['input', 'change']) element.dispatchEvent(new Event(event, { bubbles: true }));
})"""
"""From the click, or from Enter in a filter, to the frame after the one that the changed rows are painted in."""


def open_table(page: Any, address: str, notebooks: Path, *, cell: str = TABLE) -> None:
    """A notebook with a cell that shows a table, run, and a blank one."""
    lab.write_notebook(notebooks / "table.ipynb", cell, "")
    lab.open_notebook(page, address, "table.ipynb")
    assert lab.run_all(page) == []
    page.wait_for_selector(".wb-rt[data-number]")


def column(page: Any, name: str) -> list[str]:
    """The cells of one column as shown."""
    found: list[str] = page.eval_on_selector_all(
        f".wb-rt tbody td[data-column={name}]", "cells => cells.map(cell => cell.innerText.trim())"
    )
    return found


def answered(page: Any, matches: int) -> None:
    """Wait until the table shows what was asked last."""
    expect(page, ".wb-rt").to_have_attribute("data-matches", str(matches))
    expect(page, ".wb-rt:not([aria-busy])").to_be_visible()


def test_a_large_table_is_sorted_filtered_and_paged(page: Any, address: str, notebooks: Path) -> None:
    """By clicks and keys: order with aria-sort, filters of columns and of all, pages, a chosen row; only pages go over the wire."""
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    open_table(page, address, notebooks)
    expect(page, ".wb-rt-tally").to_have_text("1\N{EN DASH}50 of 100,000")
    assert page.inner_text(".wb-rt th[data-column=delivered_mu]").split() == ["delivered", "(MU)"]

    page.click(".wb-rt th[data-column=delivered_mu] button")
    expect(page, ".wb-rt th[data-column=delivered_mu]").to_have_attribute("aria-sort", "ascending")
    answered(page, ROWS)
    assert column(page, "delivered_mu")[:2] == ["0.0", "0.0"]
    page.press(".wb-rt th[data-column=delivered_mu] button", "Enter")
    expect(page, ".wb-rt th[data-column=delivered_mu]").to_have_attribute("aria-sort", "descending")
    expect(page, ".wb-rt tbody td[data-column=delivered_mu]").to_contain_text(["120.0"])

    page.fill(".wb-rt thead input[data-column=termination]", "operator")
    answered(page, 2000)
    page.fill(".wb-rt-quick", "EYE-00003")
    answered(page, 1)
    expect(page, ".wb-rt-tally").to_have_text("1\N{EN DASH}1 of 100,000 (1 match)")
    expect(page, ".wb-rt tbody td[data-column=termination]").to_have_text("!OPERATOR")
    page.click(".wb-rt-clear")
    answered(page, ROWS)

    page.fill(".wb-rt thead input[data-column=delivered_mu]", "much")
    expect(page, ".wb-rt-trouble").to_contain_text("found 'much', expected for example 120, >100")
    expect(page, ".wb-rt thead input[data-column=delivered_mu]").to_have_attribute("aria-invalid", "true")
    page.fill(".wb-rt thead input[data-column=delivered_mu]", "5..6")
    answered(page, 168)
    page.fill(".wb-rt-page", "4")
    page.press(".wb-rt-page", "Enter")
    expect(page, ".wb-rt").to_have_attribute("data-page", "4")
    expect(page, ".wb-rt-tally").to_have_text("151\N{EN DASH}168 of 100,000 (168 match)")
    page.focus(".wb-rt tbody tr[tabindex='0']")
    for key in ("PageUp", "ArrowDown", "Enter"):
        page.keyboard.press(key)
        answered(page, 168)
    expect(page, ".wb-rt tbody tr[aria-selected=true]").to_have_count(1)
    assert max(received) < 100_000, "bytes of the largest message"
    place = page.get_attribute(".wb-rt tbody tr[aria-selected=true]", "data-place")
    assert lab.run_cell(page, 1, "print(table.selected, table.row['termination'])") == f"{place} OPERATOR"


def test_an_older_answer_never_overwrites_a_newer_one(page: Any, address: str, notebooks: Path) -> None:
    """Letters typed fast are asked for one by one, and the last one's rows are shown; a page that comes late is not drawn."""
    open_table(page, address, notebooks)
    lab.run_cell(page, 1, "first = dict(table.shown)")

    page.evaluate("""() => {
        const input = document.querySelector('.wb-rt-quick');
        for (const text of ['EYE-0', 'EYE-00', 'EYE-001', 'EYE-0012', 'EYE-00123']) {
            input.value = text;
            for (const event of ['input', 'change']) input.dispatchEvent(new Event(event, { bubbles: true }));
        }
    }""")
    answered(page, 16)
    lab.run_cell(page, 1, "table.shown = first")

    expect(page, ".wb-rt").to_have_attribute("data-late", re.compile("^[1-9]"))
    assert page.get_attribute(".wb-rt", "data-number") == page.get_attribute(".wb-rt", "data-asked") == "5"
    assert set(column(page, "patient_id")) == {"EYE-00123"}


def test_a_uid_is_copied_and_columns_are_chosen(page: Any, address: str, notebooks: Path) -> None:
    """A UID is shortened in the middle, whole on hover and copied by a click; a column is taken away and brought back."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_table(page, address, notebooks)
    uid = "2.25." + 30 * "0"
    shown = page.locator(".wb-rt tbody tr").first.locator("td[data-column=record_uid] button")
    assert (shown.inner_text(), shown.get_attribute("title")) == ("2.25.000\N{HORIZONTAL ELLIPSIS}00000", f"{uid} (click to copy)")

    shown.click()
    expect(page, ".wb-rt-told").to_contain_text("copied 2.25.000")
    assert page.evaluate("() => navigator.clipboard.readText()") == uid
    page.click(".wb-rt-columns summary")
    page.uncheck(".wb-rt-list input[data-column=room]")

    expect(page, ".wb-rt th[data-column=room]").to_have_count(0)
    expect(page, ".wb-rt tbody td[data-column=room]").to_have_count(0)
    page.click(".wb-rt-filled")
    expect(page, ".wb-rt th[data-column=room]").to_be_visible()


def test_times_of_a_large_table_are_reported(page: Any, address: str, notebooks: Path) -> None:
    """Sorting and filtering 100,000 rows, from click to painted rows: reported and not asserted."""
    open_table(page, address, notebooks)

    for name, steps in {
        "sort 100,000 rows, click to painted rows": [
            (f"th[data-column={one}] button", "click", "") for one in ("delivered_mu", "record_uid", "started_at", "patient_id")
        ],
        "filter 100,000 rows by a column, Enter to painted rows": [
            ("thead input[data-column=delivered_mu]", "type", one) for one in ("5..6", ">100", "120", "<1")
        ],
        "filter 100,000 rows by any column, Enter to painted rows": [
            (".wb-rt-quick", "type", one) for one in ("EYE-00123", "operator 0.1", "2024-06-05", "")
        ],
        "turn a page of 100,000 rows, click to painted rows": [(".wb-rt-next", "click", "")] * 4,
    }.items():
        if name.startswith("turn"):
            page.click(".wb-rt-clear")
            answered(page, ROWS)
        report(name, [page.evaluate(MEASURE, list(step)) for step in steps], aim_ms=500)

    expect(page, ".wb-rt").to_have_attribute("data-page", "5")
