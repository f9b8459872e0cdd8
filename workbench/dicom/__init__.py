"""How a DICOM object is described, built, checked and spoken about; knows DICOM, knows no clinic."""
