"""Taking objects in: from a device during its session, and from files that the user brings.

The session's gate comes first, then the check of the object, then its identity; only then is it kept. What is acknowledged
is on the disk and in the index.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.tag import Tag

from workbench.archive.database import Transaction
from workbench.archive.index_keys import index_keys
from workbench.archive.record_rows import Cell, beam_columns, record_columns
from workbench.archive.rows import BeamRow, Origin, SessionRow, StoredObject
from workbench.conformance.objects import Direction, inspect
from workbench.dicom import uids
from workbench.dicom.findings import Finding, errors
from workbench.dicom.part10 import Encoded
from workbench.dicom.reading import EncodedDataset
from workbench.dicom.scope import Scope
from workbench.errors import COMMENT_LENGTH, Refused
from workbench.events import EventKind
from workbench.mapping.planned import read_planned
from workbench.mapping.positions import planned_isocentre
from workbench.mapping.records import read_record
from workbench.mapping.references import read_references
from workbench.mapping.scalars import text
from workbench.treatment.positions import ORIGIN_MM, PointMm
from workbench.treatment.record import Record
from workbench.workflow.belonging import session_of
from workbench.workflow.desk import Desk
from workbench.workflow.gate import gate
from workbench.workflow.setup import Setup
from workbench.workflow.steps import RECORDS

log = logging.getLogger(__name__)

PATIENT_GROUP = 0x0010
PLANS = 16
"""Session plans that are remembered, one for each room that works at a time."""
FROM_DEVICES = frozenset({uids.CT_IMAGE, uids.RT_IMAGE, uids.RT_STRUCTURE_SET, uids.SPATIAL_REGISTRATION}) | RECORDS
"""Classes that a device may store (TMS statement 4.2.1.11.2; both record classes, as their IODs are the ion record's)."""
BY_USER = MappingProxyType(
    {
        uids.RT_ION_PLAN: "RT Ion Plan",
        uids.CT_IMAGE: "CT Image",
        uids.RT_STRUCTURE_SET: "RT Structure Set",
        uids.RT_IMAGE: "RT Image",
        uids.RT_ION_BEAMS_RECORD: "RT Ion Beams Treatment Record",
    }
)
"""Classes that the user may import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How an object came.

    Parameters
    ----------
    detail : what the history says of it besides.
    ocular : the ocular plan that it was made from, as its plan file.
    """

    actor: str
    origin: Origin
    session: SessionRow | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    ocular: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """The door for objects.

    Parameters
    ----------
    plans : session plans that were read for the objects of their sessions; a plan never changes under its UID.
    """

    desk: Desk
    plans: dict[str, EncodedDataset] = field(default_factory=dict, repr=False)

    def store(self, instance: Encoded, actor: str) -> None:
        """Take in an object of a device's running session; when this returns it is durable.

        Parameters
        ----------
        actor : calling AE title.

        Raises
        ------
        Refused : its class is not supported, its values break rows, or it belongs to another session.
        Conflict : no session accepts objects, or its UID is in use by another data set.
        """
        subject = instance.sop_instance_uid
        with self.desk.refusals(EventKind.OBJECT_REFUSED, subject=subject, actor=actor, what="C-STORE"):
            self._store(instance, actor)

    def bring(
        self,
        instance: Encoded,
        *,
        actor: str,
        patient_id: str | None = None,
        is_confirmed: bool = False,
    ) -> bool:
        """Take in an object that the user brings; whether it was new.

        Parameters
        ----------
        patient_id : the patient it is meant for; None takes the object's word for it.
        is_confirmed : the user was warned that the Patient ID does not match, and goes on; the history says so.

        Raises
        ------
        Refused : its class cannot be imported, its values break rows, or it is another patient's.
        Conflict : its UID is in use by another data set.
        """
        if instance.sop_class_uid not in BY_USER:
            known = ", ".join(BY_USER.values())
            raise Refused(
                f"object {instance.sop_instance_uid}: found SOP class {instance.sop_class_uid}, expected {known}", rule="sop-class"
            )
        dataset = instance.read()
        # Images that the user brings are those of the ocular exchange; the treatment side's own images come from its devices.
        direction = Direction.IMPORT if instance.sop_class_uid == uids.RT_IMAGE else Direction.RECEIVED
        _inspect(instance, dataset, self._scope(), direction)
        found = text(dataset, "PatientID") or ""
        is_other = patient_id is not None and found.casefold() != patient_id.casefold()
        if is_other and not is_confirmed:
            raise Refused(
                f"object {instance.sop_instance_uid}: its Patient ID is not that of the patient to import it for, expected {patient_id!r}",
                rule="patient-mismatch",
            )
        detail = {"patient_id": "does not match, confirmed by the user"} if is_other else {}
        is_new = self._keep_new(instance, dataset, Arrival(actor=actor, origin=Origin.IMPORTED, detail=detail))
        if is_other and not is_new:
            self._note_confirmed(instance.sop_instance_uid, actor, detail)
        return is_new

    def keep(self, instance: Encoded, *, actor: str, origin: Origin, session: SessionRow | None = None, ocular: str | None = None) -> bool:
        """Keep an object that the workbench made, for a session or from an ocular plan; whether it was new.

        Parameters
        ----------
        ocular : the plan file's text, kept beside the object because DICOM carries no eye.
        """
        return self._keep_new(instance, instance.read(), Arrival(actor=actor, origin=origin, session=session, ocular=ocular))

    def _note_confirmed(self, uid: str, actor: str, detail: Mapping[str, str]) -> None:
        """Nothing is stored again, but what the user confirmed is not lost."""
        with self.desk.archive.database.transaction() as transaction:
            transaction.history.append(EventKind.OBJECT_CONFIRMED, subject=uid, actor=actor, at=self.desk.clock.now(), detail=detail)

    def _scope(self, session: SessionRow | None = None) -> Scope:
        """What a received object is compared with: our identity, and the session's plan."""
        roots: dict[str, object] = {"identity": self.desk.settings.identity}
        plan = self._plan_of(session)
        if plan is not None:
            roots["plan"] = plan
        return Scope(roots)

    def _plan_of(self, session: SessionRow | None) -> EncodedDataset | None:
        if session is None:
            return None
        uid = session.session_plan_uid
        # Asked once: another thread may forget them all at any time.
        known = self.plans.get(uid)
        if known is not None:
            return known
        with self.desk.archive.database.reading() as view:
            stored = view.objects.get(uid)
        if stored is None:
            return None
        plan = self.desk.archive.read(stored).read()
        if len(self.plans) >= PLANS:
            self.plans.clear()
        self.plans[uid] = plan
        return plan

    def _isocentre(self, session: SessionRow | None) -> PointMm:
        plan = self._plan_of(session)
        return ORIGIN_MM if plan is None else planned_isocentre(plan)

    def _keep_new(self, instance: Encoded, dataset: EncodedDataset, arrival: Arrival) -> bool:
        """Keep the object unless it is stored already; whether it was new."""
        with self.desk.archive.database.reading() as view:
            if self.desk.archive.is_same(instance, view):
                return False
        return self._keep(instance, dataset, arrival)

    def _store(self, instance: Encoded, actor: str) -> None:
        if instance.sop_class_uid not in FROM_DEVICES:
            raise Refused(
                f"object {instance.sop_instance_uid}: found SOP class {instance.sop_class_uid}, expected one that devices store",
                rule="sop-class",
                comment="SOP class is not stored here",
            )
        dataset = instance.read()
        with self.desk.archive.database.reading() as view:
            door = gate(view, self.desk.settings, actor)
            session = session_of(read_references(dataset), door, view, is_record=instance.sop_class_uid in RECORDS)
            known = self.desk.archive.is_same(instance, view)
        if not known:
            _inspect(instance, dataset, self._scope(session if instance.sop_class_uid in RECORDS else None))
            self._keep(instance, dataset, Arrival(actor=actor, origin=Origin.RECEIVED, session=session))

    def _keep(self, instance: Encoded, dataset: EncodedDataset, arrival: Arrival) -> bool:
        """First the file, then its row; the same object from another sender meanwhile changes nothing."""
        session, origin = arrival.session, arrival.origin
        archive, now = self.desk.archive, self.desk.clock.now()
        keys = index_keys(dataset)
        is_record = instance.sop_class_uid in RECORDS
        record = read_record(dataset, zone=self.desk.clock.zone) if is_record else None
        planned = read_planned(dataset) if instance.sop_class_uid == uids.RT_ION_PLAN else ()
        setup = Setup.of(dataset)
        isocentre_mm = self._isocentre(session) if setup.registrations else ORIGIN_MM
        stored = StoredObject(
            uid=instance.sop_instance_uid,
            sop_class_uid=instance.sop_class_uid,
            file=archive.keep(instance),
            transfer_syntax=instance.transfer_syntax,
            size=len(instance.data),
            origin=origin,
            session_id=None if session is None else session.id,
            stored_at=now,
            keys=keys,
        )
        with archive.database.transaction() as transaction:
            if archive.is_same(instance, transaction):
                return False
            if session is not None and origin is Origin.RECEIVED:
                _still_open(transaction, session, arrival.actor)
            archive.index(transaction, stored, instance, planned)
            if arrival.ocular is not None:
                transaction.objects.add_ocular(stored.uid, arrival.ocular)
            kind = EventKind.OBJECT_STORED
            if record is not None:
                transaction.beams.add(_beam_rows(record, session, transaction))
                transaction.beams.add_points(record)
                kind = EventKind.RECORD_STORED
            setup.add(transaction, stored, isocentre_mm)
            detail: dict[str, str | int | float] = {"sop_class": instance.sop_class_uid, "origin": origin.value, **arrival.detail}
            if session is not None:
                detail["session"] = session.id
            transaction.history.append(kind, subject=stored.uid, actor=arrival.actor, at=now, detail=detail)
        log.info("object %s from %s stored", stored.uid, arrival.actor)
        return True


def _inspect(instance: Encoded, dataset: EncodedDataset, scope: Scope, direction: Direction = Direction.RECEIVED) -> None:
    """Hold the object against the rows we receive or import it by.

    Parameters
    ----------
    scope : knows our ``identity``, as speaking as stated is stricter, and the ``plan`` that the object belongs to, where it is known.

    Raises
    ------
    Refused : an ERROR was found; the message names the first one's path and code, and how many more there are.
    """
    if (text(dataset, "SOPInstanceUID"), text(dataset, "SOPClassUID")) != (instance.sop_instance_uid, instance.sop_class_uid):
        raise Refused(
            f"object {instance.sop_instance_uid}: its data set names another SOP class or instance, expected that of the request",
            rule="identity",
            comment="Data set and request name different instances",
        )
    wrong = errors(inspect(instance, direction, scope, read=dataset))
    told = tuple(f"{finding.path} {finding.code}: {_told(finding)}" for finding in wrong)
    for finding in wrong:
        log.info("object %s: %s %s", instance.sop_instance_uid, finding.path, finding.code)
    if wrong:
        first = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise Refused(
            f"object {instance.sop_instance_uid}: {first.path}: {_told(first)}{more}",
            rule=f"row:{first.code}",
            comment=_located(first),
            details=told,
        )


def _located(finding: Finding) -> str:
    """Code and path of a finding as an Error Comment; of a path that is too long its end, where the attribute is."""
    room = COMMENT_LENGTH - len(f"{finding.code}: ")
    path = finding.path if len(finding.path) <= room else f"...{finding.path[3 - room :]}"
    return f"{finding.code}: {path}"


def _told(finding: Finding) -> str:
    """The finding's message for the history; what it says of a patient or a person stays out of them."""
    tag = Tag(finding.tag)
    private = tag.is_private or not dictionary_has_tag(tag)
    is_personal = tag.group == PATIENT_GROUP or (not private and dictionary_VR(tag) == "PN")
    return "the value breaks the row; it is not shown here" if is_personal else finding.message


def _still_open(transaction: Transaction, session: SessionRow, actor: str) -> None:
    """Between the gate and now a user may have closed the session."""
    now = transaction.sessions.get(session.id)
    if now is None or not now.accepts_objects:
        raise Refused(
            f"object from {actor}: session {session.id} was closed meanwhile, expected a claimed session",
            rule="no-session",
            comment="The session was closed",
        )


def _beam_rows(record: Record, session: SessionRow | None, transaction: Transaction) -> list[BeamRow]:
    # A record that the user brings as a file belongs to the session whose plan it names, as if the device had sent it.
    session = session or (transaction.sessions.of_session_plan(record.plan_uid) if record.plan_uid else None)
    plan = transaction.objects.get(record.plan_uid) if record.plan_uid else None
    context = record_columns(record) | {
        "session_id": session.id if session else None,
        "plan_uid": session.plan_uid if session else record.plan_uid or "",
        "plan_label": session.plan_label if session else plan.keys.plan_label if plan else "",
        "kind": session.kind.value if session else "treatment",
        "room": session.room if session else "",
    }
    rows = []
    for item, beam in enumerate(record.beams):
        if beam.number is None:
            raise Refused(f"record {record.uid}: found no Referenced Beam Number in item {item}, expected one", rule="row:beam")
        planned: dict[str, Cell] = {"planned_mu": session.metersets_mu.get(beam.number) if session else None}
        rows.append(BeamRow(**context | planned | beam_columns(beam, item)))  # type: ignore[arg-type]
    return rows
