"""What each rule of a workitem says: as a sentence, as an Error Comment, and what would have been accepted instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydicom.dataset import Dataset

from workbench.archive.rows import StepState, WorkitemRow
from workbench.dicom import charsets
from workbench.errors import Conflict, Refused
from workbench.iods.workitem_requirements import Fault, Lack, malformed
from workbench.workflow.ups import Lock, Request, UpsRule


@dataclass(frozen=True, slots=True)
class Saying:
    """What one rule says.

    Parameters
    ----------
    sentence, comment : with ``{state}``, ``{held}`` and ``{who}`` for the workitem that was met.
    instead : what would have been accepted.
    section : where the standard has the rule.
    """

    sentence: str
    comment: str
    instead: str
    section: str


SAYINGS: Mapping[UpsRule, Saying] = MappingProxyType(
    {
        UpsRule.DUPLICATE: Saying(
            "a workitem of this SOP Instance UID is here, {state}",
            "A workitem of this UID exists",
            "a SOP Instance UID never used before",
            "PS3.4 CC.2.5",
        ),
        UpsRule.NO_LONGER_UPDATABLE: Saying(
            "it is {state}; a final workitem cannot be changed",
            "{state}: no longer updatable",
            "nothing: a COMPLETED or CANCELED workitem stays as it is; a new one has to be scheduled",
            "PS3.4 Table CC.1.1-2",
        ),
        UpsRule.WRONG_LOCK: Saying(
            "it is {held}; the Transaction UID is missing or not the holder's",
            "{who}: wrong or missing Transaction UID",
            "the Transaction UID that the workitem was claimed with; a claim of a SCHEDULED workitem brings a fresh one",
            "PS3.4 CC.2.1.3",
        ),
        UpsRule.ALREADY_IN_PROGRESS: Saying(
            "it is {held} already", "{who}: it is IN PROGRESS already", "N-SET, COMPLETED or CANCELED by the holder", "PS3.4 Table CC.1.1-2"
        ),
        UpsRule.NOT_TO_SCHEDULED: Saying(
            "it is {state}; no workitem goes back to SCHEDULED",
            "Cannot go back to SCHEDULED",
            "COMPLETED or CANCELED by the holder; a workitem becomes SCHEDULED by being created only",
            "PS3.4 Table CC.1.1-2",
        ),
        UpsRule.FINAL_STATE: Saying(
            "it lacks what a finished workitem has to tell",
            "Final state lacks attributes",
            "an N-SET of the attributes named, then the same request",
            "PS3.4 CC.2.1.3 and Table CC.2.5-3",
        ),
        UpsRule.UNKNOWN: Saying(
            "there is no such workitem here",
            "No such workitem here",
            "a workitem of the worklist of this AE title; while a session runs in a room, only one of that session",
            "PS3.4 Table CC.1.1-2; TMS statement 4.1.1",
        ),
        UpsRule.NOT_SCHEDULED: Saying(
            "a workitem is created in no other state than SCHEDULED",
            "A workitem is created SCHEDULED",
            "Procedure Step State SCHEDULED",
            "PS3.4 Table CC.1.1-2",
        ),
        UpsRule.NOT_IN_PROGRESS: Saying(
            "it is {state}; it has to be claimed first, and needs no Transaction UID before",
            "{state}: not yet IN PROGRESS",
            "IN PROGRESS with a fresh Transaction UID first; an N-SET before that without one",
            "PS3.4 Table CC.1.1-2",
        ),
        UpsRule.CANCEL_COMPLETED: Saying(
            "it is COMPLETED already; what is done cannot be canceled",
            "Already COMPLETED, cannot be canceled",
            "nothing: the work was done",
            "PS3.4 Table CC.1.1-2",
        ),
        UpsRule.ALREADY_CANCELED: Saying(
            "it is CANCELED already", "Already CANCELED", "nothing: what was asked for holds", "PS3.4 Table CC.1.1-2"
        ),
        UpsRule.ALREADY_COMPLETED: Saying(
            "it is COMPLETED already", "Already COMPLETED", "nothing: what was asked for holds", "PS3.4 Table CC.1.1-2"
        ),
    }
)


RULE_OF: Mapping[Lack, str] = MappingProxyType(
    {
        Lack.MISSING: "missing-attribute",
        Lack.EMPTY: "missing-value",
        Lack.FORBIDDEN: "not-settable",
        Lack.INVALID: "attribute-value",
        Lack.MALFORMED: "attribute-value",
    }
)
"""What is wrong with an attribute → rule that refuses the request."""


def refusal(row: WorkitemRow, rule: UpsRule, request: Request, lock: Lock = Lock.ABSENT) -> Conflict:
    """The error that refuses a request on a workitem; names who holds it, never the lock."""
    words = {
        "state": row.state.value,
        "held": f"{row.state.value}, held by {row.holder}" if row.holder else row.state.value,
        "who": f"Held by {row.holder}" if row.holder else row.state.value,
    }
    asked = {Request.CHANGE: "change", Request.CREATE: "creation"}.get(request, request.value)
    saying = SAYINGS[rule]
    return Conflict(
        f"workitem {row.uid}: {asked} refused, {saying.sentence.format(**words)}",
        rule=rule,
        comment=saying.comment.format(**words),
        facts={"asked": request.value, "state": row.state.value, "lock": lock.value},
    )


def unknown(uid: str, actor: str, request: Request) -> Conflict:
    """The error that answers for a workitem that is not there for this AE title."""
    saying = SAYINGS[UpsRule.UNKNOWN]
    return Conflict(
        f"workitem {uid}: {saying.sentence} for {actor}, expected one of its worklist",
        rule=UpsRule.UNKNOWN,
        comment=saying.comment,
        facts={"asked": request.value},
    )


def state_lacks(row: WorkitemRow, to: StepState, paths: list[str], request: Request) -> Conflict:
    """The error that names what a final state needs and the workitem does not have."""
    more = f" (+{len(paths) - 1})" if len(paths) > 1 else ""
    last = paths[0].rpartition(".")[2]
    return Conflict(
        f"workitem {row.uid}: {to.value} refused, {SAYINGS[UpsRule.FINAL_STATE].sentence}: "
        f"found no {', '.join(paths)}, expected a value of each",
        rule=UpsRule.FINAL_STATE,
        comment=f"No {last}{more}",
        details=tuple(paths),
        facts={"asked": request.value, "state": row.state.value, "lock": Lock.RIGHT.value},
    )


def faulty(uid: str, wrong: Sequence[Fault], request: Request) -> Refused:
    """The error that names what a request gets wrong of its attributes; the first one decides the rule."""
    first, more = wrong[0], f" (+{len(wrong) - 1})" if len(wrong) > 1 else ""
    return Refused(
        f"workitem {uid}: {request.words} refused, {first}{more}, expected what PS3.4 Table CC.2.5-3 asks of it",
        rule=RULE_OF[first.lack],
        comment=f"{first.path.rpartition('.')[2]} is {first.lack.value}{more}",
        details=tuple(str(one) for one in wrong),
        facts={"asked": request.value},
    )


def must_be_readable(uid: str, attributes: Dataset, request: Request) -> None:
    """Hold the values of a request against their representation, before anything is made of them.

    Raises
    ------
    Refused : one cannot be read, or not in the character set that is named.
    """
    try:
        charsets.must_be_readable(attributes)
    except Refused as problem:
        raise Refused(f"workitem {uid}: {request.words} refused, {problem}", rule="attribute-value", comment=problem.comment) from problem
    wrong = list(malformed(attributes))
    if wrong:
        raise faulty(uid, wrong, request)
