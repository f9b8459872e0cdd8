"""What the import dialog says: its sentences, its labels and the HTML of its lists, from values.

Nothing is asked for here; what came from a file is escaped wherever it becomes HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from workbench.ocular.setup import FilmPicture
from workbench_widgets.importing import Fate, FoundFile, Offer, Outcome
from workbench_widgets.markup import MIDDOT, empty, short_uid

NO_PATIENT_ID = "no Patient ID"
MISMATCH = "The Patient ID does not match"
Word = tuple[str, str]
"""A sentence and its tone, as a notice takes them."""


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def option(file: FoundFile) -> str:
    """One line of the list to choose from."""
    parts = (file.kind, file.label, file.patient_id or NO_PATIENT_ID, file.name)
    return MIDDOT.join(part for part in parts if part)


def offered(offer: Offer, chosen: int) -> str:
    """The quiet words beside the list."""
    if not offer.files:
        return ""
    return f"{chosen} of {len(offer.files)} chosen from {offer.where}"


def found(offer: Offer) -> Word:
    """What a look has found."""
    others = f" {count(offer.others, 'other file')} there: no DICOM objects." if offer.others else ""
    if not offer.files:
        return (f"No file to import in {offer.where}.{others}", "warn")
    unread = f", {len(offer.refusals)} cannot be read" if offer.refusals else ""
    words = f"{count(len(offer.files), 'file')} found{unread}.{others} Choose which, and enter whose they are."
    return (words, "warn" if offer.refusals else "pass")


def import_label(chosen: int, patient_id: str) -> str:
    """What the import button says it will do."""
    return f"Import{MIDDOT}{count(chosen, 'file')} for {patient_id}" if chosen and patient_id else "Import"


def import_explained(chosen: Sequence[FoundFile], patient_id: str) -> str:
    """The button's tooltip: what it does, or what is missing."""
    if not chosen:
        return "Choose a file first."
    if not patient_id:
        return "Enter the Patient ID first: whose files they should be."
    return "Files of another Patient ID are not imported without asking."


def question(asked: Sequence[Outcome], patient_id: str) -> str:
    """Whose files they are and whose they are to be, and whether to go on: what follows after ``MISMATCH``."""
    carried = " and ".join(sorted({one.file.patient_id or NO_PATIENT_ID for one in asked}))
    subject, verb, them = (asked[0].file.name, "carries", "it") if len(asked) == 1 else (count(len(asked), "file"), "carry", "them")
    return f"{subject} {verb} {carried}, to be imported for {patient_id}. Import {them} all the same?"


def summary(outcomes: Sequence[Outcome]) -> Word:
    """What came of an import, in one sentence."""
    fates = [one.fate for one in outcomes]
    stored = [f"{count(fates.count(fate), 'file')} {fate.value}" for fate in (Fate.IMPORTED, Fate.KNOWN) if fate in fates]
    left = [
        f"{count(fates.count(fate), 'file')} {why}"
        for fate, why in ((Fate.MISMATCH, "not imported: the Patient ID does not match"), (Fate.REFUSED, "refused"))
        if fate in fates
    ]
    tone = "pass" if not left else "warn" if stored or Fate.REFUSED not in fates else "fail"
    return (", ".join(stored + left) + ".", tone)


def refusal_list(sentences: Sequence[str]) -> str:
    """One sentence for each file that was refused."""
    if not sentences:
        return ""
    lines = "".join(f'<li><i aria-hidden="true">\N{MULTIPLICATION X}</i><span>{escape(one)}</span></li>' for one in sentences)
    return f'<ul class="wb-import-refused" aria-label="refused files">{lines}</ul>'


def imported_table(stored: Sequence[tuple[Outcome, str]]) -> str:
    """What is stored now, and for whom it was asked for.

    Parameters
    ----------
    stored : what came of each file, and the Patient ID that it was meant for.
    """
    if not stored:
        return empty("Nothing imported yet: choose files, enter whose they are, import.")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("object", "label", "Patient ID", "outcome", "UID", "file"))
    rows = "".join(_row(outcome, patient_id) for outcome, patient_id in stored)
    return f'<table class="wb-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def pictured(pictures: Sequence[FilmPicture]) -> str:
    """The quiet words beside the pictures: the size of their pixels."""
    return ", ".join(f"{one.view} {_size(one)}" for one in sorted(pictures, key=lambda one: one.view))


def _size(picture: FilmPicture) -> str:
    if picture.pixels is None:
        return "blank"
    rows, columns = picture.pixels.shape
    return f"{columns} \N{MULTIPLICATION SIGN} {rows} pixels"


def _row(outcome: Outcome, patient_id: str) -> str:
    file = outcome.file
    carried = escape(file.patient_id or NO_PATIENT_ID)
    if file.patient_id.casefold() != patient_id.casefold():
        carried = f'<span class="wb-warn"><i aria-hidden="true">!</i>{carried}, imported for {escape(patient_id)}</span>'
    cells = {
        "object": escape(file.kind),
        "label": escape(file.label),
        "patient": carried,
        "outcome": outcome.fate.value,
        "uid": short_uid(outcome.uid or ""),
        "file": escape(file.name),
    }
    return "<tr>" + "".join(f'<td data-column="{name}">{cell}</td>' for name, cell in cells.items()) + "</tr>"
