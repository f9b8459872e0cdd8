"""RT Beams Delivery Instructions (Trial): created for a session (9.1.1.3), and read (9.1.2.7).

Scope of a created instruction:

* ``plan``: data set of the session plan that the device will fetch;
* ``session.tasks`` (``beam_number``, ``delivery_type``, ``start_meterset_mu``, ``end_meterset_mu``, ``fraction``) and
  ``session.omitted`` (``beam_number``), of ``treatment.session``;
* ``room``: ``settings.Room``; ``retrieve_ae_title``: where the plan is fetched from; ``identity``: ``settings.Identity``;
* ``now``: date and time; ``uids.series``, ``uids.instance``: made for this object.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydicom.dataset import Dataset

from workbench.dicom import uids
from workbench.dicom.conditions import Foreign
from workbench.dicom.rules import Configured, Constant, Copied, Derived, Empty, Generated, Now, OneOf, Taken
from workbench.dicom.scope import ABSENT, Scope
from workbench.dicom.spec import Attribute, Chosen, Each, Iod, Items, Module, One
from workbench.iods.common import CONTINUES, READ_INSTANCE


def beam_item(scope: Scope) -> Dataset | None:
    """The plan's item for the beam of the task."""
    beams = scope["plan.IonBeamSequence"]
    numbered = {int(beam.BeamNumber): beam for beam in beams} if isinstance(beams, Sequence) else {}
    return numbered.get(int(str(scope["task.beam_number"])))


def verification_images(scope: Scope) -> Sequence[object]:
    """The verification images that the plan has for the beam (extension of 9.5.1.1)."""
    beam = beam_item(scope)
    return [] if beam is None else list(beam.get("PlannedVerificationImageSequence") or [])


def setup_displacement(axis: str) -> Derived:
    """The table's setup displacement of the beam's patient setup."""

    def displacement(scope: Scope) -> object:
        beam, setups = beam_item(scope), scope["plan.PatientSetupSequence"]
        number = None if beam is None else beam.get("ReferencedPatientSetupNumber")
        for setup in setups if isinstance(setups, Sequence) else ():
            if number is not None and setup.PatientSetupNumber == number:
                found = setup.get(f"TableTop{axis}SetupDisplacement")
                return ABSENT if found is None else found
        return ABSENT

    return Derived(displacement, f"{axis.lower()} displacement of the beam's patient setup")


DELIVERY_INSTRUCTION = Iod(
    "RT Beams Delivery Instruction",
    (uids.TRIAL_DELIVERY_INSTRUCTION,),
    (
        Module(
            "Patient Module",
            "9.1.1.3.1",
            (
                Attribute("PatientName", "2", Copied("plan.PatientName")),
                Attribute("PatientID", "2", Copied("plan.PatientID")),
                Attribute("PatientBirthDate", "2", Copied("plan.PatientBirthDate")),
                Attribute("PatientSex", "2", OneOf(("M", "F", "O"), "plan.PatientSex")),
            ),
            "Patient",
        ),
        Module(
            "General Study Module",
            "9.1.1.3.2",
            (
                Attribute("StudyInstanceUID", "1", Copied("plan.StudyInstanceUID")),
                Attribute("StudyDate", "2", Copied("plan.StudyDate")),
                Attribute("StudyTime", "2", Copied("plan.StudyTime")),
                Attribute("ReferringPhysicianName", "2", Copied("plan.ReferringPhysicianName")),
                Attribute("StudyID", "2", Copied("plan.StudyID")),
                Attribute("AccessionNumber", "2", Copied("plan.AccessionNumber")),
                Attribute("StudyDescription", "3", Copied("plan.StudyDescription")),
            ),
            "Study",
        ),
        Module(
            "General Series Module",
            "9.1.1.3.3",
            (
                Attribute("Modality", "1", Constant("PLAN")),
                Attribute("SeriesInstanceUID", "1", Generated("uids.series")),
                Attribute("SeriesNumber", "2", Empty()),
                Attribute("SeriesDate", "3", Now("date")),
                Attribute("SeriesTime", "3", Now("time")),
                Attribute("SeriesDescription", "3", Constant("Delivery instruction")),
            ),
            "Series",
        ),
        Module(
            "General Equipment Module",
            "9.1.1.3.4",
            (
                Attribute("Manufacturer", "2", Configured("identity.manufacturer")),
                Attribute("StationName", "3", Taken("room.station_code")),
            ),
            "Equipment",
        ),
        Module(
            "RT Beams Delivery Instruction Module",
            "9.1.1.3.5",
            (
                Items(
                    "BeamTaskSequence",
                    "1",
                    (
                        Attribute("BeamTaskType", "1", Constant("TREAT", ("TREAT", "VERIFY"), "enum")),
                        Attribute("TreatmentDeliveryType", "1", OneOf(("TREATMENT", "CONTINUATION"), "task.delivery_type")),
                        Attribute("ContinuationStartMeterset", "1C", Taken("task.start_meterset_mu"), CONTINUES),
                        Attribute("ContinuationEndMeterset", "1C", Taken("task.end_meterset_mu"), CONTINUES),
                        Attribute("CurrentFractionNumber", "1", Taken("task.fraction")),
                        Attribute("ReferencedBeamNumber", "1", Taken("task.beam_number")),
                        Attribute("TableTopVerticalSetupDisplacement", "2", setup_displacement("Vertical")),
                        Attribute("TableTopLongitudinalSetupDisplacement", "2", setup_displacement("Longitudinal")),
                        Attribute("TableTopLateralSetupDisplacement", "2", setup_displacement("Lateral")),
                        Items(
                            "DeliveryVerificationImageSequence",
                            "2C",
                            (
                                Attribute("VerificationImageTiming", "1", Constant("DURING_BEAM")),
                                Attribute("StartCumulativeMetersetWeight", "1C", Copied("image.StartCumulativeMetersetWeight")),
                                Attribute("EndCumulativeMetersetWeight", "2C", Copied("image.EndCumulativeMetersetWeight")),
                                Attribute("DoubleExposureFlag", "1", Constant("SINGLE")),
                            ),
                            Chosen(verification_images, "image", "verification image that the plan has for the beam"),
                        ),
                        Items(
                            "ReferencedRTPlanSequence",
                            "3",
                            (
                                Items(
                                    "ReferencedSeriesSequence",
                                    "1C",
                                    (
                                        Attribute("SeriesInstanceUID", "1", Copied("plan.SeriesInstanceUID")),
                                        Attribute("RetrieveAETitle", "", Taken("retrieve_ae_title")),
                                        Items(
                                            "ReferencedSOPSequence",
                                            "1",
                                            (
                                                Attribute("ReferencedSOPClassUID", "1", Copied("plan.SOPClassUID")),
                                                Attribute("ReferencedSOPInstanceUID", "1", Copied("plan.SOPInstanceUID")),
                                            ),
                                            One(),
                                        ),
                                    ),
                                    One(),
                                ),
                                Attribute("StudyInstanceUID", "1", Copied("plan.StudyInstanceUID")),
                            ),
                            One(),
                        ),
                    ),
                    Each("session.tasks", "task"),
                ),
                Items(
                    "OmittedBeamTaskSequence",
                    "3",
                    (
                        Attribute("ReferencedBeamNumber", "1", Taken("omission.beam_number")),
                        Attribute("ReasonForOmission", "1", Constant("ALREADY_TREATED")),
                    ),
                    Each("session.omitted", "omission"),
                ),
            ),
            "Plan",
        ),
        Module(
            "SOP Common Module",
            "9.1.1.3.6",
            (
                Attribute("SOPClassUID", "1", Constant(uids.TRIAL_DELIVERY_INSTRUCTION)),
                Attribute("SOPInstanceUID", "1", Generated("uids.instance")),
                Attribute("SpecificCharacterSet", "1C", Constant("ISO_IR 192"), Foreign()),
                Attribute("InstanceCreationDate", "3", Now("date")),
                Attribute("InstanceCreationTime", "3", Now("time")),
            ),
            "Plan",
        ),
    ),
    "tms",
    "created",
)
"""TMS statement 9.1.1.3."""

RECEIVED_DELIVERY_INSTRUCTION = Iod(
    "RT Beams Delivery Instruction",
    (uids.TRIAL_DELIVERY_INSTRUCTION,),
    (
        Module("General Study Module", "9.1.2.7.1", (Attribute("StudyInstanceUID", "1"),), "Study"),
        Module(
            "General Series Module",
            "9.1.2.7.2",
            (
                Attribute("Modality", "1"),
                Attribute("SeriesInstanceUID", "1"),
            ),
            "Series",
        ),
        Module(
            "RT Beams Delivery Instruction Module",
            "9.1.2.7.3",
            (
                Items(
                    "BeamTaskSequence",
                    "1",
                    (
                        Attribute("BeamTaskType", "1"),
                        Attribute("TreatmentDeliveryType", "1", OneOf(("TREATMENT", "CONTINUATION"))),
                        Attribute("ContinuationStartMeterset", "1C", when=CONTINUES),
                        Attribute("ContinuationEndMeterset", "1C", when=CONTINUES),
                        Attribute("CurrentFractionNumber", "1"),
                        Attribute("ReferencedBeamNumber", "1"),
                    ),
                ),
                Items(
                    "OmittedBeamTaskSequence",
                    "3",
                    (
                        Attribute("ReferencedBeamNumber", "1"),
                        Attribute("ReasonForOmission", "1"),
                    ),
                ),
            ),
            "Plan",
        ),
        Module("SOP Common Module", "9.1.2.7.4", READ_INSTANCE, "Plan"),
    ),
    "tms",
    "received",
    complete=False,
)
"""TMS statement 9.1.2.7; the plan reference is accepted in the beam task and at the top level."""
