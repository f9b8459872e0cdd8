"""What every handler of a request needs: who asks, and what the request's data set says."""

from __future__ import annotations

import time
from typing import Any, Final

from pydicom.dataset import Dataset

from workbench.dicom import part10
from workbench.errors import Unavailable

QUEUED: Final = 8
"""Answers that may wait to leave."""
LOOK_S: Final = 0.0005
PATIENCE_S: Final = 60.0
INTERNAL: Final = "Internal error; see the provider's log"
"""Error Comment of an error that is ours."""
Pair = tuple[Dataset, Dataset | None]
"""Status and data set of a response."""


def caller(event: Any) -> str:
    """Calling AE title of the association."""
    return str(event.assoc.requestor.ae_title).strip()


def decoded(event: Any, stream: Any) -> Dataset:
    """The request's data set; an absent one is empty.

    Raises
    ------
    Refused : its bytes are not whole.
    """
    if stream is None:
        return Dataset()
    return part10.decode(stream.getvalue(), str(event.context.transfer_syntax))


def let_go(event: Any) -> None:
    """Wait until most of what was answered has left, so that the peer can still stop the rest (PS3.7 9.3.2.3).

    Raises
    ------
    Unavailable : the peer takes nothing any more.
    """
    association = event.assoc
    deadline = time.monotonic() + (association.network_timeout or PATIENCE_S)
    while association.dul.to_provider_queue.qsize() > QUEUED and association.is_established:
        if time.monotonic() > deadline:
            raise Unavailable(f"{caller(event)}: does not take the answers to its query, expected it to read them", rule="no-answer")
        time.sleep(LOOK_S)
