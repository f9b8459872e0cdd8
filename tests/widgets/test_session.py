"""The session dashboard without a browser: buttons are clicked, and its traits and words are read."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clinic import make_ion_plan
from tests.factories import make_plan
from workbench.bench import Workbench
from workbench.device.scenario import SCENARIOS
from workbench.device.simulated import SimulatedDevice
from workbench.ocular.setup import View
from workbench.settings import Room
from workbench_widgets import BeamView, DeliveredBeams, Live, SessionDashboard, SetupImagesView, session
from workbench_widgets.controls import Controls
from workbench_widgets.view import Action

Scenario = Callable[[Workbench, SessionDashboard, Controls], Awaitable[None]]


def with_dashboard(folder: Path, scenario: Scenario, *, has_plan: bool = True, listen: bool = True) -> None:
    """Run a scenario on the loop of a dashboard of a new bench."""

    async def run() -> None:
        with Workbench(folder, listen=listen) as bench:
            plan = bench.add_plan(make_plan()) if has_plan else None
            dashboard = SessionDashboard(bench, plan)
            try:
                await scenario(bench, dashboard, dashboard.controls)
            finally:
                await dashboard.drain()
                dashboard.close()

    asyncio.run(run())


async def click(dashboard: SessionDashboard, button: Any) -> None:
    """Click, as a browser would only if it can be clicked, and wait until all is done."""
    assert not button.disabled, button.tooltip
    button.click()
    await dashboard.drain()


def test_a_treatment_is_clicked_through(tmp_path: Path) -> None:
    """Check in, deliver, complete: the traits tell each state, the record holds the monitor units entered."""
    seen: list[tuple[str, str]] = []

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        controls.enter_metersets({1: 33.0})
        for action in (Action.CHECK_IN, Action.DELIVER, Action.COMPLETE):
            await click(dashboard, controls.buttons[action])
            seen.append((dashboard.session_state, dashboard.workitem_state))
        assert dashboard.progress_percent == 100.0
        assert bench.records.beams()["delivered_mu"].tolist() == [33.0]

    with_dashboard(tmp_path, scenario)

    assert seen == [("prepared", "SCHEDULED"), ("active", "COMPLETED"), ("completed", "COMPLETED")]


@pytest.mark.usefixtures("blank_pictures")
def test_what_others_do_is_shown_too(tmp_path: Path) -> None:
    """A session prepared in a cell and treated by a device of another thread appears without a click."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        bench.check_in(bench.plans()[0], meterset_mu={1: 20.0})
        await asyncio.to_thread(SimulatedDevice(bench.address).treat)
        await dashboard.drain()

        assert (dashboard.session_state, dashboard.workitem_state) == ("active", "COMPLETED")
        assert controls.metersets_mu == {1: 20.0}

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_refusal_is_the_message(tmp_path: Path) -> None:
    """0 MU are refused by the workbench; the dashboard says so and nothing is prepared."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        controls.enter_metersets({1: 0.0})
        await click(dashboard, controls.buttons[Action.CHECK_IN])

        assert dashboard.message == "plan EYE PLAN 1, beam 1: found 0.0 MU, expected more than 0"
        assert bench.sessions() == []

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_button_that_cannot_work_is_grey_and_says_why(tmp_path: Path) -> None:
    """Without a provider nothing is delivered; the tooltip tells what to do first."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        await click(dashboard, controls.buttons[Action.CHECK_IN])
        deliver = controls.buttons[Action.DELIVER]

        assert (deliver.disabled, deliver.tooltip) == (True, "The provider does not listen: start it first.")
        await click(dashboard, controls.buttons[Action.PROVIDER])
        assert (deliver.disabled, dashboard.is_listening) == (False, True)

    with_dashboard(tmp_path, scenario, listen=False)


@pytest.mark.usefixtures("blank_pictures")
def test_a_stop_right_after_the_click_finds_the_device(tmp_path: Path) -> None:
    """Deliver and stop in the same breath: no monitor unit is given, the workitem is CANCELED, the provider stops."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        await click(dashboard, controls.buttons[Action.CHECK_IN])
        controls.delivery.scenario.value = "slow"

        controls.buttons[Action.DELIVER].click()
        controls.stop.click()
        await dashboard.drain()

        assert dashboard.workitem_state == "CANCELED"
        assert bench.records.beams().empty
        assert not bench.is_listening
        assert dashboard.message.startswith("Everything is stopped: no beam, and the provider accepts nothing. Nothing was delivered")

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_stop_while_a_delivery_begins_finds_the_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop that is clicked in another thread before the device is there ends it all the same: no monitor unit is given."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        class StoppedWhileMade(SimulatedDevice):
            def __init__(self, *given: Any, **named: Any) -> None:
                controls.stop.click()
                super().__init__(*given, **named)

        monkeypatch.setattr(session, "SimulatedDevice", StoppedWhileMade)
        await click(dashboard, controls.buttons[Action.CHECK_IN])
        await click(dashboard, controls.buttons[Action.DELIVER])

        assert dashboard.workitem_state == "CANCELED"
        assert bench.records.beams().empty
        assert not bench.is_listening

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_stopping_answers_also_when_nothing_runs(tmp_path: Path) -> None:
    """The emergency stop is never grey."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        await click(dashboard, controls.stop)

        assert dashboard.message == "Everything is stopped: no beam, and the provider accepts nothing."

    with_dashboard(tmp_path, scenario, listen=False)


@pytest.mark.usefixtures("blank_pictures")
def test_buttons_say_what_they_will_do(tmp_path: Path) -> None:
    """Monitor units and scenario stand on the button that uses them."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        controls.enter_metersets({1: 120.0})
        controls.delivery.scenario.value = "interrupted"
        await dashboard.drain()

        labels = [controls.buttons[action].description for action in (Action.CHECK_IN, Action.DELIVER)]
        assert labels == ["Check in \N{MIDDLE DOT} 120.0 MU", "Deliver \N{MIDDLE DOT} interrupted at 12.5 MU"]

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_beam_stops_where_it_was_chosen_to(tmp_path: Path) -> None:
    """20.5 of 33.0 MU are recorded; a stop behind the beam's end is a sentence and delivers nothing."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        controls.enter_metersets({1: 33.0})
        await click(dashboard, controls.buttons[Action.CHECK_IN])
        controls.delivery.scenario.value = "interrupted"
        controls.delivery.stop_mu.value = 40.0
        await click(dashboard, controls.buttons[Action.DELIVER])
        refused = dashboard.message
        controls.delivery.stop_mu.value = 20.5
        await click(dashboard, controls.buttons[Action.DELIVER])

        assert refused == "beam 1: found a stop at 40.0 MU, expected one between 0.0 and 33.0 MU of this delivery"
        assert bench.records.beams()["delivered_mu"].tolist() == [20.5]

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_images_come_first_where_that_was_asked_for(tmp_path: Path) -> None:
    """Two workitems are on the worklist; one delivery does both."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        controls.enter_metersets({1: 33.0})
        controls.imaging.value = True
        await dashboard.drain()
        assert controls.buttons[Action.CHECK_IN].description == "Check in \N{MIDDLE DOT} images, then 33.0 MU"

        await click(dashboard, controls.buttons[Action.CHECK_IN])
        await click(dashboard, controls.buttons[Action.DELIVER])

        assert [one.state.value for one in bench.workitems()] == ["COMPLETED", "COMPLETED"]
        assert controls.imaging.disabled

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_beam_of_another_device_is_not_said_to_be_stopped(tmp_path: Path) -> None:
    """The provider can be stopped here, the beam of a device that holds a workitem cannot."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        bench.check_in(bench.plans()[0], meterset_mu={1: 20.0})
        await asyncio.to_thread(SimulatedDevice(bench.address).run, "silence")

        await click(dashboard, controls.stop)

        assert dashboard.message == (
            "The provider accepts nothing, but a workitem is still held by DEVICE in room EYE1: stop that beam at the device."
        )
        assert not bench.is_listening

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_session_completed_without_a_record_says_so(tmp_path: Path) -> None:
    """Its fraction is due as before."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        await click(dashboard, controls.buttons[Action.CHECK_IN])

        await click(dashboard, controls.buttons[Action.COMPLETE])

        assert dashboard.message == "Session 1 is completed; the room is free. It has no record of a beam, so fraction 1 stands as before."

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize(("meterset_mu", "label"), [(20.25, "20.25"), (20.123456, "20.12")])
def test_what_was_begun_is_continued_with_all_its_decimals(tmp_path: Path, meterset_mu: float, label: str) -> None:
    """An entry that nobody changed stands for the monitor units that a cell checked in with, not for what is written of them."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        bench.check_in(bench.plans()[0], meterset_mu={1: meterset_mu})
        await asyncio.to_thread(SimulatedDevice(bench.address, scenario=SCENARIOS["interrupted"]).treat)
        await dashboard.drain()
        await click(dashboard, controls.buttons[Action.COMPLETE])
        assert controls.buttons[Action.CHECK_IN].description == f"Check in \N{MIDDLE DOT} {label} MU"

        await click(dashboard, controls.buttons[Action.CHECK_IN])

        assert [one.metersets_mu for one in bench.sessions()] == [{1: meterset_mu}, {1: meterset_mu}]

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_a_canceled_session_is_completed_next(tmp_path: Path) -> None:
    """After cancelling, completing is what frees the room."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        await click(dashboard, controls.buttons[Action.CHECK_IN])
        await click(dashboard, controls.buttons[Action.CANCEL])
        assert (dashboard.session_state, dashboard.workitem_state) == ("canceled", "CANCELED")

        await click(dashboard, controls.buttons[Action.COMPLETE])

        assert dashboard.session_state == "completed"
        assert not controls.buttons[Action.CHECK_IN].disabled

    with_dashboard(tmp_path, scenario)


@pytest.mark.usefixtures("blank_pictures")
def test_an_empty_bench_offers_the_sample(tmp_path: Path) -> None:
    """Without a plan nothing can be checked in; the sample is one click away."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        assert dashboard.message == "No plan yet: import one, or use the sample."
        assert controls.buttons[Action.CHECK_IN].disabled

        await click(dashboard, controls.sample)

        assert [plan.patient_id for plan in bench.plans()] == ["SAMPLE"]
        assert not controls.buttons[Action.CHECK_IN].disabled

    with_dashboard(tmp_path, scenario, has_plan=False)


@pytest.mark.usefixtures("blank_pictures")
def test_a_dashboard_names_itself_the_same_every_time(tmp_path: Path) -> None:
    """Its plain text is compared by notebook tests: no port, no folder, no time."""
    with Workbench(tmp_path, listen=False) as bench:
        dashboard = SessionDashboard(bench)

        assert repr(dashboard) == "<SessionDashboard of room EYE1>"
        dashboard.close()


@pytest.mark.usefixtures("blank_pictures")
def test_a_closed_dashboard_follows_nothing(tmp_path: Path) -> None:
    """After closing, what happens on the bench changes no trait."""
    with Workbench(tmp_path, listen=False) as bench:
        plan = bench.add_plan(make_plan())
        dashboard = SessionDashboard(bench, plan)

        dashboard.close()
        bench.check_in(plan)

        assert dashboard.session_state == ""


def test_each_view_stands_alone(tmp_path: Path) -> None:
    """Beam's-eye view, setup images and record table are shown without a dashboard; pictures are PNG."""
    with Workbench(tmp_path, listen=False) as bench:
        plan = bench.add_plan(make_plan())

        beam, setup, records = BeamView(plan.ocular), SetupImagesView(bench, plan), DeliveredBeams(bench)

        assert [view.image.value[:4] for view in (beam, setup)] == [b"\x89PNG"] * 2
        assert [repr(one) for one in (beam, setup, records)] == ["<BeamView>", "<SetupImagesView>", "<DeliveredBeams>"]


def test_a_picture_is_drawn_again_only_when_it_changes(tmp_path: Path) -> None:
    """Showing the same images again keeps the picture; another plan's are another picture."""
    with Workbench(tmp_path, listen=False) as bench:
        plan, other = bench.add_plan(make_plan()), bench.add_plan(make_plan(label="OTHER", setup_images=make_plan().setup_images[:1]))
        setup = SetupImagesView(bench, plan)
        pictures: list[bytes] = []
        setup.image.observe(lambda change: pictures.append(change.new), names="value")

        setup.show(plan)
        setup.show(other)

        assert len(pictures) == 1


@pytest.mark.usefixtures("blank_pictures")
def test_acquired_images_come_to_the_front_once_received(tmp_path: Path) -> None:
    """Before the device has sent its X-rays only the planned ones can be chosen; then the acquired ones are shown."""
    with Workbench(tmp_path) as bench:
        plan = bench.add_plan(make_plan())
        session = bench.check_in(plan, meterset_mu={1: 10.0})
        setup = SetupImagesView(bench, plan, session)
        assert (setup.choice.options, setup.choice.value) == (("planned",), "planned")

        SimulatedDevice(bench.address).treat()
        setup.show(plan, session)

        assert (setup.choice.options, setup.choice.value) == (("planned", "acquired"), "acquired")


def test_images_that_are_stored_after_their_plan_are_shown_too(tmp_path: Path) -> None:
    """A plan and its images come one by one; between them a view has shown the plan with one image."""
    with Workbench(tmp_path / "data", listen=False) as bench:
        axial, lateral, plan_file = sorted(bench.export(make_plan(), tmp_path / "files"))
        uid, _ = bench.import_file(plan_file)
        bench.import_file(axial)
        setup = SetupImagesView(bench, bench.plan(uid))
        assert list(setup._pictures["planned"]) == [View.AXIAL]

        bench.import_file(lateral)
        setup.show(bench.plan(uid))

        assert list(setup._pictures["planned"]) == [View.AXIAL, View.LATERAL]


@pytest.mark.usefixtures("blank_pictures")
def test_a_choice_of_images_is_drawn_on_the_loop(tmp_path: Path) -> None:
    """In a dashboard a click may arrive in any thread; it is posted as all others are."""
    with Workbench(tmp_path) as bench:
        plan = bench.add_plan(make_plan())
        session = bench.check_in(plan, meterset_mu={1: 10.0})
        SimulatedDevice(bench.address).treat()
        live = Live(refresh=lambda: None, failed=pytest.fail)
        setup = SetupImagesView(bench, plan, session, live=live)
        live.pump()
        before = setup._heading.value

        setup.choice.value = "planned"

        assert setup._heading.value == before
        live.pump()
        assert "outlines on blank film" in setup._heading.value
        live.close()


def test_a_plan_of_an_earlier_run_is_drawn(tmp_path: Path) -> None:
    """After a restart the archive's plan is an ocular plan again, so that the beam's-eye view has something to show."""
    with Workbench(tmp_path, listen=False) as bench:
        bench.add_plan(make_plan())

    with Workbench(tmp_path, listen=False) as bench:
        dashboard = SessionDashboard(bench)

        assert dashboard._beam_view.image.layout.display != "none"
        assert "needs an ocular plan" not in dashboard._beam_view._empty.value
        dashboard.close()


@pytest.mark.usefixtures("blank_pictures")
def test_a_plan_that_cannot_be_treated_keeps_nothing_else_from_view(tmp_path: Path) -> None:
    """A plan of two fraction groups can be stored and not checked in; its card and the button say why, and another plan can be chosen."""
    foreign = make_ion_plan(RTPlanLabel="FOREIGN")
    foreign.FractionGroupSequence.append(copy.deepcopy(foreign.FractionGroupSequence[0]))
    why = f"RT Ion Plan {foreign.SOPInstanceUID}: found 2 items in FractionGroupSequence, expected 1"

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        stored = bench.add_plan(foreign)
        await dashboard.drain()
        controls.plans.value = stored.uid
        await dashboard.drain()
        assert (controls.buttons[Action.CHECK_IN].disabled, controls.buttons[Action.CHECK_IN].tooltip) == (True, why)
        assert why in dashboard._card.value
        assert controls.metersets_mu == {}

        controls.plans.value = bench.plans()[0].uid
        await dashboard.drain()

        assert not controls.buttons[Action.CHECK_IN].disabled

    with_dashboard(tmp_path, scenario)


def test_the_log_tells_of_events_and_associations(tmp_path: Path) -> None:
    """A device that treats is seen to come and go among what it does, and the dashboard asks again when it leaves."""

    async def scenario(bench: Workbench, dashboard: SessionDashboard, controls: Controls) -> None:
        bench.check_in(bench.plans()[0], meterset_mu={1: 20.0})
        await asyncio.to_thread(SimulatedDevice(bench.address).treat)
        bench.stop()
        await dashboard.drain()

        log = dashboard._log.value
        assert "DEVICE completed workitem" in log
        assert "DEVICE was associated for" in log

    with_dashboard(tmp_path, scenario)


def test_another_room_is_chosen(tmp_path: Path) -> None:
    """With two rooms the dashboard begins with the first; the other one shows its own session, and the choice is offered."""
    rooms = tuple(Room(name=name, station_code=name) for name in ("EYE1", "EYE2"))
    with Workbench(tmp_path, listen=False, rooms=rooms) as bench:
        bench.check_in(bench.add_plan(make_plan()), room="EYE2", meterset_mu={1: 10.0})
        dashboard = SessionDashboard(bench)
        assert (repr(dashboard), dashboard.session_state) == ("<SessionDashboard of room EYE1>", "")

        dashboard.controls.rooms.value = "EYE2"
        dashboard._live.pump()

        assert (repr(dashboard), dashboard.session_state) == ("<SessionDashboard of room EYE2>", "prepared")
        assert dashboard.controls.rooms.layout.display == ""
        dashboard.close()


@pytest.mark.usefixtures("blank_pictures")
def test_a_room_of_other_devices_is_not_treated_in_by_the_simulated_one(tmp_path: Path) -> None:
    """Before a click that would find nothing."""
    rooms = (Room(name="EYE1", station_code="EYE1", calling_ae_titles=("TDD1",)),)
    with Workbench(tmp_path, rooms=rooms) as bench:
        bench.check_in(bench.add_plan(make_plan()), meterset_mu={1: 10.0})
        dashboard = SessionDashboard(bench)

        deliver = dashboard.controls.buttons[Action.DELIVER]

        assert (deliver.disabled, deliver.tooltip[:33]) == (True, "Room EYE1 does not admit DEVICE, ")
        dashboard.close()


def test_one_room_is_no_choice(tmp_path: Path) -> None:
    """Nothing is offered where there is nothing to choose."""
    with Workbench(tmp_path, listen=False) as bench:
        dashboard = SessionDashboard(bench)

        assert dashboard.controls.rooms.layout.display == "none"
        dashboard.close()
