"""Both dialects of UPS on one provider: the same workitem, in the words of the class that was negotiated."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.clinic import LOCK, BenchMaker, make_ion_plan, worklist_keys
from tests.network.wire import PULL, PUSH, answer, associated, find, prepare
from workbench.bench import Workbench
from workbench.settings import TMS_AS_STATED

FINAL_PUSH = "1.2.840.10008.5.1.4.34.6.1"
FINAL_WATCH, FINAL_PULL = "1.2.840.10008.5.1.4.34.6.2", "1.2.840.10008.5.1.4.34.6.3"
FINAL_EVENT, FINAL_QUERY = "1.2.840.10008.5.1.4.34.6.4", "1.2.840.10008.5.1.4.34.6.5"
TRIAL_WATCH, TRIAL_EVENT = "1.2.840.10008.5.1.4.34.4.2", "1.2.840.10008.5.1.4.34.4.4"
INSTRUCTION_CLASS = {PULL: "1.2.840.10008.5.1.4.34.1", FINAL_PULL: "1.2.840.10008.5.1.4.34.7"}


def inputs_of(sop_class: str) -> Dataset:
    """A key on the class of an input, where the final text has it."""
    reference, source = Dataset(), Dataset()
    reference.ReferencedSOPClassUID = sop_class
    source.ReferencedSOPSequence = [reference]
    return source


def grouped(source: Dataset) -> Dataset:
    """The same key where the Trial has it: in a series of a study."""
    study = Dataset()
    study.ReferencedSeriesSequence = [source]
    return study


@pytest.mark.parametrize("sop_class", [FINAL_PULL, FINAL_WATCH, FINAL_QUERY])
def test_a_final_class_finds_workitems_in_its_words(provider: Workbench, sop_class: str) -> None:
    """Push of the final text, Input Readiness State READY; the Trial's flag is not there."""
    _, uid = prepare(provider)

    with associated(provider, sop_class) as association:
        keys = worklist_keys(SOPClassUID="", InputReadinessState="READY", InputAvailabilityFlag="")
        (match,), ended = find(association, keys, sop_class)

    assert ended == ("0000", "")
    assert (match.SOPInstanceUID, match.SOPClassUID) == (uid, FINAL_PUSH)
    assert (match.InputReadinessState, match.InputAvailabilityFlag) == ("READY", "")


@pytest.mark.parametrize("sop_class", [PULL, TRIAL_WATCH])
def test_a_trial_class_finds_workitems_in_its_words(provider: Workbench, sop_class: str) -> None:
    """Push of the Trial, Input Availability Flag COMPLETE."""
    prepare(provider)

    with associated(provider, sop_class) as association:
        (match,), _ = find(association, worklist_keys(SOPClassUID="", InputAvailabilityFlag="COMPLETE", InputReadinessState=""), sop_class)

    assert (match.SOPClassUID, match.InputAvailabilityFlag, match.InputReadinessState) == (PUSH, "COMPLETE", "")


@pytest.mark.parametrize("sop_class", [PULL, FINAL_PULL])
def test_the_instructions_class_is_a_key_of_each_dialect(provider: Workbench, sop_class: str) -> None:
    """Found by its own class of the instruction, not by the other dialect's."""
    prepare(provider)
    shaped: Any = grouped if sop_class == PULL else lambda source: source
    own, foreign = (INSTRUCTION_CLASS[sop_class], *(set(INSTRUCTION_CLASS.values()) - {INSTRUCTION_CLASS[sop_class]}))

    with associated(provider, sop_class) as association:
        by_own, _ = find(association, worklist_keys(InputInformationSequence=[shaped(inputs_of(own))]), sop_class)
        by_foreign, _ = find(association, worklist_keys(InputInformationSequence=[shaped(inputs_of(foreign))]), sop_class)

    assert (len(by_own), by_foreign) == (1, [])


def test_what_one_dialect_sets_the_other_reads(provider: Workbench) -> None:
    """Claimed and made INCOMPLETE on the final Pull, found so on the Trial's, and back."""
    _, uid = prepare(provider)
    information, changes = Dataset(), Dataset()
    information.ProcedureStepState, information.TransactionUID = "IN PROGRESS", LOCK
    changes.TransactionUID, changes.InputReadinessState = LOCK, "INCOMPLETE"

    with associated(provider, FINAL_PULL, PULL) as association:
        claimed, _ = association.send_n_action(information, 1, FINAL_PUSH, uid, meta_uid=FINAL_PULL)
        changed, _ = association.send_n_set(changes, FINAL_PUSH, uid, meta_uid=FINAL_PULL)
        (trial,), _ = find(association, worklist_keys(InputAvailabilityFlag=""), PULL)
        back = Dataset()
        back.TransactionUID, back.InputAvailabilityFlag = LOCK, "COMPLETE"
        restored, _ = association.send_n_set(back, PUSH, uid, meta_uid=PULL)
        (final,), _ = find(association, worklist_keys(InputReadinessState=""), FINAL_PULL)

    assert [answer(one) for one in (claimed, changed, restored)] == [("0000", "")] * 3
    assert (trial.ProcedureStepState, trial.InputAvailabilityFlag, final.InputReadinessState) == ("IN PROGRESS", "INCOMPLETE", "READY")


def test_speaking_as_stated_only_the_trials_pull_is_accepted(make_bench: BenchMaker) -> None:
    """Of all UPS classes the statement negotiates one."""
    provider = make_bench(listen=True, identity=TMS_AS_STATED)
    every = (PUSH, TRIAL_WATCH, PULL, TRIAL_EVENT, FINAL_PUSH, FINAL_WATCH, FINAL_PULL, FINAL_EVENT, FINAL_QUERY)

    with associated(provider, *every) as association:
        accepted = [str(one.abstract_syntax) for one in association.accepted_contexts]

    assert accepted == [PULL]


def test_an_action_of_another_class_is_said_so(provider: Workbench) -> None:
    """A change of state belongs to Pull: on Watch it is 0123 with a comment of its own."""
    _, uid = prepare(provider)
    information = Dataset()
    information.ProcedureStepState, information.TransactionUID = "IN PROGRESS", LOCK

    with associated(provider, FINAL_WATCH) as association:
        status, _ = association.send_n_action(information, 1, FINAL_PUSH, uid, meta_uid=FINAL_WATCH)

    assert answer(status) == ("0123", "Action type 1 is not of the negotiated class")


def test_speaking_as_stated_nothing_but_the_statement_is_done(make_bench: BenchMaker) -> None:
    """On the one class there is: change of state and progress; no request cancel, no subscription, no N-GET, no N-CREATE."""
    provider = make_bench(listen=True, identity=TMS_AS_STATED)
    plan = make_ion_plan()
    plan.PatientSetupSequence[0].PatientPosition = "HFS"
    (workitem,) = provider.workitems(provider.check_in(provider.add_plan(plan)))
    uid = workitem.uid

    with associated(provider, PULL) as association:
        actions = {action: association.send_n_action(_state(), action, PUSH, uid, meta_uid=PULL)[0].Status for action in (2, 3, 4, 5)}
        got, _ = association.send_n_get([0x00741000], PUSH, uid, meta_uid=PULL)
        created, _ = association.send_n_create(_state(), PUSH, "2.25.7", meta_uid=PULL)
        claimed, _ = association.send_n_action(_state(), 1, PUSH, uid, meta_uid=PULL)

    assert actions == dict.fromkeys((2, 3, 4, 5), 0x0123)
    assert (got.Status, created.Status) == (0x0211, 0x0211)
    assert (claimed.Status, [one.uid for one in provider.workitems()]) == (0x0000, [uid])


def test_the_trial_creates_nothing(provider: Workbench) -> None:
    """Its Push is never negotiated; an N-CREATE on its Pull is refused: 0211."""
    with associated(provider, PULL) as association:
        created, _ = association.send_n_create(_state(), PUSH, "2.25.7", meta_uid=PULL)

    assert answer(created) == ("0211", "N-CREATE is not of the negotiated class")
    assert provider.workitems() == []


def test_a_workitem_of_check_in_has_a_value_for_every_key_that_a_final_provider_owes(provider: Workbench) -> None:
    """Return keys of type 1 (PS3.4 Table CC.2.5-3): the final text's, although the Trial's statement lists some of them nowhere."""
    prepare(provider)
    keywords = """
        SOPClassUID SOPInstanceUID ScheduledProcedureStepPriority ProcedureStepLabel WorklistLabel ScheduledProcedureStepStartDateTime
        InputReadinessState ProcedureStepState
    """.split()

    with associated(provider, FINAL_QUERY) as association:
        (match,), _ = find(association, worklist_keys(**dict.fromkeys(keywords, "")), FINAL_QUERY)

    assert [keyword for keyword in keywords if not match[keyword].value] == []


def _state() -> Dataset:
    information = Dataset()
    information.ProcedureStepState, information.TransactionUID = "IN PROGRESS", LOCK
    return information
