"""A data set as it is read by those who did not write it: values by keyword, None where there is none, one sentence where it is no value.

It knows VRs and places; what a value means is the reader's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.values import convert_value

from workbench.dicom import spec, values
from workbench.errors import Refused


@dataclass(frozen=True, slots=True)
class Item:
    """A data set or an item of a sequence.

    Parameters
    ----------
    where : its place, with which errors begin: ``RT Ion Plan 1.2.3: IonBeamSequence[0]``.
    """

    dataset: Dataset
    where: str

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """All values as numbers; none when it is absent or empty.

        A 32-bit float has the digits it was written with, 21.7 and not 21.70000076.

        Raises
        ------
        Refused : a value is no number.
        """
        vr, found = self._read(keyword)
        each = found if isinstance(found, tuple) else () if found is None else (found,)
        numbers = []
        for one in each:
            if not isinstance(one, int | float):
                raise self.refused(keyword, f"found {values.shown(one)}, expected a number")
            numbers.append(float(str(np.float32(one))) if vr == "FL" else float(one))
        return tuple(numbers)

    def number(self, keyword: str) -> float | None:
        """The one value as a number; None when it is absent or empty.

        Raises
        ------
        Refused : it is no number, or more than one.
        """
        found = self.numbers(keyword)
        if len(found) > 1:
            raise self.refused(keyword, f"found {len(found)} values, expected one")
        return found[0] if found else None

    def whole(self, keyword: str) -> int | None:
        """The one value as a whole number; None when it is absent or empty.

        Raises
        ------
        Refused : it is none.
        """
        found = self.number(keyword)
        if found is not None and not found.is_integer():
            raise self.refused(keyword, f"found {found:g}, expected a whole number")
        return None if found is None else int(found)

    def text(self, keyword: str) -> str | None:
        """The value as text without the spaces at its ends, several separated by backslashes; None when it is absent or empty.

        Raises
        ------
        Refused : it cannot be decoded.
        """
        _, found = self._read(keyword)
        each = found if isinstance(found, tuple) else () if found is None else (found,)
        return "\\".join(str(one) for one in each).strip() or None

    def items(self, keyword: str) -> tuple[Item, ...]:
        """Items of a sequence; none when it is absent or empty."""
        tag = spec.find(self.dataset, keyword)
        found = [] if tag is None else self.dataset[tag].value or []
        return tuple(Item(one, f"{self.where}: {keyword}[{index}]") for index, one in enumerate(found))

    def refused(self, keyword: str, problem: str) -> Refused:
        """The refusal of one attribute, to be raised."""
        return Refused(f"{self.where}: {keyword}: {problem}", rule=f"attribute:{keyword}")

    def _read(self, keyword: str) -> tuple[str, object]:
        """VR and comparable value; private attributes of implicit VR are decoded under the VR that we know of them."""
        tag = spec.find(self.dataset, keyword)
        if tag is None:
            return ("", None)
        try:
            element = self.dataset[tag]
            vr, found = element.VR, element.value
            if vr == "UN" and isinstance(found, bytes):
                vr = spec.vr_of(keyword)
                found = convert_value(vr, RawDataElement(element.tag, vr, len(found), found, 0, True, True))
            return (vr, values.comparable(vr, found))
        except values.UNDECODABLE as problem:
            raise self.refused(keyword, f"cannot be read ({problem}), expected a value of its kind") from problem
