"""What a plan says in words and numbers, as its workshop sheet, its page and the notebook show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.ocular.accessories import RangeModulator, RangeShifter, Wedge
from workbench.ocular.depth import TO_SURFACE
from workbench.ocular.gaze import thin_edge_deg
from workbench.ocular.plan import OcularPlan

Row = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """A heading and its rows; a row is a word and a value with its unit."""

    title: str
    rows: tuple[Row, ...]


def sheet_tables(plan: OcularPlan) -> tuple[SheetTable, ...]:
    """All tables of a sheet, in reading order; what is not known has no row."""
    made = (
        ("Prescription", _prescription(plan)),
        ("Block", _block(plan)),
        ("Fixation", _fixation(plan)),
        ("Beam", _beam(plan)),
        ("Wedges", [row for wedge in plan.field.wedges for row in _wedge(plan, wedge)] or [("wedges", "none")]),
        ("Chair", _chair(plan)),
        ("Tolerances", _tolerances(plan)),
    )
    return tuple(SheetTable(title=title, rows=tuple(rows)) for title, rows in made)


def _prescription(plan: OcularPlan) -> list[Row]:
    dose = plan.prescription
    return [
        ("site", dose.site),
        (
            "dose",
            f"{dose.fractions} \N{MULTIPLICATION SIGN} {dose.dose_per_fraction_gy_rbe:.2f} Gy(RBE) = {dose.dose_gy_rbe:.2f} Gy(RBE)",
        ),
        *_known(("planned", f"{plan.created:%Y-%m-%d %H:%M}"), ("planner", plan.operator), ("technique", plan.setup_technique)),
    ]


def _block(plan: OcularPlan) -> list[Row]:
    aperture, mount, line = plan.field.aperture, plan.beamline.block, plan.beamline
    return [
        ("block", f"{aperture.block_id}, number {aperture.block_number}"),
        ("material, thickness", f"{mount.material_id}, {mount.thickness_mm:.1f} mm"),
        ("tray, from isocentre", f"{mount.tray_id}, {mount.tray_to_isocentre_mm:.1f} mm"),
        ("opening", f"{aperture.area_mm2:.1f} mm², {aperture.perimeter_mm:.1f} mm around, {len(aperture.block_mm)} points"),
        ("reach from the axis", f"{aperture.reach_mm:.2f} mm of {line.snout_diameter_mm / 2:.2f} mm in snout {line.snout_id}"),
        ("field at isocentre", f"circle of {plan.field_diameter_cm * 10:.1f} mm about the axis"),
    ]


def _fixation(plan: OcularPlan) -> list[Row]:
    light, line = plan.fixation.physical, plan.beamline
    rows = [
        ("light, room frame", f"polar {light.polar_deg:.1f}°, azimuth {light.azimuth_deg:.1f}°"),
        (f"as DICOM, gantry {line.gantry_angle_deg:.0f}°", f"polar {plan.light_polar_deg:.1f}°, azimuth {plan.light_azimuth_deg:.1f}°"),
        ("fixates", "not known" if plan.fixation.eye is None else plan.fixation.eye.words),
    ]
    if plan.fixation.fellow_light is not None:
        own = plan.fixation.gaze
        rows.append(("treated eye would see", f"polar {own.polar_deg:.1f}°, azimuth {own.azimuth_deg:.1f}°"))
    return rows


def _beam(plan: OcularPlan) -> list[Row]:
    field, line = plan.field, plan.beamline
    return [
        ("machine, energy", f"{line.machine_name}, {line.nominal_energy_mev:.1f} MeV"),
        ("range, modulation", f"{field.range_mm:.1f} mm, {field.modulation_mm:.1f} mm in water"),
        *_known(("", TO_SURFACE if field.is_to_surface else None)),
        *(row for one in field.range_shifters for row in _shifter(one)),
        *((f"spreader {one.id}", one.setting) for one in field.lateral_spreaders),
        *(row for one in field.range_modulators for row in _modulator(one)),
    ]


def _shifter(one: RangeShifter) -> list[Row]:
    water = "" if one.water_equivalent_mm is None else f", {one.water_equivalent_mm:.1f} mm of water"
    return [(f"range shifter {one.id}", f"setting {one.setting}{water}")]


def _modulator(one: RangeModulator) -> list[Row]:
    gate = "" if one.gating_start is None else f", beam on from {one.gating_start:g} to {one.gating_stop:g}"
    current = "" if one.beam_current_modulation_id is None else f", current {one.beam_current_modulation_id}"
    return [(f"range modulator {one.id}", f"{one.type}{gate}{current}")]


def _wedge(plan: OcularPlan, wedge: Wedge) -> list[Row]:
    line = plan.beamline
    if wedge.orientation_deg is None:
        direction = "direction of the thin edge not known"
    else:
        towards = thin_edge_deg(wedge.orientation_deg, line.gantry_angle_deg, line.beam_limiting_device_angle_deg)
        direction = f"thin edge towards {towards:.1f}° in the room"
    rows = [(f"wedge {wedge.id}", f"{wedge.angle_deg:.0f}°, {direction}")]
    detail = [text for text in (wedge.type, f"tray {wedge.tray_to_isocentre_mm:.1f} mm from isocentre") if text]
    if wedge.thin_edge_mm is not None:
        detail.append(f"thin edge {wedge.thin_edge_mm:+.1f} mm from the axis")
    rows.append(("", ", ".join(detail)))
    return [*rows, *_known(("", wedge.note))]


def _chair(plan: OcularPlan) -> list[Row]:
    chair = plan.beamline.chair
    position = (("vertical", chair.vertical_mm), ("longitudinal", chair.longitudinal_mm), ("lateral", chair.lateral_mm))
    return [
        ("support", f"{chair.support_id} ({chair.support_type.lower()}), patient {plan.beamline.patient_position}"),
        *_known(("position", ", ".join(f"{name} {value:.1f} mm" for name, value in position if value is not None) or None)),
        ("angles", f"support {chair.support_angle_deg:.1f}°, pitch {chair.pitch_deg:.1f}°"),
        *_known(("head", None if chair.head_fixation_angle_deg is None else f"{chair.head_fixation_angle_deg:.1f}°")),
    ]


def _tolerances(plan: OcularPlan) -> list[Row]:
    table = plan.beamline.tolerances
    angles = (
        ("gantry", table.gantry_angle_deg),
        ("gantry pitch", table.gantry_pitch_angle_deg),
        ("block", table.beam_limiting_device_angle_deg),
        ("support", table.patient_support_angle_deg),
        ("pitch", table.table_top_pitch_deg),
    )
    positions = (
        ("vertical", table.table_top_vertical_mm),
        ("longitudinal", table.table_top_longitudinal_mm),
        ("lateral", table.table_top_lateral_mm),
        ("snout", table.snout_position_mm),
    )
    beam = (("range", table.range_mm), ("modulation", table.modulation_mm))
    return [
        ("table", table.label),
        *_known(("angles", _within(angles, "°")), ("positions", _within(positions, " mm")), ("beam", _within(beam, " mm"))),
    ]


def _within(values: Iterable[tuple[str, float | None]], unit: str) -> str | None:
    """``gantry ±0.5°, support ±0.5°``; values that are alike share one number."""
    by_value: dict[float, list[str]] = {}
    for name, value in values:
        if value is not None:
            by_value.setdefault(value, []).append(name)
    return "; ".join(f"{', '.join(names)} ±{value:g}{unit}" for value, names in by_value.items()) or None


def _known(*rows: tuple[str, str | None]) -> list[Row]:
    return [(name, value) for name, value in rows if value is not None]
