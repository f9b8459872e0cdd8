"""The database: opening it, and transactions that end in events.

Everything that changes state happens in one transaction, its events among the rows. When it is committed they are told on
the bus; what other processes wrote is picked up by following the table.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from workbench.archive import schema
from workbench.archive.catalogue import Catalogue
from workbench.archive.history import History
from workbench.archive.objects import Objects
from workbench.archive.recorded import RecordedBeams
from workbench.archive.sessions import Sessions
from workbench.archive.setup import SetupRows
from workbench.archive.subscriptions import Subscriptions
from workbench.archive.tabulated import Tabulated
from workbench.archive.workitems import Workitems
from workbench.archive.writing import OWNER_ONLY_FILE
from workbench.errors import Refused, Unavailable
from workbench.events import Event, EventBus

BUSY_TIMEOUT_MS = 30_000
LOOK_S = 0.01
"""How often a connection asks again for what SQLite does not wait for."""


class Transaction:
    """All that can be asked and changed, in one go."""

    def __init__(self, connection: Connection) -> None:
        self.history = History(connection)
        self.objects = Objects(connection)
        self.catalogue = Catalogue(connection)
        self.sessions = Sessions(connection)
        self.workitems = Workitems(connection)
        self.subscriptions = Subscriptions(connection)
        self.beams = RecordedBeams(connection)
        self.setup = SetupRows(connection)
        self.tabulated = Tabulated(connection)


class Database:
    """Rows of one data folder.

    Parameters
    ----------
    url : SQLAlchemy URL.
    bus : told of every event once it is committed.

    Raises
    ------
    Unavailable : it cannot be opened.
    Refused : it was made by another version.
    """

    def __init__(self, url: str, bus: EventBus) -> None:
        self._bus = bus
        # Parameters hold patients' names, and errors are logged.
        self._engine = create_engine(url, pool_size=20, max_overflow=80, hide_parameters=True)
        self._turn: AbstractContextManager[object] = nullcontext()
        self._mine = threading.local()
        if self._engine.dialect.name == "sqlite":
            _tune_sqlite(self._engine)
            # SQLite has one writer at a time, and those who wait ask again and again: among many, one may never be heard.
            self._turn = threading.Lock()
        try:
            self._prepare()
        except DBAPIError as problem:
            raise Unavailable(f"database {self._engine.url!r}: cannot be opened ({problem.orig})", rule="database") from problem
        self._told = _Told(self._last_event())

    @classmethod
    def in_folder(cls, folder: Path, bus: EventBus) -> Database:
        """The SQLite database of a data folder, its owner's alone; SQLite gives its log and shared memory the mode of the file."""
        file = folder / "index.sqlite"
        file.touch(mode=OWNER_ONLY_FILE, exist_ok=True)
        return cls(f"sqlite:///{file}", bus)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A writing transaction: all of it or nothing; its events are told after the commit.

        Raises
        ------
        Unavailable : the database does not answer.
        RuntimeError : this thread is inside a transaction already, and would wait for itself for ever.
        """
        if getattr(self._mine, "is_writing", False):
            raise RuntimeError("transaction: found another one of this thread that is not finished, expected one at a time")
        self._mine.is_writing = True
        try:
            with (
                self._turn,
                self._engine.connect().execution_options(workbench_writes=True) as connection,
                connection.begin(),
            ):
                transaction = Transaction(connection)
                yield transaction
        except OperationalError as problem:
            raise Unavailable(f"database: does not answer ({problem.orig})", rule="database") from problem
        finally:
            self._mine.is_writing = False
        for one in transaction.history.appended:
            if self._told.claim(one.id):
                self._bus.publish(one)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A view of one moment; it changes nothing."""
        try:
            with self._engine.connect().execution_options(workbench_writes=False) as connection, connection.begin():
                yield Transaction(connection)
        except OperationalError as problem:
            raise Unavailable(f"database: does not answer ({problem.orig})", rule="database") from problem

    def follow(self) -> list[Event]:
        """Tell the bus what other processes wrote since the last look; what was told."""
        with self.reading() as view:
            fresh = [one for one in view.history.after(self._told.floor) if self._told.claim(one.id)]
        for one in fresh:
            self._bus.publish(one)
        return fresh

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _prepare(self) -> None:
        schema.metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            found = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "version"))
            if found is None:
                try:
                    connection.execute(insert(schema.meta).values(key="version", value=str(schema.VERSION)))
                except SQLAlchemyError as problem:
                    raise Unavailable(f"database: another process is preparing it ({problem})", rule="database") from problem
            elif found != str(schema.VERSION):
                where = self._engine.url.render_as_string(hide_password=True)
                raise Refused(f"database {where}: found schema version {found}, expected {schema.VERSION}", rule="database")

    def _last_event(self) -> int:
        with self.reading() as view:
            return view.history.last_id()


class _Told:
    """Which events the bus was told: all up to the floor, and a few above it."""

    def __init__(self, floor: int) -> None:
        self._lock = threading.Lock()
        self._above: set[int] = set()
        self.floor = floor

    def claim(self, number: int) -> bool:
        with self._lock:
            if number <= self.floor or number in self._above:
                return False
            self._above.add(number)
            while self.floor + 1 in self._above:
                self.floor += 1
                self._above.discard(self.floor)
            return True


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _write_ahead(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: upgrading a reading transaction fails when another writer came between.
        writes = connection.get_execution_options().get("workbench_writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Have a new database keep a write-ahead log. Among several that do this at once SQLite fails all but one, without waiting."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(LOOK_S)
        else:
            return
