"""Cases of the shipped sample for tests of the eye, the beam and the plan: as it is, or with one thing wrong."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from workbench.ocular import OcularPlan, read_eyeplan, sample_eyeplan
from workbench.ocular.aperture import Aperture

SQUARE_MM = ((-5.0, -5.0), (-5.0, 5.0), (5.0, 5.0), (5.0, -5.0))


class StoppedClock:
    """A clock that always tells the same time."""

    @property
    def zone(self) -> tzinfo:
        """UTC."""
        return UTC

    def now(self) -> datetime:
        """Noon of 1 June 2026, UTC."""
        return datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def sample_plan() -> OcularPlan:
    """The plan of the shipped sample, made at a fixed time."""
    return read_eyeplan(sample_eyeplan(), clock=StoppedClock())


def square_aperture(half_mm: float = 5.0) -> Aperture:
    """A square opening about the beam axis."""
    scale = half_mm / 5.0
    return Aperture(block_mm=tuple((scale * x, scale * y) for x, y in SQUARE_MM), block_id="SQUARE")


def changed_case(folder: Path, suffix: str, found: str, changed: str) -> Path:
    """A copy of the sample's files in ``folder``, with one text of one file changed; gives the changed file."""
    shutil.copytree(sample_eyeplan() / "model", folder / "model")
    for file in sample_eyeplan().glob("SAMPLE.*"):
        text = file.read_bytes().decode("latin-1")
        if file.suffix == suffix:
            assert found in text, f"the sample's {file.name} does not hold {found!r}"
            text = text.replace(found, changed, 1)
        (folder / file.name).write_bytes(text.encode("latin-1"))
    return folder / f"SAMPLE{suffix}"
