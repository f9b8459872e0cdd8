"""Table positions and rigid registrations: six degrees of freedom about the isocentre, there and back, and what is not rigid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from workbench.errors import Refused
from workbench.treatment.positions import PointMm, PositionKind, Registration, RigidMove, TablePosition, must_be_rigid

FloatArray = NDArray[np.float64]
LENGTHS = st.floats(-500, 500)
POINTS = st.tuples(LENGTHS, LENGTHS, LENGTHS)
TURNS = st.tuples(st.floats(-179, 179), st.floats(-89.9, 89.9), st.floats(-179, 179))


def quarter_turn_about_z(*, shift: PointMm = (0.0, 0.0, 0.0)) -> FloatArray:
    """x becomes y, y becomes -x; then the shift."""
    matrix = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=float)
    matrix[:3, 3] = shift
    return matrix


def test_a_turn_about_another_point_than_the_origin_shifts_the_isocentre() -> None:
    """A quarter turn about the origin takes (10, 0, 5) to (0, 10, 5): the isocentre there is shifted by (-10, 10, 0), by hand."""
    move = RigidMove.of(quarter_turn_about_z(), from_mm=(10.0, 0.0, 5.0), to_mm=(10.0, 0.0, 5.0))

    assert move.shift_mm == pytest.approx((-10.0, 10.0, 0.0))
    assert move.turn_deg == pytest.approx((0.0, 0.0, 90.0))


def test_an_isocentre_that_is_marked_elsewhere_in_the_source_frame_is_followed() -> None:
    """(1, 2, 3) turns to (-2, 1, 3), and with the shift (102, -1, 0) lands at (100, 0, 3): 3 mm in z from the target's (100, 0, 0)."""
    move = RigidMove.of(quarter_turn_about_z(shift=(102.0, -1.0, 0.0)), from_mm=(1.0, 2.0, 3.0), to_mm=(100.0, 0.0, 0.0))

    assert move.shift_mm == pytest.approx((0.0, 0.0, 3.0))


def test_turns_are_about_x_then_y_then_z_of_axes_that_stand_still() -> None:
    """90 degrees about x and then about z: the y axis goes to z and stays, the z axis goes to -y and on to x (by hand)."""
    matrix = RigidMove(shift_mm=(0.0, 0.0, 0.0), turn_deg=(90.0, 0.0, 90.0)).matrix()

    assert matrix @ np.array([0, 1, 0, 1]) == pytest.approx([0, 0, 1, 1])
    assert matrix @ np.array([0, 0, 1, 1]) == pytest.approx([1, 0, 0, 1])


@pytest.mark.parametrize("y", [90.0, -90.0])
def test_where_two_axes_fall_together_the_turn_about_z_is_0(y: float) -> None:
    """At ±90 degrees about y only x ∓ z is determined: 30 about x and 50 about z are one turn about x."""
    turned = RigidMove.of(RigidMove(shift_mm=(0.0, 0.0, 0.0), turn_deg=(30.0, y, 50.0)).matrix())

    assert turned.turn_deg == pytest.approx((30.0 - 50.0 if y > 0 else 30.0 + 50.0, y, 0.0))


@given(shift=POINTS, turn=TURNS, start=POINTS, end=POINTS)
def test_six_degrees_of_freedom_go_to_a_matrix_and_back(shift: PointMm, turn: PointMm, start: PointMm, end: PointMm) -> None:
    """Every shift and every turn short of the pole is read back as it was written."""
    move = RigidMove(shift_mm=shift, turn_deg=turn, from_mm=start, to_mm=end)

    back = RigidMove.of(move.matrix(), from_mm=start, to_mm=end)

    assert back.shift_mm == pytest.approx(shift, abs=1e-9)
    assert back.turn_deg == pytest.approx(turn, abs=1e-9)


@given(shift=POINTS, turn=st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180)), start=POINTS, end=POINTS)
def test_the_inverse_is_the_way_back(shift: PointMm, turn: PointMm, start: PointMm, end: PointMm) -> None:
    """Together they leave every point where it was, at the pole too; the inverse of the inverse is the same move."""
    move = RigidMove(shift_mm=shift, turn_deg=turn, from_mm=start, to_mm=end)

    assert move.inverse().matrix() @ move.matrix() == pytest.approx(np.eye(4), abs=1e-8)
    assert move.inverse().inverse().matrix() == pytest.approx(move.matrix(), abs=1e-8)


def changed(row: int, column: int, value: float) -> FloatArray:
    """The identity with one number changed."""
    matrix = np.eye(4)
    matrix[row, column] = value
    return matrix


@pytest.mark.parametrize(
    ("matrix", "found"),
    [
        (changed(0, 0, 1.01), "a matrix that scales or shears, expected a rigid one"),
        (changed(0, 1, 0.01), "a matrix that scales or shears, expected a rigid one"),
        (changed(0, 0, -1.0), "a matrix that mirrors, expected a rigid one"),
        (changed(3, 0, 0.5), "the last row 0.5, 0, 0, 1, expected 0, 0, 0, 1"),
        (changed(0, 3, float("nan")), r"a matrix of shape \(4, 4\), expected 4 rows of 4 finite numbers"),
        (np.eye(3), r"a matrix of shape \(3, 3\), expected 4 rows of 4 finite numbers"),
    ],
    ids=["scales", "shears", "mirrors", "projects", "no number", "no matrix"],
)
def test_what_is_not_rigid_is_refused(matrix: FloatArray, found: str) -> None:
    """Only rigid registrations are read (R128)."""
    with pytest.raises(Refused, match=f"^registration: found {found}$") as refusal:
        must_be_rigid(matrix)

    assert refusal.value.rule == "row:matrix"


def test_a_matrix_written_with_six_decimals_is_rigid_enough() -> None:
    """Decimal strings round: 0.866025 for the cosine of 30 degrees."""
    matrix = np.eye(4)
    matrix[:2, :2] = [[0.866025, -0.5], [0.5, 0.866025]]

    assert RigidMove.of(matrix).turn_deg == pytest.approx((0.0, 0.0, 30.0), abs=1e-4)


def test_a_position_that_is_no_number_is_refused() -> None:
    """A table that stands nowhere."""
    with pytest.raises(Refused, match=r"^table position IMAGE: found nan, expected a finite number$"):
        TablePosition(kind=PositionKind.IMAGE, vertical_mm=float("nan"))


def marked(frame: str, x_mm: float | None) -> TablePosition:
    """An isocentre marked in a frame of reference."""
    return TablePosition(kind=PositionKind.ACQUIRED, frame_uid=frame, isocentre_mm=None if x_mm is None else (x_mm, 0.0, 0.0))


def test_the_source_s_isocentre_is_the_last_one_marked_in_its_frame() -> None:
    """Not one of another frame, nor one without a point; the plan's own where none is marked."""
    registration = Registration(from_frame_uid="2.25.1", to_frame_uid="2.25.2", matrix=np.eye(4))
    known = [marked("2.25.1", 1.0), marked("2.25.1", 4.0), marked("2.25.1", None), marked("2.25.3", 9.0)]

    assert registration.about((1.0, 0.0, 0.0), known).shift_mm == (3.0, 0.0, 0.0)
    assert registration.about((1.0, 0.0, 0.0), []).shift_mm == (0.0, 0.0, 0.0)


def test_within_one_frame_the_plan_s_isocentre_stands_for_both() -> None:
    """A correction of a shift in the frame of the plan: a point marked there does not cancel it."""
    matrix = np.eye(4)
    matrix[0, 3] = -0.4
    registration = Registration(from_frame_uid="2.25.1", to_frame_uid="2.25.1", matrix=matrix)

    assert registration.about((0.0, 0.0, 0.0), [marked("2.25.1", 0.4)]).shift_mm == (-0.4, 0.0, 0.0)
