"""The ocular exchange as a reader of its files sees it: one full plan exported, and an X-ray of the eye to import."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from tests.factories import CountedUids, make_plan
from workbench.dicom import part10, uids
from workbench.mapping.ocular_plans import export
from workbench.ocular.plan import OcularPlan
from workbench.settings import OCULAR_AS_STATED

PIXELS = np.arange(65 * 81, dtype=np.uint8).reshape(65, 81)
"""What an X-ray shows: no two neighbours alike."""
CYRILLIC = "Иванова^Ольга".encode("iso8859_5") + b" "
"""A name in ISO_IR 144: one byte a letter, none of them ASCII."""


def objects(plan: OcularPlan) -> tuple[Dataset, ...]:
    """A plan's RT Ion Plan and RT Images, speaking as stated, as their reader gets them."""
    made = export(plan, uid_source=CountedUids(), identity=OCULAR_AS_STATED)
    return tuple(part10.encoded(dataset).dataset() for dataset in made.all())


@cache
def exported() -> tuple[Dataset, Dataset, Dataset]:
    """The objects of a plan that knows everything; not to be changed."""
    plan, axial, lateral = objects(make_plan())
    return plan, axial, lateral


def ion_plan() -> Dataset:
    """Its RT Ion Plan."""
    return exported()[0]


def ion_beam() -> Dataset:
    """The one beam of it."""
    return ion_plan().IonBeamSequence[0]


def first_point() -> Dataset:
    """The beam's first control point, which holds all that stays."""
    return ion_beam().IonControlPointSequence[0]


def images() -> tuple[Dataset, Dataset]:
    """The AXIAL and the LATERAL RT Image."""
    return exported()[1:]


def impac(owner: Dataset, offset: int) -> object:
    """Value of a private attribute of IMPAC, which lies in block 10 here; bytes where the dictionary does not know it."""
    return owner[0x300B, 0x1000 + offset].value


def every_element() -> Iterator[tuple[str, object]]:
    """Keyword and value of every element of all three objects, those in sequences too."""
    for dataset in exported():
        for element in dataset.iterall():
            yield element.keyword, element.value


def xray(folder: Path, *, name: bytes | None = None, syntax: str = uids.IMPLICIT_LITTLE, **changes: object) -> Path:
    """An image of the eye as another system writes it: pixels, and text in Cyrillic where a name is given."""
    dataset = export(make_plan(), uid_source=CountedUids(), identity=OCULAR_AS_STATED).images[0]
    dataset.SpecificCharacterSet = "ISO_IR 144"
    dataset.add_new("PixelData", "OW", PIXELS.tobytes() + b"\0")
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    if name is not None:
        tag = Tag("PatientName")
        dataset._dict[tag] = RawDataElement(tag, "PN", len(name), name, 0, True, True)
    return write(dataset, folder / "xray.dcm", syntax)


def write(dataset: Dataset, path: Path, syntax: str = uids.IMPLICIT_LITTLE) -> Path:
    """A data set as a DICOM file of another maker."""
    instance = part10.encoded(dataset, syntax)
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.9", implementation_version_name=None) + instance.data)
    return path


def raw(path: Path) -> dict[str, bytes]:
    """Tag → bytes of each element at the top of a file's data set, not decoded."""
    dataset = part10.read_file(path).dataset()
    found = ((tag, dataset.get_item(tag)) for tag in list(dataset.keys()))
    return {f"{tag:08X}": element.value or b"" for tag, element in found if isinstance(element, RawDataElement)}
