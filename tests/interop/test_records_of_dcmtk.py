"""Treatment records that DCMTK's dump2dcm encoded from text: none of our code wrote a byte of them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from workbench.dicom import part10
from workbench.mapping.records import read_record, read_spots
from workbench.treatment.delivery import DeliveryType, Termination
from workbench.treatment.record import Accessory, AccessoryKind, ControlPoint, Record, RecordedBeam, WedgePosition

pytestmark = pytest.mark.interop

RECORD = """\
(0002,0010) UI =LittleEndianExplicit
(0008,0005) CS [ISO_IR 192]
(0008,0016) UI [{sop_class}]
(0008,0018) UI [1.2.826.0.1.3680043.9.1]
(0008,0201) SH [+0100]
(0010,0020) LO [OTHER-7]
(0020,000d) UI [1.2.826.0.1.3680043.9.2]
(0020,000e) UI [1.2.826.0.1.3680043.9.3]
(3008,0021) SQ
(fffe,e000) -
(300c,0006) IS [3]
(300a,00c2) LO [Nasal field]
(300a,00c6) CS [PROTON]
(300a,00ce) CS [TREATMENT]
(3008,0022) IS [2]
(3008,002a) CS [OPERATOR]
(3008,0032) DS [55.5]
(3008,0036) DS [21.25]
(3008,003b) DS [12.5]
(3008,0041) SQ
(fffe,e000) -
(300c,00f0) IS [1]
(3008,0024) DA [20240115]
(3008,0025) TM [235959.5]
(3008,0042) DS [55.5]
(3008,0044) DS [21.25]
(fffe,e00d) -
(fffe,e000) -
(300c,00f0) IS [0]
(3008,0024) DA [20240115]
(3008,0025) TM [235947]
(3008,0042) DS [0]
(3008,0044) DS [0]
(300a,0114) DS [68.4]
(300a,011e) DS [90]
(300a,030d) FL 112.5
(300a,0394) FL 1.5\\-2\\0\\3.25
(3008,0047) FL 0.25\\0.5
(300a,03ac) SQ
(fffe,e000) -
(300c,00c0) IS [1]
(300a,0118) CS [IN]
(300a,00db) FL 21.7
(fffe,e00d) -
(fffe,e0dd) -
(fffe,e00d) -
(fffe,e0dd) -
(3008,00f0) SQ
(fffe,e000) -
(300a,030f) SH [S35]
(fffe,e00d) -
(fffe,e0dd) -
(fffe,e00d) -
(fffe,e0dd) -
(300a,00b3) CS [MU]
"""
"""One beam, stopped by hand; its control points stand last before first, its times are those of Central Europe in winter."""


@pytest.fixture(params=[("+te", "+e"), ("+te", "-e"), ("+ti", "+e"), ("+ti", "-e"), ("+tb", "+e"), ("+tb", "-e")], ids="".join)
def encoded(request: pytest.FixtureRequest, tmp_path: Path) -> part10.Encoded:
    """The record in each transfer syntax, with explicit and with undefined lengths."""
    text, file = tmp_path / "record.txt", tmp_path / "record.dcm"
    text.write_text(RECORD.format(sop_class="1.2.840.10008.5.1.4.1.1.481.9"))
    subprocess.run(["dump2dcm", *request.param, str(text), str(file)], check=True, capture_output=True)
    return part10.read_file(file)


def test_a_record_of_dump2dcm_says_what_its_text_says(encoded: part10.Encoded) -> None:
    """Points in the order of their indices, moments an hour before what is written, wherever the reader lives."""
    found = read_record(encoded.read(), zone=ZoneInfo("America/New_York"))

    assert found == Record(
        uid="1.2.826.0.1.3680043.9.1",
        patient_id="OTHER-7",
        plan_uid=None,
        dosimeter_unit="MU",
        beams=(
            RecordedBeam(
                number=3,
                name="Nasal field",
                fraction=2,
                delivery_type=DeliveryType.TREATMENT,
                termination=Termination.OPERATOR,
                radiation_type="PROTON",
                specified_mu=55.5,
                delivered_mu=21.25,
                delivered_time_s=12.5,
                accessories=(Accessory(kind=AccessoryKind.SNOUT, id="S35"),),
                points=(
                    ControlPoint(
                        index=0,
                        at=datetime(2024, 1, 15, 22, 59, 47, tzinfo=UTC),
                        energy_mev=68.4,
                        specified_mu=0.0,
                        delivered_mu=0.0,
                        gantry_deg=90.0,
                        snout_mm=112.5,
                        wedges=(WedgePosition(number=1, position="IN", thin_edge_mm=21.7),),
                    ),
                    ControlPoint(index=1, at=datetime(2024, 1, 15, 22, 59, 59, 500_000, tzinfo=UTC), specified_mu=55.5, delivered_mu=21.25),
                ),
            ),
        ),
    )


def test_spots_of_dump2dcm_are_arrays(encoded: part10.Encoded) -> None:
    """Two spots at (1.5, -2) and (0, 3.25) mm with 0.25 and 0.5 MU, whatever the byte order."""
    (found,) = read_spots(encoded.read(), zone=UTC)

    told = np.array([found.x_mm, found.y_mm, found.delivered_mu])
    np.testing.assert_array_equal(told, [[1.5, 0.0], [-2.0, 3.25], [0.25, 0.5]])
