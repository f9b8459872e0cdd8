"""Files and rows together, in the order that loses nothing: first the file, then its row, then the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.archive.database import Database, Transaction
from workbench.archive.files import ObjectFiles
from workbench.archive.rows import StoredObject
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.errors import Conflict, Unavailable
from workbench.events import EventBus
from workbench.settings import Settings
from workbench.treatment.planned import PlannedBeam


class Archive:
    """One data folder.

    Parameters
    ----------
    folder : holds ``objects/`` and, by default, ``index.sqlite``; made when missing.
    """

    def __init__(self, folder: Path, settings: Settings, bus: EventBus) -> None:
        self.folder = folder
        self._identity = settings.identity
        self.files = ObjectFiles(folder / "objects")
        try:
            url = settings.database
            self.database = Database(url, bus) if url else Database.in_folder(folder, bus)
        except OSError as problem:
            raise Unavailable(f"{folder}: cannot be opened ({problem.strerror})", rule="database") from problem

    def keep(self, instance: Encoded) -> str:
        """Put the object's file on the disk and give its name; no row speaks of it yet."""
        header = part10.header(
            instance,
            implementation_class_uid=self._identity.implementation_class_uid,
            implementation_version_name=self._identity.implementation_version_name,
        )
        return self.files.put(header, instance.data)

    def index(self, transaction: Transaction, stored: StoredObject, instance: Encoded, planned: Sequence[PlannedBeam] = ()) -> None:
        """Write the row of an object whose file was kept; kept again, should a verification have put it aside meanwhile.

        Parameters
        ----------
        planned : beams of a plan (``mapping.planned.read_planned``), which are written beside it.
        """
        if not self.path(stored).exists():
            self.keep(instance)
        transaction.objects.add(stored)
        transaction.beams.add_planned(stored.uid, planned)

    def read(self, stored: StoredObject) -> Encoded:
        """The object's bytes."""
        return part10.parse_file(self.files.read(stored.file), stored.uid)

    def outgoing(self, stored: StoredObject) -> Encoded:
        """The object's bytes as its row describes them, not looked into again.

        Raises
        ------
        Unavailable : the file is gone, or not whole.
        """
        data = part10.data_set(self.files.read(stored.file), f"object {stored.uid}")
        if len(data) != stored.size:
            raise Unavailable(f"object {stored.uid}: found {len(data)} bytes, expected {stored.size}")
        return Encoded(sop_class_uid=stored.sop_class_uid, sop_instance_uid=stored.uid, transfer_syntax=stored.transfer_syntax, data=data)

    def path(self, stored: StoredObject) -> Path:
        """Where the object's file is."""
        return self.files.path(stored.file)

    def is_same(self, instance: Encoded, view: Transaction) -> bool:
        """Whether exactly this object is stored already.

        Raises
        ------
        Conflict : another data set is stored under its SOP Instance UID.
        """
        stored = view.objects.get(instance.sop_instance_uid)
        if stored is None:
            return False
        kept = self.read(stored)
        if kept.data == instance.data and kept.transfer_syntax == instance.transfer_syntax:
            return True
        if part10.fingerprint(kept) == part10.fingerprint(instance):
            return True
        raise Conflict(
            f"object {instance.sop_instance_uid}: another data set is stored under this UID, expected the same one or a new UID",
            rule="duplicate",
            comment="SOP Instance UID is in use by another data set",
        )

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
