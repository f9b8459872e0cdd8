"""The aperture as a DXF drawing, for workshops that draw: one closed polyline on its own layer, in millimetres.

The drawing is the physical block as seen from the source: +x to the patient's left, +y up, the origin on the beam axis.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from ezdxf import units
from ezdxf.entities.lwpolyline import LWPolyline
from ezdxf.filemanagement import new, readfile
from ezdxf.lldxf.const import DXFError

from workbench.errors import Refused, Unavailable
from workbench.ocular.aperture import Aperture

LAYER = "APERTURE"
REFERENCE_LAYER = "REFERENCE"
CROSS_MM = 2.0


def to_dxf(aperture: Aperture) -> bytes:
    """The drawing of an aperture, R2000: its outline, and a cross on the beam axis."""
    drawing = new("R2000", units=units.MM)
    drawing.layers.add(LAYER, color=1)
    drawing.layers.add(REFERENCE_LAYER, color=8)
    space = drawing.modelspace()
    space.add_lwpolyline(aperture.block_mm, close=True, dxfattribs={"layer": LAYER})
    for end in ((CROSS_MM, 0.0), (0.0, CROSS_MM)):
        space.add_line((-end[0], -end[1]), end, dxfattribs={"layer": REFERENCE_LAYER})
    text = StringIO()
    drawing.write(text)
    return text.getvalue().encode(drawing.output_encoding)


def read_dxf(path: Path, block_id: str | None = None) -> Aperture:
    """The aperture of a drawing: the closed polyline on its layer, or the only one when no layer is named so.

    Raises
    ------
    Refused : no drawing, another unit than millimetres, no closed polyline or several, arcs in it, or an outline that is no opening.
    Unavailable : the file cannot be read.
    """
    try:
        drawing = readfile(path)
    except FileNotFoundError as problem:
        raise Refused(f"{path}: no such file, expected a DXF drawing", rule="missing-file") from problem
    except DXFError as problem:
        raise Refused(f"{path}: found no DXF drawing ({problem}), expected one", rule="not-dxf") from problem
    except OSError as problem:
        # ezdxf raises a bare OSError for text that is no DXF at all, which has no error number.
        if problem.errno is None:
            raise Refused(f"{path}: found no DXF drawing ({problem}), expected one", rule="not-dxf") from problem
        raise Unavailable(f"{path}: cannot be read ({problem.strerror}), expected a DXF drawing", rule="unreadable") from problem
    if drawing.units not in (units.MM, 0):
        raise Refused(f"{path}: drawing unit is {units.unit_name(drawing.units)}, expected millimetres", rule="unit")
    closed = [one for one in drawing.modelspace() if isinstance(one, LWPolyline) and one.closed]
    found = [one for one in closed if one.dxf.layer.upper() == LAYER] or closed
    if len(found) != 1:
        raise Refused(f"{path}: found {len(found)} closed polylines, expected one, on layer {LAYER}", rule="outline")
    if any(bulge for *_, bulge in found[0].get_points("xyb")):
        raise Refused(f"{path}: the polyline has arcs, expected straight edges", rule="arcs")
    points = tuple((float(x), float(y)) for x, y in found[0].get_points("xy"))
    try:
        return Aperture(block_mm=points, block_id=block_id or path.stem)
    except Refused as problem:
        raise Refused(f"{path}: {problem}", rule=problem.rule) from problem
