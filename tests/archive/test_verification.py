"""A verification finds what is gone or damaged, clears away what nobody was told to be stored, and touches nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archive.samples import make_instance, make_stored
from workbench.archive.archive import Archive
from workbench.archive.rows import StoredObject
from workbench.archive.verification import ORPHAN_AGE_S, Verification, verify
from workbench.dicom import uids
from workbench.errors import Unavailable
from workbench.events import EventBus
from workbench.settings import Settings


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    opened = Archive(tmp_path, Settings(), EventBus())
    yield opened
    opened.close()


@pytest.fixture
def stored(archive: Archive) -> StoredObject:
    """One object with its row."""
    instance = make_instance(uids.IMPLICIT_LITTLE)
    one = replace(make_stored(instance.sop_instance_uid, file=archive.keep(instance)), size=len(instance.data))
    with archive.database.transaction() as transaction:
        archive.index(transaction, one, instance)
    return one


def orphan(archive: Archive, *, age_s: float) -> str:
    """A whole file without a row, of this age; its name."""
    name = archive.files.put(b"header", b"of an interrupted intake")
    path = archive.files.path(name)
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return name


@pytest.mark.parametrize("deep", [False, True])
def test_a_sound_archive_is_said_to_be_sound(archive: Archive, stored: StoredObject, deep: bool) -> None:
    """One object, whole; nothing was done."""
    found = verify(archive, deep=deep)

    assert found == Verification(objects=1, is_deep=deep)
    assert found.sentences() == [f"archive: 1 objects, all whole ({'every byte' if deep else 'every length'} was looked at)"]


def test_a_missing_file_is_reported_and_its_row_stays(archive: Archive, stored: StoredObject) -> None:
    """Loudly, with the UID; retrieving it is a refusal in words."""
    archive.path(stored).unlink()

    found = verify(archive)

    assert (found.missing, found.damaged, found.is_sound) == ((stored.uid,), (), False)
    with archive.database.reading() as view:
        assert view.objects.get(stored.uid) == stored
    with pytest.raises(Unavailable, match=rf"^object file {stored.file}: cannot be read"):
        archive.outgoing(stored)


@pytest.mark.parametrize("content", [b"", b"shorter", bytes(200)])
def test_a_file_of_another_length_is_found_without_reading_it(archive: Archive, stored: StoredObject, content: bytes) -> None:
    """Cut off, or no DICOM file at all."""
    archive.path(stored).write_bytes(content)

    assert verify(archive).damaged == (stored.uid,)


def test_a_turned_bit_is_found_by_reading_every_byte(archive: Archive, stored: StoredObject) -> None:
    """The length is right, the content is not: only the deep look finds it, and nobody is handed it out."""
    content = bytearray(archive.path(stored).read_bytes())
    content[-1] ^= 1
    archive.path(stored).write_bytes(content)

    assert verify(archive).is_sound
    assert verify(archive, deep=True).damaged == (stored.uid,)
    with pytest.raises(Unavailable, match="its content is not what was stored, expected the SHA-256 of its name"):
        archive.outgoing(stored)


def test_an_old_file_without_a_row_is_put_aside(archive: Archive, stored: StoredObject, tmp_path: Path) -> None:
    """Not deleted: it is in the folder aside, and the object that has a row stays where it is."""
    name = orphan(archive, age_s=ORPHAN_AGE_S + 60)

    found = verify(archive)

    assert (found.put_aside, found.repaired, found.is_sound) == ((name,), True, True)
    assert (tmp_path / "objects" / "aside" / f"{name}.dcm").read_bytes() == b"headerof an interrupted intake"
    assert archive.path(stored).exists()
    assert verify(archive).put_aside == ()


def test_a_young_file_without_a_row_is_left_alone(archive: Archive) -> None:
    """Another process may be about to write its row; an old one that comes again is as young as a new one."""
    name = orphan(archive, age_s=ORPHAN_AGE_S - 60)
    assert verify(archive).put_aside == ()

    orphan(archive, age_s=ORPHAN_AGE_S + 60)
    archive.files.put(b"header", b"of an interrupted intake")

    assert verify(archive).put_aside == ()
    assert archive.files.path(name).exists()


def test_a_file_put_aside_between_keeping_and_indexing_is_kept_again(archive: Archive) -> None:
    """The row is never written without its file."""
    instance = make_instance(uids.IMPLICIT_LITTLE)
    one = replace(make_stored(instance.sop_instance_uid, file=archive.keep(instance)), size=len(instance.data))
    archive.files.put_aside(one.file)

    with archive.database.transaction() as transaction:
        archive.index(transaction, one, instance)

    assert archive.read(one) == instance


def test_half_written_files_are_removed_and_counted(archive: Archive, tmp_path: Path) -> None:
    """What a killed process left."""
    (tmp_path / "objects" / "00" / ".part-killed").write_bytes(b"half")

    found = verify(archive)

    assert (found.parts, found.is_sound) == (1, True)
    assert found.sentences()[1:] == ["1 half-written files of an interrupted intake were removed; nobody was told that they are stored"]


def test_a_verification_shows_itself() -> None:
    """A headline, and an item for each that is wrong."""
    page = Verification(objects=2, is_deep=False, missing=("1.2",))._repr_html_()

    assert page.startswith("<b>archive: 2 objects, 1 missing, 0 damaged (every length was looked at)</b>")
    assert page.count("<li>") == 1
