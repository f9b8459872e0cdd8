"""Whatever is treated, the objects of its session keep their rows."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clinic import make_ion_plan
from tests.conformance.scenarios import treat
from tests.factories import CountedUids
from workbench.dicom.check import check, errors
from workbench.errors import Conflict
from workbench.iods import RECEIVED
from workbench.treatment.delivery import Delivery, Termination
from workbench.treatment.session import SessionKind

METERSETS = st.floats(min_value=1.0, max_value=999.0).map(lambda value: round(value, 2))


@st.composite
def courses(draw: st.DrawFn) -> tuple[dict[int, float], tuple[Delivery, ...], SessionKind]:
    """Monitor units of up to five beams, what was delivered of some of them, and what the next session is for."""
    planned = {number: draw(METERSETS) for number in range(1, draw(st.integers(min_value=1, max_value=5)) + 1)}
    deliveries = tuple(
        Delivery(
            beam=number,
            fraction=1,
            delivered_mu=round(whole * draw(st.floats(min_value=0.01, max_value=1.0)), 2),
            ended=Termination.MACHINE,
        )
        for number, whole in planned.items()
        if draw(st.booleans())
    )
    return planned, deliveries, draw(st.sampled_from(SessionKind))


@settings(max_examples=20)
@given(course=courses())
def test_whatever_is_treated_its_objects_keep_their_rows(course: tuple[dict[int, float], tuple[Delivery, ...], SessionKind]) -> None:
    """Build, turn to bytes, read and check: no error, neither as maker nor as receiver."""
    planned, deliveries, kind = course
    plan = make_ion_plan(metersets_mu=planned, uid_source=CountedUids())

    try:
        objects = list(treat("any course", plan, planned, kind=kind, deliveries=deliveries, uid_source=CountedUids()))
    except Conflict:
        return

    wrong = [(one.name, errors(check(one.iod, one.read, one.scope))) for one in objects]
    refused = [(one.name, errors(check(RECEIVED[str(one.read.SOPClassUID)], one.read))) for one in objects]
    assert [one for one in (*wrong, *refused) if one[1]] == []
