"""Programs of others read the exported files and find no fault that the errata do not explain."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from tests.factories import CountedUids, make_plan
from tests.iods.known_deviations import ERRATA, KNOWN, unexplained
from workbench.bench import Workbench
from workbench.device.scenario import Scenario
from workbench.device.simulated import SimulatedDevice
from workbench.dicom import part10
from workbench.mapping.ocular_plans import export
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench.ocular.plan import OcularPlan
from workbench.settings import OWN


def write(dataset: Dataset, folder: Path) -> Path:
    """The data set as a DICOM file."""
    instance = part10.encoded(dataset)
    path = folder / f"{dataset.SOPInstanceUID}.dcm"
    meta = part10.header(instance, implementation_class_uid=OWN.implementation_class_uid, implementation_version_name=None)
    path.write_bytes(meta + instance.data)
    return path


def files(plan: OcularPlan, folder: Path) -> list[Path]:
    """The files of one export."""
    return [write(one, folder) for one in export(plan, uid_source=CountedUids(), identity=OWN).all()]


@pytest.mark.interop("dcmdump")
def test_dcmdump_reads_every_exported_file(tmp_path: Path) -> None:
    """DCMTK reads plan and images to their ends, and sees four image types of which the last is empty."""
    written = files(make_plan(), tmp_path)

    dumps = [subprocess.run(["dcmdump", "-q", "+L", path], capture_output=True, text=True, check=True) for path in written]

    assert [dump.stderr for dump in dumps] == ["", "", ""]
    assert "[ORIGINAL\\SECONDARY\\DRR\\]" in dumps[1].stdout


@pytest.mark.interop("dcm2json")
def test_dcm2json_reads_every_exported_file(tmp_path: Path) -> None:
    """DCMTK turns plan and images into JSON, each with its own SOP Instance UID."""
    written = files(make_plan(), tmp_path)

    outputs = [subprocess.run(["dcm2json", path], capture_output=True, text=True, check=True).stdout for path in written]

    assert [json.loads(output)["00080018"]["Value"] for output in outputs] == [
        [part10.read_file(path).sop_instance_uid] for path in written
    ]


@pytest.mark.interop("dciodvfy", "dcmdump", "dcm2json")
def test_records_and_session_plan_pass_the_witnesses(tmp_path: Path) -> None:
    """A partial delivery by the device and the rest entered by hand: their records and the session plan are read and hold."""
    interrupted = Scenario(interrupt_beam=1, interrupt_at_mu=30.0)
    with Workbench(tmp_path / "data") as bench:
        session = bench.check_in(bench.add_plan(make_plan()), meterset_mu={1: 80.0})
        treated = SimulatedDevice(bench.address, scenario=interrupted).treat()
        by_hand = bench.record(session, beam=1, meterset_mu=50.0)
        paths = [bench.path(str(uid)) for uid in (treated.record_uid, by_hand, session.session_plan_uid)]

        lines = [line for path in paths for line in _complaints(path)]
        for tool in ("dcmdump", "dcm2json"):
            for path in paths:
                subprocess.run([tool, path], capture_output=True, check=True)

    assert unexplained(lines) == []


@pytest.mark.interop("dciodvfy")
def test_dciodvfy_finds_nothing_in_the_sample_that_the_errata_do_not_explain(tmp_path: Path) -> None:
    """The standard's own structure check complains of nothing in the demo's files but what an erratum explains."""
    written = files(read_eyeplan(sample_eyeplan(), patient_name="Sample^Case"), tmp_path)

    lines = [line for path in written for line in _complaints(path)]

    assert lines
    assert unexplained(lines, ERRATA) == []


@pytest.mark.interop("dciodvfy")
@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_cases_are_exported_as_cleanly(shared: Path, tmp_path: Path, case: str) -> None:
    """Plans read from EYEPLAN files pass the same check."""
    written = files(read_eyeplan(shared / "data" / "eyeplan" / case, patient_name=f"Case^{case}"), tmp_path)

    lines = [line for path in written for line in _complaints(path)]

    assert lines
    assert unexplained(lines, ERRATA) == []


@pytest.mark.interop("dciodvfy")
def test_a_known_place_of_the_modulator_is_all_that_the_checker_adds(tmp_path: Path) -> None:
    """A beamline that says where its modulator stands is told that the checker's tables lack the attribute, and nothing else."""
    written = files(make_plan(), tmp_path)

    beyond = unexplained([line for path in written for line in _complaints(path)], ERRATA)

    assert beyond
    assert all("Isocenter to Range Modulator Distance" in line for line in beyond)
    assert unexplained(beyond) == []


def test_every_known_deviation_names_an_erratum_that_exists(shared: Path) -> None:
    """The reasons given for deviations stand in the errata."""
    with (shared / "conformance" / "errata.csv").open(encoding="utf-8", newline="") as table:
        errata = {row["id"] for row in csv.DictReader(table)}

    assert {known.erratum for known in KNOWN if known.erratum} - errata == set()


def test_pydicom_reads_the_image_type_with_its_empty_fourth_value(tmp_path: Path) -> None:
    """The bytes of Image Type end in a backslash (ambiguity 12)."""
    image = files(make_plan(), tmp_path)[1]

    element = dcmread(image, defer_size=None).get_item("ImageType")

    assert element is not None
    assert element.value == b"ORIGINAL\\SECONDARY\\DRR\\ "


def _complaints(path: Path) -> list[str]:
    return subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False).stderr.splitlines()
