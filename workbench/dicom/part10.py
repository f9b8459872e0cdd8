"""Bytes: encoding and decoding data sets, and the DICOM file around them (PS3.10).

The file meta is made by hand: it is eight elements, and pydicom's writer spends more on them than on a small data set.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.uid import UID

from workbench.dicom import reading, uids
from workbench.errors import Refused, Unavailable

PREAMBLE: Final = bytes(128) + b"DICM"
META_GROUP: Final = b"\x02\x00"
"""Group number of file meta information as it is written."""
GROUP_LENGTH_END: Final = 144
"""Where File Meta Information Group Length (0002,0000) ends, the first element after the preamble (PS3.10 7.1)."""
WORD_VRS: Final = {"OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8}
"""VRs whose values are words, and so turn with the byte order; pydicom leaves them as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A data set as bytes, with what is needed to read them.

    Parameters
    ----------
    data : the encoded data set without file meta.
    transfer_syntax : one of the three uncompressed ones.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    data: bytes

    def dataset(self) -> Dataset:
        """The data set, decoded."""
        return decode(self.data, self.transfer_syntax)

    def read(self) -> reading.EncodedDataset:
        """The data set as places in its bytes; its values are decoded when they are asked for."""
        return reading.read(self.data, self.transfer_syntax, f"object {self.sop_instance_uid}")

    def transcoded(self, transfer_syntax: str) -> Encoded:
        """The same data set under another uncompressed transfer syntax."""
        if transfer_syntax == self.transfer_syntax:
            return self
        data = encode(self.dataset(), transfer_syntax, source=self.transfer_syntax)
        return Encoded(
            sop_class_uid=self.sop_class_uid,
            sop_instance_uid=self.sop_instance_uid,
            transfer_syntax=transfer_syntax,
            data=data,
        )

    def as_class(self, sop_class_uid: str) -> Encoded:
        """The same object under another SOP class; itself when it is that one already."""
        if sop_class_uid == self.sop_class_uid:
            return self
        dataset = self.dataset()
        dataset.SOPClassUID = UID(sop_class_uid)
        return Encoded(
            sop_class_uid=sop_class_uid,
            sop_instance_uid=self.sop_instance_uid,
            transfer_syntax=self.transfer_syntax,
            data=encode(dataset, self.transfer_syntax, source=self.transfer_syntax),
        )


def encode(dataset: Dataset, transfer_syntax: str = uids.IMPLICIT_LITTLE, *, source: str = uids.EXPLICIT_LITTLE) -> bytes:
    """The data set as bytes.

    Parameters
    ----------
    source : transfer syntax the data set was decoded from; it says in which byte order its word values are held.
    """
    if transfer_syntax != uids.IMPLICIT_LITTLE:
        _settle_curves(dataset)
    if (source == uids.EXPLICIT_BIG) != (transfer_syntax == uids.EXPLICIT_BIG):
        _swap_words(dataset)
    out = DicomBytesIO()
    out.is_implicit_VR = transfer_syntax == uids.IMPLICIT_LITTLE
    out.is_little_endian = transfer_syntax != uids.EXPLICIT_BIG
    write_dataset(out, dataset)
    return out.getvalue()


def decode(data: bytes, transfer_syntax: str) -> Dataset:
    """The data set that the bytes hold; they must be whole.

    Raises
    ------
    Refused : the bytes end inside an element.
    """
    reading.read(data, transfer_syntax)
    implicit, little = transfer_syntax == uids.IMPLICIT_LITTLE, transfer_syntax != uids.EXPLICIT_BIG
    return read_dataset(BytesIO(data), implicit, little)


def encoded(dataset: Dataset, transfer_syntax: str = uids.IMPLICIT_LITTLE) -> Encoded:
    """A data set of our own as bytes with its UIDs."""
    return Encoded(
        sop_class_uid=str(dataset.SOPClassUID),
        sop_instance_uid=str(dataset.SOPInstanceUID),
        transfer_syntax=transfer_syntax,
        data=encode(dataset, transfer_syntax),
    )


def header(instance: Encoded, *, implementation_class_uid: str, implementation_version_name: str | None, ae_title: str = "") -> bytes:
    """Preamble and file meta information of a DICOM file (PS3.10 7.1), Explicit VR Little Endian."""
    body = (
        struct.pack("<HH2sHL2s", 0x0002, 0x0001, b"OB", 0, 2, b"\0\1")
        + _short(0x0002, b"UI", instance.sop_class_uid)
        + _short(0x0003, b"UI", instance.sop_instance_uid)
        + _short(0x0010, b"UI", instance.transfer_syntax)
        + _short(0x0012, b"UI", implementation_class_uid)
    )
    if implementation_version_name:
        body += _short(0x0013, b"SH", implementation_version_name)
    if ae_title:
        body += _short(0x0016, b"AE", ae_title)
    return PREAMBLE + struct.pack("<HH2sHL", 0x0002, 0x0000, b"UL", 4, len(body)) + body


def file_meta(instance: Encoded) -> FileMetaDataset:
    """What pynetdicom wants beside a data set to send it."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(instance.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(instance.sop_instance_uid)
    meta.TransferSyntaxUID = UID(instance.transfer_syntax)
    return meta


def header_length(start: bytes) -> int | None:
    """Length of preamble and file meta information, as a file's first ``GROUP_LENGTH_END`` bytes say; None when it is no DICOM file."""
    if len(start) < GROUP_LENGTH_END or start[128:132] != b"DICM" or start[132:140] != struct.pack("<HH2sH", 0x0002, 0x0000, b"UL", 4):
        return None
    return GROUP_LENGTH_END + int(struct.unpack_from("<L", start, 140)[0])


def read_file(path: Path) -> Encoded:
    """A DICOM file as bytes and UIDs.

    Raises
    ------
    Refused : no such file, no DICOM file, a compressed or unknown transfer syntax, or a truncated one.
    """
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise Refused(f"{path}: cannot be read ({problem.strerror}), expected a DICOM file", rule="file") from problem
    return parse_file(raw, str(path))


def parse_file(raw: bytes, where: str) -> Encoded:
    """The bytes of a DICOM file, split into meta and data set; ``where`` names them in errors."""
    syntax, start = _split(raw, where)
    data = raw[start:]
    dataset = reading.read(data, syntax, where)
    sop_class, sop_instance = (_uid(dataset, keyword, where) for keyword in ("SOPClassUID", "SOPInstanceUID"))
    return Encoded(sop_class_uid=sop_class, sop_instance_uid=sop_instance, transfer_syntax=syntax, data=data)


def read_dataset_of(raw: bytes, where: str) -> reading.EncodedDataset:
    """The data set of a DICOM file as places in its bytes, whatever it is of; ``where`` names the file in errors.

    Raises
    ------
    Refused : no DICOM file, a compressed or unknown transfer syntax, or a truncated one.
    """
    syntax, start = _split(raw, where)
    return reading.read(raw[start:], syntax, where)


def _split(raw: bytes, where: str) -> tuple[str, int]:
    """Transfer syntax, and where the data set begins."""
    if raw[128:132] != b"DICM":
        raise Refused(f"{where}: found no DICM at byte 128, expected a DICOM file", rule="file")
    end = _meta_end(raw)
    meta = reading.read(raw[len(PREAMBLE) : end], uids.EXPLICIT_LITTLE, f"{where}: file meta information")
    return _uid(meta, "TransferSyntaxUID", where), end


def _meta_end(raw: bytes) -> int:
    """Where the meta information ends: before the first element of another group, whatever its group length says, or if it has none."""
    at = len(PREAMBLE)
    while raw[at : at + 2] == META_GROUP:
        code = raw[at + 4 : at + 6]
        # As ``reading`` has it, also for what some write in implicit VR.
        length, size = (at + 6, 2) if code in reading.SHORT_VRS else (at + 8, 4) if code in reading.LONG_VRS else (at + 4, 4)
        at = length + size + int.from_bytes(raw[length : length + size], "little")
    return at


def _uid(dataset: reading.EncodedDataset, keyword: str, where: str) -> str:
    try:
        found = dataset.get(keyword)
    except Refused as problem:
        raise Refused(f"{where}: {problem}", rule="file") from problem
    if not isinstance(found, str):
        raise Refused(f"{where}: found {'several values' if found else 'no'} {keyword}, expected one value", rule="file")
    return found


def data_set(raw: bytes, where: str) -> bytes:
    """The encoded data set of a file that we wrote ourselves, without looking into it.

    Raises
    ------
    Unavailable : the file is damaged before its data set begins.
    """
    # Every file of ours begins its meta information with its group length (see ``header``).
    if raw[128:132] != b"DICM" or raw[132:140] != struct.pack("<HH2sH", 0x0002, 0x0000, b"UL", 4):
        raise Unavailable(f"{where}: found no file meta information of ours, expected an undamaged object file")
    return raw[144 + int.from_bytes(raw[140:144], "little") :]


def fingerprint(instance: Encoded) -> str:
    """Identity of an object: SHA-256 of its data set in Implicit VR Little Endian with explicit lengths, group lengths left out."""
    dataset = instance.dataset()
    _normalise(dataset)
    return sha256(encode(dataset, uids.IMPLICIT_LITTLE, source=instance.transfer_syntax)).hexdigest()


def _normalise(dataset: Dataset) -> None:
    for tag in list(dataset.keys()):
        if tag.element == 0 or tag == (0xFFFC, 0xFFFC):
            del dataset[tag]
            continue
        element = dataset[tag]
        if element.VR == "SQ":
            element.is_undefined_length = False
            for item in element.value:
                item.is_undefined_length_sequence_item = False
                _normalise(item)


def _settle_curves(dataset: Dataset) -> None:
    """Curve Data of implicit VR is OW (PS3.5-2004 A.1); pydicom leaves "OB or OW" and then cannot write it in explicit VR."""
    for tag in list(dataset.keys()):
        if tag.element == 0x3000 and 0x5000 <= tag.group <= 0x501E:
            element = dataset[tag]
            element.VR = "OW" if element.VR == "OB or OW" else element.VR


def _swap_words(dataset: Dataset) -> None:
    for element in dataset.iterall():
        size = WORD_VRS.get(element.VR)
        if size and isinstance(element.value, bytes):
            value = element.value
            element.value = b"".join(value[at : at + size][::-1] for at in range(0, len(value), size))


def _short(element: int, vr: bytes, text: str) -> bytes:
    value = text.encode("ascii")
    if len(value) % 2:
        value += b"\0" if vr == b"UI" else b" "
    return struct.pack("<HH2sH", 0x0002, element, vr, len(value)) + value
