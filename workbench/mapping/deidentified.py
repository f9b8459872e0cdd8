"""Plans and treatment records without what identifies anybody: for research, courses and reports of faults.

What PS3.15 Annex E lists gets what its Basic Profile asks for; of all else what may stay is listed, not what has to go: text that is not
named here is emptied, whatever attribute it stands in. So an attribute that nobody thought of loses its text instead of keeping it. The
same key gives the same pseudonyms, UIDs and days, in every run.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from pydicom.datadict import dictionary_has_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID

from workbench.dicom import codes, part10, private, uids
from workbench.errors import Refused
from workbench.mapping.confidentiality import ACTIONS, Action

CLASSES: Final = frozenset({uids.RT_ION_PLAN, uids.RT_ION_BEAMS_RECORD, uids.RT_BEAMS_RECORD})
KEY_BYTES: Final = 16
"""A key that is shorter can be guessed, and with it who somebody is."""
MOST_DAYS: Final = 3650
SHORTEST: Final = 3
"""Shorter values are found in any file by chance, and are not searched for."""
METHOD: Final = "PS3.15 Basic Profile, dates moved; other text emptied as well"
METHOD_CODES: Final = (codes.BASIC_PROFILE, codes.MODIFIED_DATES, codes.SAFE_PRIVATE)
"""The profile and its options: dates moved consistently, and private attributes of which it is known that they say nothing of anybody."""
KEPT_TEXT: Final = frozenset(
    "CodeValue LongCodeValue URNCodeValue CodingSchemeDesignator CodingSchemeVersion CodeMeaning SpecificCharacterSet "
    "TimezoneOffsetFromUTC Manufacturer SnoutID ApplicatorID BlockTrayID WedgeID "
    "RangeShifterID RangeShifterSetting RangeModulatorID BeamCurrentModulationID LateralSpreadingDeviceID "
    "LateralSpreadingDeviceSetting CompensatorID GeneralAccessoryID FluenceModeID ScanSpotTuneID ScanMode MaterialID DoseUnits".split()
)
"""Text of code sequences, of accessories of the machine and their settings, who made it, and what moments are to be read with."""
KEPT_VALUES: Final = MappingProxyType({"PositionReferenceIndicator": ("RIGHT EYE", "LEFT EYE")})
"""Text that stays where it is one of these: which eye is treated is half of the plan."""
PSEUDONYMS: Final = MappingProxyType(
    {"PatientID": "P", "PatientName": "P", "RTPlanLabel": "L", "BeamName": "B", "TreatmentMachineName": "M"}
)
"""Text that has to stay distinguishable → letter that its pseudonym begins with."""
FILLED: Final = frozenset("DeviceAlternateIdentifierFormat PatientAdditionalPosition PatientSpeciesDescription TextValue".split())
"""Text that the table does not name and that may not be empty: it becomes a dummy."""
ALSO_REMOVED: Final = frozenset(
    "IssuerOfPatientIDQualifiersSequence IssuerOfAccessionNumberSequence EncryptedAttributesSequence "
    "HL7StructuredDocumentReferenceSequence CodingSchemeIdentificationSequence PrivateDataElementCharacteristicsSequence "
    "BreedRegistrationSequence GeneticModificationsSequence StrainStockSequence InterlockResolutionUserSequence".split()
)
"""Sequences that the table does not name: who somebody is or where registered, what was hidden, and what is empty without its text."""
STAYING: Final = frozenset("DeviceSerialNumber InstitutionName OperatorsName ReviewerName PatientSexNeutered".split())
"""Emptied rather than removed, since they are of type 2 somewhere in plans or records."""
OF_BIRTH: Final = frozenset("PatientBirthDate PatientBirthDateInAlternativeCalendar PatientBirthTime".split())
"""Moments that no option keeps, moved or not."""
IDENTIFYING: Final = frozenset(
    "PatientID OtherPatientIDs IssuerOfPatientID AccessionNumber StudyID InstitutionName InstitutionAddress InstitutionalDepartmentName "
    "PatientAddress PatientTelephoneNumbers AdmissionID DeviceSerialNumber DeviceUID GantryID".split()
)
"""Searched for in what was made, beside all names of persons, all dates and all UIDs."""
_PLAIN: Final = frozenset("CS DS IS FL FD OF OD SL SS UL US SV UV AT TM".split())
_TEXT: Final = frozenset("LO SH ST LT UT UC UR AE PN".split())
_MOMENT: Final = frozenset({"DA", "DT"})
_UNSEARCHED: Final = frozenset("SQ UI DS IS FL FD OF OD SL SS UL US SV UV AT TM".split())
"""A number that is the same as somebody's ID by chance says nothing of him; UIDs are searched for by themselves."""
_ANY_CODE: Final = "ANONYMIZED"


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
    made.DeidentificationMethodCodeSequence = [one.item() for one in METHOD_CODES]
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    _must_be_clean(dataset, made, key.days(patient))
    return made


@dataclass(frozen=True, slots=True)
class _Work:
    """One data set's replacements."""

    key: Key
    patient: str
    back: timedelta

    def clean(self, dataset: Dataset) -> None:
        for tag in list(dataset.keys()):
            # Before it is decoded: pydicom warns of what its dictionary does not know. Curves and overlays go with that, too.
            if not tag.is_private and not dictionary_has_tag(tag):
                del dataset[tag]
        for element in list(dataset):
            if element.tag.is_private:
                if not _is_safe(dataset, element):
                    del dataset[element.tag]
            elif _goes(element):
                del dataset[element.tag]
            elif element.VR == "SQ":
                for item in element.value:
                    self.clean(item)
            else:
                self._replace(dataset, element)

    def _replace(self, dataset: Dataset, element: DataElement) -> None:
        keyword, vr, action = element.keyword, element.VR, ACTIONS.get(element.tag)
        if keyword in PSEUDONYMS:
            element.value = _each(element.value, lambda one: self.key.pseudonym(PSEUDONYMS[keyword], one))
        elif vr == "UI":
            element.value = _each(element.value, lambda one: one if _is_registered(one) else self.key.uid(one))
        elif vr in _MOMENT and keyword not in OF_BIRTH:
            element.value = _each(element.value, lambda one: moved(one, self.back))
        elif vr == "TM" and keyword not in OF_BIRTH:
            pass
        elif (action is Action.DUMMY or keyword in FILLED) and element.value:
            self._hide(dataset, element)
        elif action is not None and keyword not in KEPT_TEXT:
            element.value = None
        elif vr in _TEXT:
            if keyword not in KEPT_TEXT and element.value not in KEPT_VALUES.get(keyword, ()):
                element.value = None
        elif vr not in _PLAIN:
            del dataset[element.tag]

    def _hide(self, dataset: Dataset, element: DataElement) -> None:
        """A dummy where a value must not be of length zero."""
        if element.VR in _TEXT:
            element.value = self.key.pseudonym("X", str(element.value))
        elif element.VR == "CS":
            element.value = _ANY_CODE
        else:
            del dataset[element.tag]


def _is_safe(dataset: Dataset, element: DataElement) -> bool:
    """Whether a private element is one of those that are known to be about the beam."""
    if element.tag.is_private_creator:
        return bool(element.value == private.IMPAC)
    return bool(private.keyword_of(dataset, element.tag))


def _goes(element: DataElement) -> bool:
    """Whether an element is removed; a sequence is, too, where the profile would have it empty or a dummy."""
    action = ACTIONS.get(element.tag)
    if element.keyword in ALSO_REMOVED:
        return True
    if action is None or element.keyword in KEPT_TEXT or element.keyword in PSEUDONYMS:
        return False
    if element.VR == "SQ" or action is Action.REMOVE:
        return True
    return action.may_remove and element.VR not in {*_MOMENT, "TM"} and element.keyword not in STAYING


def moved(moment: str, back: timedelta) -> str:
    """A date, or a date with time, so many days earlier.

    Raises
    ------
    Refused : it is none, or there is none so much earlier.
    """
    try:
        day = date(int(moment[:4]), int(moment[4:6]), int(moment[6:8])) - back
    except (ValueError, OverflowError) as problem:
        message = "de-identification: found a date that is none, or too early to be moved, expected YYYYMMDD"
        raise Refused(message, rule="date") from problem
    return f"{day.year:04}{day:%m%d}{moment[8:]}"


def _each(value: Any, replaced: Callable[[str], str]) -> Any:
    if value is None or value == "":
        return value
    if isinstance(value, MultiValue):
        return [replaced(str(one)) for one in value]
    return replaced(str(value))


def _must_be_clean(original: Dataset, made: Dataset, back: timedelta) -> None:
    """Look for everything that identifies in what would be written, so that an oversight above is an error and no leak."""
    instance = part10.encoded(made)
    for uid in _uids(original):
        if uid.encode() in instance.data:
            raise Refused("de-identification: found an original UID in what was made, expected none", rule="identity")
    written, moments = instance.dataset(), _moments(original, back)
    for element in written.iterall():
        if element.VR in _MOMENT and not {str(one) for one in _values(element)} <= moments:
            raise Refused(f"de-identification: found {element.keyword} not moved in what was made, expected a moved date", rule="identity")
    left = _days(original) - _days(written)
    text = "\n".join(_searched(written)).lower()
    for keyword, value in (*_identifying(original), *(("date", one) for one in left)):
        # As a word of its own: Lin is no part of LINAC.
        if re.search(rf"(?<!\w){re.escape(value.lower())}(?!\w)", text):
            raise Refused(f"de-identification: found the original {keyword} in what was made, expected none", rule="identity")


def _values(element: DataElement) -> list[Any]:
    if element.VR == "SQ" or not element.value:
        return []
    return list(element.value) if isinstance(element.value, MultiValue) else [element.value]


def _searched(dataset: Dataset) -> Iterator[str]:
    """All that could say who somebody is."""
    for element in dataset.iterall():
        if element.VR not in _UNSEARCHED:
            for value in _values(element):
                if value not in KEPT_VALUES.get(element.keyword, ()):
                    yield value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _identifying(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for element in dataset.iterall():
        for value in map(str, _values(element)):
            if element.VR == "PN":
                yield from ((element.keyword, part) for part in value.replace("=", "^").split("^") if len(part) >= SHORTEST)
            elif element.keyword in IDENTIFYING and len(value) >= SHORTEST:
                yield element.keyword, value


def _uids(dataset: Dataset) -> set[str]:
    found = {str(value) for element in dataset.iterall() if element.VR == "UI" for value in _values(element)}
    return {one for one in found if len(one) >= SHORTEST and not _is_registered(one)}


def _moments(dataset: Dataset, back: timedelta) -> set[str]:
    """What may be written: every moment of the original moved, but those that are kept in no way."""
    found = (element for element in dataset.iterall() if element.VR in _MOMENT and element.keyword not in OF_BIRTH)
    return {moved(str(value), back) for element in found for value in _values(element)}


def _days(dataset: Dataset) -> set[str]:
    return {str(value)[:8] for element in dataset.iterall() if element.VR in _MOMENT for value in _values(element)}


def _is_registered(uid: str) -> bool:
    """Whether it is one of the standard's own, for example a SOP class."""
    return UID(uid).name != uid
