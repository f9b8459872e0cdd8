"""What a page of a dashboard opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import make_plan
from workbench.bench import Workbench
from workbench_widgets.pages import latest_eye, latest_plan, open_bench


def test_a_page_opens_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is added to it: the plan that is there is all there is."""
    with Workbench(tmp_path, listen=False) as bench:
        plan = bench.add_plan(make_plan())
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))

    with open_bench() as opened:
        assert [one.uid for one in opened.plans()] == [plan.uid]
        assert latest_eye(opened) == latest_plan(opened) == opened.plan(plan.uid)


def test_a_page_of_no_folder_shows_the_sample_treated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first fraction is delivered, over the wire as ever."""
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)

    with open_bench() as opened:
        assert opened.records.beams()[["fraction", "delivered_mu"]].to_numpy().tolist() == [[1, 120.0]]


def test_an_empty_folder_has_no_plan(tmp_path: Path) -> None:
    """Neither a plan nor an eye; dashboards then say what to do."""
    with Workbench(tmp_path, listen=False) as bench:
        assert (latest_plan(bench), latest_eye(bench)) == (None, None)
