"""Tests of the film outlines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ocular.cases import changed_case
from workbench.errors import Refused
from workbench.ocular import sample_eyeplan
from workbench.ocular.eyeplan_xpc import read_xpc


@pytest.mark.parametrize(
    ("case", "first", "last", "count"), [("P2", (-12.03, -0.01), (-11.56, 1.61), 23), ("P3", (-11.79, -0.10), (-12.13, 1.05), 21)]
)
def test_collimator_is_kept_apart_from_the_clips(
    shared: Path, case: str, first: tuple[float, float], last: tuple[float, float], count: int
) -> None:
    """Clips are four on either film; the collimator's points are those at the end of the file."""
    film = read_xpc(shared / "data" / "eyeplan" / case / f"{case}.xpc")

    assert (len(film.axial_clips), len(film.lateral_clips)) == (4, 4)
    assert film.collimator is not None
    assert (film.collimator[0], film.collimator[-1], len(film.collimator)) == (first, last, count)


def test_header_tells_site_plan_and_eye(shared: Path) -> None:
    """Case P1 was made for OPTIS2, plan 4, with the eye's centre at (5.8, -1.9, 8.7)."""
    film = read_xpc(shared / "data" / "eyeplan" / "P1" / "P1.xpc")

    assert (film.site, film.plan_number, film.eye_centre_mm) == ("OPTIS2@PSI, Villigen (CH)", "4", (5.8, -1.9, 8.7))


def test_file_without_a_collimator_has_none(tmp_path: Path) -> None:
    """The collimator's outline may be left out."""
    text = (sample_eyeplan() / "SAMPLE.xpc").read_text(encoding="latin-1")
    path = tmp_path / "case.xpc"
    path.write_text(text.partition("Number of Collimator")[0], encoding="latin-1")

    assert read_xpc(path).collimator is None


@pytest.mark.parametrize(
    ("found", "changed", "sentence"),
    [
        ("Version:  2.0", "Version:  3.0", "line 1: found 'Projection File Version:  3.0', expected 2.0"),
        ("Plane:  Film", "Plane:  Isocenter", "line 5: found 'X-ray Projection Plane:  Isocenter', expected Film"),
        ("Lateral X-ray Abscissa Mirror Factor:  +1", "Lateral X-ray Abscissa Mirror Factor:  -1", "line 7: found 'Lateral X-ray Abscissa"),
        ("Collimator rotation:  +0.0", "Collimator rotation:  +5.0", "line 15: found 'Collimator rotation:  +5.0', expected +0.0"),
        ("Number of Clips:  4\n", "", "header line 'Number of Clips' is missing, expected it before the first clip"),
        ("Number of Clips:  4", "Number of Clips:  3", "line 77: found 'Axial Clip 4', expected 'Lateral Clip 1'"),
        ("Points:  18", "Points:  19", "line 39: found 'Axial Clip 2', expected point 19 of 19 of Axial Clip 1, 'number: x y'"),
        ("Points:  18", "Points:  17", "line 38: found '18: "),
        (
            "Number of Collimator Outline Points:   25",
            "Number of Collimator Outline Points:   26",
            "the file ends, expected point 26 of 26",
        ),
    ],
)
def test_outlines_that_contradict_their_header_are_refused(tmp_path: Path, found: str, changed: str, sentence: str) -> None:
    """Another version, projection or mirror, a lost header line and a wrong count are each named."""
    path = changed_case(tmp_path, ".xpc", found, changed)

    with pytest.raises(Refused) as refusal:
        read_xpc(path)

    assert str(refusal.value).startswith(f"{path}: {sentence}")
