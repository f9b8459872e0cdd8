"""Tests of the milling program."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import Refused
from workbench.ocular.eyeplan_mil import read_mil

TRIANGLE = (
    "0 BEGIN PGM 00 MM",
    "1 L X+Q1 Y+Q2 R0 F9999 M03 ;[]",
    "2 L X-5.000 Y-5.000 RL FQ99 M08",
    "3 L X+0.000 Y+5.000 R F M",
    "4 L X+5.000 Y-5.000 R F M",
    "5 L X-5.000 Y-5.000 R F M",
    "6 L X+Q1 Y+Q2 R0 F M09",
    "7 END PGM 00 MM",
)


def mil(folder: Path, lines: tuple[str, ...]) -> Path:
    """A milling program of these lines."""
    path = folder / "case.mil"
    path.write_text("\n".join(lines) + "\n", encoding="latin-1")
    return path


def test_path_is_the_straight_moves_without_parking_and_closing(tmp_path: Path) -> None:
    """Q1/Q2 is where the mill parks, and the closing point is the first again."""
    program = read_mil(mil(tmp_path, TRIANGLE))

    assert program.points_mm == ((-5.0, -5.0), (0.0, 5.0), (5.0, -5.0))


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            TRIANGLE[1:],
            "line 1: found '1 L X+Q1 Y+Q2 R0 F9999 M03 ;[]', expected the start of a Heidenhain program",
        ),
        (
            ("0 BEGIN PGM 00 INCH", *TRIANGLE[1:]),
            "line 1: found '0 BEGIN PGM 00 INCH', expected the start of a Heidenhain program in millimetres",
        ),
        (TRIANGLE[:3] + TRIANGLE[4:], "line 4: found '4 L X+5.000 Y-5.000 R F M', expected block 3 of the program"),
        (TRIANGLE[:6], "line 6: found '5 L X-5.000 Y-5.000 R F M', expected the end of the program, 'END PGM 00 MM'"),
        (
            (*TRIANGLE[:5], "5 L X-5.000 Y-4.000 R F M", *TRIANGLE[6:]),
            "line 6: found '5 L X-5.000 Y-4.000 R F M', expected the path to close at X-5.000 Y-5.000, where it began",
        ),
        (
            (*TRIANGLE[:4], "4 CC X+5.000 Y-5.000", *TRIANGLE[5:]),
            "line 5: found '4 CC X+5.000 Y-5.000', expected a straight move, 'L X+1.000 Y-2.000'",
        ),
        (
            (*TRIANGLE[:3], "3 L X+5.000 Y-5.000 R F M", "4 L X+0.000 Y+5.000 R F M", *TRIANGLE[5:]),
            "the path runs counter-clockwise, expected clockwise (a mirrored block?)",
        ),
        ((), "line 1: found '', expected the start of a Heidenhain program"),
    ],
)
def test_program_that_mills_no_block_is_refused(tmp_path: Path, lines: tuple[str, ...], sentence: str) -> None:
    """Another unit, a lost block, a cut-off end, an open path, an arc and a mirrored path are each named."""
    path = mil(tmp_path, lines)

    with pytest.raises(Refused) as refusal:
        read_mil(path)

    assert str(refusal.value).startswith(f"{path}: {sentence}")
