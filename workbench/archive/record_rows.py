"""What records and plans say as columns of the index and of the tables of ``records``, which have the same names.

The archive writes them as rows, a scan of files makes them into tables; neither says anything besides what the values say.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Final

from workbench.treatment.planned import MachineSettings, PlannedBeam
from workbench.treatment.record import ControlPoint, Record, RecordedBeam

Cell = str | int | float | datetime | None
SETTINGS: Final = tuple(one.name for one in fields(MachineSettings))
"""Columns of a control point that say where the machine stood."""
OF_POINT: Final = ("index", "at", "energy_mev", "specified_mu", "delivered_mu", *SETTINGS)
OF_BEAM: Final = (
    "fraction",
    "radiation_type",
    "verification",
    "specified_mu",
    "delivered_mu",
    "specified_secondary_mu",
    "delivered_secondary_mu",
    "specified_time_s",
    "delivered_time_s",
)
_point = attrgetter(*OF_POINT)
_beam = attrgetter(*OF_BEAM)
_first = attrgetter("energy_mev", *SETTINGS)


def record_columns(record: Record) -> dict[str, Cell]:
    """Columns that every row of a record has."""
    return {
        "record_uid": record.uid,
        "patient_id": record.patient_id,
        "session_plan_uid": record.plan_uid or "",
        "machine": record.machine,
        "dosimeter_unit": record.dosimeter_unit,
        "fractions_planned": record.fractions_planned,
        "treated_at": record.treated_at,
    }


def beam_columns(beam: RecordedBeam, item: int) -> dict[str, Cell]:
    """Columns of one delivery of a beam.

    Parameters
    ----------
    item : its place in the record, from 0.
    """
    first, last = beam.first, beam.last
    return {
        **dict(zip(OF_BEAM, _beam(beam), strict=True)),
        **dict(zip(("energy_mev", *SETTINGS), _first(first), strict=True)),
        "item": item,
        "beam": beam.number,
        "beam_name": beam.name,
        "delivery_type": beam.delivery_type.value if beam.delivery_type else None,
        "termination": beam.termination.value,
        "control_points": len(beam.points),
        "accessories": ", ".join(str(one) for one in beam.accessories),
        "first_point_mu": first.delivered_mu,
        "last_point_mu": last.delivered_mu,
        "started_at": first.at,
        "ended_at": last.at,
    }


def point_columns(point: ControlPoint, place: int) -> dict[str, Cell]:
    """Columns of one control point.

    Parameters
    ----------
    place : in the order of delivery, from 0.
    """
    edges = [one.thin_edge_mm for one in point.wedges]
    return {
        **dict(zip(OF_POINT, _point(point), strict=True)),
        "point": place,
        "wedges": ", ".join(str(one) for one in point.wedges),
        "wedge_edge_mm": edges[0] if len(edges) == 1 else None,
    }


def planned_columns(beam: PlannedBeam) -> dict[str, Cell]:
    """Columns of one beam of a plan."""
    return {
        "beam": beam.number,
        "beam_name": beam.name,
        "delivery_type": beam.delivery_type,
        "fractions_planned": beam.fractions_planned,
        "planned_mu": beam.planned_mu,
        "control_points": beam.control_points,
        "energy_mev": beam.energy_mev,
        **{name: getattr(beam.first, name) for name in SETTINGS},
        "tolerance_table": beam.tolerance_table,
        **{tolerance_of(name): getattr(beam.tolerances, name) for name in SETTINGS},
    }


def tolerance_of(setting: str) -> str:
    """The column with the tolerance of a setting: ``gantry_tolerance_deg`` of ``gantry_deg``."""
    what, _, unit = setting.rpartition("_")
    return f"{what}_tolerance_{unit}"
