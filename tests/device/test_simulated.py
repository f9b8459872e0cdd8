"""The simulated device does a session over the wire: everything right, or wrong as its scenario says."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.clinic import NOW, OTHER_LOCK, RIVAL, BenchMaker, FixedClock, connect, make_ion_plan
from tests.factories import CountedUids, make_plan
from workbench.archive.rows import Origin, StepState
from workbench.bench import Workbench
from workbench.clock import SystemClock
from workbench.device.performance import Progress
from workbench.device.scenario import SCENARIOS, Scenario
from workbench.device.simulated import SimulatedDevice, own_address
from workbench.dicom import uids
from workbench.dicom.part10 import Encoded
from workbench.errors import Conflict, Refused, Unavailable, WorkbenchError
from workbench.events import EventKind
from workbench.network.server import free_port


def test_a_treatment_goes_its_seven_steps_in_order(provider: Workbench) -> None:
    """Find, claim, fetch, image, deliver, record, finish; as the history of the provider tells it, too."""
    steps: list[Progress] = []
    provider.check_in(provider.add_plan(make_plan()), meterset_mu={1: 40.0})
    before = provider.history()[-1].id

    SimulatedDevice(provider.address, watch=steps.append).treat()

    told = [event.kind for event in provider.history(after=before)]
    assert list(dict.fromkeys(step.step for step in steps)) == ["find", "claim", "fetch", "image", "deliver", "record", "finish"]
    # Objects sent are not written down one by one; two images, table position and registration are stored, then four reports.
    assert [kind for kind in told if kind is not EventKind.OBJECTS_SENT] == [
        EventKind.WORKITEM_CLAIMED,
        *[EventKind.OBJECT_STORED] * 4,
        *[EventKind.WORKITEM_PROGRESSED] * 4,
        EventKind.RECORD_STORED,
        EventKind.WORKITEM_COMPLETED,
    ]


def test_progress_grows_to_the_whole(provider: Workbench) -> None:
    """Two beams of 30 and 10 MU with two reports each: percent of the session's monitor units."""
    steps: list[Progress] = []
    provider.check_in(provider.add_plan(make_ion_plan(metersets_mu={1: 30.0, 2: 10.0})))

    SimulatedDevice(provider.address, scenario=Scenario(reports_per_beam=2), watch=steps.append).treat()

    assert [step.percent for step in steps if step.step == "deliver"] == [37.5, 75.0, 87.5, 100.0]


def test_progress_of_a_continued_beam_says_from_where_on(provider: Workbench) -> None:
    """Of 40 MU 20 were given: half of the rest is the place 30 on the beam's meterset, and 50 percent of what is given now."""
    steps: list[Progress] = []
    plan = provider.add_plan(make_ion_plan(metersets_mu={1: 40.0}))
    session = provider.check_in(plan)
    SimulatedDevice(provider.address, scenario=Scenario(name="stop", interrupt_beam=1, interrupt_at_mu=20.0)).treat()
    provider.complete(session)
    provider.check_in(plan)

    SimulatedDevice(provider.address, scenario=Scenario(reports_per_beam=2), watch=steps.append).treat()

    assert [(step.percent, step.text) for step in steps if step.step == "deliver"] == [
        (50.0, "Beam 1, from 20.0 MU: 30.0 of 40.0 MU"),
        (100.0, "Beam 1, from 20.0 MU: 40.0 of 40.0 MU"),
    ]


def test_every_beam_of_a_plan_is_one_row_of_the_table(provider: Workbench) -> None:
    """Four beams, one record, each with its own meterset."""
    metersets = {1: 30.0, 2: 10.0, 5: 20.0, 7: 40.0}
    provider.check_in(provider.add_plan(make_ion_plan(metersets_mu=metersets)))

    treated = SimulatedDevice(provider.address).treat()

    frame = provider.records.beams()
    assert treated.delivered_mu == metersets
    assert dict(zip(frame["beam"], frame["delivered_mu"], strict=True)) == metersets
    assert set(frame["record_uid"]) == {treated.record_uid}


def test_an_interruption_leaves_later_beams_untouched(provider: Workbench) -> None:
    """Beam 2 of three stops at 5 MU: beam 1 whole, beam 2 partial, beam 3 not in the record; next time 2 continues and 1 is omitted."""
    plan = provider.add_plan(make_ion_plan(metersets_mu={1: 30.0, 2: 10.0, 3: 20.0}))
    session = provider.check_in(plan)
    stopping = Scenario(name="stop", interrupt_beam=2, interrupt_at_mu=5.0)

    treated = SimulatedDevice(provider.address, scenario=stopping).treat()
    provider.complete(session)

    assert (treated.state, treated.delivered_mu) == ("CANCELED", {1: 30.0, 2: 5.0})
    assert list(provider.records.beams()["termination"]) == ["NORMAL", "OPERATOR"]
    assert [(one["beam"], one["start_mu"], one["end_mu"]) for one in provider.check_in(plan).tasks] == [(2, 5.0, 10.0), (3, 0.0, 20.0)]


def test_a_stop_button_ends_the_beam_with_a_partial_record(provider: Workbench) -> None:
    """Pressed after the second of twenty reports, from the watching thread: the record holds what was given till then."""
    provider.check_in(provider.add_plan(make_ion_plan(metersets_mu={1: 40.0})))
    given: list[Progress] = []

    def watch(progress: Progress) -> None:
        if progress.step == "deliver":
            given.append(progress)
            if len(given) == 2:
                device.stop()

    device = SimulatedDevice(provider.address, scenario=Scenario(reports_per_beam=20), watch=watch)
    treated = device.treat()

    assert (treated.state, treated.delivered_mu) == ("CANCELED", {1: 4.0})
    assert provider.workitems()[0].state is StepState.CANCELED


def test_a_device_stopped_before_the_beam_leaves_no_record(provider: Workbench) -> None:
    """Nothing was given, nothing is recorded; the workitem is canceled."""
    provider.check_in(provider.add_plan(make_ion_plan()))
    device = SimulatedDevice(provider.address)
    device.stop()

    treated = device.treat()

    assert (treated.state, treated.record_uid, treated.delivered_mu) == ("CANCELED", None, {})
    assert provider.records.beams().empty


def test_two_devices_for_one_workitem_have_one_winner(make_bench: BenchMaker) -> None:
    """The other one hears that it is held, or finds nothing any more; one record comes of it."""
    provider = make_bench(listen=True)
    provider.check_in(provider.add_plan(make_ion_plan()))
    outcomes: list[str] = []

    def treat(title: str) -> None:
        address = provider.address if title == "DEVICE" else replace(provider.address, device_ae_title=title, device_port=free_port())
        known.wait()
        try:
            outcomes.append(SimulatedDevice(address).treat().state)
        except WorkbenchError as refusal:
            outcomes.append(type(refusal).__name__)

    known = threading.Barrier(2)
    # Only the peer DEVICE is a C-MOVE destination: should the rival win the claim, its fetching is refused.
    threads = [threading.Thread(target=treat, args=(title,)) for title in ("DEVICE", "RIVAL")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    claims = [event for event in provider.history() if event.kind is EventKind.WORKITEM_CLAIMED]
    assert len(claims) == 1
    assert len(outcomes) == 2
    assert outcomes.count("COMPLETED") == (1 if claims[0].actor == "DEVICE" else 0)


def test_a_continuation_goes_past_the_place_where_it_was_interrupted(provider: Workbench) -> None:
    """The same scenario twice: stopped at 12.5 MU the first time, the second delivery starts there and ends at 40 MU."""
    plan = provider.add_plan(make_ion_plan())
    treated = []

    for _ in range(2):
        session = provider.check_in(plan)
        treated.append(SimulatedDevice(provider.address, scenario=SCENARIOS["interrupted"]).treat())
        provider.complete(session)

    assert [(one.state, one.delivered_mu) for one in treated] == [("CANCELED", {1: 12.5}), ("COMPLETED", {1: 27.5})]


def test_the_support_stands_where_the_images_sent_it(provider: Workbench) -> None:
    """A patient off by x 2, y -1, z 0.5 is moved back: planned lateral 0.5, vertical -12.5 and longitudinal 3.25 are corrected once."""
    provider.check_in(provider.add_plan(make_ion_plan()))

    SimulatedDevice(provider.address, scenario=Scenario(setup_shift_mm=(2.0, -1.0, 0.5))).treat()

    (row,) = provider.records.beams().to_dict("records")
    assert (row["support_lateral_mm"], row["support_vertical_mm"], row["support_longitudinal_mm"]) == (-1.5, -11.5, 2.75)


def test_a_rival_that_claims_first_is_told_by_name(provider: Workbench) -> None:
    """Found, but claimed by another before we could: the answer's comment says by whom, and nothing is sent."""
    session = provider.check_in(provider.add_plan(make_ion_plan()))

    def watch(progress: Progress) -> None:
        if progress.step == "find":
            with connect(provider, RIVAL) as rival:
                assert rival.act(provider.workitems(session)[0].uid, "IN PROGRESS", OTHER_LOCK).is_success

    with pytest.raises(Refused, match=r"^WORKBENCH: answered claim with C301 \(.*RIVAL.*\), expected success$"):
        SimulatedDevice(provider.address, watch=watch).treat()

    assert [one for one in provider.objects(session=session) if one.origin is Origin.RECEIVED] == []


def test_a_scenario_is_performed_in_the_dialect_that_is_asked_for(provider: Workbench) -> None:
    """A scenario written for the Trial runs in the final text, where the performed procedure is told first; its report counts."""
    session = provider.check_in(provider.add_plan(make_ion_plan()))

    report = SimulatedDevice(provider.address).run("progress-per-beam", dialect="final")

    (workitem,) = provider.workitems(session)
    final = [one.asked for one in report.expectations if one.step == "finish"]
    assert (report.passed, workitem.state) == (True, StepState.COMPLETED)
    assert final == ["N-SET of what was performed", "COMPLETED"]
    assert repr(report) == f"<Report of scenario progress-per-beam: {len(report.expectations)} of {len(report.expectations)} met>"


def test_a_device_receives_on_its_own_address_that_faces_the_provider() -> None:
    """Not on the provider's: that is another machine's in a clinic."""
    assert own_address("127.0.0.1") == own_address("localhost") == "127.0.0.1"
    with pytest.raises(Unavailable, match=r"^host no\.such\.invalid: cannot be reached \(.*\), expected the provider's$"):
        own_address("no.such.invalid")


def test_without_work_a_device_says_so(provider: Workbench) -> None:
    """Nothing scheduled: a conflict, not an idle success."""
    with pytest.raises(Conflict, match=r"^WORKBENCH: found no SCHEDULED workitem, expected one to treat$"):
        SimulatedDevice(provider.address).treat()


def test_a_session_canceled_meanwhile_stops_the_device(provider: Workbench) -> None:
    """The next report is refused with C300; nothing is recorded, and the user can complete the session."""
    session = provider.check_in(provider.add_plan(make_ion_plan()))

    def watch(progress: Progress) -> None:
        if progress.step == "image":
            provider.cancel(session)

    with pytest.raises(Refused, match=r"^WORKBENCH: answered N-SET of progress with C300 \(CANCELED: no longer updatable\)"):
        SimulatedDevice(provider.address, watch=watch).treat()

    assert provider.records.beams().empty
    assert provider.complete(session).closed_at is not None


def test_a_provider_that_stops_meanwhile_is_unavailable(provider: Workbench) -> None:
    """The device does not hang; it names whom it lost."""
    provider.check_in(provider.add_plan(make_ion_plan()))

    with pytest.raises(Unavailable, match=r"^WORKBENCH at 127\.0\.0\.1:\d+: "):
        SimulatedDevice(provider.address, watch=lambda progress: provider.stop() if progress.step == "fetch" else None).treat()


def test_an_imaging_session_brings_images_and_no_beam(provider: Workbench) -> None:
    """Position acquisition: setup objects, COMPLETED, no record."""
    session = provider.check_in(provider.add_plan(make_plan()), kind="imaging")

    treated = SimulatedDevice(provider.address).treat()

    classes = sorted(one.sop_class_uid for one in provider.objects(session=session) if one.origin is Origin.RECEIVED)
    assert (treated.state, treated.delivered_mu, treated.record_uid) == ("COMPLETED", {}, None)
    assert classes == sorted([uids.RT_IMAGE, uids.RT_IMAGE, uids.RT_STRUCTURE_SET, uids.SPATIAL_REGISTRATION])


def test_a_qa_session_is_treated_for_no_fraction(provider: Workbench) -> None:
    """Its rows are of kind qa; the patient's fraction 1 is still due."""
    plan = provider.add_plan(make_ion_plan())
    session = provider.check_in(plan, kind="qa")
    SimulatedDevice(provider.address).treat()
    provider.complete(session)

    assert list(provider.records.beams()["kind"]) == ["qa"]
    assert provider.check_in(plan).fraction == 1


def test_a_device_is_exact_with_a_fixed_clock_and_counted_uids(provider: Workbench) -> None:
    """The record's moments are the clock's; its UIDs are the counted ones."""
    provider.check_in(provider.add_plan(make_ion_plan()))

    treated = SimulatedDevice(provider.address, clock=FixedClock(), uid_source=CountedUids()).treat()

    (row,) = provider.records.beams().to_dict("records")
    assert (row["started_at"], row["ended_at"]) == (NOW, NOW)
    assert str(treated.record_uid).startswith("2.25.")
    assert len(str(treated.record_uid)) < 10


def test_no_beam_is_told_to_end_after_the_present(make_bench: BenchMaker) -> None:
    """Claim, the first beam's on and off, the second's and the completion follow each other by the clock of device and provider."""
    provider = make_bench(listen=True, clock=SystemClock())
    session = provider.check_in(provider.add_plan(make_ion_plan(metersets_mu={1: 40.0, 2: 20.0})))
    SimulatedDevice(provider.address).treat()
    provider.complete(session)

    (timed,) = provider.records.answers.timing().to_dict("records")
    first, second = provider.records.beams().sort_values("beam").to_dict("records")
    moments = [timed["claimed_at"], first["started_at"], first["ended_at"], second["started_at"], second["ended_at"], timed["finished_at"]]
    assert moments == sorted(moments)


def test_what_was_on_the_wire_can_be_kept(provider: Workbench) -> None:
    """Fetched and sent objects, each once."""
    kept: list[Encoded] = []
    session = provider.check_in(provider.add_plan(make_ion_plan()))

    treated = SimulatedDevice(provider.address, keep=kept.append).treat()

    found = [one.sop_instance_uid for one in kept]
    assert {session.session_plan_uid, session.instruction_uid, treated.record_uid} <= set(found)
    assert len(found) == len(set(found))


def test_every_scenario_that_ships_has_its_own_name() -> None:
    """They are found by it."""
    assert {name: scenario.name for name, scenario in SCENARIOS.items()} == {name: name for name in SCENARIOS}
