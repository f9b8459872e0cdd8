"""What a check costs: held against pydicom decoding every element of the same treatment record, in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from tests.benchmarks.storing import a_record
from workbench.dicom import part10
from workbench.dicom.check import check
from workbench.dicom.part10 import Encoded
from workbench.iods import RECEIVED_ION_RECORD

ROUNDS = 300


def main() -> None:
    """Measure and print."""
    instance = part10.encoded(a_record())
    decoding, checking = _median_ms(_decode, instance), _median_ms(_check, instance)
    size = f"record of {len(instance.data) / 1000:.1f} KB (median of {ROUNDS})"
    print(f"{'check of a received record':<34}{'check, ms':>12}{'decode, ms':>12}{'ratio':>8}")
    print(f"{size:<34}{checking:>12.2f}{decoding:>12.2f}{checking / decoding:>8.2f}")


def _decode(instance: Encoded) -> object:
    """Read the data set and touch every element, nested ones too: what anybody who looks at all values pays pydicom."""
    return [element.value for element in instance.dataset().iterall()]


def _check(instance: Encoded) -> object:
    return check(RECEIVED_ION_RECORD, instance.read())


def _median_ms(function: Callable[[Encoded], object], instance: Encoded) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        function(instance)
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)
