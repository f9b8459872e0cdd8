"""Setup images: what marks, gazes and imported files do to planned and seen, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from traitlets import TraitError

from tests.ocular.cases import sample_plan
from tests.widgets.setup_pictures import exposed_files
from workbench.bench import Workbench
from workbench.ocular import with_gaze
from workbench.ocular.clip_marks import ClipMark, film_deviations, predicted_clips
from workbench.ocular.gaze import Light
from workbench.ocular.setup import View
from workbench.workflow.plans import StoredPlan
from workbench_widgets import SetupImagesDashboard

PLAN = sample_plan()
PLANNED = predicted_clips(PLAN)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """One that does not listen, without a plan."""
    with Workbench(tmp_path / "data", listen=False) as made:
        yield made


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, StoredPlan]]:
    """One bench with the sample, for tests that add nothing to it."""
    with Workbench(tmp_path_factory.mktemp("data"), listen=False) as made:
        yield made, made.add_plan(PLAN)


@pytest.fixture
def dashboard(stored: tuple[Workbench, StoredPlan]) -> Iterator[SetupImagesDashboard]:
    """That of the sample, with its blank images."""
    made = SetupImagesDashboard(*stored)
    made._live.pump()
    yield made
    made.close()


def pumped(dashboard: SetupImagesDashboard) -> None:
    """What was clicked, marked or told is done."""
    dashboard._live.pump()


def marked(dashboard: SetupImagesDashboard, view: View, marks: dict[int, tuple[float, float]]) -> None:
    """What the browser sends after a click."""
    dashboard.films[view].marks = [[clip, x, y] for clip, (x, y) in marks.items()]
    pumped(dashboard)


def test_it_begins_with_the_plans_images_and_no_mark(dashboard: SetupImagesDashboard) -> None:
    """Both blank films of the sample, four clips expected on each, nothing seen."""
    assert repr(dashboard) == "<SetupImagesDashboard of plan Plan 1>"
    assert {view: [clip for clip, _ in film.film["planned"]] for view, film in dashboard.films.items()} == {
        key: [1, 2, 3, 4] for key in View
    }
    assert (dashboard.marks, dashboard.clear.disabled, dashboard.message[:22]) == ((), True, "Click on each clip whe")


def test_a_click_in_the_browser_becomes_a_mark_and_a_difference(dashboard: SetupImagesDashboard) -> None:
    """Clip 2 seen 3 mm to the right and 4 mm low on the film: 5 mm there, divided by the film's magnification at the isocentre."""
    x, y = PLANNED[View.AXIAL][2]

    marked(dashboard, View.AXIAL, {2: (x + 3.0, y - 4.0)})

    assert dashboard.marks == (ClipMark(view=View.AXIAL, clip=2, film_mm=(x + 3.0, y - 4.0)),)
    axial, lateral = film_deviations(dashboard.deviations)
    # Distances of the demo beamline's axial film, from its table.
    magnification = PLAN.beamline.axial.source_to_film_mm / PLAN.beamline.axial.source_to_isocentre_mm
    assert (axial.clips, axial.rms_film_mm, axial.rms_isocentre_mm) == (1, pytest.approx(5.0), pytest.approx(5.0 / magnification))
    assert lateral.clips == 0
    assert dashboard.message == "AXIAL: 1 of 4 clips marked, off by 3.3 mm at the isocentre (RMS); LATERAL: no clip marked."
    assert 'data-clip="2"><th scope="row">clip 2</th><td class="wb-right">+3.0</td><td class="wb-right">\N{MINUS SIGN}4.0</td>' in (
        dashboard._table.value
    )


def test_marks_set_from_python_are_shown_in_the_browser(dashboard: SetupImagesDashboard) -> None:
    """Each film gets its own; the table as a frame holds them."""
    marks = (ClipMark(view=View.LATERAL, clip=1, film_mm=(1.0, 2.0)), ClipMark(view=View.LATERAL, clip=3, film_mm=(4.0, 5.0)))

    dashboard.marks = marks
    pumped(dashboard)

    assert [dashboard.films[view].marks for view in View] == [[], [[1, 1.0, 2.0], [3, 4.0, 5.0]]]
    frame = dashboard.frame()
    seen = frame[frame["seen_up_mm"].notna()]
    assert seen[["view", "clip", "seen_across_mm", "seen_up_mm"]].to_numpy().tolist() == [
        ["LATERAL", 1, 1.0, 2.0],
        ["LATERAL", 3, 4.0, 5.0],
    ]


def test_a_click_is_kept_when_the_films_are_drawn_anew_before_it_is_heard(dashboard: SetupImagesDashboard) -> None:
    """An event of the bench asks for a refresh, the click arrives, and only then both are worked off."""
    dashboard._live.refresh_soon()

    marked(dashboard, View.AXIAL, {1: (3.0, 4.0)})

    assert dashboard.marks == (ClipMark(view=View.AXIAL, clip=1, film_mm=(3.0, 4.0)),)
    assert dashboard.films[View.AXIAL].marks == [[1, 3.0, 4.0]]


def test_what_is_no_mark_is_refused(dashboard: SetupImagesDashboard) -> None:
    """A pair of numbers says neither which clip nor which film."""
    with pytest.raises(TraitError, match=r"marks: found \(1.0, 2.0\), expected workbench.ocular.clip_marks.ClipMark"):
        dashboard.marks = ((1.0, 2.0),)


def test_another_gaze_predicts_other_places(dashboard: SetupImagesDashboard) -> None:
    """The films expect the clips where the plan turned to that gaze does, and the marks stay where they were seen."""
    marked(dashboard, View.AXIAL, {1: (0.0, 0.0)})

    dashboard.polar.value = 30.0
    pumped(dashboard)

    turned = predicted_clips(with_gaze(PLAN, Light(polar_deg=30.0, azimuth_deg=205.0)))
    for view in View:
        assert {clip: tuple(at) for clip, at in dashboard.films[view].film["planned"]} == {
            clip: pytest.approx(place, abs=0.001) for clip, place in turned[view].items()
        }
    assert [one.film_mm for one in dashboard.marks] == [(0.0, 0.0)]
    dashboard.planned_gaze.click()
    pumped(dashboard)
    assert dashboard.plan == PLAN


def test_every_gaze_of_a_plan_can_be_entered(bench: Workbench) -> None:
    """A light just below a whole turn is as planned, and one beside the eye is brought back in front of it, to 89.9°."""
    fixation = replace(PLAN.fixation, gaze=Light(polar_deg=20.0, azimuth_deg=359.97))
    dashboard = SetupImagesDashboard(bench, bench.add_plan(replace(PLAN, fixation=fixation)))
    pumped(dashboard)
    assert (dashboard.azimuth.value, dashboard._has_turned) == (359.97, False)

    dashboard.polar.value = 90.0
    pumped(dashboard)

    assert dashboard.plan is not None
    assert dashboard.plan.fixation.gaze == Light(polar_deg=89.9, azimuth_deg=359.97)
    dashboard.close()


@pytest.mark.slow
def test_imported_images_come_to_the_front_with_their_pixels(bench: Workbench, tmp_path: Path) -> None:
    """The exposed images replace the blank ones; the blank ones can still be chosen, and each keeps its own marks."""
    dashboard = SetupImagesDashboard(bench, bench.add_plan(PLAN))
    marked(dashboard, View.AXIAL, {1: (1.0, 1.0)})

    for path in exposed_files(bench, PLAN, tmp_path / "stick").values():
        bench.import_file(path)
    pumped(dashboard)

    axial = dashboard.choices[View.AXIAL]
    assert [label.split(" ")[0] for label, _ in axial.options] == ["imported", "planned"]
    assert (dashboard.films[View.AXIAL].underlay["rows"], dashboard.marks) == (512, ())
    axial.value = axial.options[1][1]
    pumped(dashboard)
    assert (dashboard.films[View.AXIAL].pixels, [one.film_mm for one in dashboard.marks]) == (b"", [(1.0, 1.0)])
    dashboard.close()


@pytest.mark.slow
def test_the_shadows_lie_where_they_were_cast(bench: Workbench, tmp_path: Path) -> None:
    """The darkest pixels about clip 4 of the axial image are 0.8 mm to the left of the patient and 0.5 mm low at the isocentre."""
    dashboard = SetupImagesDashboard(bench, bench.add_plan(PLAN))
    for path in exposed_files(bench, PLAN, tmp_path / "stick").values():
        bench.import_file(path)
    pumped(dashboard)
    canvas = dashboard.films[View.AXIAL]
    where = canvas.underlay
    values = np.frombuffer(canvas.pixels, dtype="<u2").reshape(where["rows"], where["columns"])
    across = where["left"] + (np.arange(where["columns"]) + 0.5) * where["width"] / where["columns"]
    down = where["top"] - (np.arange(where["rows"]) + 0.5) * where["height"] / where["rows"]
    x, y = np.meshgrid(across, down)
    planned = np.array(PLANNED[View.AXIAL][4])
    dark = (values < 20000) & (np.hypot(x - planned[0], y - planned[1]) < 4.0)

    marked(dashboard, View.AXIAL, {4: (float(x[dark].mean()), float(y[dark].mean()))})

    assert film_deviations(dashboard.deviations)[0].mean_isocentre_mm == pytest.approx((0.8, -0.5), abs=0.1)
    dashboard.close()


@pytest.mark.slow
def test_images_of_another_patient_are_shown_once_they_are_confirmed(bench: Workbench, tmp_path: Path) -> None:
    """They carry another Patient ID and are none of the plan's; the import names them to the dashboard."""
    files = exposed_files(bench, PLAN, tmp_path / "stick", patient_id="SAMPLE-2")

    async def scenario() -> None:
        dashboard = SetupImagesDashboard(bench, bench.add_plan(PLAN))
        dashboard.bring.click()
        await dashboard.drain()
        importer = dashboard.importer
        assert importer is not None
        importer.path.value = str(files[View.AXIAL])
        await importer.drain()
        importer.start.click()
        await importer.drain()
        assert importer.is_asking, importer.message

        importer.question.answer(True)
        await importer.drain()
        await dashboard.drain()

        assert dashboard.choices[View.AXIAL].value == importer.imported[0]
        assert dashboard.films[View.AXIAL].underlay["rows"] == 512
        warned = {view: "! Patient ID SAMPLE-2" in dashboard._panels[view]._heading.value for view in View}
        assert warned == {View.AXIAL: True, View.LATERAL: False}
        dashboard.close()

    asyncio.run(scenario())


@pytest.mark.slow
def test_without_a_plan_images_are_compared_with_their_own_outlines(bench: Workbench, tmp_path: Path) -> None:
    """Curves that came with an image tell where its clips are expected."""
    uid, _ = bench.import_file(exposed_files(bench, PLAN, tmp_path / "stick")[View.LATERAL])
    dashboard = SetupImagesDashboard(bench)
    assert "No setup image yet" in dashboard.message

    dashboard.show_images(uid)
    marked(dashboard, View.LATERAL, {1: (0.0, 0.0)})

    (lateral,) = (one for one in dashboard.deviations if one.clip == 1)
    assert (repr(dashboard), lateral.planned_mm) == ("<SetupImagesDashboard of no plan>", pytest.approx(PLANNED[View.LATERAL][1]))
    assert dashboard.polar.disabled
    dashboard.close()


def test_clearing_takes_all_marks_away(dashboard: SetupImagesDashboard) -> None:
    """Of both films, also in the browser."""
    marked(dashboard, View.AXIAL, {1: (0.0, 0.0)})
    marked(dashboard, View.LATERAL, {1: (0.0, 0.0)})

    dashboard.clear.click()
    pumped(dashboard)
    pumped(dashboard)

    assert (dashboard.marks, [film.marks for film in dashboard.films.values()]) == ((), [[], []])


def test_the_figure_shows_the_marks(dashboard: SetupImagesDashboard) -> None:
    """What is seen can be had for a report: a numbered cross at the mark."""
    marked(dashboard, View.AXIAL, {3: (5.0, 6.0)})

    axes = dashboard.figure().axes[0]

    assert any(text.get_text() == "3" and text.get_position()[0] == 5.0 for text in axes.texts)


def test_an_image_that_is_gone_keeps_no_other_from_view(bench: Workbench) -> None:
    """The film whose file was lost is told of; the other one is shown with its clips."""
    stored = bench.add_plan(PLAN)
    bench.path(stored.images[0]).unlink()

    dashboard = SetupImagesDashboard(bench)

    assert [uid for uid, _ in dashboard._shown.values()] == [stored.images[1]]
    assert dashboard.message.endswith("cannot be read (No such file or directory)")
    dashboard.close()


@pytest.mark.slow
def test_what_cannot_be_shown_of_one_patient_is_not_told_of_another(bench: Workbench, tmp_path: Path) -> None:
    """An image without pixel spacing is told of with its plan, and no more once another patient's plan is chosen."""
    sample, other = bench.add_plan(PLAN), bench.add_plan(replace(PLAN, patient=replace(PLAN.patient, id="SAMPLE-2")))
    path = exposed_files(bench, PLAN, tmp_path / "stick")[View.AXIAL]
    dataset = dcmread(path)
    dataset.ImagePlanePixelSpacing = None
    dataset.save_as(path)
    bench.import_file(path)
    dashboard = SetupImagesDashboard(bench, sample)
    assert dashboard.message.startswith("The image imported ")
    assert dashboard.message.endswith(": found ImagePlanePixelSpacing None, expected two numbers")

    dashboard.plans.value = other.uid
    pumped(dashboard)

    assert dashboard.message.startswith("Click on each clip where it is seen")
    dashboard.close()
