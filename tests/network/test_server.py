"""Where a provider and its partners listen."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from workbench.errors import Unavailable
from workbench.network import server
from workbench.network.server import free_port


def test_a_free_port_is_none_that_an_outgoing_connection_is_given() -> None:
    """Between being found and being listened on it could else be taken by any connection of any program."""
    ranges = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first_given = int(ranges.read_text(encoding="ascii").split()[0]) if ranges.exists() else 49152
    if first_given <= server.QUIET_PORTS.start:
        pytest.skip(f"this machine gives outgoing connections ports from {first_given} on")

    assert 1024 < free_port() < first_given


def test_a_port_that_is_listened_on_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each port that was tried is taken, the sentence says which were."""
    first = free_port()
    with socket.create_server(("127.0.0.1", first)):
        monkeypatch.setattr(server, "QUIET_PORTS", range(first, first + 1))
        with pytest.raises(Unavailable, match=f"found 100 ports of {first} to {first} taken, expected a free one"):
            free_port()
