"""Building: strict about types and values, two passes for conditions, bases left alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench.dicom.build import build
from workbench.dicom.conditions import Equals, Positive, Present
from workbench.dicom.rules import Constant, Copied, Empty, Kept, Rule, Taken
from workbench.dicom.scope import Scope
from workbench.dicom.spec import Attribute, Each, Iod, Items, Module, One, Repeating, Row, Same
from workbench.errors import Refused


def make_iod(*rows: Row) -> Iod:
    """An object of one module with these rows."""
    return Iod("Thing", ("1.2",), (Module("Module", "1", rows),), "tms", "created")


def make_scope(**roots: object) -> Scope:
    """A scope with these roots."""
    return Scope(roots)


@pytest.mark.parametrize(("type_", "expected"), [("2", None), ("3", "absent"), ("", "absent"), ("1C", "absent"), ("2C", "absent")])
def test_an_unknown_value_is_empty_or_absent_by_its_type(type_: str, expected: str | None) -> None:
    """Type 2 without a value is written empty; optional rows, and conditional ones without a stated condition, are left out."""
    iod = make_iod(Attribute("StudyID", type_, Taken("thing.id")))  # type: ignore[arg-type]

    made = build(iod, make_scope(thing=SimpleNamespace(id=None)))

    assert (made["StudyID"].value if "StudyID" in made else "absent") == expected


@pytest.mark.parametrize("rule", [Taken("thing.id"), Empty()])
def test_a_mandatory_row_without_a_value_is_refused(rule: Rule) -> None:
    """Type 1 with nothing to write names its row."""
    with pytest.raises(Refused, match=r"Thing\.RTPlanLabel: type 1, found n"):
        build(make_iod(Attribute("RTPlanLabel", "1", rule)), make_scope(thing=SimpleNamespace(id=None)))


def test_a_conditional_row_whose_condition_holds_is_due() -> None:
    """Type 1C with a condition that holds and no value is refused; where it does not hold, nothing is written."""
    iod = make_iod(Attribute("StudyID", "3", Taken("thing.id")), Attribute("RTPlanLabel", "1C", Taken("thing.label"), Present("StudyID")))

    assert "RTPlanLabel" not in build(iod, make_scope(thing=SimpleNamespace(id=None, label=None)))
    with pytest.raises(Refused, match=r"Thing\.RTPlanLabel: type 1C"):
        build(iod, make_scope(thing=SimpleNamespace(id="7", label=None)))


def test_a_condition_may_look_at_a_row_that_stands_later() -> None:
    """All unconditional rows of all modules are written before any condition is asked."""
    iod = make_iod(Attribute("RTPlanLabel", "1C", Constant("late"), Equals("StudyID", "7")), Attribute("StudyID", "2", Constant("7")))

    assert build(iod, make_scope()).RTPlanLabel == "late"


def test_a_condition_in_an_item_may_look_at_a_conditional_sequence_above() -> None:
    """A row deep in an unconditional sequence sees a sibling of its parent that is itself conditional."""
    deep = Attribute("SnoutID", "1C", Constant("S"), Present("^RangeShifterSequence"))
    iod = make_iod(
        Items(
            "IonBeamSequence",
            "1",
            (
                Items("SnoutSequence", "1", (deep,)),
                Attribute("NumberOfRangeShifters", "1", Constant(1)),
                Items(
                    "RangeShifterSequence", "1C", (Attribute("RangeShifterID", "1", Constant("R")),), when=Positive("NumberOfRangeShifters")
                ),
            ),
        )
    )

    assert build(iod, make_scope()).IonBeamSequence[0].SnoutSequence[0].SnoutID == "S"


@pytest.mark.parametrize(
    ("keyword", "value", "found"),
    [
        ("RTPlanLabel", "seventeen letters", "maximum length"),
        ("RTPlanLabel", "two\\values", "backslash"),
        ("PlanIntent", "curative", "Invalid value"),
        ("BeamMeterset", float("nan"), "no finite number"),
        ("BeamNumber", 1.5, "no integer"),
        ("SnoutPosition", 1e39, "32-bit"),
        ("StudyDate", 20240517.5, "Invalid value|must be|cannot"),
    ],
)
def test_a_value_that_breaks_its_vr_is_refused(keyword: str, value: object, found: str) -> None:
    """Nothing is truncated or rounded into shape: the row is named."""
    with pytest.raises((Refused, TypeError), match=rf"{keyword}: cannot be written .*({found})|{found}"):
        build(make_iod(Attribute(keyword, "1", Taken("thing.value"))), make_scope(thing=SimpleNamespace(value=value)))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1 / 3, "0.33333333333333"), (-1234.5678901234567, "-1234.5678901235"), (1e-7, "1e-07"), (60, "60.0")],
)
def test_decimal_strings_keep_what_sixteen_characters_hold(value: float, text: str) -> None:
    """PS3.5 6.2: a decimal string has at most 16 characters."""
    made = build(make_iod(Attribute("BeamMeterset", "3", Taken("thing.value"))), make_scope(thing=SimpleNamespace(value=value)))

    assert str(made.BeamMeterset) == text
    assert len(text) <= 16


def test_a_kept_row_leaves_the_base_and_a_new_one_replaces() -> None:
    """Kept items stay with all they hold, a constant is written over, and the base itself does not change."""
    base = Dataset()
    base.StudyID, base.RTPlanLabel = "OLD", "Label"
    item = Dataset()
    item.BeamNumber, item.BeamName, item.BeamDescription = 1, "B1", "not listed"
    base.IonBeamSequence = Sequence([item])
    rows = (Attribute("BeamNumber", "1", Kept()), Attribute("BeamName", "1", Constant("NEW")))
    iod = make_iod(
        Attribute("StudyID", "2", Constant("7")), Attribute("RTPlanLabel", "1", Kept()), Items("IonBeamSequence", "1", rows, Same())
    )

    made = build(iod, make_scope(), base=base)

    beam = made.IonBeamSequence[0]
    assert (made.StudyID, made.RTPlanLabel, beam.BeamNumber, beam.BeamName, beam.BeamDescription) == ("7", "Label", 1, "NEW", "not listed")
    assert (base.StudyID, base.IonBeamSequence[0].BeamName) == ("OLD", "B1")


def test_a_row_that_knows_nothing_takes_the_bases_value_away() -> None:
    """A row of ours that has no value removes what the base had: it would say something that is not so."""
    base = Dataset()
    base.RTPlanName = "of the base"

    made = build(make_iod(Attribute("RTPlanName", "3", Taken("thing.name"))), make_scope(thing=SimpleNamespace(name=None)), base=base)

    assert "RTPlanName" not in made


@pytest.mark.parametrize(("type_", "outcome"), [("2", 0), ("3", None), ("1C", None)])
def test_a_sequence_without_items_is_empty_or_absent_by_its_type(type_: str, outcome: int | None) -> None:
    """Type 2 is sent without items, optional ones are left out."""
    iod = make_iod(Items("IonBeamSequence", type_, (), Each("beams", "beam")))  # type: ignore[arg-type]

    made = build(iod, make_scope(beams=()))

    assert (len(made.IonBeamSequence) if "IonBeamSequence" in made else None) == outcome


def test_a_mandatory_sequence_without_items_is_refused() -> None:
    """Type 1 needs an item."""
    with pytest.raises(Refused, match=r"Thing\.IonBeamSequence: type 1, found no items, expected one item for each beam"):
        build(make_iod(Items("IonBeamSequence", "1", (), Each("beams", "beam"))), make_scope(beams=()))


def test_private_rows_reserve_the_creators_block() -> None:
    """An IMPAC row writes creator and value; a second one uses the same block."""
    rows = (Attribute("IMPAC_PlannedDistalTargetDistance", "3", Constant(25.5)), Attribute("IMPAC_NominalSOBPWidth", "3", Constant(12.0)))

    made = build(make_iod(*rows), make_scope())

    assert [(int(element.tag), element.value) for element in made] == [(0x300B0010, "IMPAC"), (0x300B1004, 25.5), (0x300B100E, 12.0)]


def test_curves_take_every_second_group() -> None:
    """The repeating group starts at 5000 and steps by two."""
    rows = (Attribute("CurveLabel", "3", Taken("curve.name")),)
    curves = tuple(SimpleNamespace(name=name) for name in "abc")

    made = build(make_iod(Repeating("Curve", rows, Each("curves", "curve"))), make_scope(curves=curves))

    assert [(element.tag.group, element.value) for element in made] == [(0x5000, "a"), (0x5002, "b"), (0x5004, "c")]


def test_text_beyond_ascii_needs_a_character_set() -> None:
    """Without a row for Specific Character Set such text is refused and the row named."""
    with pytest.raises(Refused, match=r"Thing\.RTPlanLabel: found 'Größe', expected characters of the default repertoire"):
        build(make_iod(Attribute("RTPlanLabel", "1", Constant("Größe"))), make_scope())


def test_a_name_that_the_scope_lacks_is_a_slip_in_the_table() -> None:
    """A rule that reads an unknown root raises KeyError: nobody's object is to blame."""
    with pytest.raises(KeyError, match="no root 'nowhere' in this scope"):
        build(make_iod(Items("IonBeamSequence", "1", (Attribute("BeamName", "1", Copied("nowhere.name")),), One())), make_scope())
