"""DICOM over TCP: the only package that knows pynetdicom."""
