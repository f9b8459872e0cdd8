"""Scanning in several processes.

They are started as ``python -m``, not by multiprocessing: that would run the caller's script once more in each of them, and a notebook or a
script without a guard would not survive it. A batch goes in by pickle, its counts come back as a line of JSON. A process that ends in the
middle takes nothing with it: its batch is halved and tried again, until the file that does it is alone and called unreadable.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from queue import SimpleQueue

from workbench.errors import Unavailable
from workbench.records.scanning.batch import Batch, Counts

AHEAD = 2
"""Batches waiting for each process; no more are listed before."""


class Worker:
    """One process; it is started at once, so that it is ready when files are listed, and again when it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = _started()
        self._is_closed = False

    def scan(self, batch: Batch) -> Counts:
        """Have a batch scanned.

        Raises
        ------
        Unavailable : what was scanned cannot be kept.
        """
        answer = self._answer(batch)
        if answer is not None:
            if isinstance(answer, str):
                raise Unavailable(answer, rule="cache")
            return Counts(*answer)
        code = self._end()
        if len(batch.files) == 1:
            return batch.given_up(f"the process that read it ended with {code}, expected it to be read")
        half = len(batch.files) // 2
        return self.scan(replace(batch, files=batch.files[:half])).plus(self.scan(replace(batch, files=batch.files[half:])))

    def _answer(self, batch: Batch) -> list[int] | str | None:
        """Counts, or what went wrong; None when the process ended."""
        if self._is_closed:
            raise Unavailable("scan: was stopped, expected to go on; what was scanned is kept", rule="stopped")
        if self._process is None:
            self._process = _started()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump(batch, self._process.stdin)
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._process.stdout.readline()
        answer: list[int] | str | None = json.loads(line) if line.endswith(b"\n") else None
        return answer

    def close(self) -> None:
        """End the process, and start no other."""
        self._is_closed = True
        self._end()

    def _end(self) -> int | None:
        """End the process; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.communicate()
        return process.returncode


def _started() -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    command = [sys.executable, "-m", "workbench.records.scanning.worker"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)  # noqa: S603 - our own module


def scanned(batches: Iterable[Batch], processes: int) -> Iterator[Counts]:
    """Scan batches in so many processes; their counts as they are done, in any order.

    Raises
    ------
    Unavailable : what was scanned cannot be kept; what was kept before stays.
    """
    workers = [Worker() for _ in range(processes)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def one(batch: Batch) -> Counts:
        worker = idle.get()
        try:
            return worker.scan(batch)
        finally:
            idle.put(worker)

    pool = ThreadPoolExecutor(processes, "scan")
    running: set[Future[Counts]] = set()
    try:
        for batch in batches:
            running.add(pool.submit(one, batch))
            if len(running) >= processes * AHEAD:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    finally:
        # Whoever stops early, Ctrl-C or a closed generator, does not wait for what is under way; a killed process ends its thread.
        for future in running:
            future.cancel()
        for worker in workers:
            worker.close()
        pool.shutdown()
