"""What the index keeps of a data set."""

from __future__ import annotations

from types import MappingProxyType

from workbench.archive.rows import IndexKeys
from workbench.dicom import elements
from workbench.dicom.reading import EncodedDataset
from workbench.dicom.spec import number_of
from workbench.errors import Refused

COLUMN_OF = MappingProxyType(
    {
        "PatientID": "patient_id",
        "PatientName": "patient_name",
        "PatientBirthDate": "patient_birth_date",
        "PatientSex": "patient_sex",
        "StudyInstanceUID": "study_uid",
        "StudyID": "study_id",
        "StudyDate": "study_date",
        "StudyTime": "study_time",
        "StudyDescription": "study_description",
        "AccessionNumber": "accession_number",
        "SeriesInstanceUID": "series_uid",
        "SeriesNumber": "series_number",
        "SeriesDescription": "series_description",
        "Modality": "modality",
        "InstanceNumber": "instance_number",
        "RTPlanLabel": "plan_label",
        "FrameOfReferenceUID": "frame_uid",
    }
)
"""Keyword → column of the index."""


def index_keys(dataset: EncodedDataset) -> IndexKeys:
    """The keys of one object.

    Raises
    ------
    Refused : it has no study or series, so nobody could ever find it, or a key cannot be decoded.
    """
    found = {column: _text(dataset, keyword) for keyword, column in COLUMN_OF.items()}
    for keyword, column in (("StudyInstanceUID", "study_uid"), ("SeriesInstanceUID", "series_uid")):
        if not found[column]:
            raise Refused(f"object {_text(dataset, 'SOPInstanceUID')}: found no {keyword}, expected one value", rule="row")
    return IndexKeys(**found)


def _text(dataset: EncodedDataset, keyword: str) -> str:
    """The value as it is written; of one that should be one and is several, all."""
    if keyword not in dataset:
        return ""
    written = elements.see(dataset, number_of(keyword), "LO").written
    several = written if isinstance(written, tuple) else () if written is None else (written,)
    return "\\".join(map(str, several))
