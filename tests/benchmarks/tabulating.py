"""Tables of many records: a scan against reading every file with pydicom, memory as records grow, and the index of a data folder.

``python -m tests.benchmarks.tabulating million`` makes a million records into Parquet and asks Dask; it takes a quarter of an hour, and is
not part of ``make bench``.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas as pd
import pydicom

from workbench.device.generated import generate, write_generated
from workbench.records import ScannedRecords, of_datasets, scan
from workbench.records.scanning.batch import Counts
from workbench.records.scanning.parts import Parts
from workbench.records.scanning.places import DatasetPlace
from workbench.records.scanning.source import Kept, ScannedSource

COUNT = 10_000
LOOPED = 1_000
"""Files that pydicom reads; it takes every one as long, so the loop over all is reckoned from these."""
GROWING = (10_000, 100_000)
MILLION = 1_000_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as work:
        folder, cache = Path(work) / "set", Path(work) / "cache"
        files = write_generated(folder, COUNT)
        loop_s = _seconds(lambda: _loop(folder, LOOPED)) * files / LOOPED
        cold_s = _seconds(lambda: scan(folder, cache=cache, processes=2).beams())
        warm_s = min(_seconds(lambda: scan(folder, cache=cache, processes=2).beams()) for _ in range(3))
        print(f"{f'beams of {files} files, s':<44}{'seconds':>10}{'times as fast':>16}")
        for name, seconds in (("pydicom.dcmread into pandas", loop_s), ("scan, two processes, cold", cold_s), ("scan, warm", warm_s)):
            print(f"{name:<44}{seconds:>10.2f}{loop_s / seconds:>16.1f}")
    _memory()


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
    """Peak memory of scans of more and more data sets, each in a process of its own; none of them are kept in files."""
    print(f"{'scan without making a table':<44}{'records/s':>10}{'peak RSS, MB':>16}")
    for count in GROWING:
        rate, peak_mb = _own_process("scan", str(count)).split()
        print(f"{f'{count} data sets':<44}{rate:>10}{peak_mb:>16}")


def _own_process(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.tabulating", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _scanned(count: int) -> None:
    started = time.perf_counter()
    with of_datasets(one.instance for one in generate(count)) as records:
        assert records.counts.unreadable == 0
    print(f"{count / (time.perf_counter() - started):.0f} {_peak_mb():.0f}")


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
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["scan", count]:
            _scanned(int(count))
        case ["million"]:
            _million()
        case ["keep", count, cache]:
            _keep(int(count), cache)
        case ["ask", cache]:
            _ask(cache)
        case _:
            main()
