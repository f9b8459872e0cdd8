"""The session dashboard: one room, one plan, from check-in to the record, with buttons.

It is told that something happened and then asks (``view.look``); a button sends work out through ``Live`` and forgets it. What the
workbench refuses is a sentence in the dashboard. It decides nothing about a treatment.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ipywidgets import Box, Button, Dropdown, FloatText, HBox, VBox
from traitlets import Bool, Float, Unicode
from workbench.bench import StoredPlan, Workbench
from workbench.device.scenario import SCENARIOS
from workbench.device.simulated import Progress, SimulatedDevice, Treated
from workbench.errors import WorkbenchError
from workbench.events import Event
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench_widgets import markup, sentences, theme
from workbench_widgets.live import Live
from workbench_widgets.parts import BeamView, Part, RecordTable, html
from workbench_widgets.setup_view import SetupImagesView
from workbench_widgets.timeline import STATE_AFTER, timeline
from workbench_widgets.view import Action, PlanFacts, RoomView, look, next_step, obstacles, plan_facts

KEPT_EVENTS: Final = 500
SHOWN_LINES: Final = 8
EXPLAINED: Final = {
    Action.CHECK_IN: "Prepare a session: its workitem goes on the worklist.",
    Action.DELIVER: "The simulated device claims the workitem, fetches, images, delivers and records it, over the network.",
    Action.COMPLETE: "Complete the session: the room is free for the next one.",
    Action.CANCEL: "Cancel the session: its devices are refused from now on.",
}
STOP_EXPLAINED: Final = "Beam off at once; the device still reports what it gave. Then the provider stops accepting."


class SessionDashboard(VBox):  # type: ignore[misc]
    """A treatment session with buttons.

    Traits: ``session_state`` and ``workitem_state`` (empty before check-in), ``progress_percent``, ``is_listening``, ``is_delivering`` and
    ``message`` (the dashboard's latest sentence).

    Parameters
    ----------
    bench : stays open as long as the dashboard is; close the dashboard first.
    plan : the plan to treat; otherwise the latest that the bench has.
    room : the room to show, where the settings name several.
    """

    session_state = Unicode()
    workitem_state = Unicode()
    progress_percent = Float()
    is_listening = Bool()
    is_delivering = Bool()
    message = Unicode()

    def __init__(self, bench: Workbench, plan: StoredPlan | None = None, *, room: str | None = None) -> None:
        self._bench, self._room = bench, bench.settings.room(room).name
        self._plan, self._facts = plan, None
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._last_event = 0
        self._device_lock = threading.Lock()
        self._device: SimulatedDevice | None = None
        self._stops_after = False
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self._make_controls()
        self._make_parts()
        super().__init__(self._composed())
        self.add_class("wb-dashboard")
        self._live.follow(bench.bus)
        self._refresh()

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
