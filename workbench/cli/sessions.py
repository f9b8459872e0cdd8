"""``workbench session``: the user's side of a session, beside a provider in another process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from workbench.archive.rows import SessionRow, WorkitemRow
from workbench.bench import Workbench
from workbench.cli.common import DEFAULT_DATA, DataFolder, TableFormat, aligned, as_json, closed_bench, parse_metersets, say
from workbench.errors import Refused
from workbench.treatment.session import SessionKind

app = typer.Typer(no_args_is_help=True)

Format = Annotated[TableFormat, typer.Option("--format", help="How to print.")]
SessionNumber = Annotated[int | None, typer.Argument(help="Number of the session; the only open one otherwise.")]


@app.command("prepare")
def prepare(  # noqa: PLR0913, PLR0917 - every option of a command is a parameter
    plan_uid: Annotated[str, typer.Argument(help="SOP Instance UID of an imported RT Ion Plan.")],
    data: DataFolder = DEFAULT_DATA,
    kind: Annotated[SessionKind, typer.Option(help="What the session is for.")] = SessionKind.TREATMENT,
    fraction: Annotated[int | None, typer.Option(help="Another fraction than is due.")] = None,
    room: Annotated[str | None, typer.Option(help="Treatment room.")] = None,
    meterset: Annotated[list[str] | None, typer.Option(metavar="BEAM=MU", help="Monitor units of a beam; may be repeated.")] = None,
    imaging: Annotated[bool, typer.Option("--imaging", help="Acquire the patient's position first, as a workitem of its own.")] = False,
    output: Format = TableFormat.TABLE,
) -> None:
    """Check a patient in: the workitems are on the worklist afterwards."""
    metersets = parse_metersets(meterset or [])
    with closed_bench(data) as bench:
        session = bench.check_in(plan_uid, room=room, meterset_mu=metersets, kind=kind, fraction=fraction, imaging=imaging)
        _print_one(bench, session, output)


@app.command("list")
def list_sessions(data: DataFolder = DEFAULT_DATA, output: Format = TableFormat.TABLE) -> None:
    """List all sessions."""
    with closed_bench(data) as bench:
        _print(bench, bench.sessions(), output)


@app.command("cancel")
def cancel(session: SessionNumber = None, data: DataFolder = DEFAULT_DATA, output: Format = TableFormat.TABLE) -> None:
    """Cancel a session; its devices are refused from now on."""
    with closed_bench(data) as bench:
        _print_one(bench, bench.cancel(_chosen(bench, session)), output)


@app.command("complete")
def complete(session: SessionNumber = None, data: DataFolder = DEFAULT_DATA, output: Format = TableFormat.TABLE) -> None:
    """Complete a session, a canceled one too; its room is free for the next."""
    with closed_bench(data) as bench:
        _print_one(bench, bench.complete(_chosen(bench, session)), output)


@app.command("withdraw")
def withdraw(
    workitem: Annotated[str, typer.Argument(help="SOP Instance UID of a workitem of no session.")], data: DataFolder = DEFAULT_DATA
) -> None:
    """Cancel a workitem that came over the network and belongs to no session, whoever holds it."""
    with closed_bench(data) as bench:
        bench.withdraw(workitem)
    say(f"workitem {workitem} canceled")


@app.command("record")
def record(
    session: Annotated[int, typer.Argument(help="Number of the session.")],
    beam: Annotated[int, typer.Option(help="Number of the beam.")],
    meterset: Annotated[float, typer.Option(metavar="MU", help="Monitor units that were delivered in this session and no record tells.")],
    data: DataFolder = DEFAULT_DATA,
    yes: Annotated[bool, typer.Option("--yes", help="Enter more than the session was to deliver.")] = False,
) -> None:
    """Enter a treatment record by hand, for what the machine could not send."""
    with closed_bench(data) as bench:
        say(bench.record(session, beam=beam, meterset_mu=meterset, confirmed=yes))


@app.command("forget")
def forget(
    older_than: Annotated[float, typer.Option("--older-than", metavar="DAYS", help="Days since the session was completed.")] = 0.0,
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Forget final workitems of completed sessions, those under a deletion lock excepted; prints their UIDs."""
    with closed_bench(data) as bench:
        for uid in bench.forget_workitems(older_than_days=older_than):
            say(uid)


def _chosen(bench: Workbench, number: int | None) -> int:
    if number is not None:
        return number
    unfinished = [one.id for one in bench.sessions() if one.closed_at is None]
    if len(unfinished) != 1:
        known = ", ".join(str(one) for one in unfinished) or "none"
        raise Refused(f"session: none named and {known} open, expected the number of one", rule="session")
    return unfinished[0]


def _print_one(bench: Workbench, session: SessionRow, output: TableFormat) -> None:
    """One session and why it does what it does."""
    if output is TableFormat.JSON:
        say(as_json(_plain(session, bench.workitems(session))))
    else:
        _print(bench, [session], output)
        say(session.explained)


def _print(bench: Workbench, sessions: list[SessionRow], output: TableFormat) -> None:
    workitems = {session.id: bench.workitems(session) for session in sessions}
    if output is TableFormat.JSON:
        say(as_json([_plain(session, workitems[session.id]) for session in sessions]))
        return
    header = ("session", "state", "kind", "room", "plan", "patient", "fraction", "workitems")
    rows = [
        (
            session.id,
            session.state.value,
            session.kind.value,
            session.room,
            session.plan_label,
            session.patient_id,
            session.fraction,
            ", ".join(f"{one.code} {one.state.value}" for one in workitems[session.id]),
        )
        for session in sessions
    ]
    say(aligned(header, rows))


def _plain(session: SessionRow, workitems: list[WorkitemRow]) -> dict[str, object]:
    return asdict(session) | {
        "workitems": [
            {
                "uid": one.uid,
                "code": one.code,
                "state": one.state.value,
                "holder": one.holder,
                "progress_percent": one.progress_percent,
            }
            for one in workitems
        ]
    }
