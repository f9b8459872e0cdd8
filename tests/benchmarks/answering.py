"""Latencies of the provider: echo, association, worklist and study queries, claims; and how fast a series is moved.

Each request is sent by the same plain client to us and, where there is a fair one, to a peer of DCMTK in the same run: ``storescp``
answers echoes, ``dcmqrscp`` moves the same slices to the same ``storescp``. Sizes are those of a clinic after years.
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydicom.dataset import Dataset

import workbench as wb
from tests.benchmarks.caller import ACTION, ECHO, FIND, MOVE, Caller
from tests.benchmarks.storing import a_slice
from tests.served import ENVIRONMENT, listening
from workbench.archive.rows import IndexKeys, Origin, StoredObject, WorkitemRow
from workbench.clock import SystemClock
from workbench.dicom import part10, uids
from workbench.dicom.uids import RandomUids
from workbench.mapping import ocular_plans
from workbench.network.server import free_port
from workbench.settings import OWN, Peer

ROUNDS = 100
WORKITEMS = (100, 10_000)
STUDIES, OF_STUDY = 2_000, 10
SLICES, MOVES = 500, 3
SINK = "SINK"
QR_CONFIGURATION = """NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
sink = (SINK, 127.0.0.1, {sink})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
QR {folder} RW (9, 1024mb) ANY
AETable END
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        print(f"{'milliseconds (median of ' + str(ROUNDS) + ')':<44}{'workbench':>12}{'DCMTK':>12}{'ratio':>8}")
        _echoes(work)
        for count in WORKITEMS:
            _worklist(work / f"{count}", count)
        _studies(work / "studies")
        print(f"{'objects/s':<44}{'workbench':>12}{'DCMTK':>12}{'ratio':>8}")
        _moves(work)


def _print(what: str, mine: float, peer: float | None = None) -> None:
    beside = "" if peer is None else f"{peer:>12.2f}{mine / peer:>8.2f}"
    print(f"{what:<44}{mine:>12.2f}{beside}")


def _median_ms(function: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def _echoes(work: Path) -> None:
    with wb.Workbench(work / "echo") as bench, _storescp() as port:
        ours, theirs = (bench.address.port, bench.address.ae_title), (port, SINK)
        _print("echo on an open association", *(_echo_ms(*one) for one in (ours, theirs)))
        _print("associate, echo, release", *(_median_ms(lambda one=one: _whole_echo(*one)) for one in (ours, theirs)))  # type: ignore[misc]


def _echo_ms(port: int, called: str) -> float:
    with Caller(port, called, uids.VERIFICATION) as caller:
        return _median_ms(lambda: caller.ask(ECHO))


def _whole_echo(port: int, called: str) -> None:
    with Caller(port, called, uids.VERIFICATION) as caller:
        caller.ask(ECHO)


def _worklist(folder: Path, count: int) -> None:
    with wb.Workbench(folder) as bench:
        workitems = _fill_worklist(bench, count)
        asked = Dataset()
        asked.SOPInstanceUID, asked.ProcedureStepState, asked.PatientID, asked.PatientName = "", "SCHEDULED", f"P-{count // 2}", ""
        with Caller(bench.address.port, bench.address.ae_title, uids.TRIAL_UPS_PULL) as caller:
            assert caller.ask(FIND, asked) == (0x0000, 1)
            _print(f"worklist query, one match of {count}", _median_ms(lambda: caller.ask(FIND, asked)))
            claims = []
            for uid in workitems[:ROUNDS]:
                lock = RandomUids().new()
                claims.append(_median_ms(lambda uid=uid, lock=lock: _change(caller, uid, "IN PROGRESS", lock), rounds=1))  # type: ignore[misc]
                _change(caller, uid, "CANCELED", lock)
            _print(f"claim, one workitem of {count}", statistics.median(claims))


def _change(caller: Caller, uid: str, state: str, lock: str) -> None:
    information = Dataset()
    information.ProcedureStepState, information.TransactionUID = state, lock
    status, _ = caller.ask(ACTION, information, named=uids.TRIAL_UPS_PUSH, instance=uid, action=1)
    assert status == 0x0000, f"{status:04X}"


def _fill_worklist(bench: wb.Workbench, count: int) -> list[str]:
    """Workitems of as many patients, of no session so that each may be claimed; their UIDs."""
    session = bench.check_in(bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan())))
    (template,) = bench.workitems(session)
    dataset = part10.decode(template.dataset, uids.EXPLICIT_LITTLE)
    made = []
    with bench._archive.database.transaction() as transaction:
        for number in range(count):
            dataset.SOPInstanceUID, dataset.PatientID = RandomUids().new(), f"P-{number}"
            encoded = part10.encode(dataset, uids.EXPLICIT_LITTLE)
            row: WorkitemRow = replace(template, uid=str(dataset.SOPInstanceUID), session_id=None, dataset=encoded)
            transaction.workitems.add(row)
            made.append(row.uid)
    bench.cancel(session)
    bench.complete(session)
    return made


def _studies(folder: Path) -> None:
    with wb.Workbench(folder) as bench:
        _fill_studies(bench)
        by_patient, by_name = Dataset(), Dataset()
        for one in (by_patient, by_name):
            one.QueryRetrieveLevel, one.StudyInstanceUID = "STUDY", ""
        by_patient.PatientID, by_name.PatientName = f"P-{STUDIES // 2}", f"NAME{STUDIES // 2}^*"
        by_patient.NumberOfStudyRelatedInstances = None
        with Caller(bench.address.port, bench.address.ae_title, uids.STUDY_FIND) as caller:
            for what, asked in (("Patient ID", by_patient), ("part of a name", by_name)):
                assert caller.ask(FIND, asked) == (0x0000, 1)
                _print(f"study query by {what}, {STUDIES * OF_STUDY} instances", _median_ms(lambda asked=asked: caller.ask(FIND, asked)))  # type: ignore[misc]


def _fill_studies(bench: wb.Workbench) -> None:
    now = SystemClock().now()
    with bench._archive.database.transaction() as transaction:
        for number in range(STUDIES * OF_STUDY):
            study = number // OF_STUDY
            keys = IndexKeys(
                patient_id=f"P-{study}",
                patient_name=f"Name{study}^Given",
                study_uid=f"2.25.{study}",
                series_uid=f"2.25.{study}.1",
                modality="CT",
            )
            stored = StoredObject(
                uid=f"2.25.{study}.1.{number}",
                sop_class_uid=uids.CT_IMAGE,
                file="0" * 64,
                transfer_syntax=uids.EXPLICIT_LITTLE,
                size=0,
                origin=Origin.IMPORTED,
                session_id=None,
                stored_at=now + timedelta(microseconds=number),
                keys=keys,
            )
            transaction.objects.add(stored)


def _moves(work: Path) -> None:
    plan = ocular_plans.export(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()), uid_source=RandomUids(), identity=OWN).plan
    template, files = a_slice(plan), work / "qr"
    files.mkdir()
    with _storescp() as sink, wb.Workbench(work / "move", peers=(Peer(ae_title=SINK, host="127.0.0.1", port=sink),)) as bench:
        for number in range(SLICES):
            template.SOPInstanceUID, template.InstanceNumber = RandomUids().new(), number + 1
            instance = part10.encoded(template, uids.EXPLICIT_LITTLE)
            bench._intake.bring(instance, actor="user")
            header = part10.header(instance, implementation_class_uid=OWN.implementation_class_uid, implementation_version_name=None)
            (files / f"{number:04}.dcm").write_bytes(header + instance.data)
        asked = Dataset()
        asked.QueryRetrieveLevel, asked.StudyInstanceUID = "STUDY", template.StudyInstanceUID
        ours = _moved_per_s(bench.address.port, bench.address.ae_title, asked)
        with _dcmqrscp(files, sink) as port:
            theirs = _moved_per_s(port, "QR", asked)
    _print(f"C-MOVE of {SLICES} CT slices of 525 KB to storescp", ours, theirs)


def _moved_per_s(port: int, called: str, asked: Dataset) -> float:
    with Caller(port, called, uids.STUDY_MOVE) as caller:
        rates = []
        for _ in range(MOVES):
            start = time.perf_counter()
            status, _ = caller.ask(MOVE, asked, destination=SINK)
            assert status == 0x0000, f"{status:04X}"
            rates.append(SLICES / (time.perf_counter() - start))
    return statistics.median(rates)


@contextmanager
def _storescp() -> Iterator[int]:
    """DCMTK's storage provider, which throws away what it receives."""
    port = free_port()
    with listening(["storescp", "-aet", SINK, "--ignore", port], port):
        yield port


@contextmanager
def _dcmqrscp(folder: Path, sink: int) -> Iterator[int]:
    """DCMTK's query/retrieve provider with the files of a folder."""
    port, configuration = free_port(), folder / "qr.cfg"
    configuration.write_text(QR_CONFIGURATION.format(port=port, sink=sink, folder=folder))
    subprocess.run(["dcmqridx", str(folder), *map(str, sorted(folder.glob("*.dcm")))], env=ENVIRONMENT, check=True, capture_output=True)
    with listening(["dcmqrscp", "-c", configuration], port, called="QR"):
        yield port


if __name__ == "__main__":
    main()
