"""Tests of plans as JSON text."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ocular.cases import sample_plan
from workbench.errors import Refused
from workbench.ocular import from_json, read_eyeplan, to_json
from workbench.ocular.aperture import Aperture
from workbench.ocular.plan import OcularPlan, Patient, Prescription, Sex, Wedge

words = st.text(st.characters(categories=("L", "N", "P"), exclude_characters="\\"), min_size=1, max_size=16)
lengths = st.floats(min_value=0.001, max_value=1000.0)
zones = st.integers(min_value=-720, max_value=840).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def openings(draw: st.DrawFn) -> Aperture:
    """Openings whose edge is seen from the beam axis at rising angles, so that it never crosses itself."""
    radii = draw(st.lists(st.floats(min_value=1.0, max_value=17.0), min_size=3, max_size=30))
    points = [(radius * math.cos(turn), radius * math.sin(turn)) for radius, turn in zip(radii, _turns(len(radii)), strict=True)]
    return Aperture(block_mm=tuple(points), block_id=draw(words), block_number=draw(st.integers(min_value=1, max_value=99)))


def _turns(count: int) -> list[float]:
    return [2 * math.pi * step / count for step in range(count)]


@st.composite
def wedges(draw: st.DrawFn, number: int) -> Wedge:
    """Wedges with and without what a planner may not say."""
    return Wedge(
        number=number,
        id=draw(words),
        angle_deg=float(draw(st.integers(min_value=1, max_value=89))),
        orientation_deg=draw(st.none() | st.floats(min_value=0.0, max_value=360.0)),
        tray_to_isocentre_mm=draw(lengths),
        type=draw(st.none() | st.just("STANDARD")),
        note=draw(st.none() | words),
    )


@st.composite
def plans(draw: st.DrawFn) -> OcularPlan:
    """Plans that differ from the sample in everything that a text could lose."""
    sample = sample_plan()
    count = draw(st.integers(min_value=0, max_value=3))
    return replace(
        sample,
        label=draw(words),
        description=draw(st.none() | words),
        created=draw(st.datetimes(timezones=zones)),
        patient=Patient(
            id=draw(words), name=draw(words), birth_date=draw(st.none() | st.dates()), sex=draw(st.none() | st.sampled_from(Sex))
        ),
        prescription=Prescription(dose_gy_rbe=draw(lengths), fractions=draw(st.integers(min_value=1, max_value=99)), site=draw(words)),
        eye=replace(sample.eye, skin_plane_mm=draw(st.none() | lengths), torsion_deg=draw(st.floats(min_value=-20.0, max_value=20.0))),
        field=replace(
            sample.field,
            aperture=draw(openings()),
            aperture_margin_mm=draw(st.none() | lengths),
            wedges=tuple(draw(wedges(number)) for number in range(1, count + 1)),
            range_shifters=(),
        ),
        setup_images=sample.setup_images[: draw(st.integers(min_value=0, max_value=2))],
    )


@settings(max_examples=25)
@given(plan=plans())
def test_any_plan_comes_back_from_its_text(plan: OcularPlan) -> None:
    """Writing and reading is the identity."""
    assert from_json(to_json(plan)) == plan


@pytest.mark.parametrize("case", ["P1", "P2", "P3"])
def test_clinical_plan_comes_back_from_its_text(shared: Path, case: str) -> None:
    """The three anonymised clinical plans survive without loss."""
    plan = read_eyeplan(shared / "data" / "eyeplan" / case)

    assert from_json(to_json(plan)) == plan


def test_text_names_its_schema_and_version() -> None:
    """A later reader can tell what it has before it."""
    envelope = json.loads(to_json(sample_plan()))

    assert (envelope["schema"], envelope["version"], envelope["plan"]["eye"]["laterality"]) == ("ocular-plan", 2, "L")


@pytest.mark.parametrize(
    ("found", "changed", "sentence"),
    [
        ('"version": 2', '"version": 3', "p.json: version is 3, expected 1 or 2"),
        ('"schema": "ocular-plan"', '"schema": "other"', "p.json: schema is 'other', expected 'ocular-plan'"),
        ('"fractions": 5', '"fractions": "5"', "p.json: plan: prescription: fractions: found '5', expected a whole number"),
        (
            '"fractions": 5',
            '"fractions": 0',
            "p.json: plan: prescription: fractions is 0, expected a whole number of at least 1",
        ),
        (
            '"fractions": 5',
            '"fraction": 5',
            "p.json: plan: prescription: unknown key 'fraction', expected one of dose_gy_rbe, fractions, site",
        ),
        ('"laterality": "L"', '"laterality": "X"', "p.json: plan: eye: laterality: found 'X', expected one of R, L"),
        ('"range_mm": 23.4', '"range_mm": NaN', "p.json: no valid JSON (found NaN, expected a finite number), expected a plan"),
        ('"created": "2026-06-01T12:00:00+00:00"', '"created": "today"', "p.json: plan: created: found 'today', expected a date and time"),
        ('{\n "schema"', '[{\n "schema"', "p.json: no valid JSON ("),
    ],
)
def test_text_that_is_no_plan_is_refused(found: str, changed: str, sentence: str) -> None:
    """Another version, a wrong key, type or value, and no JSON at all are each named with their place."""
    text = to_json(sample_plan())
    assert found in text

    with pytest.raises(Refused) as refusal:
        from_json(text.replace(found, changed, 1), where="p.json")

    assert str(refusal.value).startswith(sentence)
