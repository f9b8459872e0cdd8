"""What stands in the beam of a plan that somebody else may have written: block, wedges, shifters, spreaders, modulators."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import Refused
from workbench.mapping.item import Item
from workbench.ocular.accessories import PARTIAL_WEDGES, LateralSpreader, RangeModulator, RangeShifter, Wedge
from workbench.ocular.aperture import Aperture, Points
from workbench.ocular.beamline import Beamline
from workbench.ocular.gaze import from_bld

BLOCK_DECIMALS = 5
"""Of a millimetre. Block Data of ours has six; one is lost on the way through the source's divergence."""


def block_of(beam: Item) -> Item:
    """The one aperture of a beam.

    Raises
    ------
    Refused : none, several, another kind of block, or a compensator or bolus beside it.
    """
    for keyword, words in (("IonRangeCompensatorSequence", "compensators"), ("ReferencedBolusSequence", "boli")):
        found = beam.items(keyword)
        if found:
            raise beam.refused(keyword, f"found {len(found)} {words}, expected none: an ocular plan has no {words}")
    blocks = beam.items("IonBlockSequence")
    if len(blocks) != 1 or blocks[0].text("BlockType") not in {"APERTURE", None}:
        kinds = ", ".join(block.text("BlockType") or "unknown" for block in blocks) or "none"
        raise beam.refused("IonBlockSequence", f"found {kinds}, expected one block of type APERTURE")
    return blocks[0]


def aperture(block: Item, line: Beamline) -> Aperture:
    """The opening as it is milled: Block Data turned into the room and brought back from the isocentric plane to the block's.

    Parameters
    ----------
    line : with the angles, source distances and block mount of the plan.
    """
    number = block.whole("BlockNumber")
    return Aperture(
        block_mm=_milled(_outline(block), line),
        block_id=block.text("BlockName") or f"Block {number or 1}",
        block_number=1 if number is None else number,
    )


def _outline(block: Item) -> Points:
    data = block.numbers("BlockData")
    count = block.whole("BlockNumberOfPoints")
    if len(data) % 2 or (count is not None and len(data) != 2 * count):
        raise block.refused("BlockData", f"found {len(data)} numbers, expected two for each of {count or 'its'} points")
    points = tuple(zip(data[::2], data[1::2], strict=True))
    return points[:-1] if len(points) > 1 and points[0] == points[-1] else points


def _milled(outline: Points, line: Beamline) -> Points:
    turned = from_bld(outline, line.gantry_angle_deg, line.beam_limiting_device_angle_deg)
    # The gantry's X is the room's vertical (see ``Aperture.isocentric``).
    scale_y, scale_x = ((source - line.block.tray_to_isocentre_mm) / source for source in line.virtual_source_mm)
    return tuple((round(x * scale_x, BLOCK_DECIMALS) + 0.0, round(y * scale_y, BLOCK_DECIMALS) + 0.0) for x, y in turned)


def wedges(beam: Item, first: Item, line: Beamline, notes: list[str]) -> tuple[Wedge, ...]:
    """Wedges that stand in the beam; one whose position is OUT is left out."""
    positions = {one.whole("ReferencedWedgeNumber"): one for one in first.items("IonWedgePositionSequence")}
    made = []
    for item in beam.items("IonWedgeSequence"):
        number = _number(item, "WedgeNumber")
        position = positions.get(number)
        if position is not None and position.text("WedgePosition") == "OUT":
            notes.append(f"wedge {number} is OUT of the beam and left out")
            continue
        made.append(_wedge(item, number, position, line, notes))
    return tuple(made)


def _wedge(item: Item, number: int, position: Item | None, line: Beamline, notes: list[str]) -> Wedge:
    angle, kind, tray = item.number("WedgeAngle"), item.text("WedgeType"), item.number("IsocenterToWedgeTrayDistance")
    if angle is None:
        raise item.refused("WedgeAngle", "found no value, expected whole degrees")
    if tray is None:
        notes.append(f"wedge {number} says no tray distance; {line.wedge_tray_to_isocentre_mm:g} mm of beamline {line.name} is taken")
    return Wedge(
        number=number,
        id=item.text("WedgeID") or f"Wedge {number}",
        angle_deg=angle,
        orientation_deg=item.number("WedgeOrientation"),
        tray_to_isocentre_mm=line.wedge_tray_to_isocentre_mm if tray is None else tray,
        type=kind,
        thin_edge_mm=position.number("WedgeThinEdgePosition") if position is not None and kind in PARTIAL_WEDGES else None,
    )


def range_shifters(beam: Item, first: Item) -> tuple[RangeShifter, ...]:
    """Range shifters with what the first control point demands of them."""
    made = []
    for item in beam.items("RangeShifterSequence"):
        number = _number(item, "RangeShifterNumber")
        setting = _setting(first, "RangeShifterSettingsSequence", "ReferencedRangeShifterNumber", number)
        made.append(
            RangeShifter(
                number=number,
                id=_needed(item, "RangeShifterID"),
                type=_needed(item, "RangeShifterType"),
                setting=_needed(setting, "RangeShifterSetting"),
                isocentre_distance_mm=setting.number("IsocenterToRangeShifterDistance"),
                water_equivalent_mm=setting.number("RangeShifterWaterEquivalentThickness"),
            )
        )
    return tuple(made)


def lateral_spreaders(beam: Item, first: Item) -> tuple[LateralSpreader, ...]:
    """Lateral spreading devices with what the first control point demands of them."""
    made = []
    for item in beam.items("LateralSpreadingDeviceSequence"):
        number = _number(item, "LateralSpreadingDeviceNumber")
        setting = _setting(first, "LateralSpreadingDeviceSettingsSequence", "ReferencedLateralSpreadingDeviceNumber", number)
        made.append(
            LateralSpreader(
                number=number,
                id=_needed(item, "LateralSpreadingDeviceID"),
                type=_needed(item, "LateralSpreadingDeviceType"),
                setting=_needed(setting, "LateralSpreadingDeviceSetting"),
                isocentre_distance_mm=setting.number("IsocenterToLateralSpreadingDeviceDistance"),
                water_equivalent_mm=setting.number("LateralSpreadingDeviceWaterEquivalentThickness"),
            )
        )
    return tuple(made)


def range_modulators(beam: Item, first: Item) -> tuple[RangeModulator, ...]:
    """Range modulators with what the first control point demands of them."""
    made = []
    for item in beam.items("RangeModulatorSequence"):
        number = _number(item, "RangeModulatorNumber")
        setting = _setting(first, "RangeModulatorSettingsSequence", "ReferencedRangeModulatorNumber", number)
        made.append(
            RangeModulator(
                number=number,
                id=_needed(item, "RangeModulatorID"),
                type=_needed(item, "RangeModulatorType"),
                beam_current_modulation_id=item.text("BeamCurrentModulationID"),
                gating_start=setting.number("RangeModulatorGatingStartValue"),
                gating_stop=setting.number("RangeModulatorGatingStopValue"),
                gating_start_water_equivalent_mm=setting.number("RangeModulatorGatingStartWaterEquivalentThickness"),
                gating_stop_water_equivalent_mm=setting.number("RangeModulatorGatingStopWaterEquivalentThickness"),
                isocentre_distance_mm=setting.number("IsocenterToRangeModulatorDistance"),
            )
        )
    return tuple(made)


def _number(item: Item, keyword: str) -> int:
    found = item.whole(keyword)
    if found is None:
        raise item.refused(keyword, "found no value, expected the number by which control points refer to it")
    return found


def _needed(item: Item, keyword: str) -> str:
    found = item.text(keyword)
    if found is None:
        raise item.refused(keyword, "found no value, expected one")
    return found


def _setting(first: Item, keyword: str, reference: str, number: int) -> Item:
    """The item of the first control point that refers to a device."""
    settings: Sequence[Item] = first.items(keyword)
    found = [one for one in settings if one.whole(reference) == number]
    if len(found) != 1:
        raise Refused(f"{first.where}: {keyword}: found {len(found)} items for number {number}, expected one", rule=f"attribute:{keyword}")
    return found[0]
