"""Who is planned for, when, with what dose: the parts of a plan that are no geometry, as others may have written them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone, tzinfo

from workbench.mapping.item import Item
from workbench.ocular.eye import TreatedEye
from workbench.ocular.plan import INTENTS, Patient, Prescription, Sex


def prescription(plan: Item, beam: Item, eye: TreatedEye, notes: list[str]) -> Prescription:
    """Dose, fractions and target.

    Raises
    ------
    Refused : the number of fractions, or any dose, is missing.
    """
    group, reference = _fraction_group(plan, beam)
    fractions, beam_dose = group.whole("NumberOfFractionsPlanned"), reference.number("BeamDose")
    if fractions is None:
        raise group.refused("NumberOfFractionsPlanned", "found no value, expected the number of fractions")
    targets = [one for one in plan.items("DoseReferenceSequence") if one.text("DoseReferenceType") in {"TARGET", None}]
    site = line(targets[0], "DoseReferenceDescription", 64, notes) if targets else None
    if site is None:
        notes.append(f"the target has no description; {eye.laterality.words} is taken")
    if beam_dose is not None:
        # A decimal string holds about fourteen digits of the fraction's dose; the course's dose has no more.
        dose = float(f"{beam_dose * fractions:.12g}")
    else:
        total = next((found for one in targets if (found := one.number("TargetPrescriptionDose")) is not None), None)
        if total is None:
            raise reference.refused("BeamDose", "found no value, expected the dose of one fraction, or a Target Prescription Dose")
        dose = total
        notes.append(f"the beam has no dose; the prescribed {dose:g} Gy are taken")
    return Prescription(dose_gy_rbe=dose, fractions=fractions, site=site or eye.laterality.words)


def _fraction_group(plan: Item, beam: Item) -> tuple[Item, Item]:
    """The fraction group that treats with the beam, and its item about the beam."""
    number = beam.whole("BeamNumber")
    for group in plan.items("FractionGroupSequence"):
        for reference in group.items("ReferencedBeamSequence"):
            if reference.whole("ReferencedBeamNumber") == number:
                return group, reference
    raise plan.refused("FractionGroupSequence", f"found no item that refers to beam {number}, expected one")


def patient(plan: Item) -> Patient:
    """Who is treated.

    Raises
    ------
    Refused : there is no Patient ID, or a date of birth that is none.
    """
    born, sex = plan.text("PatientBirthDate"), plan.text("PatientSex")
    try:
        birth_date = None if born is None else datetime.strptime(born, "%Y%m%d").date()
    except ValueError as problem:
        raise plan.refused("PatientBirthDate", "found no date, expected year, month and day in eight digits") from problem
    known = {member.value: member for member in Sex}
    return Patient(id=needed(plan, "PatientID"), name=plan.text("PatientName"), birth_date=birth_date, sex=known.get(sex or ""))


def intent(plan: Item, notes: list[str]) -> str:
    """The plan's intent; CURATIVE, with a note, where it is none that we know."""
    found = plan.text("PlanIntent")
    if found in INTENTS:
        return found
    notes.append(f"the intent is {found or 'not in the plan'}; CURATIVE is taken")
    return "CURATIVE"


def created(plan: Item, zone: tzinfo, notes: list[str]) -> datetime:
    """Date and time of the plan, else of its study.

    Parameters
    ----------
    zone : where the data set names none itself.

    Raises
    ------
    Refused : there is no date, or one that is none.
    """
    for day_keyword, time_keyword in (("RTPlanDate", "RTPlanTime"), ("StudyDate", "StudyTime")):
        day, hour = plan.text(day_keyword), plan.text(time_keyword)
        if day is None:
            continue
        if hour is None:
            notes.append(f"{day_keyword} has no time of day; midnight is taken")
        try:
            return datetime.combine(_date(day), _time(hour or "0000"), _offset(plan) or zone)
        except ValueError as problem:
            raise plan.refused(day_keyword, f"found {day} {hour or ''}, expected a date and a time") from problem
    raise plan.refused("RTPlanDate", "found no value, expected the date of the plan")


def _date(text: str) -> date:
    return datetime.strptime(text.replace(".", ""), "%Y%m%d").date()


def _time(text: str) -> time:
    whole, _, fraction = text.replace(":", "").partition(".")
    parts = [int(whole[at : at + 2]) for at in range(0, len(whole), 2)]
    hour, minute, second = (*parts, 0, 0, 0)[:3]
    return time(hour, minute, min(second, 59), int(fraction[:6].ljust(6, "0")) if fraction else 0)


def _offset(plan: Item) -> tzinfo | None:
    """Timezone Offset From UTC (PS3.3 C.12.1), which others may write: ``+0200``."""
    text = plan.text("TimezoneOffsetFromUTC")
    if text is None:
        return None
    if len(text) != 5 or text[0] not in "+-" or not text[1:].isdigit():
        raise plan.refused("TimezoneOffsetFromUTC", f"found {text!r}, expected a sign, hours and minutes")
    away = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    return timezone(away if text[0] == "+" else -away)


def needed(item: Item, keyword: str) -> str:
    """A text that a plan cannot do without.

    Raises
    ------
    Refused : it is absent or empty.
    """
    found = item.text(keyword)
    if found is None:
        raise item.refused(keyword, "found no value, expected one")
    return found


def line(item: Item, keyword: str, longest: int, notes: list[str]) -> str | None:
    """A text as one line that a plan can hold: control characters become spaces, what is too long is cut."""
    found = item.text(keyword)
    if found is None:
        return None
    plain = "".join(letter if letter.isprintable() and letter != "\\" else " " for letter in found)[:longest].strip()
    if plain != found:
        notes.append(f"{keyword} was made one line of at most {longest} characters")
    return plain or None
