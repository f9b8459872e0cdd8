"""A clinic for tests: a clock that stands still, plans as they are imported, and the objects that a device sends.

The objects are whole and belong to the session plan they are made for; any attribute is replaced by keyword. No real data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.factories import CountedUids, make_plan
from workbench.bench import Workbench
from workbench.device.record import Delivered, treatment_record
from workbench.device.setup_objects import Acquisition, registration, table_position
from workbench.dicom import uids
from workbench.dicom.uids import RandomUids
from workbench.mapping import ocular_plans
from workbench.network.peer import Peer
from workbench.settings import OWN
from workbench.treatment.delivery import DeliveryType, Termination

NOW = datetime(2024, 6, 3, 8, 15, tzinfo=UTC)
DEVICE, RIVAL = "DEVICE", "RIVAL"
"""AE titles of the device that treats, and of one that would like to."""
LOCK, OTHER_LOCK = "2.25.1111", "2.25.2222"
"""Transaction UIDs of the two."""
BenchMaker = Callable[..., Workbench]
"""What the fixture `make_bench` gives: a folder and settings in, a bench out."""


class FixedClock:
    """Tells the same time until it is put forward."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    @property
    def zone(self) -> tzinfo:
        """That of the time it was set to."""
        return self.time.tzinfo or UTC

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time

    def advance(self, **by: float) -> None:
        """Put it forward, as ``timedelta`` takes it."""
        self.time += timedelta(**by)


def make_ion_plan(*, metersets_mu: Mapping[int, float] | None = None, uid_source: Any = None, **changes: Any) -> Dataset:
    """An RT Ion Plan as a planner exports it, with one beam for each meterset given.

    Parameters
    ----------
    metersets_mu : beam number → Beam Meterset; 40 MU for beam 1 when not given.
    changes : keyword of an attribute → its value.
    """
    plan = ocular_plans.export(make_plan(setup_images=()), uid_source=uid_source or RandomUids(), identity=OWN).plan
    beam, group = plan.IonBeamSequence[0], plan.FractionGroupSequence[0]
    reference = group.ReferencedBeamSequence[0]
    beams, references = [], []
    for number, meterset in (metersets_mu or {1: 40.0}).items():
        one, its = deepcopy(beam), deepcopy(reference)
        one.BeamNumber, one.BeamName = number, f"Field {number}"
        its.ReferencedBeamNumber, its.BeamMeterset = number, meterset
        beams.append(one)
        references.append(its)
    plan.IonBeamSequence, group.ReferencedBeamSequence, group.NumberOfBeams = Sequence(beams), Sequence(references), len(beams)
    return _changed(plan, changes)


def make_record(
    plan: Dataset,
    *,
    beam: int = 1,
    fraction: int = 1,
    start_mu: float = 0.0,
    end_mu: float = 40.0,
    asked_mu: float = 40.0,
    ended: Termination = Termination.NORMAL,
    uid_source: Any = None,
    **changes: Any,
) -> Dataset:
    """A treatment record of one beam of a session plan."""
    delivered = Delivered(
        beam=beam,
        fraction=fraction,
        type=DeliveryType.CONTINUATION if start_mu else DeliveryType.TREATMENT,
        start_mu=start_mu,
        end_mu=end_mu,
        asked_mu=asked_mu,
        ended=ended,
        started_at=NOW,
        ended_at=NOW + timedelta(seconds=20),
    )
    record = treatment_record(deepcopy(plan), [delivered], machine="SIM-1", uid_source=uid_source or RandomUids(), now=NOW)
    return _changed(record, changes)


def make_ct(plan: Dataset, **changes: Any) -> Dataset:
    """A small setup CT slice in the study of a plan."""
    ct = _acquisition(plan).start(uids.CT_IMAGE, "CT", 5)
    ct.PatientPosition, ct.FrameOfReferenceUID, ct.PositionReferenceIndicator = "HFS", str(plan.FrameOfReferenceUID), None
    ct.ImageType, ct.InstanceNumber, ct.AcquisitionNumber = ["ORIGINAL", "PRIMARY", "AXIAL"], 1, 1
    ct.SamplesPerPixel, ct.PhotometricInterpretation, ct.Rows, ct.Columns = 1, "MONOCHROME2", 4, 4
    ct.BitsAllocated, ct.BitsStored, ct.HighBit, ct.PixelRepresentation = 16, 16, 15, 0
    ct.RescaleIntercept, ct.RescaleSlope, ct.KVP = "-1024", "1", "120"
    ct.PixelSpacing, ct.SliceThickness = ["1", "1"], "1"
    ct.ImageOrientationPatient, ct.ImagePositionPatient = ["1", "0", "0", "0", "1", "0"], ["0", "0", "0"]
    ct.add_new("PixelData", "OW", bytes(range(32)))
    return _changed(ct, changes)


def make_rt_image(plan: Dataset, **changes: Any) -> Dataset:
    """A small setup radiograph in the study of a plan."""
    image = _acquisition(plan).start(uids.RT_IMAGE, "RTIMAGE", 1)
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = str(plan.FrameOfReferenceUID), None
    image.ImageType, image.InstanceNumber, image.PatientOrientation = ["ORIGINAL", "PRIMARY", "RADIOGRAPH"], 1, None
    image.SamplesPerPixel, image.PhotometricInterpretation, image.Rows, image.Columns = 1, "MONOCHROME2", 4, 4
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    image.RTImageLabel, image.RTImagePlane, image.ConversionType = "AXIAL", "NORMAL", "DI"
    image.XRayImageReceptorAngle, image.RadiationMachineName, image.PrimaryDosimeterUnit = "0", None, None
    image.ImagePlanePixelSpacing, image.RTImagePosition = ["1", "1"], ["-1.5", "1.5"]
    image.add_new("PixelData", "OB", bytes(range(16)))
    return _changed(image, changes)


def make_table_position(plan: Dataset, **changes: Any) -> Dataset:
    """A structure set that says where the table stood."""
    return _changed(table_position(_acquisition(plan), (0.0, 0.0, 0.0)), changes)


def make_registration(plan: Dataset, **changes: Any) -> Dataset:
    """A registration of the setup to the plan."""
    return _changed(registration(_acquisition(plan), [], (0.0, 0.0, 0.0)), changes)


def connect(bench: Workbench, calling: str = DEVICE, called: str | None = None) -> Peer:
    """A device's association with a listening bench, to be used as a context manager."""
    address = bench.address
    return Peer(address.host, address.port, called=called or address.ae_title, calling=calling)


def worklist_keys(**keys: Any) -> Dataset:
    """A worklist query that asks for the workitem's UID and state, and matches the keys given."""
    identifier = Dataset()
    identifier.SOPInstanceUID = ""
    identifier.ProcedureStepState = ""
    return _changed(identifier, keys)


def study_keys(level: str, **keys: Any) -> Dataset:
    """A Study Root identifier."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    return _changed(identifier, keys)


def _acquisition(plan: Dataset) -> Acquisition:
    return Acquisition(plan=plan, uid_source=RandomUids(), now=NOW, frame_uid=str(plan.FrameOfReferenceUID))


def _changed(dataset: Dataset, changes: Mapping[str, Any]) -> Dataset:
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return dataset


__all__ = [
    "DEVICE",
    "LOCK",
    "NOW",
    "OTHER_LOCK",
    "RIVAL",
    "BenchMaker",
    "CountedUids",
    "FixedClock",
    "connect",
    "make_ct",
    "make_ion_plan",
    "make_record",
    "make_registration",
    "make_rt_image",
    "make_table_position",
    "study_keys",
    "worklist_keys",
]
