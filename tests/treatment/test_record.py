"""What a record says, as values that check themselves."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.errors import Refused
from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import RecordedBeam


def make_beam(**changes: Any) -> RecordedBeam:
    """A beam that was stopped half-way, as a record tells it."""
    parts: dict[str, Any] = {
        "number": 2,
        "name": "Field 2",
        "fraction": 3,
        "delivery_type": DeliveryType.CONTINUATION,
        "termination": Termination.OPERATOR,
        "specified_mu": 27.5,
        "delivered_mu": 10.0,
    }
    return RecordedBeam(**{**parts, **changes})


@pytest.mark.parametrize("field", ["specified_mu", "delivered_mu"])
@pytest.mark.parametrize("meterset_mu", [-5.0, float("inf"), float("nan")])
def test_a_record_cannot_take_monitor_units_back(field: str, meterset_mu: float) -> None:
    """A negative or unbounded meterset would make the next session start before 0; it is refused by beam and number."""
    with pytest.raises(Refused, match=rf"^beam 2: found {meterset_mu} MU {field[:-3]}, expected 0 or more$") as refusal:
        make_beam(**{field: meterset_mu})

    assert refusal.value.rule == "row:meterset"
