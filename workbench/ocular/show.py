"""How a plan shows itself in a notebook: one line, then every setting in small tables, without a figure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ocular.plan import OcularPlan
    from workbench.ocular.sheet import SheetTable

_INK, _FAINT = "var(--jp-ui-font-color2, #666)", "var(--jp-border-color2, #ddd)"


def plan_html(plan: OcularPlan) -> str:
    """Patient, plan, eye and prescription in one line; then all tables of its sheet, and what its setup images show."""
    # The tables read the plan's class, which shows itself with this function.
    from workbench.ocular.sheet import SheetTable, sheet_tables  # noqa: PLC0415

    prescription = plan.prescription
    headline = (
        f"<b>{escape(plan.patient.id)}</b> · {escape(plan.label)} · {plan.eye.laterality.words} · "
        f"{prescription.fractions} \N{MULTIPLICATION SIGN} {prescription.dose_per_fraction_gy_rbe:.2f} Gy(RBE)"
    )
    about = " · ".join(escape(text) for text in (plan.name, plan.description) if text)
    films = tuple((str(image.view), ", ".join(outline.label for outline in image.outlines) or "no outline") for image in plan.setup_images)
    tables = (*sheet_tables(plan), SheetTable(title="Setup images", rows=films or (("", "none planned"),)))
    return (
        f'<div style="font-variant-numeric:tabular-nums">{headline}'
        f'{f"<br>{about}" if about else ""}<div style="columns:24em auto;column-gap:2.5em;margin-top:0.5em">'
        f"{''.join(_table(one) for one in tables)}</div></div>"
    )


def _table(table: SheetTable) -> str:
    rows = "".join(
        f'<tr style="background:none"><th style="text-align:left;font-weight:normal;color:{_INK};padding:1px 12px 1px 0;vertical-align:top;'
        f'white-space:nowrap">{escape(name)}</th><td style="text-align:left;padding:1px 0">{escape(value)}</td></tr>'
        for name, value in table.rows
    )
    return (
        f'<div style="break-inside:avoid;margin-bottom:0.7em"><div style="font-weight:600;border-bottom:1px solid {_FAINT}">'
        f'{escape(table.title)}</div><table style="margin:2px 0 0;border:none">{rows}</table></div>'
    )
