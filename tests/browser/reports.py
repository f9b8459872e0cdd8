"""What browser tests measured and do not assert: one file of numbers under ``artefacts``, beside the pictures.

A slow machine fails no test by these; whoever reads the report sees what was aimed at and what was found.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
REPORT = "latencies.json"


def report(name: str, values_ms: Sequence[float], *, aim_ms: float | None = None) -> None:
    """Keep measured times, and print their median.

    Parameters
    ----------
    name : what was measured, as a phrase; measured again, it is replaced.
    aim_ms : what is aimed at.
    """
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / REPORT
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    median = statistics.median(values_ms)
    known[name] = {
        "median_ms": round(median, 1),
        "largest_ms": round(max(values_ms), 1),
        "values_ms": [round(one, 1) for one in values_ms],
        "aim_ms": aim_ms,
    }
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    aim = "" if aim_ms is None else f", aimed at {aim_ms:.0f} ms"
    print(f"{name}: median {median:.0f} ms of {len(values_ms)}, largest {max(values_ms):.0f} ms{aim}")  # noqa: T201 - it is the report
