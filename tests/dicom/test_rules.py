"""Rules, conditions and sources: each says itself, and reads a scope as it is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workbench import iods
from workbench.dicom import values
from workbench.dicom.conditions import (
    All,
    Any,
    Condition,
    Equals,
    First,
    Foreign,
    InItems,
    Last,
    Not,
    Place,
    Positive,
    Present,
    Referred,
    Sent,
)
from workbench.dicom.rules import AtEnds, Configured, Constant, Copied, Counted, Entered, Rule, Taken
from workbench.dicom.scope import ABSENT, EMPTY, Scope
from workbench.dicom.spec import Attribute, Each, Ends, One


def make(**attributes: object) -> Dataset:
    """A data set with these attributes."""
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, Sequence(value) if isinstance(value, list) else value)
    return dataset


def test_a_path_walks_values_mappings_sequences_and_data_sets() -> None:
    """One dotted path, whatever it leads through; None and missing parts are absent, a sent empty attribute is empty."""
    plan = make(StudyID="", FractionGroupSequence=[make(NumberOfFractionsPlanned=4)])
    scope = Scope({"plan": plan, "session": SimpleNamespace(room={"name": "EYE1"}, end=None)})

    assert scope["session.room.name"] == "EYE1"
    assert scope["plan.FractionGroupSequence.0.NumberOfFractionsPlanned"] == 4
    assert scope["plan.FractionGroupSequence.1.NumberOfFractionsPlanned"] is ABSENT
    assert (scope["plan.StudyID"], scope["plan.RTPlanLabel"], scope["session.end"]) == (EMPTY, ABSENT, ABSENT)


def test_a_child_sees_its_parents_names_and_hides_them() -> None:
    """Names of an item come before those above."""
    scope = Scope({"beam": "outer", "plan": "P"}).child(beam="inner")

    assert (scope["beam"], scope["plan"], scope.knows("nowhere")) == ("inner", "P", False)


@pytest.mark.parametrize(
    ("rule", "word", "words"),
    [
        (Constant("MU"), "constant:MU", "always MU"),
        (Constant(("A", "")), "constant:A\\", "always A\\"),
        (Copied("plan.PatientName", "RTIonPlan"), "copy:RTIonPlan", "copied from RTIonPlan"),
        (Taken("plan.field.range_mm"), "", "from plan, field, range mm"),
        (Entered("entered.meterset_mu", "meterset"), "manual:meterset", "entered by the user (meterset)"),
        (Configured("identity.model", "RayTreatment"), "constant:RayTreatment", "from the settings"),
        (Counted("plan.field.wedges"), "", "number of wedges"),
        (AtEnds(Constant(0), None, "first=0;last=absent"), "first=0;last=absent", "first item always 0, last item absent"),
    ],
)
def test_a_rule_speaks_for_the_tables_and_for_readers(rule: Rule, word: str, words: str) -> None:
    """The same object gives the table's word and the printed sentence."""
    assert (rule.word(), rule.in_words()) == (word, words)


def test_every_row_can_be_printed() -> None:
    """No row of any object is without words."""
    rows = [row for iod in (*iods.CREATED, *iods.RECEIVED.values()) for _, _, row in iod.walk()]

    assert [row for row in rows if not row.in_words()] == []
    assert [row for row in rows if row.when is not None and not row.when.in_words()] == []
    assert [row for row in rows if isinstance(row, Attribute) and not row.vr()] == []


def test_the_two_ends_have_their_own_rules() -> None:
    """The first of two items reads the first control point, the last one the last."""
    scope = Scope({"first": SimpleNamespace(weight=0), "last": SimpleNamespace(weight=7)})
    rule = AtEnds(Constant("none yet"), Taken("cp.weight"), "")

    assert [rule.produce(inner) for inner in Ends("cp").scopes(scope)] == ["none yet", 7]


def test_one_item_depends_on_what_it_is_about() -> None:
    """A sequence of one item has none when its subject is unknown; without a subject it is always there."""
    scope = Scope({"tolerances": SimpleNamespace(device="X", label=None)})

    assert [len(One(path).scopes(scope)) for path in ("tolerances.device", "tolerances.label", "")] == [1, 0, 1]


def test_a_path_to_a_single_value_cannot_be_counted_through() -> None:
    """A table that asks for each member of a number is wrong."""
    with pytest.raises(TypeError, match="beams is int, not a sequence"):
        Each("beams", "beam").scopes(Scope({"beams": 3}))


WHEELS = [make(RangeModulatorNumber=1, RangeModulatorType="FIXED"), make(RangeModulatorNumber=2, RangeModulatorType="WHL_MODWEIGHTS")]
GATED = Referred(
    "ReferencedRangeModulatorNumber", "^^RangeModulatorSequence", "RangeModulatorNumber", Equals("RangeModulatorType", "WHL_MODWEIGHTS")
)


@pytest.mark.parametrize(
    ("condition", "dataset", "expected"),
    [
        (Equals("BeamType", "STATIC", "DYNAMIC"), make(BeamType="DYNAMIC"), True),
        (Equals("BeamType", "STATIC"), make(), False),
        (Positive("NumberOfWedges"), make(NumberOfWedges=2), True),
        (Positive("NumberOfWedges"), make(NumberOfWedges=0), False),
        (Positive("NumberOfWedges"), make(), False),
        (Present("BeamType"), make(BeamType=""), False),
        (Not(Present("BeamType")), make(BeamType="STATIC"), False),
        (All(Present("BeamType"), Positive("NumberOfWedges")), make(BeamType="STATIC", NumberOfWedges=0), False),
        (Any(Present("BeamType"), Positive("NumberOfWedges")), make(BeamType="STATIC", NumberOfWedges=0), True),
        (InItems("IonControlPointSequence", Present("GantryAngle")), make(IonControlPointSequence=[make(), make(GantryAngle=90)]), True),
        (InItems("IonControlPointSequence", Present("GantryAngle")), make(IonControlPointSequence=[make()]), False),
        (Foreign(), make(PatientName="Müller"), True),
        (Foreign(), make(PatientName="Mueller", IonBeamSequence=[make(BeamName="Größe")]), True),
        (Foreign(), make(PatientName="Mueller"), False),
    ],
)
def test_a_condition_holds_by_what_the_data_set_says(condition: Condition, dataset: Dataset, expected: bool) -> None:
    """Conditions read the data set that holds the row."""
    assert condition.holds(Place(dataset)) is expected


@pytest.mark.parametrize(("number", "expected"), [(1, False), (2, True), (3, False)])
def test_a_condition_may_follow_a_number_to_another_sequence(number: int, expected: bool) -> None:
    """Gating values are due for the wheel that the setting refers to, two levels up."""
    beam = Place(make(RangeModulatorSequence=WHEELS))
    setting = Place(make(ReferencedRangeModulatorNumber=number), Place(make(), beam))

    assert GATED.holds(setting) is expected


def test_first_and_last_are_places_among_siblings() -> None:
    """The only item is both; a row at the top of an object stands in no sequence."""
    only, middle = Place(make(), Place(make()), 0, 1), Place(make(), Place(make()), 1, 3)

    assert [one.holds(only) for one in (First(), Last(), Sent("S"))] == [True, True, True]
    assert [one.holds(middle) for one in (First(), Last())] == [False, False]
    assert not Sent("S").holds(Place(make()))


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_a_decimal_string_is_the_number_it_was_made_from(number: float) -> None:
    """16 characters hold at least nine significant digits of any number."""
    written = values.to_dicom("DS", number)

    assert len(str(written)) <= 16
    assert float(str(written)) == pytest.approx(number, rel=1e-8)
    assert values.same("DS", written, values.to_dicom("DS", number))


@pytest.mark.parametrize(
    ("vr", "value", "text"),
    [
        ("DA", date(2024, 5, 7), "20240507"),
        ("DA", datetime(2024, 5, 7, 23, tzinfo=UTC), "20240507"),
        ("TM", datetime(2024, 5, 7, 4, 5, 6, tzinfo=UTC), "040506"),
        ("TM", datetime(2024, 5, 7, 4, 5, 6, 1500, tzinfo=UTC), "040506.001500"),
        ("DT", datetime(2024, 5, 7, 4, 5, 6, tzinfo=timezone(timedelta(hours=-5))), "20240507040506-0500"),
    ],
)
def test_moments_are_written_as_their_vr_wants(vr: str, value: date, text: str) -> None:
    """PS3.5 6.2: DA, TM and DT from dates and times, the zone in DT only."""
    assert values.to_dicom(vr, value) == text


def test_times_agree_to_their_precision() -> None:
    """Trailing zeros of a fraction are no difference; a zone is."""
    assert values.same("TM", "040506.500", "040506.5")
    assert values.same("TM", "040506.000000", "040506")
    assert not values.same("DT", "20240507040506+0000", "20240507040506-0500")
