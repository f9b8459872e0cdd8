"""C-STORE: objects per second over one association, against DCMTK's ``storescp`` fed by the same sender.

The sender is DCMTK's ``storescu``, so that neither side is ours alone; it tops out near 1400 small objects a second. Ours checks,
indexes and makes durable what it acknowledges; ``storescp`` writes files.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

import workbench as wb
from tests.served import ENVIRONMENT, listening
from workbench.clock import SystemClock
from workbench.device.record import Delivered, treatment_record
from workbench.dicom import part10, uids
from workbench.dicom.uids import RandomUids
from workbench.mapping import ocular_plans
from workbench.network.peer import Peer
from workbench.network.server import free_port
from workbench.settings import OWN
from workbench.treatment.delivery import DeliveryType, Termination

RECORDS, SLICES, RUNS = 400, 100, 5


def main() -> None:
    """Measure and print."""
    if shutil.which("storescu", path=ENVIRONMENT["PATH"]) is None:
        sys.exit("benchmarks: found no storescu, expected DCMTK to be installed")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        print(f"{'objects/s over one association':<34}{'workbench':>12}{'storescp':>12}{'ratio':>8}")
        for name, count, make in (("records of 6 KB", RECORDS, _record), ("CT slices of 525 KB", SLICES, a_slice)):
            ours, theirs = [], []
            for run in range(RUNS):
                ours.append(_ours(work / f"{name}-{run}", count, make))
                theirs.append(_storescp(work / f"{name}-{run}", count))
            mine, peer = statistics.median(ours), statistics.median(theirs)
            print(f"{name + f' ({count}, median of {RUNS})':<34}{mine:>12.0f}{peer:>12.0f}{mine / peer:>8.2f}")


def _ours(folder: Path, count: int, make: Callable[[Dataset], Dataset]) -> float:
    """Objects a second into a claimed session of a fresh data folder; the objects are left for the next sender."""
    with wb.Workbench(folder / "data") as bench:
        plan = bench.add_plan(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()))
        session = bench.check_in(plan)
        workitem = bench.workitems(session)[0]
        with Peer(bench.address.host, bench.address.port, called=bench.address.ae_title, calling="DEVICE") as peer:
            peer.act(workitem.uid, "IN PROGRESS", RandomUids().new())
        objects = folder / "objects"
        objects.mkdir()
        template = make(bench.dataset(session.session_plan_uid))
        for number in range(count):
            template.SOPInstanceUID = RandomUids().new()
            instance = part10.encoded(template)
            header = part10.header(
                instance, implementation_class_uid=OWN.implementation_class_uid, implementation_version_name=OWN.implementation_version_name
            )
            (objects / f"{number:04}.dcm").write_bytes(header + instance.data)
        return _send(bench.address.port, bench.address.ae_title, objects, count)


def _storescp(folder: Path, count: int) -> float:
    with _storescp_running(folder / "theirs") as port:
        return _send(port, "STORESCP", folder / "objects", count)


def _send(port: int, called: str, objects: Path, count: int) -> float:
    command = ["storescu", "-R", "-aet", "DEVICE", "-aec", called, "+sd", "127.0.0.1", str(port), str(objects)]
    start = time.perf_counter()
    subprocess.run(command, check=True, env=ENVIRONMENT, capture_output=True)
    return count / (time.perf_counter() - start)


@contextmanager
def _storescp_running(folder: Path) -> Iterator[int]:
    folder.mkdir(parents=True)
    port = free_port()
    with listening(["storescp", "-od", folder, port], port):
        yield port


def a_record() -> Dataset:
    """A treatment record of the sample's plan."""
    exported = ocular_plans.export(wb.ocular.read_eyeplan(wb.ocular.sample_eyeplan()), uid_source=RandomUids(), identity=OWN)
    return _record(exported.plan)


def _record(plan: Dataset) -> Dataset:
    now = SystemClock().now()
    delivered = Delivered(
        beam=1,
        fraction=1,
        type=DeliveryType.TREATMENT,
        start_mu=0.0,
        end_mu=100.0,
        asked_mu=100.0,
        ended=Termination.NORMAL,
        started_at=now,
        ended_at=now,
    )
    record = treatment_record(plan, [delivered], machine="BENCH", uid_source=RandomUids(), now=now)
    record.TreatmentSessionIonBeamSequence[0].BeamDescription = "x" * 1000
    return record


def a_slice(plan: Dataset) -> Dataset:
    """A CT slice of 512 by 512 in the study of a plan."""
    image = Dataset()
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "FrameOfReferenceUID"):
        image.add_new(keyword, plan[keyword].VR, plan[keyword].value)
    image.SOPClassUID, image.SOPInstanceUID = uids.CT_IMAGE, RandomUids().new()
    image.Modality, image.SeriesInstanceUID, image.PatientPosition = "CT", RandomUids().new(), "HFS"
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PixelRepresentation = 1, "MONOCHROME2", 1
    image.Rows = image.Columns = 512
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
    image.RescaleIntercept, image.RescaleSlope = "-1024", "1"
    image.PixelData = np.random.default_rng(1).integers(0, 2000, (512, 512), dtype=np.int16).tobytes()
    return image
