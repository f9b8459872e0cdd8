"""The import dialog: files of the ocular exchange come in, and a Patient ID that does not match is a question to the user.

The ocular statement asks for that question (A.1.2, Patient ID). What may be imported, and what is wrong with a file, the workbench
says; the dialog chooses, asks and shows.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ipywidgets import FileUpload, SelectMultiple, Text
from traitlets import Bool, List, Unicode

from workbench.bench import Workbench
from workbench.figures import setup_images
from workbench.ocular.setup import FilmPicture, View
from workbench_widgets import import_words as words
from workbench_widgets import markup, theme
from workbench_widgets.closing import ClosingBox
from workbench_widgets.importing import Fate, FoundFile, Offer, Outcome, bring, look_at, look_in, picture_of
from workbench_widgets.live import Live
from workbench_widgets.parts import Part, box, button, html
from workbench_widgets.pictures import FigureImage
from workbench_widgets.question import Question
from workbench_widgets.setup_view import SETUP_INCHES

SHOWN_ROWS: Final = 6
CHOOSE_EXPLAINED: Final = "Hold Ctrl or Shift to choose more than one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the import button says it will do.

    Parameters
    ----------
    patient_id : the patient the files are meant for.
    """

    files: tuple[FoundFile, ...]
    patient_id: str


class ImportDialog(ClosingBox):
    """Import RT Images, plans, planning CT, structure sets and records from files.

    Its traits can be read and observed: ``imported``, the SOP Instance UIDs of what was asked for and is stored now, ``message``, the
    dialog's own latest sentence, ``is_asking``, whether it waits for an answer about the Patient ID, and ``is_busy``.

    Parameters
    ----------
    bench : must stay open as long as the dialog; close the dialog first.
    patient_id : the patient to import for, where that is known beforehand.
    """

    imported = List(Unicode())
    message = Unicode()
    is_asking = Bool()
    is_busy = Bool()

    def __init__(self, bench: Workbench, patient_id: str | None = None) -> None:
        self._bench = bench
        self._offer = Offer(where="")
        self._order: Order | None = None
        self._given: Order | None = None
        self._outcomes: list[Outcome] = []
        self._stored: dict[str, tuple[Outcome, str]] = {}
        self._pictures: dict[View, tuple[str, FilmPicture]] = {}
        self._closing = threading.Event()
        self._live = Live(refresh=self._show, failed=self._failed)
        self._make_entries(patient_id or "")
        self._make_parts()
        super().__init__(self._composed())
        self.add_class("wb-dashboard")
        self.add_class("wb-import-dialog")
        self._say("Name a folder or a file, or upload files.", "info")
        self._show()

    def __repr__(self) -> str:
        return "<ImportDialog>"

    async def drain(self) -> None:
        """Wait until what was entered and clicked so far is done and shown."""
        await self._live.drain()

    def close(self) -> None:
        """Begin no further file and show no more; what is imported stays."""
        self._closing.set()
        self._live.close()
        super().close()

    # ------------------------------------------------------------------------------------------------------ composition

    def _make_entries(self, patient_id: str) -> None:
        post = self._live.post
        self.path = Text(
            description="folder or file", placeholder="a path on the computer that runs this notebook", continuous_update=False
        )
        self.look = button("Look", "wb-import-look", "Find the DICOM files there, and in the folders inside.")
        self.upload = FileUpload(multiple=True, description="Upload", tooltip="Choose files on the computer that shows this page.")
        self.choice = SelectMultiple(description="files", rows=SHOWN_ROWS, tooltip=CHOOSE_EXPLAINED)
        self.patient_id = Text(value=patient_id, description="Patient ID", tooltip="The patient that the files are meant for.")
        self.start = button("Import", "wb-import-start")
        self.question = Question(self._live, self._answer, title=words.MISMATCH, no="Do not import", yes="Import all the same")
        hooks = {self.path: "path", self.upload: "upload", self.choice: "choice", self.patient_id: "patient"}
        for widget, hook in hooks.items():
            widget.add_class(f"wb-import-{hook}")
        self.path.observe(lambda _: post(self._look), names="value")
        self.look.on_click(lambda _: post(self._look))
        self.upload.observe(lambda change: post(self._take_uploads, change.new), names="value")
        self.choice.observe(lambda _: post(self._show), names="index")
        self.patient_id.observe(lambda _: post(self._show), names="value")
        self.start.on_click(lambda _: post(self._import))

    def _make_parts(self) -> None:
        self._notice, self._refusals, self._table, self._unseen = html("", "wb-message"), html("", "wb-import-refusals"), html(""), html("")
        self._image = FigureImage(SETUP_INCHES, self._live)
        self._image.layout.display = "none"
        self._unseen.value = markup.empty("No image yet: imported setup images are shown here.")
        self._source = Part(
            "wb-import-source",
            "Files",
            box("wb-actions", self.path, self.look, self.upload),
            self.choice,
            box("wb-actions", self.patient_id, self.start),
            self._notice,
            self.question,
            self._refusals,
        )
        self._done = Part("wb-import-done", "Imported", self._table)
        self._seen = Part("wb-import-pictures", "Images", self._unseen, self._image)

    def _composed(self) -> list[Any]:
        return [theme.page(), self._source, self._done, self._seen]

    # ------------------------------------------------------------------------------------------------------------- show

    def _show(self) -> None:
        """Say on the button what it would do, and grey what cannot be done."""
        chosen, patient_id = tuple(self._offer.files[one] for one in self.choice.index), self.patient_id.value.strip()
        is_free = not (self.is_busy or self.is_asking)
        self._order = Order(files=chosen, patient_id=patient_id) if chosen and patient_id else None
        self.start.description = words.import_label(len(chosen), patient_id)
        self.start.disabled = self._order is None or not is_free
        self.start.tooltip = words.import_explained(chosen, patient_id)
        (self.start.remove_class if self.start.disabled else self.start.add_class)("wb-next")
        for entry in (self.path, self.look, self.upload, self.choice, self.patient_id):
            entry.disabled = not is_free
        self.choice.layout.display = "" if self._offer.files else "none"
        self.question.is_asked = self.is_asking
        self._source.remark("Files", words.offered(self._offer, len(chosen)))
        self._refusals.value = words.refusal_list(
            (*self._offer.refusals, *(one.sentence for one in self._outcomes if one.fate is Fate.REFUSED))
        )
        self._table.value = words.imported_table(tuple(self._stored.values()))

    def _say(self, sentence: str, tone: str) -> None:
        self.message = sentence
        self._notice.value = markup.notice(sentence, tone)

    def _failed(self, sentence: str) -> None:
        self._say(sentence, "fail")

    def _begin(self, sentence: str) -> None:
        self.is_busy = True
        self._say(sentence, "info")
        self._show()

    def _idle(self) -> None:
        self.is_busy = False
        self._show()

    # ------------------------------------------------------------------------------------------------------------- look

    def _look(self) -> None:
        entered = self.path.value.strip()
        if self.is_busy or self.is_asking:
            return
        self._put(Offer(where=entered))
        if not entered:
            self._say("Name a folder or a file, or upload files.", "info")
            return
        self._begin(f"Looking in {entered}.")
        self._live.work(lambda: look_in(entered), then=self._found, finally_=self._idle)

    def _take_uploads(self, uploads: Sequence[Any]) -> None:
        if not uploads or self.is_busy or self.is_asking:
            return
        files = [(str(one["name"]), bytes(one["content"])) for one in uploads]
        # Emptied, so that the same files can be uploaded again, and the page need not keep them.
        self.upload.value = ()
        self._begin(f"Reading {words.count(len(files), 'file')} from the browser.")
        self._live.work(lambda: look_at(files), then=self._found, finally_=self._idle)

    def _found(self, offer: Offer) -> None:
        self._put(offer)
        self._say(*words.found(offer))

    def _put(self, offer: Offer) -> None:
        self._offer, self._outcomes = offer, []
        # In one message: a browser that has fewer options than are chosen fails.
        with self.choice.hold_sync():
            self.choice.options = [words.option(one) for one in offer.files]
            self.choice.index = tuple(place for place, one in enumerate(offer.files) if one.is_importable)
        self._show()

    # ----------------------------------------------------------------------------------------------------------- import

    def _import(self) -> None:
        if self._order is None or self.is_busy or self.is_asking:
            return
        self._given, self._outcomes = self._order, []
        self._run(self._order.files, self._order.patient_id)

    def _run(self, files: Sequence[FoundFile], patient_id: str, *, is_confirmed: bool = False) -> None:
        self._begin(f"Importing {words.count(len(files), 'file')}.")
        self._live.work(
            lambda: self._bring(files, patient_id, is_confirmed=is_confirmed), then=lambda _: self._conclude(), finally_=self._idle
        )

    def _bring(self, files: Sequence[FoundFile], patient_id: str, *, is_confirmed: bool) -> None:
        """Called in a thread of its own."""
        for place, file in enumerate(files, start=1):
            if self._closing.is_set():
                return
            self._live.post(self._say, f"Importing file {place} of {len(files)}: {file.name}.", "info")
            outcome = bring(self._bench, file, patient_id, is_confirmed=is_confirmed)
            self._live.post(self._took, outcome, picture_of(self._bench, outcome))

    def _took(self, outcome: Outcome, picture: FilmPicture | str | None) -> None:
        self._outcomes.append(outcome)
        if outcome.uid is not None and self._given is not None:
            self._stored[outcome.uid] = (outcome, self._given.patient_id)
            self.imported = list(self._stored)
            self._see(outcome.uid, picture)

    def _conclude(self) -> None:
        asked = self._mismatched()
        if asked and self._given is not None:
            self.is_asking = True
            self.question.sentence = words.question(asked, self._given.patient_id)
            self._say(f"{words.MISMATCH}: {self.question.sentence}", "warn")
            self._show()
        else:
            self._say(*words.summary(self._outcomes))

    def _answer(self, is_yes: bool) -> None:
        if not self.is_asking:
            return
        asked = self._mismatched()
        self.is_asking = False
        if is_yes and self._given is not None:
            self._outcomes = [one for one in self._outcomes if one.fate is not Fate.MISMATCH]
            self._run([one.file for one in asked], self._given.patient_id, is_confirmed=True)
            return
        self._say(*words.summary(self._outcomes))
        self._show()

    def _mismatched(self) -> list[Outcome]:
        return [one for one in self._outcomes if one.fate is Fate.MISMATCH]

    def _see(self, uid: str, found: FilmPicture | str | None) -> None:
        """Show the latest image of each view, or why one cannot be shown."""
        if not isinstance(found, FilmPicture):
            self._unseen.value = self._unseen.value if found is None else markup.empty(found)
            return
        self._pictures[found.view] = (uid, found)
        shown = [picture for _, picture in self._pictures.values()]
        self._unseen.value = ""
        self._image.layout.display = ""
        self._image.show(tuple(uid for uid, _ in self._pictures.values()), lambda: setup_images(shown, inches=SETUP_INCHES))
        self._seen.remark("Images", words.pictured(shown))
