"""From an RT Ion Plan with an eye beam, whoever wrote it, back to an ocular plan.

Strict where the model would have to guess what is treated with, tolerant where others leave out what they may: each such place
leaves a note. What DICOM has no row for comes back as ``NOT_CARRIED`` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from html import escape
from types import MappingProxyType
from typing import Final

from pydicom.dataset import Dataset

from workbench.dicom import uids
from workbench.errors import Refused
from workbench.mapping import ocular_accessories as accessories
from workbench.mapping import ocular_case as case
from workbench.mapping.item import Item
from workbench.mapping.ocular_beamline import Parts, beamline, described, referred
from workbench.mapping.ocular_images import planned_image
from workbench.ocular.beamline import Beamline
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.gaze import Fixation, light_from_bld
from workbench.ocular.plan import Field, OcularPlan
from workbench.ocular.setup import SetupImage

NOT_CARRIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "created.tzinfo": "the zone that the reader names, UTC otherwise: no row carries a time zone",
        "eye": "only the side; centre, axes, skin plane, limbus, torsion and tumour are not known",
        "eye_model": "not known",
        "fixation": "only the light that is switched on; which eye looks at it is not known (unless another maker says so), nor the "
        "treated eye's own light and the distance of the pupils",
        "field.aperture_margin_mm": "not known",
        "field.distal_margin_mm": "not known",
        "field.proximal_margin_mm": "not known",
        "field.wedges.note": "not known",
        "field.wedges.thin_edge_mm": "known for partial wedges only, as the standard has it",
        "beamline": "name, monitor units for a dose, light distance, snout opening, largest range, wheels, devices to choose from, films "
        "and sources are those of the description that has the plan's machine name",
        "setup_images": "known where the RT Images are at hand; their magnification is that of the described film",
    }
)
"""Field of an ocular plan that no row of the export carries → what comes back instead. Also spaces at the ends of texts are lost, numbers
keep the 16 characters of a decimal string (seven digits for range, modulation and their tolerances), and block points 0.01 micrometres."""

SIDES: Final = (("RIGHT", Laterality.RIGHT), ("LEFT", Laterality.LEFT))
SCANNED: Final = frozenset({"MODULATED", "MODULATED_SPEC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the reader says where a plan does not.

    Parameters
    ----------
    beamline : description to use, whatever the machine's name.
    laterality : the treated eye.
    beam : number of the beam, where several have a fixation light.
    zone : time zone of the plan's dates and times.
    """

    beamline: Beamline | None = None
    laterality: Laterality | None = None
    beam: int | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A plan that was read.

    Parameters
    ----------
    notes : what was taken from elsewhere, changed or left out, one sentence each.
    """

    plan: OcularPlan
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return f"{self.plan._repr_html_()}<ul>{notes}</ul>"


def read_ion_plan(
    dataset: Dataset, *, images: Sequence[Dataset] = (), beamlines: Mapping[str, Beamline], said: Said | None = None
) -> Reading:
    """The ocular plan that an RT Ion Plan describes.

    Parameters
    ----------
    images : RT Images at hand; those that the plan refers to become its setup images.
    beamlines : descriptions by name.

    Raises
    ------
    Refused : it is no RT Ion Plan, has no eye beam, or holds what no ocular plan may have or cannot do without.
    """
    where = f"RT Ion Plan {dataset.get('SOPInstanceUID', '')}".strip()
    if dataset.get("SOPClassUID") != uids.RT_ION_PLAN:
        raise Refused(f"{where}: found SOP class {dataset.get('SOPClassUID')}, expected RT Ion Plan {uids.RT_ION_PLAN}", rule="sop-class")
    try:
        return _read(Item(dataset, where), images, beamlines, said or Said())
    except Refused as problem:
        if str(problem).startswith(where):
            raise
        raise Refused(f"{where}: {problem}", rule=problem.rule) from problem


def _read(plan: Item, images: Sequence[Dataset], beamlines: Mapping[str, Beamline], said: Said) -> Reading:
    notes: list[str] = []
    beam = eye_beam(plan, said.beam)
    parts = _parts(plan, beam, notes)
    line = beamline(parts, said.beamline or described(beam, beamlines), notes)
    eye = _eye(plan, said)
    made = OcularPlan(
        label=case.needed(plan, "RTPlanLabel"),
        name=case.line(plan, "RTPlanName", 64, notes),
        description=case.line(plan, "RTPlanDescription", 1024, notes),
        operator=case.line(plan, "OperatorsName", 64, notes),
        created=case.created(plan, said.zone, notes),
        intent=case.intent(plan, notes),
        patient=case.patient(plan),
        prescription=case.prescription(plan, beam, eye, notes),
        eye=eye,
        fixation=_fixation(beam, eye, line, notes),
        field=_field(parts, line, notes),
        beamline=line,
        setup_images=_setup_images(parts.setup, images, line, notes),
        setup_technique=None if parts.setup is None else case.line(parts.setup, "SetupTechniqueDescription", 1024, notes),
    )
    return Reading(plan=made, notes=tuple(notes))


def eye_beam(plan: Item, number: int | None = None) -> Item:
    """The one beam that treats an eye: a treatment beam with a fixation light.

    Parameters
    ----------
    number : of the beam, where several have a light.

    Raises
    ------
    Refused : there is none, or several and none was named.
    """
    beams = plan.items("IonBeamSequence")
    lit = [one for one in beams if one.number("FixationLightPolarAngle") is not None and one.text("TreatmentDeliveryType") != "SETUP"]
    if not lit:
        raise Refused(
            f"{plan.where}: none of its {len(beams)} beams has a fixation light (Fixation Light Azimuthal and Polar Angle), "
            "expected one: this is no plan for an eye",
            rule="no-eye-beam",
        )
    found = lit if number is None else [one for one in lit if one.whole("BeamNumber") == number]
    if len(found) != 1:
        numbers = ", ".join(str(one.whole("BeamNumber")) for one in lit)
        raise Refused(
            f"{plan.where}: beams {numbers} have a fixation light, expected the number of one of them "
            "(--beam NUMBER; Said(beam=...) in Python)",
            rule="several-eye-beams",
        )
    beam = found[0]
    if beam.text("ScanMode") in SCANNED or beam.text("RadiationType") not in {"PROTON", None}:
        kind = f"{beam.text('RadiationType')}, scan mode {beam.text('ScanMode')}"
        raise Refused(f"{beam.where}: found {kind}, expected a proton beam that is not scanned", rule="no-eye-beam")
    return beam


def _parts(plan: Item, beam: Item, notes: list[str]) -> Parts:
    points = beam.items("IonControlPointSequence")
    if not points:
        raise beam.refused("IonControlPointSequence", "found no items, expected a control point with the angles")
    moved = sorted({keyword for point in points[1:] for keyword in _changed(points[0].dataset, point.dataset)})
    if moved:
        notes.append(f"{', '.join(moved)} change between control points; those of the first are taken")
    return Parts(
        plan=plan,
        beam=beam,
        first=points[0],
        block=accessories.block_of(beam),
        setup=referred(beam, "ReferencedPatientSetupNumber", plan.items("PatientSetupSequence"), "PatientSetupNumber"),
        tolerance=referred(beam, "ReferencedToleranceTableNumber", plan.items("IonToleranceTableSequence"), "ToleranceTableNumber"),
    )


def _changed(first: Dataset, point: Dataset) -> list[str]:
    """Attributes of a later control point that are not those of the first."""
    counted = {"ControlPointIndex", "CumulativeMetersetWeight"}
    return [one.keyword for one in point if one.keyword and one.keyword not in counted and first.get(one.keyword) != one.value]


def _eye(plan: Item, said: Said) -> TreatedEye:
    if said.laterality is not None:
        return TreatedEye(laterality=said.laterality)
    text = (plan.text("PositionReferenceIndicator") or "").upper()
    found = [laterality for word, laterality in SIDES if word in text]
    if len(found) != 1:
        raise plan.refused(
            "PositionReferenceIndicator",
            f"found {text!r}, expected RIGHT EYE or LEFT EYE, or the eye named (--eye right|left; Said(laterality=...) in Python)",
        )
    return TreatedEye(laterality=found[0])


def _fixation(beam: Item, eye: TreatedEye, line: Beamline, notes: list[str]) -> Fixation:
    azimuth, polar = beam.number("FixationLightAzimuthalAngle"), beam.number("FixationLightPolarAngle")
    if azimuth is None or polar is None:
        raise beam.refused("FixationLightAzimuthalAngle", "found no value, expected the light's azimuth beside its polar angle")
    light = light_from_bld(azimuth, polar, line.gantry_angle_deg, line.beam_limiting_device_angle_deg)
    # PS3.3 C.8.8.25: Fixation Eye is newer than the statement, so that ours have none.
    fixating = beam.text("FixationEye")
    if fixating == eye.laterality.fellow.value:
        notes.append("the fellow eye fixates; the light that the treated eye would see is not in the plan")
    return Fixation(gaze=light, eye=eye.laterality if fixating == eye.laterality.value else None)


def _field(parts: Parts, line: Beamline, notes: list[str]) -> Field:
    beam, first = parts.beam, parts.first
    shifters, modulators = accessories.range_shifters(beam, first), accessories.range_modulators(beam, first)
    range_mm, modulation_mm = beam.number("IMPAC_PlannedDistalTargetDistance"), beam.number("IMPAC_NominalSOBPWidth")
    if range_mm is None and shifters and all(one.water_equivalent_mm is not None for one in shifters):
        range_mm = round(line.maximum_range_mm - sum(one.water_equivalent_mm or 0.0 for one in shifters), 3)
        notes.append(f"the range is not in the plan; {range_mm:g} mm is what the range shifters leave of beamline {line.name}")
    if modulation_mm is None and len(modulators) == 1:
        start, stop = modulators[0].gating_start_water_equivalent_mm, modulators[0].gating_stop_water_equivalent_mm
        if start is not None and stop is not None:
            modulation_mm = round(abs(stop - start), 3)
            notes.append(f"the modulation is not in the plan; {modulation_mm:g} mm is what the range modulator makes")
    for keyword, value, words in (
        ("IMPAC_PlannedDistalTargetDistance", range_mm, "the planned range, or range shifters with water equivalent thickness"),
        ("IMPAC_NominalSOBPWidth", modulation_mm, "the planned modulation, or a range modulator with water equivalent thicknesses"),
    ):
        if value is None:
            raise beam.refused(keyword, f"found no value, expected {words}")
    assert range_mm is not None
    assert modulation_mm is not None
    return Field(
        id=beam.text("BeamName") or f"Beam {beam.whole('BeamNumber')}",
        description=case.line(beam, "BeamDescription", 1024, notes),
        aperture=accessories.aperture(parts.block, line),
        range_mm=range_mm,
        modulation_mm=modulation_mm,
        wedges=accessories.wedges(beam, first, line, notes),
        range_shifters=shifters,
        lateral_spreaders=accessories.lateral_spreaders(beam, first),
        range_modulators=modulators,
    )


def _setup_images(setup: Item | None, images: Sequence[Dataset], line: Beamline, notes: list[str]) -> tuple[SetupImage, ...]:
    wanted = [] if setup is None else [one.text("ReferencedSOPInstanceUID") for one in setup.items("ReferencedSetupImageSequence")]
    at_hand = {str(one.get("SOPInstanceUID")): one for one in images}
    made: list[SetupImage] = []
    for uid in wanted:
        if uid not in at_hand:
            notes.append(f"setup image {uid} is not at hand")
            continue
        try:
            made.append(planned_image(at_hand[uid], line))
        except Refused as problem:
            notes.append(f"a setup image is left out: {problem}")
    return tuple(made)
