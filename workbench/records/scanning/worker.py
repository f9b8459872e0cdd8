"""The other side of ``workers``: batches come in on standard input, counts go out on standard output, until the input ends."""

from __future__ import annotations

import gc
import json
import os
import pickle
import sys

from workbench.errors import Unavailable
from workbench.records.scanning.batch import Batch


def main() -> None:
    """Scan what comes."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # Whatever prints must not be taken for an answer.
    sys.stdout = sys.stderr
    # What is read leaves no cycles, and what was imported stays: looking for garbage as often as usual would cost a tenth.
    gc.freeze()
    gc.set_threshold(50_000)
    while True:
        try:
            batch = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        assert isinstance(batch, Batch)
        try:
            answer: list[int] | str = list(batch.scan())
        except Unavailable as problem:
            answer = str(problem)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
