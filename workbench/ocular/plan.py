"""The plan of an ocular proton treatment: one eye, one fixed beam, one aperture.

Frames (all right-handed, mm, degrees):

* *room*: origin isocentre, +z towards the beam source, +y up, +x to the patient's left; the same for right and left eyes.
* *block*: the physical aperture, x and y as in the room, seen at the block plane (upstream of the isocentre).
* *isocentric*: the block projected from the virtual source onto the plane z = 0 of the room.
* *beam limiting device*: the IEC frame that DICOM's Block Data and fixation angles use; turned from the room by
  ``gaze.room_to_bld_deg``.
* *film*: the plane of a setup X-ray. AXIAL shows room (x, y), LATERAL room (z, y), both magnified.

A plan knows no file, no DICOM and no monitor units. The parts it is made of live in the modules beside this one and can be
imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.errors import Refused
from workbench.ocular import expect, gaze
from workbench.ocular.accessories import LateralSpreader, RangeModulator, RangeShifter, Wedge
from workbench.ocular.aperture import Aperture, IsocentricOutline
from workbench.ocular.beamline import Beamline, FilmGeometry
from workbench.ocular.eye import Laterality, TreatedEye, globe_outline_mm
from workbench.ocular.eye_model import EyeModel
from workbench.ocular.gaze import Fixation, Light
from workbench.ocular.pose import EyePose
from workbench.ocular.setup import Outline, SetupImage, View
from workbench.ocular.show import plan_html

__all__ = [
    "Field",
    "Fixation",
    "LateralSpreader",
    "Laterality",
    "Light",
    "OcularPlan",
    "Outline",
    "Patient",
    "Prescription",
    "RangeModulator",
    "RangeShifter",
    "SetupImage",
    "Sex",
    "TreatedEye",
    "View",
    "Wedge",
]

INTENTS = ("CURATIVE", "PALLIATIVE", "PROPHYLACTIC", "VERIFICATION", "MACHINE_QA", "RESEARCH", "SERVICE")
"""PS3.3 C.8.8.9, Plan Intent."""
GLOBE_TOLERANCE_MM = 0.051
"""Planners print the globe's axes to a tenth of a millimetre."""


class Sex(StrEnum):
    """Patient's sex as DICOM knows it."""

    FEMALE = "F"
    """Female."""
    MALE = "M"
    """Male."""
    OTHER = "O"
    """Other, or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who is treated. None means not known."""

    id: str
    name: str | None = None
    """DICOM person name, components separated by carets."""
    birth_date: date | None = None
    sex: Sex | None = None

    def __post_init__(self) -> None:
        expect.text("patient", 64, id=self.id, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """What is prescribed to the tumour.

    Parameters
    ----------
    dose_gy_rbe : of the whole course.
    fractions : number of fractions it is given in.
    site : description of the target.
    """

    dose_gy_rbe: float
    fractions: int
    site: str

    def __post_init__(self) -> None:
        expect.positive("prescription", dose_gy_rbe=self.dose_gy_rbe)
        expect.whole("prescription", 1, fractions=self.fractions)
        expect.text("prescription", 64, site=self.site)

    @property
    def dose_per_fraction_gy_rbe(self) -> float:
        """Beam Dose: the dose of one fraction at the primary reference point."""
        return self.dose_gy_rbe / self.fractions


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The one field of an ocular plan.

    Parameters
    ----------
    id : field name (Beam Name).
    aperture : the block's opening.
    range_mm : depth in water of the distal edge from the skin plane.
    modulation_mm : width of the spread-out Bragg peak in water; as wide as the range, it is spread to the surface.
    """

    id: str
    description: str | None = None
    aperture: Aperture
    range_mm: float
    modulation_mm: float
    aperture_margin_mm: float | None = None
    distal_margin_mm: float | None = None
    proximal_margin_mm: float | None = None
    wedges: tuple[Wedge, ...] = ()
    range_shifters: tuple[RangeShifter, ...] = ()
    lateral_spreaders: tuple[LateralSpreader, ...] = ()
    range_modulators: tuple[RangeModulator, ...] = ()

    def __post_init__(self) -> None:
        expect.text("field", 64, id=self.id)
        expect.text("field", 1024, description=self.description)
        expect.positive("field", range_mm=self.range_mm, modulation_mm=self.modulation_mm)
        expect.finite(
            "field",
            aperture_margin_mm=self.aperture_margin_mm,
            distal_margin_mm=self.distal_margin_mm,
            proximal_margin_mm=self.proximal_margin_mm,
        )
        if self.modulation_mm > self.range_mm:
            raise Refused(
                f"field: modulation_mm is {self.modulation_mm:g}, expected at most the range of {self.range_mm:g} mm",
                rule="modulation-beyond-range",
            )
        expect.distinct(
            "field",
            wedges=[one.number for one in self.wedges],
            range_shifters=[one.number for one in self.range_shifters],
            lateral_spreaders=[one.number for one in self.lateral_spreaders],
            range_modulators=[one.number for one in self.range_modulators],
        )
        modulated = [one.number for one in self.range_modulators if one.type == "WHL_MODWEIGHTS"]
        if len(modulated) > 1:
            # PS3.3 C.8.8.25, Range Modulator Type.
            raise Refused(f"field: range_modulators {modulated} are all WHL_MODWEIGHTS, expected at most one", rule="two-modulators")

    @property
    def is_to_surface(self) -> bool:
        """Whether the Bragg peak is spread to the surface, so that it begins no deeper on any ray."""
        return self.modulation_mm >= self.range_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class OcularPlan:
    """One eye, one beam, ready to be exported or checked in.

    Parameters
    ----------
    label : plan ID, at most 16 characters.
    created : date and time of the plan, with time zone.
    eye_model : the shape of the treated eye with its tumour and clips; None when it is not known, as after DICOM.
    """

    label: str
    name: str | None = None
    description: str | None = None
    operator: str | None = None
    created: datetime
    intent: str = "CURATIVE"
    patient: Patient
    prescription: Prescription
    eye: TreatedEye
    fixation: Fixation
    field: Field
    beamline: Beamline
    setup_images: tuple[SetupImage, ...] = ()
    setup_technique: str | None = None
    eye_model: EyeModel | None = None

    def __post_init__(self) -> None:
        expect.text("plan", 16, label=self.label)
        expect.text("plan", 64, name=self.name, operator=self.operator)
        expect.text("plan", 1024, description=self.description, setup_technique=self.setup_technique)
        expect.one_of("plan", INTENTS, intent=self.intent)
        expect.distinct("plan", setup_images=[str(image.view) for image in self.setup_images])
        if self.created.tzinfo is None:
            raise Refused(f"plan: created is {self.created.isoformat()} without a time zone, expected one", rule="time-zone")
        if (self.fixation.fellow_light is not None) != (self.fixation.eye is self.eye.laterality.fellow):
            raise Refused(
                f"plan: the {self.fixation.words} and the {self.eye.laterality.words} is treated, with "
                f"{'a' if self.fixation.fellow_light else 'no'} fellow_light; expected one exactly when the fellow eye fixates",
                rule="fellow-light",
            )
        self._check_against_beamline()
        if self.eye_model is not None:
            self._check_model(self.eye_model)

    def _check_model(self, model: EyeModel) -> None:
        """The shape is that of the treated eye."""
        if model.laterality is not self.eye.laterality:
            raise Refused(
                f"plan: eye_model is a {model.laterality.words}, expected the {self.eye.laterality.words} that is treated", rule="other-eye"
            )
        for name in ("length_mm", "width_mm", "height_mm"):
            found, expected = getattr(model.globe, name), getattr(self.eye, name)
            if expected is not None and abs(found - expected) > GLOBE_TOLERANCE_MM:
                raise Refused(f"plan: eye_model globe {name} is {found:g}, expected {expected:g} as in eye", rule="other-eye")

    def _check_against_beamline(self) -> None:
        line, aperture = self.beamline, self.field.aperture
        aperture.expect_inside(line, "plan")
        if self.field.range_mm > line.maximum_range_mm:
            raise Refused(
                f"plan: range_mm is {self.field.range_mm:g}, expected at most {line.maximum_range_mm:g} mm on beamline {line.name}",
                rule="range-too-long",
            )
        for image in self.setup_images:
            expected = self.film(image.view).magnification
            if image.magnification is not None and abs(image.magnification - expected) > 1e-6:
                raise Refused(
                    f"plan: setup image {image.view} has magnification {image.magnification:g}, expected {expected:g} on {line.name}",
                    rule="magnification",
                )

    @property
    def isocentric(self) -> IsocentricOutline:
        """The aperture in the isocentric plane, room directions."""
        return self.field.aperture.isocentric(self.beamline)

    @property
    def block_data_mm(self) -> tuple[float, ...]:
        """Block Data: x1, y1, x2, y2 ... in the isocentric plane, IEC beam limiting device frame, to a nanometre.

        A micrometre would do for the mill; three more digits let a reader find the block's own points again.
        """
        turned = gaze.to_bld(self.isocentric.points_mm, self.beamline.gantry_angle_deg, self.beamline.beam_limiting_device_angle_deg)
        # Adding zero turns the -0.0 of rounding into 0.0.
        return tuple(round(value, 6) + 0.0 for point in turned for value in point)

    @property
    def block_points(self) -> int:
        """Block Number of Points: pairs in ``block_data_mm``."""
        return len(self.field.aperture.block_mm)

    @property
    def field_diameter_cm(self) -> float:
        """Diameter of the circle about the beam axis that holds the aperture in the isocentric plane, cm (private (300B,1002))."""
        return self.isocentric.field_diameter_cm

    @property
    def light_azimuth_deg(self) -> float:
        """Fixation Light Azimuthal Angle of the physical light, IEC beam limiting device frame, 0 to below 360."""
        return self._light_angles[0]

    @property
    def light_polar_deg(self) -> float:
        """Fixation Light Polar Angle of the physical light, from the beam axis."""
        return self._light_angles[1]

    @property
    def _light_angles(self) -> tuple[float, float]:
        return gaze.bld_angles(self.fixation.physical, self.beamline.gantry_angle_deg, self.beamline.beam_limiting_device_angle_deg)

    @property
    def position_reference(self) -> str:
        """Position Reference Indicator: ``RIGHT EYE`` or ``LEFT EYE``, the treated one (ocular statement C.2.3)."""
        return self.eye.laterality.words.upper()

    @property
    def pose(self) -> EyePose | None:
        """Where the treated eye is and where it looks, room frame; None when its place is not known.

        Raises
        ------
        Refused : torsion, of which the planning system does not say to which side it turns.
        """
        if self.eye.centre_mm is None:
            return None
        if self.eye.torsion_deg:
            raise Refused(
                f"plan: eye torsion_deg is {self.eye.torsion_deg:g}, expected 0: the planning system does not tell its sense",
                rule="torsion",
            )
        return EyePose.looking_at(self.fixation.gaze, self.eye.centre_mm, self.beamline.light_distance_mm)

    @property
    def globe_mm(self) -> NDArray[np.float64] | None:
        """Outline of the globe in the isocentric plane, shape (n, 2), room directions; None when the globe is not known.

        Where the virtual source has two distances their mean is taken: the outline is for looking.
        """
        globe = self.eye.globe
        if globe is None:
            return None
        looking = gaze.gaze_vector(self.fixation.gaze, globe.centre_mm, self.beamline.light_distance_mm)
        return globe_outline_mm(globe, gaze.eye_rotation(looking), sum(self.beamline.virtual_source_mm) / 2)

    def film(self, view: View) -> FilmGeometry:
        """The X-ray source and film that take this view."""
        return self.beamline.axial if view is View.AXIAL else self.beamline.lateral

    def __repr__(self) -> str:
        return f"<OcularPlan {self.label} of patient {self.patient.id}: {self.eye.laterality.words}>"

    def _repr_html_(self) -> str:
        return plan_html(self)
