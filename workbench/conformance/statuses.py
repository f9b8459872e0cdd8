"""Status codes of every service: what they mean here, and when they are sent.

``rules`` are the rules of our own errors that lead to the code; the provider's table of statuses is held to them by a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Category = Literal["Success", "Pending", "Cancel", "Warning", "Failure"]


@dataclass(frozen=True, slots=True)
class Status:
    """One status of some services.

    Parameters
    ----------
    code : four hexadecimal digits.
    meaning : short name.
    when : half a sentence.
    rules : rules of our errors that are answered so.
    stated : the code that the TMS statement prints for it, where it prints one.
    is_sent : whether we send it; one that we only accept from others is not.
    """

    services: tuple[str, ...]
    code: str
    category: Category
    meaning: str
    when: str
    rules: tuple[str, ...] = ()
    stated: str = ""
    is_sent: bool = True


STORE, FIND, MOVE, ACTION, SET, GET = (("C-STORE",), ("C-FIND",), ("C-MOVE",), ("N-ACTION",), ("N-SET",), ("N-GET",))
CREATE = ("N-CREATE",)
RETRIEVE: Final = (*MOVE, "C-GET")
QUERY, CHANGE, KNOWN = (*FIND, *RETRIEVE), (*ACTION, *SET), (*ACTION, *SET, *GET)
UPS = (*CREATE, *KNOWN)
ALL: Final = (*STORE, *QUERY, *UPS)

STATUSES: Final = (
    Status(("C-ECHO",), "0000", "Success", "success", "always"),
    Status(
        (*STORE, *CHANGE), "0000", "Success", "success", "the request was performed; an object is on the disk and indexed", stated="0000"
    ),
    Status(CREATE, "0000", "Success", "success", "the workitem is on the worklist"),
    Status((*QUERY, *GET), "0000", "Success", "success", "the last answer was given; attributes are returned"),
    Status(
        STORE,
        "C001",
        "Failure",
        "cannot understand: no session",
        "no session of the calling device's room is claimed, or the object belongs to another patient, plan or study",
        ("no-session",),
        "Cxxx",
    ),
    Status(
        STORE,
        "C002",
        "Failure",
        "cannot understand: rows",
        "the object breaks rows of its table, names another instance than the request, or its bytes are not whole; "
        "the Error Comment names code and path of the first finding",
        ("row", "identity", "structure", "transfer-syntax"),
        "Cxxx",
    ),
    Status(
        STORE, "C003", "Failure", "cannot understand: UID in use", "another data set is stored under the same UID", ("duplicate",), "Cxxx"
    ),
    Status(STORE, "0122", "Failure", "SOP class not supported", "devices do not store objects of this class here", ("sop-class",), "0122"),
    Status(QUERY, "FF00", "Pending", "pending", "an answer, or a sub-operation, of several"),
    Status(
        FIND,
        "FF01",
        "Pending",
        "pending, with a warning",
        "an answer to a query with keys that are neither matched nor answered at its level",
    ),
    Status(QUERY, "FE00", "Cancel", "canceled", "the peer sent C-CANCEL"),
    Status(QUERY, "A900", "Failure", "identifier does not match SOP class", "level or unique key is missing or unknown", ("identifier",)),
    Status(MOVE, "A801", "Failure", "move destination unknown", "the destination is no peer of the settings", ("destination",)),
    Status(RETRIEVE, "B000", "Warning", "sub-operations incomplete", "some of the objects did not go through, or with a warning"),
    Status(
        RETRIEVE,
        "A702",
        "Failure",
        "unable to perform sub-operations",
        "none of the objects went through: the receiver refuses them, does not listen, or does not answer in time, asked twice",
    ),
    Status(RETRIEVE, "A701", "Failure", "unable to calculate number of matches", "more than 65535 objects match"),
    Status(
        RETRIEVE, "C004", "Failure", "withheld", "a running session of another room, or a canceled one, withholds objects", ("withheld",)
    ),
    Status(QUERY, "C000", "Failure", "unable to process", "an error of ours; the log tells"),
    Status(QUERY, "C002", "Failure", "unable to process", "the identifier's bytes are not whole", ("structure",)),
    Status(
        CHANGE,
        "C300",
        "Failure",
        "no longer updatable",
        "the workitem is COMPLETED or CANCELED, or the user canceled its session",
        ("ups-final",),
        "C300",
    ),
    Status(
        CHANGE,
        "C301",
        "Failure",
        "wrong Transaction UID",
        "the Transaction UID is missing or not the one the workitem was claimed with; before every other answer on a claimed workitem",
        ("ups-wrong-lock",),
        "C301",
    ),
    Status(ACTION, "C302", "Failure", "already IN PROGRESS", "the holder claims again", ("ups-in-progress",), "C302"),
    Status(ACTION, "C303", "Failure", "not to SCHEDULED", "a workitem cannot go back to SCHEDULED", ("ups-not-to-scheduled",)),
    Status(
        KNOWN,
        "C307",
        "Failure",
        "no such workitem",
        "unknown here, or of a room that the device does not work in",
        ("ups-unknown",),
        "C307",
    ),
    Status(
        CHANGE,
        "C310",
        "Failure",
        "not yet IN PROGRESS",
        "it has to be claimed first; an N-SET before that brings no Transaction UID",
        ("ups-not-in-progress",),
    ),
    Status(CREATE, "0111", "Failure", "duplicate SOP instance", "a workitem of this UID exists", ("ups-duplicate",)),
    Status(CREATE, "C309", "Failure", "not SCHEDULED", "a workitem is created in no other state", ("ups-not-scheduled",)),
    Status(CREATE, "0117", "Failure", "invalid object instance", "the request names no valid SOP Instance UID", ("instance-uid",)),
    Status(
        CREATE,
        "B300",
        "Warning",
        "created with modifications",
        "station or worklist label was filled in, or attributes that workitems do not have were left out; the Error Comment names them",
    ),
    Status(
        (*CREATE, *SET), "0120", "Failure", "missing attribute", "an attribute that the table demands is not there", ("missing-attribute",)
    ),
    Status((*CREATE, *SET), "0121", "Failure", "missing attribute value", "an attribute that needs a value has none", ("missing-value",)),
    Status(
        ACTION,
        "C304",
        "Failure",
        "final state not met",
        "final classes only: attributes that COMPLETED or CANCELED needs have no value; the Error Comment names the first",
        ("ups-final-state",),
    ),
    Status(ACTION, "C311", "Failure", "already COMPLETED", "its cancellation is asked for", ("ups-cancel-completed",)),
    Status(SET, "0001", "Warning", "optional attributes ignored", "attributes that workitems do not have, private ones among them"),
    Status(SET, "B305", "Warning", "values coerced", "the moment of modification is the provider's own"),
    Status(
        ACTION,
        "B301",
        "Warning",
        "deletion lock not granted",
        "the receiver has as many deletion locks as the settings allow; it is subscribed without one",
    ),
    Status(
        ACTION, "C308", "Failure", "receiving AE unknown", "the receiver of event reports is no peer of the settings", ("watch-receiver",)
    ),
    Status(ACTION, "C314", "Failure", "wrong action for the instance", "only a global subscription can be suspended", ("watch-action",)),
    Status(ACTION, "C315", "Failure", "no event reports", "the settings say that none are sent", ("watch-no-reports",)),
    Status(
        ACTION,
        "0115",
        "Failure",
        "invalid argument value",
        "Receiving AE or Deletion Lock is missing or no such value",
        ("watch-argument",),
    ),
    Status(ACTION, "B304", "Warning", "already CANCELED", "CANCELED is asked for again", ("ups-canceled",), "B304"),
    Status(ACTION, "B306", "Warning", "already COMPLETED", "COMPLETED is asked for again", ("ups-completed",), "B306"),
    Status(
        CHANGE,
        "C000",
        "Failure",
        "unable to process",
        "SOP Instance UID unknown, as the TMS statement prints beside C307: C307 is sent, either is understood",
        stated="C000",
        is_sent=False,
    ),
    Status(
        (*CREATE, *CHANGE),
        "0106",
        "Failure",
        "invalid attribute value",
        "an attribute that the request may not name, an unknown state, a value not defined or breaking its VR, the station of no room",
        ("not-settable", "attribute-value"),
    ),
    Status(UPS, "C002", "Failure", "unable to process", "the data set's bytes are not whole", ("structure",)),
    Status(
        ACTION,
        "0123",
        "Failure",
        "no such action",
        "an action type that is not offered or not of the negotiated class",
        ("no-such-action",),
    ),
    Status(
        (*CREATE, *SET, *GET),
        "0211",
        "Failure",
        "unrecognized operation",
        "not a service of the negotiated class, or not one of the statement when speaking as stated",
        ("not-offered",),
    ),
    Status(ALL, "0124", "Failure", "not authorised", "the calling AE title belongs to no room and is no peer", ("not-authorised",)),
    Status(ALL, "A700", "Failure", "out of resources", "disk or database cannot serve now; trying again may help"),
    Status((*STORE, *UPS), "0110", "Failure", "processing failure", "an error of ours; the log tells"),
)


def statuses(service: str) -> tuple[Status, ...]:
    """The statuses of one service, success first."""
    order = ("Success", "Pending", "Cancel", "Warning", "Failure")
    return tuple(sorted((one for one in STATUSES if service in one.services), key=lambda one: (order.index(one.category), one.code)))
