"""Fifty associations at once: no error, and nothing of what was acknowledged is lost."""

from __future__ import annotations

import pytest

from tests.clinic import BenchMaker
from tests.network.wire import claimed
from tests.soak import soak
from workbench.archive.rows import Origin
from workbench.events import EventKind
from workbench.network.peer import Receiver


@pytest.mark.slow
def test_fifty_associations_lose_nothing(make_bench: BenchMaker) -> None:
    """Echo, queries, N-GET, N-SET, C-STORE of records and C-MOVE for some seconds: every answer is success, every record is kept whole."""
    bench = make_bench(listen=True)
    running = claimed(bench)

    with Receiver("127.0.0.1", bench.address.device_port, ae_title=bench.address.device_ae_title) as receiver:
        done = soak(bench, running, associations=50, seconds=8.0)
        moved = {one.sop_instance_uid for one in receiver.received()}

    kept = {one.uid for one in bench.objects() if one.origin is Origin.RECEIVED}
    sent = [event.detail["count"] for event in bench.history() if event.kind is EventKind.OBJECTS_SENT]
    assert (done.broken, done.failures) == ([], {})
    assert kept == done.acknowledged
    assert {str(bench.dataset(uid).SOPInstanceUID) for uid in kept} == done.acknowledged
    assert moved == {running.session.session_plan_uid}
    assert sent == [1] * done.statuses["move", 0x0000]
    assert len(done.acknowledged) >= 50
