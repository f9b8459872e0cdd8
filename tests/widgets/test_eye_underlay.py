"""The X-ray under the eye: what is offered, what lies there and what is said, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from tests.ocular.cases import sample_plan
from tests.widgets.setup_pictures import SHIFT_MM, exposed_files
from tests.widgets.test_eye_beam import picture
from workbench.bench import Workbench
from workbench.device.setup_objects import CLIP, NOISE
from workbench.ocular.clip_marks import predicted_clips
from workbench.ocular.setup import View
from workbench.workflow.plans import StoredPlan
from workbench_widgets import EyeBeamView
from workbench_widgets.eye_underlay import GIVEN, NONE

PLAN = sample_plan()
pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """One that does not listen, without a plan."""
    with Workbench(tmp_path / "data", listen=False) as made:
        yield made


@pytest.fixture
def stored(bench: Workbench) -> StoredPlan:
    """The sample, with its blank images."""
    return bench.add_plan(PLAN)


@pytest.fixture
def view(bench: Workbench, stored: StoredPlan) -> Iterator[EyeBeamView]:
    """That of the stored sample, on its bench."""
    made = EyeBeamView(stored, bench=bench)
    yield made
    made.close()


def pumped(view: EyeBeamView) -> None:
    """What was chosen or stored is shown."""
    view.underlay._live.pump()


def chosen(view: EyeBeamView, uid: str) -> None:
    """As somebody chooses it."""
    view.underlay.choice.value = uid
    pumped(view)


def offered(view: EyeBeamView) -> list[str]:
    """The words of the choice, in order."""
    return [words for words, _ in view.underlay.choice.options]


def brought(bench: Workbench, view: EyeBeamView, folder: Path, which: View = View.AXIAL) -> str:
    """The SOP Instance UID of a film with shadows that was imported while the view is open."""
    path = exposed_files(bench, PLAN, folder)[which]
    bench.import_file(path)
    pumped(view)
    return str(dcmread(path).SOPInstanceUID)


def test_without_a_film_the_choice_says_where_one_comes_from(view: EyeBeamView) -> None:
    """Blank images of the plan show nothing, so that nothing can be chosen."""
    assert offered(view) == ["no AXIAL film yet: import or take one"]
    assert view.underlay.choice.disabled
    assert (view.canvas.underlay, view.canvas.pixels) == ({}, b"")


def test_without_a_bench_there_is_no_choice() -> None:
    """Of a plan alone nobody knows films; one that Python gives can be taken away and laid again."""
    view = EyeBeamView(PLAN)
    assert view.underlay.layout.display == "none"

    view.show_image(picture())
    assert (offered(view), view.underlay.choice.value, view.underlay.layout.display) == (["none", "picture given in Python"], GIVEN, "")
    chosen(view, NONE)
    assert view.canvas.pixels == b""
    chosen(view, GIVEN)

    assert view.canvas.underlay["left"] == pytest.approx(-4.0)
    view.close()


@pytest.mark.slow
def test_a_film_that_comes_is_offered_and_lies_at_its_scale(bench: Workbench, view: EyeBeamView, tmp_path: Path) -> None:
    """The shadows of clips 1 and 4, which are wider than a pixel, are 0.8 mm to the patient's left and 0.5 mm low at the isocentre."""
    uid = brought(bench, view, tmp_path / "stick")
    assert offered(view)[0] == "none"
    assert offered(view)[1].startswith("AXIAL film of 20")
    assert offered(view)[1].endswith(" \N{MIDDLE DOT} imported")
    assert (view.underlay.choice.value, view.canvas.pixels) == (NONE, b"")

    chosen(view, uid)

    where, film = view.canvas.underlay, bench.dataset(uid)
    magnification = PLAN.beamline.axial.source_to_film_mm / PLAN.beamline.axial.source_to_isocentre_mm
    assert where["width"] == pytest.approx(film.Columns * film.ImagePlanePixelSpacing[1] / magnification)
    greys = np.frombuffer(view.canvas.pixels, dtype="<u2").reshape(where["rows"], where["columns"]) * where["slope"] + where["intercept"]
    for clip in (1, 4):
        at = np.array(predicted_clips(PLAN)[View.AXIAL][clip]) / magnification + SHIFT_MM[View.AXIAL]
        column = int((at[0] - where["left"]) / where["width"] * where["columns"])
        row = int((where["top"] - at[1]) / where["height"] * where["rows"])
        assert greys[row, column] == pytest.approx(CLIP, abs=5 * NOISE)
    assert abs(np.median(greys) - CLIP) > 10 * NOISE


@pytest.mark.slow
def test_a_lateral_film_is_not_offered(bench: Workbench, view: EyeBeamView, tmp_path: Path) -> None:
    """It is not taken along the beam."""
    brought(bench, view, tmp_path / "stick", View.LATERAL)

    assert len(offered(view)) == 1


@pytest.mark.slow
def test_a_film_stays_when_another_comes(bench: Workbench, view: EyeBeamView, tmp_path: Path) -> None:
    """What somebody chose is not taken away; the newer one stands first of the films."""
    first = brought(bench, view, tmp_path / "one")
    chosen(view, first)
    before = view.canvas.pixels

    second = brought(bench, view, tmp_path / "two")

    assert [uid for _, uid in view.underlay.choice.options] == [NONE, second, first]
    assert (view.underlay.choice.value, view.canvas.pixels) == (first, before)


@pytest.mark.slow
def test_a_film_that_is_lost_is_a_sentence(bench: Workbench, view: EyeBeamView, tmp_path: Path) -> None:
    """Chosen after its file has gone, it is told of, and none lies under the eye."""
    uid = brought(bench, view, tmp_path / "stick")
    film = offered(view)[1]
    bench.path(uid).unlink()

    chosen(view, uid)

    assert f"The {film} cannot be shown: " in view.underlay._words.value
    assert "cannot be read (No such file or directory)" in view.underlay._words.value
    assert (view.underlay.choice.value, view.canvas.underlay) == (NONE, {})


@pytest.mark.slow
def test_a_film_that_cannot_be_shown_is_a_sentence(bench: Workbench, view: EyeBeamView, tmp_path: Path) -> None:
    """Without its pixel spacing nobody knows its scale."""
    path = exposed_files(bench, PLAN, tmp_path / "stick")[View.AXIAL]
    dataset = dcmread(path)
    dataset.ImagePlanePixelSpacing = None
    dataset.save_as(path)
    bench.import_file(path)
    pumped(view)

    assert len(offered(view)) == 1
    assert "found ImagePlanePixelSpacing None, expected two numbers" in view.underlay._words.value


@pytest.mark.slow
def test_films_of_another_patient_are_not_offered(bench: Workbench, stored: StoredPlan, tmp_path: Path) -> None:
    """Neither for a plan of the archive nor for one alone; a plan alone has those of its Patient ID."""
    stranger = exposed_files(bench, PLAN, tmp_path / "stranger", patient_id="SOMEBODY-ELSE")[View.AXIAL]
    own = exposed_files(bench, PLAN, tmp_path / "own")[View.AXIAL]
    for path in (stranger, own):
        bench.import_file(path)

    for plan in (stored, PLAN):
        view = EyeBeamView(plan, bench=bench)
        assert [uid for _, uid in view.underlay.choice.options] == [NONE, dcmread(own).SOPInstanceUID]
        view.close()
