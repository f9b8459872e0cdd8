"""Options and printing that the commands share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import workbench
from workbench import settings as configuration
from workbench.errors import Refused, WorkbenchError
from workbench.settings import Peer, Settings

if TYPE_CHECKING:
    from workbench.bench import Workbench

DataFolder = Annotated[Path, typer.Option("--data", envvar="WORKBENCH_DATA", help="Data folder.", show_default=True)]
DEFAULT_DATA = Path("workbench-data")


class TableFormat(StrEnum):
    """How a listing is printed."""

    TABLE = "table"
    """Aligned columns for people."""
    JSON = "json"
    """For programs."""


def closed_bench(data: Path) -> Workbench:
    """The data folder opened for a command beside a provider that may be running: nothing listens."""
    # Loaded by its name, for the commands alone that open one.
    return workbench.Workbench(data, listen=False)


def say(text: str = "") -> None:
    """A line on standard output."""
    typer.echo(text)


def placed(path: Path, error: WorkbenchError) -> str:
    """The error's sentence, with the file that it is about."""
    return str(error) if str(path) in str(error) else f"{path}: {error}"


def as_json(value: Any) -> str:
    """A value as indented JSON; moments and paths as text."""
    return json.dumps(value, indent=2, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def aligned(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under a header, columns aligned."""
    text = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[index]) for row in text) for index in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in text)


def settings_for(data: Path, config: Path | None, peers: Sequence[str], **changes: Any) -> Settings:
    """Settings of a data folder, then a file, then flags.

    Raises
    ------
    Refused : the file is named and missing, or a flag does not parse.
    """
    if config is not None and not config.exists():
        raise Refused(f"{config}: does not exist, expected a settings file", rule="settings")
    settings = configuration.load(config or data / configuration.FILE_NAME)
    for text in peers:
        settings = settings.with_peer(parse_peer(text))
    return replace(settings, **{key: value for key, value in changes.items() if value is not None})


def parse_peer(text: str) -> Peer:
    """``AE=HOST:PORT`` as a peer."""
    title, _, address = text.partition("=")
    host, _, port = address.rpartition(":")
    if not title or not host or not port.isdigit() or not 0 < int(port) <= configuration.HIGHEST_PORT:
        raise typer.BadParameter(f"peer: found {text!r}, expected AE=HOST:PORT, for example DEVICE=127.0.0.1:11113")
    return Peer(ae_title=title, host=host, port=int(port))


def parse_metersets(texts: Sequence[str]) -> dict[int, float]:
    """``BEAM=MU`` for each beam."""
    found: dict[int, float] = {}
    for text in texts:
        beam, _, meterset = text.partition("=")
        try:
            found[int(beam)] = float(meterset)
        except ValueError as problem:
            raise typer.BadParameter(f"meterset: found {text!r}, expected BEAM=MU, for example 1=120.0") from problem
    return found
