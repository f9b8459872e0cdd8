"""Tests of beamline descriptions."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from workbench.errors import Refused
from workbench.ocular.beamline import Beamline, beamline_from_table, known_beamlines, load_beamline


def demo_table(**changes: Any) -> dict[str, Any]:
    """The table of the beamline that ships, with changes."""
    text = (resources.files("workbench.ocular") / "beamlines" / "demo-eyeline.toml").read_text(encoding="utf-8")
    return tomllib.loads(text) | changes


def test_shipped_beamline_has_the_published_geometry() -> None:
    """Virtual source, block, light and X-ray distances are those of the OPTIS2 cases published with OCULARIS."""
    line = load_beamline("demo-eyeline")

    assert (line.virtual_source_mm, line.block.tray_to_isocentre_mm, line.light_distance_mm) == ((1750.0, 1750.0), 70.0, 132.5)
    assert (line.axial.source_to_film_mm, line.axial.magnification) == (1861.0, 1861 / 1244)
    assert (line.lateral.source_to_film_mm, line.lateral.magnification) == (1824.0, 1824 / 1215)


def test_shipped_beamline_names_the_sources_of_its_numbers() -> None:
    """A reader can tell published numbers from invented ones."""
    sources = load_beamline("demo-eyeline").sources

    assert any("OCULARIS" in source for source in sources)
    assert any(source.startswith("Invented") for source in sources)


def test_beamline_of_the_settings_comes_before_the_one_that_ships() -> None:
    """A table of the same name hides the shipped description; another name stands beside it."""
    tables = {"demo-eyeline": demo_table(machine_name="OURS"), "second": demo_table(machine_name="SECOND")}

    known = known_beamlines(tables)

    assert {name: line.machine_name for name, line in known.items()} == {"demo-eyeline": "OURS", "second": "SECOND"}
    assert load_beamline("second", tables) == known["second"]


def test_unknown_beamline_is_refused_with_those_known() -> None:
    """The sentence lists what may be asked for."""
    with pytest.raises(Refused) as refusal:
        load_beamline("optis", {"ours": demo_table()})

    assert str(refusal.value) == "beamline: found 'optis', expected one of demo-eyeline, ours"


def test_table_without_a_key_is_refused() -> None:
    """A missing key is named with the kind of value it needs."""
    table = demo_table()
    del table["nominal_energy_mev"]

    with pytest.raises(Refused) as refusal:
        beamline_from_table("ours", table)

    assert str(refusal.value) == "beamline ours: key 'nominal_energy_mev' is missing, expected a number"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"colour": "red"}, "beamline ours: unknown key 'colour', expected one of name, machine_name"),
        ({"maximum_range_mm": "33"}, "beamline ours: maximum_range_mm: found '33', expected a number"),
        ({"virtual_source_mm": [1750.0]}, "beamline ours: virtual_source_mm: found 1 values, expected 2"),
        ({"block": {"tray_id": "T"}}, "beamline ours: block: key 'tray_to_isocentre_mm' is missing, expected a number"),
        ({"gantry_angle_deg": 0.0}, "beamline ours: gantry_angle_deg is 0, expected 90 or 270 for a fixed horizontal beam"),
        ({"snout_diameter_mm": -1.0}, "beamline ours: snout_diameter_mm is -1, expected a number above 0"),
        (
            {"virtual_source_mm": [60.0, 1750.0]},
            "beamline ours: virtual_source_mm x is 60, expected more than the block at 70",
        ),
        ({"patient_position": "FFS"}, "beamline ours: patient_position is 'FFS', expected one of HFS, SITTING"),
        ({"range_modulator_id": "RM1"}, "beamline ours: range_modulator_id is 'RM1' beside 6 wheels"),
        ({"name": "theirs"}, "beamline ours: name is 'theirs', expected 'ours' or none"),
    ],
)
def test_table_that_describes_no_beamline_is_refused(changes: dict[str, Any], sentence: str) -> None:
    """Unknown keys, wrong types, wrong counts and impossible values are each named."""
    with pytest.raises(Refused) as refusal:
        beamline_from_table("ours", demo_table(**changes))

    assert str(refusal.value).startswith(sentence)


def test_table_with_its_name_inside_needs_no_other() -> None:
    """A mapping can be given in place of a name."""
    line = load_beamline(demo_table(name="inline"))

    assert isinstance(line, Beamline)
    assert line.name == "inline"
