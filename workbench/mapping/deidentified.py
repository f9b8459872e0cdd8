"""Plans and treatment records without what identifies anybody: for research, courses and reports of faults.

What may stay is listed, not what has to go: text that is not named here is emptied, whatever attribute it stands in. So an attribute that
nobody thought of loses its text instead of keeping it. The same key gives the same pseudonyms, UIDs and days, in every run.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID

from workbench.dicom import part10, private, uids
from workbench.errors import Refused

CLASSES: Final = frozenset({uids.RT_ION_PLAN, uids.RT_ION_BEAMS_RECORD, uids.RT_BEAMS_RECORD})
KEY_BYTES: Final = 16
"""A key that is shorter can be guessed, and with it who somebody is."""
MOST_DAYS: Final = 3650
SHORTEST: Final = 3
"""Shorter values are found in any file by chance, and are not searched for."""
METHOD: Final = "Listed text kept, other text emptied; IDs, UIDs and dates replaced by key"
KEPT_TEXT: Final = frozenset(
    "CodeValue CodingSchemeDesignator CodingSchemeVersion CodeMeaning SpecificCharacterSet SnoutID ApplicatorID BlockTrayID WedgeID "
    "RangeShifterID RangeModulatorID LateralSpreadingDeviceID CompensatorID ScanSpotTuneID ScanMode MaterialID DoseUnits".split()
)
"""Text of code sequences and of accessories of the machine."""
PSEUDONYMS: Final = MappingProxyType(
    {"PatientID": "P", "PatientName": "P", "RTPlanLabel": "L", "TreatmentMachineName": "M", "StationName": "M"}
)
"""Text that has to stay distinguishable → letter that its pseudonym begins with."""
EMPTIED: Final = frozenset("PatientBirthDate PatientBirthTime PatientSex PatientAge PatientSize PatientWeight PregnancyStatus".split())
"""What is no text and tells of the patient."""
IDENTIFYING: Final = frozenset(
    "PatientID OtherPatientIDs IssuerOfPatientID AccessionNumber StudyID InstitutionName InstitutionAddress InstitutionalDepartmentName "
    "PatientAddress PatientTelephoneNumbers PatientBirthDate DeviceSerialNumber".split()
)
"""Searched for in what was made, beside all names of persons and all UIDs that were replaced."""
_PLAIN: Final = frozenset("CS DS IS FL FD OF OD SL SS UL US SV UV AT TM".split())
_TEXT: Final = frozenset("LO SH ST LT UT UC UR AE PN".split())


@dataclass(frozen=True, slots=True)
class Key:
    """The secret that makes replacements the same in every run.

    Raises
    ------
    Refused : it is too short.
    """

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < KEY_BYTES:
            raise Refused(f"key: found {len(self.secret)} bytes, expected {KEY_BYTES} or more", rule="key")

    def digest(self, purpose: str, value: str) -> bytes:
        """Bytes that tell nothing of the value to whoever does not have the key."""
        return hmac.new(self.secret, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()

    def uid(self, value: str) -> str:
        """A UID instead of another (PS3.5 B.2)."""
        return f"2.25.{int.from_bytes(self.digest('uid', value)[:16], 'big')}"

    def pseudonym(self, letter: str, value: str) -> str:
        """A name instead of another."""
        return f"{letter}-{self.digest(letter, value).hex()[:12].upper()}"

    def days(self, patient_id: str) -> timedelta:
        """How far the patient's dates are moved back: by at least a day, by whole days, so that intervals and hours stay."""
        return timedelta(days=1 + int.from_bytes(self.digest("days", patient_id)[:8], "big") % MOST_DAYS)


def deidentified(dataset: Dataset, key: Key) -> Dataset:
    """A plan or record as a data set of its own that names nobody; the original is left alone.

    Raises
    ------
    Refused : it is of another class, a date is none, or something that identifies is left over.
    """
    if dataset.SOPClassUID not in CLASSES:
        raise Refused(f"de-identification: found SOP class {dataset.SOPClassUID}, expected a plan or a treatment record", rule="sop-class")
    patient = str(dataset.get("PatientID", ""))
    made = part10.encoded(dataset).dataset()
    _Work(key, patient, key.days(patient)).clean(made)
    made.PatientName = made.PatientID = key.pseudonym("P", patient)
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = METHOD
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    _must_be_clean(dataset, made)
    return made


@dataclass(frozen=True, slots=True)
class _Work:
    """One data set's replacements."""

    key: Key
    patient: str
    back: timedelta

    def clean(self, dataset: Dataset) -> None:
        for element in list(dataset):
            if element.tag.is_private:
                is_ours = (
                    element.value == private.IMPAC if element.tag.is_private_creator else bool(private.keyword_of(dataset, element.tag))
                )
                if not is_ours:
                    del dataset[element.tag]
            elif element.VR == "SQ":
                for item in element.value:
                    self.clean(item)
            else:
                self._replace(dataset, element)

    def _replace(self, dataset: Dataset, element: DataElement) -> None:
        keyword, vr = element.keyword, element.VR
        if keyword in EMPTIED:
            element.value = None
        elif vr == "UI":
            element.value = _each(element.value, lambda one: one if _is_registered(one) else self.key.uid(one))
        elif vr in {"DA", "DT"}:
            element.value = _each(element.value, self._moved)
        elif keyword in PSEUDONYMS:
            element.value = _each(element.value, lambda one: self.key.pseudonym(PSEUDONYMS[keyword], one))
        elif vr in _TEXT:
            if keyword not in KEPT_TEXT:
                element.value = None
        elif vr not in _PLAIN:
            del dataset[element.tag]

    def _moved(self, moment: str) -> str:
        try:
            day = date(int(moment[:4]), int(moment[4:6]), int(moment[6:8]))
        except ValueError as problem:
            raise Refused("de-identification: found a date that is none, expected YYYYMMDD", rule="date") from problem
        return f"{day - self.back:%Y%m%d}{moment[8:]}"


def _each(value: Any, replaced: Callable[[str], str]) -> Any:
    if value is None or value == "":
        return value
    if isinstance(value, MultiValue):
        return [replaced(str(one)) for one in value]
    return replaced(str(value))


def _must_be_clean(original: Dataset, made: Dataset) -> None:
    """Look in the bytes that would be written for everything that identifies, so that an oversight above is an error and no leak."""
    written = part10.encoded(made).data.lower()
    for keyword, value in _identifying(original):
        if any(value.lower().encode(encoding, "replace") in written for encoding in ("utf-8", "latin-1")):
            raise Refused(f"de-identification: found the original {keyword} in what was made, expected none", rule="identity")


def _identifying(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for element in dataset.iterall():
        if element.VR == "SQ" or not element.value:
            continue
        values = element.value if isinstance(element.value, MultiValue) else [element.value]
        for value in map(str, values):
            if element.VR == "PN":
                yield from ((element.keyword, part) for part in value.replace("=", "^").split("^") if len(part) >= SHORTEST)
            elif len(value) >= SHORTEST and (element.keyword in IDENTIFYING or (element.VR == "UI" and not _is_registered(value))):
                yield element.keyword, value


def _is_registered(uid: str) -> bool:
    """Whether it is one of the standard's own, for example a SOP class."""
    return UID(uid).name != uid
