"""The eye and its beam: turn the gaze, edit the aperture, see at once what the beam sees, and make a new plan of it.

What is drawn while a vertex is dragged is the browser's; what a gaze or an aperture means is asked of ``workbench.ocular``. The plan
that was given is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from types import MappingProxyType
from typing import Any, Final

from ipywidgets import FloatSlider, Layout, ToggleButtons
from traitlets import Bool, Instance, Unicode

from workbench.bench import Workbench
from workbench.errors import Refused
from workbench.figures import Cut, eye_sections
from workbench.ocular.aperture import Aperture
from workbench.ocular.aperture_cover import cover_words
from workbench.ocular.beam_view import designed_aperture, tumour_cover_mm
from workbench.ocular.depth import TO_SURFACE, depth_of, with_depth
from workbench.ocular.gaze import Light
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture
from workbench.ocular.turning import turned_to, why_fixed
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.eye_canvas import EyeCanvas
from workbench_widgets.eye_films import film_drawings
from workbench_widgets.eye_scene import block_points, scene
from workbench_widgets.eye_underlay import UnderlayChoice
from workbench_widgets.live import Live
from workbench_widgets.markup import MIDDOT
from workbench_widgets.parts import Part, box, button, html
from workbench_widgets.pictures import FigureImage

SECTION_INCHES: Final = (4.7, 5.1)
LARGEST_POLAR_DEG: Final = 60.0
"""Of the slider, which is as fine as its range is short; a plan that looks farther aside has a longer one."""
LARGEST_AZIMUTH_DEG: Final = 359.9
VIEW: Final = "Beam's-eye view"
GAZE: Final = "Gaze and plan"
FILMS: Final = "Setup films"
GREETING: Final = "Drag a vertex, or turn the gaze: the aperture follows it until it is edited. The plan you gave stays as it is."
NO_PLAN: Final = "No eye to show yet: import an ocular plan, or use the sample."
OF_THE_PLAN: Final = "Drawn as in the plan: what is shown is none."
NOT_KNOWN: Final = "\N{EN DASH}"
LAMP: Final = "lamp in the room (°)"


def _lamp(plan: OcularPlan) -> str:
    lamp = plan.fixation.physical
    return f"{lamp.polar_deg:.1f} at {lamp.azimuth_deg:.1f}"


FACTS: Final[Mapping[str, Callable[[OcularPlan], str]]] = MappingProxyType(
    {
        LAMP: _lamp,
        "range (mm of water)": lambda plan: f"{plan.field.range_mm:.1f}",
        "modulation (mm of water)": lambda plan: f"{plan.field.modulation_mm:.1f}",
        "aperture at the block (mm²)": lambda plan: f"{plan.field.aperture.area_mm2:.1f}",
        "field diameter (cm)": lambda plan: f"{plan.field_diameter_cm:.2f}",
    }
)
"""What is compared, with its unit, and how it is written."""


class EyeBeamView(ClosingBox):
    """Beam's-eye view, gaze, setup films and depth section of one plan.

    Its traits can be read and observed: ``plan``, the one given and after "Use this aperture" the new one; ``message``, the latest
    sentence; ``is_changed``, whether what is shown differs from ``plan``.

    Parameters
    ----------
    plan : an ocular plan, alone or as the archive has it.
    image : an AXIAL picture to lie under the eye.
    bench : has X-rays of the plan's patient to choose from for that; it must stay open as long as the view.
    """

    plan = Instance(OcularPlan, allow_none=True)
    message = Unicode()
    is_changed = Bool()

    def __init__(self, plan: OcularPlan | StoredPlan | None, image: FilmPicture | None = None, *, bench: Workbench | None = None) -> None:
        self._given = plan.ocular if isinstance(plan, StoredPlan) else plan
        self._resetting = False
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self._make_parts()
        self.underlay = UnderlayChoice(plan, bench, self.canvas.show_image)
        super().__init__(self._composed())
        self.add_class("wb-dashboard")
        self.add_class("wb-eye-beam")
        self._say(GREETING if self._given else NO_PLAN, "info")
        self._live.post(self._show, self._given)
        self._live.pump()
        if image is not None:
            self.show_image(image)
        self._watch()
        self._live.pump()

    def __repr__(self) -> str:
        return f"<EyeBeamView of {'no plan' if self.plan is None else f'plan {self.plan.label}'}>"

    def show_image(self, picture: FilmPicture | None) -> None:
        """Lay an AXIAL picture under the eye; one that does not fit is a sentence."""
        self._live.post(self.underlay.give, picture)
        self._live.pump()

    async def drain(self) -> None:
        """Wait until all that was moved so far is drawn."""
        await self._live.drain()
        await self.underlay.drain()

    def close(self) -> None:
        """Hear of nothing any more; the bench stays as it is."""
        self._live.close()
        self.canvas.close()
        super().close()

    # ------------------------------------------------------------------------------------------------------ composition

    def _make_parts(self) -> None:
        self.canvas = EyeCanvas()
        self._notice, self._facts, self._films = html("", "wb-message"), html("", "wb-eye-facts"), html("", "wb-eye-films")
        self._of_what = html("", "wb-eye-of-what")
        self.polar = _slider("polar (°)", "wb-polar", LARGEST_POLAR_DEG, "From the beam axis to the light.")
        self.azimuth = _slider("azimuth (°)", "wb-azimuth", LARGEST_AZIMUTH_DEG, "From the patient's left, over up.")
        self.fit = button("Fit to tumour", "wb-fit", "Make the aperture anew for this gaze, with the plan's margin and the mill's tool.")
        self.reset = button("Back to the plan", "wb-reset", "Gaze and aperture as in the plan.")
        self.use = button(
            "Use this aperture", "wb-use", "Make a new plan of what is shown: aperture and gaze, with range and modulation for it."
        )
        self.cut = ToggleButtons(options=[(one.value, one) for one in Cut], layout=Layout(width="auto"), style={"button_width": "auto"})
        self.cut.add_class("wb-choice")
        self.section = FigureImage(SECTION_INCHES, self._live)

    def _composed(self) -> list[Any]:
        self._view = Part("wb-eye-view", VIEW, self.underlay, self.canvas)
        gaze = Part(
            "wb-eye-gaze",
            GAZE,
            box("wb-eye-sliders", self.polar, self.azimuth),
            self._facts,
            box("wb-actions", self.fit, self.reset, self.use),
        )
        depth = Part("wb-eye-depth", "Depth section", self.cut, self._of_what, self.section)
        films = Part("wb-eye-film", FILMS, self._films)
        gaze.remark(GAZE, "angles of the light that the treated eye looks at")
        films.remark(FILMS, "planned dashed")
        self._grid = box("wb-row wb-eye-grid", self._view, gaze, depth, films)
        return [theme.page(), self._notice, self._grid]

    def _watch(self) -> None:
        self.canvas.observe(self._soon, names="block_mm")
        for one in (self.polar, self.azimuth, self.cut):
            one.observe(self._soon, names="value")
        for one, action in ((self.fit, self._fit), (self.reset, self._reset), (self.use, self._use)):
            one.on_click(lambda _, action=action: self._live.post(action))

    def _soon(self, _change: object) -> None:
        if not self._resetting:
            self._live.refresh_soon()

    # ----------------------------------------------------------------------------------------------------------- showing

    def _show(self, plan: OcularPlan | None) -> None:
        """Begin with this plan: its gaze on the sliders, its aperture in the view."""
        self.plan = plan
        if plan is None:
            self.use.disabled = True
            self._grid.layout.display = "none"
            return
        self._resetting = True
        try:
            light = plan.fixation.gaze
            self.polar.max = max(LARGEST_POLAR_DEG, light.polar_deg)
            self.azimuth.max = max(LARGEST_AZIMUTH_DEG, light.azimuth_deg)
            self.polar.value, self.azimuth.value = light.polar_deg, light.azimuth_deg
        finally:
            self._resetting = False
        self._lay(block_points(plan), light)
        self._refresh()

    def _lay(self, points: list[list[float]], light: Light) -> None:
        """Show this aperture, made for this gaze; it follows the gaze as long as nobody has edited it."""
        self._untouched = (points, light)
        self._resetting = True
        try:
            self.canvas.block_mm = [list(one) for one in points]
        finally:
            self._resetting = False

    def _refresh(self) -> None:
        """Draw what the sliders and the aperture say; a plan that cannot be so is a sentence, and the rest is drawn."""
        if self.plan is None:
            return
        was_changed, turned, made = self.is_changed, None, None
        try:
            turned = self._turned(self.plan)
            with self.canvas.hold_sync():
                self._draw(self.plan, turned)
                self._follow(self.plan, turned)
            self.is_changed = turned is not self.plan or self.canvas.block_mm != block_points(self.plan)
            made = self._made(turned)
        except Refused:
            self.is_changed = True
            raise
        finally:
            self._enable()
            # Of what is refused no number of the plan before it may stay.
            self._measure(self.plan, turned, made)
        if self.is_changed:
            self._say(_can_be_used(self.plan, made), "warn" if _is_cut_off(made) else "info")
        elif was_changed:
            self._say(GREETING, "info")

    def _draw(self, plan: OcularPlan, turned: OcularPlan) -> None:
        """Beam's-eye view and films, which need no valid aperture."""
        self.canvas.scene = scene(turned)
        why_not = why_fixed(plan)
        self._films.value = markup.empty(why_not) if why_not else film_drawings(plan, turned)
        self._view.remark(VIEW, f"{turned.patient.id}{MIDDOT}{turned.eye.laterality.words}, isocentric plane")

    def _follow(self, plan: OcularPlan, turned: OcularPlan) -> None:
        """Make an unedited aperture anew for another gaze; for the plan's own gaze it is the plan's.

        Raises
        ------
        Refused : no block can be made for the tumour as it is seen now.
        """
        points, light = self._untouched
        gaze = turned.fixation.gaze
        if self.canvas.block_mm == points and gaze != light and self._has_tumour and plan.field.aperture_margin_mm is not None:
            self._lay(block_points(plan) if turned is plan else _points(designed_aperture(turned)), gaze)

    def _measure(self, plan: OcularPlan, turned: OcularPlan | None, made: OcularPlan | None) -> None:
        """Numbers and depth section.

        Parameters
        ----------
        turned, made : the plan with the gaze, and with gaze and aperture, that are shown; None where it is refused.
        """
        drawn, cut = made or plan, self.cut.value
        self._facts.value = _facts(plan, turned, made)
        self._of_what.value = _of_what(made)
        self.section.show((drawn, cut), lambda: eye_sections(drawn, inches=SECTION_INCHES, cuts=(cut,)))

    def _enable(self) -> None:
        can_turn = self.plan is not None and not why_fixed(self.plan)
        for slider in (self.polar, self.azimuth):
            slider.disabled = not can_turn
        self.fit.disabled = not (can_turn and self._has_tumour)
        self.use.disabled = self.reset.disabled = not self.is_changed
        (self.use.add_class if self.is_changed else self.use.remove_class)("wb-next")

    @property
    def _has_tumour(self) -> bool:
        return self.plan is not None and self.plan.eye_model is not None and self.plan.eye_model.tumour is not None

    def _turned(self, plan: OcularPlan) -> OcularPlan:
        """The plan with the gaze of the sliders; itself where they are as planned."""
        return turned_to(plan, Light(polar_deg=float(self.polar.value), azimuth_deg=float(self.azimuth.value)))

    def _made(self, turned: OcularPlan) -> OcularPlan:
        """The plan of what is shown; range and modulation follow the gaze where the tumour is known.

        Raises
        ------
        Refused : an aperture that is none, or a depth that the beamline does not reach.
        """
        before = turned.field.aperture
        points = tuple((float(x), float(y)) for x, y in self.canvas.block_mm)
        aperture = Aperture(block_mm=points, block_id=before.block_id, block_number=before.block_number)
        made = replace(turned, field=replace(turned.field, aperture=aperture))
        return with_depth(made, depth_of(made)) if turned is not self.plan and self._has_tumour else made

    # ----------------------------------------------------------------------------------------------------------- buttons

    def _fit(self) -> None:
        assert self.plan is not None
        turned = self._turned(self.plan)
        self._lay(_points(designed_aperture(turned)), turned.fixation.gaze)
        self._refresh()

    def _reset(self) -> None:
        self._show(self.plan)
        self._say(GREETING, "info")

    def _use(self) -> None:
        assert self.plan is not None
        made = self._made(self._turned(self.plan))
        self._show(made)
        opening = f"aperture of {made.block_points} points, {_opening_words(made)}"
        self._say(
            f"New plan in widget.plan: {opening}, {_gaze_words(made)}. Nothing is stored until you add it to a workbench.",
            "warn" if _is_cut_off(made) else "pass",
        )

    def _say(self, sentence: str, tone: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone)

    def _failed(self, sentence: str) -> None:
        self.use.disabled = True
        self._say(sentence, "fail")


def _points(aperture: Aperture) -> list[list[float]]:
    return [[x, y] for x, y in aperture.block_mm]


def _gaze_words(plan: OcularPlan) -> str:
    gaze = plan.fixation.gaze
    return f"gaze {gaze.polar_deg:.1f}° at {gaze.azimuth_deg:.1f}°"


def _can_be_used(plan: OcularPlan, made: OcularPlan) -> str:
    before, now = ((one.field.range_mm, one.field.modulation_mm) for one in (plan, made))
    depth = "" if now == before else f", range {now[0]:.1f} mm and modulation {now[1]:.1f} mm follow the gaze"
    if made.field.is_to_surface:
        depth += f"; {TO_SURFACE}"
    return f"Not yet a plan: {_gaze_words(made)}, {_opening_words(made)}{depth}."


def _of_what(made: OcularPlan | None) -> str:
    """What has to be said of the depth section; blank where it speaks for itself."""
    if made is None:
        return markup.empty(OF_THE_PLAN)
    return markup.empty(f"Modulation is the range: {TO_SURFACE}.") if made.field.is_to_surface else ""


def _opening_words(plan: OcularPlan) -> str:
    """How large the aperture is and, where the tumour is known, how it covers it."""
    size, cover = f"{plan.field.aperture.area_mm2:.1f} mm² at the block", tumour_cover_mm(plan)
    return size if cover is None else f"{size}, {cover_words(cover)}"


def _is_cut_off(plan: OcularPlan) -> bool:
    cover = tumour_cover_mm(plan)
    return cover is not None and cover < 0


def _facts(plan: OcularPlan, turned: OcularPlan | None, made: OcularPlan | None) -> str:
    """What the plan has, above what is shown; of that the lamp alone where the rest is refused."""
    head = "".join(f'<th scope="col" class="wb-right">{escape(name)}</th>' for name in FACTS)
    planned = {name: write(plan) for name, write in FACTS.items()}
    known = {name: turned if name == LAMP else made for name in FACTS}
    shown = {name: NOT_KNOWN if (of := known[name]) is None else write(of) for name, write in FACTS.items()}
    body = "".join(
        f'<tr data-row="{words}"><th scope="row">{words}</th>{"".join(_fact(name, planned[name], row[name]) for name in FACTS)}</tr>'
        for words, row in (("plan", planned), ("shown", shown))
    )
    return f'<table class="wb-table"><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def _fact(name: str, planned: str, now: str) -> str:
    kind = "" if now in {planned, NOT_KNOWN} else " wb-changed"
    return f'<td class="wb-right{kind}" data-fact="{escape(name.partition(" (")[0])}">{now}</td>'


def _slider(words: str, hook: str, most: float, tooltip: str) -> Any:
    slider = FloatSlider(min=0.0, max=most, step=0.1, readout_format=".1f", description=words, tooltip=tooltip)
    slider.add_class(hook)
    return slider
