"""Plans of the archive, with the ocular plans that they are: those made here as they were, those of others read from DICOM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from pydicom.dataset import Dataset

from workbench.archive.rows import Origin, StoredObject
from workbench.dicom import part10, uids
from workbench.errors import Refused, Unavailable
from workbench.mapping import ocular_plans
from workbench.mapping.ocular_reading import Reading, Said, read_ion_plan
from workbench.ocular.beamline import Beamline
from workbench.ocular.plan import OcularPlan
from workbench.ocular.store import from_json, to_json
from workbench.workflow.desk import Desk
from workbench.workflow.intake import Intake
from workbench.workflow.schedule import USER


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan in the archive.

    Parameters
    ----------
    uid : its SOP Instance UID.
    images : SOP Instance UIDs of the setup images that came with it.
    ocular : the ocular plan that it was made from, or read back from it; None where it treats no eye.
    notes : what reading it back took from elsewhere or left out, or why it is no ocular plan.
    """

    uid: str
    label: str
    patient_id: str
    images: tuple[str, ...] = ()
    ocular: OcularPlan | None = None
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        return f"<b>Plan {escape(self.label)}</b> of patient {escape(self.patient_id)} · <code>{self.uid}</code>"


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of one archive.

    Parameters
    ----------
    beamlines : descriptions by name, for what a plan does not carry.
    intake : the door that new ones come in by.
    """

    desk: Desk
    beamlines: Mapping[str, Beamline]
    intake: Intake

    def add(self, plan: OcularPlan | Dataset | str | Path) -> StoredPlan:
        """Take a plan in: an ocular plan with its setup images, a data set, or a DICOM file.

        Raises
        ------
        Refused : it breaks rows, or is no plan.
        Conflict : its UID is in use by another data set.
        """
        if isinstance(plan, OcularPlan):
            return self._add_ocular(plan)
        instance = part10.encoded(plan) if isinstance(plan, Dataset) else part10.read_file(Path(plan))
        if instance.sop_class_uid != uids.RT_ION_PLAN:
            raise Refused(f"plan: found SOP class {instance.sop_class_uid}, expected RT Ion Plan {uids.RT_ION_PLAN}", rule="sop-class")
        self.intake.bring(instance, actor=USER)
        return self.get(instance.sop_instance_uid)

    def all(self) -> list[StoredPlan]:
        """Plans that can be checked in, in the order they came; session plans are not among them."""
        with self.desk.archive.database.reading() as view:
            found = [one for one in view.objects.find(sop_class_uid=[uids.RT_ION_PLAN]) if one.session_id is None]
        return [StoredPlan(uid=one.uid, label=one.keys.plan_label, patient_id=one.keys.patient_id) for one in found]

    def dataset(self, uid: str) -> Dataset:
        """A stored object, decoded.

        Raises
        ------
        Refused : there is none of this SOP Instance UID.
        """
        with self.desk.archive.database.reading() as view:
            stored = view.objects.get(uid)
        if stored is None:
            raise Refused(f"object {uid}: is not stored here, expected the SOP Instance UID of a stored object", rule="object")
        return self.desk.archive.read(stored).dataset()

    def get(self, uid: str) -> StoredPlan:
        """One plan, with its ocular plan where it treats an eye on a beamline that is described.

        Raises
        ------
        Refused : no object of this SOP Instance UID is stored, or it is no plan.
        """
        dataset = self.dataset(uid)
        if dataset.SOPClassUID != uids.RT_ION_PLAN:
            raise Refused(f"object {uid}: found SOP class {dataset.SOPClassUID}, expected RT Ion Plan {uids.RT_ION_PLAN}", rule="sop-class")
        plan = StoredPlan(
            uid=uid,
            label=str(dataset.get("RTPlanLabel") or ""),
            patient_id=str(dataset.get("PatientID") or ""),
            images=tuple(image.uid for image in self._setup_images(dataset)),
        )
        try:
            reading = self._read(dataset, None)
        except Refused as problem:
            return replace(plan, notes=(str(problem),))
        return replace(plan, ocular=reading.plan, notes=reading.notes)

    def read(self, uid: str, said: Said | None = None) -> Reading:
        """The ocular plan of a stored RT Ion Plan: the one that it was made from, unless something is said; else read from DICOM.

        Raises
        ------
        Refused : it is not stored, or no plan for an eye.
        """
        return self._read(self.dataset(uid), said)

    def _add_ocular(self, plan: OcularPlan) -> StoredPlan:
        exported = ocular_plans.export(plan, uid_source=self.desk.uids, identity=self.desk.settings.identity)
        self.intake.keep(part10.encoded(exported.plan), actor=USER, origin=Origin.CREATED, ocular=to_json(plan))
        for image in exported.images:
            self.intake.keep(part10.encoded(image), actor=USER, origin=Origin.CREATED)
        return StoredPlan(
            uid=str(exported.plan.SOPInstanceUID),
            label=plan.label,
            patient_id=plan.patient.id,
            images=tuple(str(image.SOPInstanceUID) for image in exported.images),
            ocular=plan,
        )

    def _read(self, dataset: Dataset, said: Said | None) -> Reading:
        uid = str(dataset.SOPInstanceUID)
        with self.desk.archive.database.reading() as view:
            text = view.objects.ocular(uid)
        images, lost = self._decoded(self._setup_images(dataset))
        if text is not None and said is None:
            return Reading(plan=from_json(text, f"plan {uid}"), notes=lost)
        here = self.desk.clock.now().tzinfo
        reading = read_ion_plan(dataset, images=images, beamlines=self.beamlines, said=said or (Said(zone=here) if here else None))
        return replace(reading, notes=(*lost, *reading.notes))

    def _setup_images(self, plan: Dataset) -> list[StoredObject]:
        """The stored RT Images among those that a plan refers to for its setup."""
        wanted = [
            str(one.get("ReferencedSOPInstanceUID"))
            for setup in plan.get("PatientSetupSequence") or []
            for one in setup.get("ReferencedSetupImageSequence") or []
        ]
        with self.desk.archive.database.reading() as view:
            stored = [view.objects.get(uid) for uid in wanted]
        return [one for one in stored if one is not None and one.sop_class_uid == uids.RT_IMAGE]

    def _decoded(self, images: Sequence[StoredObject]) -> tuple[list[Dataset], tuple[str, ...]]:
        """The images, and a sentence for each whose file is gone or damaged: without it there is still a plan."""
        found, lost = list[Dataset](), list[str]()
        for one in images:
            try:
                found.append(self.desk.archive.read(one).dataset())
            except Unavailable as problem:
                lost.append(f"setup image {one.uid} is left out: {problem}")
        return found, tuple(lost)
