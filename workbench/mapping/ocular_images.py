"""Between setup images and RT Images: planned outlines go out as curves on a blank picture, pictures come back to be looked at.

Curves are written and read as millimetres in the plane of the film, x right and y up, origin on the imaging axis. RT Image
Position gives the centre of the upper left pixel in the same plane, so the pixel of row r and column c lies at
``(x0 + c · column spacing, y0 - r · row spacing)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from workbench.dicom import spec
from workbench.dicom.build import build
from workbench.dicom.scope import Scope
from workbench.errors import Refused
from workbench.iods.ocular_rt_image import OCULAR_RT_IMAGE
from workbench.mapping.ocular_uids import ExportUids
from workbench.ocular.beamline import Beamline, FilmGeometry
from workbench.ocular.plan import OcularPlan
from workbench.ocular.setup import FilmPicture, Outline, SetupImage, View
from workbench.settings import Identity

CURVE_NUMBERS: Final[Mapping[int, str]] = MappingProxyType({0: "<u2", 1: "<i2", 2: "<f4", 3: "<f8", 4: "<i4"})
"""Data Value Representation of a curve → how its numbers are stored (PS3.3-2008 C.10.2.1.2)."""
PLANE: Final = 2
"""Dimensions of a curve that can lie on a film."""


def setup_image(plan: OcularPlan, image: SetupImage, *, image_uid: str, uids: ExportUids, identity: Identity) -> Dataset:
    """The blank RT Image of a planned setup image, its outlines as curves.

    Raises
    ------
    Refused : a value cannot be written, or there are more outlines than curve groups; the message names the row.
    """
    return build(OCULAR_RT_IMAGE, image_scope(plan, image, image_uid=image_uid, uids=uids, identity=identity))


def image_scope(plan: OcularPlan, image: SetupImage, *, image_uid: str, uids: ExportUids, identity: Identity) -> Scope:
    """What the rows of an exported setup image read; for building it and for checking one."""
    film = plan.film(image.view)
    return Scope({"plan": plan, "image": image, "film": film, "image_uid": image_uid, "uids": uids, "identity": identity})


def film_picture(dataset: Dataset, film: FilmGeometry | None = None, view: View | None = None) -> FilmPicture:
    """An RT Image as a picture to be looked at: calibrated pixels with millimetre axes, and its curves.

    Image position and curves are told in the receptor's frame; X-Ray Image Receptor Translation brings both to the imaging axis.

    Parameters
    ----------
    film : the geometry that took it; without it the magnification is known only where the image gives both distances.
    view : which one it is; when not given, its label says so.

    Returns
    -------
    Pixels are None when there are none or all are zero: such an image is only planned. They are rescaled where the image has a
    Rescale Slope and Intercept (PS3.3 C.11.1), and stored numbers otherwise.

    Raises
    ------
    Refused : it is no AXIAL or LATERAL view, its receptor is turned, or its pixels or curves do not fit what it says of them.
    """
    where = f"RT Image {dataset.get('SOPInstanceUID', '')}".strip()
    label = str(dataset.get("RTImageLabel") or "")
    if view is None and label not in set(View):
        raise Refused(f"{where}: found RT Image Label {label!r}, expected {' or '.join(View)}", rule="view")
    right, up = _receptor_mm(dataset, where)
    x, y = _pair(dataset, "RTImagePosition", where)
    return FilmPicture(
        view=view or View(label),
        pixels=_pixels(dataset, where),
        pixel_mm=_pair(dataset, "ImagePlanePixelSpacing", where),
        position_mm=(x + right, y + up),
        outlines=tuple(_shifted(one, right, up) for one in _outlines(dataset, where)),
        magnification=_magnification(dataset, film),
        is_negative=dataset.get("PhotometricInterpretation") == "MONOCHROME1",
    )


def planned_image(dataset: Dataset, line: Beamline) -> SetupImage:
    """The setup image that an RT Image plans, pixels left aside.

    Raises
    ------
    Refused : it is no setup view, its pixels are not square, its centre is not on the imaging axis, or a curve leaves it.
    """
    label = str(dataset.get("RTImageLabel") or "")
    picture = film_picture(dataset, line.axial if label == View.AXIAL else line.lateral)
    height, width = picture.pixel_mm
    image = SetupImage(
        view=picture.view,
        outlines=picture.outlines,
        pixel_mm=width,
        rows=int(dataset.get("Rows") or 0),
        columns=int(dataset.get("Columns") or 0),
        magnification=(line.axial if picture.view is View.AXIAL else line.lateral).magnification,
    )
    if height != width or not np.allclose(image.position_mm, picture.position_mm, rtol=0, atol=width / 100):
        raise Refused(
            f"RT Image {dataset.get('SOPInstanceUID', '')}: found pixels of {height:g} by {width:g} mm from {picture.position_mm}, "
            "expected square ones about the imaging axis",
            rule="geometry",
        )
    return image


def _pair(dataset: Dataset, keyword: str, where: str) -> tuple[float, float]:
    found = dataset.get(keyword)
    if found is None or isinstance(found, str | float | int) or len(found) != PLANE:
        raise Refused(f"{where}: found {keyword} {found!r}, expected two numbers", rule="geometry")
    return (float(found[0]), float(found[1]))


def _receptor_mm(dataset: Dataset, where: str) -> tuple[float, float]:
    """Where the receptor's origin lies from the imaging axis: to the right and up."""
    angle, moved = dataset.get("XRayImageReceptorAngle"), dataset.get("XRayImageReceptorTranslation")
    if angle:
        raise Refused(
            f"{where}: found X-Ray Image Receptor Angle {float(angle):g}, expected 0: a turned film has no x and y", rule="geometry"
        )
    return (0.0, 0.0) if not moved else (float(moved[0]), float(moved[1]))


def _shifted(outline: Outline, right: float, up: float) -> Outline:
    return replace(outline, points_mm=tuple((x + right, y + up) for x, y in outline.points_mm)) if right or up else outline


def _magnification(dataset: Dataset, film: FilmGeometry | None) -> float | None:
    source_to_film, source_to_axis = dataset.get("RTImageSID"), dataset.get("RadiationMachineSAD")
    if source_to_film and source_to_axis:
        return float(source_to_film) / float(source_to_axis)
    return None if film is None else film.magnification


def _pixels(dataset: Dataset, where: str) -> NDArray[np.generic] | None:
    if "PixelData" not in dataset:
        return None
    rows, columns, bits = (int(dataset.get(keyword) or 0) for keyword in ("Rows", "Columns", "BitsAllocated"))
    if dataset.get("SamplesPerPixel") != 1 or bits not in {8, 16, 32}:
        found = f"{dataset.get('SamplesPerPixel')} samples of {bits} bits"
        raise Refused(f"{where}: found {found} in a pixel, expected 1 of 8, 16 or 32", rule="pixels")
    data, size = _bytes(dataset, spec.tag_of("PixelData")), rows * columns * bits // 8
    if len(data) < size:
        raise Refused(f"{where}: found {len(data)} bytes of Pixel Data, expected {size} for {rows} rows of {columns}", rule="pixels")
    is_signed = dataset.get("PixelRepresentation") == 1
    pixels = np.frombuffer(data[:size], dtype=f"<{'i' if is_signed else 'u'}{bits // 8}").reshape(rows, columns)
    unused = bits - int(dataset.get("HighBit") or bits - 1) - 1
    if unused > 0:
        # Bits above the high bit may hold anything (PS3.5 8.1.1); shifting back keeps the sign.
        pixels = (pixels << unused) >> unused
    return _calibrated(dataset, pixels) if pixels.any() else None


def _calibrated(dataset: Dataset, pixels: NDArray[np.generic]) -> NDArray[np.generic]:
    slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
    if slope is None and intercept is None:
        return pixels
    return pixels * float(1 if slope is None else slope) + float(intercept or 0)  # type: ignore[no-any-return, operator]


def _outlines(dataset: Dataset, where: str) -> Iterator[Outline]:
    groups = range(spec.CURVE_GROUP, spec.CURVE_GROUP_LAST + 1, spec.CURVE_GROUP_STEP)
    for group in groups:
        if spec.find(dataset, "CurveData", group) is None:
            continue
        name = f"{where}: curve {group:04X}"
        form = CURVE_NUMBERS.get(_number(dataset, "DataValueRepresentation", group))
        if _number(dataset, "CurveDimensions", group) != PLANE or form is None:
            raise Refused(f"{name}: found other dimensions or numbers, expected {PLANE} dimensions of a known representation", rule="curve")
        data = _bytes(dataset, spec.tag_of("CurveData", group))
        count = _number(dataset, "NumberOfPoints", group)
        size = count * PLANE * np.dtype(form).itemsize
        if len(data) < size:
            raise Refused(f"{name}: found {len(data)} bytes, expected {size} for {count} points", rule="curve")
        points = np.frombuffer(data[:size], dtype=form).astype(float).reshape(count, PLANE)
        label = dataset.get(spec.tag_of("CurveLabel", group))
        text = str(label.value) if label is not None and label.value else f"Curve {group:04X}"
        yield Outline(label=text, points_mm=tuple((float(x), float(y)) for x, y in points))


def _number(dataset: Dataset, keyword: str, group: int) -> int:
    element = dataset.get(spec.tag_of(keyword, group))
    return -1 if element is None or element.value is None else int(element.value)


def _bytes(dataset: Dataset, tag: BaseTag) -> bytes:
    """The value's bytes in little endian order; words of a big endian data set are turned."""
    element = dataset[tag]
    data = bytes(element.value or b"")
    is_big = dataset.original_encoding[1] is False
    return np.frombuffer(data, dtype=">u2").astype("<u2").tobytes() if is_big and element.VR == "OW" else data
