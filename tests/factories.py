"""Ocular plans for tests: whole and valid as they come, with any part replaced by keyword. No real data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from workbench.ocular.accessories import LateralSpreader, RangeModulator, RangeShifter, Wedge
from workbench.ocular.aperture import Aperture
from workbench.ocular.beamline import Beamline
from workbench.ocular.equipment import BlockMount, Chair, FilmGeometry, Tolerances
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.gaze import Fixation, Light
from workbench.ocular.plan import Field, OcularPlan, Patient, Prescription, Sex
from workbench.ocular.setup import Outline, SetupImage, View

CREATED = datetime(2024, 5, 17, 9, 30, 15, tzinfo=UTC)
SQUARE_MM = ((-9.6, -9.6), (9.6, -9.6), (9.6, 9.6), (-9.6, 9.6))
"""With source 1750 and block 70 mm upstream it measures 10 mm from the axis to each side in the isocentric plane."""


class CountedUids:
    """UIDs that count, so that tests know them: 2.25.1, 2.25.2 ..."""

    def __init__(self) -> None:
        self.given = 0

    def new(self) -> str:
        """The next one."""
        self.given += 1
        return f"2.25.{self.given}"


def make_beamline(**changes: Any) -> Beamline:
    """An eye beamline that knows everything a beamline may know."""
    parts: dict[str, Any] = {
        "name": "test-line",
        "machine_name": "EYELINE",
        "manufacturer": "Maker",
        "model": "Line 1",
        "gantry_angle_deg": 90.0,
        "virtual_source_mm": (1750.0, 1750.0),
        "nominal_energy_mev": 70.0,
        "meterset_rate_mu_per_min": 1500.0,
        "mu_per_gy": 100.0,
        "light_distance_mm": 132.5,
        "table_version": "7",
        "snout_id": "SNOUT35",
        "snout_diameter_mm": 35.0,
        "wedge_tray_to_isocentre_mm": 90.0,
        "block": BlockMount(
            tray_id="TRAY1", tray_to_isocentre_mm=70.0, thickness_mm=8.0, material_id="BRASS", tray_water_equivalent_mm=0.0
        ),
        "chair": Chair(
            support_type="CHAIR",
            support_id="CHAIR1",
            vertical_mm=-12.5,
            longitudinal_mm=3.25,
            lateral_mm=0.5,
            support_angle_deg=2.0,
            pitch_deg=1.5,
            head_fixation_angle_deg=4.0,
        ),
        "patient_position": "SITTING",
        "maximum_range_mm": 33.4,
        "tolerances": Tolerances(
            label="Eye",
            gantry_angle_deg=0.5,
            gantry_pitch_angle_deg=0.25,
            beam_limiting_device_angle_deg=0.75,
            patient_support_angle_deg=0.6,
            table_top_vertical_mm=1.0,
            table_top_longitudinal_mm=1.1,
            table_top_lateral_mm=1.2,
            table_top_pitch_deg=0.3,
            snout_position_mm=2.0,
            range_mm=0.1,
            modulation_mm=0.2,
        ),
        "axial": FilmGeometry(source_to_isocentre_mm=1244.0, isocentre_to_film_mm=617.0, gantry_angle_deg=270.0),
        "lateral": FilmGeometry(source_to_isocentre_mm=1215.0, isocentre_to_film_mm=609.0, gantry_angle_deg=None),
    }
    return Beamline(**{**parts, **changes})


def make_field(**changes: Any) -> Field:
    """A field with one accessory of each kind."""
    parts: dict[str, Any] = {
        "id": "Field 1",
        "description": "Anterior field",
        "aperture": Aperture(block_mm=SQUARE_MM, block_id="Block 1"),
        "range_mm": 25.5,
        "modulation_mm": 12.25,
        "wedges": (
            Wedge(
                number=1,
                id="W30",
                angle_deg=30,
                orientation_deg=45.0,
                tray_to_isocentre_mm=90.0,
                type="PARTIAL_STANDARD",
                thin_edge_mm=2.5,
            ),
        ),
        "range_shifters": (
            RangeShifter(number=1, id="RS1", type="ANALOG", setting="7.9", isocentre_distance_mm=1700.0, water_equivalent_mm=7.9),
        ),
        "lateral_spreaders": (
            LateralSpreader(number=1, id="SC1", type="SCATTERER", setting="IN", isocentre_distance_mm=1600.0, water_equivalent_mm=0.5),
        ),
        "range_modulators": (
            RangeModulator(
                number=1,
                id="W16",
                type="WHL_MODWEIGHTS",
                beam_current_modulation_id="BCM3",
                gating_start=0.0,
                gating_stop=137.8,
                gating_start_water_equivalent_mm=0.0,
                gating_stop_water_equivalent_mm=12.25,
                isocentre_distance_mm=1400.0,
            ),
        ),
    }
    return Field(**{**parts, **changes})


def make_image(view: View = View.AXIAL, **changes: Any) -> SetupImage:
    """A setup image with two clips."""
    parts: dict[str, Any] = {
        "outlines": (
            Outline(label="Clip 1", points_mm=((1.5, 2.25), (3.0, 2.25), (2.25, 4.125))),
            Outline(label="Clip 2", points_mm=((-8.0, -6.5), (-6.0, -6.5), (-6.0, -4.0), (-8.0, -4.0))),
        ),
        "pixel_mm": 0.5,
        "rows": 65,
        "columns": 81,
    }
    return SetupImage(view=view, **{**parts, **changes})


def make_plan(**changes: Any) -> OcularPlan:
    """A plan that knows everything a plan may know: every row of the export has a value."""
    parts: dict[str, Any] = {
        "label": "EYE PLAN 1",
        "name": "First plan",
        "description": "Uveal melanoma",
        "operator": "Planner^Paula",
        "created": CREATED,
        "patient": Patient(id="P-001", name="Doe^Jane", birth_date=date(1961, 2, 3), sex=Sex.FEMALE),
        "prescription": Prescription(dose_gy_rbe=60.0, fractions=4, site="Choroid"),
        "eye": TreatedEye(laterality=Laterality.RIGHT, centre_mm=(0.5, -0.25, -9.0), length_mm=24.0, width_mm=24.5, height_mm=23.5),
        "fixation": Fixation(gaze=Light(polar_deg=18.0, azimuth_deg=330.0), eye=Laterality.RIGHT),
        "field": make_field(),
        "beamline": make_beamline(),
        "setup_images": (make_image(View.AXIAL), make_image(View.LATERAL)),
        "setup_technique": "Chair, bite block and mask",
    }
    return OcularPlan(**{**parts, **changes})
