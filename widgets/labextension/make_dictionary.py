"""Names and value representations for the viewer, `static/dictionary.json`; after a change of pydicom's or the private dictionary.

Run as a script it prints the file (`make dictionary` keeps it); a test compares the two. It wants a process of its own: other packages add
UIDs to pydicom's dictionary when they are imported.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom._uid_dict import UID_dictionary

from workbench.dicom.private import IMPAC, IMPAC_ATTRIBUTES, IMPAC_GROUP


def tables() -> dict[str, dict[str, Any]]:
    """What the viewer looks up.

    Returns
    -------
    dict
        ``elements``: tag → VR and name; ``repeaters``: the same for masks such as ``50xx3000``; ``private``: creator → group and
        offset → VR and name; ``uids``: UID → name.
    """
    return {
        "elements": {f"{tag:08X}": [row[0], row[2]] for tag, row in DicomDictionary.items() if row[2]},
        "repeaters": {_mask(mask): [row[0], row[2]] for mask, row in RepeatersDictionary.items()},
        "private": {IMPAC: {f"{IMPAC_GROUP:04X}{row.offset:02X}": [row.vr, row.name] for row in IMPAC_ATTRIBUTES.values()}},
        "uids": {uid: row[0].partition(":")[0].strip() for uid, row in UID_dictionary.items()},
    }


def _mask(mask: str) -> str:
    """Digits as tags are written, the free ones as a small x."""
    return mask.upper().replace("X", "x")


def text() -> str:
    """The file: one row a line, so that a change of it can be read."""
    parts = []
    for name, rows in tables().items():
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
        parts.append(f"{json.dumps(name)}: {{\n{lines}\n}}")
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    sys.stdout.write(text())
