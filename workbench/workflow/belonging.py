"""Which running session an object belongs to, by its references (TMS statement 4.2.1.11.3).

Records belong by the plan they name; setup objects by the Patient ID together with study, frame of reference or referenced objects. One
reference that leads to another patient or another plan outweighs all that fit: such an object is nobody's.
"""

from __future__ import annotations

from workbench.archive.database import Transaction
from workbench.archive.rows import SessionRow
from workbench.errors import Refused
from workbench.mapping.references import References
from workbench.workflow.gate import Gate


def session_of(references: References, door: Gate, view: Transaction, *, is_record: bool) -> SessionRow:
    """The session of an object.

    Parameters
    ----------
    is_record : whether it is a treatment record, which belongs by its plan alone.

    Raises
    ------
    Conflict : no session of the sender's rooms accepts objects.
    Refused : it belongs to none of them, or it cannot be told to which.
    """
    fitting = door.sessions_for(references.patient_id, references.plan_uids)
    if is_record and not references.plan_uids:
        raise _refusal(references, "names no plan", "the plan of the running session", "The record references no plan")
    if not is_record:
        _must_not_contradict(references, view)
        fitting = [one for one in fitting if _leads_to(one, references, view)]
    if not fitting:
        raise _refusal(
            references,
            "its study, frame of reference and references lead to no object of the session",
            "at least one that does",
            "No reference leads to the running session",
        )
    if len(fitting) > 1:
        rooms = " and ".join(one.room for one in fitting)
        raise _refusal(
            references,
            f"it fits the sessions in rooms {rooms}",
            "a reference to the plan of one of them",
            "It fits two running sessions; reference a plan",
        )
    return fitting[0]


def _must_not_contradict(references: References, view: Transaction) -> None:
    """Nothing that it names may be known here as another patient's.

    Raises
    ------
    Refused : something is.
    """
    for what, column, names in (
        ("study", "study_uid", {references.study_uid} - {""}),
        ("frame of reference", "frame_uid", references.frame_uids),
        ("object", "uid", references.instance_uids),
    ):
        for name in sorted(names):
            patients = view.objects.patients(column, (name,))
            if patients and references.patient_id not in patients:
                raise _refusal(
                    references,
                    f"it names {what} {name}, which is another patient's",
                    "references to the session's patient alone",
                    f"A referenced {what} is another patient's",
                )


def _leads_to(session: SessionRow, references: References, view: Transaction) -> bool:
    """Whether a reference leads to the session itself: its plan, study, frame of reference, or an object that it has or was given."""
    if references.plan_uids or references.study_uid == session.study_uid:
        return True
    if session.frame_uid in references.frame_uids or view.objects.has_frame(session.id, references.frame_uids):
        return True
    return references.patient_id in view.objects.patients("uid", tuple(sorted(references.instance_uids)))


def _refusal(references: References, found: str, expected: str, comment: str) -> Refused:
    return Refused(f"object {references.uid}: {found}, expected {expected}", rule="no-session", comment=comment)
