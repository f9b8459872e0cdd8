"""What is closed is gone: no widget of it is kept, and so nothing that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Any

import pandas as pd
import pytest
from ipywidgets import Button, HBox
from ipywidgets.widgets.widget import _instances

from tests.factories import make_plan
from workbench.bench import Workbench
from workbench_widgets import BeamView, EyeBeamView, HomeDashboard, RecordsDashboard, RecordTable
from workbench_widgets.closing import close_whole
from workbench_widgets.table_columns import shown_columns

OF_A_BENCH = {one.name: one for one in entry_points(group="workbench.dashboards") if one.name != "eye-beam"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """One with a plan that does not listen."""
    with Workbench(tmp_path_factory.mktemp("data"), listen=False) as made:
        made.add_plan(make_plan())
        yield made


def left_by(make: Callable[[], Any]) -> set[str]:
    """Which widgets are kept of one that was made and closed."""
    before = set(_instances)
    made = make()
    assert set(_instances) > before
    made.close()
    return {type(_instances[one]).__name__ for one in set(_instances) - before}


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("name", OF_A_BENCH)
def test_of_a_closed_dashboard_nothing_is_kept(bench: Workbench, name: str) -> None:
    """Whichever dashboard the package has: not a button, not a table, not a picture."""
    assert left_by(lambda: OF_A_BENCH[name].load()(bench)) == set()


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize(
    "make",
    [lambda: EyeBeamView(make_plan()), lambda: BeamView(make_plan()), lambda: RecordTable(pd.DataFrame({"beam": [1]}))],
    ids=["eye and beam", "a part alone", "a table alone"],
)
def test_of_a_closed_view_nothing_is_kept(make: Callable[[], Any]) -> None:
    """One that needs no workbench likewise."""
    assert left_by(make) == set()


@pytest.mark.usefixtures("blank_pictures")
def test_home_keeps_nothing_of_what_it_made_anew(bench: Workbench) -> None:
    """The view of the eye is made anew for a later plan; the one of before is gone, and all are when Home is closed."""

    def two_eyes() -> HomeDashboard:
        home = HomeDashboard(bench)
        home.show("Eye and beam")
        first, count = home["Eye and beam"], len(_instances)
        bench.add_plan(make_plan(label="EYE PLAN 2"))
        home.show("Session")
        home.show("Eye and beam")
        assert home["Eye and beam"] is not first
        assert len(_instances) == count
        return home

    assert left_by(two_eyes) == set()


@pytest.mark.usefixtures("blank_pictures")
def test_ways_from_a_row_that_is_not_chosen_any_more_are_not_kept(bench: Workbench) -> None:
    """As many widgets after three clicks on rows as after one."""
    dashboard = RecordsDashboard(bench)
    columns = shown_columns(pd.DataFrame({"plan_uid": pd.array(["2.25.1"], dtype="string"), "beam": [1]}))
    counts = set()
    for beam in range(1, 4):
        dashboard.row.show("planned_beams", {"plan_uid": "2.25.1", "beam": beam}, columns)
        counts.add((len(dashboard.row.links.children) > 0, len(_instances)))
    dashboard.close()

    assert [has_ways for has_ways, _ in counts] == [True]


def test_a_box_of_others_is_closed_with_what_is_in_it() -> None:
    """Layouts and styles too."""

    def closed_whole() -> Any:
        box = HBox([HBox([Button()])])
        close_whole(box)
        return box

    before = set(_instances)
    closed_whole()
    assert set(_instances) == before
