"""Setup images: AXIAL and LATERAL side by side, clips marked by clicking, and by how much each is off from where the plan expects it.

What is drawn while a mark is dragged is the browser's; where a clip is expected is asked of ``workbench.ocular``. Nothing is stored, and
nothing says where the patient should be moved to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any, Final

import pandas as pd
from ipywidgets import BoundedFloatText, Dropdown
from matplotlib.figure import Figure
from traitlets import Instance, TraitError, Tuple, Unicode, validate

from workbench.bench import Workbench
from workbench.figures import setup_images
from workbench.ocular.clip_marks import ClipDeviation, ClipMark, Point, compare_clips, film_deviations, planned_clips, predicted_clips
from workbench.ocular.gaze import Light
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture, View
from workbench.ocular.turning import turned_to, why_fixed
from workbench.records.clips import setup_clips
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup, theme
from workbench_widgets.clip_table import clip_table, planned_count, summary
from workbench_widgets.closing import ClosingBox
from workbench_widgets.film_canvas import FilmCanvas
from workbench_widgets.film_scene import film_scene, half_mm
from workbench_widgets.import_dialog import ImportDialog
from workbench_widgets.import_words import NO_PATIENT_ID
from workbench_widgets.live import Live
from workbench_widgets.markup import MIDDOT
from workbench_widgets.parts import Part, box, button, html
from workbench_widgets.setup_pictures import SetupPictures

LARGEST_POLAR_DEG: Final = 89.9
"""At 90 a light would stand beside the eye; a number may be as large as a light's angle."""
LARGEST_AZIMUTH_DEG: Final = 359.9
TABLE: Final = "Planned against seen"
GREETING: Final = "Click on each clip where it is seen, in the order of the numbers; drag a mark to correct it."
NO_IMAGES: Final = "No setup image yet: import some, or treat a session; a plan brings blank ones that tell where clips are expected."
IMPORT_EXPLAINED: Final = "Bring RT Images from files; a Patient ID that does not match is asked about first."
GAZE_EXPLAINED: Final = "Angles of the light that the treated eye looks at; other ones than planned predict other places of the clips."


class SetupImagesDashboard(ClosingBox):
    """Setup images of a plan's patient, with clips marked on them.

    Its traits can be read and observed: ``plan``, the ocular plan that places are predicted with, turned to the gaze that is entered;
    ``marks``, a tuple of ``ClipMark``, those of the two images shown, which can also be set; ``message``, the latest sentence.

    Parameters
    ----------
    bench : must stay open as long as the dashboard; close the dashboard first.
    plan : the plan to compare with; otherwise the latest that the bench has.
    """

    plan = Instance(OcularPlan, allow_none=True)
    marks = Tuple()
    message = Unicode()

    def __init__(self, bench: Workbench, plan: StoredPlan | None = None) -> None:
        self._bench, self._images = bench, SetupPictures(bench)
        self._stored = plan
        self._marks_of: dict[str, tuple[ClipMark, ...]] = {}
        self._shown: dict[View, tuple[str, FilmPicture]] = {}
        self._imported: tuple[str, ...] = ()
        self._wanted: dict[View, str] = {}
        self._carried: dict[str, str] = {}
        self.importer: ImportDialog | None = None
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self._make_parts()
        super().__init__(self._composed())
        self.add_class("wb-dashboard")
        self.add_class("wb-setup-dashboard")
        self._live.follow(bench.bus)
        self._live.refresh_soon()
        self._live.pump()
        self._watch()

    def __repr__(self) -> str:
        return f"<SetupImagesDashboard of {'no plan' if self._stored is None else f'plan {self._stored.label}'}>"

    @validate("marks")
    def _are_marks(self, proposal: Any) -> tuple[ClipMark, ...]:
        found = tuple(proposal["value"])
        strange = next((one for one in found if not isinstance(one, ClipMark)), None)
        if strange is not None:
            raise TraitError(f"marks: found {strange!r}, expected workbench.ocular.clip_marks.ClipMark")
        return found

    @property
    def deviations(self) -> tuple[ClipDeviation, ...]:
        """Each clip on each film, planned and seen."""
        return compare_clips(self._planned(), self.marks, self._magnification())

    def frame(self) -> pd.DataFrame:
        """Planned against seen as a table: ``workbench.records.clips.SETUP_CLIPS``."""
        return setup_clips(self._planned(), self.marks, self._magnification())

    def figure(self) -> Figure:
        """Both images as they are shown, as a figure for a report."""
        return setup_images([self._drawn(view) for view in self._shown], marks=self.marks)

    def show_images(self, *uids: str) -> None:
        """Show these stored images, each in its view, whoever's they are."""
        self._imported = (*self._imported, *uids)
        for offered in self._images.of(self._stored, self._imported).values():
            self._wanted.update({one.view: one.stored.uid for one in offered if one.stored.uid in uids})
        self._live.refresh_soon()
        self._live.pump()

    async def drain(self) -> None:
        """Wait until all that was clicked and told so far is shown."""
        await self._live.drain()

    def close(self) -> None:
        """Hear of nothing any more; the bench stays as it is."""
        self._live.close()
        if self.importer is not None:
            self.importer.close()
        for canvas in self.films.values():
            canvas.close()
        super().close()

    # ------------------------------------------------------------------------------------------------------ composition

    def _make_parts(self) -> None:
        self.films = {view: FilmCanvas(view) for view in View}
        self.choices = {view: _choice("image", f"wb-setup-{view.lower()}") for view in View}
        self.plans = _choice("plan", "wb-plans")
        self.polar = _angle("gaze polar (°)", "wb-setup-polar", LARGEST_POLAR_DEG)
        self.azimuth = _angle("azimuth (°)", "wb-setup-azimuth", LARGEST_AZIMUTH_DEG)
        self.planned_gaze = button("As planned", "wb-setup-planned", "Back to the gaze of the plan.")
        for one in (self.polar, self.azimuth, self.planned_gaze):
            one.disabled = True
        self.clear = button("Clear marks", "wb-setup-clear", "Take all marks of both images away.")
        self.bring = button("Import images", "wb-setup-import", IMPORT_EXPLAINED)
        self._card, self._notice, self._table = html("", "wb-card"), html("", "wb-message"), html("", "wb-scroll")
        self._panels = {view: Part(f"wb-setup-{view.lower()}-film", str(view), self.choices[view], self.films[view]) for view in View}
        self._told = Part("wb-setup-table", TABLE, self._table, box("wb-actions", self.clear))
        self._told.remark(TABLE, "seen less planned")
        self._place = box("wb-setup-place")
        self._place.layout.display = "none"

    def _composed(self) -> list[Any]:
        gaze = box("wb-actions", self.polar, self.azimuth, self.planned_gaze)
        top = box("wb-panel wb-plan", self._card, self.plans, gaze, self.bring)
        return [theme.page(), top, self._notice, self._place, box("wb-row wb-setup-grid", *self._panels.values(), self._told)]

    def _watch(self) -> None:
        post = self._live.post
        for canvas in self.films.values():
            canvas.observe(lambda _: post(self._marked), names="marks")
        for view, choice in self.choices.items():
            choice.observe(lambda change, view=view: post(self._choose, view, change.new), names="value")
        self.plans.observe(lambda change: post(self._choose_plan, change.new), names="value")
        for angle in (self.polar, self.azimuth):
            angle.observe(lambda _: post(self._turn), names="value")
        self.observe(lambda _: post(self._take_marks), names="marks")
        buttons = ((self.planned_gaze, self._look_as_planned), (self.clear, self._clear), (self.bring, self._toggle_import))
        for one, action in buttons:
            one.on_click(lambda _, action=action: post(action))

    # ----------------------------------------------------------------------------------------------------------- showing

    def _refresh(self) -> None:
        """What the archive has now: newly come images are shown until one is chosen by hand."""
        plans = self._bench.plans()
        wanted = self._stored.uid if self._stored is not None else plans[-1].uid if plans else None
        _offer(self.plans, [(f"{one.patient_id}{MIDDOT}{one.label}", one.uid) for one in plans], wanted)
        self.plans.layout.display = "" if len(plans) > 1 else "none"
        if wanted is not None and (self._stored is None or self.plan is None):
            self._begin(self._bench.plan(wanted) if self._stored is None else self._stored)
        for view, offered in self._images.of(self._stored, self._imported).items():
            self._carried.update({one.stored.uid: one.stored.keys.patient_id for one in offered})
            latest = offered[-1].stored.uid if offered else None
            uid = self._wanted.get(view, latest)
            _offer(self.choices[view], [(one.words, one.stored.uid) for one in reversed(offered)], uid)
            self.choices[view].layout.display = "" if offered else "none"
            self._show(view, uid)
        self._draw()

    def _begin(self, stored: StoredPlan) -> None:
        """Compare with this plan from now on."""
        self._stored, self.plan = stored, stored.ocular
        if stored.ocular is not None:
            light = stored.ocular.fixation.gaze
            self.polar.max, self.azimuth.max = max(LARGEST_POLAR_DEG, light.polar_deg), max(LARGEST_AZIMUTH_DEG, light.azimuth_deg)
            self.polar.value, self.azimuth.value = light.polar_deg, light.azimuth_deg
        can_turn = stored.ocular is not None and not why_fixed(stored.ocular)
        for one in (self.polar, self.azimuth, self.planned_gaze):
            one.disabled = not can_turn

    def _show(self, view: View, uid: str | None) -> None:
        if uid is None:
            self._shown.pop(view, None)
        elif view not in self._shown or self._shown[view][0] != uid:
            self._shown[view] = (uid, self._images.picture(uid, None if self._stored is None else self._stored.ocular))

    def _draw(self) -> None:
        """Give both films what they show; they keep their place while they show the same image."""
        planned = self._planned()
        half = half_mm((self._drawn(view) for view in self._shown), planned)
        kept = tuple(mark for view in self._shown for mark in self._marks_of.get(self._shown[view][0], ()))
        for view, canvas in self.films.items():
            self._panels[view].layout.display = "" if view in self._shown else "none"
            if view not in self._shown:
                continue
            uid, picture = self._shown[view]
            scene = film_scene(self._drawn(view), planned.get(view, {}), half_mm=half, key=uid)
            canvas.show(scene, None if canvas.film.get("key") == uid else picture, kept)
            self._panels[view].remark(str(view), self._warning(uid) + _remark(picture))
        self.marks = kept
        self._tell()

    def _tell(self) -> None:
        """The words: card, table and sentence."""
        deviations = self.deviations
        films = film_deviations(deviations)
        self._card.value = _card(self._stored, self.plan)
        self._table.value = clip_table(deviations, films)
        self.clear.disabled = not self.marks
        problems = [*self._images.unreadable.values()]
        if self._shown and self.marks:
            self._say(summary(films, max(planned_count(deviations, view) for view in View)), "info")
        elif problems:
            self._say(problems[-1], "warn")
        else:
            self._say(GREETING if self._shown else NO_IMAGES, "info")

    def _warning(self, uid: str) -> str:
        """What stands before the remark of an image that carries another Patient ID than the plan; blank for one of the plan's patient."""
        carried = self._carried.get(uid, "")
        if self._stored is None or carried.casefold() == self._stored.patient_id.casefold():
            return ""
        return f"! {f'Patient ID {carried}' if carried else NO_PATIENT_ID}{MIDDOT}"

    def _planned(self) -> Mapping[View, Mapping[int, Point]]:
        """Where clips are expected: by the plan, else by the outlines that the images carry."""
        found = {} if self.plan is None else predicted_clips(self.plan)
        return found or planned_clips(picture for _, picture in self._shown.values())

    def _magnification(self) -> dict[View, float | None]:
        return {view: picture.magnification for view, (_, picture) in self._shown.items()}

    def _drawn(self, view: View) -> FilmPicture:
        """The picture with its own outlines; with those of the plan where it has none, or where the eye looks elsewhere than planned."""
        _, picture = self._shown[view]
        predicted = next((one.outlines for one in self.plan.setup_images if one.view is view), ()) if self.plan is not None else ()
        return replace(picture, outlines=predicted) if predicted and (self._has_turned or not picture.outlines) else picture

    @property
    def _has_turned(self) -> bool:
        return self.plan is not None and self._stored is not None and self.plan is not self._stored.ocular

    # ----------------------------------------------------------------------------------------------------------- marking

    def _marked(self) -> None:
        """The browser has new marks."""
        seen = tuple(mark for view in self._shown for mark in self.films[view].seen)
        if seen != self.marks:
            self._keep(seen)
            self.marks = seen
            self._tell()

    def _take_marks(self) -> None:
        """Somebody has set the marks."""
        self._keep(self.marks)
        for canvas in self.films.values():
            canvas.take(self.marks)
        self._tell()

    def _keep(self, marks: Iterable[ClipMark]) -> None:
        """Marks belong to the image that they were made on."""
        for view, (uid, _) in self._shown.items():
            self._marks_of[uid] = tuple(one for one in marks if one.view is view)

    def _clear(self) -> None:
        self.marks = ()

    # ----------------------------------------------------------------------------------------------------------- choosing

    def _choose(self, view: View, uid: str | None) -> None:
        choice, shown = self.choices[view], self._shown.get(view)
        if uid is None and shown is not None:
            # A browser that has just been given new options may answer that none is chosen.
            choice.value = shown[0]
        if uid is None or uid != choice.value or (shown is not None and shown[0] == uid):
            return
        self._wanted[view] = uid
        self._refresh()

    def _choose_plan(self, uid: str | None) -> None:
        if uid is None or uid != self.plans.value or (self._stored is not None and self._stored.uid == uid):
            return
        self._wanted, self._imported, self._shown = {}, (), {}
        self._begin(self._bench.plan(uid))
        self._refresh()

    def _turn(self) -> None:
        """Predict with the gaze that is entered."""
        plan = None if self._stored is None else self._stored.ocular
        if plan is not None:
            self.plan = turned_to(plan, Light(polar_deg=float(self.polar.value), azimuth_deg=float(self.azimuth.value)))
            self._draw()

    def _look_as_planned(self) -> None:
        if self._stored is not None and self._stored.ocular is not None:
            light = self._stored.ocular.fixation.gaze
            self.polar.value, self.azimuth.value = light.polar_deg, light.azimuth_deg

    def _toggle_import(self) -> None:
        if self.importer is None:
            self.importer = ImportDialog(self._bench, None if self._stored is None else self._stored.patient_id)
            self.importer.observe(lambda change: self._live.post(self.show_images, *change.new), names="imported")
            self._place.children = (self.importer,)
        is_open = self._place.layout.display == "none"
        self._place.layout.display = "" if is_open else "none"
        self.bring.description = "Close import" if is_open else "Import images"

    def _say(self, sentence: str, tone: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone)

    def _failed(self, sentence: str) -> None:
        self._say(sentence, "fail")


def _card(stored: StoredPlan | None, plan: OcularPlan | None) -> str:
    if stored is None:
        return '<div class="wb-plan-card">' + markup.empty("No plan: clips are expected where the images' own outlines are.") + "</div>"
    eye = "no ocular plan" if plan is None else plan.eye.laterality.words
    words = MIDDOT.join((stored.label, eye))
    return f'<div class="wb-plan-card"><div><strong>{escape(stored.patient_id)}</strong><span>{escape(words)}</span></div></div>'


def _remark(picture: FilmPicture) -> str:
    scale = (
        "magnification not known"
        if picture.magnification is None
        else f"film {picture.magnification:.3f} \N{MULTIPLICATION SIGN} isocentre"
    )
    if picture.pixels is None:
        return f"{scale}{MIDDOT}blank"
    rows, columns = picture.pixels.shape
    return f"{scale}{MIDDOT}{columns} \N{MULTIPLICATION SIGN} {rows} pixels"


def _offer(choice: Any, options: list[tuple[str, str]], value: str | None) -> None:
    """Options and the one chosen; new options choose the first by themselves, which nobody may take for a choice."""
    if list(choice.options) != options:
        choice.options = options
    if value is not None and choice.value != value and any(one == value for _, one in options):
        choice.value = value


def _choice(words: str, hook: str) -> Any:
    choice = Dropdown(options=[], description=words)
    choice.add_class(hook)
    return choice


def _angle(words: str, hook: str, most: float) -> Any:
    entry = BoundedFloatText(min=0.0, max=most, step=0.5, description=words, tooltip=GAZE_EXPLAINED)
    entry.add_class(hook)
    entry.add_class("wb-angle")
    return entry
