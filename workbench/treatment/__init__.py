"""The clinic's decisions: which beams today, how much of each, and why; pure values, no DICOM."""
