"""Figures of all that can be looked at: plain matplotlib ``Figure`` objects, for dashboards, reports and sheets alike."""

from workbench.figures.answers import (
    course_progress,
    irregularity_list,
    termination_shares,
    tolerances,
    treatment_chains,
    treatment_times,
)
from workbench.figures.beams_eye import beams_eye_view
from workbench.figures.dark import on_dark
from workbench.figures.delivery import planned_versus_delivered
from workbench.figures.gaze_diagram import gaze_diagram
from workbench.figures.sections import Cut, eye_sections
from workbench.figures.setup_answers import setup_spreads, setup_trends
from workbench.figures.setup_images import setup_images
from workbench.figures.workshop_sheet import sheet_html, sheet_pdf, workshop_sheet

__all__ = [
    "Cut",
    "beams_eye_view",
    "course_progress",
    "eye_sections",
    "gaze_diagram",
    "irregularity_list",
    "on_dark",
    "planned_versus_delivered",
    "setup_images",
    "setup_spreads",
    "setup_trends",
    "sheet_html",
    "sheet_pdf",
    "termination_shares",
    "tolerances",
    "treatment_chains",
    "treatment_times",
    "workshop_sheet",
]
