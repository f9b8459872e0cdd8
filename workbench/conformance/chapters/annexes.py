"""Chapter 8: every object with every row, how its values arise, and where we differ from our sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.conformance.chapters.workitems import operations
from workbench.conformance.deviations import FROM_STANDARD, FROM_STATEMENT, Deviation
from workbench.conformance.lines import printed_tag, printed_vr, rows_of
from workbench.conformance.markdown import bullets, document, heading, paragraph, table
from workbench.conformance.objects import OBJECTS, Direction, of_direction, printed_name
from workbench.conformance.words import attribute_name, how
from workbench.dicom import codes, private
from workbench.dicom.spec import Attribute, Iod, Items
from workbench.iods.ocular_rt_image import TYPE_1_ON_IMPORT
from workbench.settings import OWN

TITLES: Final = {
    Direction.CREATED: ("8.1.1", "Created objects (treatment management)"),
    Direction.RECEIVED: ("8.1.2", "Received objects (treatment management)"),
    Direction.EXPORT: ("8.1.3", "Exported objects (ocular exchange)"),
    Direction.IMPORT: ("8.1.4", "Imported objects (ocular exchange)"),
}
HEADER: Final = ("Attribute", "Tag", "VR", "Type", "Value", "Required when")


def annexes() -> str:
    """The chapter."""
    return document(
        heading("8", "Annexes"),
        heading("8.1", "IOD contents"),
        paragraph(
            "One line a row. `>` marks the depth of items. Types are those of the statement; a blank type depends on the service. A "
            "created row without a listed value is written whenever its value is known."
        ),
        *(part for direction, (number, title) in TITLES.items() for part in _direction(direction, number, title)),
        heading("8.1.5", "Type 1 attributes required on import"),
        table(
            ("Module", "Attribute", "Tag", "Section"),
            [
                (module.name, attribute_name(row), _tag(row), module.source)
                for module in TYPE_1_ON_IMPORT
                for row in module.rows
                if isinstance(row, Attribute)
            ],
        ),
        heading("8.1.6", "Attribute mapping: film millimetres and pixels"),
        paragraph(
            "Curves hold millimetres in the plane of the film, x to the right and y upwards as seen on the picture, origin on the imaging "
            "axis; Axis Units is not written. RT Image Position (x0, y0) is the centre of the upper left pixel in the same plane, Image "
            "Plane Pixel Spacing has the distance of rows (dr) and of columns (dc). The pixel of row r and column c, both from 0, lies at"
        ),
        paragraph("    x = x0 + c · dc        y = y0 - r · dr"),
        paragraph(
            "A point of the isocentric plane appears on the film magnified by RT Image SID divided by the distance of source and axis. "
            "Groups are even, 5000 to 501E, one for each outline; Curve Data are 64-bit floats, little endian, x1, y1, x2, y2 and so on."
        ),
        heading("8.1.7", "Coerced and modified attributes"),
        bullets(
            (
                "Received objects are stored as they came; no attribute is coerced.",
                "A session plan is the received plan with the rows of 8.1.1 set, and with the monitor units entered at check-in.",
            )
        ),
        *operations(),
        *_dictionaries(),
        *_extensions(),
    )


def _direction(direction: Direction, number: str, title: str) -> Iterable[str]:
    yield heading(number, title)
    for index, iod in enumerate(of_direction(direction), start=1):
        yield heading(f"{number}.{index}", f"{printed_name(iod)} ({', '.join(iod.sop_class_uids)})")
        yield from _modules(iod)


def _modules(iod: Iod) -> Iterable[str]:
    rows = list(rows_of(iod))
    for module in iod.modules:
        own = [(path, row) for of, path, row in rows if of is module]
        if own:
            yield paragraph(f"**{module.name}**, statement {module.source}")
            yield table(HEADER, [_row(path, row) for path, row in own])


def _row(path: str, row: Attribute | Items) -> tuple[str, ...]:
    return (
        f"{'>' * path.count('.')}{' ' if '.' in path else ''}{attribute_name(row)}",
        _tag(row),
        printed_vr(row),
        row.type,
        how(row),
        row.when.in_words() if row.when is not None else "",
    )


def _tag(row: Attribute | Items) -> str:
    tag = printed_tag(row)
    return f"({tag[:4]},{tag[4:]})"


def _dictionaries() -> Iterable[str]:
    yield heading("8.2", "Data dictionary of private attributes")
    yield paragraph(f"Creator `{private.IMPAC}`, group {private.IMPAC_GROUP:04X}; the block is found by its creator, 10 when we write it.")
    yield table(
        ("Tag", "Name", "VR", "Unit"),
        [
            (f"({private.IMPAC_GROUP:04X},ee{one.offset:02X})", one.name, one.vr, one.unit or "-")
            for one in private.IMPAC_ATTRIBUTES.values()
        ],
    )
    yield heading("8.3", "Coded terminology")
    yield table(
        ("Code", "Scheme", "Meaning", "Used in"),
        [
            (one.value, one.scheme, one.meaning, "Scheduled Workitem Code Sequence")
            for one in (codes.RT_TREATMENT, codes.RT_TREATMENT_QA, codes.POSITION_ACQUISITION)
        ],
    )
    yield paragraph(
        f"Rooms, procedures and parameters have codes of the scheme {OWN.coding_scheme} version {OWN.coding_scheme_version}, or of the "
        "scheme of the settings."
    )
    yield heading("8.4", "Grayscale image consistency")
    yield paragraph(
        "Not supported. Nothing is claimed of displays: no presentation state, presentation LUT or window is written, and pixels are "
        "shown on a linear scale from the least stored value to the largest."
    )


def _extensions() -> Iterable[str]:
    yield heading("8.5", "Standard extended, specialized and private SOP classes")
    yield paragraph("No specialized or private SOP class. Attributes that we write although no statement lists them:")
    yield table(
        ("Object", "Attribute", "Why"),
        [
            (f"{printed_name(iod)}, {iod.direction}", path, row.beyond)
            for iod in OBJECTS
            for _, path, row in iod.walk()
            if isinstance(row, Attribute) and row.beyond
        ],
    )
    yield heading("8.6", "Private transfer syntaxes")
    yield paragraph("None.")
    yield heading("8.7", "Deviations from the standard")
    yield _deviations(FROM_STANDARD)
    yield heading("8.8", "Deviations from the statements followed")
    yield _deviations(FROM_STATEMENT)


def _deviations(each: Iterable[Deviation]) -> str:
    return table(
        ("Subject", "Source", "What we do", "Why", "Errata"),
        [(one.subject, one.found, one.done, one.why, one.errata or "-") for one in each],
    )
