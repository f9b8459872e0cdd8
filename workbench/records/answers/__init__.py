"""Ready-made answers: pure functions from tables to a table."""

from workbench.records.answers.columns import ANSWERS
from workbench.records.answers.comparison import planned_versus_delivered
from workbench.records.answers.face import Answers
from workbench.records.answers.irregularities import irregularities
from workbench.records.answers.progress import progress, treatments
from workbench.records.answers.setup import setup_spread, setup_trend
from workbench.records.answers.timing import terminations, timing

__all__ = [
    "ANSWERS",
    "Answers",
    "irregularities",
    "planned_versus_delivered",
    "progress",
    "setup_spread",
    "setup_trend",
    "terminations",
    "timing",
    "treatments",
]
