"""Figures of all that can be looked at: plain matplotlib ``Figure`` objects, for dashboards, reports and sheets alike."""

from workbench.figures.beams_eye import beams_eye_view
from workbench.figures.delivery import planned_versus_delivered
from workbench.figures.setup_images import setup_images

__all__ = ["beams_eye_view", "planned_versus_delivered", "setup_images"]
