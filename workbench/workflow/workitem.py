"""What a stored workitem says of itself."""

from __future__ import annotations

from pydicom.dataset import Dataset

from workbench.archive.rows import WorkitemRow
from workbench.dicom import part10, uids
from workbench.iods.dialect import Dialect
from workbench.mapping.dialects import spoken


def attributes(row: WorkitemRow, dialect: Dialect = Dialect.TRIAL) -> Dataset:
    """All attributes of a workitem with its state, without its lock, in the dialect of who asks."""
    dataset = part10.decode(row.dataset, uids.EXPLICIT_LITTLE)
    dataset.ProcedureStepState = row.state.value
    return spoken(dataset, dialect)


def progress(dataset: Dataset) -> tuple[float | None, str | None]:
    """Percentage and description of the progress that a workitem's attributes tell."""
    items = dataset.get("ProcedureStepProgressInformationSequence") or []
    if not items:
        return None, None
    percent, words = items[0].get("ProcedureStepProgress"), items[0].get("ProcedureStepProgressDescription")
    return None if percent in (None, "") else float(percent), str(words) if words else None
