"""A treatment delivery device that is not ours: dcmjs-dimse on Node.js, driven line by line (`node/device.js`)."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clinic import DEVICE
from tests.served import ENVIRONMENT, Served, run

FOLDER = Path(__file__).parent / "node"
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"


def install() -> None:
    """Install the client's packages as the lock file says, once; the test is skipped, visibly, where that cannot be done."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; `make system` installs them as root")
    with (FOLDER / "package.json").open() as held:
        # Two workers may come here at once.
        fcntl.flock(held, fcntl.LOCK_EX)
        if INSTALLED.exists() and INSTALLED.stat().st_mtime >= (FOLDER / "package-lock.json").stat().st_mtime:
            return
        result = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=FOLDER)
        if result.returncode != 0:
            pytest.skip(f"npm cannot install dcmjs-dimse: {result.stderr.strip().splitlines()[-1:]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Independent:
    """The running device."""

    process: subprocess.Popen[str]

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Have one request sent; what was heard."""
        self.start(command, **arguments)
        return self.heard()

    def start(self, command: str, **arguments: Any) -> None:
        """Have one request sent without waiting."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
        self.process.stdin.flush()

    def heard(self) -> dict[str, Any]:
        """The next line that the device says."""
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def status(self, command: str, **arguments: Any) -> str:
        """The status of the answer to one request."""
        return str(self.ask(command, **arguments)["status"])


@contextmanager
def independent_device(served: Served, listen_port: int, calling: str = DEVICE) -> Iterator[Independent]:
    """The device, ready, against a running provider; its storage provider listens on ``listen_port``."""
    address = ("127.0.0.1", str(served.port), served.ae_title, calling, str(listen_port))
    process = subprocess.Popen(
        ["node", "device.js", *address], cwd=FOLDER, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            device = Independent(process=process)
            assert device.heard() == {"ready": True}
            yield device
        finally:
            process.terminate()
