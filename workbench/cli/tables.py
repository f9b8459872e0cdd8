"""``workbench records``: tables and answers, narrowed by what they are about, in the format that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.archive.writing import write_new
from workbench.cli.common import DEFAULT_DATA, DataFolder, say
from workbench.cli.geometry import PICTURE_FORMS
from workbench.device.generated import write_generated
from workbench.errors import Refused
from workbench.records import Records, open_folder, scan
from workbench.records.answers import ANSWERS
from workbench.records.answers.timing import GROUPS
from workbench.records.columns import TABLES
from workbench.records.export import RecordsFormat, rendered
from workbench.records.wanted import Filters

DAY = ["%Y-%m-%d"]


def _one_of(value: str | None, known: list[str]) -> str | None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"found {value!r}, expected one of {', '.join(known)}")
    return value


def _table(value: str | None) -> str | None:
    return _one_of(value, list(TABLES))


def _answer(value: str | None) -> str | None:
    return _one_of(value, list(ANSWERS))


def _group(value: str | None) -> str | None:
    return _one_of(value, list(GROUPS))


def records(  # noqa: PLR0913, PLR0917 - every option of a command is a parameter
    paths: Annotated[
        list[str] | None, typer.Argument(help="Folders and files of DICOM, or a URL, instead of a data folder.", show_default=False)
    ] = None,
    data: DataFolder = DEFAULT_DATA,
    output: Annotated[RecordsFormat, typer.Option("--format", help="How to give the table.")] = RecordsFormat.TABLE,
    to: Annotated[Path | None, typer.Option(help="File to write instead of standard output; must not exist.")] = None,
    table: Annotated[
        str | None, typer.Option(callback=_table, metavar="NAME", help=f"What to tabulate: {', '.join(TABLES)}; beams if not given.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option(callback=_answer, metavar="NAME", help=f"What to answer instead: {', '.join(ANSWERS)}.")
    ] = None,
    patient: Annotated[str | None, typer.Option(help="Only this Patient ID.")] = None,
    plan: Annotated[str | None, typer.Option(metavar="UID", help="Only this plan.")] = None,
    by: Annotated[
        str | None, typer.Option(callback=_group, metavar="NAME", help=f"What terminations are counted by: {', '.join(GROUPS)}.")
    ] = None,
    session: Annotated[int | None, typer.Option(help="Only this session.")] = None,
    room: Annotated[str | None, typer.Option(help="Only this treatment room.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="From this day on.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Up to the end of this day.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder that a scan of PATHS is kept in, to go on from the next time.")] = None,
    figure: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the answer too, as .png, .pdf or .svg.")] = None,
) -> None:
    """Print what was recorded as a table, or answer a question about it.

    An answer is narrowed after it was counted: a course is whole, whatever is asked of it.
    """
    if table is not None and answer is not None:
        raise typer.BadParameter("found --table and --answer, expected one of them")
    if by is not None and answer != "terminations":
        raise typer.BadParameter("found --by, expected it with --answer terminations")
    if output.is_binary and to is None:
        name = "Parquet" if output is RecordsFormat.PARQUET else "Excel"
        raise Refused(f"records: {name} is binary, expected a file to write it to (--to FILE)", rule="format")
    if figure is not None:
        _must_draw(figure, answer)
    filters = Filters(patient_id=patient, plan_uid=plan, session=session, room=room, since=_day(since), until=_day(until))
    if cache is not None and not paths:
        raise Refused("records: found a cache for a data folder, expected PATHS that are scanned", rule="cache")
    with _opened(paths, data, cache) as found:
        frame = _asked(found, table or "beams", answer, by, filters)
    is_narrowed = any(value is not None for value in filters.values())
    if output is RecordsFormat.TABLE and frame.empty and is_narrowed:
        content = b"nothing fits what was asked for"
    else:
        content = rendered(frame, output)
    if figure is not None and answer is not None:
        _draw(frame, answer, figure)
    if to is None:
        say(content.decode("utf-8").rstrip("\n"))
    else:
        write_new(to, content)
        say(f"{to}: {len(frame)} rows of {answer or table or 'beams'}")


def _asked(found: Records, table: str, answer: str | None, by: str | None, filters: Filters) -> Any:
    if answer is None:
        return found.table(table, **filters)
    return found.answers.answer(answer, **filters) if by is None else found.answers.terminations(by=by, **filters)


@contextmanager
def _opened(paths: list[str] | None, data: Path, cache: Path | None) -> Iterator[Records]:
    """The records of a data folder, or of what is scanned; how much of that cannot be read is said on standard error."""
    if not paths:
        with open_folder(data) as folder:
            yield folder
        return
    with scan(*paths, cache=cache, progress=sys.stderr.isatty()) as found:
        unreadable = len(found.unreadable())
        if unreadable:
            typer.echo(f"workbench: {unreadable} of {len(found.files())} files are not read; --table unreadable says why", err=True)
        yield found


def generate(
    to: Annotated[Path, typer.Argument(help="New or empty folder.")],
    count: Annotated[int, typer.Option(min=1, help="How many treatment records; their plans come on top.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed gives the same set.")] = 1,
) -> None:
    """Write an invented set of plans and treatment records, interrupted, continued, shifted and now and then odd."""
    files = write_generated(to, count, seed=seed, progress=sys.stderr.isatty())
    say(f"{to}: {count} records, {files - count} plans")


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _must_draw(figure: Path, answer: str | None) -> None:
    """Refuse before anything is read what cannot be drawn."""
    if figure.suffix.removeprefix(".") not in PICTURE_FORMS:
        raise Refused(f"{figure}: the name ends in {figure.suffix!r}, expected .{', .'.join(PICTURE_FORMS)}", rule="suffix")
    drawn = import_module("workbench.figures.answers").ANSWERED
    if answer not in drawn:
        raise Refused(f"records: found a figure of {answer or 'a table'}, expected --answer with one of {', '.join(drawn)}", rule="figure")


def _draw(frame: Any, answer: str, figure: Path) -> None:
    # Drawing takes a second to load; whoever wants a table does not wait for it.
    drawn = import_module("workbench.figures.answers").ANSWERED
    content = BytesIO()
    drawn[answer](frame).savefig(content, format=figure.suffix.removeprefix("."), dpi=150)
    write_new(figure, content.getvalue())
    typer.echo(f"{figure}: {answer}", err=True)
