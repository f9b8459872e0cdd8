"""The setup X-rays of a plan: where its outlines should be seen, and what a device then saw.

An acquired image without curves of its own is shown under those of the planned image of the same view: that is the comparison
that positions a patient. Nothing is measured or registered here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ipywidgets import Layout, ToggleButtons
from pydicom.dataset import Dataset

from workbench.archive.rows import Origin, SessionRow, StoredObject
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.errors import WorkbenchError
from workbench.figures import setup_images
from workbench.mapping.ocular_images import film_picture
from workbench.ocular.setup import FilmPicture, View
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, html
from workbench_widgets.pictures import FigureImage

SETUP_INCHES: Final = (7.4, 3.9)
PLANNED: Final = "planned"
ACQUIRED: Final = "acquired"
TOOLTIPS: Final = ("outlines on blank film", "as received, outlines over pixels")


class SetupImagesView(Part):
    """The setup X-rays of a plan: those planned, and once a session has received them, those acquired.

    Parameters
    ----------
    plan : a stored plan; None where there is none yet.
    session : the session whose images count as acquired.
    live : the dashboard's, when the view is part of one.
    """

    TITLE = "Setup images"

    def __init__(
        self, bench: Workbench, plan: StoredPlan | None = None, session: SessionRow | None = None, *, live: Live | None = None
    ) -> None:
        self._bench = bench
        self._known: dict[str, FilmPicture | None] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._planned: dict[str, list[StoredObject]] = {}
        self._key: dict[str, tuple[str, ...]] = {}
        self._pictures: dict[str, dict[View, FilmPicture]] = {PLANNED: {}, ACQUIRED: {}}
        self._acquired_at = ""
        self.image = FigureImage(SETUP_INCHES, live)
        self._empty = html("")
        self.choice = ToggleButtons(options=[PLANNED], tooltips=TOOLTIPS[:1], layout=Layout(width="auto"), style={"button_width": "auto"})
        self.choice.add_class("wb-choice")
        self.choice.observe(lambda _: self._draw() if live is None else live.post(self._draw), names="value")
        super().__init__("wb-setup-images", self.TITLE, self.choice, self._empty, self.image)
        self.show(plan, session)

    def show(self, plan: StoredPlan | None, session: SessionRow | None = None) -> None:
        """Show these from now on; newly received images come to the front."""
        had_acquired = bool(self._pictures[ACQUIRED])
        try:
            self._find(plan, session)
        except WorkbenchError as problem:
            self.image.layout.display, self._empty.value = "none", markup.empty(str(problem))
            return
        kinds = [PLANNED, ACQUIRED] if self._pictures[ACQUIRED] else [PLANNED]
        if list(self.choice.options) != kinds:
            self.choice.tooltips = TOOLTIPS[: len(kinds)]
            self.choice.options = kinds
        self.choice.layout.display = "" if len(kinds) > 1 else "none"
        if self._pictures[ACQUIRED] and not had_acquired:
            self.choice.value = ACQUIRED
        self._draw()

    def _find(self, plan: StoredPlan | None, session: SessionRow | None) -> None:
        planned = self._planned_of(plan)
        acquired = [] if session is None else _acquired(self._bench, session)
        self._pictures[PLANNED] = self._by_view(planned, plan)
        self._pictures[ACQUIRED] = {
            view: picture if picture.outlines or view not in self._pictures[PLANNED] else self._under_planned(picture)
            for view, picture in self._by_view(acquired, plan).items()
        }
        self._key = {PLANNED: tuple(one.uid for one in planned), ACQUIRED: tuple(one.uid for one in (*planned, *acquired))}
        self._acquired_at = markup.clock(acquired[-1].stored_at) if acquired else ""

    def _planned_of(self, plan: StoredPlan | None) -> list[StoredObject]:
        """Looked for until all are found: which images a plan refers to does not change, but they are stored one by one."""
        if plan is None:
            return []
        if plan.uid not in self._named:
            self._named[plan.uid] = _named(self._bench, plan)
        known = self._planned.get(plan.uid, [])
        if len(known) < len(self._named[plan.uid]):
            known = self._planned[plan.uid] = _planned(self._bench, self._named[plan.uid])
        return known

    def _under_planned(self, picture: FilmPicture) -> FilmPicture:
        return replace(picture, outlines=self._pictures[PLANNED][picture.view].outlines)

    def _by_view(self, stored: list[StoredObject], plan: StoredPlan | None) -> dict[View, FilmPicture]:
        """The latest picture of each view; a stored object never changes, so it is decoded once."""
        for one in stored:
            if one.uid not in self._known:
                self._known[one.uid] = self._picture(one.uid, plan)
        found = [self._known[one.uid] for one in stored]
        return {picture.view: picture for picture in found if picture is not None}

    def _picture(self, uid: str, plan: StoredPlan | None) -> FilmPicture | None:
        """None for a view that no setup image has."""
        dataset = self._bench.dataset(uid)
        label = str(dataset.get("RTImageLabel") or "")
        if label not in set(View):
            return None
        ocular = None if plan is None else plan.ocular
        return film_picture(dataset, None if ocular is None else ocular.film(View(label)))

    def _draw(self) -> None:
        kind = self.choice.value or PLANNED
        pictures = list(self._pictures[kind].values())
        self._empty.value = (
            "" if pictures else markup.empty("No setup image yet: a plan brings the planned ones, a device sends the acquired ones.")
        )
        self.image.layout.display = "" if pictures else "none"
        if pictures:
            self.image.show((kind, *self._key[kind]), lambda: setup_images(pictures, inches=SETUP_INCHES))
        when = f" {self._acquired_at}, planned outlines over pixels" if kind == ACQUIRED else ", outlines on blank film"
        self.remark(self.TITLE, f"{kind}{when}" if pictures else "")


def _named(bench: Workbench, plan: StoredPlan) -> frozenset[str]:
    """The RT Images that the plan refers to, stored or not."""
    return frozenset(plan.images) | frozenset(_referenced_images(bench.dataset(plan.uid)))


def _referenced_images(dataset: Dataset) -> Iterator[str]:
    for element in dataset:
        for item in element.value if element.VR == "SQ" else ():
            if item.get("ReferencedSOPClassUID") == uids.RT_IMAGE:
                yield str(item.ReferencedSOPInstanceUID)
            yield from _referenced_images(item)


def _planned(bench: Workbench, named: frozenset[str]) -> list[StoredObject]:
    """Those of them that are stored and were not sent by a device."""
    return [one for one in bench.objects() if one.uid in named and one.sop_class_uid == uids.RT_IMAGE and one.origin is not Origin.RECEIVED]


def _acquired(bench: Workbench, session: SessionRow) -> list[StoredObject]:
    """Images that a device sent into the session, oldest first."""
    images = [one for one in bench.objects(session=session) if one.sop_class_uid == uids.RT_IMAGE and one.origin is Origin.RECEIVED]
    return sorted(images, key=lambda one: one.stored_at)
