"""The session dashboard: one room, one plan, from check-in to the record, with buttons.

It is told that something happened and then asks (``view.look``); a button hands its work to ``Live`` and returns. What the workbench
refuses is a sentence in the dashboard. It decides nothing about a treatment.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from traitlets import Bool, Float, Unicode

from workbench.archive.rows import SessionRow, StepState, WorkitemRow
from workbench.bench import Workbench
from workbench.device.performance import Progress
from workbench.device.report import Report
from workbench.device.simulated import SimulatedDevice
from workbench.errors import WorkbenchError
from workbench.events import Event
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup, outcomes, sentences, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.controls import Controls
from workbench_widgets.live import Live
from workbench_widgets.parts import BeamView, DeliveredBeams, Part, box, html
from workbench_widgets.setup_view import SetupImagesView
from workbench_widgets.timeline import STATE_AFTER, timeline
from workbench_widgets.view import Action, PlanFacts, RoomView, look, next_step, obstacles, plan_facts

KEPT_EVENTS: Final = 500
SHOWN_LINES: Final = 60
LOG: Final = "Log"


class SessionDashboard(ClosingBox):
    """A treatment session with buttons.

    Its traits can be read and observed: ``session_state`` and ``workitem_state`` (empty before the first check-in), ``progress_percent``,
    ``is_listening``, ``is_delivering``, and ``message``, the dashboard's own latest sentence.

    Parameters
    ----------
    bench : must stay open as long as the dashboard; close the dashboard first.
    plan : the plan to treat; otherwise the latest that the bench has.
    room : the room to show at first, where the settings name several; otherwise the first of them.
    """

    session_state = Unicode()
    workitem_state = Unicode()
    progress_percent = Float()
    is_listening = Bool()
    is_delivering = Bool()
    message = Unicode()

    def __init__(self, bench: Workbench, plan: StoredPlan | None = None, *, room: str | None = None) -> None:
        self._bench, self._room = bench, bench.settings.room(room or bench.settings.rooms[0].name).name
        self._plan, self._facts = plan, _NO_FACTS
        self._given = {plan.uid: plan} if plan is not None else {}
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._device_lock = threading.Lock()
        self._device: SimulatedDevice | None = None
        self._stops_after = False
        self._report: Report | None = None
        self._live = Live(refresh=self._refresh, failed=self._failed, refused=self._refused)
        self.controls = self._make_controls()
        self._make_parts()
        super().__init__(self._composed())
        self.add_class("wb-dashboard")
        self.add_class("wb-session")
        self._live.follow(bench.bus)
        self._live.follow(bench.associations)
        self._live.refresh_soon()
        self._live.pump()

    def __repr__(self) -> str:
        return f"<SessionDashboard of room {self._room}>"

    async def drain(self) -> None:
        """Wait until what was clicked and told so far is done and shown."""
        await self._live.drain()

    def close(self) -> None:
        """Stop a delivery that is under way and listen no more; the bench stays as it is."""
        device = self._device
        if device is not None:
            device.stop()
        self._live.close()
        super().close()

    # ------------------------------------------------------------------------------------------------------ composition

    def _make_controls(self) -> Controls:
        controls = Controls(
            {
                Action.PROVIDER: self._posting(self._switch_provider),
                Action.CHECK_IN: self._posting(self._check_in),
                Action.DELIVER: self._deliver,
                Action.COMPLETE: self._posting(self._complete),
                Action.CANCEL: self._posting(self._cancel),
            },
            post=self._live.post,
        )
        controls.offer_rooms([one.name for one in self._bench.settings.rooms], self._room)
        controls.rooms.observe(lambda change: self._live.post(self._choose_room, change.new), names="value")
        controls.stop.on_click(lambda _: self._stop_everything())
        controls.sample.on_click(lambda _: self._live.post(self._use_sample))
        controls.plans.observe(lambda change: self._live.post(self._choose_plan, change.new), names="value")
        return controls

    def _posting(self, function: Callable[[], object]) -> Callable[[], object]:
        return lambda: self._live.post(function)

    def _make_parts(self) -> None:
        self._room_line, self._card, self._notice = html("", "wb-room-line"), html("", "wb-card"), html("", "wb-message")
        self._workitems, self._progress, self._timeline = html(""), html("", "wb-progress"), html("")
        self._log = html("")
        self._beam_view = BeamView(live=self._live)
        self._setup_images = SetupImagesView(self._bench, live=self._live)
        self._records = DeliveredBeams(self._bench)
        self._log_panel = Part("wb-log", LOG, self._log)

    def _composed(self) -> list[Any]:
        controls = self.controls
        buttons = controls.buttons
        delivery = box("wb-actions", *controls.delivery.widgets, buttons[Action.DELIVER])
        return [
            theme.page(),
            box("wb-header", self._room_line, box("wb-actions", controls.rooms, buttons[Action.PROVIDER], controls.stop)),
            box(
                "wb-panel wb-plan",
                self._card,
                box("wb-actions", controls.plans, controls.sample, controls.imaging, controls.metersets),
                box("wb-actions", *(buttons[one] for one in (Action.CHECK_IN, Action.COMPLETE, Action.CANCEL))),
            ),
            self._notice,
            box(
                "wb-row wb-work",
                Part("wb-worklist", "Workitems", self._workitems),
                Part("wb-delivery", "Delivery", self._progress, self._timeline, delivery, controls.delivery.words),
                self._log_panel,
            ),
            box("wb-row wb-pictures", self._beam_view, self._setup_images),
            self._records,
        ]

    # ---------------------------------------------------------------------------------------------------------- refresh

    def _refresh(self) -> None:
        view = look(self._bench, self._room)
        self._events.extend(self._bench.history(after=self._events[-1].id if self._events else 0, latest=KEPT_EVENTS))
        self._follow_plan(view)
        session = view.session if view.session is not None and self._plan is not None and view.session.plan_uid == self._plan.uid else None
        self._show_session(view, session)
        self._beam_view.show(self._plan.ocular if self._plan else None)
        self._setup_images.show(self._plan, session)
        self._records.show(self._plan)
        self._show_log()
        self._show_controls(view)

    def _follow_plan(self, view: RoomView) -> None:
        """The plan of the open session, else the chosen one, else the latest."""
        plans = [self._given.get(one.uid, one) for one in self._bench.plans()]
        wanted = view.open_session.plan_uid if view.open_session is not None else self._plan.uid if self._plan else None
        chosen = next((one for one in plans if one.uid == wanted), plans[-1] if plans else None)
        if chosen is not None and chosen.uid not in self._given:
            chosen = self._given[chosen.uid] = self._bench.plan(chosen.uid)
        if chosen is not None and (self._facts is None or chosen.uid != self._facts.uid):
            self._facts = plan_facts(self._bench, chosen)
            self.controls.offer_metersets(self._facts)
        self._plan = chosen
        self.controls.offer_plans(plans, chosen)

    def _show_session(self, view: RoomView, session: SessionRow | None) -> None:
        workitems = view.workitems if session is not None else ()
        shown = view.held or (workitems[-1] if workitems else None)
        since = {one.subject: one.at for one in self._events if one.kind in STATE_AFTER}
        own = [one for one in self._events if session is not None and _is_of(one, session, {item.uid for item in workitems})]
        self._room_line.value = markup.room_line(view)
        self._card.value = markup.plan_card(self._facts, session)
        self._workitems.value = markup.workitem_list(workitems, since)
        self._progress.value = markup.progress_bar(shown)
        self._timeline.value = markup.timeline_chart(timeline(own, [one.uid for one in workitems], now=datetime.now().astimezone()))
        if view.open_session is not None:
            self.controls.enter_metersets(view.open_session.metersets_mu)
        self.session_state = session.state.value if session is not None else ""
        self.workitem_state = shown.state.value if shown is not None else ""
        self.progress_percent = (shown.progress_percent or 0.0) if shown is not None else 0.0

    def _show_log(self) -> None:
        """What happened and who was associated, in the order of time."""
        associated = [sentences.association_entry(one) for one in self._bench.associations.latest()]
        lines = sorted([*sentences.entries(self._events), *associated], key=lambda one: one.at)
        self._log.value = markup.log_lines(lines, shown=SHOWN_LINES)
        self._log_panel.remark(LOG, f"latest {SHOWN_LINES} of {len(lines)}" if len(lines) > SHOWN_LINES else "events and associations")

    def _show_controls(self, view: RoomView) -> None:
        self.is_listening = view.address is not None
        unfit = self._facts.unfit if self._facts is not None else ""
        found = obstacles(view, has_plan=self._plan is not None, is_delivering=self.is_delivering, unfit=unfit)
        self.controls.update(found, next_step(view, found), is_listening=self.is_listening, spans=view.spans)
        self.controls.hold_room(found[Action.PROVIDER])
        if not self.message:
            self._say(_GREETING if self._plan else "No plan yet: import one, or use the sample.", "info")

    def _say(self, sentence: str, tone: str, rule: str = "") -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone, rule=rule)

    def _failed(self, sentence: str) -> None:
        self._say(sentence, "fail")

    def _refused(self, problem: WorkbenchError) -> None:
        self._say(str(problem), "fail", problem.rule)

    # ---------------------------------------------------------------------------------------------------------- actions

    def _switch_provider(self) -> None:
        if self._bench.is_listening:
            self._live.work(self._bench.stop, then=lambda _: self._say("The provider accepts nothing any more.", "info"))
        else:
            self._live.work(self._bench.start, then=lambda _: self._say("The provider accepts associations.", "pass"))

    def _use_sample(self) -> None:
        self._live.work(lambda: self._bench.add_plan(read_eyeplan(sample_eyeplan())), then=self._added)

    def _added(self, plan: StoredPlan) -> None:
        self._given[plan.uid] = plan
        self._plan = plan
        self._say(f"Plan {plan.label} of patient {plan.patient_id} is stored.", "pass")
        self._live.refresh_soon()

    def _choose_room(self, name: str | None) -> None:
        if name is None or name == self._room:
            return
        if self.is_delivering:
            self.controls.rooms.value = self._room
            self._say(f"The device is at work in room {self._room}: stop everything, or wait until it has finished.", "warn")
            return
        self._room = name
        self._say(f"Room {name} is shown; the others go on meanwhile.", "info")
        self._live.refresh_soon()

    def _choose_plan(self, uid: str | None) -> None:
        if uid is None or (self._plan is not None and uid == self._plan.uid):
            return
        self._plan = next((one for one in self._bench.plans() if one.uid == uid), self._plan)
        self._live.refresh_soon()

    def _check_in(self) -> None:
        plan, metersets, imaging = self._plan, self.controls.metersets_mu, bool(self.controls.imaging.value)
        if plan is None:
            return
        expected = self._facts.suggested_mu if self._facts is not None else {}
        self._live.work(
            lambda: self._bench.check_in(plan, room=self._room, meterset_mu=metersets, imaging=imaging),
            then=lambda session: self._say(*outcomes.prepared(session, expected)),
        )

    def _complete(self) -> None:
        session = self._open_view().open_session
        if session is not None:
            self._live.work(
                lambda: (self._bench.complete(session.id), not self._bench.records.beams(session=session.id).empty),
                then=lambda found: self._say(*outcomes.completed(found[0], is_recorded=found[1])),
            )

    def _cancel(self) -> None:
        view = self._open_view()
        session = view.open_session
        if session is not None:
            self._live.work(lambda: self._bench.cancel(session.id), then=lambda row: self._say(*outcomes.canceled(row, view.held)))

    def _open_view(self) -> RoomView:
        """The room as it is now; where no session is open any more, that is said."""
        view = look(self._bench, self._room)
        if view.open_session is None:
            self._say(f"Room {self._room} has no open session.", "warn")
        return view

    def _deliver(self) -> None:
        """Called in the click's own thread, so that a stop clicked right after it finds the device."""
        with self._device_lock:
            if self._device is not None:
                return
            try:
                device = SimulatedDevice(self._bench.address, scenario=self.controls.delivery.chosen(), watch=self._watch)
            except WorkbenchError as problem:
                self._live.post(self._refused, problem)
                return
            self._device = device
        self._live.post(self._set_delivering, True)
        self._live.work(device.run, then=self._reported, finally_=self._device_done)

    def _watch(self, progress: Progress) -> None:
        """Called in the device's thread."""
        self._live.post(self._progressed, progress.text)

    def _progressed(self, text: str) -> None:
        """After a stop what was said of it stays."""
        if not self._stops_after:
            self._say(f"Device: {text}", "info")

    def _reported(self, report: Report) -> None:
        self._report = report
        self._say(*outcomes.delivered(report))

    def _device_done(self) -> None:
        self._device = None
        self._set_delivering(False)
        report, self._report = self._report, None
        if self._stops_after:
            self._stops_after = False
            self._stop_provider(report)

    def _set_delivering(self, now: bool) -> None:
        self.is_delivering = now
        self._live.refresh_soon()

    def _stop_everything(self) -> None:
        """Called in the click's own thread: the beam must not wait for the loop."""
        device = self._device
        if device is not None:
            device.stop()
        self._live.post(self._after_stop)

    def _after_stop(self) -> None:
        device = self._device
        if device is None:
            self._stop_provider()
            return
        # Once more: a delivery that began while the stop was clicked had no device yet that could hear it.
        device.stop()
        self._stops_after = True
        self._say("Beam off. The device reports what it gave, then the provider stops.", "warn")

    def _stop_provider(self, report: Report | None = None) -> None:
        def stop() -> list[WorkitemRow]:
            self._bench.stop()
            return [one for one in self._bench.workitems() if one.state is StepState.IN_PROGRESS]

        self._live.work(stop, then=lambda held: self._say(*outcomes.stopped(report, held)))


_NO_FACTS: PlanFacts | None = None
_GREETING: Final = "Ready: check in, deliver, complete."


def _is_of(event: Event, session: SessionRow, workitems: set[str]) -> bool:
    return event.subject in workitems or event.subject == str(session.id) or event.detail.get("session") == session.id
