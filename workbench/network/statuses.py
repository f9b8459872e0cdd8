"""From our errors to DIMSE statuses, through one table.

Where the statement prints a range (Cxxx) the code tells causes apart: C001 no session, C002 the object's rows, C003 its UID.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from pydicom.dataset import Dataset

from workbench.errors import Unavailable, WorkbenchError, short
from workbench.workflow.answers import Done, Remark
from workbench.workflow.ups import UpsRule
from workbench.workflow.watching import WatchRule

SUCCESS: Final = 0x0000
PENDING: Final = 0xFF00
PENDING_WARNING: Final = 0xFF01
CANCEL: Final = 0xFE00
MOVE_DESTINATION_UNKNOWN: Final = 0xA801
INCOMPLETE: Final = 0xB000
TOO_MANY: Final = 0xA701
UNABLE_TO_PERFORM: Final = 0xA702
OUT_OF_RESOURCES: Final = 0xA700
PROCESSING_FAILURE: Final = 0x0110
CANNOT_UNDERSTAND: Final = 0xC000
SOP_CLASS_NOT_SUPPORTED: Final = 0x0122
NOT_AUTHORISED: Final = 0x0124
INVALID_ATTRIBUTE_VALUE: Final = 0x0106
NO_SUCH_ACTION: Final = 0x0123
OPTIONAL_IGNORED: Final = 0x0001
CREATED_MODIFIED: Final = 0xB300
VALUES_COERCED: Final = 0xB305
INVALID_ARGUMENT_VALUE: Final = 0x0115
LOCK_NOT_GRANTED: Final = 0xB301
UNABLE_TO_PROCESS: Final = 0xC000
IDENTIFIER_DOES_NOT_MATCH: Final = 0xA900

STATUS_OF: Final = MappingProxyType(
    {
        "no-session": 0xC001,
        "row": 0xC002,
        "identity": 0xC002,
        "structure": 0xC002,
        "transfer-syntax": 0xC002,
        "duplicate": 0xC003,
        "sop-class": SOP_CLASS_NOT_SUPPORTED,
        "not-authorised": NOT_AUTHORISED,
        "withheld": 0xC004,
        "destination": MOVE_DESTINATION_UNKNOWN,
        "identifier": IDENTIFIER_DOES_NOT_MATCH,
        "not-settable": INVALID_ATTRIBUTE_VALUE,
        "attribute-value": INVALID_ATTRIBUTE_VALUE,
        "instance-uid": 0x0117,
        "missing-attribute": 0x0120,
        "missing-value": 0x0121,
        "no-such-action": NO_SUCH_ACTION,
        "not-offered": 0x0211,
        UpsRule.DUPLICATE.value: 0x0111,
        UpsRule.NO_LONGER_UPDATABLE.value: 0xC300,
        UpsRule.WRONG_LOCK.value: 0xC301,
        UpsRule.ALREADY_IN_PROGRESS.value: 0xC302,
        UpsRule.NOT_TO_SCHEDULED.value: 0xC303,
        UpsRule.FINAL_STATE.value: 0xC304,
        UpsRule.UNKNOWN.value: 0xC307,
        UpsRule.NOT_SCHEDULED.value: 0xC309,
        UpsRule.NOT_IN_PROGRESS.value: 0xC310,
        UpsRule.CANCEL_COMPLETED.value: 0xC311,
        UpsRule.ALREADY_CANCELED.value: 0xB304,
        UpsRule.ALREADY_COMPLETED.value: 0xB306,
        WatchRule.UNKNOWN_RECEIVER.value: 0xC308,
        WatchRule.WRONG_ACTION.value: 0xC314,
        WatchRule.NO_REPORTS.value: 0xC315,
        WatchRule.ARGUMENT.value: INVALID_ARGUMENT_VALUE,
    }
)
"""Rule of an error (its part before a colon) → status (TMS statement 4.2.1.11.3, 4.2.1.12.3, 4.2.1.13.3; PS3.4 Annex CC)."""


REMARKS: Final = MappingProxyType(
    {
        Remark.IGNORED: OPTIONAL_IGNORED,
        Remark.MODIFIED: CREATED_MODIFIED,
        Remark.COERCED: VALUES_COERCED,
        Remark.UNLOCKED: LOCK_NOT_GRANTED,
    }
)
"""What a request that was done is told besides → warning (PS3.4 CC.2.3.4, CC.2.5.3 and CC.2.6.3)."""


def status_of(error: WorkbenchError) -> int:
    """The status that answers an error."""
    rule = error.rule.partition(":")[0]
    if rule in STATUS_OF:
        return STATUS_OF[rule]
    return OUT_OF_RESOURCES if isinstance(error, Unavailable) else CANNOT_UNDERSTAND


def reply(status: int, comment: str = "") -> Dataset:
    """A status as pynetdicom takes it, with an Error Comment when there is one."""
    answer = Dataset()
    answer.Status = status
    if comment:
        answer.ErrorComment = comment
    return answer


def refusal(error: WorkbenchError) -> Dataset:
    """The status and Error Comment that answer an error."""
    return reply(status_of(error), error.comment)


def done(outcome: Done) -> Dataset:
    """The status that answers a request that was done, a warning where there is something to say."""
    return reply(SUCCESS if outcome.remark is None else REMARKS[outcome.remark], short(outcome.comment))
