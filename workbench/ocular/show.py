"""How a plan shows itself in a notebook: one line and a small table, without a figure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ocular.plan import OcularPlan


def plan_html(plan: OcularPlan) -> str:
    """The plan in one line, and what a physicist asks for first in a table."""
    prescription, field, light = plan.prescription, plan.field, plan.fixation.physical
    headline = (
        f"<b>{escape(plan.patient.id)}</b> · {escape(plan.label)} · {plan.eye.laterality.words} · "
        f"{prescription.fractions} \N{MULTIPLICATION SIGN} {prescription.dose_per_fraction_gy_rbe:.2f} Gy(RBE)"
    )
    fixating = "" if plan.fixation.eye is plan.eye.laterality else f", {plan.fixation.words}"
    wedges = ", ".join(f"{wedge.id} {wedge.angle_deg:g}°" for wedge in field.wedges) or "none"
    rows = {
        "site": prescription.site,
        "range, modulation": f"{field.range_mm:.1f} mm, {field.modulation_mm:.1f} mm",
        "fixation light polar, azimuth": f"{light.polar_deg:.1f}°, {light.azimuth_deg:.1f}° (room){fixating}",
        "aperture": f"{field.aperture.block_id}, {plan.block_points} points, {field.aperture.area_mm2:.1f} mm² in the block",
        "wedges": wedges,
        "beamline": plan.beamline.name,
    }
    table = "".join(
        f'<tr><th style="text-align:left">{name}</th><td style="text-align:left">{escape(value)}</td></tr>' for name, value in rows.items()
    )
    return f"<div>{headline}<table>{table}</table></div>"
