"""``workbench demo``, ``serve`` and ``device``: the commands that run for a while."""

from __future__ import annotations

import logging
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Never

import typer
from tqdm import tqdm

from workbench.archive.writing import write_new
from workbench.bench import Workbench
from workbench.cli.common import DEFAULT_DATA, DataFolder, aligned, say, settings_for
from workbench.device.performance import Progress
from workbench.device.simulated import SimulatedDevice
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.iods.dialect import Dialect
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench.ocular.plan import OcularPlan
from workbench.records.export import as_text
from workbench.settings import DEFAULT_AE_TITLE, DEFAULT_DEVICE_AE_TITLE, DEFAULT_PORT, HIGHEST_PORT, OWN, must_be_ae_title
from workbench.workflow.plans import StoredPlan

DEMO_DATA = Path("demo-data")


def demo(
    eyeplan: Annotated[Path | None, typer.Option(help="Folder of an EYEPLAN case; the sample that ships otherwise.")] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder, left for inspection; demo-data/TIME otherwise.")] = None,
) -> None:
    """Treat one eye end to end over the real network: plan, export, check in, deliver, record, tabulate."""
    started = time.monotonic()
    folder = data or DEMO_DATA / time.strftime("%Y%m%d-%H%M%S")
    plan = read_eyeplan(eyeplan or sample_eyeplan())
    dose = plan.prescription
    _step(1, f"plan {plan.label} read: {plan.eye.laterality.words}, {dose.fractions} x {dose.dose_per_fraction_gy_rbe:.2f} Gy(RBE)")
    with Workbench(folder) as bench:
        _treat(bench, plan)
        frame = bench.records.beams()
    say()
    say(as_text(frame))
    say()
    say(f"Done in {time.monotonic() - started:.1f} s. The data folder is {folder}; look at it with: workbench records --data {folder}")


def _treat(bench: Workbench, plan: OcularPlan) -> None:
    stored: StoredPlan = bench.add_plan(plan)
    _step(2, f"exported: 1 RT Ion Plan and {len(stored.images)} setup RT Images")
    _step(3, f"archived in {bench.folder / 'objects'}")
    session = bench.check_in(stored)
    metersets = ", ".join(f"beam {beam}: {meterset:.1f} MU" for beam, meterset in session.metersets_mu.items())
    _step(4, f"checked in: session {session.id} in room {session.room}, fraction {session.fraction}, {metersets}")
    _step(5, f"provider {bench.address.ae_title} listens on {bench.address.host}:{bench.address.port}")
    device = SimulatedDevice(bench.address, watch=lambda progress: _step(6, f"device: {progress.text}"))
    device.treat()
    bench.complete(session)
    _step(7, "session completed; the records are")


def serve(
    data: DataFolder = DEFAULT_DATA,
    host: Annotated[str | None, typer.Option(help="Address to bind to; loopback unless the settings say otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help=f"Port to listen on.  [default: {DEFAULT_PORT}]")] = None,
    ae_title: Annotated[str | None, typer.Option("--ae-title", help=f"Our AE title.  [default: {DEFAULT_AE_TITLE}]")] = None,
    peer: Annotated[list[str] | None, typer.Option(metavar="AE=HOST:PORT", help="A C-MOVE destination; may be repeated.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file; workbench.toml of the data folder otherwise.")] = None,
) -> None:
    """Run the provider until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    settings = settings_for(data, config, peer or [], host=host, port=port, ae_title=ae_title)
    if port is None and settings.port == 0:
        settings = settings_for(data, config, peer or [], host=host, port=DEFAULT_PORT, ae_title=ae_title)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Workbench(data, settings=settings) as bench:
        address = bench.address
        say(f"{address.ae_title} listens on {address.host}:{address.port}, data in {data}")
        for sentence in bench.verification.sentences() if bench.verification else ():
            say(sentence)
        stop.wait()
    say("stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provider:
    """A provider as the command line names it."""

    host: str
    port: int
    ae_title: str
    device_ae_title: str
    device_port: int


def device(  # noqa: PLR0913, PLR0917 - every option of a command is a parameter
    host: Annotated[str, typer.Option(help="Host of the provider.")],
    port: Annotated[int, typer.Option(min=1, max=HIGHEST_PORT, help="Port of the provider.")],
    called: Annotated[str, typer.Option(help="AE title of the provider.")],
    ae_title: Annotated[str, typer.Option("--ae-title", help="AE title of this device.")] = DEFAULT_DEVICE_AE_TITLE,
    listen_port: Annotated[
        int, typer.Option(min=1, max=HIGHEST_PORT, help="Port to receive on; the provider must know it as a peer (--peer AE=HOST:PORT).")
    ] = 11113,
    data: Annotated[Path | None, typer.Option(help="Folder to keep what it fetches and sends; nothing is kept otherwise.")] = None,
    scenario: Annotated[str, typer.Option(metavar="FILE|NAME", help="What is done, and what is expected to be heard.")] = "normal",
    dialect: Annotated[Dialect | None, typer.Option(help="Of UPS; otherwise the scenario's own.", show_default=False)] = None,
) -> None:
    """Perform a scenario as a delivery device does, over the wire only; exit code 1 when an expectation is not met."""
    for title in (called, ae_title):
        must_be_ae_title(title)
    provider = _Provider(host=host, port=port, ae_title=called, device_ae_title=ae_title, device_port=listen_port)
    with tqdm(total=100, disable=None, unit="%", leave=False) as bar:
        report = SimulatedDevice(provider, watch=_shown(bar), keep=_kept(data)).run(scenario, dialect=dialect)
    say(aligned(report.header, report.rows()))
    if report.note:
        say(report.note)
    if report.problem is not None:
        raise report.problem
    treated = report.treated
    if treated is None:
        return
    delivered = ", ".join(f"beam {beam}: {meterset:.1f} MU" for beam, meterset in treated.delivered_mu.items()) or "nothing"
    say(f"workitem {treated.workitem} {treated.state}: fraction {treated.fraction}, {delivered}")


def _kept(folder: Path | None) -> Callable[[Encoded], None] | None:
    """Writes each object into the folder under its SOP Instance UID, once."""
    if folder is None:
        return None

    def keep(instance: Encoded) -> None:
        # The name comes from another: nothing of it may lead out of the folder.
        path = folder / f"{re.sub('[^0-9.]', '_', instance.sop_instance_uid)}.dcm"
        if not path.exists():
            header = part10.header(
                instance,
                implementation_class_uid=OWN.implementation_class_uid,
                implementation_version_name=OWN.implementation_version_name,
            )
            write_new(path, header + instance.data)

    return keep


def _shown(bar: tqdm[Never]) -> Callable[[Progress], None]:
    def watch(progress: Progress) -> None:
        bar.n = progress.percent
        bar.set_description(progress.step)
        tqdm.write(progress.text)

    return watch


def _step(number: int, text: str) -> None:
    say(f"[{number}/7] {text}")
