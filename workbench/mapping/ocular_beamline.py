"""What a plan says of its beamline, laid over the description of the beamline that it names.

A plan carries what belongs to this treatment: angles, source distances, block mount, chair, tolerances. It does not carry what the
room is: snout opening, largest range, light and film distances, monitor units for a dose. These come from the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from workbench.errors import Refused
from workbench.mapping.item import Item
from workbench.ocular.beamline import Beamline
from workbench.ocular.equipment import BlockMount, Chair, Tolerances

Value = TypeVar("Value")

TOLERANCES = {
    "gantry_angle_deg": "GantryAngleTolerance",
    "gantry_pitch_angle_deg": "GantryPitchAngleTolerance",
    "beam_limiting_device_angle_deg": "BeamLimitingDeviceAngleTolerance",
    "patient_support_angle_deg": "PatientSupportAngleTolerance",
    "table_top_vertical_mm": "TableTopVerticalPositionTolerance",
    "table_top_longitudinal_mm": "TableTopLongitudinalPositionTolerance",
    "table_top_lateral_mm": "TableTopLateralPositionTolerance",
    "table_top_pitch_deg": "TableTopPitchAngleTolerance",
    "snout_position_mm": "SnoutPositionTolerance",
    "range_mm": "IMPAC_DistalTargetDistanceTolerance",
    "modulation_mm": "IMPAC_NominalSOBPWidthTolerance",
}
"""Field of ``Tolerances`` → attribute of the tolerance table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The items of a plan that speak of one beam.

    Parameters
    ----------
    first : its first control point.
    block : its aperture.
    setup, tolerance : the patient setup and tolerance table that it refers to, where there are such.
    """

    plan: Item
    beam: Item
    first: Item
    block: Item
    setup: Item | None
    tolerance: Item | None


def described(beam: Item, known: Mapping[str, Beamline]) -> Beamline:
    """The description of the machine that a beam names.

    Parameters
    ----------
    known : beamlines by name.

    Raises
    ------
    Refused : no description has this machine name, or several have.
    """
    machine = beam.text("TreatmentMachineName")
    found = [line for line in known.values() if line.machine_name == machine]
    if len(found) != 1:
        names = ", ".join(f"{line.machine_name!r} ({name})" for name, line in sorted(known.items()))
        raise beam.refused(
            "TreatmentMachineName",
            f"found {machine!r}, described by {len(found) or 'no'} beamlines, expected {names or 'one that is described'}, or the beamline "
            "to read it with named (--beamline NAME; Said(beamline=...) in Python)",
        )
    return found[0]


def beamline(parts: Parts, line: Beamline, notes: list[str]) -> Beamline:
    """The description with all that the plan says of the beamline.

    Raises
    ------
    Refused : the plan says what no fixed horizontal eye beamline may be.
    """
    over = _Over(line.name, notes)
    beam, first = parts.beam, parts.first
    _level(first)
    sources = beam.numbers("VirtualSourceAxisDistances")
    return replace(
        line,
        machine_name=over.text(beam, "TreatmentMachineName", line.machine_name),
        manufacturer=over.text(beam, "Manufacturer", line.manufacturer),
        model=over.text(beam, "ManufacturerModelName", line.model),
        gantry_angle_deg=over.number(first, "GantryAngle", line.gantry_angle_deg),
        beam_limiting_device_angle_deg=over.number(first, "BeamLimitingDeviceAngle", line.beam_limiting_device_angle_deg),
        virtual_source_mm=(sources[0], sources[1])
        if len(sources) == 2
        else over.kept("VirtualSourceAxisDistances", line.virtual_source_mm),
        nominal_energy_mev=over.number(first, "NominalBeamEnergy", line.nominal_energy_mev),
        meterset_rate_mu_per_min=first.number("MetersetRate"),
        table_version=over.text(parts.plan, "IMPAC_BeamLineDataTableVersion", line.table_version),
        snout_id=_snout(beam, line, over),
        block=_block(parts, line, over),
        chair=_chair(parts, line, over),
        patient_position=_position(parts.setup, line, over),
        tolerances=_tolerances(parts.tolerance, line, over),
    )


@dataclass(frozen=True, slots=True)
class _Over:
    """Values of the plan over those of the description; whatever the plan does not say is noted."""

    line: str
    notes: list[str]

    def kept(self, keyword: str, described: Value) -> Value:
        self.notes.append(f"{keyword} is not in the plan; {described} of beamline {self.line} is taken")
        return described

    def text(self, item: Item, keyword: str, described: str) -> str:
        return item.text(keyword) or self.kept(keyword, described)

    def number(self, item: Item, keyword: str, described: float) -> float:
        found = item.number(keyword)
        return self.kept(keyword, described) if found is None else found


def _level(first: Item) -> None:
    """A fixed horizontal beam: neither gantry nor table is tilted where no row could say so."""
    for keyword in ("GantryPitchAngle", "TableTopRollAngle"):
        found = first.number(keyword)
        if found:
            raise first.refused(keyword, f"found {found:g} degrees, expected 0 on a fixed horizontal beamline")


def _snout(beam: Item, line: Beamline, over: _Over) -> str:
    snouts = beam.items("SnoutSequence")
    return over.text(snouts[0], "SnoutID", line.snout_id) if snouts else over.kept("SnoutSequence", line.snout_id)


def _block(parts: Parts, line: Beamline, over: _Over) -> BlockMount:
    block, mount = parts.block, line.block
    return BlockMount(
        tray_id=over.text(block, "BlockTrayID", mount.tray_id),
        tray_to_isocentre_mm=over.number(block, "IsocenterToBlockTrayDistance", mount.tray_to_isocentre_mm),
        thickness_mm=over.number(block, "BlockThickness", mount.thickness_mm),
        material_id=over.text(block, "MaterialID", mount.material_id),
        tray_water_equivalent_mm=parts.beam.number("TotalBlockTrayWaterEquivalentThickness"),
        # What the workshop mills is no part of a DICOM plan: it stays that of the line.
        tool_radius_mm=line.block.tool_radius_mm,
    )


def _chair(parts: Parts, line: Beamline, over: _Over) -> Chair:
    beam, first = parts.beam, parts.first
    return Chair(
        support_type=over.text(beam, "PatientSupportType", line.chair.support_type),
        support_id=over.text(beam, "PatientSupportID", line.chair.support_id),
        vertical_mm=first.number("TableTopVerticalPosition"),
        longitudinal_mm=first.number("TableTopLongitudinalPosition"),
        lateral_mm=first.number("TableTopLateralPosition"),
        support_angle_deg=over.number(first, "PatientSupportAngle", line.chair.support_angle_deg),
        pitch_deg=over.number(first, "TableTopPitchAngle", line.chair.pitch_deg),
        head_fixation_angle_deg=first.number("HeadFixationAngle"),
    )


def _position(setup: Item | None, line: Beamline, over: _Over) -> str:
    found = None if setup is None else setup.text("PatientPosition")
    return found or over.kept("PatientPosition", line.patient_position)


def _tolerances(table: Item | None, line: Beamline, over: _Over) -> Tolerances:
    if table is None:
        return over.kept("IonToleranceTableSequence", line.tolerances)
    label = over.text(table, "ToleranceTableLabel", line.tolerances.label)
    return Tolerances(label=label, **{field: table.number(keyword) for field, keyword in TOLERANCES.items()})


def referred(beam: Item, reference: str, items: tuple[Item, ...], number: str) -> Item | None:
    """The item to which a beam refers by number; the only one where it refers to none.

    Raises
    ------
    Refused : it refers to one that is not there.
    """
    wanted = beam.whole(reference)
    if wanted is None:
        return items[0] if len(items) == 1 else None
    found = [one for one in items if one.whole(number) == wanted]
    if len(found) != 1:
        raise Refused(f"{beam.where}: {reference}: found {wanted}, which {len(found) or 'no'} items have, expected one", rule="reference")
    return found[0]
