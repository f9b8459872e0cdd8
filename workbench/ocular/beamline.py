"""A fixed eye beamline: everything about a plan that belongs to the room and not to the patient.

Values come from a TOML description (settings, or the one that ships in ``beamlines``), never from code; what a table leaves
out is not invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from workbench.errors import Refused
from workbench.ocular import expect
from workbench.ocular.accessories import MODULATOR_TYPES, SHIFTER_TYPES, WEDGE_TYPES, WHEELS
from workbench.ocular.equipment import BlockMount, Chair, FilmGeometry, Tolerances, Wheel
from workbench.ocular.tables import record

__all__ = [
    "DEMO",
    "Beamline",
    "BlockMount",
    "Chair",
    "FilmGeometry",
    "Tolerances",
    "Wheel",
    "beamline_from_table",
    "known_beamlines",
    "load_beamline",
]

DEMO = "demo-eyeline"
"""The invented eye beamline that ships with the package."""
GANTRY_ANGLES_DEG = (90.0, 270.0)
"""The two IEC angles that can stand for a fixed horizontal beam."""
PATIENT_POSITIONS = ("HFS", "SITTING")
"""Ocular statement C.2.11: the standard's HFS, or the extra term for a patient who sits, face first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beamline:
    """Description of one fixed eye beamline.

    Parameters
    ----------
    name : name in the settings, for example ``demo-eyeline``.
    machine_name, manufacturer, model : of the treatment machine.
    gantry_angle_deg : 90 or 270, the IEC angle that stands for the fixed horizontal beam.
    beam_limiting_device_angle_deg : rotation of the block about the beam.
    virtual_source_mm : virtual source-axis distances in the directions of the IEC gantry's X (vertical) and Y (PS3.3 C.8.8.25).
    nominal_energy_mev : at the entrance of the nozzle.
    light_distance_mm : from the isocentre to the plane of the fixation light, along the beam axis.
    mu_per_gy : monitor units for one Gy(RBE) of beam dose; the fallback at check-in.
    table_version : version of the beam line data table (private (300B,1008)).
    snout_diameter_mm : opening of the snout in the plane of the block.
    wedge_type : PS3.3 C.8.8.25 term of the wedges of this line; None when the description does not say.
    maximum_range_mm : in water at the isocentre with nothing shifted in; the range shifter takes the rest away.
    wheels : modulator wheels to choose from; a line without wheels names its one ``range_modulator_id``, or has none.
    sources : where the numbers come from, one line each.
    """

    name: str
    machine_name: str
    manufacturer: str
    model: str
    gantry_angle_deg: float
    beam_limiting_device_angle_deg: float = 0.0
    virtual_source_mm: tuple[float, float]
    nominal_energy_mev: float
    meterset_rate_mu_per_min: float | None = None
    mu_per_gy: float
    light_distance_mm: float
    table_version: str
    snout_id: str
    snout_diameter_mm: float
    wedge_tray_to_isocentre_mm: float
    wedge_type: str | None = None
    block: BlockMount
    chair: Chair
    patient_position: str
    range_shifter_id: str | None = None
    range_shifter_type: str = "ANALOG"
    range_shifter_to_isocentre_mm: float | None = None
    maximum_range_mm: float
    lateral_spreader_id: str | None = None
    lateral_spreader_setting: str = "IN"
    lateral_spreader_to_isocentre_mm: float | None = None
    range_modulator_id: str | None = None
    range_modulator_type: str = "WHL_FIXEDWEIGHTS"
    range_modulator_to_isocentre_mm: float | None = None
    wheels: tuple[Wheel, ...] = ()
    tolerances: Tolerances
    axial: FilmGeometry
    lateral: FilmGeometry
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        owner = f"beamline {self.name}"
        self._check_words(owner)
        self._check_geometry(owner)
        expect.distinct(owner, wheels=[wheel.id for wheel in self.wheels])
        if self.wheels and self.range_modulator_id is not None:
            raise Refused(
                f"{owner}: range_modulator_id is {self.range_modulator_id!r} beside {len(self.wheels)} wheels, expected one or the other",
                rule="two-modulators",
            )
        if self.wheels and self.range_modulator_type not in WHEELS:
            raise Refused(
                f"{owner}: range_modulator_type is {self.range_modulator_type}, expected one of {', '.join(WHEELS)} with wheels",
                rule="unknown-term",
            )

    def _check_words(self, owner: str) -> None:
        expect.text(
            owner,
            64,
            name=self.name,
            manufacturer=self.manufacturer,
            model=self.model,
            lateral_spreader_setting=self.lateral_spreader_setting,
        )
        expect.text(
            owner,
            16,
            machine_name=self.machine_name,
            table_version=self.table_version,
            snout_id=self.snout_id,
            range_shifter_id=self.range_shifter_id,
            lateral_spreader_id=self.lateral_spreader_id,
            range_modulator_id=self.range_modulator_id,
        )
        expect.one_of(owner, PATIENT_POSITIONS, patient_position=self.patient_position)
        expect.one_of(owner, WEDGE_TYPES, wedge_type=self.wedge_type)
        expect.one_of(owner, SHIFTER_TYPES, range_shifter_type=self.range_shifter_type)
        expect.one_of(owner, MODULATOR_TYPES, range_modulator_type=self.range_modulator_type)

    def _check_geometry(self, owner: str) -> None:
        expect.positive(
            owner,
            nominal_energy_mev=self.nominal_energy_mev,
            meterset_rate_mu_per_min=self.meterset_rate_mu_per_min,
            mu_per_gy=self.mu_per_gy,
            light_distance_mm=self.light_distance_mm,
            snout_diameter_mm=self.snout_diameter_mm,
            wedge_tray_to_isocentre_mm=self.wedge_tray_to_isocentre_mm,
            range_shifter_to_isocentre_mm=self.range_shifter_to_isocentre_mm,
            maximum_range_mm=self.maximum_range_mm,
            lateral_spreader_to_isocentre_mm=self.lateral_spreader_to_isocentre_mm,
            range_modulator_to_isocentre_mm=self.range_modulator_to_isocentre_mm,
        )
        expect.angle(owner, beam_limiting_device_angle_deg=self.beam_limiting_device_angle_deg)
        if self.gantry_angle_deg not in GANTRY_ANGLES_DEG:
            raise Refused(
                f"{owner}: gantry_angle_deg is {self.gantry_angle_deg:g}, expected 90 or 270 for a fixed horizontal beam",
                rule="gantry-angle",
            )
        for axis, source in zip("xy", self.virtual_source_mm, strict=True):
            expect.positive(owner, **{f"virtual_source_mm {axis}": source})
            if source <= self.block.tray_to_isocentre_mm:
                raise Refused(
                    f"{owner}: virtual_source_mm {axis} is {source:g}, expected more than the block at {self.block.tray_to_isocentre_mm:g}",
                    rule="source-behind-block",
                )


def load_beamline(description: str | Mapping[str, Any], described: Mapping[str, Mapping[str, Any]] | None = None) -> Beamline:
    """A beamline by its name, or from a table that holds its name, too.

    Parameters
    ----------
    description : a name, or a table with a key ``name``.
    described : tables by name, for example those of the settings; they come before the one that ships.

    Raises
    ------
    Refused : no beamline of this name, or a table that does not describe one.
    """
    if isinstance(description, Mapping):
        return record(Beamline, description, f"beamline {description.get('name', '(no name)')}")
    tables = _tables(described or {})
    if description not in tables:
        raise Refused(f"beamline: found {description!r}, expected one of {', '.join(sorted(tables))}", rule="unknown-beamline")
    return beamline_from_table(description, tables[description])


def known_beamlines(described: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Beamline]:
    """All beamlines by name: those that ship, and those of the tables, which come before them.

    Raises
    ------
    Refused : a table that does not describe a beamline.
    """
    return {name: beamline_from_table(name, table) for name, table in _tables(described).items()}


def beamline_from_table(name: str, table: Mapping[str, Any]) -> Beamline:
    """A beamline from its TOML table, which need not repeat the name.

    Raises
    ------
    Refused : an unknown or missing key, a wrong type, another name inside, or a value that no beamline may have; the sentence
        names the key.
    """
    if table.get("name", name) != name:
        raise Refused(f"beamline {name}: name is {table['name']!r}, expected {name!r} or none", rule="name")
    return record(Beamline, {"name": name, **table}, f"beamline {name}")


def _tables(described: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Descriptions by name; those given hide one that ships under the same name."""
    folder = resources.files("workbench.ocular") / "beamlines"
    shipped = {entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8")) for entry in folder.iterdir()}
    return {**shipped, **described}
