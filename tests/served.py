"""A provider in a process of its own, as people run it: `workbench serve` on a free port; and the command line around it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clinic import DEVICE
from workbench.network.peer import Peer

WORKBENCH = (sys.executable, "-c", "from workbench.cli import main; main()")
"""The command `workbench`, of this checkout."""
# pynetdicom brings programs of the same names as DCMTK's into the folder of this interpreter.
SYSTEM_PATH = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if one != str(Path(sys.executable).parent))
ENVIRONMENT = {**os.environ, "PATH": SYSTEM_PATH, "TCP_NODELAY": "1", "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
"""DCMTK leaves Nagle's algorithm on unless told otherwise; small exchanges then wait 40 ms each."""
LISTENING_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running `workbench serve`."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    ae_title: str = "WORKBENCH"

    @property
    def address(self) -> tuple[str, str]:
        """Host and port as DCMTK's programs take them."""
        return "127.0.0.1", str(self.port)

    def peer(self, calling: str = DEVICE) -> Peer:
        """A device's association, to be used as a context manager."""
        return Peer("127.0.0.1", self.port, called=self.ae_title, calling=calling)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """A program or, without one, the command `workbench`, run to its end."""
    return subprocess.run(
        [str(one) for one in arguments], capture_output=True, text=True, check=False, timeout=60, env=ENVIRONMENT, **options
    )


def workbench(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command `workbench` with these arguments."""
    return run(*WORKBENCH, *arguments, **options)


def as_json(*arguments: object) -> Any:
    """What a command prints with `--format json`."""
    result = workbench(*arguments, "--format", "json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@contextmanager
def serving(data: Path, *options: object, port: int = 0) -> Iterator[Served]:
    """`workbench serve` on a folder, from its first line of output until the context ends."""
    log = data.parent / f"{data.name}.log"
    with log.open("a") as errors:
        process = subprocess.Popen(
            [*WORKBENCH, "serve", "--data", str(data), "--port", str(port), *map(str, options)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=ENVIRONMENT,
        )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.match(r"(\S+) listens on 127\.0\.0\.1:(\d+)", line)
            assert found, f"{line}\n{log.read_text()}"
            yield Served(process=process, data=data, port=int(found[2]), ae_title=found[1])
        finally:
            process.terminate()
            process.wait(timeout=30)


@contextmanager
def listening(command: Sequence[object], port: int, *, called: str = "ANY-SCP") -> Iterator[None]:
    """One of DCMTK's providers, from its first answer to an echo until the context ends; it says nothing itself when its port is open."""
    with subprocess.Popen([str(one) for one in command], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + LISTENING_S
            while run("echoscu", "-aec", called, "127.0.0.1", port).returncode != 0:
                if process.poll() is not None or time.monotonic() > deadline:
                    ended = f"exit code {process.returncode}" if process.returncode is not None else "no answer"
                    raise RuntimeError(f"{command[0]} on port {port}: found {ended}, expected an answer to an echo in {LISTENING_S:.0f} s")
            yield
        finally:
            process.terminate()
