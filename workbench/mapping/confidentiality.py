"""What the standard asks of each attribute when somebody is to be made unknown (PS3.15, Table E.1-1).

The column of the Basic Application Level Confidentiality Profile, edition 2026c. What an option changes is said where it is used.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydicom.datadict import tag_for_keyword


class Action(StrEnum):
    """What becomes of an attribute; of several the weaker one only where its type demands it (type 1 or 2)."""

    REMOVE = "X"
    """It is removed."""
    EMPTY = "Z"
    """Of length zero, or a dummy."""
    DUMMY = "D"
    """A value that says nothing, and is not of length zero."""
    UID = "U"
    """Another UID, the same wherever it stands."""
    EMPTY_OR_DUMMY = "Z/D"
    """Empty, or a dummy where it is of type 1."""
    REMOVE_OR_EMPTY = "X/Z"
    """Removed, or empty where it is of type 2."""
    REMOVE_OR_DUMMY = "X/D"
    """Removed, or a dummy where it is of type 1."""
    REMOVE_EMPTY_OR_DUMMY = "X/Z/D"
    """Removed, empty or a dummy, as its type demands."""
    REMOVE_EMPTY_OR_UIDS = "X/Z/U*"
    """A sequence that is removed or empty, or in which UIDs are replaced, as its type demands."""

    @property
    def may_remove(self) -> bool:
        """Whether it is removed where no type demands otherwise."""
        return self.value.startswith("X")


_KEYWORDS: Final = {
    Action.REMOVE: (
        "AcquisitionComments AcquisitionContextDescription AcquisitionProtocolDescription ActualHumanPerformersSequence "
        "AdditionalPatientHistory AddressTrial AdmissionID AdmittingDate AdmittingDiagnosesCodeSequence "
        "AdmittingDiagnosesDescription AdmittingTime AffectedSOPInstanceUID Allergies AnnotationGroupDescription "
        "ApprovalStatusDateTime Arbitrary AssertionExpirationDateTime AuthorObserverSequence BeamDescription BolusDescription "
        "BranchOfService CalibrationDate CalibrationTime CameraOwnerName CassetteID CertifiedTimestamp "
        "ChannelDerivationDescription ChannelLabel ClinicalTrialProtocolEthicsCommitteeApprovalNumber "
        "ClinicalTrialSeriesDescription ClinicalTrialSeriesID ClinicalTrialTimePointDescription CommentsOnRadiationDose "
        "CommentsOnThePerformedProcedureStep CompensatorDescription ConfidentialityConstraintOnPatientDataDescription "
        "ConsultingPhysicianIdentificationSequence ContainerComponentID ContainerDescription "
        "ContentCreatorIdentificationCodeSequence ContrastBolusStartTime ContrastBolusStopTime ContributionDateTime "
        "ContributionDescription CountryOfResidence CreationDate CreationTime CurrentObserverTrial CurrentPatientLocation "
        "CurveDate CurveTime CustodialOrganizationSequence DataSetTrailingPadding DateOfDocumentOrVerbalTransactionTrial "
        "DateOfInstallation DateOfLastCalibration DateOfManufacture DateOfSecondaryCapture DateTimeOfLastCalibration "
        "DecompositionDescription DerivationDescription DeviceDescription DeviceSettingDescription DigitalSignaturesSequence "
        "DischargeDate DischargeDiagnosisDescription DischargeTime DisplacementReferenceLabel DistributionAddress "
        "DistributionName DoseReferenceDescription EntityDescription EntityName EquipmentFrameOfReferenceDescription "
        "EthicsCommitteeApprovalEffectivenessEndDate EthicsCommitteeApprovalEffectivenessStartDate EthnicGroup "
        "EthnicGroupCodeSequence ExpectedCompletionDateTime FilterLookupTableDescription FindingsGroupRecordingDateTrial "
        "FindingsGroupRecordingTimeTrial FixationDeviceDescription FractionGroupDescription FrameComments GPSAltitude "
        "GPSAltitudeRef GPSAreaInformation GPSDOP GPSDateStamp GPSDestBearing GPSDestBearingRef GPSDestDistance "
        "GPSDestDistanceRef GPSDestLatitude GPSDestLatitudeRef GPSDestLongitude GPSDestLongitudeRef GPSDifferential "
        "GPSImgDirection GPSImgDirectionRef GPSLatitude GPSLatitudeRef GPSLongitude GPSLongitudeRef GPSMapDatum GPSMeasureMode "
        "GPSProcessingMethod GPSSatellites GPSSpeed GPSSpeedRef GPSStatus GPSTimeStamp GPSTrack GPSTrackRef GPSVersionID "
        "GantryID GeneratorID HL7DocumentEffectiveTime HardcopyCreationDeviceID HumanPerformerName HumanPerformerOrganization "
        "IconImageSequence IdentifyingComments ImageComments ImagePresentationComments ImagingServiceRequestComments "
        "Impressions InstanceCoercionDateTime InstanceOriginStatus InstitutionAddress InstitutionalDepartmentName "
        "InstitutionalDepartmentTypeCodeSequence InsurancePlanIdentification IntendedFractionStartTime "
        "IntendedRecipientsOfResultsIdentificationSequence InterpretationApprovalDate InterpretationApprovalTime "
        "InterpretationApproverSequence InterpretationAuthor InterpretationDiagnosisDescription InterpretationID "
        "InterpretationIDIssuer InterpretationRecordedDate InterpretationRecordedTime InterpretationRecorder InterpretationText "
        "InterpretationTranscriber InterpretationTranscriptionDate InterpretationTranscriptionTime InterventionDrugStartTime "
        "InterventionDrugStopTime IssueDateOfImagingServiceRequest IssueTimeOfImagingServiceRequest IssuerOfAdmissionID "
        "IssuerOfAdmissionIDSequence IssuerOfClinicalTrialProtocolID IssuerOfClinicalTrialSeriesID IssuerOfClinicalTrialSiteID "
        "IssuerOfClinicalTrialSubjectID IssuerOfClinicalTrialSubjectReadingID IssuerOfClinicalTrialTimePointID "
        "IssuerOfPatientID IssuerOfServiceEpisodeID IssuerOfServiceEpisodeIDSequence LastMenstrualDate LensMake LensModel "
        "LensSerialNumber LensSpecification LongDeviceDescription MAC MakerNote MedicalAlerts MedicalRecordLocator MilitaryRank "
        "ModifiedAttributesSequence ModifiedImageDate ModifiedImageDescription ModifiedImageTime ModifyingDeviceID "
        "MultienergyAcquisitionDescription MultiplexGroupLabel NameOfPhysiciansReadingStudy NamesOfIntendedRecipientsOfResults "
        "NetworkID NonconformingDataElementValue NonconformingModifiedAttributesSequence ObservationDateTrial "
        "ObservationStartDateTime ObservationTimeTrial Occupation OrderCallbackPhoneNumber OrderCallbackTelecomInformation "
        "OrderEnteredBy OrderEntererLocation OriginalAttributesSequence Originator OtherClinicalTrialProtocolIDsSequence "
        "OtherPatientIDs OtherPatientIDsSequence OtherPatientNames OverlayDate OverlayTime ParticipantSequence PatientAddress "
        "PatientAge PatientBirthName PatientBirthTime PatientComments PatientInstitutionResidence "
        "PatientInsurancePlanCodeSequence PatientMotherBirthName PatientPrimaryLanguageCodeSequence "
        "PatientPrimaryLanguageModifierCodeSequence PatientReligiousPreference PatientSetupPhotoDescription PatientSize "
        "PatientState PatientTelecomInformation PatientTelephoneNumbers PatientTransportArrangements "
        "PatientTreatmentPreparationMethodDescription PatientTreatmentPreparationProcedureParameterDescription PatientWeight "
        "PerformedLocation PerformedProcedureStepDescription PerformedProcedureStepEndDate PerformedProcedureStepEndDateTime "
        "PerformedProcedureStepEndTime PerformedProcedureStepID PerformedProcedureStepStartDate "
        "PerformedProcedureStepStartDateTime PerformedProcedureStepStartTime PerformedStationAETitle "
        "PerformedStationGeographicLocationCodeSequence PerformedStationName PerformedStationNameCodeSequence "
        "PerformingPhysicianIdentificationSequence PerformingPhysicianName PersonAddress PersonTelecomInformation "
        "PersonTelephoneNumbers PhysicianApprovingInterpretation PhysiciansOfRecord PhysiciansOfRecordIdentificationSequence "
        "PhysiciansReadingStudyIdentificationSequence PlateID PositionAcquisitionTemplateDescription "
        "PositionAcquisitionTemplateName PreMedication PregnancyStatus PrescriptionDescription PresentationCreationDate "
        "PresentationCreationTime PriorTreatmentDoseDescription ProcedureStepCancellationDateTime ProductExpirationDateTime "
        "PyramidDescription PyramidLabel ROICreatorSequence ROIDateTime ROIDescription ROIGenerationDescription "
        "ROIInterpreterSequence ROIObservationDateTime ROIObservationDescription ROIObservationLabel RTPlanDescription "
        "RTPlanName RadiopharmaceuticalStartDateTime RadiopharmaceuticalStartTime RadiopharmaceuticalStopDateTime "
        "RadiopharmaceuticalStopTime ReasonForOmissionDescription ReasonForRequestedProcedureCodeSequence ReasonForStudy "
        "ReasonForTheImagingServiceRequest ReasonForTheRequestedProcedure ReasonForVisit ReasonForVisitCodeSequence ReceivingAE "
        "ReferencedDigitalSignatureSequence ReferencedPatientAliasSequence ReferencedPatientPhotoSequence "
        "ReferencedPatientSequence ReferencedSOPInstanceMACSequence ReferringPhysicianAddress "
        "ReferringPhysicianIdentificationSequence ReferringPhysicianTelephoneNumbers RegionOfResidence "
        "RequestAttributesSequence RequestedContrastAgent RequestedProcedureComments RequestedProcedureID "
        "RequestedProcedureLocation RequestedSeriesDescription RequestingAE RequestingPhysician RequestingService "
        "RespiratoryMotionCompensationTechniqueDescription ResponsibleOrganization ResponsiblePerson ResultsComments "
        "ResultsDistributionListSequence ResultsID ResultsIDIssuer RetrieveAETitle SOPAuthorizationDateTime "
        "ScheduledAdmissionDate ScheduledAdmissionTime ScheduledDischargeDate ScheduledDischargeTime "
        "ScheduledHumanPerformersSequence ScheduledPatientInstitutionResidence "
        "ScheduledPerformingPhysicianIdentificationSequence ScheduledPerformingPhysicianName ScheduledProcedureStepDescription "
        "ScheduledProcedureStepEndDate ScheduledProcedureStepEndTime ScheduledProcedureStepExpirationDateTime "
        "ScheduledProcedureStepID ScheduledProcedureStepLocation ScheduledProcedureStepModificationDateTime "
        "ScheduledProcedureStepStartDate ScheduledProcedureStepStartDateTime ScheduledProcedureStepStartTime "
        "ScheduledStationAETitle ScheduledStationGeographicLocationCodeSequence ScheduledStationName "
        "ScheduledStationNameCodeSequence ScheduledStudyLocation ScheduledStudyLocationAETitle ScheduledStudyStartDate "
        "ScheduledStudyStartTime ScheduledStudyStopDate ScheduledStudyStopTime SecondaryCaptureDeviceID SeriesDescription "
        "ServiceEpisodeDescription ServiceEpisodeID SetupTechniqueDescription ShieldingDeviceDescription SlideIdentifier "
        "SmokingStatus SourceManufacturer SpecialNeeds SpecimenAccessionNumber SpecimenDetailedDescription "
        "SpecimenShortDescription StationAETitle StructureSetDescription StructureSetName StudyArrivalDate StudyArrivalTime "
        "StudyComments StudyCompletionDate StudyCompletionTime StudyDescription StudyIDIssuer StudyReadDate StudyReadTime "
        "StudyVerifiedDate StudyVerifiedTime SubstanceAdministrationDateTime TelephoneNumberTrial TemplateLocalVersion "
        "TemplateVersion TextComments TextString TimeOfDocumentCreationOrVerbalTransactionTrial TimeOfLastCalibration "
        "TimeOfSecondaryCapture TimezoneOffsetFromUTC TopicAuthor TopicKeywords TopicSubject TopicTitle "
        "TransducerIdentificationSequence TreatmentSites UDISequence UniqueDeviceIdentifier "
        "VerbalSourceIdentifierCodeSequenceTrial VerbalSourceTrial VisitComments WaveformFilterDescription XRayDetectorLabel"
    ),
    Action.EMPTY: (
        "AccessionNumber CalibrationDateTime ClinicalTrialCoordinatingCenterName ClinicalTrialProtocolName ClinicalTrialSiteID "
        "ClinicalTrialSiteName ClinicalTrialTimePointID ConceptualVolumeCombinationDescription ConceptualVolumeDescription "
        "ConsultingPhysicianName DeviceAlternateIdentifier FillerOrderNumberImagingServiceRequest FractionationNotes "
        "IssuerOfTheContainerIdentifierSequence IssuerOfTheSpecimenIdentifierSequence ManufacturerDeviceIdentifier "
        "ParticipationDateTime PatientBirthDate PatientName PatientSex PlacerOrderNumberImagingServiceRequest PrescriptionNotes "
        "PrescriptionNotesSequence ROIInterpreter ROIName RTAccessoryDeviceSlotID RTAccessoryHolderSlotID "
        "RTPhysicianIntentNarrative RadiationGenerationModeDescription ReasonForSuperseding ReferringPhysicianName ReviewDate "
        "ReviewTime SourceOfPreviousValues SpecimenPreparationSequence StructureSetDate StructureSetTime StudyDate StudyID "
        "StudyTime TreatmentTechniqueNotes VerifyingObserverIdentificationCodeSequence"
    ),
    Action.DUMMY: (
        "AcquisitionFieldOfViewLabel AnnotationGroupLabel AnnotationGroupUID AssertionDateTime AttributeModificationDateTime "
        "BeamHoldTransitionDateTime CertificateOfSigner ClinicalTrialProtocolEthicsCommitteeName ClinicalTrialProtocolID "
        "ClinicalTrialSponsorName ClinicalTrialSubjectID ClinicalTrialSubjectReadingID ContainerIdentifier ContentSequence "
        "ContextGroupLocalVersion ContextGroupVersion Date DateTime DecayCorrectionDateTime DestinationAE DeviceLabel "
        "DigitalSignatureDateTime EffectiveDateTime EncapsulatedDocument EntityLabel EntityLongLabel ExclusionStartDateTime "
        "FlowIdentifier FlowIdentifierSequence FrameAcquisitionDateTime FrameOriginTimestamp FrameReferenceDateTime "
        "FunctionalSyncPulse GraphicAnnotationSequence HangingProtocolCreationDateTime ImpedanceMeasurementDateTime "
        "InformationIssueDateTime InterlockDateTime InterlockDescription InterlockOriginDescription ModifyingSystem "
        "OverrideDateTime PersonIdentificationCodeSequence PersonName RTPlanLabel RTPrescriptionLabel RTToleranceSetLabel "
        "RadiationDoseIdentificationLabel RadiationDoseInVivoMeasurementLabel RadiationGenerationModeLabel "
        "ReasonForTheAttributeModification RecordedRTControlPointDateTime ReferencedDateTime SafePositionExitDate "
        "SafePositionExitTime SafePositionReturnDate SafePositionReturnTime SelectorAEValue SelectorASValue SelectorDAValue "
        "SelectorDTValue SelectorLOValue SelectorLTValue SelectorOBValue SelectorPNValue SelectorSHValue SelectorSTValue "
        "SelectorTMValue SelectorUNValue SelectorURValue SelectorUTValue SourceEndDateTime SourceIdentifier SourceStartDateTime "
        "SourceStrengthReferenceDate SourceStrengthReferenceTime SpecimenIdentifier StructureSetLabel Time "
        "TreatmentControlPointDate TreatmentControlPointTime TreatmentPositionGroupLabel TreatmentToleranceViolationDateTime "
        "TreatmentToleranceViolationDescription UnformattedTextValue UserContentLabel UserContentLongLabel VerificationDateTime "
        "VerifyingObserverName VerifyingObserverSequence VerifyingOrganization XRayDetectorID XRaySourceID"
    ),
    Action.UID: (
        "AcquisitionUID ConcatenationUID ConceptualVolumeUID ConstituentConceptualVolumeUID DeviceUID DigitalSignatureUID "
        "DimensionOrganizationUID DoseReferenceUID DosimetricObjectiveUID FailedSOPInstanceUIDList FiducialUID "
        "FrameOfReferenceUID InstanceCreatorUID IrradiationEventUID LargePaletteColorLookupTableUID ManufacturerDeviceClassUID "
        "MediaStorageSOPInstanceUID MultiplexGroupUID ObservationSubjectUIDTrial ObservationUID PaletteColorLookupTableUID "
        "PatientSetupUID PresentationDisplayCollectionUID PresentationSequenceCollectionUID PyramidUID RTTreatmentPhaseUID "
        "ReferencedConceptualVolumeUID ReferencedDoseReferenceUID ReferencedDosimetricObjectiveUID ReferencedFiducialsUID "
        "ReferencedFrameOfReferenceUID ReferencedGeneralPurposeScheduledProcedureStepTransactionUID "
        "ReferencedObservationUIDTrial ReferencedSOPInstanceUID ReferencedSOPInstanceUIDInFile "
        "ReferencedTreatmentPositionGroupUID RelatedFrameOfReferenceUID RequestedSOPInstanceUID SOPInstanceUID "
        "SeriesInstanceUID SourceConceptualVolumeUID SourceFrameOfReferenceUID SpecimenUID StorageMediaFileSetUID "
        "StudyInstanceUID SynchronizationFrameOfReferenceUID TableTopPositionAlignmentUID TargetUID TemplateExtensionCreatorUID "
        "TemplateExtensionOrganizationUID TrackingUID TransactionUID TreatmentPositionGroupUID TreatmentSessionUID UID"
    ),
    Action.EMPTY_OR_DUMMY: ("ContentCreatorName ContentDate ContentTime ContrastBolusAgent InstructionPerformedDateTime PatientID"),
    Action.REMOVE_OR_EMPTY: (
        "AcquisitionContextSequence AcquisitionDate AcquisitionTime BarcodeValue LabelText PatientSexNeutered "
        "ReferencedStudySequence RequestedProcedureDescription ReviewerName SourceSerialNumber TreatmentMachineName"
    ),
    Action.REMOVE_OR_DUMMY: (
        "AcquisitionDeviceProcessingDescription DateOfLastDetectorCalibration DetectorID EndAcquisitionDateTime "
        "FirstTreatmentDate InstanceCreationDate IntendedPhaseEndDate IntendedPhaseStartDate MostRecentTreatmentDate "
        "ObservationDateTime OperatorIdentificationSequence ProtocolName RTPlanDate RTPlanTime RTTreatmentApproachLabel "
        "SeriesDate SeriesTime StartAcquisitionDateTime TimeOfLastDetectorCalibration TreatmentDate TreatmentSite TreatmentTime "
        "WaveformAnnotationSequence"
    ),
    Action.REMOVE_EMPTY_OR_DUMMY: (
        "AcquisitionDateTime DeviceSerialNumber InstanceCreationTime InstitutionCodeSequence InstitutionName OperatorsName "
        "ReferencedPerformedProcedureStepSequence StationName"
    ),
    Action.REMOVE_EMPTY_OR_UIDS: ("ReferencedImageSequence SourceImageSequence"),
}
_WITHOUT_KEYWORD: Final = (
    0x00081301, 0x00081302, 0x00081303, 0x00081304, 0x00100011, 0x00100012, 0x00100013, 0x00100014,
    0x00100015, 0x00100016, 0x00100041, 0x00100042, 0x00100043, 0x00100044, 0x00100045, 0x00100046,
    0x00100047, 0x00102162, 0x0040A034, 0x0040A035, 0x0040B034, 0x0040B036, 0x0040B03B, 0x0040B03F,
    0x0040E012,
)  # fmt: skip
"""Attributes that are to be removed and that pydicom's dictionary does not know yet."""


def _actions() -> dict[int, Action]:
    named = {str(keyword): action for action, keywords in _KEYWORDS.items() for keyword in keywords.split()}
    known = {tag: action for keyword, action in named.items() if (tag := tag_for_keyword(keyword)) is not None}
    return dict.fromkeys(_WITHOUT_KEYWORD, Action.REMOVE) | known


ACTIONS: Final = MappingProxyType(_actions())
"""Tag → action; of curves and overlays (50xx, 60xx) whole groups are to be removed, which are not listed one by one."""
