"""Records as others write them: bytes put together by hand, and what they say by the tables of PS3.3 and PS3.5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from tests.mapping.written import element, implicit
from workbench.dicom import reading, uids
from workbench.errors import Refused
from workbench.mapping.records import read_record, read_spots
from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import Accessory, AccessoryKind, ControlPoint, Record, RecordedBeam, WedgePosition

ZURICH = timezone(timedelta(hours=2))
UID = element(0x00080018, "UI", "1.2.840.99.1")


def point(index: str, clock: str, delivered: str, *more: bytes) -> bytes:
    """A control point of an ion record; a blank index or time is left out."""
    return (
        (element(0x300C00F0, "IS", index) if index else b"")
        + (element(0x30080024, "DA", "20240603") + element(0x30080025, "TM", clock) if clock else b"")
        + element(0x30080044, "DS", delivered)
        + b"".join(more)
    )


def ion_record(*points: bytes, before: bytes = b"", beam: bytes = b"") -> bytes:
    """An ion record of beam 1 in Explicit VR Little Endian."""
    item = element(0x300C0006, "IS", "1") + beam + element(0x30080041, "SQ", list(points))
    return UID + before + element(0x30080021, "SQ", [item])


def read(data: bytes, syntax: str = uids.EXPLICIT_LITTLE) -> Record:
    """The record in these bytes, its reader being in Zurich in summer."""
    return read_record(reading.read(data, syntax), zone=ZURICH)


def metersets(record: Record) -> list[float | None]:
    """Delivered metersets of its first beam in the order of delivery."""
    return [one.delivered_mu for one in record.beams[0].points]


def test_a_photon_record_in_implicit_vr_is_read() -> None:
    """RT Beams Treatment Record (481.4): its own sequences, a wedge of the photon class, no beam number, which it may leave out."""
    wedge = implicit(0x300C00C0, "1") + implicit(0x300A0118, "OUT")
    only = implicit(0x30080044, "99.5") + implicit(0x300A0116, [wedge]) + implicit(0x300A011E, "181.5")
    beam = implicit(0x300A00C2, "AP") + implicit(0x300A00CE, "TRMT_PORTFILM") + implicit(0x30080040, [only])
    data = implicit(0x00080018, "1.2.840.99.2") + implicit(0x00100020, "X7") + implicit(0x30080020, [beam])

    found = read(data, uids.IMPLICIT_LITTLE)

    reached = ControlPoint(delivered_mu=99.5, gantry_deg=181.5, wedges=(WedgePosition(number=1, position="OUT"),))
    (told,) = found.beams
    assert found == Record(uid="1.2.840.99.2", patient_id="X7", plan_uid=None, beams=(told,))
    assert told == RecordedBeam(
        number=None,
        name="AP",
        fraction=None,
        delivery_type=DeliveryType.TRMT_PORTFILM,
        termination=Termination.UNKNOWN,
        points=(reached,),
    )


def test_a_record_in_big_endian_is_read() -> None:
    """Numbers of 32-bit floats turn with the byte order: a thin edge at 21.7 mm."""
    edge = element(0x300C00C0, "IS", "1", order=">") + element(0x300A00DB, "FL", (21.7,), order=">")
    only = element(0x30080044, "DS", "3", order=">") + element(0x300A03AC, "SQ", [edge], order=">")
    beam = element(0x300C0006, "IS", "2", order=">") + element(0x30080041, "SQ", [only], order=">")
    data = element(0x00080018, "UI", "1.2.840.99.3", order=">") + element(0x30080021, "SQ", [beam], order=">")

    (found,) = read(data, uids.EXPLICIT_BIG).beams

    assert found.points == (ControlPoint(delivered_mu=3.0, wedges=(WedgePosition(number=1, thin_edge_mm=21.7),)),)


@pytest.mark.parametrize(
    "points",
    [
        [point("2", "", "30"), point("0", "", "0"), point("1", "", "12.5")],
        [point("", "081702", "30"), point("", "081700", "0"), point("", "081701.5", "12.5")],
        [point("", "", "30"), point("", "", "0"), point("", "", "12.5")],
        [point("1", "081702", "30"), point("0", "081700", "0"), point("", "081701", "12.5")],
    ],
    ids=["by index", "by time", "by meterset", "one index missing, so by time"],
)
def test_control_points_in_any_order_are_in_the_order_of_delivery(points: list[bytes]) -> None:
    """The first point is where it began, the last where it ended."""
    assert metersets(read(ion_record(*points))) == [0.0, 12.5, 30.0]


def test_control_points_that_cannot_be_put_in_order_stay_as_they_are() -> None:
    """One without index, time and meterset: nothing says that another order is the right one."""
    silent = element(0x300A011E, "DS", "90")

    assert metersets(read(ion_record(point("", "", "30"), silent, point("", "", "12.5")))) == [30.0, None, 12.5]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("", datetime(2024, 6, 3, 6, 17, tzinfo=UTC)),
        ("-0500", datetime(2024, 6, 3, 13, 17, tzinfo=UTC)),
        ("+0530", datetime(2024, 6, 3, 2, 47, tzinfo=UTC)),
    ],
)
def test_the_records_own_zone_goes_before_the_readers(offset: str, expected: datetime) -> None:
    """Timezone Offset From UTC (0008,0201): local time is UTC plus it (PS3.3 C.12.1.1.8); without it Zurich's summer is meant."""
    before = element(0x00080201, "SH", offset) if offset else b""

    found = read(ion_record(point("0", "081700", "0"), before=before))

    assert found.beams[0].first.at == expected


@pytest.mark.parametrize(("day", "clock"), [("2024.06.03", "08:17:00"), ("20240603", "0817"), ("20240603 ", "081700.000000")])
def test_dates_and_times_of_older_forms_are_read(day: str, clock: str) -> None:
    """ACR-NEMA wrote points and colons (PS3.5 6.2); trailing spaces and missing seconds are of today's."""
    treated = element(0x30080250, "DA", day) + element(0x30080251, "TM", clock)

    assert read(UID + treated).treated_at == datetime(2024, 6, 3, 8, 17, tzinfo=ZURICH)


def test_several_items_of_one_beam_stay_apart() -> None:
    """Stopped by the machine at 10 MU and resumed in the same session: two items, in the order of the record."""
    parts = [
        element(0x300C0006, "IS", "1") + element(0x3008002A, "CS", ending) + element(0x30080036, "DS", mu)
        for ending, mu in (("MACHINE", "10"), ("NORMAL", "30"))
    ]

    found = read(UID + element(0x30080021, "SQ", parts)).beams

    assert [(one.number, one.delivered_mu, one.termination) for one in found] == [
        (1, 10.0, Termination.MACHINE),
        (1, 30.0, Termination.NORMAL),
    ]


def test_accessories_are_what_the_record_lists() -> None:
    """Snout by ID, two range shifters by number and ID, a bolus by its region of interest."""
    beam = (
        element(0x300800F0, "SQ", [element(0x300A030F, "SH", "S35")])
        + element(0x300800F2, "SQ", [element(0x300C0100, "IS", "1") + element(0x300A0318, "SH", "RS-A"), element(0x300C0100, "IS", "2")])
        + element(0x300C00B0, "SQ", [element(0x30060084, "IS", "7")])
    )

    (found,) = read(ion_record(beam=beam)).beams

    assert found.accessories == (
        Accessory(kind=AccessoryKind.SNOUT, id="S35"),
        Accessory(kind=AccessoryKind.BOLUS, number=7),
        Accessory(kind=AccessoryKind.RANGE_SHIFTER, number=1, id="RS-A"),
        Accessory(kind=AccessoryKind.RANGE_SHIFTER, number=2),
    )


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (element(0x30080036, "DS", "1\\2"), r"item 0: DeliveredPrimaryMeterset: found 2 values, expected one$"),
        (element(0x30080036, "LO", "much"), r"item 0: DeliveredPrimaryMeterset: found 'much', expected a number$"),
        (
            element(0x300A00C2, "LO", "A") + element(0x30080022, "IS", "1.5"),
            r"item 0: \(3008,0022\): found '1.5', which is no whole number",
        ),
        (element(0x30080036, "DS", "-1"), r"item 0: beam 1: found -1.0 MU delivered, expected 0 or more$"),
    ],
)
def test_what_cannot_be_read_is_refused_by_record_and_place(wrong: bytes, problem: str) -> None:
    """Which record, which item, what was found and what was expected."""
    with pytest.raises(Refused, match=rf"^record 1.2.840.99.1: {problem}"):
        read(ion_record(beam=wrong))


@pytest.mark.parametrize(
    ("before", "problem"),
    [
        (element(0x00080201, "SH", "CET"), "TimezoneOffsetFromUTC: found 'CET', expected an offset like "),
        (
            element(0x30080250, "DA", "20240631") + element(0x30080251, "TM", "08"),
            "TreatmentDate, TreatmentTime: found '20240631' and '08', ",
        ),
    ],
)
def test_a_moment_that_is_none_is_refused(before: bytes, problem: str) -> None:
    """No guess where a time cannot be placed: a zone by name, the 31st of June."""
    with pytest.raises(Refused, match=rf"^record 1.2.840.99.1: {problem}"):
        read(UID + before)


def test_a_record_without_uid_is_refused() -> None:
    """Its rows could never be traced."""
    with pytest.raises(Refused, match=r"^record: found no SOP Instance UID, expected one$"):
        read(element(0x00100020, "LO", "X7"))


def test_spots_are_read_when_they_are_asked_for() -> None:
    """Two spots of 0.25 and 0.5 MU at (1.5, -2) and (0, 3.25) mm, delivered in the order second, first of the plan; points in order."""
    spotted = (
        element(0x300A0390, "SH", "T1")
        + element(0x300A0391, "IS", "1\\0")
        + element(0x300A0394, "FL", (1.5, -2.0, 0.0, 3.25))
        + element(0x30080047, "FL", (0.25, 0.5))
    )
    data = ion_record(point("1", "", "0.75"), point("0", "", "0", spotted))

    (found,) = read_spots(reading.read(data, uids.EXPLICIT_LITTLE), zone=ZURICH)

    assert (found.item, found.beam, found.point, found.tune_id) == (0, 1, 0, "T1")
    for told, expected in (
        (found.x_mm, [1.5, 0.0]),
        (found.y_mm, [-2.0, 3.25]),
        (found.delivered_mu, [0.25, 0.5]),
        (found.prescribed, [1, 0]),
    ):
        np.testing.assert_array_equal(told, expected)


def test_spots_of_unequal_number_are_refused() -> None:
    """Two places and three metersets: which spot got which is not known."""
    spotted = element(0x300A0394, "FL", (1.0, 2.0, 3.0, 4.0)) + element(0x30080047, "FL", (1.0, 1.0, 1.0))
    data = ion_record(point("0", "", "0", spotted))

    with pytest.raises(Refused, match=r"beam 1, control point 0: found spots with \[2, 3\] values, expected as many of each$"):
        read_spots(reading.read(data, uids.EXPLICIT_LITTLE), zone=ZURICH)
