"""From a plan's encoded data set to what deliveries are compared with. Reads RT Ion Plans and RT Plans, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from workbench.dicom.reading import EncodedDataset
from workbench.mapping.scalars import number, placed, text, whole
from workbench.treatment.planned import MachineSettings, PlannedBeam

BEAMS: Final = ("IonBeamSequence", "BeamSequence")
POINTS: Final = ("IonControlPointSequence", "ControlPointSequence")
TABLES: Final = ("IonToleranceTableSequence", "ToleranceTableSequence")
SETTINGS: Final = {
    "gantry_deg": "GantryAngle",
    "gantry_pitch_deg": "GantryPitchAngle",
    "limiting_device_deg": "BeamLimitingDeviceAngle",
    "support_angle_deg": "PatientSupportAngle",
    "support_pitch_deg": "TableTopPitchAngle",
    "support_roll_deg": "TableTopRollAngle",
    "support_vertical_mm": "TableTopVerticalPosition",
    "support_longitudinal_mm": "TableTopLongitudinalPosition",
    "support_lateral_mm": "TableTopLateralPosition",
    "snout_mm": "SnoutPosition",
}
"""Field of the machine's settings → attribute of a control point; of a tolerance table the same with ``Tolerance`` behind it."""


def read_planned(dataset: EncodedDataset) -> tuple[PlannedBeam, ...]:
    """The beams of a plan, in its order; those without a number are nobody's and left out.

    Raises
    ------
    Refused : a value is not of its kind; the message says which one and where.

    Source
    ------
    PS3.3 C.8.8.13, C.8.8.14, C.8.8.24 and C.8.8.25.
    """
    with placed(f"plan {text(dataset, 'SOPInstanceUID')}"):
        tables = {whole(one, "ToleranceTableNumber"): one for one in items(dataset, TABLES)}
        return tuple(_beams(dataset, tables))


def items(dataset: EncodedDataset, keywords: Sequence[str]) -> tuple[EncodedDataset, ...]:
    """Items of the first of these sequences that has some."""
    return next((found for keyword in keywords if (found := dataset.items(keyword))), ())


def _beams(dataset: EncodedDataset, tables: dict[int | None, EncodedDataset]) -> Iterator[PlannedBeam]:
    groups = list(_groups(dataset))
    for place, item in enumerate(items(dataset, BEAMS)):
        with placed(f"beam item {place}"):
            beam = whole(item, "BeamNumber")
            if beam is None:
                continue
            points, table_number = items(item, POINTS), whole(item, "ReferencedToleranceTableNumber")
            fractions, meterset_mu = next(((of, mu) for of, of_beam, mu in groups if of_beam == beam), (None, None))
            table = tables.get(table_number)
            yield PlannedBeam(
                number=beam,
                name=text(item, "BeamName") or str(beam),
                delivery_type=text(item, "TreatmentDeliveryType"),
                fractions_planned=fractions,
                planned_mu=meterset_mu,
                control_points=len(points),
                energy_mev=number(points[0], "NominalBeamEnergy") if points else None,
                first=_settings(points[0], "") if points else MachineSettings(),
                tolerance_table=table_number,
                tolerances=MachineSettings() if table is None else _settings(table, "Tolerance"),
            )


def _groups(dataset: EncodedDataset) -> Iterator[tuple[int | None, int | None, float | None]]:
    """Fractions planned, beam number and its meterset, of every beam of every fraction group."""
    for group in dataset.items("FractionGroupSequence"):
        fractions = whole(group, "NumberOfFractionsPlanned")
        for one in group.items("ReferencedBeamSequence"):
            yield fractions, whole(one, "ReferencedBeamNumber"), number(one, "BeamMeterset")


def _settings(item: EncodedDataset, suffix: str) -> MachineSettings:
    return MachineSettings(**{field: number(item, keyword + suffix) for field, keyword in SETTINGS.items()})
