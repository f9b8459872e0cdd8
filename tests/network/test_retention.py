"""What need not be kept is forgotten: final workitems of completed sessions, unless somebody holds a deletion lock."""

from __future__ import annotations

from tests.clinic import LOCK, BenchMaker, FixedClock, connect, make_ion_plan
from tests.network.subscriber import EVERYTHING, WATCH, subscribe, unsubscribe
from tests.network.wire import PULL, associated
from workbench.bench import Workbench
from workbench.events import EventKind
from workbench.settings import Peer


def treated(bench: Workbench) -> str:
    """The UID of a workitem that was completed, its session too."""
    session = bench.check_in(bench.add_plan(make_ion_plan()))
    (row,) = bench.workitems(session)
    with connect(bench) as device:
        device.act(row.uid, "IN PROGRESS", LOCK)
        device.act(row.uid, "COMPLETED", LOCK)
    bench.complete(session)
    return row.uid


def test_an_old_workitem_is_forgotten_and_its_history_kept(provider: Workbench, clock: FixedClock) -> None:
    """Older than asked for, it is gone from worklist and N-GET; session, objects and what happened to it stay."""
    uid = treated(provider)
    objects = len(provider.objects())

    kept = provider.forget_workitems(older_than_days=1)
    clock.advance(days=1)
    forgotten = provider.forget_workitems(older_than_days=1)

    assert (kept, forgotten, provider.workitems()) == ([], [uid], [])
    assert provider.history(subject=uid)[-1].kind is EventKind.WORKITEM_FORGOTTEN
    assert (len(provider.sessions()), len(provider.objects())) == (1, objects)
    with associated(provider, PULL) as device:
        status, _ = device.send_n_get([0x00741000], "1.2.840.10008.5.1.4.34.4.1", uid, meta_uid=PULL)
    assert status.Status == 0xC307


def test_a_deletion_lock_keeps_a_final_workitem_until_it_is_given_back(make_bench: BenchMaker) -> None:
    """Found and read while the lock is held, on each of two receivers; forgotten when the last one leaves."""
    peers = tuple(Peer(ae_title=title, host="127.0.0.1", port=1) for title in ("FIRST", "SECOND"))
    bench = make_bench(listen=True, peers=peers)
    with associated(bench, WATCH) as watching:
        for title in ("FIRST", "SECOND"):
            subscribe(watching, EVERYTHING, receiver=title, lock="TRUE")
        uid = treated(bench)

        held = [bench.forget_workitems()]
        unsubscribe(watching, uid, receiver="FIRST")
        held.append(bench.forget_workitems())
        state = watching.send_n_get([0x00741000], "1.2.840.10008.5.1.4.34.6.1", uid, meta_uid=WATCH)[1]
        unsubscribe(watching, EVERYTHING, receiver="SECOND")

        assert held == [[], []]
        assert state is not None
        assert state.ProcedureStepState == "COMPLETED"
        assert bench.forget_workitems() == [uid]


def test_workitems_of_an_open_session_are_kept(provider: Workbench) -> None:
    """Final but not yet completed by the user: kept."""
    session = provider.check_in(provider.add_plan(make_ion_plan()))
    provider.cancel(session)

    assert provider.forget_workitems() == []
    provider.complete(session)
    assert provider.forget_workitems() == [provider.history()[-1].subject]


def test_the_settings_forget_at_the_start(make_bench: BenchMaker, clock: FixedClock) -> None:
    """With `keep_workitems_days`, what was old when the provider starts; without, nothing ever by itself."""
    first = make_bench(listen=True)
    uid = treated(first)
    first.close()
    clock.advance(days=31)

    second = make_bench(listen=True)
    assert [row.uid for row in second.workitems()] == [uid]
    second.close()
    third = make_bench(listen=True, keep_workitems_days=30.0)

    assert third.workitems() == []
    assert third.history(subject=uid)[-1].actor == "WORKBENCH"
