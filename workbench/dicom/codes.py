"""Coded terms, as the standard's context groups have them."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Code:
    """A code value, its scheme and what it means."""

    value: str
    scheme: str
    meaning: str
    version: str | None = None

    def item(self) -> Dataset:
        """The code as an item of a code sequence."""
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = self.value, self.scheme, self.meaning
        if self.version is not None:
            item.CodingSchemeVersion = self.version
        return item


RT_TREATMENT = Code("121726", "DCM", "RT Treatment with Internal Verification")
RT_TREATMENT_QA = Code("121728", "DCM", "RT Treatment QA with Internal Verification")
POSITION_ACQUISITION = Code("121707", "DCM", "RT Patient Position Acquisition, CT kV")
"""CID 9241 and 9242; the ones that the TMS statement uses (9.1.1.4.3)."""

FIDUCIAL_ALIGNMENT = Code("125022", "DCM", "Fiducial Alignment")

DISCONTINUED = Code("110513", "DCM", "Discontinued for unspecified reason")
"""CID 9300, Procedure Discontinuation Reasons."""

BASIC_PROFILE = Code("113100", "DCM", "Basic Application Confidentiality Profile")
MODIFIED_DATES = Code("113107", "DCM", "Retain Longitudinal Temporal Information Modified Dates Option")
SAFE_PRIVATE = Code("113111", "DCM", "Retain Safe Private Option")
"""CID 7050, De-identification Methods; the ones that the de-identified export follows."""
