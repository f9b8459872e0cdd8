"""Storage clients that stop in the middle of what they do, for tests of what a provider does meanwhile."""

from __future__ import annotations

import threading

from tests.clinic import DEVICE
from workbench.dicom import uids
from workbench.network import pdus
from workbench.network.sending import Sender
from workbench.settings import OWN, Limits, Peer

PATIENCE_S = 60


class Pausing(Sender):
    """Sends the command of a C-STORE, and its data set only when told to.

    Attributes
    ----------
    has_begun : set when the command is sent.
    go_on : to be set to have the data set sent.
    """

    def __init__(self, port: int, called: str) -> None:
        peer, limits = Peer(ae_title=called, host="127.0.0.1", port=port), Limits(dimse_timeout_s=PATIENCE_S)
        super().__init__(peer, ae_title=DEVICE, sop_classes=(uids.CT_IMAGE,), identity=OWN, limits=limits)
        self.has_begun, self.go_on = threading.Event(), threading.Event()

    def until_let_go(self) -> None:
        """Wait for the provider to abort this association."""
        self._grant(PATIENCE_S)
        kind, _ = self._receive()
        assert kind == pdus.ABORT

    def _send_message(self, context: int, command: bytes, data: bytes) -> None:
        super()._send(pdus.fragment(context, pdus.COMMAND | pdus.LAST, command))
        self.has_begun.set()
        assert self.go_on.wait(PATIENCE_S)
        self._grant(PATIENCE_S)
        super()._send(pdus.fragment(context, pdus.LAST, data))
