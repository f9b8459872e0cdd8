"""What each operation may do with each attribute of a Unified Procedure Step: PS3.4 Table CC.2.5-3 and its macros, as rows.

The standard's final table; the Trial, whose own text is not at hand, has the same attributes at the same tags, and ``TRIAL_PATHS``
are those that it has under another name or in another place. Which of them the TMS statement lists follows from the rows of
``workitem``. States, locks and statuses are not known here: a row says what may be asked, not what is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from pydicom.datadict import tag_for_keyword

from workbench.dicom.spec import Items
from workbench.iods.dialect import Dialect
from workbench.iods.workitem import RECEIVED_WORKITEM, WORKITEM

NOT_ALLOWED: Final = "not allowed"
"""The operation must not name the attribute."""
NONE: Final = "-"
"""No key of a query."""

FinalState = Literal["R", "RC", "P", "X", "O", ""]
"""Needed to finish (R), so when a condition holds (RC), to complete (P), to cancel (X), never (O); blank in macros (Table CC.2.5-1)."""
MatchKey = Literal["U", "R", "O", "-", "*", ""]
"""Unique, required or optional matching key, or none; ``*`` in a macro is that of the sequence including it; blank where the table is."""
ReturnKey = Literal["1", "1C", "2", "2C", "3", "-", ""]
"""Type of the return key, or none; blank where the table is."""
Others = tuple[str, str, FinalState, str, MatchKey, ReturnKey]
"""N-CREATE, N-SET, final state, N-GET, match and return key."""

TYPES: Final = re.compile(r"(1C?|2C?|3|-)/(1C?|2C?|3)")
"""Type for the user and for the provider of a service (PS3.4 5.4.2)."""
SEE: Final = re.compile(r"see CC(\.\d+)+")
"""A section of PS3.4 that says it."""


@dataclass(frozen=True, slots=True)
class WorkitemAttribute:
    """One row of the table.

    Parameters
    ----------
    keyword : pydicom's keyword.
    n_create, n_set, n_get : types for user and provider, as ``3/1``; ``NOT_ALLOWED``; or the section that says it, as ``see CC.2.6.3``.
    final_state : whether it has to have a value before the workitem is finished.
    match_key, return_key : what a query may do with it.
    items : rows of its items, where it is a sequence.
    """

    keyword: str
    n_create: str
    n_set: str
    final_state: FinalState
    n_get: str
    match_key: MatchKey
    return_key: ReturnKey
    items: tuple[WorkitemAttribute | Macro, ...] = ()

    def __post_init__(self) -> None:
        if tag_for_keyword(self.keyword) is None:
            raise ValueError(f"workitem row: found keyword {self.keyword!r}, expected one of the dictionary")
        for name in ("n_create", "n_set", "n_get"):
            found = getattr(self, name)
            if found != NOT_ALLOWED and not TYPES.fullmatch(found) and not SEE.fullmatch(found):
                raise ValueError(f"workitem row {self.keyword}: found {name} {found!r}, expected types as '3/1' or {NOT_ALLOWED!r}")

    @property
    def is_key(self) -> bool:
        """Whether a query may ask for it or match it, or for anything in its items."""
        return {self.match_key, self.return_key} != {NONE} or any(
            isinstance(item, WorkitemAttribute) and item.is_key for item in self.items
        )


@dataclass(frozen=True, slots=True)
class Macro:
    """Rows that several sequences include.

    Parameters
    ----------
    table : number of its table in PS3.4.
    """

    name: str
    table: str
    rows: tuple[WorkitemAttribute | Macro, ...]


@dataclass(frozen=True, slots=True)
class WorkitemModule:
    """The rows of one module.

    Parameters
    ----------
    others : what holds for the attributes of the module that have no row of their own; None where the table does not speak of them.
    """

    name: str
    rows: tuple[WorkitemAttribute | Macro, ...] = ()
    others: Others | None = None


Row = WorkitemAttribute
OPTIONAL: Final[Others] = ("3/3", "3/3", "O", "3/3", "-", "-")

CODE: Final = Macro(
    "UPS Code Sequence Macro",
    "CC.2.5-2a",
    (
        Row("CodeValue", "1C/1C", "1C/1C", "", "-/1C", "*", "1C"),
        Row("CodingSchemeDesignator", "1C/1C", "1C/1C", "", "-/1C", "*", "1C"),
        Row("CodingSchemeVersion", "1C/1C", "1C/1C", "", "-/1C", "-", "1C"),
        Row("CodeMeaning", "1/1", "1/1", "", "-/1", "-", "1"),
        Row("LongCodeValue", "1C/1C", "1C/1C", "", "-/1C", "*", "1C"),
        Row("URNCodeValue", "1C/1C", "1C/1C", "", "-/1C", "*", "1C"),
        Row("MappingResource", "3/3", "3/3", "", "-/3", "-", "3"),
        Row("MappingResourceUID", "3/3", "3/3", "", "-/3", "-", "3"),
        Row("ContextGroupVersion", "3/3", "3/3", "", "-/3", "-", "3"),
        Row("ContextGroupExtensionFlag", "3/3", "3/3", "", "-/3", "-", "3"),
        Row("ContextGroupLocalVersion", "3/3", "3/3", "", "-/3", "-", "3"),
        Row("ContextGroupExtensionCreatorUID", "3/3", "3/3", "", "-/3", "-", "3"),
    ),
)
CONTENT_ITEM: Final = Macro(
    "UPS Content Item Macro",
    "CC.2.5-2b",
    (
        Row("ValueType", "1/1", "1/1", "", "-/1", "*", "1"),
        Row("ConceptNameCodeSequence", "1/1", "1/1", "", "-/1", "*", "1", (CODE,)),
        Row("DateTime", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("Date", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("Time", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("PersonName", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("UID", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("TextValue", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("ConceptCodeSequence", "1C/1C", "1/1", "", "-/1", "*", "1C", (CODE,)),
        Row("NumericValue", "1C/1C", "1/1", "", "-/1", "*", "1C"),
        Row("MeasurementUnitsCodeSequence", "1C/1C", "1/1", "", "-/1", "*", "1C", (CODE,)),
    ),
)
INSTANCES: Final = Macro(
    "Referenced Instances and Access Macro",
    "CC.2.5-2c",
    (
        Row("TypeOfInstances", "1/1", "1/1", "", "-/1", "O", "1"),
        Row("StudyInstanceUID", "1C/1", "1C/1", "", "-/1", "O", "1C"),
        Row("SeriesInstanceUID", "1C/1", "1C/1", "", "-/1", "O", "1C"),
        Row(
            "ReferencedSOPSequence",
            "1/1",
            "1/1",
            "",
            "-/1",
            "O",
            "1",
            (
                Row("ReferencedSOPClassUID", "1/1", "1/1", "", "-/1", "O", "1"),
                Row("ReferencedSOPInstanceUID", "1/1", "1/1", "", "-/1", "O", "1"),
                Row("HL7InstanceIdentifier", "1C/1", "1C/1", "", "-/1", "O", "1C"),
                Row("ReferencedFrameNumber", "1C/1", "1C/1", "", "-/2", "O", "1C"),
                Row("ReferencedSegmentNumber", "1C/1", "1C/1", "", "-/2", "O", "1C"),
            ),
        ),
        Row(
            "DICOMRetrievalSequence",
            "1C/1",
            "1C/1",
            "",
            "-/1",
            "O",
            "1C",
            (Row("RetrieveAETitle", "1/1", "1/1", "", "-/1", "O", "1"),),
        ),
        Row(
            "DICOMMediaRetrievalSequence",
            "1C/1",
            "1C/1",
            "",
            "-/1",
            "O",
            "1C",
            (
                Row("StorageMediaFileSetID", "2/2", "2/2", "", "-/2", "O", "2"),
                Row("StorageMediaFileSetUID", "1/1", "1/1", "", "-/1", "O", "1"),
            ),
        ),
        Row("WADORetrievalSequence", "1C/1", "1C/1", "", "-/1", "O", "1C", (Row("RetrieveURI", "1/1", "1/1", "", "-/1", "O", "1"),)),
        Row(
            "XDSRetrievalSequence",
            "1C/1",  # the table prints 1C alone; its sister sequences and the N-SET column have 1C/1
            "1C/1",
            "",
            "-/1",
            "O",
            "1C",
            (
                Row("RepositoryUniqueID", "1/1", "1/1", "", "-/1", "O", "1"),
                Row("HomeCommunityID", "3/2", "3/2", "", "3/2", "O", "2"),
            ),
        ),
        Row("WADORSRetrievalSequence", "1C/1", "1C/1", "", "-/1", "O", "1C", (Row("RetrieveURL", "1/1", "1/1", "", "-/1", "O", "1"),)),
    ),
)
DESIGNATOR: Final = Macro(
    "HL7v2 Hierarchic Designator Macro",
    "CC.2.5-2d",
    (
        Row("LocalNamespaceEntityID", "1C/1", NOT_ALLOWED, "", "-/1", "*", "1C"),
        Row("UniversalEntityID", "1C/1", NOT_ALLOWED, "", "-/1", "*", "1C"),
        Row("UniversalEntityIDType", "1C/1", NOT_ALLOWED, "", "-/1", "*", "1C"),
    ),
)
ISSUER: Final = Macro(
    "Issuer of Patient ID Macro",
    "CC.2.5-2e",
    (
        Row("IssuerOfPatientID", "2/2", NOT_ALLOWED, "O", "3/2", "R", "2"),
        Row(
            "IssuerOfPatientIDQualifiersSequence",
            "2/2",
            NOT_ALLOWED,
            "O",
            "3/2",
            "O",
            "2",
            (
                Row("UniversalEntityID", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2"),
                Row("UniversalEntityIDType", "1C/1", NOT_ALLOWED, "O", "3/2", "O", "1C"),
                Row("IdentifierTypeCode", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2"),
                Row("AssigningFacilitySequence", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2", (DESIGNATOR,)),
                Row("AssigningJurisdictionCodeSequence", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2", (CODE,)),
                Row("AssigningAgencyOrDepartmentCodeSequence", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2", (CODE,)),
            ),
        ),
    ),
)
INSTANCE: Final = Macro(
    "SOP Instance Reference Macro",
    "CC.2.5-2f",
    (
        Row("ReferencedSOPClassUID", "1/1", "1/1", "", "-/1", "*", "1"),
        Row("ReferencedSOPInstanceUID", "1/1", "1/1", "", "-/1", "*", "1"),
    ),
)
STORAGE: Final = Macro(
    "Storage Macro",
    "CC.2.5-2g",
    (
        Row("ReferencedSOPClassUID", "1C/1", "1C/1", "", "-/1", "O", "1C"),
        Row("DICOMStorageSequence", "1C/1", "1C/1", "", "-/1", "O", "1C", (Row("DestinationAE", "1/1", "1/1", "", "-/1", "*", "1"),)),
        Row("STOWRSStorageSequence", "1C/1", "1C/1", "", "-/1", "O", "1C", (Row("StorageURL", "1/1", "1/1", "", "-/1", "*", "1"),)),
        Row(
            "XDSStorageSequence",
            "1C/1",
            "1C/1",
            "",
            "-/1",
            "O",
            "1C",
            (
                Row("RepositoryUniqueID", "1/1", "1/1", "", "-/1", "*", "1"),
                Row("HomeCommunityID", "3/2", "3/2", "", "3/2", "*", "2"),
            ),
        ),
    ),
)
MACROS: Final = (CODE, CONTENT_ITEM, INSTANCES, DESIGNATOR, ISSUER, INSTANCE, STORAGE)

TABLE: Final = (
    WorkitemModule("Transaction Module", (Row("TransactionUID", "2/2", "see CC.2.6.3", "O", NOT_ALLOWED, "-", "-"),)),
    WorkitemModule(
        "SOP Common Module",
        (
            Row("SpecificCharacterSet", "1C/1C", "1C/1C", "RC", "3/1", "-", "1C"),
            Row("SOPClassUID", "see CC.2.5.1.3.1", NOT_ALLOWED, "R", NOT_ALLOWED, "O", "1"),
            Row("SOPInstanceUID", NOT_ALLOWED, NOT_ALLOWED, "R", NOT_ALLOWED, "U", "1"),
        ),
        OPTIONAL,
    ),
    WorkitemModule(
        "Unified Procedure Step Scheduled Procedure Information Module",
        (
            Row("ScheduledProcedureStepPriority", "1/1", "3/1", "R", "3/1", "R", "1"),
            Row("ScheduledProcedureStepModificationDateTime", "-/1", "-/1", "R", "3/1", "O", "3"),
            Row("ProcedureStepLabel", "1/1", "3/1", "O", "3/1", "R", "1"),
            Row("WorklistLabel", "2/1", "3/1", "O", "3/1", "R", "1"),
            Row("ScheduledProcessingParametersSequence", "2/2", "3/2", "O", "3/2", "-", "2", (CONTENT_ITEM,)),
            Row("ScheduledStationNameCodeSequence", "2/2", "3/2", "O", "3/2", "R", "2", (CODE,)),
            Row("ScheduledStationClassCodeSequence", "2/2", "3/2", "O", "3/2", "R", "2", (CODE,)),
            Row("ScheduledStationGeographicLocationCodeSequence", "2/2", "3/2", "O", "3/2", "R", "2", (CODE,)),
            Row(
                "ScheduledHumanPerformersSequence",
                "2C/2C",
                "3/2",
                "O",
                "3/2",
                "R",
                "2",
                (
                    Row("HumanPerformerCodeSequence", "1/1", "1/1", "O", "-/1", "R", "1", (CODE,)),
                    Row("HumanPerformerName", "1/1", "1/1", "O", "-/1", "O", "3"),
                    Row("HumanPerformerOrganization", "1/1", "1/1", "O", "-/1", "O", "3"),
                ),
            ),
            Row("ScheduledProcedureStepStartDateTime", "1/1", "3/1", "R", "3/1", "R", "1"),
            Row("ExpectedCompletionDateTime", "3/1", "3/1", "O", "3/1", "R", "3"),
            Row("ScheduledProcedureStepExpirationDateTime", "3/3", "3/3", "O", "3/3", "O", "3"),
            Row("ScheduledWorkitemCodeSequence", "2/2", "3/1", "O", "3/1", "R", "2", (CODE,)),
            Row("CommentsOnTheScheduledProcedureStep", "2/2", "3/1", "O", "3/1", "O", "3"),
            Row("InputReadinessState", "1/1", "3/1", "R", "3/1", "R", "1"),
            Row("InputInformationSequence", "2/2", "3/2", "O", "3/2", "O", "2", (INSTANCES,)),
            Row("StudyInstanceUID", "1C/2", "3/2", "O", "3/2", "O", "2"),
            Row("OutputDestinationSequence", "3/3", "3/3", "O", "3/3", "O", "3", (STORAGE,)),
        ),
        OPTIONAL,
    ),
    WorkitemModule(
        "Unified Procedure Step Relationship Module",
        (
            Row("PatientName", "2/2", NOT_ALLOWED, "O", "3/2", "R", "2"),
            Row("PatientID", "1C/2", NOT_ALLOWED, "O", "3/2", "R", "2"),
            ISSUER,
            Row(
                "OtherPatientIDsSequence",
                "2/2",
                "3/3",
                "O",
                "3/2",
                "O",
                "2",
                (
                    Row("PatientID", "1/1", "1/1", "O", "-/1", "O", "1"),
                    ISSUER,
                    Row("TypeOfPatientID", "3/3", "3/3", "O", "3/3", "O", "3"),
                ),
            ),
            Row("PatientBirthDate", "2/2", NOT_ALLOWED, "O", "3/2", "R", "2"),
            Row("PatientSex", "2/2", NOT_ALLOWED, "O", "3/2", "R", "2"),
            Row("ReferencedPatientPhotoSequence", "3/3", "3/3", "O", "3/3", "-", "3", (INSTANCES,)),
            Row("AdmissionID", "2/2", NOT_ALLOWED, "O", "3/2", "R", "2"),
            Row("IssuerOfAdmissionIDSequence", "2/2", NOT_ALLOWED, "O", "3/2", "R", "2", (DESIGNATOR,)),
            Row("AdmittingDiagnosesDescription", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2"),
            Row("AdmittingDiagnosesCodeSequence", "2/2", NOT_ALLOWED, "O", "3/2", "O", "2", (CODE,)),
            Row(
                "ReferencedRequestSequence",
                "2/2",
                NOT_ALLOWED,
                "O",
                "3/2",
                "R",
                "2",
                (
                    Row("StudyInstanceUID", "1/1", NOT_ALLOWED, "O", "-/1", "O", "1"),
                    Row("AccessionNumber", "2/2", NOT_ALLOWED, "O", "-/2", "R", "2"),
                    Row("IssuerOfAccessionNumberSequence", "2/2", NOT_ALLOWED, "O", "-/2", "R", "2", (DESIGNATOR,)),
                    Row("PlacerOrderNumberImagingServiceRequest", "3/1", NOT_ALLOWED, "O", "-/1", "O", "1C"),
                    Row("OrderPlacerIdentifierSequence", "2/2", NOT_ALLOWED, "O", "-/2", "O", "2", (DESIGNATOR,)),
                    Row("FillerOrderNumberImagingServiceRequest", "3/1", NOT_ALLOWED, "O", "-/1", "O", "1C"),
                    Row("OrderFillerIdentifierSequence", "2/2", NOT_ALLOWED, "O", "-/2", "O", "2", (DESIGNATOR,)),
                    Row("RequestedProcedureID", "2/2", NOT_ALLOWED, "O", "-/2", "R", "2"),
                    Row("RequestedProcedureDescription", "2/2", NOT_ALLOWED, "O", "-/2", "O", "2"),
                    Row("RequestedProcedureCodeSequence", "2/2", NOT_ALLOWED, "O", "-/2", "O", "2", (CODE,)),
                    Row("ReasonForTheRequestedProcedure", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("ReasonForRequestedProcedureCodeSequence", "3/3", "3/3", "O", "-/3", "O", "3", (CODE,)),
                    Row("RequestedProcedureComments", "3/3", "3/3", "O", "-/3", "O", "1C"),
                    Row("ConfidentialityCode", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("NamesOfIntendedRecipientsOfResults", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("ImagingServiceRequestComments", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("RequestingPhysician", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("RequestingService", "3/1", "3/1", "O", "-/3", "R", "3"),
                    Row("RequestingServiceCodeSequence", "3/3", "3/3", "O", "-/3", "O", "3", (CODE,)),
                    Row("IssueDateOfImagingServiceRequest", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("IssueTimeOfImagingServiceRequest", "3/3", "3/3", "O", "-/3", "O", "3"),
                    Row("ReferringPhysicianName", "3/3", "3/3", "O", "-/3", "O", "3"),
                ),
            ),
            Row("ReplacedProcedureStepSequence", "1C/1C", NOT_ALLOWED, "O", "3/2", "R", "3", (INSTANCE,)),
        ),
        OPTIONAL,
    ),
    WorkitemModule("Patient Demographic Module", (), OPTIONAL),
    WorkitemModule(
        "Patient Medical Module",
        (
            Row("MedicalAlerts", "3/2", "3/2", "O", "3/2", "O", "2C"),
            Row("PregnancyStatus", "3/2", "3/2", "O", "3/2", "O", "2C"),
            Row("SpecialNeeds", "3/2", "3/2", "O", "3/2", "O", "2C"),
        ),
        ("3/3", "3/3", "O", "3/3", "O", "3"),
    ),
    WorkitemModule("Visit Identification Module", (), OPTIONAL),
    WorkitemModule("Visit Status Module", (), OPTIONAL),
    WorkitemModule("Visit Admission Module", (), OPTIONAL),
    WorkitemModule(
        "Unified Procedure Step Progress Information Module",
        (
            Row("ProcedureStepState", "1/1", NOT_ALLOWED, "R", "3/1", "R", "1"),
            Row(
                "ProcedureStepProgressInformationSequence",
                "2/2",
                "3/2",
                "X",
                "3/2",
                "",
                "2",
                (
                    Row("ProcedureStepProgress", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                    Row("ProcedureStepProgressDescription", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                    Row(
                        "ProcedureStepProgressParametersSequence",
                        NOT_ALLOWED,
                        "3/3",
                        "O",
                        "-/3",
                        "",
                        "",
                        (CONTENT_ITEM, Row("ContentItemModifierSequence", NOT_ALLOWED, "3/3", "O", "-/3", "", "", (CONTENT_ITEM,))),
                    ),
                    Row(
                        "ProcedureStepCommunicationsURISequence",
                        NOT_ALLOWED,
                        "3/1",
                        "O",
                        "-/1",
                        "-",
                        "-",
                        (
                            Row("ContactURI", NOT_ALLOWED, "1/1", "O", "-/1", "-", "-"),
                            Row("ContactDisplayName", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                        ),
                    ),
                    Row("ProcedureStepCancellationDateTime", NOT_ALLOWED, "3/1", "X", "-/1", "-", "-"),
                    Row("ReasonForCancellation", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                    Row("ProcedureStepDiscontinuationReasonCodeSequence", NOT_ALLOWED, "3/1", "X", "-/1", "", "", (CODE,)),
                ),
            ),
        ),
    ),
    WorkitemModule(
        "Unified Procedure Step Performed Procedure Information Module",
        (
            Row(
                "UnifiedProcedureStepPerformedProcedureSequence",
                "2/2",
                "3/2",
                "P",
                "3/2",
                "-",
                "-",
                (
                    Row(
                        "ActualHumanPerformersSequence",
                        NOT_ALLOWED,
                        "3/1",
                        "RC",
                        "-/1",
                        "O",
                        "1C",
                        (
                            Row("HumanPerformerCodeSequence", NOT_ALLOWED, "3/1", "RC", "-/1", "-", "-", (CODE,)),
                            Row("HumanPerformerName", NOT_ALLOWED, "3/1", "RC", "-/1", "-", "-"),
                            Row("HumanPerformerOrganization", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                        ),
                    ),
                    Row("PerformedStationNameCodeSequence", NOT_ALLOWED, "3/2", "P", "-/2", "O", "3", (CODE,)),
                    Row("PerformedStationClassCodeSequence", NOT_ALLOWED, "3/2", "O", "-/2", "-", "-", (CODE,)),
                    Row("PerformedStationGeographicLocationCodeSequence", NOT_ALLOWED, "3/2", "O", "-/2", "-", "-", (CODE,)),
                    Row("PerformedProcedureStepStartDateTime", NOT_ALLOWED, "3/1", "P", "-/1", "-", "-"),
                    Row("PerformedProcedureStepDescription", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                    Row("CommentsOnThePerformedProcedureStep", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-"),
                    Row("PerformedWorkitemCodeSequence", NOT_ALLOWED, "3/1", "P", "-/1", "-", "-", (CODE,)),
                    Row("PerformedProcessingParametersSequence", NOT_ALLOWED, "3/1", "O", "-/1", "-", "-", (CONTENT_ITEM,)),
                    Row("PerformedProcedureStepEndDateTime", NOT_ALLOWED, "3/1", "P", "-/1", "O", "1C"),
                    Row("OutputInformationSequence", NOT_ALLOWED, "2/2", "P", "-/2", "-", "-", (INSTANCES,)),
                ),
            ),
        ),
    ),
)
"""PS3.4 Table CC.2.5-3 in its order."""

IN_SERIES: Final = "InputInformationSequence.ReferencedSeriesSequence"
TRIAL_PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "InputReadinessState": "InputAvailabilityFlag",
        "InputInformationSequence.SeriesInstanceUID": f"{IN_SERIES}.SeriesInstanceUID",
        "InputInformationSequence.DICOMRetrievalSequence.RetrieveAETitle": f"{IN_SERIES}.RetrieveAETitle",
        "InputInformationSequence.ReferencedSOPSequence": f"{IN_SERIES}.ReferencedSOPSequence",
        "InputInformationSequence.ReferencedSOPSequence.ReferencedSOPClassUID": f"{IN_SERIES}.ReferencedSOPSequence.ReferencedSOPClassUID",
        "InputInformationSequence.ReferencedSOPSequence.ReferencedSOPInstanceUID": (
            f"{IN_SERIES}.ReferencedSOPSequence.ReferencedSOPInstanceUID"
        ),
    }
)
"""Path of the final table → path in the Trial, where they differ: another attribute, inputs grouped by series (TMS statement 9.1.1.4.3)."""


MODULE_GROUPS: Final = frozenset({0x0010, 0x0038})
"""Groups of the patient's and the visit's modules, most of whose attributes have no row of their own."""
SOP_COMMON: Final = frozenset(
    {"InstanceCreationDate", "InstanceCreationTime", "InstanceCreatorUID", "TimezoneOffsetFromUTC", "ContributingEquipmentSequence"}
)
"""Further attributes of SOP Common that are kept with a workitem."""


def listed(rows: tuple[WorkitemAttribute | Macro, ...], above: str = "") -> Iterator[tuple[str, WorkitemAttribute | Macro]]:
    """The rows as the table prints them, with dotted paths: items below their sequence, macros by name at the path that includes them."""
    for row in rows:
        if isinstance(row, Macro):
            yield above, row
            continue
        path = f"{above}.{row.keyword}" if above else row.keyword
        yield path, row
        yield from listed(row.items, path)


def walk() -> Iterator[tuple[WorkitemModule, str, WorkitemAttribute]]:
    """Every attribute with its module and dotted path, macros written out."""
    for module in TABLE:
        for path, row in _written_out(module.rows, ""):
            yield module, path, row


def trial_path(path: str) -> str:
    """Where the Trial has the attribute."""
    return TRIAL_PATHS.get(path, path)


def stated(path: str) -> tuple[str, ...]:
    """Which tables of the TMS statement list the attribute: ``created``, ``received``, both or neither."""
    return tuple(direction for direction, paths in _stated_paths().items() if trial_path(path) in paths)


def may_set(keyword: str) -> bool:
    """Whether N-SET may name an attribute of the workitem itself; those without a row are optional."""
    row = _rows().get(keyword)
    return row is None or row.n_set != NOT_ALLOWED


def may_get(keyword: str) -> bool:
    """Whether N-GET may give an attribute of the workitem itself."""
    row = _rows().get(keyword)
    return row is None or row.n_get != NOT_ALLOWED


def is_supported(keyword: str, dialect: Dialect) -> bool:
    """Whether a workitem of this dialect has the attribute: it has a row, or is of a module that the table names without rows.

    Private attributes, and those that workitems do not have, may be ignored.
    """
    other = {Dialect.TRIAL: "InputReadinessState", Dialect.FINAL: TRIAL_PATHS["InputReadinessState"]}[dialect]
    if keyword == other:
        return False
    tag = tag_for_keyword(keyword)
    return keyword in _rows() or keyword in SOP_COMMON or (tag is not None and tag >> 16 in MODULE_GROUPS)


def is_scheduled(keyword: str) -> bool:
    """Whether the attribute is one of the scheduled procedure, whose last change a workitem tells."""
    return any(row.keyword == keyword for module in TABLE if "Scheduled" in module.name for row in module.rows if isinstance(row, Row)) or (
        keyword == TRIAL_PATHS["InputReadinessState"]
    )


def is_key(keyword: str) -> bool:
    """Whether C-FIND may ask for an attribute of the workitem itself, or match it."""
    row = _rows().get(keyword)
    return row is None or row.is_key


@cache
def _stated_paths() -> Mapping[str, frozenset[str]]:
    """Direction → paths of the workitem that the TMS statement lists."""
    return {
        iod.direction: frozenset(path for _, path, row in iod.walk() if isinstance(row, Items) or not row.beyond)
        for iod in (WORKITEM, RECEIVED_WORKITEM)
    }


@cache
def _rows() -> Mapping[str, WorkitemAttribute]:
    """Rows of the workitem itself by keyword, under both names where the Trial has another."""
    top = {path: row for _, path, row in walk() if "." not in path}
    return {**top, **{trial_path(path): row for path, row in top.items()}}


def _written_out(rows: tuple[WorkitemAttribute | Macro, ...], above: str) -> Iterator[tuple[str, WorkitemAttribute]]:
    for row in rows:
        if isinstance(row, Macro):
            yield from _written_out(row.rows, above)
            continue
        path = f"{above}.{row.keyword}" if above else row.keyword
        yield path, row
        yield from _written_out(row.items, path)
