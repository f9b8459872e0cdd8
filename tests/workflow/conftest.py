"""Houses for the tests of the use cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.house import House, HouseMaker, open_house


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[HouseMaker]:
    """Opens houses on one folder; keywords are settings. They close when the test ends."""
    opened: list[House] = []

    def make(**changes: Any) -> House:
        opened.append(open_house(tmp_path, **changes))
        return opened[-1]

    yield make
    for one in opened:
        one.archive.close()


@pytest.fixture
def house(make_house: HouseMaker) -> House:
    """A house with one room, open to every device."""
    return make_house()
