"""Home: every dashboard of one workbench in one place, one at a time, each made when it is first shown.

It arranges and closes; what is shown, and all that can be done, belongs to the dashboards.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from ipywidgets import Box, Layout, ToggleButtons
from traitlets import Unicode

from workbench.bench import Workbench
from workbench.errors import Refused
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.conformance_dashboard import ConformanceDashboard
from workbench_widgets.controls import stop_button
from workbench_widgets.eye_beam import EyeBeamView
from workbench_widgets.import_dialog import ImportDialog
from workbench_widgets.live import Live
from workbench_widgets.monitor import WorklistMonitor
from workbench_widgets.pages import latest_eye
from workbench_widgets.parts import box, html
from workbench_widgets.records_dashboard import RecordsDashboard
from workbench_widgets.session import SessionDashboard
from workbench_widgets.setup_dashboard import SetupImagesDashboard


def _nothing(_bench: Workbench) -> None:
    """What a dashboard is about that follows the whole bench by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One dashboard of Home.

    Parameters
    ----------
    question : what one looks here for.
    make : makes the dashboard; called when it is first shown.
    about : what the dashboard was made for and does not follow by itself; when it is shown again and this has changed, it is made anew.
    """

    name: str
    question: str
    make: Callable[[Workbench], Any]
    about: Callable[[Workbench], Hashable] = _nothing


def _uid(plan: StoredPlan | None) -> str | None:
    return None if plan is None else plan.uid


SESSION: Final = "Session"
PLACES: Final = (
    Place(name=SESSION, question="Treat: check in, deliver, complete.", make=SessionDashboard),
    Place(name="Worklist", question="Who does what, and why was a request refused?", make=WorklistMonitor),
    Place(
        name="Eye and beam",
        question="What does the beam see, and what if the eye looks elsewhere?",
        make=lambda bench: EyeBeamView(latest_eye(bench), bench=bench),
        about=lambda bench: _uid(latest_eye(bench)),
    ),
    Place(name="Setup images", question="Is the eye where it was planned to be?", make=SetupImagesDashboard),
    Place(name="Records", question="What was delivered, and was it what was planned?", make=RecordsDashboard),
    Place(name="Conformance", question="Is a file as the statements say, and what do they say?", make=ConformanceDashboard),
    Place(name="Import", question="Bring plans, images and records into the data folder.", make=ImportDialog),
)


class HomeDashboard(ClosingBox):
    """All dashboards on one workbench.

    Its traits can be read and observed: ``shown``, the name of the dashboard that is shown, and ``message``, the latest sentence of
    its own.

    Parameters
    ----------
    bench : must stay open as long as Home; close Home first.
    """

    shown = Unicode()
    message = Unicode()

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._made: dict[str, tuple[Any, Hashable]] = {}
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self._title, self._notice = html("", "wb-home-title"), html("", "wb-message")
        self.choice = ToggleButtons(
            options=[one.name for one in PLACES],
            tooltips=[one.question for one in PLACES],
            layout=Layout(width="auto"),
            style={"button_width": "auto"},
        )
        self.choice.add_class("wb-places")
        self.choice.observe(lambda change: self._live.post(self._show, change.new), names="value")
        self.stop = stop_button()
        self.stop.on_click(lambda _: self._stop_everything())
        self._body = Box([])
        self._body.add_class("wb-place")
        super().__init__([theme.page(), box("wb-header", self._title, self.stop), self.choice, self._notice, self._body])
        self.add_class("wb-home")
        self.add_class("wb-dashboard")
        self._live.follow(bench.bus)
        self._live.refresh_soon()
        self._live.post(self._show, SESSION)
        self._live.pump()

    def __repr__(self) -> str:
        return f"<HomeDashboard of {self._bench.settings.ae_title}>"

    def __getitem__(self, name: str) -> Any:
        """A dashboard that has been shown, by its name.

        Raises
        ------
        KeyError : it has not been shown yet.
        """
        return self._made[name][0]

    def show(self, name: str) -> None:
        """Show a dashboard, as a click on its name does.

        Raises
        ------
        Refused : there is none of this name.
        """
        if name not in self.choice.options:
            raise Refused(f"Home: found {name!r}, expected one of {', '.join(self.choice.options)}")
        self.choice.value = name
        self._live.pump()

    async def drain(self) -> None:
        """Wait until what was clicked and told so far is done and shown, in Home and in what it has made."""
        await self._live.drain()
        for dashboard, _ in list(self._made.values()):
            if hasattr(dashboard, "drain"):
                await dashboard.drain()

    def close(self) -> None:
        """Close every dashboard that was made; the bench stays as it is."""
        self._live.close()
        for dashboard, _ in self._made.values():
            dashboard.close()
        self._made.clear()
        super().close()

    def _refresh(self) -> None:
        bench = self._bench
        listens = (
            f"{bench.settings.ae_title} listens on {bench.address.host}:{bench.address.port}" if bench.is_listening else "not listening"
        )
        facts = markup.MIDDOT.join([f"data in {bench.folder}", listens, "not a medical device"])
        self._title.value = (
            f'<div class="wb-room"><strong>Ocular Proton Workbench</strong><span class="wb-quiet">{escape(facts)}</span></div>'
        )

    def _show(self, name: str) -> None:
        self._say("")
        try:
            dashboard = self._dashboard(next(one for one in PLACES if one.name == name))
        finally:
            for one, (made, _) in self._made.items():
                made.layout.display = "" if one == name else "none"
            self.stop.layout.display = "none" if name == SESSION else ""
            self.shown = name
        if dashboard not in self._body.children:
            self._body.children = [made for made, _ in self._made.values()]

    def _dashboard(self, place: Place) -> Any:
        about = place.about(self._bench)
        before = self._made.get(place.name)
        if before is not None and before[1] == about:
            return before[0]
        if before is not None:
            before[0].close()
        made = place.make(self._bench)
        self._made[place.name] = (made, about)
        return made

    def _stop_everything(self) -> None:
        """Called in the click's own thread, as that of the session; its answer is shown."""
        if SESSION in self._made:
            self[SESSION].controls.stop.click()
        self._live.post(setattr, self.choice, "value", SESSION)

    def _say(self, sentence: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, "fail") if sentence else ""
        self._notice.layout.display = "" if sentence else "none"

    def _failed(self, sentence: str) -> None:
        self._say(sentence)
