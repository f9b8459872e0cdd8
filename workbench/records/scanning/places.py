"""Where files are: folders and files of this machine, or URLs that fsspec understands. Nothing here looks into a file."""

from __future__ import annotations

import importlib.util
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from workbench.errors import Refused, Unavailable

IN_MEMORY: Final = ("memory",)
"""Protocols of file systems that other processes cannot see."""
CHECKPOINTS: Final = ".ipynb_checkpoints"
"""Folder in which Jupyter keeps copies of files that were opened: none of them is a file of its own."""
NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
MOMENTS: Final = ("mtime", "LastModified", "last_modified", "updated", "created")
MARKS: Final = ("ETag", "etag", "md5Hash", "generation")
"""What the file systems of fsspec call the moment of the last change, and what changes with the content."""


class Listed(NamedTuple):
    """A file and what tells whether it is still the same.

    Parameters
    ----------
    size : in bytes.
    mtime_ns : of its last change, nanoseconds since 1970; 0 where the place does not say.
    mark : number of its inode, or the entity tag of an object store; blank where there is none.
    """

    file: str
    size: int
    mtime_ns: int
    mark: str


class Place(Protocol):
    """Somewhere files are."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes of this machine see it, too."""
        ...

    def files(self) -> Iterator[Listed]:
        """Every file, folder by folder in the order of names; what cannot be listed is listed itself."""
        ...

    def read(self, file: str, length: int | None = None) -> bytes:
        """The bytes of a file, or its first ones.

        Raises
        ------
        OSError : it cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPlace:
    """Folders and files of this machine.

    Parameters
    ----------
    paths : none within another.
    without : a folder that is not looked into.
    """

    paths: tuple[Path, ...]
    without: Path | None = None

    def __post_init__(self) -> None:
        for path in self.paths:
            if not path.exists():
                raise Refused(f"{path}: found nothing there, expected a folder or a file", rule="file")

    @property
    def is_shared(self) -> bool:
        """Other processes see it."""
        return True

    def files(self) -> Iterator[Listed]:
        """Every file below; links to folders are not followed."""
        for path in self.paths:
            if path.is_dir():
                yield from _below(str(path.absolute()), None if self.without is None else str(self.without.absolute()))
            else:
                yield _listed(str(path.absolute()), path.stat)

    def read(self, file: str, length: int | None = None) -> bytes:
        """The bytes of a file, or its first ones."""
        # Not to wait for a pipe that nobody writes to.
        handle = os.open(file, os.O_RDONLY | NO_WAIT)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(0, "no regular file", file)
            return _read(handle, found.st_size if length is None else length)
        finally:
            os.close(handle)


def _below(folder: str, without: str | None) -> Iterator[Listed]:
    if folder == without:
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=attrgetter("name"))
    except OSError:
        yield _listed(folder, partial(os.stat, folder))
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != CHECKPOINTS:
                yield from _below(entry.path, without)
        else:
            yield _listed(entry.path, entry.stat)


def _read(handle: int, length: int) -> bytes:
    """So many bytes of a file, fewer when it is shorter."""
    data = os.read(handle, length)
    while len(data) < length and (more := os.read(handle, length - len(data))):
        data += more
    return data


def _listed(file: str, told: Callable[[], os.stat_result]) -> Listed:
    try:
        found = told()
    except OSError:
        # A link that leads nowhere, or a file that went meanwhile: reading it says so.
        return Listed(file, 0, 0, "")
    return Listed(file, found.st_size, found.st_mtime_ns, str(found.st_ino) if found.st_ino else "")


@dataclass(frozen=True, slots=True)
class DatasetPlace:
    """Data sets that somebody gave: they were read once, and are not there to be read again."""

    @property
    def is_shared(self) -> bool:
        """No other process has them."""
        return False

    def files(self) -> Iterator[Listed]:
        """None."""
        return iter(())

    def read(self, file: str, length: int | None = None) -> bytes:
        """Not possible.

        Raises
        ------
        Unavailable : always.
        """
        raise Unavailable(f"data set {file}: is not kept, expected files for what is read on demand", rule="data-set")


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPlace:
    """Files at a URL of fsspec, for example ``s3://bucket/records``.

    Parameters
    ----------
    options : for the file system, for example ``{"endpoint_url": ...}``; they are never written anywhere.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        protocol = self.url.partition("://")[0]
        if importlib.util.find_spec("fsspec") is None:
            raise Refused(f"{self.url}: found no fsspec, expected it to be installed (extra dask)", rule="extra")
        self._answering(self._opened, protocol)

    @property
    def is_shared(self) -> bool:
        """Other processes see it, unless it is in memory."""
        return not self.url.startswith(tuple(f"{one}://" for one in IN_MEMORY))

    def files(self) -> Iterator[Listed]:
        """Every file below."""
        system, root = self._opened()
        found = self._answering(lambda: system.find(root, detail=True), self.url)
        if not found:
            raise Refused(f"{self.url}: found nothing there, expected files", rule="file")
        for path, told in sorted(found.items()):
            yield Listed(system.unstrip_protocol(path), int(told.get("size") or 0), _moment_ns(told), _mark(told))

    def read(self, file: str, length: int | None = None) -> bytes:
        """The bytes of a file, or its first ones."""
        system, _ = self._opened()
        return bytes(system.cat_file(system._strip_protocol(file), end=length))

    def _opened(self) -> tuple[Any, str]:
        import fsspec  # noqa: PLC0415 - of an extra

        system, root = fsspec.core.url_to_fs(self.url, **self.options)
        return system, str(root)

    def _answering(self, asked: Any, what: str) -> Any:
        try:
            return asked()
        except (ValueError, ImportError) as problem:
            raise Refused(f"{self.url}: cannot be opened ({problem}), expected a URL of fsspec and its package", rule="url") from problem
        except OSError as problem:
            raise Unavailable(f"{self.url}: {what} cannot be listed ({problem})", rule="url") from problem


def place_of(paths: Iterable[str | Path], *, options: Mapping[str, Any], without: Path | None) -> Place:
    """The place of these paths, or of one URL.

    Raises
    ------
    Refused : nothing is there, or a URL stands among paths.
    Unavailable : the file system of a URL does not answer.
    """
    given = tuple(paths)
    urls = [str(one) for one in given if is_url(one)]
    if not given or (urls and len(given) > 1):
        raise Refused(f"scan: found {len(given)} places of which {len(urls)} are URLs, expected paths, or one URL", rule="url")
    if urls:
        return UrlPlace(url=urls[0], options=dict(options))
    absolute = dict.fromkeys(Path(one).absolute() for one in given)
    return LocalPlace(paths=tuple(one for one in absolute if absolute.keys().isdisjoint(one.parents)), without=without)


def is_url(path: str | Path) -> bool:
    """Whether a text is a URL and no path."""
    return isinstance(path, str) and "://" in path


def _moment_ns(told: Mapping[str, Any]) -> int:
    found = next((told[name] for name in MOMENTS if told.get(name) is not None), 0)
    seconds = found.timestamp() if isinstance(found, datetime) else float(found) if isinstance(found, int | float) else 0.0
    return int(seconds * 1e9)


def _mark(told: Mapping[str, Any]) -> str:
    return next((str(told[name]) for name in MARKS if told.get(name) is not None), "")
