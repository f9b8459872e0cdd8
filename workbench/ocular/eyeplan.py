"""Plans from the files of EYEPLAN: parameters (``.ptd``), milling program (``.mil``) and film outlines (``.xpc``).

EYEPLAN holds the eye, the light, the dose and the opening; it knows no machine, no patient and no monitor units. What it does
not hold comes from the beamline description or from the caller, or stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from workbench.clock import Clock, SystemClock
from workbench.errors import Refused
from workbench.ocular.accessories import Wedge
from workbench.ocular.aperture import Aperture
from workbench.ocular.beamline import DEMO, Beamline, FilmGeometry, load_beamline
from workbench.ocular.eye import Laterality, TreatedEye
from workbench.ocular.eyeplan_mil import read_mil
from workbench.ocular.eyeplan_model import eye_model
from workbench.ocular.eyeplan_ptd import Entry, PtdFile, read_ptd
from workbench.ocular.eyeplan_xpc import Points, XpcFile, read_xpc
from workbench.ocular.gaze import Fixation, Light, fellow_light
from workbench.ocular.nozzle import nozzle_for
from workbench.ocular.plan import Field, OcularPlan, Patient, Prescription
from workbench.ocular.setup import Outline, SetupImage, View

AREA_TOLERANCE_MM2 = 0.51
"""EYEPLAN prints AREA in whole square millimetres; anything further off is the block of another plan."""
CENTRE_TOLERANCE_MM = 0.051
"""EYEPLAN prints the eye's centre to a tenth of a millimetre in both files."""


def sample_eyeplan() -> Path:
    """The folder of the small invented case that ships with the package."""
    return Path(str(resources.files("workbench.ocular"))) / "sample"


def read_eyeplan(
    path: str | Path,
    *,
    beamline: str | Beamline = DEMO,
    patient_id: str | None = None,
    patient_name: str | None = None,
    label: str | None = None,
    clock: Clock | None = None,
) -> OcularPlan:
    """A plan from a folder of EYEPLAN files, or from the path of its ``.ptd`` file.

    The planner's point lists are read from a folder ``model`` beside it, where there is one: they bring the tumour.

    Parameters
    ----------
    beamline : a description, or the name of one that ships.
    patient_id : when not given, the file's own, else the folder's name.
    patient_name : when not given, the file's own, else not known.
    label : plan ID; when not given, ``Plan`` and the file's number of the plan.
    clock : tells the date of the plan, which EYEPLAN does not keep.

    Raises
    ------
    Refused : a file is missing, broken or of another plan, or holds what no plan may have or the beamline cannot make.
    """
    ptd = read_ptd(_ptd_path(Path(path)))
    line = load_beamline(beamline) if isinstance(beamline, str) else beamline
    identifier = patient_id or ptd.text("PTID") or ptd.path.resolve().parent.name
    xpc = read_xpc(_beside(ptd.path, ".xpc"))
    _check_same_plan(ptd, xpc)
    eye = _eye(ptd)
    number = ptd.text("PLAN")
    try:
        return OcularPlan(
            label=label or (f"Plan {number}" if number else "Plan"),
            name=f"{ptd.path.stem} {eye.laterality.words}",
            description=ptd.text("COMM"),
            operator=ptd.text("PLNR"),
            created=(clock or SystemClock()).now(),
            patient=Patient(id=identifier, name=patient_name or ptd.text("PTNM") or None),
            prescription=_prescription(ptd, eye),
            eye=eye,
            fixation=_fixation(ptd, eye.laterality, line),
            field=_field(ptd, line),
            beamline=line,
            setup_images=(
                _setup_image(View.AXIAL, xpc.axial_clips, line.axial, line.name),
                _setup_image(View.LATERAL, xpc.lateral_clips, line.lateral, line.name),
            ),
            setup_technique=f"{_clips_in_words(len(xpc.axial_clips))} on axial and lateral film",
            eye_model=eye_model(ptd, eye.laterality, line),
        )
    except Refused as problem:
        if str(problem).startswith(str(ptd.path.parent)):
            raise
        raise Refused(f"{ptd.path}: {problem}", rule=problem.rule) from problem


def _ptd_path(path: Path) -> Path:
    """The one ``.ptd`` file that is meant."""
    if not path.exists():
        raise Refused(f"{path}: no such file or folder, expected a folder with EYEPLAN files", rule="missing-file")
    if not path.is_dir():
        return path
    found = sorted(one for one in path.iterdir() if one.suffix.lower() == ".ptd")
    if len(found) != 1:
        names = ", ".join(one.name for one in found) or "none"
        raise Refused(f"{path}: found {names}, expected one .ptd file", rule="missing-file")
    return found[0]


def _beside(ptd_path: Path, suffix: str, name: str | None = None) -> Path:
    """The file of the same name and another suffix, or of the name that the plan gives, whatever the case of its letters."""
    wanted = name or f"{ptd_path.stem}{suffix}"
    for one in sorted(ptd_path.parent.iterdir()):
        if one.name.lower() == wanted.lower():
            return one
    raise Refused(f"{ptd_path.parent / wanted}: no such file, expected it beside {ptd_path.name}", rule="missing-file")


def _check_same_plan(ptd: PtdFile, xpc: XpcFile) -> None:
    """Refuse film outlines that were made for another plan."""
    centre = ptd.numbers("ECEN", 3)
    if any(abs(here - there) > CENTRE_TOLERANCE_MM for here, there in zip(centre, xpc.eye_centre_mm, strict=True)):
        raise Refused(f"{xpc.path}: eye centre is {xpc.eye_centre_mm}, expected {centre} as in {ptd.path.name}", rule="other-plan")
    number = ptd.text("PLAN")
    if number and xpc.plan_number and number != xpc.plan_number:
        raise Refused(f"{xpc.path}: plan number is {xpc.plan_number}, expected {number} as in {ptd.path.name}", rule="other-plan")
    clips = ptd.optional_number("NCLP")
    if clips is not None and clips != len(xpc.axial_clips):
        raise Refused(f"{xpc.path}: found {len(xpc.axial_clips)} clips, expected {clips:g} as in {ptd.path.name}", rule="other-plan")


def _eye(ptd: PtdFile) -> TreatedEye:
    x, y, z = ptd.numbers("ECEN", 3)
    return TreatedEye(
        laterality=Laterality(ptd.word("TEYE", "R", "L")),
        centre_mm=(x, y, z),
        length_mm=ptd.number("DIAM"),
        width_mm=ptd.number("DIAH"),
        height_mm=ptd.number("DIAV"),
        skin_plane_mm=ptd.optional_number("SKIN"),
        limbus_mm=ptd.optional_number("LIMB"),
        tumour_base_max_mm=ptd.optional_number("TMAX"),
        tumour_base_min_mm=ptd.optional_number("TMIN"),
        tumour_height_mm=ptd.optional_number("THGT"),
        torsion_deg=ptd.optional_number("TRSN") or 0.0,
    )


def _prescription(ptd: PtdFile, eye: TreatedEye) -> Prescription:
    # CGE, cobalt gray equivalent, is today's Gy(RBE): the number already holds the 1.1 and is kept.
    ptd.word("DOSU", "CGE")
    fractions = ptd.number("FRCT")
    return Prescription(
        dose_gy_rbe=ptd.number("DOSE"),
        fractions=int(fractions) if fractions.is_integer() else _not_whole(ptd, "FRCT"),
        site=ptd.text("TUMR") or ptd.text("TNAM") or eye.laterality.words,
    )


def _not_whole(ptd: PtdFile, key: str) -> int:
    entry = ptd.find(key)
    if entry is None:
        raise Refused(f"{ptd.path}: key {key} is missing, expected it with a whole number", rule="missing-key")
    raise entry.line.refuse(f"{key} with a whole number")


def _fixation(ptd: PtdFile, treated: Laterality, line: Beamline) -> Fixation:
    fixating = Laterality(ptd.word("FIXN", "R", "L"))
    looked_at = Light(polar_deg=ptd.number("POLR"), azimuth_deg=ptd.number("AZIM"))
    pupils = ptd.optional_number("IPDS")
    if fixating is treated:
        return Fixation(gaze=looked_at, eye=fixating, interpupillary_mm=pupils)
    polar, azimuth = ptd.optional_number("HPOL"), ptd.optional_number("HAZM")
    if polar is not None and azimuth is not None:
        physical = Light(polar_deg=polar, azimuth_deg=azimuth)
    elif pupils is not None:
        physical = fellow_light(looked_at, treated, pupils, line.light_distance_mm)
    else:
        raise Refused(f"{ptd.path}: the fellow eye fixates without HPOL and HAZM, expected them or IPDS", rule="missing-key")
    return Fixation(gaze=looked_at, eye=fixating, fellow_light=physical, interpupillary_mm=pupils)


def _field(ptd: PtdFile, line: Beamline) -> Field:
    range_mm, modulation_mm = ptd.number("RNGE"), ptd.number("MODN")
    nozzle = nozzle_for(line, range_mm=range_mm, modulation_mm=modulation_mm)
    return Field(
        id="Field 1",
        aperture=_aperture(ptd),
        range_mm=range_mm,
        modulation_mm=modulation_mm,
        aperture_margin_mm=ptd.optional_number("APMG"),
        distal_margin_mm=ptd.optional_number("DTMG"),
        proximal_margin_mm=ptd.optional_number("PXMG"),
        wedges=_wedges(ptd, line),
        range_shifters=nozzle.range_shifters,
        lateral_spreaders=nozzle.lateral_spreaders,
        range_modulators=nozzle.range_modulators,
    )


def _aperture(ptd: PtdFile) -> Aperture:
    """The milled opening, and the proof that it is this plan's: its area."""
    mil = read_mil(_beside(ptd.path, ".mil", ptd.text("COLL")))
    try:
        aperture = Aperture(block_mm=mil.points_mm, block_id=mil.path.stem)
    except Refused as problem:
        raise Refused(f"{mil.path}: {problem}", rule=problem.rule) from problem
    area = ptd.optional_number("AREA")
    if area is not None and abs(aperture.area_mm2 - area) > AREA_TOLERANCE_MM2:
        raise Refused(
            f"{mil.path}: the path encloses {aperture.area_mm2:.1f} mm², expected {area:g} as AREA in {ptd.path.name}", rule="other-plan"
        )
    return aperture


def _wedges(ptd: PtdFile, line: Beamline) -> tuple[Wedge, ...]:
    entries = sorted(
        (one for one in ptd.entries if one.key.startswith("WED") and one.key[3:].isdigit() and one.value), key=lambda one: one.key
    )
    return tuple(_wedge(entry, number, line) for number, entry in enumerate(entries, start=1))


def _wedge(entry: Entry, number: int, line: Beamline) -> Wedge:
    """A wedge from its name, angle and whatever follows.

    The direction of the thin edge is in no key of the file, and what the third number says is not known: it is kept as a note.
    """
    name, *rest = (part.strip() for part in entry.value.split(","))
    try:
        angle = float(rest[0])
    except (IndexError, ValueError):
        raise entry.line.refuse(f"{entry.key} with a name, an angle and a number") from None
    beyond = ", ".join(rest[1:])
    return Wedge(
        number=number,
        id=name,
        angle_deg=angle,
        orientation_deg=None,
        tray_to_isocentre_mm=line.wedge_tray_to_isocentre_mm,
        type=line.wedge_type,
        note=f"EYEPLAN {entry.key}: {beyond} beside the angle, meaning not known" if beyond else None,
    )


def _setup_image(view: View, clips: Sequence[Points], film: FilmGeometry, beamline: str) -> SetupImage:
    if film.pixel_mm is None or film.rows is None or film.columns is None:
        raise Refused(
            f"beamline {beamline}: {view.lower()} film has pixel_mm {film.pixel_mm}, rows {film.rows}, columns {film.columns}, "
            "expected all three for setup images",
            rule="film-size",
        )
    return SetupImage(
        view=view,
        outlines=tuple(Outline(label=f"Clip {number}", points_mm=clip) for number, clip in enumerate(clips, start=1)),
        pixel_mm=film.pixel_mm,
        rows=film.rows,
        columns=film.columns,
        magnification=film.magnification,
    )


def _clips_in_words(count: int) -> str:
    return "1 clip" if count == 1 else f"{count} clips"
