"""Tests of the gaze diagram."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

import pytest

from tests.ocular.cases import StoppedClock, sample_plan
from workbench.figures import gaze_diagram
from workbench.ocular import OcularPlan, read_eyeplan


def marks(plan: OcularPlan) -> dict[str, tuple[float, float]]:
    """Azimuth and polar angle of each labelled mark, degrees to a tenth."""
    (axes,) = gaze_diagram(plan).axes
    handles, labels = axes.get_legend_handles_labels()
    places = [(round(math.degrees(line.get_xdata()[0]), 1), round(float(line.get_ydata()[0]), 1)) for line in handles]
    return dict(zip([label.partition("  ")[0] for label in labels], places, strict=True))


def test_fellow_eyes_light_stands_beside_the_one_of_the_gaze(shared: Path) -> None:
    """Case P3: the left eye looks at 36.9/32.5, so that the right one is turned as to 25/60."""
    found = marks(read_eyeplan(shared / "data" / "eyeplan" / "P3", clock=StoppedClock()))

    assert found["light"] == (32.5, 36.9)
    assert found["light for the treated eye"] == (60.0, 25.0)


def test_gaze_is_told_from_the_eyes_centre(shared: Path) -> None:
    """Case P1: light 18/330, gaze 16.7/328.1 (data notes of the case: -31.9 is 328.1)."""
    found = marks(read_eyeplan(shared / "data" / "eyeplan" / "P1", clock=StoppedClock()))

    azimuth, polar = found["gaze from the eye's centre"]
    assert found["light"] == (330.0, 18.0)
    assert (azimuth % 360, polar) == (328.1, 16.7)


@pytest.mark.parametrize(("word", "place"), [("temporal", 0), ("nasal", 6)])
def test_sides_are_those_of_the_treated_eye(word: str, place: int) -> None:
    """The sample is a left eye: temporal at the patient's left, azimuth 0, and nasal at 180."""
    (axes,) = gaze_diagram(sample_plan()).axes

    assert word in axes.get_xticklabels()[place].get_text()


def test_diagram_tells_what_dicom_tells() -> None:
    """The title of the legend has the angles of the beam limiting device frame: 205 + 90 at gantry 90."""
    figure = gaze_diagram(sample_plan())

    title = figure.legends[0].get_title().get_text()
    assert "polar 20.0°, azimuth 295.0° (left eye fixates)" in title


def test_diagram_can_be_printed() -> None:
    """It renders to PNG without a display and without a warning."""
    picture = BytesIO()

    gaze_diagram(sample_plan()).savefig(picture, format="png")

    assert picture.getvalue().startswith(b"\x89PNG")
