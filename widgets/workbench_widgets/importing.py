"""What a folder, a file or a browser's upload offers to import, and what came of importing it.

Files are read to be told apart; whether one is right is the workbench's to say, when it is imported. It shows nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from pydicom.uid import UID

from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.errors import Refused, Unavailable, WorkbenchError
from workbench.mapping.ocular_images import film_picture
from workbench.ocular.setup import FilmPicture
from workbench.workflow.intake import BY_USER
from workbench_widgets.typed_paths import typed_path

MOST_FILES: Final = 5000
"""More in one folder is refused: somebody has named a whole disk."""
LABELS: Final = ("RTImageLabel", "RTPlanLabel", "StructureSetLabel", "SeriesDescription")
"""Where an object's own name stands, by class."""
DIRECTORY: Final = "DICOMDIR"
"""File ID of a medium's table of contents (PS3.10 8.6): it is no object."""
MAGIC_END: Final = 132
"""Bytes up to and with the letters DICM (PS3.10 7.1)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundFile:
    """A DICOM file that could be imported.

    Parameters
    ----------
    name : as the user knows it: its path inside the folder, or the name it had in the browser.
    label : the object's own name; empty where it has none.
    source : where it lies, or its bytes when it came from a browser.
    """

    name: str
    sop_class_uid: str
    label: str
    patient_id: str
    source: Path | bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """Its SOP class in words."""
        return BY_USER.get(self.sop_class_uid) or UID(self.sop_class_uid).name.removesuffix(" Storage")

    @property
    def is_importable(self) -> bool:
        """Whether users may import objects of its class."""
        return self.sop_class_uid in BY_USER

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """The file's path; bytes lie in a temporary file as long as they are needed."""
        if isinstance(self.source, Path):
            yield self.source
            return
        # The browser's name for it stays out of the file system.
        with tempfile.TemporaryDirectory(prefix="workbench-import-") as folder:
            path = Path(folder) / "upload.dcm"
            path.write_bytes(self.source)
            yield path


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What was found.

    Parameters
    ----------
    where : where it was looked for, in words.
    refusals : one sentence for each file that is DICOM, or was said to be, and cannot be read.
    others : how many files of the folder are no DICOM files.
    """

    where: str
    files: tuple[FoundFile, ...] = ()
    refusals: tuple[str, ...] = ()
    others: int = 0


class Fate(StrEnum):
    """What came of importing a file."""

    IMPORTED = "imported"
    """It was new."""
    KNOWN = "known already"
    """The same object was there."""
    MISMATCH = "Patient ID does not match"
    """Not imported unless the user wants it all the same."""
    REFUSED = "refused"
    """Not imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of importing one file.

    Parameters
    ----------
    uid : SOP Instance UID; None where it is not imported.
    sentence : why it is not imported; empty where it is.
    """

    file: FoundFile
    fate: Fate
    uid: str | None = None
    sentence: str = ""


def look_in(where: str) -> Offer:
    """The DICOM files of a folder and of the folders in it, or the one file that was named.

    Parameters
    ----------
    where : a path as it was typed.

    Raises
    ------
    Refused : there is no such user, folder or file, or too much in it.
    Unavailable : the folder cannot be read.
    """
    path = typed_path(where)
    if path.is_file():
        return _offer(str(path), [(path.name, path)])
    if not path.is_dir():
        raise Refused(f"{path}: found nothing of this name, expected a folder or a DICOM file", rule="file")
    try:
        inside = list(islice((one for one in path.rglob("*") if one.is_file()), MOST_FILES + 1))
        if len(inside) > MOST_FILES:
            raise Refused(f"{path}: found more than {MOST_FILES} files, expected fewer", rule="file")
        known = sorted(one for one in inside if one.name != DIRECTORY and _may_be_dicom(one))
    except OSError as problem:
        raise Unavailable(f"{path}: cannot be read ({problem.strerror}), expected a folder of DICOM files", rule="file") from problem
    return _offer(str(path), [(one.relative_to(path).as_posix(), one) for one in known], others=len(inside) - len(known))


def look_at(uploads: Iterable[tuple[str, bytes]]) -> Offer:
    """What files from a browser hold.

    Parameters
    ----------
    uploads : name and bytes of each.
    """
    return _offer("the browser", uploads)


def picture_of(bench: Workbench, outcome: Outcome) -> FilmPicture | str | None:
    """The picture that an imported RT Image holds, or the sentence that says why it cannot be shown; None for other objects."""
    if outcome.uid is None or outcome.file.sop_class_uid != uids.RT_IMAGE:
        return None
    try:
        return film_picture(bench.dataset(outcome.uid))
    except WorkbenchError as problem:
        return f"{outcome.file.name} is stored and cannot be shown: {problem}"


def bring(bench: Workbench, file: FoundFile, patient_id: str, *, is_confirmed: bool = False) -> Outcome:
    """Import one file; what is wrong with it is part of the outcome.

    Parameters
    ----------
    patient_id : the patient it is meant for.
    is_confirmed : the user goes on although it is another one's.
    """
    with file.on_disk() as path:
        try:
            uid, is_new = bench.import_file(path, patient_id=patient_id, is_confirmed=is_confirmed)
        except WorkbenchError as problem:
            fate = Fate.MISMATCH if problem.rule == "patient-mismatch" else Fate.REFUSED
            told = str(problem).replace(str(path), file.name)
            return Outcome(file=file, fate=fate, sentence=told if file.name in told else f"{file.name}: {told}")
    return Outcome(file=file, fate=Fate.IMPORTED if is_new else Fate.KNOWN, uid=uid)


def _offer(where: str, sources: Iterable[tuple[str, Path | bytes]], *, others: int = 0) -> Offer:
    files, refusals = [], []
    for name, source in sources:
        try:
            files.append(_found(name, source))
        except Refused as problem:
            refusals.append(str(problem))
    return Offer(where=where, files=tuple(files), refusals=tuple(refusals), others=others)


def _found(name: str, source: Path | bytes) -> FoundFile:
    instance = part10.read_file(source) if isinstance(source, Path) else part10.parse_file(source, name)
    dataset = instance.dataset()
    labels = (str(dataset.get(keyword) or "") for keyword in LABELS)
    return FoundFile(
        name=name,
        sop_class_uid=instance.sop_class_uid,
        label=next((one for one in labels if one), ""),
        patient_id=str(dataset.get("PatientID") or ""),
        source=source,
    )


def _may_be_dicom(path: Path) -> bool:
    """False only where it has been seen that it is none; of a file that cannot be opened the reader says why."""
    try:
        with path.open("rb") as file:
            return file.read(MAGIC_END)[-4:] == b"DICM"
    except OSError:
        return True
