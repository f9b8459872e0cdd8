"""Event reports over the wire, to a subscriber that is not ours: who is told what of which workitem, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset

from tests.clinic import DEVICE, LOCK, RIVAL, BenchMaker, make_ion_plan
from tests.network.subscriber import (
    EVENT,
    EVERYTHING,
    FILTERED,
    PUSH,
    TRIAL_EVENT,
    TRIAL_PUSH,
    TRIAL_WATCH,
    WATCH,
    Subscriber,
    listening,
    subscribe,
    suspend,
    unsubscribe,
)
from tests.network.test_creation import create, order
from tests.network.wire import PULL, act, associated, prepare, set_progress
from workbench.bench import Workbench
from workbench.events import EventKind
from workbench.settings import Limits, Peer, Room
from workbench.workflow.watching import Watched

ROOMS = (Room(name="EYE1", station_code="EYE1"), Room(name="EYE2", station_code="EYE2"))
OK = ("0000", "")


@pytest.fixture
def watcher() -> Iterator[Subscriber]:
    """A subscriber that listens."""
    with listening() as subscriber:
        yield subscriber


@pytest.fixture
def bench(watcher: Subscriber, make_bench: BenchMaker) -> Workbench:
    """A provider of two rooms that knows the subscriber."""
    return make_bench(listen=True, peers=(watcher.peer,), rooms=ROOMS)


def workitem(bench: Workbench, room: str = "EYE1", kind: str = "treatment") -> str:
    """The UID of a new workitem."""
    session = bench.check_in(bench.add_plan(make_ion_plan()), room=room, kind=kind)
    return bench.workitems(session)[0].uid


def states(bench: Workbench) -> dict[str, str]:
    """The global state under the word `all`, and the state of each workitem that is subscribed to."""
    return {getattr(one, "workitem_uid", "all"): Watched.of(one.has_lock).value for one in bench.subscriptions()}


def test_a_subscriber_of_one_workitem_hears_its_whole_life(bench: Workbench, watcher: Subscriber) -> None:
    """The initial state, then claim, progress and completion, in this order, on the final Event class, naming Push."""
    uid = workitem(bench)

    with associated(bench, WATCH) as watching, associated(bench, PULL) as device:
        assert subscribe(watching, uid) == OK
        watcher.wait(1)
        act(device, uid, "IN PROGRESS", LOCK)
        set_progress(device, uid, LOCK, "50")
        act(device, uid, "COMPLETED", LOCK)

    heard = watcher.wait(4)
    assert [one.brief for one in heard] == [(1, "SCHEDULED"), (1, "IN PROGRESS"), (3, "50"), (1, "COMPLETED")]
    assert {(one.subject, one.sop_class, one.context, one.caller) for one in heard} == {(uid, PUSH, EVENT, "WORKBENCH")}
    assert {one.information.InputReadinessState for one in heard if one.type == 1} == {"READY"}


def test_a_subscriber_of_the_trial_is_told_in_its_own_words(bench: Workbench, watcher: Subscriber) -> None:
    """Subscribed on the Trial's Watch: reports on its Event class, naming its Push, with an Input Availability Flag."""
    uid = workitem(bench)

    with associated(bench, TRIAL_WATCH) as watching:
        assert subscribe(watching, uid, trial=True) == OK

    (heard,) = watcher.wait(1)
    expected = Dataset()
    expected.InputAvailabilityFlag, expected.ProcedureStepState = "COMPLETE", "SCHEDULED"
    assert (heard.context, heard.sop_class, heard.information) == (TRIAL_EVENT, TRIAL_PUSH, expected)


def test_a_receiver_that_accepts_the_other_dialect_alone_is_told_in_that(make_bench: BenchMaker) -> None:
    """Subscribed in the final text, listening for the Trial only."""
    with listening(classes=(TRIAL_EVENT,)) as watcher:
        bench = make_bench(listen=True, peers=(watcher.peer,))
        _, uid = prepare(bench)
        with associated(bench, WATCH) as watching:
            subscribe(watching, uid)

        (heard,) = watcher.wait(1)

    assert (heard.context, heard.sop_class, heard.information.InputAvailabilityFlag) == (TRIAL_EVENT, TRIAL_PUSH, "COMPLETE")


def test_a_global_subscriber_hears_of_workitems_to_come_and_of_those_that_are(bench: Workbench, watcher: Subscriber) -> None:
    """Without lock nothing at once; a new workitem is reported SCHEDULED and assigned, an old one when it changes."""
    old = workitem(bench)

    with associated(bench, WATCH) as watching:
        assert subscribe(watching, EVERYTHING) == OK
    new = workitem(bench, room="EYE2")
    with associated(bench, PULL) as device:
        act(device, old, "IN PROGRESS", LOCK)

    heard = [(one.subject, *one.brief) for one in watcher.wait(3)]
    assert heard == [(new, 1, "SCHEDULED"), (new, 5, "EYE2"), (old, 1, "IN PROGRESS")]
    assert states(bench) == dict.fromkeys(("all", old, new), Watched.UNLOCKED.value)


def test_a_global_subscriber_with_lock_is_told_at_once_of_every_workitem(bench: Workbench, watcher: Subscriber) -> None:
    """Their present states; locks are put on all, and on those to come."""
    one, other = workitem(bench), workitem(bench, room="EYE2")
    with associated(bench, PULL) as device:
        act(device, other, "IN PROGRESS", LOCK)

    with associated(bench, WATCH) as watching:
        assert subscribe(watching, EVERYTHING, lock="TRUE") == OK

    assert {(heard.subject, *heard.brief) for heard in watcher.wait(2)} == {(one, 1, "SCHEDULED"), (other, 1, "IN PROGRESS")}
    assert states(bench) == dict.fromkeys(("all", one, other), Watched.LOCKED.value)


def test_a_filtered_subscriber_hears_only_of_what_matches(bench: Workbench, watcher: Subscriber) -> None:
    """Keys as in C-FIND, by sequence matching: the workitems of one station, old and new; not those of the other."""
    item = Dataset()
    item.CodeValue = "EYE2"
    here, there = workitem(bench), workitem(bench, room="EYE2")

    with associated(bench, WATCH) as watching:
        assert subscribe(watching, FILTERED, lock="TRUE", ScheduledStationNameCodeSequence=[item]) == OK
        assert watcher.briefs(1, there) == [(1, "SCHEDULED")]
    bench.cancel(1)
    bench.complete(1)
    bench.cancel(2)
    bench.complete(2)
    new_here, new_there = workitem(bench), workitem(bench, room="EYE2")

    assert watcher.briefs(2, new_there) == [(1, "SCHEDULED"), (5, "EYE2")]
    assert watcher.briefs(2, there) == [(1, "SCHEDULED"), (1, "CANCELED")]
    assert {one.subject for one in watcher.wait(4)} == {there, new_there}
    assert states(bench).keys() == {"all", there, new_there}
    assert {here, new_here}.isdisjoint(states(bench))


def test_a_filter_by_what_is_no_key_matches_nothing(bench: Workbench, watcher: Subscriber) -> None:
    """As in C-FIND: nobody finds out a lock by subscribing to it."""
    uid = workitem(bench)
    with associated(bench, PULL) as device:
        act(device, uid, "IN PROGRESS", LOCK)

    with associated(bench, WATCH) as watching:
        assert subscribe(watching, FILTERED, lock="TRUE", TransactionUID=LOCK) == OK

    assert states(bench).keys() == {"all"}


def test_suspended_subscribers_keep_what_they_have(bench: Workbench, watcher: Subscriber) -> None:
    """Told on of the workitem subscribed to, and not of a new one."""
    old = workitem(bench)

    with associated(bench, WATCH) as watching:
        subscribe(watching, EVERYTHING)
        assert suspend(watching) == OK
    new = workitem(bench, room="EYE2")
    bench.cancel(2)
    bench.cancel(1)

    assert watcher.briefs(1) == [(1, "CANCELED")]
    assert watcher.heard[0].subject == old
    assert states(bench) == {old: Watched.UNLOCKED.value}
    assert new not in states(bench)


def test_who_leaves_one_workitem_hears_of_the_others(bench: Workbench, watcher: Subscriber) -> None:
    """Its lock goes with it; leaving again, or what one never subscribed to, succeeds and changes nothing."""
    left, kept = workitem(bench), workitem(bench, room="EYE2")
    with associated(bench, WATCH) as watching:
        subscribe(watching, left, lock="TRUE")
        subscribe(watching, kept, lock="TRUE")
        watcher.wait(2)

        assert [unsubscribe(watching, left), unsubscribe(watching, left)] == [OK, OK]
    bench.cancel(1)
    bench.cancel(2)

    assert watcher.briefs(2, kept) == [(1, "SCHEDULED"), (1, "CANCELED")]
    assert watcher.briefs(1, left) == [(1, "SCHEDULED")]
    assert states(bench) == {kept: Watched.LOCKED.value}


def test_who_leaves_globally_leaves_everything(bench: Workbench, watcher: Subscriber) -> None:
    """Specific subscriptions and locks too."""
    one = workitem(bench)
    with associated(bench, WATCH) as watching:
        subscribe(watching, one, lock="TRUE")
        subscribe(watching, EVERYTHING, lock="TRUE")

        assert unsubscribe(watching, EVERYTHING) == OK

    assert states(bench) == {}


def test_a_lock_is_given_back_by_subscribing_without(bench: Workbench, watcher: Subscriber) -> None:
    """Each subscription is answered by an initial report; the last one rules."""
    uid = workitem(bench)

    with associated(bench, WATCH) as watching:
        for lock, state in (("TRUE", Watched.LOCKED), ("TRUE", Watched.LOCKED), ("FALSE", Watched.UNLOCKED)):
            assert subscribe(watching, uid, lock=lock) == OK
            assert states(bench) == {uid: state.value}

    assert watcher.briefs(3) == [(1, "SCHEDULED")] * 3


def test_others_can_be_subscribed(bench: Workbench, watcher: Subscriber) -> None:
    """The Receiving AE is told, not who asked."""
    uid = workitem(bench)

    with associated(bench, WATCH, calling=RIVAL) as watching:
        assert subscribe(watching, uid, receiver="WATCHER") == OK

    assert watcher.briefs(1) == [(1, "SCHEDULED")]
    (event,) = [one for one in bench.history() if one.kind is EventKind.WORKITEM_SUBSCRIBED]
    assert (event.subject, event.actor, event.detail["receiver"]) == (uid, RIVAL, "WATCHER")


def test_inputs_that_become_ready_are_reported(bench: Workbench, watcher: Subscriber) -> None:
    """Imaging first: when it is completed, the beams' workitem is SCHEDULED still, and its inputs are READY."""
    session = bench.check_in(bench.add_plan(make_ion_plan()), room="EYE1", imaging=True)
    imaging, treatment = (one.uid for one in bench.workitems(session))

    with associated(bench, WATCH) as watching, associated(bench, PULL) as device:
        subscribe(watching, treatment)
        watcher.wait(1)
        act(device, imaging, "IN PROGRESS", LOCK)
        act(device, imaging, "COMPLETED", LOCK)
        heard = watcher.wait(2)

    assert [(one.brief, one.information.InputReadinessState) for one in heard] == [
        ((1, "SCHEDULED"), "INCOMPLETE"),
        ((1, "SCHEDULED"), "READY"),
    ]


def test_a_requested_cancel_is_three_events(bench: Workbench, watcher: Subscriber) -> None:
    """Of a SCHEDULED workitem: the request with its reason and who asks, then IN PROGRESS, then CANCELED with that reason."""
    uid = workitem(bench)
    information, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "110500", "DCM", "Doctor canceled procedure"
    information.ReasonForCancellation, information.ContactDisplayName, information.ContactURI = "patient is unwell", "Roe", "tel:123"
    information.ProcedureStepDiscontinuationReasonCodeSequence = [code]

    with associated(bench, WATCH, calling=RIVAL) as watching:
        subscribe(watching, uid)
        watcher.wait(1)
        status, _ = watching.send_n_action(information, 2, PUSH, uid, meta_uid=WATCH)

    heard = watcher.wait(4)
    assert status.Status == 0x0000
    assert [one.brief for one in heard] == [(1, "SCHEDULED"), (2, RIVAL), (1, "IN PROGRESS"), (1, "CANCELED")]
    information.RequestingAE = RIVAL
    assert heard[1].information == information
    why = heard[3].information
    assert (why.ReasonForCancellation, list(why.ProcedureStepDiscontinuationReasonCodeSequence)) == ("patient is unwell", [code])


def test_a_workitem_in_progress_is_not_canceled_by_asking(bench: Workbench, watcher: Subscriber) -> None:
    """Its subscribers, the performer among them, hear the request, and nothing else happens."""
    uid = workitem(bench)
    with associated(bench, WATCH) as watching, associated(bench, PULL) as device:
        act(device, uid, "IN PROGRESS", LOCK)
        subscribe(watching, uid)
        watching.send_n_action(None, 2, PUSH, uid, meta_uid=WATCH)
        set_progress(device, uid, LOCK)

    assert watcher.briefs(3) == [(1, "IN PROGRESS"), (2, DEVICE), (3, "50")]


def test_another_station_is_reported_as_assignment_and_a_label_not_at_all(bench: Workbench, watcher: Subscriber) -> None:
    """N-SET of station, readiness and label of a SCHEDULED workitem: the first two are told."""
    uid = workitem(bench)
    station, state, label = Dataset(), Dataset(), Dataset()
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "EYE1", "99OPW", "The other chair"
    station.ScheduledStationNameCodeSequence = [item]
    state.InputAvailabilityFlag = "INCOMPLETE"
    label.ProcedureStepLabel = "Second eye"

    with associated(bench, WATCH) as watching, associated(bench, PULL) as device:
        subscribe(watching, uid)
        watcher.wait(1)
        statuses = [device.send_n_set(one, TRIAL_PUSH, uid, meta_uid=PULL)[0].Status for one in (label, station, state)]

    heard = watcher.wait(3)
    assert statuses == [0x0000] * 3
    assert [one.brief for one in heard] == [(1, "SCHEDULED"), (5, "The other chair"), (1, "SCHEDULED")]
    assert heard[2].information.InputReadinessState == "INCOMPLETE"


def test_a_workitem_of_others_is_reported_as_created(bench: Workbench, watcher: Subscriber) -> None:
    """N-CREATE by a peer is a new workitem like any other."""
    with associated(bench, WATCH, PUSH) as peer:
        subscribe(peer, EVERYTHING, lock="TRUE")
        assert create(peer, order(), "2.25.77") == OK

    assert watcher.briefs(2, "2.25.77") == [(1, "SCHEDULED"), (5, "EYE1")]
    assert states(bench)["2.25.77"] == Watched.LOCKED.value


def test_a_user_who_cancels_is_reported(bench: Workbench, watcher: Subscriber) -> None:
    """A claimed workitem whose session the user cancels is CANCELED; its subscriber hears it."""
    uid = workitem(bench)
    with associated(bench, WATCH) as watching, associated(bench, PULL) as device:
        subscribe(watching, uid)
        act(device, uid, "IN PROGRESS", LOCK)

    bench.cancel(1)

    assert watcher.briefs(3)[-2:] == [(1, "IN PROGRESS"), (1, "CANCELED")]


def test_subscribers_hear_that_the_provider_was_restarted(watcher: Subscriber, make_bench: BenchMaker) -> None:
    """Global ones and those of one workitem, once each; both lists were kept, and subscriptions go on."""
    with listening("OTHER") as other, listening("NOBODY") as nobody:
        peers = (watcher.peer, other.peer, nobody.peer)
        bench = make_bench(listen=True, peers=peers)
        _, uid = prepare(bench)
        with associated(bench, WATCH) as watching:
            subscribe(watching, EVERYTHING)
            subscribe(watching, uid, receiver="OTHER")
            other.wait(1)
        bench.close()

        bench = make_bench(listen=True, peers=peers)

        expected = Dataset()
        expected.SCPStatus = "RESTARTED"
        expected.SubscriptionListStatus = expected.UnifiedProcedureStepListStatus = "WARM START"
        (heard,) = watcher.wait(1)
        assert (heard.type, heard.subject, heard.sop_class, heard.information) == (4, EVERYTHING, PUSH, expected)
        assert other.briefs(2) == [(1, "SCHEDULED"), (4, "RESTARTED")]
        bench.cancel(1)
        assert watcher.briefs(2)[1] == (1, "CANCELED")
        assert nobody.heard == []


def test_the_fallback_list_hears_of_restarts_without_subscription(watcher: Subscriber, make_bench: BenchMaker) -> None:
    """The very first start finds neither workitems nor subscriptions: COLD START; the next one is warm."""
    peer = Peer(ae_title=watcher.title, host="127.0.0.1", port=watcher.port, hears_restarts=True)

    make_bench(listen=True, peers=(peer,)).close()
    make_bench(listen=True, peers=(peer,))

    assert [one.information.UnifiedProcedureStepListStatus for one in watcher.wait(2)] == ["COLD START", "WARM START"]


def test_nobody_subscribes_where_no_reports_are_sent(watcher: Subscriber, make_bench: BenchMaker) -> None:
    """C315; subscriptions of before can be ended all the same."""
    bench = make_bench(listen=True, peers=(watcher.peer,), event_reports=False)
    _, uid = prepare(bench)

    with associated(bench, WATCH) as watching:
        assert subscribe(watching, uid) == ("C315", "No event reports are sent")
        assert subscribe(watching, EVERYTHING) == ("C315", "No event reports are sent")
        assert unsubscribe(watching, EVERYTHING) == OK


def test_what_is_refused_changes_nothing(bench: Workbench) -> None:
    """Unknown workitem, unknown receiver, a single workitem suspended, missing arguments; the history says so."""
    uid = workitem(bench)

    with associated(bench, WATCH) as watching:
        answers = [
            *(change(watching, "2.25.1") for change in (subscribe, unsubscribe, suspend)),
            *(
                change(watching, subject, receiver="STRANGER")
                for change, subject in ((subscribe, uid), (unsubscribe, uid), (suspend, EVERYTHING))
            ),
            suspend(watching, uid),
            subscribe(watching, uid, receiver=None),
            subscribe(watching, uid, lock=None),
            subscribe(watching, uid, lock="MAYBE"),
        ]

    assert answers == [
        *[("C307", "No such workitem here")] * 3,
        *[("C308", "Receiving AE is not among the peers")] * 3,
        ("C314", "Only a global subscription can be suspended"),
        ("0115", "Receiving AE is missing"),
        *[("0115", "Deletion Lock is missing or neither TRUE nor FALSE")] * 2,
    ]
    assert states(bench) == {}
    refused = [event.detail["rule"] for event in bench.history() if event.kind is EventKind.REQUEST_REFUSED]
    assert refused == [*["ups-unknown"] * 3, *["watch-receiver"] * 3, "watch-action", *["watch-argument"] * 3]


def test_a_workitem_of_another_room_is_none(watcher: Subscriber, make_bench: BenchMaker) -> None:
    """C307 to a device of another room; a peer that works in no room may watch any."""
    own = Room(name="EYE1", station_code="EYE1", calling_ae_titles=(DEVICE,))
    foreign = Room(name="EYE2", station_code="EYE2", calling_ae_titles=(RIVAL,))
    bench = make_bench(listen=True, peers=(watcher.peer,), rooms=(own, foreign))
    uid = workitem(bench)

    with associated(bench, WATCH, calling=RIVAL) as watching:
        assert subscribe(watching, uid)[0] == "C307"
    with associated(bench, WATCH, calling="WATCHER") as watching:
        assert subscribe(watching, uid) == OK


def test_a_deletion_lock_beyond_the_limit_is_not_granted(watcher: Subscriber, make_bench: BenchMaker) -> None:
    """B301, subscribed without; one that is held is granted again; with a global one all are counted."""
    bench = make_bench(listen=True, peers=(watcher.peer,), rooms=ROOMS, limits=Limits(deletion_locks=1))
    one, other = workitem(bench), workitem(bench, room="EYE2")

    with associated(bench, WATCH) as watching:
        answers = [subscribe(watching, uid, lock="TRUE")[0] for uid in (one, other, one, EVERYTHING)]

    assert answers == ["0000", "B301", "0000", "B301"]
    assert states(bench) == {"all": Watched.UNLOCKED.value, one: Watched.LOCKED.value, other: Watched.UNLOCKED.value}
