"""What happens in the clinic, and what it means on the wire: the real-world activities and their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity.

    Parameters
    ----------
    name : the fact tables' name of it; blank where they have none.
    words : its heading.
    trigger : who does what.
    effect : what the provider does from then on.
    stated : section of the TMS statement; blank where it is ours.
    """

    name: str
    words: str
    trigger: str
    effect: str
    stated: str = ""


ACTIVITIES: Final = (
    Activity(
        "prepare_session",
        "Prepare a session",
        "a user checks the patient in",
        "session plan, delivery instruction and workitem (two when position acquisition comes first) are stored together; they are offered "
        "to worklist queries at once",
        "4.1.3.1",
    ),
    Activity(
        "claim",
        "Claim a workitem",
        "the device finds the workitem by C-FIND and sets it IN PROGRESS with a Transaction UID of its own",
        "until the user completes the session only requests of that session are served in its room; C-ECHO always is",
        "4.1.1",
    ),
    Activity(
        "cancel_session",
        "Cancel a session",
        "a user cancels it in the application; there is no notification to the device",
        "later requests of that session are refused: C-STORE C001, C-FIND no match, C-MOVE C004, N-ACTION to CANCELED B304, "
        "every other N-ACTION and N-SET C300",
        "4.1.3.2",
    ),
    Activity(
        "complete_session",
        "Complete a session",
        "a user completes it, a canceled one too",
        "its room is free; another session may be prepared",
        "4.1.3.3",
    ),
    Activity(
        "",
        "Enter a record by hand",
        "a user enters the monitor units of a beam that the machine delivered and could not report",
        "a treatment record is made from the session plan and what was entered, and is stored with the session",
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a treatment, as the device takes it."""

    service: str
    what: str


TREATMENT: Final = (
    Step("C-FIND", "worklist by station name, workitem code and state SCHEDULED"),
    Step("N-ACTION", "IN PROGRESS with a fresh Transaction UID, which is the key to every later change"),
    Step("C-MOVE", "the inputs that the workitem lists: instruction, session plan, planning CT, structure set, earlier records"),
    Step("C-STORE", "setup images, structure set with the table position, registration"),
    Step("N-SET", "progress, beam by beam"),
    Step("C-STORE", "treatment record, or a partial one after an interruption"),
    Step("N-ACTION", "COMPLETED, or CANCELED after an interruption"),
)
"""The order of a treatment; the session after an interruption continues it."""
