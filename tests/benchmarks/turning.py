"""What turning the gaze costs: eye, every outline and aperture anew, beside the 50 ms that a slider may take; nothing is drawn."""

from __future__ import annotations

import statistics
import time

from workbench.ocular import ApertureRules, EyeModel, Tumour, load_beamline, turned
from workbench.ocular.depth import DepthRules, tumour_depth
from workbench.ocular.eye import Laterality
from workbench.ocular.gaze import Light
from workbench.ocular.structures import Sclera

ROUNDS = 100
ALLOWED_MS = 50.0


def main() -> None:
    """Measure and print."""
    seen, deep = zip(*(_round_ms(azimuth_deg=3.6 * number) for number in range(ROUNDS)), strict=True)
    print(f"{'turning the gaze':<34}{'median, ms':>12}{'worst, ms':>12}{'allowed':>9}")
    for what, times in ((f"outlines and aperture ({ROUNDS} lights)", seen), ("and range and modulation", deep)):
        print(f"{what:<34}{statistics.median(times):>12.2f}{max(times):>12.2f}{ALLOWED_MS:>9.0f}")


def _round_ms(azimuth_deg: float) -> tuple[float, float]:
    """Milliseconds for everything at one light, and with the depth besides."""
    start = time.perf_counter()
    view = turned(EYE, Light(polar_deg=20.0, azimuth_deg=azimuth_deg), (1.0, 2.0, 3.0), LINE, ApertureRules(margin_mm=2.5))
    aside = time.perf_counter()
    tumour_depth(EYE, view.pose, LINE, DepthRules(distal_mm=2.5, proximal_mm=2.5, skin_plane_mm=2.0))
    return 1e3 * (aside - start), 1e3 * (time.perf_counter() - start)


LINE = load_beamline("demo-eyeline")
EYE = EyeModel.standard(
    Laterality.RIGHT,
    clips_mm=((8.0, 3.0, -8.0), (-8.0, 3.0, -8.0), (3.0, 9.0, -7.0), (3.0, -9.0, -7.0)),
    tumour=Tumour.elliptic(Sclera(), (0.3, 0.2, -1.0), base_mm=(13.0, 10.0), height_mm=6.0),
)


if __name__ == "__main__":
    main()
