"""Ocular plans of all shapes, for property tests; their numbers are those of instruments and so have few decimals."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from tests.factories import make_beamline, make_image, make_plan
from workbench.ocular.accessories import (
    MODULATOR_TYPES,
    PARTIAL_WEDGES,
    SHIFTER_TYPES,
    SPREADER_TYPES,
    WEDGE_TYPES,
    WHEELS,
    LateralSpreader,
    RangeModulator,
    RangeShifter,
    Wedge,
)
from workbench.ocular.aperture import Aperture
from workbench.ocular.beamline import Beamline
from workbench.ocular.equipment import SUPPORT_TYPES, BlockMount, Chair, Tolerances
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.gaze import Fixation, Light, fellow_light
from workbench.ocular.plan import INTENTS, Field, OcularPlan, Patient, Prescription, Sex
from workbench.ocular.setup import Outline, SetupImage, View

RADIUS_MM = 16.0


def texts(longest: int = 16) -> st.SearchStrategy[str]:
    """Printable ASCII without backslash, caret, equals sign and spaces at the ends."""
    letters = st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="\\^=")
    return st.text(letters, min_size=1, max_size=longest).filter(lambda text: text.strip() == text)


def numbers(least: float, most: float, decimals: int = 3) -> st.SearchStrategy[float]:
    """Numbers with few decimals."""
    scale = 10**decimals
    return st.integers(math.ceil(least * scale), math.floor(most * scale)).map(lambda count: count / scale)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or not known."""
    return st.none() | strategy


@st.composite
def wedges(draw: st.DrawFn, number: int) -> Wedge:
    """Wedges of every type, known or not."""
    kind = draw(maybe(st.sampled_from(WEDGE_TYPES)))
    edge = numbers(-20, 20)
    return Wedge(
        number=number,
        id=draw(texts()),
        angle_deg=draw(st.integers(1, 89)),
        orientation_deg=draw(maybe(numbers(0, 360))),
        tray_to_isocentre_mm=draw(numbers(1, 500)),
        type=kind,
        thin_edge_mm=draw(edge if kind in PARTIAL_WEDGES else maybe(edge)),
        note=draw(maybe(texts(40))),
    )


@st.composite
def shifters(draw: st.DrawFn, number: int) -> RangeShifter:
    """Range shifters of both types."""
    return RangeShifter(
        number=number,
        id=draw(texts()),
        type=draw(st.sampled_from(SHIFTER_TYPES)),
        setting=draw(texts(64)),
        isocentre_distance_mm=draw(maybe(numbers(1, 2000))),
        water_equivalent_mm=draw(maybe(numbers(0, 40))),
    )


@st.composite
def spreaders(draw: st.DrawFn, number: int) -> LateralSpreader:
    """Scatterers and magnets."""
    return LateralSpreader(
        number=number,
        id=draw(texts()),
        type=draw(st.sampled_from(SPREADER_TYPES)),
        setting=draw(texts(64)),
        isocentre_distance_mm=draw(maybe(numbers(1, 2000))),
        water_equivalent_mm=draw(maybe(numbers(0, 5))),
    )


@st.composite
def modulators(draw: st.DrawFn, number: int, kinds: tuple[str, ...] = MODULATOR_TYPES) -> RangeModulator:
    """Modulators of all types, each with what its type demands."""
    kind = draw(st.sampled_from(kinds))
    gating = numbers(0, 360) if kind in WHEELS else st.none()
    return RangeModulator(
        number=number,
        id=draw(texts()),
        type=kind,
        beam_current_modulation_id=draw(texts()) if kind == "WHL_MODWEIGHTS" else None,
        gating_start=draw(gating),
        gating_stop=draw(gating),
        gating_start_water_equivalent_mm=draw(maybe(numbers(0, 40))),
        gating_stop_water_equivalent_mm=draw(maybe(numbers(0, 40))),
        isocentre_distance_mm=draw(maybe(numbers(1, 2000))),
    )


def _each(draw: st.DrawFn, one: Any, *, most: int = 2, **options: Any) -> tuple[Any, ...]:
    return tuple(draw(one(number + 1, **options)) for number in range(draw(st.integers(0, most))))


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """Fields with any accessories; at most one modulator is a WHL_MODWEIGHTS."""
    corners, radius = draw(st.integers(3, 40)), draw(numbers(1, RADIUS_MM))
    angles = [2 * math.pi * corner / corners for corner in range(corners)]
    first = _each(draw, modulators, most=1)
    others = tuple(
        draw(modulators(number + 2, kinds=("FIXED", "WHL_FIXEDWEIGHTS"))) for number in range(draw(st.integers(0, 1)) if first else 0)
    )
    range_mm = draw(numbers(1, 33.4))
    return Field(
        id=draw(texts(64)),
        description=draw(maybe(texts(100))),
        aperture=Aperture(
            block_mm=tuple((round(radius * math.cos(one), 3), round(radius * math.sin(one), 3)) for one in angles),
            block_id=draw(texts(64)),
            block_number=draw(st.integers(1, 99)),
        ),
        range_mm=range_mm,
        modulation_mm=draw(numbers(0.5, range_mm)),
        aperture_margin_mm=draw(maybe(numbers(0, 5))),
        distal_margin_mm=draw(maybe(numbers(0, 5))),
        proximal_margin_mm=draw(maybe(numbers(0, 5))),
        wedges=_each(draw, wedges),
        range_shifters=_each(draw, shifters),
        lateral_spreaders=_each(draw, spreaders),
        range_modulators=(*first, *others),
    )


@st.composite
def beamlines(draw: st.DrawFn) -> Beamline:
    """Beamlines at both gantry angles, with angles, distances and tolerances known or not."""
    degrees, position = numbers(0, 360), maybe(numbers(-500, 500))
    return make_beamline(
        gantry_angle_deg=draw(st.sampled_from([90.0, 270.0])),
        beam_limiting_device_angle_deg=draw(degrees),
        virtual_source_mm=(draw(numbers(1000, 3000)), draw(numbers(1000, 3000))),
        nominal_energy_mev=draw(numbers(55, 75)),
        meterset_rate_mu_per_min=draw(maybe(numbers(1, 5000))),
        table_version=draw(texts()),
        snout_id=draw(texts()),
        patient_position=draw(st.sampled_from(["HFS", "SITTING"])),
        block=BlockMount(
            tray_id=draw(texts()),
            tray_to_isocentre_mm=draw(numbers(20, 200)),
            thickness_mm=draw(numbers(1, 20)),
            material_id=draw(texts()),
            tray_water_equivalent_mm=draw(maybe(numbers(0, 3))),
        ),
        chair=Chair(
            support_type=draw(st.sampled_from(SUPPORT_TYPES)),
            support_id=draw(texts()),
            vertical_mm=draw(position),
            longitudinal_mm=draw(position),
            lateral_mm=draw(position),
            support_angle_deg=draw(degrees),
            pitch_deg=draw(degrees),
            head_fixation_angle_deg=draw(maybe(degrees)),
        ),
        tolerances=Tolerances(label=draw(texts()), **{name: draw(maybe(numbers(0, 10))) for name in TOLERANCES}),
    )


TOLERANCES = [name for name in Tolerances.__dataclass_fields__ if name != "label"]


@st.composite
def fixations(draw: st.DrawFn, treated: Laterality) -> Fixation:
    """Either eye fixates, or it is not known which."""
    light = Light(polar_deg=draw(numbers(0, 60, 1)), azimuth_deg=draw(numbers(0, 359, 1)))
    eye = draw(st.sampled_from([treated, treated.fellow, None]))
    if eye is not treated.fellow:
        return Fixation(gaze=light, eye=eye)
    pupils = draw(numbers(50, 75))
    physical = fellow_light(light, treated, pupils, 132.5)
    rounded = Light(polar_deg=round(physical.polar_deg, 1), azimuth_deg=round(physical.azimuth_deg, 1))
    return Fixation(gaze=light, eye=eye, fellow_light=rounded, interpupillary_mm=pupils)


@st.composite
def eyes(draw: st.DrawFn) -> TreatedEye:
    """Eyes of either side, measured or not."""
    side = draw(st.sampled_from(Laterality))
    if draw(st.booleans()):
        return TreatedEye(laterality=side)
    axis, offset = numbers(20, 28), numbers(-10, 10)
    return TreatedEye(
        laterality=side,
        centre_mm=(draw(offset), draw(offset), draw(offset)),
        length_mm=draw(axis),
        width_mm=draw(axis),
        height_mm=draw(axis),
        skin_plane_mm=draw(maybe(numbers(0, 5))),
        tumour_height_mm=draw(maybe(numbers(1, 12))),
    )


@st.composite
def images(draw: st.DrawFn, view: View) -> SetupImage:
    """Setup images with some outlines."""
    place = numbers(-15, 15)
    outlines = tuple(
        Outline(label=f"Clip {number + 1}", points_mm=tuple((draw(place), draw(place)) for _ in range(draw(st.integers(3, 6)))))
        for number in range(draw(st.integers(0, 4)))
    )
    return make_image(view, outlines=outlines)


@st.composite
def plans(draw: st.DrawFn) -> OcularPlan:
    """Plans of every kind that can be exported."""
    eye = draw(eyes())
    zone = timezone(timedelta(minutes=draw(st.integers(-720, 840))))
    views = draw(st.sampled_from([(), (View.AXIAL,), (View.LATERAL,), (View.LATERAL, View.AXIAL)]))
    return make_plan(
        label=draw(texts()),
        name=draw(maybe(texts(64))),
        description=draw(maybe(texts(200))),
        operator=draw(maybe(texts(60))),
        created=draw(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, zone]))),
        intent=draw(st.sampled_from(INTENTS)),
        patient=Patient(
            id=draw(texts(64)),
            name=draw(maybe(texts(60))),
            birth_date=draw(maybe(st.dates(date(1900, 1, 1), date(2026, 1, 1)))),
            sex=draw(maybe(st.sampled_from(Sex))),
        ),
        prescription=Prescription(dose_gy_rbe=draw(numbers(1, 90)), fractions=draw(st.integers(1, 40)), site=draw(texts(64))),
        eye=eye,
        fixation=draw(fixations(eye.laterality)),
        field=draw(fields()),
        beamline=draw(beamlines()),
        setup_images=tuple(draw(images(view)) for view in views),
        setup_technique=draw(maybe(texts(200))),
    )
