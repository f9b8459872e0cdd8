"""Chapter 4: the application entity, what it does, and how associations with it work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.conformance.activities import ACTIVITIES, TREATMENT
from workbench.conformance.markdown import document, heading, numbered, paragraph, table
from workbench.conformance.services import CONTEXTS, FUNCTIONS, POLICIES, REPORTED, SOP_CLASSES, SUB_OPERATION, Context
from workbench.conformance.statuses import Status, statuses
from workbench.dicom import uids
from workbench.settings import DEFAULT_AE_TITLE, DEFAULT_PORT

SYNTAX_NAMES: Final = {
    uids.IMPLICIT_LITTLE: "Implicit VR Little Endian",
    uids.EXPLICIT_LITTLE: "Explicit VR Little Endian",
    uids.EXPLICIT_BIG: "Explicit VR Big Endian",
}
REPORTS: Final = (
    "N-EVENT-REPORT, of state (also when the readiness of the inputs changes), requested cancel, progress, assignment, and of ourselves "
    "when the provider was restarted; in the dialect of the subscription or, where a receiver accepts only the other one, in that. "
    "Reports of one receiver are in the order of the history, on one association that is released when idle. A report without answer is "
    "tried again as often as the settings say; then all that waits for the receiver is given up, which changes no subscription. None is "
    "queued while the provider is stopped. Not sent when speaking as stated."
)
DESCRIPTIONS: Final = {
    "C-ECHO": "Answered at any time, whatever session is running.",
    "C-FIND": (
        "On the worklist the keys that have a value are matched: single value, wildcard, range of date-times, and items of sequences; only "
        "requested keys are answered; the Transaction UID is no key and is never returned. On the study root the levels are STUDY, SERIES "
        "and IMAGE; RT Plan Label is an optional key of the IMAGE level. What a running or canceled session withholds is not found."
    ),
    "C-MOVE": (
        "The destination is one of the configured peers. Objects are chosen by unique keys and sent in Implicit VR Little Endian over an "
        "association of our own. When one of them is withheld the whole request fails."
    ),
    "C-STORE": (
        "An object is taken when a session of the calling device's room is claimed, when it belongs to that session, and when it keeps "
        "the rows of annex 8.1. A treatment record belongs by the plan it references; setup CT, RT Image, structure set and registration "
        "by Patient ID together with plan, study, frame of reference or a referenced object. A reference to another patient's objects or "
        "to another plan refuses the object whatever else fits (C001), and so does one that fits two running sessions of a device that "
        "serves two rooms. Table positions and registrations are read on receipt: an ambiguous position and a registration that is not "
        "rigid are refused (C002). Success is answered when the object is on the disk and in the index. The same data set "
        "sent again is a Success; another data set under the same UID is refused and nothing is overwritten."
    ),
    "N-ACTION": (
        "The UPS classes of the Trial and the final ones work on the same workitems; attributes go by the words of the negotiated class. "
        "Action type 1, change of state. The claimant brings the Transaction UID; from then on it is compared, not only looked for. "
        "The Error Comment names the rule and who is in the way, never the Transaction UID. On the final classes a finished workitem "
        "has to meet the final state requirements of annex 8.1.8, or C304; the provider adds moment and, where none is told, reason of a "
        "cancellation. Action type 2, request cancel: a SCHEDULED workitem is taken up and canceled by the provider; of one IN PROGRESS "
        "its holder is told. Action types 3 to 5, subscribe, unsubscribe and suspend: of one workitem, of all, or of those that a C-FIND "
        "with the same keys would find. Receivers are peers of the settings. A deletion lock beyond as many as the settings allow one "
        "receiver is not granted (B301); one that was granted is never taken away. Unsubscribing on either global instance ends every "
        "subscription of the receiver. A final workitem is kept while anybody holds a lock on it."
    ),
    "N-SET": (
        "All changes or none; sequences are replaced whole. Annex 8.1.8 has the attributes that cannot be set: SOP Class and Instance UID, "
        "Procedure Step State, who the patient is, admission, referenced request and replaced step."
    ),
    "N-CREATE": (
        "Final Push only. The attributes are held against annex 8.1.8, type by type. A workitem belongs to the room of its Scheduled "
        "Station Name Code or, where it names none, to the one room that its sender works in; it joins the room's open session when it "
        "is for the same patient, else it belongs to no session: it is claimed and finished alone, holds its room while it is IN "
        "PROGRESS, and no objects are stored for it."
    ),
    "N-GET": "Requested attributes, whole sequences; never Transaction UID, SOP Class UID or SOP Instance UID. Not in the TMS statement.",
}


def networking() -> str:
    """The chapter."""
    return document(
        heading("4", "Networking"),
        heading("4.1", "Implementation model"),
        heading("4.1.1", "Application data flow"),
        paragraph(
            "One application entity listens on one port. Users prepare, cancel and complete sessions beside it (command line, notebook, "
            "dashboard) on the same data folder; devices find, claim and report over the network. RT Ion Plans, planning CT and planning "
            "structure sets enter by import from files, not by C-STORE."
        ),
        heading("4.1.2", "Functional definition of the application entity"),
        table(
            ("Service", "SOP class", "What it does", "In the TMS statement"),
            [(one.service, one.sop_class.name, one.what, "yes" if one.stated else "no") for one in FUNCTIONS],
        ),
        heading("4.1.3", "Sequencing of real-world activities"),
        table(("Activity", "Begins when", "Effect"), [(one.words, one.trigger, one.effect) for one in ACTIVITIES]),
        paragraph("A treatment, as the device does it:"),
        numbered(f"{step.service}: {step.what}." for step in TREATMENT),
        paragraph(
            "After an interruption the next session continues it: the instruction has CONTINUATION with start and end meterset for the "
            "interrupted beam, TREATMENT for beams not begun, and lists finished beams as omitted, ALREADY_TREATED. Monitor units of one "
            "delivery are read from Delivered Primary Meterset and from the control points together, whether these count from where the "
            "delivery started or along the beam; where they contradict each other the larger counts. Records that tell of the same "
            "beam-on count once; setup beams and quality assurance count for no fraction; a record counts for the fraction that its "
            "session treated. A beam counts as finished when no more than 0.01 MU is missing, or no more than 0.5 % of a beam that ended "
            "normally."
        ),
        paragraph(
            "A session may image first: position acquisition (121707) and treatment (121726) are two workitems, the second with Input "
            "Availability INCOMPLETE until the first is COMPLETED; then the objects acquired are among its inputs."
        ),
        heading("4.2", "Application entity"),
        heading("4.2.1", "SOP classes"),
        table(
            ("SOP class", "UID", "TMS statement", "Remark"),
            [(one.name, one.uid, one.stated or "-", one.beyond or "-") for one in SOP_CLASSES],
        ),
        heading("4.2.2", "Association policies"),
        table(("Policy", "Own", "As stated", "Section"), [(one.words, one.own, one.stated, one.section) for one in POLICIES]),
        heading("4.2.3", "Association initiation policy"),
        paragraph(f"Associations are opened for C-STORE sub-operations ({SUB_OPERATION}) and for event reports."),
        _contexts("SCU", "C-STORE"),
        paragraph(REPORTS),
        _listed(REPORTED),
        heading("4.2.4", "Association acceptance policy"),
        *(_activity(index, service) for index, service in enumerate(DESCRIPTIONS, start=1)),
        heading("4.3", "Network interfaces"),
        paragraph("TCP/IP, IPv4, of the operating system. No TLS: use it on trusted networks only."),
        heading("4.4", "Configuration"),
        table(
            ("Setting", "Default", "What it is"),
            (
                ("`ae_title`", DEFAULT_AE_TITLE, "AE title of the provider"),
                ("`host`, `port`", f"127.0.0.1, {DEFAULT_PORT} for `serve`", "where it listens"),
                ("`rooms`", "EYE1, any calling AE title", "treatment rooms and the devices that work in them"),
                (
                    "`peers`",
                    "DEVICE on a free loopback port",
                    "AE titles that may be C-MOVE destinations and receive event reports, with host and port; those with "
                    "`hears_restarts` are told of restarts without a subscription",
                ),
                ("`event_reports`", "on", "whether peers may subscribe and are told"),
                ("`keep_workitems_days`", "no end", "how long final workitems are kept that nobody holds a deletion lock on"),
                ("`limits`", "128 MiB a PDU, 2 GiB an object, 500 associations", "what a peer can make us spend, and timeouts"),
                ("`identity`", "own", "names, UIDs and code scheme; `tms` and `ocular` emulate a statement"),
            ),
        ),
    )


def _activity(index: int, service: str) -> str:
    number = f"4.2.4.{index}"
    return document(
        heading(number, f"Activity {service}"),
        heading(f"{number}.1", "Description and sequencing"),
        paragraph(DESCRIPTIONS[service]),
        heading(f"{number}.2", "Accepted presentation contexts"),
        _contexts("SCP", service),
        heading(f"{number}.3", "Statuses"),
        table(("Category", "Code", "Meaning", "When", "TMS statement"), [_status(one) for one in statuses(service)]),
    )


def _contexts(role: str, service: str) -> str:
    return _listed(one for one in CONTEXTS if one.role == role and one.service == service)


def _listed(contexts: Iterable[Context]) -> str:
    rows = [_context(one) for one in contexts]
    return table(("Abstract syntax", "UID", "Transfer syntaxes", "Role", "Extended negotiation", "Remark"), rows)


def _context(one: Context) -> tuple[str, ...]:
    syntaxes = ", ".join(f"{SYNTAX_NAMES[uid]} {uid}" for uid in one.transfer_syntaxes)
    remark = one.beyond if one.beyond != SUB_OPERATION else ""
    extended = "SCP role proposed" if one in REPORTED else "none"
    return (one.sop_class.name, one.sop_class.uid, syntaxes, one.role, extended, remark or "-")


def _status(one: Status) -> tuple[str, ...]:
    when = one.when if one.is_sent else f"not sent: {one.when}"
    return (one.category, one.code, one.meaning, when, one.stated or "-")
