"""Which X-ray lies under the eye: the AXIAL pictures that the data folder has of a plan's patient, and one that Python gave.

An X-ray is decoded when the archive brings it and laid when it is chosen; what cannot be shown is a sentence below the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ipywidgets import Dropdown

from workbench.bench import Workbench
from workbench.errors import WorkbenchError
from workbench.events import EventKind
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture, View
from workbench.workflow.plans import StoredPlan
from workbench_widgets import markup
from workbench_widgets.closing import ClosingBox
from workbench_widgets.import_words import NO_PATIENT_ID
from workbench_widgets.live import Live
from workbench_widgets.markup import MIDDOT
from workbench_widgets.parts import html
from workbench_widgets.setup_pictures import Offered, SetupPictures

LABEL: Final = "X-ray under the eye"
NONE, GIVEN = "", "given"
"""What the choice holds beside SOP Instance UIDs."""
CONCERNS: Final = frozenset({EventKind.OBJECT_STORED, EventKind.OBJECT_DAMAGED})
"""Events that may change what there is to choose from."""
NO_FILM: Final = "no AXIAL film yet: import or take one"


class UnderlayChoice(ClosingBox):
    """The choice of the X-ray under the eye, with its sentence; it follows what the bench stores, and is hidden while it offers nothing.

    Parameters
    ----------
    plan : whose patient the X-rays are of; as the archive has it, the images that it names are offered too.
    bench : where the X-rays are; None where only Python gives one.
    lay : lays a picture under the eye, or none; what it refuses becomes a sentence.
    """

    def __init__(self, plan: OcularPlan | StoredPlan | None, bench: Workbench | None, lay: Callable[[FilmPicture | None], object]) -> None:
        self._plan, self._lay = plan, lay
        self._images = None if bench is None or plan is None else SetupPictures(bench)
        self._given: FilmPicture | None = None
        self._laid, self._problem = NONE, ""
        self._live = Live(refresh=self._refresh, failed=self._failed)
        self.choice = Dropdown(options=[("none", NONE)], description=LABEL)
        self.choice.add_class("wb-underlay")
        self._words = html("", "wb-underlay-words")
        super().__init__([self.choice, self._words])
        self.add_class("wb-underlay-box")
        self._tell("")
        if self._images is not None and bench is not None:
            self._live.follow(bench.bus, concerns=lambda event: event.kind in CONCERNS)
        self._live.refresh_soon()
        self._live.pump()
        self.choice.observe(lambda change: self._live.post(self._choose, change.new), names="value")

    def __repr__(self) -> str:
        return f"<UnderlayChoice of {len(self.choice.options) - 1} X-rays>"

    def give(self, picture: FilmPicture | None) -> None:
        """Lay a picture that is not of the archive, or none.

        Raises
        ------
        Refused : a picture that does not lie in this plane.
        """
        self._lay(picture)
        self._given, self._laid, self._problem = picture, NONE if picture is None else GIVEN, ""
        self._live.refresh_soon()
        self._live.pump()

    async def drain(self) -> None:
        """Wait until all that was chosen and stored so far is shown."""
        await self._live.drain()

    def close(self) -> None:
        """Hear of nothing any more."""
        self._live.close()
        super().close()

    def _refresh(self) -> None:
        """Offer what there is now; what lies under the eye stays."""
        films = self._offered()
        options = [(self._named(one), one.stored.uid) for one in reversed(films)]
        if self._given is not None:
            options.insert(0, ("picture given in Python", GIVEN))
        none = ("none" if options or self._images is None else NO_FILM, NONE)
        if list(self.choice.options) != [none, *options]:
            self.choice.options = [none, *options]
        if self._laid not in {one for _, one in self.choice.options}:
            self._put(NONE)
        if self.choice.value != self._laid:
            self.choice.value = self._laid
        self.choice.disabled = not options
        self.layout.display = "none" if self._images is None and not options else ""
        unreadable = [] if self._images is None else [*self._images.unreadable.values()]
        self._tell(self._problem or (unreadable[-1] if unreadable else ""))

    def _offered(self) -> list[Offered]:
        if self._images is None or self._plan is None:
            return []
        found = self._images.of(self._plan) if isinstance(self._plan, StoredPlan) else self._images.of_patient(self._patient_id)
        return [one for one in found[View.AXIAL] if not one.is_blank]

    @property
    def _patient_id(self) -> str:
        assert self._plan is not None
        return self._plan.patient_id if isinstance(self._plan, StoredPlan) else self._plan.patient.id

    def _named(self, film: Offered) -> str:
        """Of an image of another Patient ID, which a plan may name, that is said."""
        carried = film.stored.keys.patient_id
        if carried.casefold() == self._patient_id.casefold():
            return film.film_words
        return f"{film.film_words}{MIDDOT}! {f'Patient ID {carried}' if carried else NO_PATIENT_ID}"

    def _choose(self, key: str | None) -> None:
        if key is None:
            # A browser that has just been given new options may answer that none of them is chosen.
            self.choice.value = self._laid
        elif key == self.choice.value and key != self._laid:
            self._problem = ""
            try:
                self._put(key)
            except WorkbenchError as problem:
                words = next(words for words, one in self.choice.options if one == key)
                self._put(NONE)
                self._problem = f"The {words} cannot be shown: {problem}"
            self._refresh()

    def _put(self, key: str) -> None:
        self._lay(self._picture(key))
        self._laid = key

    def _picture(self, key: str) -> FilmPicture | None:
        if key in {NONE, GIVEN} or self._images is None:
            return self._given if key == GIVEN else None
        return self._images.picture(key, self._plan.ocular if isinstance(self._plan, StoredPlan) else self._plan)

    def _failed(self, sentence: str) -> None:
        self._tell(sentence)

    def _tell(self, sentence: str) -> None:
        self._words.value = markup.notice(sentence, "warn") if sentence else ""
        self._words.layout.display = "" if sentence else "none"
