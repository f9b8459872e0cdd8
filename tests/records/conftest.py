"""Houses whose records are tabulated."""

from tests.workflow.conftest import house, make_house

__all__ = ["house", "make_house"]
