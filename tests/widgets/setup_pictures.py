"""Setup images for tests: the sample's own, exposed with the shadows of a patient who sits aside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom import dcmread

from workbench.bench import Workbench
from workbench.device.setup_objects import Grid, film
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import View

SHIFT_MM = {View.AXIAL: (0.8, -0.5), View.LATERAL: (0.0, -0.5)}
"""Across and up, at the isocentre."""


def exposed_files(bench: Workbench, plan: OcularPlan, folder: Path, *, patient_id: str | None = None) -> dict[View, Path]:
    """The plan's setup images as another program would expose them, as files; its curves stay."""
    files = {}
    for path in bench.export(plan, folder):
        dataset = dcmread(path)
        if dataset.Modality != "RTIMAGE":
            path.unlink()
            continue
        view, spacing = View(dataset.RTImageLabel), float(dataset.ImagePlanePixelSpacing[0])
        left, top = (float(one) for one in dataset.RTImagePosition)
        grid = Grid(rows=dataset.Rows, columns=dataset.Columns, spacing_mm=spacing, left_mm=left, top_mm=top)
        planned = next(one for one in plan.setup_images if one.view is view)
        moved = [np.array(one.points_mm) + plan.film(view).magnification * np.array(SHIFT_MM[view]) for one in planned.outlines]
        dataset["PixelData"].value = film(moved, grid).tobytes()
        if patient_id is not None:
            dataset.PatientID = patient_id
        dataset.save_as(path)
        files[view] = path
    return files
