"""The command line as a terminal sees it, run in this process: what it prints, what it says on stderr, how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from tests.clinic import make_ion_plan
from workbench.dicom import part10


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one sentence of a refusal; nothing else is said then."""
        assert (self.code, self.out) == (1, ""), self
        (line,) = self.err.strip().splitlines()
        return line


Command = Callable[..., Result]


def write(path: Path, dataset: Dataset | None = None) -> str:
    """An object as a DICOM file, a plan when none is given; its SOP Instance UID."""
    instance = part10.encoded(dataset or make_ion_plan())
    path.write_bytes(part10.header(instance, implementation_class_uid="2.25.1", implementation_version_name=None) + instance.data)
    return instance.sop_instance_uid


def files_below(folder: Path) -> list[str]:
    """Names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
