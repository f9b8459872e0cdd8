"""Network services as data: classes, contexts, roles, functions and association policies.

Each row says where the TMS statement has it (``stated``) and, where that one is silent or at odds with itself, why we have
it (``beyond``). The provider negotiates what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from workbench.dicom import uids
from workbench.settings import OCULAR_AS_STATED, OWN, TMS_AS_STATED, Identity

Role = Literal["SCP", "SCU"]


class Speaker(StrEnum):
    """Who speaks in a statement."""

    OWN = "own"
    """The workbench as itself."""
    TMS = "tms"
    """The workbench emulating the TMS statement to the letter."""
    OCULAR = "ocular"
    """The workbench writing files as the ocular statement says."""

    @property
    def identity(self) -> Identity:
        """Names and UIDs of this speaker."""
        return {Speaker.OWN: OWN, Speaker.TMS: TMS_AS_STATED, Speaker.OCULAR: OCULAR_AS_STATED}[self]


@dataclass(frozen=True, slots=True)
class SopClass:
    """A SOP class.

    Parameters
    ----------
    group : heading it stands under in the overview.
    stated : sections of the TMS statement that list it; blank where none does.
    beyond : why it is here all the same, or otherwise than stated.
    """

    name: str
    uid: str
    group: str
    stated: str = ""
    beyond: str = ""


CT_IMAGE: Final = SopClass("CT Image Storage", uids.CT_IMAGE, "Transfer", "1.1;4.2.1.1;4.2.1.11.2")
RT_IMAGE: Final = SopClass("RT Image Storage", uids.RT_IMAGE, "Transfer", "4.2.1.11.2", "missing from the stated class tables")
RT_STRUCTURE_SET: Final = SopClass(
    "RT Structure Set Storage", uids.RT_STRUCTURE_SET, "Transfer", "4.2.1.11.2", "missing from the stated class tables"
)
SPATIAL_REGISTRATION: Final = SopClass("Spatial Registration Storage", uids.SPATIAL_REGISTRATION, "Transfer", "1.1;4.2.1.1;4.2.1.11.2")
RT_BEAMS_RECORD: Final = SopClass(
    "RT Beams Treatment Record Storage",
    uids.RT_BEAMS_RECORD,
    "Transfer",
    "1.1;4.2.1.1;4.2.1.11.2",
    "accepted, because the statement prints it; its object is the ion record's, and what we create is the ion record",
)
RT_ION_BEAMS_RECORD: Final = SopClass(
    "RT Ion Beams Treatment Record Storage", uids.RT_ION_BEAMS_RECORD, "Transfer", "", "the class that the stated object tables describe"
)
RT_ION_PLAN: Final = SopClass(
    "RT Ion Plan Storage", uids.RT_ION_PLAN, "Transfer", "4.1.2.1", "sent by C-MOVE; the statement names the object, not its class"
)
DELIVERY_INSTRUCTION: Final = SopClass(
    "RT Beams Delivery Instruction Storage - Trial (Retired)",
    uids.TRIAL_DELIVERY_INSTRUCTION,
    "Transfer",
    "4.1.2.1",
    "sent by C-MOVE; the statement names the object, not its class",
)
FINAL_INSTRUCTION: Final = SopClass(
    "RT Beams Delivery Instruction Storage",
    uids.DELIVERY_INSTRUCTION,
    "Transfer",
    "",
    "the same instance, for a receiver that takes only the final class; not when speaking as the TMS statement does",
)
STUDY_FIND: Final = SopClass(
    "Study Root Query/Retrieve Information Model - FIND", uids.STUDY_FIND, "Query/Retrieve", "1.1;4.2.1.1;4.2.1.9.2"
)
STUDY_MOVE: Final = SopClass(
    "Study Root Query/Retrieve Information Model - MOVE",
    uids.STUDY_MOVE,
    "Query/Retrieve",
    "4.2.1.10.2",
    "missing from the stated class tables",
)
STUDY_GET: Final = SopClass(
    "Study Root Query/Retrieve Information Model - GET",
    uids.STUDY_GET,
    "Query/Retrieve",
    "",
    "for clients that cannot listen; not when speaking as the TMS statement does",
)
UPS_PUSH: Final = SopClass(
    "Unified Procedure Step - Push SOP Class - Trial (Retired)",
    uids.TRIAL_UPS_PUSH,
    "Workflow Management",
    "1.1;4.2.1.1",
    "named by every workitem and every N-ACTION and N-SET, never negotiated: workitems come from check-in, not from N-CREATE",
)
UPS_PULL: Final = SopClass(
    "Unified Procedure Step - Pull SOP Class - Trial (Retired)",
    uids.TRIAL_UPS_PULL,
    "Workflow Management",
    "1.1;4.2.1.1;4.2.1.9.2;4.2.1.12.2;4.2.1.13.2",
)
EXTENSION: Final = "the final text, which the statement precedes; not offered when speaking as stated"
TRIAL_WATCH: Final = SopClass(
    "Unified Procedure Step - Watch SOP Class - Trial (Retired)",
    uids.TRIAL_UPS_WATCH,
    "Workflow Management",
    "",
    "not in the statement; not offered when speaking as stated",
)
TRIAL_EVENT: Final = SopClass(
    "Unified Procedure Step - Event SOP Class - Trial (Retired)",
    uids.TRIAL_UPS_EVENT,
    "Workflow Management",
    "",
    "not in the statement; not offered when speaking as stated",
)
FINAL_PUSH: Final = SopClass("Unified Procedure Step - Push SOP Class", uids.UPS_PUSH, "Workflow Management", "", EXTENSION)
FINAL_WATCH: Final = SopClass("Unified Procedure Step - Watch SOP Class", uids.UPS_WATCH, "Workflow Management", "", EXTENSION)
FINAL_PULL: Final = SopClass("Unified Procedure Step - Pull SOP Class", uids.UPS_PULL, "Workflow Management", "", EXTENSION)
FINAL_EVENT: Final = SopClass("Unified Procedure Step - Event SOP Class", uids.UPS_EVENT, "Workflow Management", "", EXTENSION)
FINAL_QUERY: Final = SopClass("Unified Procedure Step - Query SOP Class", uids.UPS_QUERY, "Workflow Management", "", EXTENSION)
VERIFICATION: Final = SopClass("Verification SOP Class", uids.VERIFICATION, "Verification", "1.1;4.2.1.1;4.2.1.8.2")

SOP_CLASSES: Final = (
    CT_IMAGE,
    RT_IMAGE,
    RT_STRUCTURE_SET,
    SPATIAL_REGISTRATION,
    RT_BEAMS_RECORD,
    RT_ION_BEAMS_RECORD,
    RT_ION_PLAN,
    DELIVERY_INSTRUCTION,
    FINAL_INSTRUCTION,
    STUDY_FIND,
    STUDY_MOVE,
    STUDY_GET,
    UPS_PULL,
    UPS_PUSH,
    TRIAL_WATCH,
    TRIAL_EVENT,
    FINAL_PUSH,
    FINAL_PULL,
    FINAL_WATCH,
    FINAL_EVENT,
    FINAL_QUERY,
    VERIFICATION,
)


@dataclass(frozen=True, slots=True)
class Context:
    """One class accepted from, or offered to, a peer for one DIMSE service, always with the three uncompressed transfer syntaxes.

    Parameters
    ----------
    stated : section of the TMS statement; blank where it has none.
    beyond : why we have it all the same.
    is_extension : whether it is of ours alone, and so not offered when speaking as the TMS statement does.
    """

    service: str
    sop_class: SopClass
    role: Role = "SCP"
    stated: str = ""
    beyond: str = ""
    is_extension: bool = False
    transfer_syntaxes: tuple[str, ...] = uids.UNCOMPRESSED


SUB_OPERATION = "C-MOVE and C-GET send what they find as C-STORE sub-operations, which the statement never describes"
CONTEXTS: Final = (
    Context("C-ECHO", VERIFICATION, stated="4.2.1.8.2"),
    Context("C-FIND", UPS_PULL, stated="4.2.1.9.2"),
    Context("C-FIND", STUDY_FIND, stated="4.2.1.9.2"),
    Context("C-MOVE", STUDY_MOVE, stated="4.2.1.10.2"),
    Context("C-GET", STUDY_GET, beyond=STUDY_GET.beyond, is_extension=True),
    Context("C-STORE", CT_IMAGE, stated="4.2.1.11.2"),
    Context("C-STORE", RT_IMAGE, stated="4.2.1.11.2"),
    Context("C-STORE", RT_STRUCTURE_SET, stated="4.2.1.11.2"),
    Context("C-STORE", SPATIAL_REGISTRATION, stated="4.2.1.11.2"),
    Context("C-STORE", RT_BEAMS_RECORD, stated="4.2.1.11.2"),
    Context("C-STORE", RT_ION_BEAMS_RECORD, beyond="the class that the stated object tables describe"),
    Context("N-ACTION", UPS_PULL, stated="4.2.1.12.2"),
    Context("N-SET", UPS_PULL, stated="4.2.1.13.2"),
    Context(
        "N-GET",
        UPS_PULL,
        beyond="mandatory of the class (PS3.4 CC.2.7); refused when speaking as the TMS statement does",
        is_extension=True,
    ),
    *(
        Context(service, sop_class, beyond=sop_class.beyond, is_extension=True)
        for sop_class, offered in (
            (TRIAL_WATCH, ("C-FIND", "N-ACTION", "N-GET")),
            (FINAL_PUSH, ("N-CREATE", "N-ACTION", "N-SET", "N-GET")),
            (FINAL_PULL, ("C-FIND", "N-ACTION", "N-SET", "N-GET")),
            (FINAL_WATCH, ("C-FIND", "N-ACTION", "N-GET")),
            (FINAL_QUERY, ("C-FIND",)),
            (TRIAL_EVENT, ("N-EVENT-REPORT",)),
            (FINAL_EVENT, ("N-EVENT-REPORT",)),
        )
        for service in offered
    ),
    *(
        Context("C-STORE", sop_class, "SCU", beyond=SUB_OPERATION)
        for sop_class in (
            CT_IMAGE,
            RT_IMAGE,
            RT_STRUCTURE_SET,
            SPATIAL_REGISTRATION,
            RT_BEAMS_RECORD,
            RT_ION_BEAMS_RECORD,
            RT_ION_PLAN,
            DELIVERY_INSTRUCTION,
        )
    ),
    Context("C-STORE", FINAL_INSTRUCTION, "SCU", beyond=FINAL_INSTRUCTION.beyond, is_extension=True),
)


REPORTED: Final = tuple(one for one in CONTEXTS if one.service == "N-EVENT-REPORT")
"""Contexts on which subscribers are told; we request the association, and are the provider of the class all the same."""


def classes(service: str | None = None, *, role: Role = "SCP", as_stated: bool = False) -> tuple[str, ...]:
    """UIDs of the classes accepted (SCP) or offered (SCU), of one service where one is named; each once.

    Parameters
    ----------
    as_stated : leave out what the TMS statement does not know.
    """
    found = (
        one.sop_class.uid
        for one in CONTEXTS
        if one.role == role and service in {None, one.service} and not (as_stated and one.is_extension)
    )
    return tuple(dict.fromkeys(found))


def offers(service: str, sop_class: str, *, as_stated: bool = False) -> bool:
    """Whether a service is accepted on a context of a class."""
    return sop_class in classes(service, as_stated=as_stated)


@dataclass(frozen=True, slots=True)
class Action:
    """One action type of N-ACTION (PS3.4 Table CC.2-1).

    Parameters
    ----------
    sop_classes : negotiated classes that it may travel on.
    is_extension : whether the TMS statement does not know it.
    """

    type: int
    what: str
    sop_classes: tuple[SopClass, ...]
    section: str
    is_extension: bool = True


_WATCH = (TRIAL_WATCH, FINAL_WATCH, FINAL_PUSH)
ACTIONS: Final = (
    Action(1, "change state", (UPS_PULL, FINAL_PULL, FINAL_PUSH), "CC.2.1", is_extension=False),
    Action(2, "request cancel", _WATCH, "CC.2.2"),
    Action(3, "subscribe", _WATCH, "CC.2.3"),
    Action(4, "unsubscribe", _WATCH, "CC.2.3"),
    Action(5, "suspend global subscription", _WATCH, "CC.2.3"),
)
"""What N-ACTION may ask for, in the standard's order.

Every message names Push as its class, and some toolkits choose the context by that name: Push takes what Pull and Watch take.
"""


def action(type_id: int) -> Action | None:
    """The action of this type."""
    return next((one for one in ACTIONS if one.type == type_id), None)


@dataclass(frozen=True, slots=True)
class Function:
    """What one service does with one class.

    Parameters
    ----------
    stated : whether the TMS statement has it (4.1.2.1).
    """

    service: str
    sop_class: SopClass
    what: str
    stated: bool = True


FUNCTIONS: Final = (
    Function("C-ECHO", VERIFICATION, "answers at any time"),
    Function("C-FIND", UPS_PULL, "answers worklist queries"),
    Function("C-FIND", STUDY_FIND, "answers queries for plans by RT Plan Label at IMAGE level, and for studies, series and images"),
    Function("N-ACTION", UPS_PULL, "changes the state of a workitem"),
    Function("N-SET", UPS_PULL, "takes the progress of a workitem"),
    Function("N-GET", UPS_PULL, "gives the attributes of a workitem", stated=False),
    *(
        Function("C-FIND", sop_class, "answers worklist queries", stated=False)
        for sop_class in (TRIAL_WATCH, FINAL_PULL, FINAL_WATCH, FINAL_QUERY)
    ),
    Function("N-CREATE", FINAL_PUSH, "puts a workitem on the worklist", stated=False),
    Function("N-ACTION", FINAL_PULL, "changes the state of a workitem", stated=False),
    *(Function("N-ACTION", one, "asks that a workitem be canceled", stated=False) for one in (FINAL_PUSH, FINAL_WATCH, TRIAL_WATCH)),
    *(
        Function("N-ACTION", one, "subscribes receivers of event reports, unsubscribes and suspends them", stated=False)
        for one in (FINAL_WATCH, TRIAL_WATCH)
    ),
    *(Function("N-EVENT-REPORT", one, "tells subscribers what happened to workitems", stated=False) for one in (FINAL_EVENT, TRIAL_EVENT)),
    Function("N-SET", FINAL_PULL, "takes the progress of a workitem", stated=False),
    *(
        Function("N-GET", one, "gives the attributes of a workitem", stated=False)
        for one in (TRIAL_WATCH, FINAL_PUSH, FINAL_PULL, FINAL_WATCH)
    ),
    Function("C-MOVE", RT_ION_PLAN, "hands out the session plan that a workitem lists"),
    Function("C-MOVE", DELIVERY_INSTRUCTION, "hands out the instruction that a workitem lists"),
    Function("C-MOVE", CT_IMAGE, "hands out planning CT"),
    Function("C-MOVE", RT_STRUCTURE_SET, "hands out the planning structure set"),
    Function("C-MOVE", RT_BEAMS_RECORD, "hands out records of earlier deliveries (ion records: 481.9)"),
    Function("C-MOVE", RT_IMAGE, "hands out planned setup images", stated=False),
    Function("C-GET", STUDY_GET, "hands out the same on the association of who asks", stated=False),
    Function("C-STORE", CT_IMAGE, "takes setup CT"),
    Function("C-STORE", RT_IMAGE, "takes setup images"),
    Function("C-STORE", RT_STRUCTURE_SET, "takes the table position, as a structure set with an isocentre"),
    Function("C-STORE", SPATIAL_REGISTRATION, "takes the registration of setup images to planning images"),
    Function("C-STORE", RT_BEAMS_RECORD, "takes what was delivered (ion records: 481.9, and 481.4 as printed)"),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """One property of our associations.

    Parameters
    ----------
    name : the fact tables' name of it.
    words : its heading in the statement.
    own : what holds when we speak as ourselves.
    stated : what the TMS statement prints.
    section : where.
    """

    name: str
    words: str
    own: str
    stated: str
    section: str


MAXIMUM_PDU_SCU: Final = 16384
MAXIMUM_PDU_SCP: Final = 0
"""Maximum length of a PDU that we announce as requestor and as acceptor; 0 is no limit (TMS statement 4.2.1.3)."""
APPLICATION_CONTEXT: Final = "1.2.840.10008.3.1.1.1"
POLICIES: Final = (
    Policy("application_context", "Application context name", APPLICATION_CONTEXT, APPLICATION_CONTEXT, "4.2.1.3"),
    Policy("max_pdu_scu", "Maximum PDU size as SCU", f"{MAXIMUM_PDU_SCU}, not configurable", "16384, not configurable", "4.2.1.3"),
    Policy(
        "max_pdu_scp",
        "Maximum PDU size as SCP",
        f"{MAXIMUM_PDU_SCP} (unlimited), not configurable; longer than the configured limit, 128 MiB, aborts the association",
        "unlimited, not configurable",
        "4.2.1.3",
    ),
    Policy(
        "incoming_associations",
        "Number of associations accepted at the same time",
        "as configured, 500 by default",
        "any number at the same time",
        "4.2.1.4",
    ),
    Policy("asynchronous", "Asynchronous operations window", "no", "no", "4.2.1.5"),
    Policy(
        "implementation_class_uid",
        "Implementation Class UID",
        OWN.implementation_class_uid,
        TMS_AS_STATED.implementation_class_uid,
        "4.2.1.7",
    ),
    Policy(
        "implementation_version_name",
        "Implementation Version Name",
        str(OWN.implementation_version_name),
        str(TMS_AS_STATED.implementation_version_name),
        "4.2.1.7",
    ),
    Policy(
        "association_check",
        "Association check",
        "called AE title; a mismatch is rejected (called AE title not recognised). "
        "A calling AE title of no room that is no peer may only C-ECHO",
        "called AE title",
        "8.2",
    ),
    Policy("character_sets", "Character sets", "default repertoire; ISO_IR 192", "default repertoire; ISO_IR 192", "7"),
    Policy("extended_negotiation", "Extended negotiation", "none", "none", "4.2.1.8.2"),
)
