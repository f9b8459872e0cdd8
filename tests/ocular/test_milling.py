"""Tests of the aperture on its way to the workshop and back: milling program and drawing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import ezdxf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ocular.cases import SQUARE_MM, sample_plan, square_aperture
from workbench.errors import Refused
from workbench.ocular import sample_eyeplan
from workbench.ocular.aperture import Aperture
from workbench.ocular.dxf import read_dxf, to_dxf
from workbench.ocular.eyeplan_mil import read_mil
from workbench.ocular.milling import aperture_from_mil, to_mil

SQUARE_PROGRAM = """\
0 BEGIN PGM 00 MM
1 ; BLOCK SQUARE, OPENING 100.0 MM2
2 ; TOOL RADIUS AT MOST 1.500 MM
3 L X+Q1 Y+Q2 R0 F9999 M03 ;[SQUARE]
4 L X-5.000 Y-5.000 RL FQ99 M08
5 L X-5.000 Y+5.000 R F M
6 L X+5.000 Y+5.000 R F M
7 L X+5.000 Y-5.000 R F M
8 L X-5.000 Y-5.000 R F M
9 L X+Q1 Y+Q2 R0 F M09
10 END PGM 00 MM
"""


def test_square_is_milled_in_eyeplans_words() -> None:
    """Block by block: program, comments, parking place, the closed path, parking place, end."""
    assert to_mil(square_aperture(), tool_radius_mm=1.5) == SQUARE_PROGRAM


def test_counter_clockwise_outline_is_milled_clockwise() -> None:
    """The path runs as the mill expects it, from the same first vertex."""
    turned = Aperture(block_mm=(SQUARE_MM[0], *reversed(SQUARE_MM[1:])), block_id="SQUARE")

    assert to_mil(turned, tool_radius_mm=1.5) == SQUARE_PROGRAM


def test_eyeplans_program_is_written_as_it_was_but_for_our_comments(tmp_path: Path) -> None:
    """The moves of the sample's program come out word for word."""
    original = (sample_eyeplan() / "SAMPLE.mil").read_text(encoding="latin-1").split("\n")
    program = to_mil(sample_plan().field.aperture).split("\n")

    def moves(lines: list[str]) -> list[str]:
        return [words for _, _, words in (line.partition(" ") for line in lines) if not words.startswith(";")]

    assert moves(program) == moves(original)


coordinates = st.floats(min_value=2.0, max_value=15.0)


@settings(max_examples=40)
@given(corners=st.tuples(coordinates, coordinates, coordinates, coordinates))
def test_program_comes_back_to_its_printed_digits(tmp_path_factory: pytest.TempPathFactory, corners: tuple[float, ...]) -> None:
    """Written, read and written again, the program is the same text."""
    a, b, c, d = corners
    aperture = Aperture(block_mm=((-a, 0.0), (0.0, b), (c, 0.0), (0.0, -d)), block_id="KITE")
    path = tmp_path_factory.mktemp("mil") / "KITE.mil"
    path.write_text(to_mil(aperture), encoding="ascii")

    found = aperture_from_mil(path)

    assert to_mil(found) == path.read_text(encoding="ascii")
    assert found.block_mm == tuple((round(x, 3) + 0.0, round(y, 3) + 0.0) for x, y in aperture.block_mm)


def test_program_of_a_name_with_blanks_is_refused() -> None:
    """The control would read two words."""
    with pytest.raises(Refused) as refusal:
        to_mil(square_aperture(), name="MY BLOCK")

    assert str(refusal.value) == "milling program: name is 'MY BLOCK', expected no blanks"


def test_program_with_comments_is_read(tmp_path: Path) -> None:
    """Comment blocks are no moves."""
    path = tmp_path / "SQUARE.mil"
    path.write_text(SQUARE_PROGRAM, encoding="ascii")

    assert read_mil(path).points_mm == SQUARE_MM


def test_drawing_holds_the_block_in_millimetres(tmp_path: Path) -> None:
    """Others read a closed polyline on layer APERTURE, drawing units millimetres."""
    drawing = ezdxf.read(StringIO(to_dxf(square_aperture()).decode("ascii")))

    (outline,) = drawing.modelspace().query("LWPOLYLINE")
    assert (drawing.units, outline.closed, outline.dxf.layer) == (ezdxf.units.MM, True, "APERTURE")
    assert [(x, y) for x, y, *_ in outline.get_points()] == list(SQUARE_MM)
    assert not drawing.audit().errors


def test_drawing_comes_back(tmp_path: Path) -> None:
    """Every digit of the sample's block survives the drawing."""
    block = sample_plan().field.aperture
    path = tmp_path / f"{block.block_id}.dxf"
    path.write_bytes(to_dxf(block))

    assert read_dxf(path) == block


def drawing_with(tmp_path: Path, kind: str) -> Path:
    """A drawing that holds no aperture, in one of several ways."""
    path = tmp_path / "other.dxf"
    if kind == "text":
        path.write_text("this is no drawing", encoding="ascii")
        return path
    drawing = ezdxf.new("R2000", units=ezdxf.units.IN if kind == "inches" else ezdxf.units.MM)
    space = drawing.modelspace()
    if kind == "two":
        space.add_lwpolyline(SQUARE_MM, close=True)
    if kind in ("two", "inches"):
        space.add_lwpolyline(SQUARE_MM, close=True)
    if kind == "arcs":
        space.add_lwpolyline([(0, 0, 0.5), (4, 0, 0.0), (4, 4, 0.0)], format="xyb", close=True)
    if kind == "crossing":
        space.add_lwpolyline([(0, 0), (4, 4), (4, 0), (0, 3)], close=True)
    drawing.saveas(path)
    return path


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("text", "found no DXF drawing"),
        ("none", "found 0 closed polylines, expected one, on layer APERTURE"),
        ("two", "found 2 closed polylines, expected one, on layer APERTURE"),
        ("inches", "drawing unit is Inches, expected millimetres"),
        ("arcs", "the polyline has arcs, expected straight edges"),
        ("crossing", "aperture: block_mm crosses itself at ("),
    ],
)
def test_drawing_of_no_aperture_is_refused(tmp_path: Path, kind: str, sentence: str) -> None:
    """No drawing, none or two outlines, inches, arcs and a crossing are each named with the file."""
    path = drawing_with(tmp_path, kind)

    with pytest.raises(Refused) as refusal:
        read_dxf(path)

    assert str(refusal.value).startswith(f"{path}: {sentence}")


def test_drawing_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The file is named."""
    with pytest.raises(Refused) as refusal:
        read_dxf(tmp_path / "nowhere.dxf")

    assert str(refusal.value) == f"{tmp_path / 'nowhere.dxf'}: no such file, expected a DXF drawing"
