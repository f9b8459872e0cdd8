"""Transactions are all or nothing, have one winner, and end in events that every process hears in order."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.archive.samples import make_beam, make_session, make_stored, make_workitem
from tests.clinic import NOW
from workbench.archive import schema
from workbench.archive.database import Database
from workbench.archive.rows import SessionState, StepState
from workbench.errors import Conflict, Refused, Unavailable
from workbench.events import Event, EventBus, EventKind

THREADS = 16


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database in a folder."""
    opened = Database.in_folder(tmp_path, EventBus())
    yield opened
    opened.close()


def note(database: Database, subject: str, kind: EventKind = EventKind.OBJECT_STORED) -> Event:
    """One event in a transaction of its own."""
    with database.transaction() as transaction:
        return transaction.history.append(kind, subject=subject, actor="user", at=NOW)


def listening(folder: Path) -> tuple[Database, list[Event]]:
    """Another process's view of the folder, and what its bus tells."""
    bus = EventBus()
    heard: list[Event] = []
    bus.subscribe(heard.append)
    return Database.in_folder(folder, bus), heard


def together(work: object, count: int = THREADS) -> list[object]:
    """Call ``work(number)`` in so many threads that all start at once; what each returned."""
    barrier = threading.Barrier(count)

    def one(number: int) -> object:
        barrier.wait()
        return work(number)  # type: ignore[operator]

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_what_is_written_is_read_back_as_it_was(database: Database) -> None:
    """Session, workitem, object and beam keep every field, moments with their zone."""
    stored, beam = make_stored(patient_id="P-001", plan_label="EYE"), make_beam("2.25.30", started_at=NOW, delivered_mu=12.5)
    with database.transaction() as transaction:
        session = transaction.sessions.add(make_session())
        transaction.objects.add(stored)
        transaction.workitems.add(make_workitem(session.id))
        transaction.beams.add([beam])

    with database.reading() as view:
        found = (view.sessions.get(session.id), view.workitems.get("2.25.20"), view.objects.get("2.25.30"), view.beams.find())

    assert found == (make_session(id=session.id), make_workitem(session.id), stored, [beam])


def test_a_transaction_that_fails_changes_nothing_and_tells_nobody(tmp_path: Path) -> None:
    """The last step raises: no session, no object, no history, no event on the bus."""
    database, heard = listening(tmp_path)

    def fail() -> None:
        with database.transaction() as transaction:
            transaction.sessions.add(make_session())
            transaction.objects.add(make_stored())
            transaction.history.append(EventKind.SESSION_PREPARED, subject="1", actor="user", at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with database.reading() as view:
        assert (view.sessions.all(), view.objects.find(), view.history.after(0)) == ([], [], [])
    assert heard == []
    database.close()


def test_events_are_told_after_their_commit(tmp_path: Path) -> None:
    """A subscriber that looks finds what the event is about."""
    bus, seen = EventBus(), []
    database = Database.in_folder(tmp_path, bus)

    def look(event: Event) -> None:
        with database.reading() as view:
            seen.append((event.subject, view.objects.get(event.subject) is not None))

    bus.subscribe(look)
    with database.transaction() as transaction:
        transaction.objects.add(make_stored("2.25.30"))
        transaction.history.append(EventKind.OBJECT_STORED, subject="2.25.30", actor="user", at=NOW)

    assert seen == [("2.25.30", True)]
    database.close()


def test_sixteen_claims_at_once_have_one_winner(database: Database) -> None:
    """One guarded update moves the workitem; the other fifteen find it moved, and it holds the winner's lock."""
    with database.transaction() as transaction:
        session = transaction.sessions.add(make_session())
        transaction.workitems.add(make_workitem(session.id))

    def claim(number: int) -> bool:
        with database.transaction() as transaction:
            return transaction.workitems.move(
                "2.25.20",
                expected=StepState.SCHEDULED,
                to=StepState.IN_PROGRESS,
                at=NOW,
                lock=f"2.25.{number}",
                holder=f"DEV{number}",
            )

    won = together(claim)

    assert sorted(map(bool, won)) == [False] * 15 + [True]
    with database.reading() as view:
        row = view.workitems.get("2.25.20")
    winner = won.index(True)
    assert row == make_workitem(session.id, state=StepState.IN_PROGRESS, lock=f"2.25.{winner}", holder=f"DEV{winner}")


def test_a_room_has_one_open_session_however_many_are_prepared_at_once(database: Database) -> None:
    """The index refuses the second, whoever looked before."""

    def prepare(_: int) -> str:
        try:
            with database.transaction() as transaction:
                transaction.sessions.add(make_session())
        except Conflict as refusal:
            return refusal.rule
        return "prepared"

    assert sorted(map(str, together(prepare, 4))) == ["prepared", "room-busy", "room-busy", "room-busy"]


def test_a_completed_session_leaves_its_room_to_the_next(database: Database) -> None:
    """Another room is free all along; the same one after completion."""
    with database.transaction() as transaction:
        first = transaction.sessions.add(make_session())
        transaction.sessions.add(make_session(room="EYE2"))
        moved = transaction.sessions.move(first.id, expected=(SessionState.PREPARED,), to=SessionState.COMPLETED, closed_at=NOW)
        second = transaction.sessions.add(make_session(fraction=2))

    with database.reading() as view:
        assert moved
        assert view.sessions.open_in("EYE1") == second
        assert [(one.id, one.state) for one in view.sessions.all(room="EYE1")] == [
            (first.id, SessionState.COMPLETED),
            (second.id, SessionState.PREPARED),
        ]


def test_a_beam_needs_its_record(database: Database) -> None:
    """Foreign keys are on: a beam of an object that is not stored takes its transaction with it."""

    def orphan() -> None:
        with database.transaction() as transaction:
            transaction.sessions.add(make_session())
            transaction.beams.add([make_beam("2.25.404")])

    with pytest.raises(Exception, match="FOREIGN KEY constraint failed"):
        orphan()

    with database.reading() as view:
        assert view.sessions.all() == []


def test_an_error_of_the_database_never_quotes_values(database: Database) -> None:
    """Errors are logged, and rows hold patients' names."""

    def twice() -> None:
        with database.transaction() as transaction:
            transaction.objects.add(make_stored(patient_name="Doe^Jane"))
            transaction.objects.add(make_stored(patient_name="Doe^Jane"))

    with pytest.raises(Exception, match="UNIQUE constraint failed") as failure:
        twice()

    assert "Doe" not in str(failure.value)


def test_a_beam_that_was_stopped_and_resumed_has_two_rows_in_one_record(database: Database) -> None:
    """Two items of one record for the same beam are both kept, in their order."""
    items = [make_beam("2.25.30", item=0, delivered_mu=12.5), make_beam("2.25.30", item=1, delivered_mu=27.5)]
    with database.transaction() as transaction:
        transaction.objects.add(make_stored("2.25.30"))
        transaction.beams.add(items)

    with database.reading() as view:
        assert view.beams.find() == items


def test_another_process_hears_what_was_done_here_by_following(tmp_path: Path) -> None:
    """Two databases on one folder: the other's bus is told on the next look, once, in order."""
    here, heard_here = listening(tmp_path)
    there, heard_there = listening(tmp_path)
    told = [note(here, "2.25.1"), note(here, "2.25.2")]
    assert (heard_here, heard_there) == (told, [])

    assert there.follow() == told
    assert there.follow() == []
    assert here.follow() == []

    assert (heard_here, heard_there) == (told, told)
    here.close()
    there.close()


def test_what_happened_before_opening_is_not_told_again(tmp_path: Path) -> None:
    """A process that starts later reads the history; its bus tells only what is new."""
    here, _ = listening(tmp_path)
    note(here, "2.25.1")
    there, heard = listening(tmp_path)

    there.follow()
    fresh = note(here, "2.25.2")
    there.follow()

    assert heard == [fresh]
    here.close()
    there.close()


def test_own_and_others_events_are_each_told_once(tmp_path: Path) -> None:
    """However writing here, writing there and following interleave."""
    here, heard = listening(tmp_path)
    there, _ = listening(tmp_path)

    for number in range(5):
        note(there, f"2.25.{number}")
        note(here, f"2.25.10{number}")
        if number % 2:
            here.follow()
    here.follow()

    with here.reading() as view:
        history = view.history.after(0)
    assert sorted(heard, key=lambda event: event.id) == history
    assert len(history) == 10
    here.close()
    there.close()


def test_events_of_many_threads_are_numbered_without_gaps(database: Database) -> None:
    """The history is one line: 64 events from 16 threads, each thread's own in its order."""

    def work(thread: int) -> None:
        for number in range(4):
            note(database, f"{thread}.{number}")

    together(work)

    with database.reading() as view:
        history = view.history.after(0)
    assert [event.id for event in history] == list(range(1, 65))
    for thread in range(THREADS):
        own = [event.subject for event in history if event.subject.startswith(f"{thread}.")]
        assert own == [f"{thread}.{number}" for number in range(4)]


def test_the_history_is_read_from_a_number_on_and_by_subject(database: Database) -> None:
    """Whoever knows the last number asks for what came later, or for one subject."""
    first, second, third = note(database, "2.25.1"), note(database, "2.25.2"), note(database, "2.25.1")

    with database.reading() as view:
        assert view.history.after(first.id) == [second, third]
        assert view.history.after(0, subject="2.25.1") == [first, third]
        assert view.history.last_id() == third.id


def test_many_processes_open_a_new_folder_at_once(tmp_path: Path) -> None:
    """Sixteen openings of an empty folder prepare it together; none fails."""
    opened = together(lambda _: Database.in_folder(tmp_path, EventBus()))

    for database in opened:
        assert isinstance(database, Database)
        assert note(database, "2.25.1").id > 0
        database.close()


def noting_twice(database: Database) -> None:
    """An event, and another one in a transaction that is begun before the first is finished."""
    with database.transaction() as outer:
        outer.history.append(EventKind.OBJECT_STORED, subject="2.25.1", actor="user", at=NOW)
        note(database, "2.25.3")


def test_a_transaction_inside_another_one_is_an_error_and_not_a_wait(database: Database) -> None:
    """Of one thread; what was begun first is undone, and the next one works."""
    with pytest.raises(RuntimeError, match="another one of this thread"):
        noting_twice(database)

    assert note(database, "2.25.2").subject == "2.25.2"
    with database.reading() as view:
        assert [one.subject for one in view.history.after(0)] == ["2.25.2"]


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    """Found and expected version are named; nothing is migrated silently."""
    Database.in_folder(tmp_path, EventBus()).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'index.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE key = 'version'"))
    engine.dispose()

    with pytest.raises(Refused, match=r"^database sqlite:.*index\.sqlite: found schema version 99, expected \d+$"):
        Database.in_folder(tmp_path, EventBus())


def test_whoever_changes_a_column_raises_the_version() -> None:
    """Else a folder made before would open, and fail at the first statement with that column. Write down the new pair when it changes."""
    columns = [
        f"{table.name}.{column.name} {column.type} {column.nullable} {column.primary_key}"
        for table in schema.metadata.sorted_tables
        for column in table.columns
    ]

    digest = sha256("\n".join(columns).encode("utf-8")).hexdigest()[:16]

    assert (schema.VERSION, digest) == (4, "e262305702754de7")


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    """Overwritten by something else: one sentence with file and reason."""
    (tmp_path / "index.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 40)

    with pytest.raises(Unavailable, match=r"index\.sqlite: cannot be opened \(file is not a database\)$"):
        Database.in_folder(tmp_path, EventBus())


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET actor = 'nobody'", "DELETE FROM events", "INSERT OR REPLACE INTO events SELECT * FROM events"]
)
def test_the_history_is_append_only(tmp_path: Path, statement: str) -> None:
    """Whoever opens the file with another program cannot change what was written, either."""
    database = Database.in_folder(tmp_path, EventBus())
    with database.transaction() as transaction:
        transaction.history.append(EventKind.PROVIDER_STARTED, subject="WORKBENCH", actor="user", at=NOW)
    database.close()

    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="the history is append-only"):
            connection.execute(statement)
        assert connection.execute("SELECT actor FROM events").fetchall() == [("user",)]


def test_nobody_among_many_writers_waits_in_vain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of one process take turns instead of asking SQLite again and again: none is refused though SQLite would wait for nobody."""
    monkeypatch.setattr("workbench.archive.database.BUSY_TIMEOUT_MS", 0)
    database = Database.in_folder(tmp_path, EventBus())

    together(lambda number: [note(database, f"{number}.{again}") for again in range(5)])

    with database.reading() as view:
        assert len(view.history.after(0)) == 5 * THREADS
    database.close()


def test_a_workitem_is_found_by_state_and_patient_together(database: Database) -> None:
    """SQLite's own plan (EXPLAIN QUERY PLAN) goes by both: by the state alone it would read every SCHEDULED workitem."""
    with database.reading() as view:
        asked = "SELECT uid FROM workitems WHERE state = 'SCHEDULED' AND patient_id = 'P-1'"
        plan = [str(step) for *_, step in view.workitems._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]

    assert plan == ["SEARCH workitems USING INDEX ix_workitems_state_patient_id (state=? AND patient_id=?)"]
