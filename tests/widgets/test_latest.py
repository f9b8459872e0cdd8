"""Of work that is asked for faster than it is done, the last is what counts."""

from __future__ import annotations

import asyncio
import threading

from workbench_widgets.latest import Latest
from workbench_widgets.live import Live


def test_of_what_waits_only_the_last_is_begun() -> None:
    """The first is at work when four more are asked for: three of them are never begun, and results come in order."""
    begun: list[int] = []
    results: list[int] = []

    async def scenario() -> None:
        go_on = threading.Event()
        live = Live(refresh=lambda: None, failed=lambda _: None)
        latest = Latest[int](live, results.append)

        def work(number: int) -> int:
            begun.append(number)
            go_on.wait(10)
            return number

        for number in range(5):
            latest.ask(lambda number=number: work(number))
        go_on.set()
        await live.drain()
        live.close()

    asyncio.run(scenario())

    assert (begun, results) == ([0, 4], [0, 4])


def test_after_a_failure_the_next_is_done() -> None:
    """What went wrong is told, and nothing is stuck."""
    told: list[str] = []
    results: list[str] = []
    live = Live(refresh=lambda: None, failed=told.append)
    latest = Latest[str](live, results.append)

    latest.ask(lambda: {}["absent"])
    latest.ask(lambda: "done")
    live.pump()

    assert (len(told), results) == (1, ["done"])
