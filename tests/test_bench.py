"""The workbench as one object: opened, used beside others on the same folder, waited for, closed."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from tests.clinic import LOCK, BenchMaker, FixedClock, connect, make_ion_plan, make_record
from tests.factories import CountedUids, make_plan
from tests.ocular.cases import sample_plan
from workbench.archive.rows import SessionState
from workbench.bench import Workbench
from workbench.device.scenario import SCENARIOS
from workbench.device.simulated import SimulatedDevice
from workbench.errors import Refused, Unavailable
from workbench.events import Event, EventKind
from workbench.ocular.eye import TreatedEye
from workbench.ocular.plan import OcularPlan


def test_one_eye_is_treated_end_to_end_over_the_wire(provider: Workbench) -> None:
    """Plan in, checked in, treated by a device, completed, tabulated: the sketch of the face, as it is used."""
    plan = provider.add_plan(make_plan())
    session = provider.check_in(plan, meterset_mu={1: 120.0})
    treated = SimulatedDevice(provider.address).treat()
    completed = provider.complete(session)

    (row,) = provider.records.beams().to_dict("records")
    assert (treated.state, treated.fraction, treated.delivered_mu) == ("COMPLETED", 1, {1: 120.0})
    assert completed.state is SessionState.COMPLETED
    assert (row["patient_id"], row["fraction"], row["beam"], row["termination"]) == ("P-001", 1, 1, "NORMAL")
    assert (row["specified_mu"], row["delivered_mu"], row["gantry_deg"], row["session"]) == (120.0, 120.0, 90.0, session.id)
    assert row["record_uid"] == treated.record_uid


def test_an_interrupted_beam_is_continued_in_the_next_session(provider: Workbench) -> None:
    """Stopped at 12.5 MU of 40, the second session gives 27.5 and the third fraction 2."""
    plan = provider.add_plan(make_ion_plan())
    session = provider.check_in(plan)
    first = SimulatedDevice(provider.address, scenario=SCENARIOS["interrupted"]).treat()
    provider.complete(session)
    session = provider.check_in(plan)
    second = SimulatedDevice(provider.address).treat()
    provider.complete(session)

    frame = provider.records.beams()
    assert (first.state, second.state) == ("CANCELED", "COMPLETED")
    assert list(frame["delivery_type"]) == ["TREATMENT", "CONTINUATION"]
    assert list(frame["delivered_mu"]) == [12.5, 27.5]
    assert list(frame["fraction"]) == [1, 1]
    assert provider.check_in(plan).fraction == 2


def test_a_bench_without_a_folder_leaves_nothing_behind() -> None:
    """Its temporary folder goes with it."""
    with Workbench() as bench:
        folder = bench.folder
        assert folder.is_dir()

    assert not folder.exists()


def test_closing_twice_does_no_harm_and_frees_the_port(make_bench: BenchMaker, tmp_path: Path) -> None:
    """The next bench may listen on the same port at once; no thread of the first is left."""
    first = make_bench(listen=True)
    port = first.address.port
    first.close()
    first.close()

    second = make_bench(tmp_path / "other", listen=True, port=port)

    assert second.address.port == port
    assert [thread.name for thread in threading.enumerate()].count("provider") == 1


def test_a_bench_that_cannot_listen_leaves_nothing_running(provider: Workbench) -> None:
    """The port is taken: one sentence, and neither its threads nor its temporary folder stay."""
    port, threads = provider.address.port, threading.active_count()

    with pytest.raises(Unavailable, match=rf"^port {port} on 127\.0\.0\.1: cannot be listened on"):
        Workbench(port=port)

    assert threading.active_count() == threads


def test_a_bench_that_does_not_listen_has_no_address(bench: Workbench) -> None:
    """Asking for it is answered, not guessed."""
    with pytest.raises(Unavailable, match=r"^provider: does not listen, expected it to be started$"):
        _ = bench.address


def test_what_is_stored_is_there_after_reopening(make_bench: BenchMaker) -> None:
    """Plan, session, workitem and history are those of before."""
    first = make_bench()
    session = first.check_in(first.add_plan(make_ion_plan()))
    before = (first.plans(), first.sessions(), first.workitems(), first.history())
    first.close()

    second = make_bench()

    assert (second.plans(), second.sessions(), second.workitems(), second.history()) == before
    assert second.session(session.id) == session


def test_a_plan_of_before_has_its_ocular_plan_again(make_bench: BenchMaker) -> None:
    """After reopening it is whole, with the eye and the clips that DICOM does not carry."""
    plan = sample_plan()
    first = make_bench()
    uid = first.add_plan(plan).uid
    first.close()

    again = make_bench().plan(uid)

    assert (again.label, again.patient_id, len(again.images), again.notes) == (plan.label, plan.patient.id, 2, ())
    assert again.ocular == plan


def test_a_plan_that_comes_as_dicom_knows_no_eye(bench: Workbench, tmp_path: Path) -> None:
    """Exported and imported elsewhere it is read from DICOM, setup images and all; what DICOM does not carry is not known."""
    plan = sample_plan()
    for path in bench.export(plan, tmp_path):
        uid, _ = bench.import_file(path)
        if bench.dataset(uid).Modality == "RTPLAN":
            plan_uid = uid

    again = bench.plan(plan_uid).ocular

    assert again is not None
    assert (again.setup_images, again.field.aperture, again.created) == (plan.setup_images, plan.field.aperture, plan.created)
    assert (again.eye, again.eye_model) == (TreatedEye(laterality=plan.eye.laterality), None)


def test_a_plan_for_no_eye_is_stored_without_one_and_says_why(bench: Workbench) -> None:
    """Its note is the sentence with which reading it is refused."""
    dataset = make_ion_plan()
    for beam in dataset.IonBeamSequence:
        del beam.FixationLightPolarAngle
    stored = bench.add_plan(dataset)

    with pytest.raises(Refused) as refusal:
        bench.ocular_plan(stored.uid)

    assert (stored.ocular, stored.notes) == (None, (str(refusal.value),))
    assert refusal.value.rule == "no-eye-beam"


def test_a_plan_whose_setup_image_is_gone_is_there_with_a_note(make_bench: BenchMaker) -> None:
    """A lost file is told of, and keeps neither the plan nor the other image from being looked at."""
    plan = make_bench(listen=False).add_plan(sample_plan())
    bench = make_bench(listen=False)
    bench.path(plan.images[0]).unlink()

    again = bench.plan(plan.uid)

    assert (again.ocular, again.images) == (plan.ocular, plan.images)
    (note,) = again.notes
    assert note.startswith(f"setup image {plan.images[0]} is left out: object file ")


def test_what_is_no_plan_is_not_given_as_one(bench: Workbench) -> None:
    """A setup image is a stored object, not a plan."""
    image = bench.add_plan(make_plan()).images[0]

    with pytest.raises(Refused, match=rf"^object {image}: found SOP class .*, expected RT Ion Plan "):
        bench.plan(image)


def test_two_benches_on_one_folder_see_each_other(make_bench: BenchMaker) -> None:
    """What one checks in a device claims at the other; the first one's bus hears of it."""
    here, there = make_bench(), make_bench(listen=True)
    heard = threading.Event()
    there.bus.subscribe(lambda event: heard.set() if event.kind is EventKind.SESSION_PREPARED else None)

    session = here.check_in(here.add_plan(make_ion_plan()))
    with connect(there) as peer:
        assert peer.act(here.workitems()[0].uid, "IN PROGRESS", LOCK).is_success

    assert heard.wait(20)
    assert here.session(session).state is SessionState.ACTIVE


def test_a_bench_that_does_not_listen_hears_of_others_too(make_bench: BenchMaker) -> None:
    """A notebook waits for what the command line, or a server in another process, does on the same folder."""
    here, there = make_bench(), make_bench()
    plan = there.add_plan(make_ion_plan())

    async def scene() -> Event:
        waiting = asyncio.ensure_future(here.until("session.prepared"))
        await asyncio.to_thread(there.check_in, plan)
        return await waiting

    assert asyncio.run(scene()).subject == "1"


def test_monitor_units_are_those_entered_then_the_plan_s_then_those_of_the_dose(make_bench: BenchMaker, tmp_path: Path) -> None:
    """15 Gy(RBE) a fraction at the demonstration line's 100 MU/Gy are 1500 MU, where neither user nor plan says."""
    derived, planned = make_plan(), make_ion_plan(metersets_mu={1: 40.0})
    cases: list[tuple[OcularPlan | Dataset, dict[int, float] | None]] = [(derived, None), (planned, None), (planned, {1: 55.5})]
    checked_in = []

    for number, (plan, entered) in enumerate(cases):
        bench = make_bench(tmp_path / str(number))
        checked_in.append(bench.check_in(bench.add_plan(plan), meterset_mu=entered).metersets_mu)

    assert checked_in == [{1: 1500.0}, {1: 40.0}, {1: 55.5}]


def test_waiting_ends_with_the_event(provider: Workbench) -> None:
    """It happens while somebody waits, in another thread."""
    session = provider.check_in(provider.add_plan(make_ion_plan()))
    uid = provider.workitems(session)[0].uid

    def claim() -> None:
        with connect(provider) as peer:
            peer.act(uid, "IN PROGRESS", LOCK)

    async def scene() -> Event:
        threading.Thread(target=claim).start()
        return await provider.until("workitem.claimed", subject=uid)

    event = asyncio.run(scene())

    assert (event.kind, event.subject, event.actor) == (EventKind.WORKITEM_CLAIMED, uid, "DEVICE")


def test_what_happened_since_opening_counts(bench: Workbench) -> None:
    """Waiting for what has happened already returns at once."""
    session = bench.check_in(bench.add_plan(make_ion_plan()))

    event = asyncio.run(bench.until(EventKind.SESSION_PREPARED, subject=str(session.id), timeout=0))

    assert event in bench.history()


def test_what_happened_before_opening_does_not_count(make_bench: BenchMaker) -> None:
    """Yesterday's session is not today's."""
    first = make_bench()
    first.check_in(first.add_plan(make_ion_plan()))
    first.close()

    with pytest.raises(TimeoutError, match=r"^session\.prepared of anything: did not happen within 0\.01 s$"):
        asyncio.run(make_bench().until("session.prepared", timeout=0.01))


def test_waiting_in_vain_ends_with_a_sentence(bench: Workbench) -> None:
    """What, of whom, how long; and another subject's event does not count."""
    bench.check_in(bench.add_plan(make_ion_plan()))

    with pytest.raises(TimeoutError, match=r"^session\.prepared of 404: did not happen within 0\.01 s$"):
        asyncio.run(bench.until("session.prepared", subject="404", timeout=0.01))


def test_a_plan_is_added_from_a_value_a_data_set_or_a_file(bench: Workbench, tmp_path: Path) -> None:
    """All three are plans that can be checked in, in the order they came."""
    from_value, from_dataset = bench.add_plan(make_plan()), bench.add_plan(make_ion_plan(RTPlanLabel="SECOND"))
    again = bench.add_plan(bench.path(from_dataset.uid))

    assert len(from_value.images) == 2
    assert again == from_dataset
    assert {plan.uid for plan in bench.plans()} == {from_value.uid, from_dataset.uid}


def test_what_is_no_plan_is_not_added(bench: Workbench) -> None:
    """Found and expected class."""
    with pytest.raises(Refused, match=r"^plan: found SOP class 1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\.9, expected RT Ion Plan"):
        bench.add_plan(make_record(make_ion_plan()))


def test_time_and_uids_are_parameters(make_bench: BenchMaker, clock: FixedClock) -> None:
    """With counted UIDs and a fixed clock a session is the same every time."""
    bench = make_bench(uid_source=CountedUids())

    session = bench.check_in(bench.add_plan(make_plan()), meterset_mu={1: 40.0})

    assert session.prepared_at == clock.now()
    assert all(event.at == clock.now() for event in bench.history())
    assert {session.session_plan_uid, str(session.instruction_uid)} <= {f"2.25.{number}" for number in range(1, 20)}


def test_an_object_that_is_not_here_is_named(bench: Workbench) -> None:
    """By data set and by path alike."""
    for ask in (bench.dataset, bench.path):
        with pytest.raises(Refused, match=r"^object 2\.25\.404: is not stored here"):
            ask("2.25.404")


def test_a_bench_shows_itself_without_a_patients_name(provider: Workbench) -> None:
    """In a notebook: AE title, address and folder; a plan shows its label."""
    plan = provider.add_plan(make_plan(label="<b>EYE</b>"))

    assert f"127.0.0.1:{provider.address.port}" in provider._repr_html_()
    assert "&lt;b&gt;EYE&lt;/b&gt;" in plan._repr_html_()
    assert "Doe" not in provider._repr_html_() + plan._repr_html_()
