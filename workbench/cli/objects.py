"""``workbench import`` and ``export``: objects in and out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from workbench.bench import Workbench
from workbench.cli.common import DEFAULT_DATA, DataFolder, closed_bench, placed, say
from workbench.errors import Refused, WorkbenchError


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="DICOM files, or folders of them.")],
    data: DataFolder = DEFAULT_DATA,
    patient_id: Annotated[str | None, typer.Option(help="The patient they are meant for; another one's are refused.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Import even where the Patient ID does not match.")] = False,
) -> None:
    """Import RT Ion Plans, planning CT, structure sets, RT Images and records."""
    failures = 0
    with closed_bench(data) as bench:
        files = list(_files(paths))
        for path in tqdm(files, disable=None, unit="file", leave=False):
            try:
                uid, is_new = _imported(bench, path, patient_id, is_confirmed=yes)
            except WorkbenchError as error:
                failures += 1
                typer.echo(f"workbench: {placed(path, error)}", err=True)
            else:
                say(f"{uid}  {'imported' if is_new else 'known already'}  {path}")
    if failures:
        raise typer.Exit(1)


def export_images(
    uids: Annotated[list[str], typer.Argument(metavar="UID...", help="SOP Instance UIDs of imported RT Images.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder to write DICOM files into.")],
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Write imported RT Images again, blank, as the ocular statement says; their text stays the same bytes."""
    with closed_bench(data) as bench:
        for uid in uids:
            say(str(bench.export_image(uid, to)))


def _imported(bench: Workbench, path: Path, patient_id: str | None, *, is_confirmed: bool) -> tuple[str, bool]:
    """Import one file; where its Patient ID is another one, the user is warned, and asked unless the answer was given beforehand."""
    try:
        return bench.import_file(path, patient_id=patient_id)
    except WorkbenchError as error:
        if error.rule != "patient-mismatch":
            raise
        typer.echo(f"workbench: warning: {placed(path, error)}", err=True)
        if not (is_confirmed or (_asks() and typer.confirm("Import it all the same?", err=True))):
            raise Refused(
                f"{path}: not imported, expected the same patient, or --yes to import it all the same", rule=error.rule
            ) from error
        return bench.import_file(path, patient_id=patient_id, is_confirmed=True)


def _asks() -> bool:
    """Whether somebody sits there to be asked."""
    return sys.stdin.isatty()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file())
        else:
            yield path
