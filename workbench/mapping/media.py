"""An imported image of the eye as it is exported again: blank, its text the same bytes, no Specific Character Set.

The planner keeps what it read as bytes and does not know in which character set they are written (ocular statement 4.1); so
nothing here decodes text. What the export's rows do not list is left out; what they fix is written as they say.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from workbench.dicom import part10, spec, uids, values
from workbench.dicom.check import check, errors
from workbench.dicom.part10 import Encoded
from workbench.dicom.rules import Constant, Empty, OneOf, Verdict
from workbench.dicom.spec import Attribute, Repeating
from workbench.errors import Refused
from workbench.iods import OCULAR_RT_IMAGE


def blank(instance: Encoded) -> Encoded:
    """The image with every pixel zero.

    Parameters
    ----------
    instance : an imported RT Image in Implicit VR Little Endian.

    Raises
    ------
    Refused : it is no such image, or lacks what an exported one must have; the message names the first row.
    """
    where = f"RT Image {instance.sop_instance_uid}"
    if (instance.sop_class_uid, instance.transfer_syntax) != (uids.RT_IMAGE, uids.IMPLICIT_LITTLE):
        found = f"class {instance.sop_class_uid} in transfer syntax {instance.transfer_syntax}"
        raise Refused(f"{where}: found {found}, expected an RT Image in Implicit VR Little Endian", rule="media")
    source = instance.dataset()
    made = _listed(source)
    for row in _rows():
        _settle(made, row)
    size = int(source.get("Rows") or 0) * int(source.get("Columns") or 0)
    made.add_new(spec.tag_of("PixelData"), "OW", bytes(size + size % 2))
    again = part10.encoded(made)
    wrong = errors(check(OCULAR_RT_IMAGE, again.read()))
    if wrong:
        raise Refused(f"{where}: cannot be exported, {wrong[0].path}: {wrong[0].message}", rule=f"row:{wrong[0].code}")
    return again


def _rows() -> Iterator[Attribute]:
    for module in OCULAR_RT_IMAGE.modules:
        yield from (row for row in module.rows if isinstance(row, Attribute))


def _listed(source: Dataset) -> Dataset:
    """The elements that the export lists, curves among them, not decoded."""
    tags = {spec.tag_of(row.keyword) for module in OCULAR_RT_IMAGE.modules for row in module.rows if not isinstance(row, Repeating)}
    made = Dataset()
    for tag in list(source.keys()):
        if tag in tags or spec.CURVE_GROUP <= tag.group <= spec.CURVE_GROUP_LAST:
            made._dict[tag] = source.get_item(tag)
    return made


def _settle(made: Dataset, row: Attribute) -> None:
    """What the row fixes, or leaves empty; an optional attribute that the image has not is not invented."""
    tag, is_there = spec.tag_of(row.keyword), row.keyword in made
    if isinstance(row.rule, Constant) and (is_there or row.type in {"1", "2"}):
        made[tag] = DataElement(tag, row.vr(), values.to_dicom(row.vr(), row.rule.value))
        return
    if isinstance(row.rule, Empty) or (row.type == "2" and (not is_there or _is_foreign(made, row))):
        made[tag] = DataElement(tag, row.vr(), None)


def _is_foreign(made: Dataset, row: Attribute) -> bool:
    """Whether the image says something that the row does not list, of the eye for example."""
    if not isinstance(row.rule, OneOf):
        return False
    return row.rule.agrees(row.vr(), made[row.keyword].value, None) is not Verdict.AGREES
