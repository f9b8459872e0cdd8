"""Sets of plans and treatment records of any size, as the simulated device writes them, without the network.

An object is built once for each number of beams, by the device's own builder; of every other one only the bytes that differ are changed,
each within the room that the template gives it. So a record costs microseconds, and says what the builder would have written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from pydicom.dataset import Dataset
from tqdm.auto import tqdm

from workbench import settings
from workbench.device.courses import Course, Oddity, Recorded, courses
from workbench.device.record import Delivered, treatment_record
from workbench.dicom import part10, uids
from workbench.dicom.part10 import Encoded
from workbench.dicom.reading import EncodedDataset, read
from workbench.dicom.values import to_dicom
from workbench.errors import Refused
from workbench.mapping import ocular_plans
from workbench.ocular import read_eyeplan, sample_eyeplan
from workbench.treatment.delivery import DeliveryType, Termination

FIRST_DAY: Final = datetime(2024, 1, 8, 7, 30, tzinfo=UTC)
"""A Monday."""
UID_LENGTH: Final = 44
ROOM: Final = {
    "UI": "1" * UID_LENGTH,
    "DS": "0.00000000000000",
    "IS": "000000",
    "CS": "X" * 16,
    "LO": "X" * 32,
    "PN": "X" * 32,
    "SH": "X" * 16,
}
"""VR → a value as long as any that takes its place."""
OF_BEAM: Final = (
    "CurrentFractionNumber",
    "TreatmentDeliveryType",
    "TreatmentTerminationStatus",
    "SpecifiedPrimaryMeterset",
    "DeliveredPrimaryMeterset",
    "DeliveredTreatmentTime",
)
OF_POINT: Final = (
    "SpecifiedMeterset",
    "DeliveredMeterset",
    "TableTopVerticalPosition",
    "TableTopLongitudinalPosition",
    "TableTopLateralPosition",
)
MOMENT: Final = ("TreatmentControlPointDate", "TreatmentControlPointTime")
OF_PATIENT: Final = ("PatientName", "PatientID", "StudyInstanceUID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """One object of a set.

    Parameters
    ----------
    name : path within the set: a folder for each patient.
    """

    name: str
    instance: Encoded
    is_record: bool
    oddity: Oddity = Oddity.NONE


class _Uids:
    """UIDs under 2.25 of one length, from a seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self) -> str:
        """One that was not given before, as far as chance allows."""
        return f"2.25.{self._random.randrange(10**38, 2 * 10**38)}"


class _Template:
    """An object in which some values are changed, each within its room."""

    def __init__(self, dataset: Dataset) -> None:
        self.data = part10.encode(dataset, uids.EXPLICIT_LITTLE)
        self.read = read(self.data, uids.EXPLICIT_LITTLE)
        self.sop_class_uid = str(dataset.SOPClassUID)

    def places(self, dataset: EncodedDataset, keywords: Iterable[str]) -> list[tuple[int, int]]:
        """Where the values of these attributes lie."""
        return [place for keyword in keywords if (place := dataset.place(keyword)) is not None]

    def filled(self, places: Iterable[tuple[int, int]], texts: Iterable[str], sop_instance_uid: str) -> Encoded:
        """The object with these values in these places."""
        data = bytearray(self.data)
        for (start, stop), text in zip(places, texts, strict=True):
            plain = text.encode("ascii")
            if len(plain) > stop - start:
                raise ValueError(f"{text!r}: found {len(plain)} bytes, expected at most {stop - start}")
            data[start:stop] = plain.ljust(stop - start)
        return Encoded(
            sop_class_uid=self.sop_class_uid,
            sop_instance_uid=sop_instance_uid,
            transfer_syntax=uids.EXPLICIT_LITTLE,
            data=bytes(data),
        )


class _Plans(_Template):
    """Plans with so many beams."""

    def __init__(self, beams: int) -> None:
        self.dataset = _plan(beams)
        roomy = _roomy(deepcopy(self.dataset), ("SOPInstanceUID", *OF_PATIENT))
        group = roomy.FractionGroupSequence[0]
        _roomy(group, ("NumberOfFractionsPlanned",))
        for one in group.ReferencedBeamSequence:
            _roomy(one, ("BeamMeterset",))
        super().__init__(roomy)
        found = self.read.items("FractionGroupSequence")[0]
        self._places = self.places(self.read, ("SOPInstanceUID", *OF_PATIENT)) + self.places(found, ("NumberOfFractionsPlanned",))
        for beam in found.items("ReferencedBeamSequence"):
            self._places += self.places(beam, ("BeamMeterset",))

    def of(self, uid: str, patient: tuple[str, ...], course: Course) -> Encoded:
        """The plan of a course."""
        return self.filled(self._places, (uid, *patient, str(course.fractions), *map(_decimal, course.metersets_mu)), uid)


class _Records(_Template):
    """Records of these beams of a plan."""

    def __init__(self, plan: Dataset, beams: tuple[int, ...]) -> None:
        built = treatment_record(plan, [_any(beam) for beam in beams], machine="SIMULATED", uid_source=_any_uids(), now=FIRST_DAY)
        built.TimezoneOffsetFromUTC = "+0000"
        _roomy(built, ("SOPInstanceUID", "SeriesInstanceUID", *OF_PATIENT))
        _roomy(built.ReferencedRTPlanSequence[0], ("ReferencedSOPInstanceUID",))
        _roomy(built.TreatmentMachineSequence[0], ("TreatmentMachineName",))
        _roomy(built, ("NumberOfFractionsPlanned",))
        self.support = []
        for item in built.TreatmentSessionIonBeamSequence:
            point = item.IonControlPointDeliverySequence[0]
            self.support.append(tuple(float(point[keyword].value) for keyword in OF_POINT[2:]))
            _roomy(item, OF_BEAM)
            for one in item.IonControlPointDeliverySequence:
                _roomy(one, OF_POINT)
        super().__init__(built)
        self._places = self._found()

    def _found(self) -> list[tuple[int, int]]:
        whole = self.read
        found = self.places(whole, ("SOPInstanceUID", "SeriesInstanceUID", *OF_PATIENT, "TreatmentDate", "TreatmentTime"))
        found += self.places(whole.items("ReferencedRTPlanSequence")[0], ("ReferencedSOPInstanceUID",))
        found += self.places(whole.items("TreatmentMachineSequence")[0], ("TreatmentMachineName",))
        found += self.places(whole, ("NumberOfFractionsPlanned",))
        for item in whole.items("TreatmentSessionIonBeamSequence"):
            found += self.places(item, OF_BEAM)
            for point in item.items("IonControlPointDeliverySequence"):
                found += self.places(point, (*MOMENT, *OF_POINT))
        return found

    def of(self, uids_of: tuple[str, str, str], patient: tuple[str, ...], fractions: int, record: Recorded) -> Encoded:
        """One record.

        Parameters
        ----------
        uids_of : of instance, series and plan.
        """
        uid, series, plan_uid = uids_of
        last = record.delivered[-1].ended_at
        texts = [uid, series, *patient, f"{last:%Y%m%d}", f"{last:%H%M%S}", plan_uid, record.machine, str(fractions)]
        contradiction = record.contradiction_mu
        for one, support in zip(record.delivered, self.support, strict=True):
            texts += _of_beam(one, contradiction) + _of_points(one, support)
            contradiction = 0.0
        return self.filled(self._places, texts, uid)


def generate(count: int, *, seed: int = 1, first_day: datetime = FIRST_DAY) -> Iterator[Generated]:
    """So many records and their plans, patient by patient: the same for the same seed.

    Of a plan that an odd record names and the set has not, there is no file; see ``courses.Oddity`` for what else is odd.

    Parameters
    ----------
    count : records; their plans come on top.
    first_day : when the first beam begins, with its time zone; a set says its moments in universal time.

    Raises
    ------
    Refused : the count is negative, or the first day has no zone.
    """
    if count < 0 or first_day.tzinfo is None:
        raise Refused(f"generate: found {count} records from {first_day}, expected 0 or more and a moment with zone", rule="generate")
    random = Random(seed)  # noqa: S311 - an invented set is no secret
    return _generated(count, random, first_day.astimezone(UTC))


def _generated(count: int, random: Random, first_day: datetime) -> Iterator[Generated]:
    uid_source, plans, records = _Uids(random), dict[int, _Plans](), dict[tuple[int, tuple[int, ...]], _Records]()
    left = count
    for course in courses(random, first_day):
        if left <= 0:
            return
        beams = len(course.metersets_mu)
        template = plans.get(beams) or plans.setdefault(beams, _Plans(beams))
        patient = (f"Generated^{course.number:07}", f"GEN{course.number:07}", uid_source.new())
        plan_uid = uid_source.new()
        plan = template.of(plan_uid, patient, course)
        yield Generated(name=f"{patient[1]}/plan-{plan_uid}.dcm", instance=plan, is_record=False)
        for record in course.records[:left]:
            key = (beams, tuple(one.beam for one in record.delivered))
            made = records.get(key) or records.setdefault(key, _Records(template.dataset, key[1]))
            uid = uid_source.new()
            named = uid_source.new() if record.oddity is Oddity.UNPLANNED else plan_uid
            instance = made.of((uid, uid_source.new(), named), patient, course.fractions, record)
            yield Generated(name=f"{patient[1]}/record-{uid}.dcm", instance=instance, is_record=True, oddity=record.oddity)
            left -= 1


def write_generated(folder: str | Path, count: int, *, seed: int = 1, progress: bool = False) -> int:
    """Write a set as files, a folder for each patient; how many files it has.

    Raises
    ------
    Refused : the folder has something already.
    """
    to = Path(folder)
    if to.exists() and any(to.iterdir()):
        raise Refused(f"{to}: found files there, expected a new or empty folder for generated records", rule="exists")
    files = 0
    with tqdm(total=count, desc="generate", unit=" records", disable=not progress) as bar:
        for one in generate(count, seed=seed):
            path = os.path.join(to, one.name)  # noqa: PTH118 - of a million files, paths are not made into objects
            if not one.is_record:
                os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - likewise
            header = part10.header(
                one.instance,
                implementation_class_uid=settings.OWN.implementation_class_uid,
                implementation_version_name=settings.OWN.implementation_version_name,
            )
            with open(path, "wb") as file:  # noqa: PTH123 - likewise
                file.write(header + one.instance.data)
            files += 1
            bar.update(one.is_record)
    return files


def _plan(beams: int) -> Dataset:
    """The sample's plan with so many beams, each as the first."""
    plan = ocular_plans.export(read_eyeplan(sample_eyeplan()), uid_source=_any_uids(), identity=settings.OWN).plan
    for date, time in (("StudyDate", "StudyTime"), ("RTPlanDate", "RTPlanTime")):
        plan[date].value, plan[time].value = to_dicom("DA", FIRST_DAY), to_dicom("TM", FIRST_DAY)
    group = plan.FractionGroupSequence[0]
    group.NumberOfBeams = beams
    for number in range(2, beams + 1):
        item, reference = deepcopy(plan.IonBeamSequence[0]), deepcopy(group.ReferencedBeamSequence[0])
        item.BeamNumber, item.BeamName, reference.ReferencedBeamNumber = number, f"Field {number}", number
        plan.IonBeamSequence.append(item)
        group.ReferencedBeamSequence.append(reference)
    return plan


def _any_uids() -> _Uids:
    """Stand for what is filled in."""
    return _Uids(Random(0))  # noqa: S311 - an invented set is no secret


def _any(beam: int) -> Delivered:
    """Stands for what is filled in."""
    return Delivered(
        beam=beam,
        fraction=1,
        type=DeliveryType.TREATMENT,
        start_mu=0.0,
        end_mu=1.0,
        asked_mu=1.0,
        ended=Termination.NORMAL,
        started_at=FIRST_DAY,
        ended_at=FIRST_DAY,
    )


def _roomy(dataset: Dataset, keywords: Iterable[str]) -> Dataset:
    for keyword in keywords:
        dataset[keyword].value = ROOM[dataset[keyword].VR]
    return dataset


def _decimal(number: float) -> str:
    return str(to_dicom("DS", number))


def _of_beam(one: Delivered, contradiction_mu: float) -> list[str]:
    return [
        str(one.fraction),
        one.type.value,
        one.ended.value,
        _decimal(one.asked_mu - one.start_mu),
        _decimal(one.end_mu - one.start_mu + contradiction_mu),
        _decimal((one.ended_at - one.started_at).total_seconds()),
    ]


def _of_points(one: Delivered, support_mm: tuple[float, ...]) -> list[str]:
    """The two control points; the support stands where it was planned and the correction moved it."""
    lateral, vertical, longitudinal = one.correction_mm
    stands = [_decimal(round(planned + moved, 3)) for planned, moved in zip(support_mm, (vertical, longitudinal, lateral), strict=True)]
    ends = ((one.started_at, one.start_mu, one.start_mu), (one.ended_at, one.asked_mu, one.end_mu))
    return [
        text
        for at, specified_mu, delivered_mu in ends
        for text in (f"{at:%Y%m%d}", f"{at:%H%M%S}", _decimal(specified_mu), _decimal(delivered_mu), *stands)
    ]
