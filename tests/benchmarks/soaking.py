"""Fifty associations doing mixed work for half a minute: how much of each they get done, and that nothing fails or is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import workbench as wb
from tests.network.wire import claimed
from tests.soak import soak
from workbench.archive.rows import Origin
from workbench.network.peer import Receiver

ASSOCIATIONS, SECONDS = 50, 30.0


def main() -> None:
    """Work and print."""
    with tempfile.TemporaryDirectory() as folder, wb.Workbench(Path(folder)) as bench:
        running = claimed(bench)
        with Receiver("127.0.0.1", bench.address.device_port, ae_title=bench.address.device_ae_title):
            done = soak(bench, running, associations=ASSOCIATIONS, seconds=SECONDS)
        kept = {one.uid for one in bench.objects() if one.origin is Origin.RECEIVED}
    print(f"{f'{ASSOCIATIONS} associations for {SECONDS:.0f} s':<34}{'done':>12}{'a second':>12}")
    for (kind, status), count in sorted(done.statuses.items()):
        print(f"{f'{kind}, answered {status:04X}':<34}{count:>12}{count / SECONDS:>12.1f}")
    lost = len(done.acknowledged - kept)
    print(f"{'broken associations':<34}{len(done.broken):>12}")
    print(f"{'records acknowledged, and lost':<34}{len(done.acknowledged):>12}{lost:>12}")


if __name__ == "__main__":
    main()
