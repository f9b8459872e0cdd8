"""Scanning: which files are new, have them read, and the tables over all of them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TypeVar

from pydicom.dataset import Dataset
from tqdm.auto import tqdm

from workbench.clock import machine_zone
from workbench.dicom import part10
from workbench.dicom.part10 import Encoded
from workbench.dicom.reading import EncodedDataset
from workbench.errors import Refused
from workbench.records.scanning.batch import Batch, Counts, Opened, scan_into
from workbench.records.scanning.parts import Parts
from workbench.records.scanning.places import DatasetPlace, Listed, Place, place_of
from workbench.records.scanning.source import Kept, ScannedRecords, ScannedSource
from workbench.records.scanning.workers import scanned

BATCH: Final = 2000
"""Files of a part at most: what is read again when a scan was cut off, and what a process has in memory."""
LEAST: Final = 250
"""Files of a part at least, while there are so many."""
FEW: Final = 1000
"""So few files are read before another process has started."""

Given = Dataset | Encoded | EncodedDataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanning:
    """How files are scanned.

    Parameters
    ----------
    cache : folder that the tables are kept in, so that only new and changed files are read the next time; it holds what the records say
        of patients. None keeps them until the records are closed.
    zone : in which an object's dates and times are meant when it does not say so itself; None takes that of the machine, with its rules
        for summer and winter.
    processes : None takes as many as the machine has processors; 1 reads in this process.
    progress : show a bar.
    options : of the file system of a URL.
    """

    cache: str | Path | None = None
    zone: tzinfo | None = None
    processes: int | None = None
    progress: bool = False
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.processes is not None and self.processes < 1:
            raise Refused(f"scan: found {self.processes} processes, expected at least 1", rule="processes")


def scan(*paths: str | Path, how: Scanning | None = None, **options: Any) -> ScannedRecords:
    """The tables of folders and files of DICOM, whoever wrote them, or of a URL.

    Every file is looked at: what it tells becomes rows, and a file that cannot be read, or that no table tells of, becomes a row of
    ``unreadable``. So ``files`` has as many rows as there are files.

    Parameters
    ----------
    how : or give the fields of ``Scanning`` by name.

    Examples
    --------
    >>> records = scan("received", cache="received.cache", progress=True)
    >>> records.beams(patient_id="EYE-7")

    Raises
    ------
    Refused : a path does not exist.
    Unavailable : the cache cannot be written. What was scanned before stays, and the next scan goes on from there.
    """
    how = how or Scanning(**options)
    zone = how.zone or machine_zone()
    kept = Kept(how.cache)
    place = place_of(paths, options=how.options, without=None if how.cache is None else kept.folder)
    parts = Parts.under(kept.folder, zone)
    parts.tidy()
    parts.join()
    counts = Counts()
    with tqdm(desc="scan", unit=" files", disable=not how.progress) as bar:
        for done in _run(_unknown(place, parts), place, partial(_batch, place, parts, zone), how.processes or os.cpu_count() or 1):
            counts = counts.plus(done)
            bar.update(done.files)
    return ScannedRecords(ScannedSource(parts=parts, zone=zone, place=place), counts, kept)


def _unknown(place: Place, parts: Parts) -> Iterator[Listed]:
    """Files that no part lists as they are now; once all are listed, parts lose those that changed or went."""
    known, stale = parts.known()
    for listed in place.files():
        if known.pop(listed, None) is None:
            yield listed
    for one, part in known.items():
        stale.setdefault(part, set()).add(one.file)
    parts.drop(stale)


def _batch(place: Place, parts: Parts, zone: tzinfo, files: tuple[Listed, ...]) -> Batch:
    return Batch(place=place, files=files, parts=parts.folder, zone=zone)


def _run(files: Iterator[Listed], place: Place, batch_of: Callable[[tuple[Listed, ...]], Batch], processes: int) -> Iterator[Counts]:
    """Have files read, here or by so many processes."""
    first = tuple(islice(files, FEW + 1))
    every = chain(first, files)
    if processes > 1 and place.is_shared and len(first) > FEW:
        yield from scanned(map(batch_of, _shared_out(every, processes)), processes)
    else:
        yield from (batch_of(batch).scan() for batch in _batched(every))


def _shared_out(files: Iterator[Listed], processes: int) -> Iterator[tuple[Listed, ...]]:
    """Batches for processes, smaller towards the end so that all end together."""
    ahead: deque[Listed] = deque()
    while True:
        ahead.extend(islice(files, 2 * processes * BATCH - len(ahead)))
        if not ahead:
            return
        size = min(BATCH, max(LEAST, len(ahead) * 2 // (3 * processes)), len(ahead))
        yield tuple(ahead.popleft() for _ in range(size))


def of_datasets(
    datasets: Iterable[Given], *, zone: tzinfo | None = None, cache: str | Path | None = None, progress: bool = False
) -> ScannedRecords:
    """The tables of data sets, one after the other; there may be more than fit into memory.

    Parameters
    ----------
    datasets : of pydicom, encoded, or read by ``workbench.dicom.reading``. Their ``file`` is their place among them, from 0.
    zone : in which their dates and times are meant when they do not say so themselves; None takes that of the machine.
    cache : a new folder that the tables are kept in; None keeps them until the records are closed.

    Raises
    ------
    Refused : the cache has something already; data sets have no identity by which to know them again.
    Unavailable : the cache cannot be written.
    """
    zone = zone or machine_zone()
    kept = Kept(cache)
    parts = Parts.under(kept.folder, zone)
    if parts.all():
        raise Refused(f"{kept.folder}: found tables of an earlier scan, expected a new folder for those of data sets", rule="cache")
    counts = Counts()
    numbered = ((Listed(str(place), 0, 0, ""), _opening(one)) for place, one in enumerate(datasets))
    with tqdm(desc="read", unit=" data sets", disable=not progress) as bar:
        for batch in _batched(numbered):
            done = scan_into(parts.folder, batch, zone)
            counts = counts.plus(done)
            bar.update(done.files)
    return ScannedRecords(ScannedSource(parts=parts, zone=zone, place=DatasetPlace()), counts, kept)


def _opening(one: Given) -> Opened:
    def open_it() -> EncodedDataset:
        if isinstance(one, EncodedDataset):
            return one
        return (one if isinstance(one, Encoded) else part10.encoded(one)).read()

    return open_it


_One = TypeVar("_One")


def _batched(items: Iterable[_One]) -> Iterator[tuple[_One, ...]]:
    left = iter(items)
    while batch := tuple(islice(left, BATCH)):
        yield batch
