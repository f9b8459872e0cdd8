"""The parts of a beamline's description: films, tolerances, block mount, chair, modulator wheels."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.ocular import expect

SUPPORT_TYPES = ("TABLE", "CHAIR")
"""PS3.3 C.8.8.25, Patient Support Type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmGeometry:
    """One X-ray source and film pair of the setup imaging.

    Parameters
    ----------
    source_to_isocentre_mm, isocentre_to_film_mm : along the imaging axis, both positive.
    gantry_angle_deg : IEC gantry angle at which a source would stand where this X-ray source stands; None where no gantry
        without pitch reaches that place (across a horizontal beam).
    pixel_mm, rows, columns : size of a pixel on the film and number of them; None when the description does not say.
    """

    source_to_isocentre_mm: float
    isocentre_to_film_mm: float
    gantry_angle_deg: float | None
    pixel_mm: float | None = None
    rows: int | None = None
    columns: int | None = None

    def __post_init__(self) -> None:
        expect.positive(
            "film",
            source_to_isocentre_mm=self.source_to_isocentre_mm,
            isocentre_to_film_mm=self.isocentre_to_film_mm,
            pixel_mm=self.pixel_mm,
        )
        expect.angle("film", gantry_angle_deg=self.gantry_angle_deg)
        for name, number in (("rows", self.rows), ("columns", self.columns)):
            if number is not None:
                expect.whole("film", 1, **{name: number})

    @property
    def source_to_film_mm(self) -> float:
        """RT Image SID."""
        return self.source_to_isocentre_mm + self.isocentre_to_film_mm

    @property
    def magnification(self) -> float:
        """Film over isocentric plane."""
        return self.source_to_film_mm / self.source_to_isocentre_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """Largest allowed deviations, written as tolerance table 1.

    Angles in degrees, lengths in mm; None where the site gives none.
    """

    label: str
    gantry_angle_deg: float | None = None
    gantry_pitch_angle_deg: float | None = None
    beam_limiting_device_angle_deg: float | None = None
    patient_support_angle_deg: float | None = None
    table_top_vertical_mm: float | None = None
    table_top_longitudinal_mm: float | None = None
    table_top_lateral_mm: float | None = None
    table_top_pitch_deg: float | None = None
    snout_position_mm: float | None = None
    range_mm: float | None = None
    modulation_mm: float | None = None

    def __post_init__(self) -> None:
        expect.text("tolerances", 16, label=self.label)
        expect.not_negative(
            "tolerances",
            gantry_angle_deg=self.gantry_angle_deg,
            gantry_pitch_angle_deg=self.gantry_pitch_angle_deg,
            beam_limiting_device_angle_deg=self.beam_limiting_device_angle_deg,
            patient_support_angle_deg=self.patient_support_angle_deg,
            table_top_vertical_mm=self.table_top_vertical_mm,
            table_top_longitudinal_mm=self.table_top_longitudinal_mm,
            table_top_lateral_mm=self.table_top_lateral_mm,
            table_top_pitch_deg=self.table_top_pitch_deg,
            snout_position_mm=self.snout_position_mm,
            range_mm=self.range_mm,
            modulation_mm=self.modulation_mm,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockMount:
    """How the milled aperture is held."""

    tray_id: str
    tray_to_isocentre_mm: float
    """Distance of the aperture plane upstream of the isocentre; the virtual source sees the physical block from there."""
    thickness_mm: float
    material_id: str
    tray_water_equivalent_mm: float | None = None
    """What the tray itself takes from the range, 0 for an open frame; None when not known."""
    tool_radius_mm: float | None = None
    """Smallest radius that the workshop mills; None when not known."""

    def __post_init__(self) -> None:
        expect.text("block", 16, tray_id=self.tray_id, material_id=self.material_id)
        expect.not_negative("block", tray_water_equivalent_mm=self.tray_water_equivalent_mm)
        expect.positive(
            "block", tray_to_isocentre_mm=self.tray_to_isocentre_mm, thickness_mm=self.thickness_mm, tool_radius_mm=self.tool_radius_mm
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chair:
    """Patient support and its planned position.

    ``vertical_mm`` and its siblings are table top positions, None when the planner does not know them.
    """

    support_type: str
    support_id: str
    vertical_mm: float | None = None
    longitudinal_mm: float | None = None
    lateral_mm: float | None = None
    support_angle_deg: float = 0.0
    pitch_deg: float = 0.0
    head_fixation_angle_deg: float | None = None

    def __post_init__(self) -> None:
        expect.one_of("chair", SUPPORT_TYPES, support_type=self.support_type)
        expect.text("chair", 16, support_id=self.support_id)
        expect.finite("chair", vertical_mm=self.vertical_mm, longitudinal_mm=self.longitudinal_mm, lateral_mm=self.lateral_mm)
        expect.angle(
            "chair",
            support_angle_deg=self.support_angle_deg,
            pitch_deg=self.pitch_deg,
            head_fixation_angle_deg=self.head_fixation_angle_deg,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """One modulator wheel: an absorber whose thickness grows evenly over a sector, from nothing to its full modulation.

    The beam is on from the start of the sector until the absorber is as thick as the modulation asked for.

    Parameters
    ----------
    modulation_mm : full modulation in water, the thickness at the end of the sector.
    sector_deg : angle of the sector.
    beam_current_modulation_id : pattern of the beam current, of WHL_MODWEIGHTS wheels.
    """

    id: str
    modulation_mm: float
    sector_deg: float
    beam_current_modulation_id: str | None = None

    def __post_init__(self) -> None:
        expect.text("wheel", 16, id=self.id, beam_current_modulation_id=self.beam_current_modulation_id)
        expect.positive("wheel", modulation_mm=self.modulation_mm, sector_deg=self.sector_deg)
        expect.angle("wheel", sector_deg=self.sector_deg)
