"""The rule words of the fact tables, read once more: each says what a value must be, from the sources alone.

Nothing here asks the rows of the software; a value that they make is compared with what the statement says it comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.conformance.places import Place, at, plain
from tests.conformance.scenarios import Scenario
from tests.conformance.tables import Row
from workbench.ocular.plan import Sex

TOLERANCES = {
    "ToleranceTableLabel": "label",
    "GantryAngleTolerance": "gantry_angle",
    "BeamLimitingDeviceAngleTolerance": "beam_limiting_device_angle",
    "RTBeamLimitingDeviceType": "beam_limiting_device_type",
    "PatientSupportAngleTolerance": "patient_support_angle",
    "TableTopVerticalPositionTolerance": "table_top_vertical",
    "TableTopLongitudinalPositionTolerance": "table_top_longitudinal",
    "TableTopLateralPositionTolerance": "table_top_lateral",
    "TableTopPitchAngleTolerance": "table_top_pitch",
    "TableTopRollAngleTolerance": "table_top_roll",
    "SnoutPositionTolerance": "snout_position",
    "HeadFixationAngleTolerance": "head_fixation_angle",
    "ChairHeadFramePositionTolerance": "chair_head_frame_position",
}
"""Attribute of the tolerance table → setting."""
IN_PLAN = {
    "TreatmentSessionIonBeamSequence": "IonBeamSequence",
    "IonControlPointDeliverySequence": "IonControlPointSequence",
    "RecordedCompensatorSequence": "IonRangeCompensatorSequence",
    "RecordedBlockSequence": "IonBlockSequence",
    "RecordedSnoutSequence": "SnoutSequence",
    "RecordedRangeShifterSequence": "RangeShifterSequence",
    "RecordedLateralSpreadingDeviceSequence": "LateralSpreadingDeviceSequence",
    "RecordedRangeModulatorSequence": "RangeModulatorSequence",
}
"""Sequence of the record → sequence of the plan; the others have the same name in both."""
DEVICES = frozenset(name for name in IN_PLAN if name.startswith("Recorded"))
"""Sequences whose items refer by number to what the plan numbers."""
BLOCK_SCALE = 1750 / 1680
"""From the block 70 mm upstream to the isocentric plane, with the source at 1750 mm, as the factories' beamline has it."""
Judge = Callable[[Row, Scenario, Place], bool]


def holds(row: Row, scenario: Scenario, place: Place) -> bool:
    """Whether the value at the place is what the row's rule says.

    Raises
    ------
    KeyError : no judge knows the rule.
    """
    rule = row["rule"].partition(";import=")[0].removeprefix("export=")
    word, _, argument = rule.partition(":")
    if "=" in word or rule.startswith("first="):
        return RECORD_POINTS[rule](row, scenario, place) if rule in RECORD_POINTS else WORDS[rule](row, scenario, place)
    return WORDS[word]({**row, "rule": argument}, scenario, place)


def empty(row: Row, _scenario: Scenario, place: Place) -> bool:
    """Present, without a value; a conditional row may be absent."""
    return row["type"] == "2C" if place.element is None else place.element.is_empty


def constant(row: Row, _: Scenario, place: Place) -> bool:
    """Absent, where it may be, or the constant."""
    if place.element is None:
        return True
    wanted = row["rule"].split("\\")
    found = plain(place.element.value)
    each = list(found) if isinstance(found, tuple) else [found]
    return len(each) == len(wanted) and all(_same(one, text) for one, text in zip(each, wanted, strict=True))


def by_iod(row: Row, scenario: Scenario, place: Place) -> bool:
    """The constant of this object."""
    each = dict(part.split("=") for part in row["rule"].split("|"))
    return constant({**row, "rule": each[scenario.object]}, scenario, place)


def enum(row: Row, _: Scenario, place: Place) -> bool:
    """Absent or empty, where it may be, or one of the listed values."""
    return place.value is None or any(_same(place.value, one) for one in row["values"].split(";"))


def now(row: Row, scenario: Scenario, place: Place) -> bool:
    """Date or time of the scenario's clock."""
    form = {"date": "%Y%m%d", "time": "%H%M%S"}[row["rule"]]
    return place.element is not None and str(place.element.value).startswith(scenario.facts.now.strftime(form))


def generate(_: Row, scenario: Scenario, place: Place) -> bool:
    """A valid UID made for this object."""
    return place.value in scenario.facts.uids and UID(str(place.value)).is_valid


def config(row: Row, scenario: Scenario, place: Place) -> bool:
    """The setting."""
    return place.value == plain(getattr(scenario.facts.tolerances, TOLERANCES[row["path"].rpartition(".")[2]]))


def container(_: Row, __: Scenario, place: Place) -> bool:
    """Absent, or with items that hold something."""
    return place.element is None or (len(place.element.value) > 0 and all(len(item) > 0 for item in place.element.value))


def items(row: Row, _: Scenario, place: Place) -> bool:
    """So many items."""
    return place.element is not None and len(place.element.value) == int(row["rule"])


def copy(row: Row, scenario: Scenario, place: Place) -> bool:
    """Equal to the plan's value, or to the instruction's."""
    if row["rule"].startswith("RTBeamsDeliveryInstruction"):
        number = scenario.facts.beam.BeamNumber
        task = next(item for item in scenario.facts.instruction.BeamTaskSequence if item.ReferencedBeamNumber == number)
        return bool(place.value == plain(task.TreatmentDeliveryType))
    return _has(counterpart(scenario, place), _planned(row["path"]), place)


def reference(row: Row, scenario: Scenario, place: Place) -> bool:
    """References to the object named."""
    facts = scenario.facts
    if row["rule"] == "plan_using_this_image":
        return bool(place.value == facts.plan_uid)
    wanted: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "TMS_RTIonPlan": lambda: [(facts.source.SOPClassUID, facts.source.SOPInstanceUID)],
        "RTIonPlan": lambda: [(facts.plan.SOPClassUID, facts.plan.SOPInstanceUID)],
        "received_treatment_records(current_session)": lambda: [(one.sop_class_uid, one.uid) for one in facts.records],
    }
    found = [] if place.element is None else place.element.value
    return [(item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID) for item in found] == wanted[row["rule"]]()


def equal(row: Row, _: Scenario, place: Place) -> bool:
    """Equal to another attribute of the item, or less by a number."""
    keyword, _dash, less = row["rule"].partition("-")
    return bool(place.value == float(place.holder[keyword].value) - float(less or 0))


def application(row: Row, scenario: Scenario, place: Place) -> bool:
    """A field of the ocular plan."""
    plan = scenario.facts.ocular
    wanted: dict[str, Callable[[], object]] = {
        "plan_id": lambda: plan.label,
        "plan_name": lambda: plan.name,
        "field_id": lambda: plan.field.id,
        "block_id": lambda: plan.field.aperture.block_id,
        "dose_per_fraction(primary_reference_point)": lambda: plan.prescription.dose_gy_rbe / plan.prescription.fractions,
        "aperture_points": lambda: tuple(_outline(scenario)),
    }
    return _close(place.value, wanted[row["rule"]]())


def count(_: Row, scenario: Scenario, place: Place) -> bool:
    """The number of points of the aperture."""
    return bool(place.value == len(scenario.facts.ocular.field.aperture.block_mm))


def compute(_: Row, scenario: Scenario, place: Place) -> bool:
    """Twice the largest distance of a point from the beam axis, in cm."""
    flat = _outline(scenario)
    wanted = 2 * max(hypot(x, y) for x, y in zip(flat[::2], flat[1::2], strict=True)) / 10
    return _close(place.value, wanted)


def sex(_: Row, scenario: Scenario, place: Place) -> bool:
    """F for female, M for male, O for everybody else."""
    return bool(place.value == {Sex.FEMALE: "F", Sex.MALE: "M"}.get(scenario.facts.ocular.patient.sex, "O"))


def zeros(_: Row, __: Scenario, place: Place) -> bool:
    """As many zero bytes as pixels, to an even length."""
    size = int(place.holder.Rows) * int(place.holder.Columns)
    return place.element is not None and place.element.value == bytes(size + size % 2)


def invariant(row: Row, _: Scenario, place: Place) -> bool:
    """Stated once, in the first control point, so that no other value can follow."""
    return place.element is None or dict(place.steps)["IonControlPointSequence"] == 0 or not row


def session(_: Row, scenario: Scenario, place: Place) -> bool:
    """The fraction of the session."""
    return bool(place.value == scenario.facts.session.fraction)


def manual(row: Row, scenario: Scenario, place: Place) -> bool:
    """What the user entered."""
    wanted = scenario.facts.beam.BeamNumber if row["rule"] == "beam_number" else scenario.facts.entered_mu
    return bool(place.value == plain(wanted))


def intent(_: Row, scenario: Scenario, place: Place) -> bool:
    """VERIFICATION for QA, else the received plan's."""
    is_qa = scenario.facts.session.kind.value == "qa"
    return bool(place.value == ("VERIFICATION" if is_qa else plain(scenario.facts.source.PlanIntent)))


def counterpart(scenario: Scenario, place: Place) -> Dataset | None:
    """The plan's item that a record's item is about."""
    steps = list(place.steps)
    if not steps:
        return scenario.facts.plan  # type: ignore[no-any-return]
    steps.pop(0)
    beam: Dataset = scenario.facts.beam
    translated = []
    for name, index in steps:
        planned = IN_PLAN.get(name, name)
        number = len(beam.IonControlPointSequence) - 1 if planned == "IonControlPointSequence" and index == 1 else index
        translated.append((planned, number))
    return at(beam, tuple(translated))


def _point(place: Place) -> int:
    return dict(place.steps)["IonControlPointDeliverySequence"]


def _both(row: Row, scenario: Scenario, place: Place) -> bool:
    return _has(counterpart(scenario, place), _planned(row["path"]), place)


def _first(row: Row, scenario: Scenario, place: Place) -> bool:
    return _both(row, scenario, place) if _point(place) == 0 else place.element is None


def _metersets(_: Row, scenario: Scenario, place: Place) -> bool:
    return bool(place.value == (0 if _point(place) == 0 else scenario.facts.entered_mu))


def _spots(_: Row, scenario: Scenario, place: Place) -> bool:
    planned = counterpart(scenario, place)
    spots = None if planned is None else planned.get("NumberOfScanSpotPositions")
    return place.element is None if _point(place) or not spots else place.value == (0.0,) * int(spots)


def _only_in_first(row: Row, scenario: Scenario, place: Place) -> bool:
    if _point(place):
        return place.element is None
    planned = counterpart(scenario, place)
    wanted = 0 if planned is None else len(planned.get(row["path"].rpartition(".")[2]) or [])
    return wanted == (0 if place.element is None else len(place.element.value))


def _has(source: Dataset | None, keyword: str, place: Place) -> bool:
    if source is None:
        return False
    if keyword == "NumberOfFractionsPlanned":
        source = source.FractionGroupSequence[0]
    return place.value == plain(source.get(keyword))


def _planned(path: str) -> str:
    """The plan's keyword for a record's: the plan numbers what the record refers to."""
    *above, keyword = path.split(".")
    is_device = bool(above) and above[-1] in DEVICES
    if keyword == "ReferencedControlPointIndex" or (is_device and keyword.startswith("Referenced")):
        return keyword.removeprefix("Referenced")
    return keyword


def _outline(scenario: Scenario) -> list[float]:
    """The aperture in the isocentric plane and the beam limiting device frame, x1, y1, x2, y2 ...

    At gantry 90 the room's x (patient left) lies along -Yb and its y (up) along +Xb: azimuths grow by 90 degrees.
    """
    return [value * BLOCK_SCALE for x, y in scenario.facts.ocular.field.aperture.block_mm for value in (-y, x)]


def _same(found: object, text: str) -> bool:
    if isinstance(found, float):
        return found == (int(text, 16) if text.startswith("0x") else float(text))
    return (found or "") == text


def _close(found: object, wanted: object) -> bool:
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        return len(found) == len(wanted) and all(_close(one, other) for one, other in zip(found, wanted, strict=True))
    if isinstance(wanted, float) and isinstance(found, float):
        return abs(found - wanted) < 1e-5
    return found == wanted


RECORD_POINTS: dict[str, Judge] = {
    "first=copy;last=copy_last_cp": _both,
    "first=copy;last=absent": _first,
    "first=copy": _first,
    "first=0;last=manual_meterset": _metersets,
    "first=zeros:NumberOfScanSpotPositions;last=absent": _spots,
    "last=absent": _only_in_first,
    "if_qa=constant:VERIFICATION;else=copy:TPS_RTIonPlan": intent,
}
WORDS: dict[str, Judge] = {
    "by_iod": by_iod,
    "compute": compute,
    "config": config,
    "constant": constant,
    "container": container,
    "copy": copy,
    "count": count,
    "empty": empty,
    "enum": enum,
    "equal": equal,
    "from": application,
    "generate": generate,
    "invariant": invariant,
    "items": items,
    "manual": manual,
    "map": sex,
    "now": now,
    "reference": reference,
    "session": session,
    "zeros": zeros,
}
