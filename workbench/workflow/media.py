"""Files of the ocular exchange: plans and images out, into a folder that the user chooses, and plans read back without an archive.

Images come in through the intake.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tqdm.auto import tqdm

from workbench.archive.writing import write_new
from workbench.dicom import part10, uids
from workbench.dicom.part10 import Encoded
from workbench.dicom.uids import UidSource
from workbench.errors import Refused, Unavailable
from workbench.mapping import ocular_plans
from workbench.mapping.deidentified import CLASSES, KEY_BYTES, Key, deidentified
from workbench.mapping.media import blank
from workbench.mapping.ocular_reading import Reading, Said, read_ion_plan
from workbench.ocular.beamline import Beamline, known_beamlines
from workbench.ocular.plan import OcularPlan
from workbench.settings import Identity
from workbench.workflow.desk import Desk


def export_plan(plan: OcularPlan, folder: Path, *, identity: Identity, uid_source: UidSource) -> tuple[Path, ...]:
    """Write a plan and its setup images as DICOM files; the paths, the plan's first.

    Raises
    ------
    Refused : a value of the plan cannot be written; the message names the row.
    Unavailable : the folder cannot be written, or has such a file; then none of them is left.
    """
    exported = ocular_plans.export(plan, uid_source=uid_source, identity=identity)
    return _write([part10.encoded(dataset) for dataset in exported.all()], folder, identity)


def export_image(instance: Encoded, folder: Path, *, identity: Identity) -> Path:
    """Write an imported image again, blank, its text the same bytes.

    Raises
    ------
    Refused : it is no image that the exchange can write.
    Unavailable : the folder cannot be written, or has such a file.
    """
    return _write([blank(instance)], folder, identity)[0]


def deidentify(desk: Desk, folder: Path, key: Key, *, patient_id: str | None = None, progress: bool = False) -> tuple[Path, ...]:
    """Write the archive's plans and treatment records as files that name nobody (``mapping.deidentified``); their paths.

    Parameters
    ----------
    key : with the same one a later export gives the same pseudonyms, UIDs and days.
    patient_id : only this patient's.
    progress : show a bar.

    Raises
    ------
    Refused : one cannot be de-identified, for example because a name stands in an element that is kept; then none of them is left.
    Unavailable : the folder cannot be written, or has such a file; then none of them is left.
    """
    with desk.archive.database.reading() as view:
        found = [one for one in view.objects.find() if one.sop_class_uid in CLASSES and patient_id in {None, one.keys.patient_id}]
    watched = tqdm(found, desc="deidentify", unit=" objects", disable=not progress)
    files = (part10.read_file(desk.archive.path(one)) for one in watched)
    return _write((part10.encoded(deidentified(one.dataset(), key)) for one in files), folder, desk.settings.identity)


def kept_key(path: Path) -> bytes:
    """The secret of ``deidentify`` that a file keeps; both are made when there is no such file.

    Raises
    ------
    Unavailable : the file can be neither read nor made.
    """
    if not path.exists():
        write_new(path, secrets.token_hex(2 * KEY_BYTES).encode("ascii"))
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Unavailable(f"{path}: cannot be read ({problem.strerror}), expected the file of a key", rule="storage") from problem


def read_plan(*paths: str | Path, beamlines: Mapping[str, Beamline] | None = None, said: Said | None = None) -> Reading:
    """The ocular plan in DICOM files: one RT Ion Plan, and RT Images of which it may have its setup images.

    Parameters
    ----------
    paths : files, or folders that hold no others.
    beamlines : descriptions by name; those that ship when not given.
    said : what the plan itself leaves open.

    Raises
    ------
    Refused : a file is no DICOM file, there is not exactly one plan among them, or it is no plan for an eye.
    """
    found = {path: part10.read_file(path) for path in _files(Path(path) for path in paths)}
    plans = [path for path, instance in found.items() if instance.sop_class_uid == uids.RT_ION_PLAN]
    if len(plans) != 1:
        where = ", ".join(str(path) for path in paths)
        raise Refused(f"{where}: found {len(plans)} RT Ion Plans, expected one, with its RT Images or without", rule="sop-class")
    images = [instance.dataset() for instance in found.values() if instance.sop_class_uid == uids.RT_IMAGE]
    known = known_beamlines({}) if beamlines is None else beamlines
    try:
        return read_ion_plan(found[plans[0]].dataset(), images=images, beamlines=known, said=said)
    except Refused as problem:
        raise Refused(f"{plans[0]}: {problem}", rule=problem.rule) from problem


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.iterdir() if one.is_file())
        else:
            yield path


def _write(instances: Iterable[Encoded], folder: Path, identity: Identity) -> tuple[Path, ...]:
    written: list[Path] = []
    try:
        for instance in instances:
            header = part10.header(
                instance,
                implementation_class_uid=identity.implementation_class_uid,
                implementation_version_name=identity.implementation_version_name,
            )
            path = folder / _name(instance)
            write_new(path, header + instance.data)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return tuple(written)


def _name(instance: Encoded) -> str:
    """Modality, label and UID; a label may hold what a file's name may not."""
    dataset = instance.dataset()
    label = str(dataset.get("RTImageLabel") or dataset.get("RTPlanLabel") or "")
    return f"{dataset.Modality}_{re.sub(r'[^A-Za-z0-9.-]+', '_', label)}_{instance.sop_instance_uid}.dcm"
