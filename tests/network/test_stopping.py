"""A provider that stops: what is in flight is finished, what is idle is let go of, what does not end is cut."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clinic import BenchMaker, make_ct
from tests.network.pausing import PATIENCE_S, Pausing
from tests.network.wire import claimed
from workbench.archive.rows import Origin
from workbench.bench import Workbench
from workbench.dicom import part10
from workbench.errors import Unavailable
from workbench.settings import Limits


def received(bench: Workbench) -> list[str]:
    """UIDs of what devices stored."""
    return [one.uid for one in bench.objects() if one.origin is Origin.RECEIVED]


def test_a_store_that_has_begun_is_finished_and_answered(make_bench: BenchMaker) -> None:
    """Its command came before the stop, its data set only when everything idle was let go of."""
    bench = make_bench(listen=True, limits=Limits(grace_s=PATIENCE_S))
    image = part10.encoded(make_ct(claimed(bench).plan))
    idle, busy = (Pausing(bench.address.port, bench.address.ae_title) for _ in range(2))

    with ThreadPoolExecutor(2) as pool, idle, busy:
        answer = pool.submit(busy.store, image)
        assert busy.has_begun.wait(PATIENCE_S)
        stopped = pool.submit(bench.stop)
        idle.until_let_go()
        busy.go_on.set()
        assert answer.result(PATIENCE_S) == 0x0000
        busy.until_let_go()
        stopped.result(PATIENCE_S)

    assert received(bench) == [image.sop_instance_uid]


def test_what_does_not_end_within_the_grace_time_is_cut(make_bench: BenchMaker) -> None:
    """A C-STORE whose data set never comes: its association is aborted, and nothing of it is kept."""
    bench = make_bench(listen=True, limits=Limits(grace_s=0.3))
    image = part10.encoded(make_ct(claimed(bench).plan))

    with ThreadPoolExecutor(1) as pool, Pausing(bench.address.port, bench.address.ae_title) as endless:
        answer = pool.submit(endless.store, image)
        assert endless.has_begun.wait(PATIENCE_S)
        bench.stop()
        endless.until_let_go()
        endless.go_on.set()
        with pytest.raises(Unavailable, match="did not answer C-STORE"):
            answer.result(PATIENCE_S)

    assert received(bench) == []
