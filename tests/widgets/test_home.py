"""Home without a browser: what is made when, and what is closed with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.factories import make_plan
from workbench.bench import Workbench
from workbench.errors import Refused
from workbench_widgets import EyeBeamView, HomeDashboard, SessionDashboard
from workbench_widgets.home import PLACES

Scenario = Callable[[Workbench, HomeDashboard], Awaitable[None]]


def with_home(folder: Path, scenario: Scenario) -> None:
    """Run a scenario on the loop of the Home of a new bench."""

    async def run() -> None:
        with Workbench(folder, listen=False) as bench:
            home = HomeDashboard(bench)
            try:
                await scenario(bench, home)
            finally:
                await home.drain()
                home.close()

    asyncio.run(run())


@pytest.mark.usefixtures("blank_pictures")
def test_home_opens_with_the_session_and_makes_nothing_else(tmp_path: Path) -> None:
    """Opening costs one dashboard; another that was not shown is not there."""

    async def scenario(_: Workbench, home: HomeDashboard) -> None:
        await home.drain()
        assert (home.shown, repr(home), type(home["Session"])) == ("Session", "<HomeDashboard of WORKBENCH>", SessionDashboard)
        with pytest.raises(KeyError):
            home["Worklist"]

    with_home(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_everything_is_stopped_from_any_place(tmp_path: Path) -> None:
    """Beside a session its own button does it; from elsewhere Home's, which then shows the session and its answer."""

    async def scenario(bench: Workbench, home: HomeDashboard) -> None:
        await home.drain()
        assert home.stop.layout.display == "none"
        bench.start()
        home.show("Worklist")
        await home.drain()
        assert home.stop.layout.display == ""

        home.stop.click()
        await home.drain()

        assert (home.shown, bench.is_listening) == ("Session", False)
        assert home["Session"].message == "Everything is stopped: no beam, and the provider accepts nothing."

    with_home(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_each_place_is_made_once_and_shown_alone(tmp_path: Path) -> None:
    """Going round twice makes every dashboard once; only the chosen one is displayed."""

    async def scenario(_: Workbench, home: HomeDashboard) -> None:
        rounds = []
        for _again in range(2):
            made = []
            for place in PLACES:
                home.show(place.name)
                await home.drain()
                made.append(home[place.name])
                assert [one.name for one in PLACES if one.name in home._made and home[one.name].layout.display != "none"] == [place.name]
            rounds.append(made)
        assert rounds[0] == rounds[1]
        assert home.message == ""

    with_home(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_the_eye_is_that_of_the_latest_plan(tmp_path: Path) -> None:
    """Shown before there is a plan it says so; shown again after one was added it shows that one, and the empty view is closed."""

    async def scenario(bench: Workbench, home: HomeDashboard) -> None:
        home.show("Eye and beam")
        await home.drain()
        empty = home["Eye and beam"]
        assert "No eye to show" in empty.message
        home.show("Session")
        plan = bench.add_plan(make_plan())
        home.show("Eye and beam")
        await home.drain()

        view = home["Eye and beam"]
        assert isinstance(view, EyeBeamView)
        assert view.plan == plan.ocular
        assert (empty.comm, view.comm is None) == (None, False)

    with_home(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_closing_home_closes_what_it_made(tmp_path: Path) -> None:
    """Dashboards hear of no more events; the bench goes on."""

    async def scenario(bench: Workbench, home: HomeDashboard) -> None:
        home.show("Worklist")
        await home.drain()
        made = [home["Session"], home["Worklist"]]
        home.close()
        assert [one.comm for one in made] == [None, None]
        assert bench.plans() == []

    with_home(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_name_that_is_none_of_them_is_refused(tmp_path: Path) -> None:
    """The sentence lists those that there are."""

    async def scenario(_: Workbench, home: HomeDashboard) -> None:
        with pytest.raises(Refused, match=r"^Home: found 'Records of yesterday', expected one of Session, Worklist, Eye and beam"):
            home.show("Records of yesterday")

    with_home(tmp_path, scenario)
