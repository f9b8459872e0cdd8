"""Tables of many records: a scan against reading every file with pydicom, memory as records grow, and the index of a data folder.

A machine that does other work at the same time has less than two processors left for the scan, and one for the loop all the same; the
seconds of processors tell what either would need alone.

``python -m tests.benchmarks.tabulating million`` makes up to a million records into Parquet and asks Dask; it takes a quarter of
an hour, and is not part of ``make bench``.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd
import pydicom

import workbench as wb
from workbench.archive.rows import IndexKeys, Origin, StoredObject
from workbench.clock import SystemClock
from workbench.device.generated import generate, write_generated
from workbench.mapping.records import read_record
from workbench.records import ScannedRecords, of_datasets, scan
from workbench.records.scanning.batch import Counts
from workbench.records.scanning.parts import Parts
from workbench.records.scanning.places import DatasetPlace
from workbench.records.scanning.source import Kept, ScannedSource
from workbench.workflow.intake import _beam_rows

COUNT = 10_000
LOOPED = 1_000
"""Files that pydicom reads; it takes every one as long, so the loop over all is reckoned from these."""
GROWING = (10_000, 100_000)
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Took:
    """What something cost: seconds on the wall's clock, and seconds of processors, its processes included."""

    seconds: float
    cpu_s: float

    def times(self, factor: float) -> Took:
        """So many times as much."""
        return Took(self.seconds * factor, self.cpu_s * factor)


def main() -> None:
    """Measure and print."""
    print(f"{'':<60}{'seconds':>10}{'times as fast':>16}{'CPU s':>10}")
    with tempfile.TemporaryDirectory() as work:
        folder, cache = Path(work) / "set", Path(work) / "cache"
        files = write_generated(folder, COUNT)
        loop = _took(lambda: _loop(folder, LOOPED)).times(files / LOOPED)
        cold = _took(lambda: scan(folder, cache=cache, processes=2).beams())
        warm = min((_took(lambda: scan(folder, cache=cache, processes=2).beams()) for _ in range(5)), key=lambda one: one.seconds)
        for name, took in (("pydicom.dcmread into pandas", loop), ("scan, two processes, cold", cold), ("scan, warm", warm)):
            print(f"{f'beams of {files} files: {name}':<60}{took.seconds:>10.2f}{loop.seconds / took.seconds:>16.1f}{took.cpu_s:>10.2f}")
        _live(Path(work) / "data")
    _memory()


def _live(folder: Path) -> None:
    """The table of a data folder with as many records in its index, and one patient's part of it."""
    with wb.Workbench(folder) as bench:
        _fill(bench)
        patient = bench.records.beams()["patient_id"].iloc[0]
        whole = min((_took(bench.records.beams) for _ in range(5)), key=lambda one: one.seconds)
        narrow = min((_took(lambda: bench.records.beams(patient_id=patient)) for _ in range(5)), key=lambda one: one.seconds)
    print(f"{f'beams of {COUNT} records: data folder':<60}{whole.seconds:>10.2f}{'':>16}{whole.cpu_s:>10.2f}")
    print(f"{'beams of one patient of them: data folder':<60}{narrow.seconds:>10.3f}{'':>16}{narrow.cpu_s:>10.3f}")


def _fill(bench: wb.Workbench) -> None:
    """Rows of generated records, as intake writes them; without their files, which no table reads."""
    now = SystemClock().now()
    with bench._archive.database.transaction() as transaction:
        for one in generate(COUNT):
            if not one.is_record:
                continue
            record = read_record(one.instance.read(), zone=UTC)
            transaction.objects.add(
                StoredObject(
                    uid=record.uid,
                    sop_class_uid=one.instance.sop_class_uid,
                    file="0" * 64,
                    transfer_syntax=one.instance.transfer_syntax,
                    size=len(one.instance.data),
                    origin=Origin.RECEIVED,
                    session_id=None,
                    stored_at=now,
                    keys=IndexKeys(patient_id=record.patient_id),
                )
            )
            transaction.beams.add(_beam_rows(record, None, transaction))
            transaction.beams.add_points(record)


def _loop(folder: Path, count: int) -> pd.DataFrame:
    """What one writes in a notebook: the columns of the beams' table that one would ask for first."""
    rows = []
    for number, path in enumerate(folder.rglob("*.dcm")):
        if number == count:
            break
        dataset = pydicom.dcmread(path)
        rows += [
            {
                "patient_id": dataset.PatientID,
                "machine": dataset.TreatmentMachineSequence[0].TreatmentMachineName,
                "plan_uid": dataset.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID,
                "record_uid": dataset.SOPInstanceUID,
                "fraction": beam.CurrentFractionNumber,
                "beam": beam.ReferencedBeamNumber,
                "beam_name": beam.BeamName,
                "delivery_type": beam.TreatmentDeliveryType,
                "termination": beam.TreatmentTerminationStatus,
                "verification": beam.TreatmentVerificationStatus,
                "specified_mu": beam.SpecifiedPrimaryMeterset,
                "delivered_mu": beam.DeliveredPrimaryMeterset,
                **_of_points(beam.IonControlPointDeliverySequence),
            }
            for beam in dataset.get("TreatmentSessionIonBeamSequence", [])
        ]
    return pd.DataFrame(rows)


def _of_points(points: Any) -> dict[str, Any]:
    """Where it stood at the first one, and when the two were reached."""
    names = "GantryAngle PatientSupportAngle TableTopVerticalPosition TableTopLongitudinalPosition TableTopLateralPosition".split()
    return {
        **{name: points[0].get(name) for name in names},
        "started_at": f"{points[0].TreatmentControlPointDate}{points[0].TreatmentControlPointTime}",
        "ended_at": f"{points[-1].TreatmentControlPointDate}{points[-1].TreatmentControlPointTime}",
    }


def _memory() -> None:
    """Peak memory of scans of more and more records, each in a process of its own: of data sets, and of a folder in two processes more."""
    print(f"{'scan without making a table':<44}{'records/s':>10}{'peak RSS, MB':>16}{'of a worker, MB':>20}")
    for count in GROWING:
        print(f"{f'{count} data sets':<44}{_row(_own_process('scan', str(count)))}")
    for count in GROWING:
        with tempfile.TemporaryDirectory() as work:
            write_generated(work, count)
            print(f"{f'{count} records in a folder, two processes':<44}{_row(_own_process('folder', str(count), work))}")


def _row(told: str) -> str:
    return "".join(f"{one:>{width}}" for one, width in zip(told.split(), (10, 16, 20), strict=False))


def _own_process(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.tabulating", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _peak_mb() -> float:
    """Of this process, since it was started; what getrusage says counts what its parent had."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def _scanned(count: int) -> None:
    started = time.perf_counter()
    with of_datasets(one.instance for one in generate(count)) as records:
        assert records.counts.unreadable == 0
    print(f"{count / (time.perf_counter() - started):.0f} {_peak_mb():.0f}")


def _scanned_folder(count: int, folder: str) -> None:
    started = time.perf_counter()
    with scan(folder, processes=2) as records:
        assert records.counts.unreadable == 0
    of_worker_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count / (time.perf_counter() - started):.0f} {_peak_mb():.0f} {of_worker_mb:.0f}")


def _million() -> None:
    """How cost grows up to a million records: made by the generator, kept as Parquet, asked through Dask on a local cluster of two."""
    print(
        f"{'records':>9}{'made and read, s':>18}{'Parquet, MB':>13}{'peak RSS, MB':>14}   " + "   ".join(f"{one}, s" for one in QUESTIONS)
    )
    for count in (*GROWING, MILLION):
        with tempfile.TemporaryDirectory() as work:
            made = _own_process("keep", str(count), work)
            size_mb = sum(path.stat().st_size for path in Path(work).rglob("*.parquet")) / 1e6
            asked = _own_process("ask", work)
        took_s, peak_mb = made.split()
        print(f"{count:>9}{took_s:>18}{size_mb:>13.1f}{peak_mb:>14}   " + "   ".join(asked.split()), flush=True)


def _keep(count: int, cache: str) -> None:
    started = time.perf_counter()
    records = of_datasets((one.instance for one in generate(count)), cache=cache)
    assert records.counts.unreadable == 0
    print(f"{time.perf_counter() - started:.1f} {_peak_mb():.0f}")


def _ask(cache: str) -> None:
    from distributed import Client, LocalCluster  # noqa: PLC0415 - of an extra

    from workbench.records.scaled import scaled  # noqa: PLC0415 - likewise

    source = ScannedSource(parts=Parts(next(Path(cache).iterdir())), zone=UTC, place=DatasetPlace())
    records = ScannedRecords(source, Counts(), Kept(cache))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        beams = scaled(records).beams()
        for ask in QUESTIONS.values():
            print(f"{_seconds(lambda ask=ask: ask(beams)):.1f}", flush=True)  # type: ignore[misc]


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "rows": len,
    "MU by termination": lambda beams: beams.groupby(beams["termination"].astype("string"))["delivered_mu"].sum().compute(),
    "beams by month and machine": lambda beams: (
        beams.assign(month=beams["started_at"].dt.month).groupby(["month", "machine"]).size().compute()
    ),
}


def _seconds(function: Callable[[], object]) -> float:
    return _took(function).seconds


def _took(function: Callable[[], object]) -> Took:
    start, cpu_s = time.perf_counter(), _cpu_s()
    function()
    return Took(time.perf_counter() - start, _cpu_s() - cpu_s)


def _cpu_s() -> float:
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["scan", count]:
            _scanned(int(count))
        case ["folder", count, folder]:
            _scanned_folder(int(count), folder)
        case ["million"]:
            _million()
        case ["keep", count, cache]:
            _keep(int(count), cache)
        case ["ask", cache]:
            _ask(cache)
        case _:
            main()
