"""Files and rows together: the same object is known again, another one under its UID is not taken for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.archive.samples import make_instance, make_stored
from workbench.archive.archive import Archive
from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Conflict, Unavailable
from workbench.events import EventBus
from workbench.settings import Settings

SYNTAXES = pytest.mark.parametrize("syntax", uids.UNCOMPRESSED, ids=["implicit", "explicit", "big endian"])


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    opened = Archive(tmp_path, Settings(), EventBus())
    yield opened
    opened.close()


def keep(archive: Archive, instance: Encoded) -> None:
    """File and row of an object."""
    stored = make_stored(instance.sop_instance_uid, file=archive.keep(instance))
    with archive.database.transaction() as transaction:
        transaction.objects.add(stored)


def is_same(archive: Archive, instance: Encoded) -> bool:
    """Whether the archive knows the object."""
    with archive.database.reading() as view:
        return archive.is_same(instance, view)


@SYNTAXES
def test_an_object_is_read_back_bit_by_bit(archive: Archive, syntax: str) -> None:
    """Data set and transfer syntax are those that were kept."""
    instance = make_instance(syntax)
    keep(archive, instance)

    with archive.database.reading() as view:
        stored = view.objects.get("2.25.30")

    assert stored is not None
    assert archive.read(stored) == instance
    assert archive.path(stored).read_bytes()[128:132] == b"DICM"


@SYNTAXES
@pytest.mark.parametrize("first", uids.UNCOMPRESSED, ids=["implicit", "explicit", "big endian"])
def test_the_same_object_in_another_transfer_syntax_is_the_same_object(archive: Archive, first: str, syntax: str) -> None:
    """Kept in any of the three, sent again in any of the three: pixel words turn, the object does not."""
    keep(archive, make_instance(first))

    assert is_same(archive, make_instance(syntax))


def test_an_object_that_is_not_stored_is_not_known(archive: Archive) -> None:
    """An empty archive knows nothing, an orphaned file changes nothing about that."""
    archive.keep(make_instance())

    assert not is_same(archive, make_instance())


@pytest.mark.parametrize("change", [{"PatientID": "P-002"}, {"PixelData": bytes(12)}, {"SeriesDescription": "new"}])
@SYNTAXES
def test_another_data_set_under_the_same_uid_is_refused(archive: Archive, change: dict[str, object], syntax: str) -> None:
    """One value differs, or one attribute is more: never overwritten, and the comment for the wire names no patient."""
    keep(archive, make_instance())

    with pytest.raises(Conflict, match=r"^object 2\.25\.30: another data set is stored under this UID, expected") as refusal:
        is_same(archive, make_instance(syntax, **change))

    assert (refusal.value.rule, refusal.value.comment) == ("duplicate", "SOP Instance UID is in use by another data set")


def test_group_lengths_do_not_make_another_object(archive: Archive) -> None:
    """An old sender writes (0008,0000); the data set is the same."""
    keep(archive, make_instance())
    plain = make_instance()
    with_length = replace(plain, data=b"\x08\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00" + plain.data)

    assert is_same(archive, with_length)


def test_a_file_without_a_row_is_invisible(archive: Archive) -> None:
    """A crash between file and row: nothing is found, and sending again completes it."""
    name = archive.keep(make_instance())
    with archive.database.reading() as view:
        assert view.objects.find() == []

    keep(archive, make_instance())

    with archive.database.reading() as view:
        assert [one.file for one in view.objects.find()] == [name]


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    """A file stands where the data folder should be."""
    (tmp_path / "data").write_text("in the way")

    with pytest.raises(Unavailable, match=r"cannot be made \(.*\), expected a folder to keep objects in$"):
        Archive(tmp_path / "data", Settings(), EventBus())
