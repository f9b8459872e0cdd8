"""How a DICOM object is described, built, checked and spoken about; knows DICOM, knows no clinic."""

from __future__ import annotations

from pydicom import config

# What is received is taken as it is and judged by ``check``, which names every value that breaks its VR. pydicom would say the
# same as warnings on the console of whoever runs the provider.
config.settings.reading_validation_mode = config.IGNORE
