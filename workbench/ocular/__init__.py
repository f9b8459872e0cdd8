"""The eye, the beam and the plan of an ocular proton treatment; pure geometry and data, no DICOM."""

from workbench.ocular.aperture import Aperture, IsocentricOutline
from workbench.ocular.aperture_design import ApertureRules
from workbench.ocular.beam_view import BeamView, beam_view, designed_aperture, tumour_cover_mm, turned
from workbench.ocular.beamline import Beamline, beamline_from_table, load_beamline
from workbench.ocular.depth import depth_of, with_depth
from workbench.ocular.difference import Change, Difference, difference
from workbench.ocular.eye import Laterality
from workbench.ocular.eye_model import EyeModel, Structure
from workbench.ocular.eyeplan import read_eyeplan, sample_eyeplan
from workbench.ocular.gaze import Light
from workbench.ocular.plan import OcularPlan
from workbench.ocular.pose import EyePose
from workbench.ocular.store import from_json, to_json
from workbench.ocular.tumour import Tumour
from workbench.ocular.turning import with_gaze

__all__ = [
    "Aperture",
    "ApertureRules",
    "BeamView",
    "Beamline",
    "Change",
    "Difference",
    "EyeModel",
    "EyePose",
    "IsocentricOutline",
    "Laterality",
    "Light",
    "OcularPlan",
    "Structure",
    "Tumour",
    "beam_view",
    "beamline_from_table",
    "depth_of",
    "designed_aperture",
    "difference",
    "from_json",
    "load_beamline",
    "read_eyeplan",
    "sample_eyeplan",
    "to_json",
    "tumour_cover_mm",
    "turned",
    "with_depth",
    "with_gaze",
]
