"""Which setup images of a plan's patient there are, planned, imported and acquired, and how each is named in a choice.

It reads the archive and shows nothing. An image is decoded when it is looked at; what it is, is remembered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from workbench.archive.rows import Origin, StoredObject
from workbench.bench import Workbench
from workbench.dicom import uids
from workbench.errors import Unavailable, WorkbenchError
from workbench.mapping.ocular_images import film_picture
from workbench.ocular.equipment import FilmGeometry
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture, View
from workbench.workflow.plans import StoredPlan
from workbench_widgets.markup import MIDDOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One setup image that can be looked at.

    Parameters
    ----------
    is_blank : it has no pixels, or all are zero, so that it only tells where outlines should be.
    """

    stored: StoredObject
    view: View
    is_blank: bool

    @property
    def words(self) -> str:
        """How a choice names it: what it is, and when it came."""
        return f"{_came(self.stored)}{MIDDOT}blank" if self.is_blank else _came(self.stored)

    @property
    def film_words(self) -> str:
        """How a narrow choice among films names it: view and time first."""
        return f"{self.view} film of {_when(self.stored)}{MIDDOT}{_how(self.stored)}"


class SetupPictures:
    """The setup images of one bench.

    ``unreadable`` tells of those that were asked for last, and cannot be shown, why not: SOP Instance UID → sentence.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._known: dict[str, Offered | None] = {}
        self._problems: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}

    def of(self, plan: StoredPlan | None, besides: Collection[str] = ()) -> dict[View, list[Offered]]:
        """Those of the plan's patient, and those it names, for each view in the order they came; blank ones first.

        Parameters
        ----------
        besides : SOP Instance UIDs of others, for example of images imported although the Patient ID does not match.
        """
        return self.of_patient(None if plan is None else plan.patient_id, {*besides, *(() if plan is None else plan.images)})

    def of_patient(self, patient_id: str | None, named: Collection[str] = ()) -> dict[View, list[Offered]]:
        """Those of a patient, and those that are named, in the order of ``of``.

        Parameters
        ----------
        patient_id : None for nobody.
        named : SOP Instance UIDs.
        """
        wanted = [
            one
            for one in self._bench.objects()
            if one.sop_class_uid == uids.RT_IMAGE and (one.uid in named or (patient_id is not None and one.keys.patient_id == patient_id))
        ]
        for one in wanted:
            if one.uid not in self._known:
                self._look_at(one)
        self.unreadable = {one.uid: self._problems[one.uid] for one in wanted if one.uid in self._problems}
        offered = [found for one in wanted if (found := self._known.get(one.uid)) is not None]
        offered.sort(key=lambda one: (not one.is_blank, one.stored.stored_at))
        return {view: [one for one in offered if one.view is view] for view in View}

    def picture(self, uid: str, plan: OcularPlan | None) -> FilmPicture:
        """The picture of an image; the plan's beamline tells its magnification where the image does not.

        Raises
        ------
        Refused : it is no picture of a setup view.
        Unavailable : its file is gone or damaged.
        """
        dataset = self._bench.dataset(uid)
        label = str(dataset.get("RTImageLabel") or "")
        film: FilmGeometry | None = None if plan is None or label not in set(View) else plan.film(View(label))
        return film_picture(dataset, film)

    def _look_at(self, stored: StoredObject) -> None:
        """Keep what it is: None for an image of no setup view and one that cannot be shown; one without its file is looked at again."""
        try:
            picture = self.picture(stored.uid, None)
        except WorkbenchError as problem:
            if problem.rule != "view":
                self._problems[stored.uid] = f"The image {_came(stored)} cannot be shown: {problem}"
            if not isinstance(problem, Unavailable):
                self._known[stored.uid] = None
            return
        self._problems.pop(stored.uid, None)
        self._known[stored.uid] = Offered(stored=stored, view=picture.view, is_blank=picture.pixels is None)


def _came(stored: StoredObject) -> str:
    """What an image is and when it came: ``acquired in session 1 2026-01-31 09:30:00``."""
    return f"{_how(stored)} {_when(stored)}"


def _how(stored: StoredObject) -> str:
    what = {Origin.RECEIVED: "acquired", Origin.IMPORTED: "imported", Origin.CREATED: "planned"}[stored.origin]
    return what if stored.session_id is None else f"{what} in session {stored.session_id}"


def _when(stored: StoredObject) -> str:
    return f"{stored.stored_at.astimezone():%Y-%m-%d %H:%M:%S}"
