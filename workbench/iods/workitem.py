"""Unified Procedure Steps (Trial): the workitems of a session (9.1.1.4), and what a device sends of them (9.1.2.8).

Scope of a created workitem:

* ``plan``: data set of the session plan (patient and study); ``room``: ``settings.Room``; ``identity``: ``settings.Identity``;
* ``procedure_code`` and ``workitem_code``: each ``value`` and ``meaning``; ``request_id``: of the requested procedure;
* ``priority``: HIGH, MEDIUM or LOW; ``label``; ``start`` and ``expected_end``: date-times with zone, None where not known;
* ``parameters``: each ``name`` (``value``, ``meaning``) and ``text``;
* ``inputs``: studies (``uid``, ``series``), series (``uid``, ``instances``), instances (``sop_class_uid``, ``uid``);
  ``retrieve_ae_title``: where they are fetched from; ``availability``: COMPLETE or INCOMPLETE;
* ``state``; ``transaction_uid``: the lock, None until claimed and never shown;
* ``now``: date and time; ``uids.instance``: made for this object.
"""

from __future__ import annotations

from datetime import datetime

from workbench.dicom import uids
from workbench.dicom.conditions import Equals, Foreign, Sent
from workbench.dicom.rules import Configured, Constant, Copied, Derived, Generated, OneOf, Taken
from workbench.dicom.scope import ABSENT, Scope
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, One

WORKITEM_CODES = ("121726", "121707", "121728")
WORKITEM_MEANINGS = (
    "RT Treatment with Internal Verification",
    "RT Patient Position Acquisition, CT kV",
    "RT Treatment QA with Internal Verification",
)
"""Treatment, position acquisition, treatment QA (CID 9241 and 9242), in the order of their codes."""


def offset_from_utc(scope: Scope) -> object:
    """The zone of the current time as ``+0100``."""
    now = scope["now"]
    return now.strftime("%z") if isinstance(now, datetime) and now.tzinfo is not None else ABSENT


WORKITEM = Iod(
    "Unified Procedure Step",
    (uids.TRIAL_UPS_PUSH,),
    (
        Module(
            "SOP Common Module",
            "9.1.1.4.1",
            (
                Attribute("SOPClassUID", "1", Constant(uids.TRIAL_UPS_PUSH)),
                Attribute("SOPInstanceUID", "1", Generated("uids.instance")),
                Attribute("SpecificCharacterSet", "1C", Constant("ISO_IR 192"), Foreign(), beyond="names outside the default repertoire"),
                Attribute("TimezoneOffsetFromUTC", "3", Derived(offset_from_utc, "offset of the current time")),
            ),
            "Unified Procedure Step",
        ),
        Module(
            "Unified Procedure Step Relationship Module",
            "9.1.1.4.2",
            (
                Attribute("PatientName", "", Copied("plan.PatientName")),
                Attribute("PatientID", "", Copied("plan.PatientID")),
                Attribute("PatientBirthDate", "", Copied("plan.PatientBirthDate")),
                Attribute("PatientSex", "", OneOf(("M", "F", "O"), "plan.PatientSex")),
                Items(
                    "ReferencedRequestSequence",
                    "",
                    (
                        Items(
                            "RequestedProcedureCodeSequence",
                            "",
                            (
                                Attribute("CodeValue", "1C", Taken("procedure_code.value"), Sent("RequestedProcedureCodeSequence")),
                                Attribute(
                                    "CodingSchemeDesignator",
                                    "1C",
                                    Configured("identity.coding_scheme", "99RAYSEARCH"),
                                    Sent("RequestedProcedureCodeSequence"),
                                ),
                                Attribute("CodingSchemeVersion", "1C", Configured("identity.coding_scheme_version", "1")),
                                Attribute("CodeMeaning", "1", Taken("procedure_code.meaning")),
                            ),
                            One(),
                        ),
                        Attribute("RequestedProcedureID", "", Taken("request_id")),
                    ),
                    One(),
                ),
            ),
            "Unified Procedure Step",
        ),
        Module(
            "Unified Procedure Step Scheduled Procedure Information Module",
            "9.1.1.4.3",
            (
                Attribute("ScheduledProcedureStepPriority", "", OneOf(("HIGH", "MEDIUM", "LOW"), "priority")),
                Attribute(
                    "ScheduledProcedureStepModificationDateTime", "", Taken("now"), beyond="a final workitem has it (PS3.4 Table CC.2.5-3)"
                ),
                Attribute("ProcedureStepLabel", "", Taken("label")),
                Attribute("WorklistLabel", "", Taken("room.name"), beyond="a final workitem has it (PS3.4 Table CC.2.5-3)"),
                Items(
                    "ScheduledStationNameCodeSequence",
                    "",
                    (
                        Attribute("CodeValue", "1C", Taken("room.station_code"), Sent("ScheduledStationNameCodeSequence")),
                        Attribute(
                            "CodingSchemeDesignator", "1C", Configured("identity.coding_scheme"), Sent("ScheduledStationNameCodeSequence")
                        ),
                        Attribute("CodeMeaning", "1", Taken("room.name")),
                    ),
                    One(),
                ),
                Attribute("ScheduledProcedureStepStartDateTime", "", Taken("start")),
                Attribute("ExpectedCompletionDateTime", "", Taken("expected_end")),
                Items(
                    "ScheduledWorkitemCodeSequence",
                    "",
                    (
                        Attribute("CodeValue", "1C", OneOf(WORKITEM_CODES, "workitem_code.value"), Sent("ScheduledWorkitemCodeSequence")),
                        Attribute("CodingSchemeDesignator", "1C", Constant("DCM"), Sent("ScheduledWorkitemCodeSequence")),
                        Attribute("CodeMeaning", "1", OneOf(WORKITEM_MEANINGS, "workitem_code.meaning")),
                    ),
                    One(),
                ),
                Items(
                    "ScheduledProcessingParametersSequence",
                    "",
                    (
                        Attribute("ValueType", "1", Constant("TEXT")),
                        Items(
                            "ConceptNameCodeSequence",
                            "1",
                            (
                                Attribute("CodeValue", "1C", Taken("parameter.name.value"), Sent("ConceptNameCodeSequence")),
                                Attribute(
                                    "CodingSchemeDesignator", "1C", Configured("identity.coding_scheme"), Sent("ConceptNameCodeSequence")
                                ),
                                Attribute("CodeMeaning", "1", Taken("parameter.name.meaning")),
                            ),
                            One(),
                        ),
                        Attribute("TextValue", "1C", Taken("parameter.text"), Equals("ValueType", "TEXT")),
                    ),
                    Each("parameters", "parameter"),
                ),
                Items(
                    "InputInformationSequence",
                    "",
                    (
                        Attribute("StudyInstanceUID", "1", Taken("study.uid")),
                        Items(
                            "ReferencedSeriesSequence",
                            "1C",
                            (
                                Attribute("SeriesInstanceUID", "1", Taken("series.uid")),
                                Attribute("RetrieveAETitle", "", Taken("retrieve_ae_title")),
                                Items(
                                    "ReferencedSOPSequence",
                                    "1",
                                    (
                                        Attribute("ReferencedSOPClassUID", "1", Taken("instance.sop_class_uid")),
                                        Attribute("ReferencedSOPInstanceUID", "1", Taken("instance.uid")),
                                    ),
                                    Each("series.instances", "instance"),
                                ),
                            ),
                            Each("study.series", "series"),
                        ),
                    ),
                    Each("inputs", "study"),
                ),
                Attribute("StudyInstanceUID", "", Copied("plan.StudyInstanceUID")),
                Attribute("InputAvailabilityFlag", "1", OneOf(("COMPLETE", "INCOMPLETE"), "availability")),
            ),
            "Unified Procedure Step",
        ),
        Module(
            "Unified Procedure Step Progress Information Module",
            "9.1.1.4.4",
            (Attribute("ProcedureStepState", "", OneOf(("SCHEDULED", "IN PROGRESS", "CANCELED", "COMPLETED"), "state")),),
            "Unified Procedure Step",
        ),
        Module("Transaction Module", "9.1.1.4.5", (Attribute("TransactionUID", "3", Taken("transaction_uid")),), "Unified Procedure Step"),
    ),
    "tms",
    "created",
)
"""TMS statement 9.1.1.4; the instance names the Push class, on whatever context it travels (PS3.4 CC.3.1)."""

RECEIVED_WORKITEM = Iod(
    "Unified Procedure Step",
    (uids.TRIAL_UPS_PUSH,),
    (
        Module(
            "SOP Common Module",
            "9.1.2.8.1",
            (
                Attribute("SOPClassUID", "1"),
                Attribute("SOPInstanceUID", "1"),
                Attribute("TimezoneOffsetFromUTC", "3"),
            ),
            "Unified Procedure Step",
        ),
        Module(
            "Unified Procedure Step Relationship Module",
            "9.1.2.8.2",
            (
                Attribute("PatientName", ""),
                Attribute("PatientID", ""),
            ),
            "Unified Procedure Step",
        ),
        Module(
            "Unified Procedure Step Scheduled Procedure Information Module",
            "9.1.2.8.3",
            (
                Items(
                    "ScheduledStationNameCodeSequence",
                    "",
                    (
                        Attribute("CodeValue", "1C", when=Sent("ScheduledStationNameCodeSequence")),
                        Attribute("CodingSchemeDesignator", "1C", when=Sent("ScheduledStationNameCodeSequence")),
                        Attribute("CodeMeaning", "1"),
                    ),
                ),
                Attribute("ScheduledProcedureStepStartDateTime", ""),
                Items(
                    "ScheduledWorkitemCodeSequence",
                    "",
                    (
                        Attribute("CodeValue", "1C", when=Sent("ScheduledWorkitemCodeSequence")),
                        Attribute("CodingSchemeDesignator", "1C", when=Sent("ScheduledWorkitemCodeSequence")),
                        Attribute("CodeMeaning", "1"),
                    ),
                ),
                Attribute("InputAvailabilityFlag", "1"),
            ),
            "Unified Procedure Step",
        ),
        Module(
            "Unified Procedure Step Progress Information Module",
            "9.1.2.8.4",
            (
                Attribute("ProcedureStepState", ""),
                Items(
                    "ProcedureStepProgressInformationSequence",
                    "",
                    (
                        Attribute("ProcedureStepProgress", ""),
                        Attribute("ProcedureStepProgressDescription", ""),
                    ),
                ),
            ),
            "Unified Procedure Step",
        ),
        Module("Transaction Module", "9.1.2.8.5", (Attribute("TransactionUID", "3"),), "Unified Procedure Step"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.8."""
