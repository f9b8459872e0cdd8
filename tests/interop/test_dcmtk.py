"""DCMTK's programs against `workbench serve`: none of our code is on the other side."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from tests.clinic import LOCK, OTHER_LOCK, RIVAL, make_ct, make_ion_plan, make_record, make_registration, make_table_position
from tests.served import ENVIRONMENT, Served, listening, run, serving
from workbench.archive.rows import Origin, SessionRow
from workbench.bench import Workbench
from workbench.dicom import part10, uids
from workbench.network.server import free_port

pytestmark = pytest.mark.interop

SINK = "SINK"


def write(path: Path, dataset: Dataset, syntax: str = uids.IMPLICIT_LITTLE) -> Path:
    """An object as a DICOM file."""
    instance = part10.encoded(dataset).transcoded(syntax)
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.1", implementation_version_name=None) + instance.data)
    return path


@contextmanager
def storescp(folder: Path, port: int) -> Iterator[Path]:
    """DCMTK's storage provider, writing what it receives."""
    folder.mkdir()
    with listening(["storescp", "-aet", SINK, "-od", folder, port], port, called=SINK):
        yield folder


@pytest.fixture(scope="module")
def sink_port() -> int:
    """Where the provider expects DCMTK's storage provider."""
    return free_port()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sink_port: int) -> Iterator[Served]:
    """One `workbench serve` for all of them, with one destination."""
    with serving(tmp_path_factory.mktemp("interop") / "data", "--peer", f"{SINK}=127.0.0.1:{sink_port}") as one:
        yield one


@pytest.fixture
def session(served: Served) -> Iterator[SessionRow]:
    """A prepared session; completed when the test ends, whatever became of it. The provider is another process."""
    with Workbench(served.data, listen=False) as bench:
        prepared = bench.check_in(bench.add_plan(make_ion_plan()))
        yield prepared
        bench.cancel(prepared)
        bench.complete(prepared)


@pytest.fixture
def claimed(served: Served, session: SessionRow) -> Dataset:
    """The session plan of a claimed session."""
    with served.peer() as peer:
        assert peer.act(workitem_of(served, session), "IN PROGRESS", LOCK).is_success
    return session_plan(served, session)


def workitem_of(served: Served, session: SessionRow) -> str:
    """UID of a session's workitem."""
    with Workbench(served.data, listen=False) as bench:
        (row,) = bench.workitems(session)
    return row.uid


def session_plan(served: Served, session: SessionRow) -> Dataset:
    """The plan that a device gets."""
    with Workbench(served.data, listen=False) as bench:
        return bench.dataset(session.session_plan_uid)


def received(served: Served) -> dict[str, Path]:
    """Objects that devices stored, and their files."""
    with Workbench(served.data, listen=False) as bench:
        return {one.uid: bench.path(one.uid) for one in bench.objects() if one.origin is Origin.RECEIVED}


def test_echoscu_is_answered(served: Served) -> None:
    """C-ECHO."""
    result = run("echoscu", "-v", "-aec", served.ae_title, *served.address)

    assert result.returncode == 0, result.stderr
    assert "Received Echo Response (Success)" in result.stdout + result.stderr


def test_echoscu_calling_another_ae_title_is_rejected(served: Served) -> None:
    """It prints the reason as the standard words it."""
    result = run("echoscu", "-aec", "NOBODY", *served.address)

    assert result.returncode != 0
    assert "Called AE Title Not Recognized" in result.stdout + result.stderr


def test_findscu_finds_the_plan_by_its_label(served: Served, session: SessionRow) -> None:
    """Study Root, image level: what was imported and what was made from it."""
    keys = ("-k", "QueryRetrieveLevel=IMAGE", "-k", f"RTPlanLabel={session.plan_label}", "-k", "SOPInstanceUID", "-k", "PatientID")

    result = run("findscu", "-S", "-aec", served.ae_title, *keys, "-v", *served.address)

    shown = result.stdout + result.stderr
    assert result.returncode == 0, shown
    assert session.plan_uid in shown
    assert session.session_plan_uid in shown


@pytest.mark.parametrize("level", ["STUDY", "SERIES"])
def test_findscu_finds_at_the_other_levels(served: Served, session: SessionRow, level: str, tmp_path: Path) -> None:
    """Answers are data sets that DCMTK can write and others can read."""
    unique = "StudyInstanceUID" if level == "STUDY" else "SeriesInstanceUID"
    keys = ("-k", f"QueryRetrieveLevel={level}", "-k", f"StudyInstanceUID={session.study_uid}", "-k", unique, "-k", "PatientID")
    arguments = keys if level == "SERIES" else keys[:4] + keys[6:]

    result = run("findscu", "-S", "-X", "-aec", served.ae_title, *arguments, *served.address, cwd=tmp_path)

    answers = [dcmread(path, force=True) for path in sorted(tmp_path.glob("rsp*.dcm"))]
    assert result.returncode == 0, result.stderr
    assert {one.StudyInstanceUID for one in answers} == {session.study_uid}
    assert {one.PatientID for one in answers} == {"P-001"}
    assert all(one[unique].value for one in answers)


def test_movescu_moves_the_inputs_to_a_storescp(served: Served, session: SessionRow, sink_port: int, tmp_path: Path) -> None:
    """Session plan, instruction of the trial class and all: the files are there, whole, as DCMTK wrote them."""
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={session.study_uid}")

    with storescp(tmp_path / "sink", sink_port) as folder:
        result = run("movescu", "-S", "-v", "-aec", served.ae_title, "-aem", SINK, *keys, *served.address)
        files = {str(dcmread(path, force=True).SOPInstanceUID) for path in folder.iterdir()}

    # DCMTK's storage provider takes the classes it knows; the retired delivery instruction is not among them.
    assert {session.plan_uid, session.session_plan_uid} <= files, result.stdout + result.stderr


def test_movescu_moves_one_instance_of_a_series(served: Served, session: SessionRow, sink_port: int, tmp_path: Path) -> None:
    """IMAGE level with the keys above it; DCMTK counts the sub-operation."""
    with Workbench(served.data, listen=False) as bench:
        series = str(bench.dataset(session.session_plan_uid).SeriesInstanceUID)
    unique = {"StudyInstanceUID": session.study_uid, "SeriesInstanceUID": series, "SOPInstanceUID": session.session_plan_uid}
    keys = [part for name, uid in unique.items() for part in ("-k", f"{name}={uid}")]

    with storescp(tmp_path / "sink", sink_port) as folder:
        result = run("movescu", "-S", "-d", "-aec", served.ae_title, "-aem", SINK, "-k", "QueryRetrieveLevel=IMAGE", *keys, *served.address)
        files = {str(dcmread(path, force=True).SOPInstanceUID) for path in folder.iterdir()}

    shown = result.stdout + result.stderr
    assert files == {session.session_plan_uid}, shown
    assert re.search(r"Completed Suboperations\s*: 1", shown)


def test_movescu_hears_that_nobody_listens(served: Served, session: SessionRow) -> None:
    """A702, worded by DCMTK, with the comment."""
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={session.study_uid}")

    result = run("movescu", "-S", "-d", "-aec", served.ae_title, "-aem", SINK, *keys, *served.address)

    shown = result.stdout + result.stderr
    assert "0xa702" in shown.lower()
    assert "does not answer" in shown


@pytest.mark.parametrize("level", ["STUDY", "IMAGE"])
def test_getscu_gets_what_a_session_has(served: Served, session: SessionRow, tmp_path: Path, level: str) -> None:
    """C-GET with DCMTK's role selection: session plan and imported plan are there, as DCMTK wrote them."""
    unique = {"StudyInstanceUID": session.study_uid} if level == "STUDY" else {"SOPInstanceUID": session.session_plan_uid}
    keys = [part for name, uid in unique.items() for part in ("-k", f"{name}={uid}")]

    result = run(
        "getscu", "-S", "-v", "-od", tmp_path, "-aec", served.ae_title, "-k", f"QueryRetrieveLevel={level}", *keys, *served.address
    )

    files = {str(dcmread(path, force=True).SOPInstanceUID) for path in tmp_path.iterdir()}
    wanted = {session.session_plan_uid} | ({session.plan_uid} if level == "STUDY" else set())
    # DCMTK knows the classes of plans, and not the retired one of delivery instructions.
    assert wanted <= files, result.stdout + result.stderr


def test_findscu_cancels(served: Served, session: SessionRow) -> None:
    """It sends C-CANCEL after the first of several answers, and hears that it was heard or that all was said."""
    result = run(
        "findscu",
        "-S",
        "-v",
        "--cancel",
        "1",
        "-aec",
        served.ae_title,
        "-k",
        "QueryRetrieveLevel=IMAGE",
        "-k",
        "SOPInstanceUID",
        *served.address,
    )

    shown = result.stdout + result.stderr
    assert "Sending Cancel Request" in shown, shown
    assert result.returncode == 0, shown


def test_findscu_asks_in_latin_1(served: Served) -> None:
    """A name with an umlaut, in the bytes of ISO_IR 100; the answer is in UTF-8 and says so."""
    with Workbench(served.data, listen=False) as bench:
        bench.add_plan(make_ion_plan(PatientID="P-100", PatientName="M\u00fcller^J\u00f6rg", SpecificCharacterSet="ISO_IR 192"))
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "SpecificCharacterSet=ISO_IR 100", "-k", "PatientID")

    result = subprocess.run(
        [b"findscu", b"-S", b"-v", b"-aec", served.ae_title.encode(), *(key.encode() for key in keys), b"-k", b"PatientName=M\xfcller*"]
        + [str(part).encode() for part in served.address],
        capture_output=True,
        env=ENVIRONMENT,
        check=False,
    )

    shown = result.stdout + result.stderr
    assert "M\u00fcller^J\u00f6rg".encode() in shown, shown
    assert b"ISO_IR 192" in shown


def test_movescu_to_an_unknown_destination_is_refused(served: Served, session: SessionRow) -> None:
    """A801, worded by DCMTK."""
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={session.study_uid}")

    result = run("movescu", "-S", "-v", "-aec", served.ae_title, "-aem", "NOBODY", *keys, *served.address)

    assert "MoveDestinationUnknown" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("option", "syntax"),
    [("-xi", uids.IMPLICIT_LITTLE), ("-xe", uids.EXPLICIT_LITTLE), ("-xb", uids.EXPLICIT_BIG)],
    ids=["implicit", "explicit", "big endian"],
)
def test_storescu_stores_into_a_claimed_session(served: Served, claimed: Dataset, option: str, syntax: str, tmp_path: Path) -> None:
    """Setup objects and a record, in each of the three transfer syntaxes; DCMTK reads back what we keep."""
    objects = [make(claimed) for make in (make_ct, make_table_position, make_registration, make_record)]
    files = [write(tmp_path / f"{number}.dcm", one, syntax) for number, one in enumerate(objects)]

    result = run("storescu", "-v", "-R", option, "-aec", served.ae_title, *served.address, *files)

    kept = received(served)
    assert result.returncode == 0, result.stdout + result.stderr
    assert {str(one.SOPInstanceUID) for one in objects} <= set(kept)
    for one in objects:
        path = kept[str(one.SOPInstanceUID)]
        dumped = run("dcmdump", "+P", "SOPInstanceUID", path)
        assert (dumped.returncode, dumped.stderr) == (0, "")
        assert str(one.SOPInstanceUID) in dumped.stdout
        assert dcmread(path).file_meta.TransferSyntaxUID == syntax


def test_a_stored_object_is_read_by_dciodvfy(served: Served, claimed: Dataset, tmp_path: Path) -> None:
    """A checker made by others takes the file for what it is; its opinion of the device's object is not ours to answer for."""
    record = make_record(claimed)
    run("storescu", "-R", "-aec", served.ae_title, *served.address, write(tmp_path / "record.dcm", record))

    result = run("dciodvfy", received(served)[str(record.SOPInstanceUID)])

    assert "RTIonBeamsTreatmentRecord" in result.stdout + result.stderr


def test_storescu_without_a_session_is_refused(served: Served, tmp_path: Path) -> None:
    """Cxxx; nothing is kept."""
    ct = make_ct(make_ion_plan())

    result = run("storescu", "-v", "-R", "-aec", served.ae_title, *served.address, write(tmp_path / "ct.dcm", ct))

    # DCMTK's word for any status in Cxxx.
    assert "Received Store Response (Error: CannotUnderstand)" in result.stdout + result.stderr
    assert str(ct.SOPInstanceUID) not in received(served)


def test_storescu_before_the_claim_is_refused(served: Served, session: SessionRow, tmp_path: Path) -> None:
    """Prepared is not claimed."""
    ct = make_ct(session_plan(served, session))

    result = run("storescu", "-v", "-R", "-aec", served.ae_title, *served.address, write(tmp_path / "ct.dcm", ct))

    assert "Received Store Response (Error: CannotUnderstand)" in result.stdout + result.stderr
    assert str(ct.SOPInstanceUID) not in received(served)


def test_storescu_of_a_class_that_we_do_not_take_finds_no_context(served: Served, claimed: Dataset, tmp_path: Path) -> None:
    """DCMTK says that there is no presentation context; nothing is kept."""
    foreign = make_ct(claimed, SOPClassUID="1.2.840.10008.5.1.4.1.1.4")

    result = run("storescu", "-v", "-R", "-aec", served.ae_title, *served.address, write(tmp_path / "mr.dcm", foreign))

    assert result.returncode != 0
    assert "presentation context" in (result.stdout + result.stderr).lower()


def test_a_competing_device_is_refused_while_dcmtk_stores(served: Served, claimed: Dataset, session: SessionRow) -> None:
    """C301 and who holds it for the rival, C302 for the holder."""
    workitem = workitem_of(served, session)

    with served.peer(RIVAL) as rival, served.peer() as holder:
        second = rival.act(workitem, "IN PROGRESS", OTHER_LOCK)
        again = holder.act(workitem, "IN PROGRESS", LOCK)

    assert str(second) == "C301 (Held by DEVICE: wrong or missing Transaction UID)"
    assert str(again) == "C302 (Held by DEVICE: it is IN PROGRESS already)"
