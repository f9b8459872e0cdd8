"""The published schema of plan files: it ships as the classes say it, and tells plans from what is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from tests.factories import make_plan
from tests.ocular.cases import sample_plan
from tests.planned import plans
from workbench.errors import Refused
from workbench.ocular import from_json, to_json
from workbench.ocular.plan import OcularPlan
from workbench.ocular.schema import json_schema, shipped_schema
from workbench.ocular.store import READ_VERSIONS

VALIDATOR = Draft202012Validator(json.loads(shipped_schema()), format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_schema_that_ships_is_what_the_classes_say() -> None:
    """A changed class needs the file written anew: `json_schema()` as JSON, one blank a level."""
    assert shipped_schema() == json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def test_the_schema_is_one() -> None:
    """It keeps the rules of JSON Schema, draft 2020-12, and every key has its unit or its words."""
    Draft202012Validator.check_schema(json.loads(shipped_schema()))


@pytest.mark.parametrize("plan", [sample_plan(), make_plan()], ids=["sample", "everything known"])
def test_a_written_plan_is_valid(plan: OcularPlan) -> None:
    """By the validator of others."""
    assert list(VALIDATOR.iter_errors(json.loads(to_json(plan)))) == []


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(plan=plans())
def test_whatever_is_planned_is_written_validly_and_read_back(plan: OcularPlan) -> None:
    """Plans of all shapes: valid JSON of the schema, and the same plan again."""
    text = to_json(plan)

    assert list(VALIDATOR.iter_errors(json.loads(text))) == []
    assert from_json(text) == plan


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.pop("version"),
        lambda file: file["plan"].pop("label"),
        lambda file: file["plan"].update(colour="blue"),
        lambda file: file["plan"]["field"].update(range_mm="25 mm"),
        lambda file: file["plan"]["field"]["aperture"]["block_mm"][0].append(3.0),
        lambda file: file["plan"]["eye"].update(laterality="B"),
        lambda file: file["plan"]["prescription"].update(fractions=4.5),
        lambda file: file["plan"]["field"]["wedges"][0].pop("angle_deg"),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(change: Callable[[Any], object]) -> None:
    """Missing and unknown keys, wrong types, terms and lengths: both say no."""
    file = json.loads(to_json(make_plan()))
    change(file)

    assert list(VALIDATOR.iter_errors(file)) != []
    with pytest.raises(Refused):
        from_json(json.dumps(file))


def test_a_file_of_the_first_version_is_still_read() -> None:
    """Version 1 had no eye model and always a measured eye; such a file is the same plan today."""
    plan = make_plan()
    old = to_json(plan).replace('"version": 2', '"version": 1')

    assert READ_VERSIONS == (1, 2)
    assert from_json(old) == plan
