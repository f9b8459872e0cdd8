"""What came of a delivery, a stop or the end of a session: what was given, what is not recorded, and what to do next.

Sentences from values, each with the tone of a notice; nothing is asked for here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from workbench.archive.rows import SessionRow, WorkitemRow
from workbench.device.report import Report, Treated
from workbench.treatment.delivery import in_words

Word = tuple[str, str]
"""A sentence and its tone, as a notice takes them."""
FAR_TOO_MUCH: Final = 2.0
"""As many times the expected monitor units are more likely a slip than a decision."""


def prepared(session: SessionRow, expected_mu: Mapping[int, float]) -> Word:
    """A session that was checked in; far too much is not taken back by another fraction, so it is asked about.

    Parameters
    ----------
    expected_mu : beam number → monitor units of one fraction as the plan's last session had them, or as plan and beamline give them.
    """
    words = f"Session {session.id} is prepared. {session.explained}"
    much = [
        f"beam {beam} {in_words(meterset)} MU, expected were {in_words(expected_mu[beam])} MU"
        for beam, meterset in session.metersets_mu.items()
        if 0 < FAR_TOO_MUCH * expected_mu.get(beam, 0.0) < meterset
    ]
    return (f"{words} That is far more than usual ({'; '.join(much)}): cancel it unless it is meant.", "warn") if much else (words, "pass")


def delivered(report: Report) -> Word:
    """What the simulated device did, and what the user does next."""
    treated = report.treated
    if report.problem is not None or treated is None:
        return f"{report.problem}{_unrecorded(treated)}", "fail"
    given = _given(treated)
    if treated.state == "COMPLETED":
        words = f"Fraction {treated.fraction} is delivered ({given})." if given else "The work is done; no beam was part of it."
        return f"{words} Complete the session.", "pass"
    if treated.state != "CANCELED":
        words = f"The device went away and still holds its workitem ({given or 'nothing'} given)."
        return f"{words} Cancel the session, complete it, then check in again.", "warn"
    if not given:
        return "Nothing was delivered: the device gave its workitem up. Complete the session, then check in again.", "warn"
    return f"Fraction {treated.fraction} was interrupted ({given}). Complete the session, then check in again to continue it.", "warn"


def stopped(report: Report | None, held: Sequence[WorkitemRow]) -> Word:
    """What stopping everything has come to.

    Parameters
    ----------
    report : of the delivery that was under way; None where none was.
    held : workitems that a device holds still: it is not this dashboard's to stop its beam.
    """
    words, tone = "Everything is stopped: no beam, and the provider accepts nothing.", "warn"
    if held:
        holders = ", ".join(sorted({f"{one.holder} in room {one.room}" for one in held}))
        words, tone = f"The provider accepts nothing, but a workitem is still held by {holders}: stop that beam at the device.", "fail"
    if report is None:
        return words, tone
    outcome, of_outcome = delivered(report)
    return f"{words} {outcome[:1].upper()}{outcome[1:]}", "fail" if "fail" in (tone, of_outcome) else tone


def canceled(session: SessionRow, held: WorkitemRow | None) -> Word:
    """A session that was canceled, and whose beam that may have cut.

    Parameters
    ----------
    held : the workitem that a device held then; it is refused from now on, its record too.
    """
    words = f"Session {session.id} is canceled; complete it to free the room."
    if held is None:
        return words, "pass"
    reported = f"its last report was: {held.progress_text}" if held.progress_text else "it has reported of no beam"
    return f"{words} {held.holder} was at work and is refused from now on; {reported}. {_BY_HAND}", "warn"


def completed(session: SessionRow, *, is_recorded: bool) -> Word:
    """A session that was completed; one without a record has given its fraction nothing."""
    words = f"Session {session.id} is completed; the room is free."
    if is_recorded:
        return words, "pass"
    return f"{words} It has no record of a beam, so fraction {session.fraction} stands as before.", "warn"


def _given(treated: Treated) -> str:
    return ", ".join(f"beam {beam}: {in_words(meterset)} MU" for beam, meterset in treated.delivered_mu.items())


def _unrecorded(treated: Treated | None) -> str:
    if treated is None or treated.record_uid is not None or not treated.delivered_mu:
        return ""
    return f". Given and not recorded: {_given(treated)}. {_BY_HAND}"


_BY_HAND: Final = "What no record tells is entered by hand before the session is completed (workbench session record)."
