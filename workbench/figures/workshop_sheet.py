"""One page for the workshop and the treatment room: the aperture as large as it is milled, the light, and every setting.

Lengths on the page are lengths of the block: the drawing is true to scale on A4 at 100 %, and says so beside a bar to measure.
"""

from __future__ import annotations

import io
import textwrap
from html import escape
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.projections.polar import PolarAxes

from workbench.figures import palette
from workbench.figures.gaze_diagram import draw_lights
from workbench.ocular.eye import Laterality
from workbench.ocular.plan import OcularPlan
from workbench.ocular.sheet import SheetTable, sheet_tables

PAGE_MM: Final = (210.0, 297.0)
"""A4, upright."""
MARGIN_MM: Final = 15.0
LEAST_DRAWING_MM: Final = 72.0
MOST_DRAWING_MM: Final = 100.0
"""Side of the square in which the block is drawn: wide enough for the snout."""
DRAWING_TOP_MM: Final = 258.0
DIAL_MM: Final = 54.0
DIAL_POINTS: Final = 6.5
SCALE_BAR_MM: Final = 10.0
COLUMN_MM: Final = 88.0
LABEL_MM: Final = 33.0
TABLES_BOTTOM_MM: Final = 16.0
ROW_MM: Final = 4.6
VALUE_LETTERS: Final = 35
"""What fits beside a label at the size of small text."""
MM_PER_INCH: Final = 25.4


def workshop_sheet(plan: OcularPlan) -> Figure:
    """The sheet of a plan as a figure of one A4 page."""
    figure = Figure(figsize=(PAGE_MM[0] / MM_PER_INCH, PAGE_MM[1] / MM_PER_INCH))
    _draw_heading(figure, plan)
    side_mm = _drawing_mm(plan)
    _draw_block(_square(figure, MARGIN_MM, DRAWING_TOP_MM - side_mm, side_mm), plan)
    _draw_dial(_square(figure, PAGE_MM[0] - MARGIN_MM - DIAL_MM - 5.0, DRAWING_TOP_MM - DIAL_MM - 4.0, DIAL_MM, "polar"), plan)
    _draw_tables(figure, sheet_tables(plan), DRAWING_TOP_MM - side_mm - 8.0)
    _write(
        figure,
        MARGIN_MM,
        9.0,
        f"plan {plan.label} · beamline {plan.beamline.name} · print on A4 at 100 %, measure the bar",
        color=palette.GREY,
    )
    return figure


def sheet_pdf(plan: OcularPlan) -> bytes:
    """The sheet as a PDF of one page; the same plan gives the same bytes."""
    stream = io.BytesIO()
    metadata = {"Title": f"Workshop sheet {plan.label}", "CreationDate": None, "Creator": "Ocular Proton Workbench", "Producer": None}
    workshop_sheet(plan).savefig(stream, format="pdf", metadata=metadata)
    return stream.getvalue()


def sheet_html(plan: OcularPlan) -> str:
    """The sheet as a page of HTML that needs nothing else; its drawings are SVG in millimetres."""
    tables = "".join(_html_table(one) for one in sheet_tables(plan))
    title = f"{escape(plan.patient.id)} · {escape(plan.label)} · {plan.eye.laterality.words}"
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Workshop sheet {escape(plan.label)}</title><style>
@page {{ size: A4; margin: 12mm }}
body {{ font: 10pt/1.35 "DejaVu Sans", sans-serif; color: {palette.INK}; max-width: 186mm; margin: 8mm auto }}
h1 {{ font-size: 15pt; margin: 0 }} h2 {{ font-size: 10.5pt; margin: 3mm 0 1mm; border-bottom: 0.3mm solid {palette.FAINT} }}
figure {{ display: inline-block; margin: 2mm 4mm 2mm 0; vertical-align: top }}
.tables {{ columns: 2; column-gap: 8mm }} section {{ break-inside: avoid }}
th {{ text-align: left; font-weight: normal; color: {palette.QUIET}; padding-right: 4mm; vertical-align: top; white-space: nowrap }}
td {{ font-variant-numeric: tabular-nums }}
</style></head><body>
<h1>{title}</h1><p>{escape(plan.patient.name or "name not known")}</p>
<figure>{_svg(_alone(plan, _drawing_mm(plan), block=True))}</figure><figure>{_svg(_alone(plan, DIAL_MM, block=False))}</figure>
<div class="tables">{tables}</div>
</body></html>
"""


def _drawing_mm(plan: OcularPlan) -> float:
    return min(max(LEAST_DRAWING_MM, 1.3 * plan.beamline.snout_diameter_mm), MOST_DRAWING_MM)


def _alone(plan: OcularPlan, side_mm: float, *, block: bool) -> Figure:
    """One of the two drawings on paper of its own, with room for its words."""
    wide, high = side_mm + 16.0, side_mm + 16.0
    figure = Figure(figsize=(wide / MM_PER_INCH, high / MM_PER_INCH))
    axes = figure.add_axes((8.0 / wide, 8.0 / high, side_mm / wide, side_mm / high), projection="rectilinear" if block else "polar")
    (_draw_block if block else _draw_dial)(axes, plan)
    return figure


def _svg(figure: Figure) -> str:
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    # The XML declaration before it has no place inside HTML.
    return stream.getvalue()[stream.getvalue().index("<svg") :]


def _html_table(table: SheetTable) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in table.rows)
    return f"<section><h2>{escape(table.title)}</h2><table>{rows}</table></section>"


def _square(figure: Figure, left_mm: float, bottom_mm: float, side_mm: float, projection: str = "rectilinear") -> Axes:
    wide, high = PAGE_MM
    return figure.add_axes((left_mm / wide, bottom_mm / high, side_mm / wide, side_mm / high), projection=projection)


def _write(figure: Figure, x_mm: float, y_mm: float, words: str, **how: object) -> None:
    style = {"fontsize": palette.SMALL_POINTS - 1, "color": palette.INK, "va": "baseline", **how}
    figure.text(x_mm / PAGE_MM[0], y_mm / PAGE_MM[1], words, **style)  # type: ignore[arg-type]


def _draw_heading(figure: Figure, plan: OcularPlan) -> None:
    top = PAGE_MM[1] - MARGIN_MM
    _write(figure, MARGIN_MM, top - 5.0, f"{plan.patient.id} · {plan.label}", fontsize=17, fontweight="bold")
    _write(figure, PAGE_MM[0] - MARGIN_MM, top - 5.0, plan.eye.laterality.words.upper(), fontsize=17, fontweight="bold", ha="right")
    about = " · ".join(text for text in (plan.patient.name, plan.name, plan.description) if text)
    _write(figure, MARGIN_MM, top - 11.0, textwrap.shorten(about or "name not known", 110, placeholder=" …"), fontsize=palette.TEXT_POINTS)


def _draw_block(axes: Axes, plan: OcularPlan) -> None:
    """The physical opening, one millimetre a millimetre, as seen from the source: +x, the patient's left, to the right, +y up."""
    half = _drawing_mm(plan) / 2
    line, aperture = plan.beamline, plan.field.aperture
    axes.set(xlim=(-half, half), ylim=(-half, half), xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_color(palette.FAINT)
    for reach in (-half, half):
        axes.plot([0.85 * reach, 0.97 * reach], [0, 0], [0, 0], [0.85 * reach, 0.97 * reach], color=palette.INK, linewidth=0.6)
    axes.plot(0, 0, marker="+", markersize=9, markeredgewidth=0.8, color=palette.INK)
    axes.add_patch(palette.open_circle(line.snout_diameter_mm / 2, colour=palette.SNOUT, style=":", label="snout"))
    axes.add_patch(Polygon(aperture.block_mm, closed=True, facecolor="none", edgecolor=palette.BLACK, linewidth=0.7, gid="aperture"))
    axes.plot(*aperture.block_mm[0], marker="o", markersize=3, color=palette.BLACK)
    sides = ("temporal", "nasal") if plan.eye.laterality is Laterality.RIGHT else ("nasal", "temporal")
    for side, x in zip(sides, (-half + 3.0, half - 3.0), strict=True):
        axes.text(x, 8.0, side, rotation=90, ha="center", va="center", fontsize=palette.SMALL_POINTS, color=palette.INK, style="italic")
    axes.text(1.5, half - 2.0, "up", ha="left", va="top", fontsize=palette.SMALL_POINTS, color=palette.INK, style="italic")
    axes.set_title(
        "block 1:1, seen from the source; mill from the dot", fontsize=palette.SMALL_POINTS, color=palette.INK, loc="left", pad=4
    )
    _draw_bar(axes, half)


def _draw_bar(axes: Axes, half_mm: float) -> None:
    left, bottom = -half_mm + 4.0, -half_mm + 4.0
    axes.plot([left, left + SCALE_BAR_MM], [bottom, bottom], color=palette.BLACK, linewidth=2, solid_capstyle="butt", gid="scale-bar")
    axes.text(left + SCALE_BAR_MM / 2, bottom + 1.2, f"{SCALE_BAR_MM:g} mm", ha="center", fontsize=palette.SMALL_POINTS, color=palette.INK)


def _draw_dial(axes: Axes, plan: OcularPlan) -> None:
    """Where the light stands as seen from the source: distance from the middle is the polar angle, direction the azimuth in the room."""
    assert isinstance(axes, PolarAxes)
    draw_lights(axes, plan, points=DIAL_POINTS)
    physical = plan.fixation.physical
    words = f"light {physical.polar_deg:.1f}° at {physical.azimuth_deg:.1f}° (room), {plan.fixation.words}"
    axes.set_title(words, fontsize=palette.SMALL_POINTS, color=palette.INK, pad=6)


def _draw_tables(figure: Figure, tables: tuple[SheetTable, ...], top_mm: float) -> None:
    """Two columns, broken between tables; rows move together where there are many."""
    wrapped = [(table.title, [(name, textwrap.wrap(value, VALUE_LETTERS) or [""]) for name, value in table.rows]) for table in tables]
    heights = [2 + sum(len(lines) for _, lines in rows) for _, rows in wrapped]
    split = min(range(1, len(tables) + 1), key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
    tallest = max(sum(heights[:split]), sum(heights[split:]))
    row_mm = min(ROW_MM, (top_mm - TABLES_BOTTOM_MM) / tallest)
    for left, column in ((MARGIN_MM, wrapped[:split]), (PAGE_MM[0] - MARGIN_MM - COLUMN_MM, wrapped[split:])):
        y = top_mm
        for title, rows in column:
            y -= 0.3 * row_mm
            _write(figure, left, y - row_mm, title, fontweight="bold", fontsize=palette.TEXT_POINTS)
            y -= 1.4 * row_mm
            for name, lines in rows:
                _write(figure, left, y - 0.8 * row_mm, name, color=palette.QUIET)
                for line in lines:
                    _write(figure, left + LABEL_MM, y - 0.8 * row_mm, line)
                    y -= row_mm
            y -= 0.3 * row_mm
