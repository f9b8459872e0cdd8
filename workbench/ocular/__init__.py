"""The eye, the beam and the plan of an ocular proton treatment; pure geometry and data, no DICOM."""

from workbench.ocular.aperture import Aperture, IsocentricOutline
from workbench.ocular.beamline import Beamline, beamline_from_table, load_beamline
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench.ocular.plan import OcularPlan
from workbench.ocular.store import from_json, to_json

__all__ = [
    "Aperture",
    "Beamline",
    "IsocentricOutline",
    "OcularPlan",
    "beamline_from_table",
    "from_json",
    "load_beamline",
    "read_eyeplan",
    "sample_eyeplan",
    "to_json",
]
