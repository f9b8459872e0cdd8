"""Files of the ocular exchange: plans and images out, into a folder that the user chooses. Images come in through the intake."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from workbench.archive.files import write_new
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.dicom.uids import UidSource
from workbench.mapping import ocular_plans
from workbench.mapping.media import blank
from workbench.ocular.plan import OcularPlan
from workbench.settings import Identity


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
