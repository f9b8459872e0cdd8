"""Is everything that was acknowledged still there and whole? Looked at when a provider starts, and whenever asked.

Nothing that a row speaks of is ever touched. What nobody was told to be stored, since a crash came first, is cleared away: parts of files
are removed, whole files without a row are put aside.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from workbench.archive.archive import Archive
from workbench.archive.rows import StoredObject

log = logging.getLogger(__name__)

ORPHAN_AGE_S: Final = 3600.0
"""A file without a row is left alone for this long: another process may be about to write the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found and done.

    Parameters
    ----------
    objects : how many rows were looked at.
    is_deep : whether every byte was read, or only every length.
    missing, damaged : SOP Instance UIDs of objects whose file is gone, or is not what was stored.
    put_aside : names of whole files without a row, now in the folder ``aside``.
    parts : how many half-written files were removed.
    """

    objects: int
    is_deep: bool
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    put_aside: tuple[str, ...] = ()
    parts: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether every object is there and whole."""
        return not self.missing and not self.damaged

    @property
    def repaired(self) -> bool:
        """Whether anything was cleared away."""
        return bool(self.put_aside or self.parts)

    def sentences(self) -> list[str]:
        """One about all of them, and one about each that is wrong or was done."""
        how = "every byte" if self.is_deep else "every length"
        state = "all whole" if self.is_sound else f"{len(self.missing)} missing, {len(self.damaged)} damaged"
        told = [f"archive: {self.objects} objects, {state} ({how} was looked at)"]
        told += [f"object {uid}: its file is gone, expected it in the archive; restore it from a backup" for uid in self.missing]
        told += [f"object {uid}: its file is not what was stored; restore it from a backup" for uid in self.damaged]
        if self.parts:
            told.append(f"{self.parts} half-written files of an interrupted intake were removed; nobody was told that they are stored")
        if self.put_aside:
            told.append(f"{len(self.put_aside)} files without a row were put aside; nobody was told that they are stored")
        return told

    def _repr_html_(self) -> str:
        first, *others = self.sentences()
        items = "".join(f"<li>{escape(one)}</li>" for one in others)
        return f"<b>{escape(first)}</b>" + (f"<ul>{items}</ul>" if items else "")


def verify(archive: Archive, *, deep: bool = False) -> Verification:
    """Hold every row against its file, and clear away what no row speaks of.

    Parameters
    ----------
    deep : read every byte and compare its SHA-256, instead of the length only.
    """
    parts = archive.files.discard_parts()
    with archive.database.reading() as view:
        stored = view.objects.find()
    missing, damaged = [], []
    for one in stored:
        if not archive.path(one).exists():
            missing.append(one.uid)
        elif not _is_whole(archive, one, deep=deep):
            damaged.append(one.uid)
    found = Verification(
        objects=len(stored),
        is_deep=deep,
        missing=tuple(missing),
        damaged=tuple(damaged),
        put_aside=tuple(_put_aside(archive, {one.file for one in stored})),
        parts=parts,
    )
    level = logging.INFO if found.is_sound else logging.ERROR
    for sentence in found.sentences():
        log.log(level, sentence)
    return found


def _is_whole(archive: Archive, stored: StoredObject, *, deep: bool) -> bool:
    if archive.files.data_size(stored.file) != stored.size:
        return False
    return not deep or archive.files.digest(stored.file) == stored.file


def _put_aside(archive: Archive, known: set[str]) -> Iterator[str]:
    """Old files that no row speaks of, moved out of the way.

    A row may be written at this moment for a file that was left long ago and has now come again. So they are moved while no other
    transaction can write, and whoever writes a row looks for its file within its own.
    """
    suspects = [name for name in archive.files.names() if name not in known]
    if not suspects:
        return
    with archive.database.transaction() as transaction:
        rows = {one.file for one in transaction.objects.find()}
        for name in suspects:
            if name not in rows and archive.files.age_s(name, time.time()) > ORPHAN_AGE_S:
                archive.files.put_aside(name)
                yield name
