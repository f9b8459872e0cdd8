"""Services as data: what the statements print is there, and what the network does is what is printed."""

from __future__ import annotations

from itertools import groupby

from tests.conformance.tables import read
from workbench.conformance import media, services
from workbench.conformance.activities import ACTIVITIES
from workbench.conformance.deviations import FROM_STANDARD, FROM_STATEMENT
from workbench.conformance.statuses import STATUSES, statuses
from workbench.dicom import uids
from workbench.network import contexts
from workbench.network import statuses as network
from workbench.settings import OWN, TMS_AS_STATED

SERVICES = read("tms_services.csv")


def of(kind: str) -> list[dict[str, str]]:
    """The facts of one kind."""
    return [row for row in SERVICES if row["record_type"] == kind]


def test_every_stated_class_is_listed() -> None:
    """The ten classes of the TMS statement are there, each with the sections that list it."""
    ours = {one.uid: one.stated for one in services.SOP_CLASSES}

    assert {row["sop_class_uid"]: ours.get(row["sop_class_uid"]) for row in of("sop_class")} == {
        row["sop_class_uid"]: row["listed_in"] for row in of("sop_class")
    }


def test_every_stated_context_is_negotiated() -> None:
    """Service, class, section and transfer syntaxes of the eleven contexts are ours."""
    ours = {(one.service, one.sop_class.uid): (one.stated, one.transfer_syntaxes) for one in services.CONTEXTS if one.role == "SCP"}

    wrong = [
        row["id"]
        for row in of("presentation_context")
        if ours.get((row["service"], row["sop_class_uid"])) != (row["source_section"], tuple(row["transfer_syntaxes"].split(";")))
    ]

    assert wrong == []


def test_contexts_beyond_the_statement_say_why() -> None:
    """A context that no section of the statement has gives its reason."""
    assert [one for one in services.CONTEXTS if not one.stated and not one.beyond] == []


def test_every_corrected_class_is_negotiated_too() -> None:
    """Where the facts correct a class (481.4 to 481.9) both are accepted (ambiguity 2)."""
    corrected = {row["corrected_uid"] for row in of("presentation_context") if row["corrected_uid"]}

    assert corrected - set(services.classes("C-STORE")) == set()
    assert uids.RT_BEAMS_RECORD in services.classes("C-STORE")


def test_the_provider_negotiates_what_is_printed() -> None:
    """Contexts and PDU size of the network are those of the services."""
    assert set(contexts.provided(OWN)) == set(services.classes())
    assert set(contexts.MOVED) == set(services.classes(role="SCU"))
    assert contexts.MOVE_PDU == services.MAXIMUM_PDU_SCU == 16384


def test_speaking_as_stated_only_the_stated_classes_are_negotiated() -> None:
    """The classes of the statement's contexts and the one that corrects the record; nothing of our own beside them."""
    stated = {row["sop_class_uid"] for row in of("presentation_context")} | {row["corrected_uid"] for row in of("presentation_context")}

    assert set(contexts.provided(TMS_AS_STATED)) == stated - {""}


def test_every_stated_status_is_known() -> None:
    """Each code that the TMS statement prints for a service is among ours, sent or understood."""
    ours = {(service, one.stated) for one in STATUSES for service in one.services if one.stated}

    assert {(row["service"], row["status_code"]) for row in of("status")} - ours == set()


def test_the_codes_of_a_stated_range_lie_in_it() -> None:
    """What answers for Cxxx begins with C; every other stated code is sent as printed."""
    wrong = [one for one in STATUSES if one.stated and one.code != one.stated and not (one.stated == "Cxxx" and one.code[0] == "C")]

    assert wrong == []


def test_the_network_answers_each_rule_as_printed() -> None:
    """The provider's table of statuses has the printed rules, and each has its printed code."""
    ours = {rule: {one.code for one in STATUSES if rule in one.rules} for one in STATUSES for rule in one.rules}

    assert ours == {rule: {f"{status:04X}"} for rule, status in network.STATUS_OF.items()}


def test_codes_without_a_rule_are_those_that_the_network_has() -> None:
    """Success, pending, cancel and the codes of unforeseen errors are the provider's constants."""
    constants = {f"{value:04X}" for name, value in vars(network).items() if name.isupper() and isinstance(value, int)}

    assert {one.code for one in STATUSES if not one.rules} - constants == set()


def test_no_service_has_two_meanings_of_one_code_and_rule() -> None:
    """Within a service a code is listed once."""
    names = {service for one in STATUSES for service in one.services}

    doubled = [
        (service, code)
        for service in names
        for code, group in groupby(sorted(one.code for one in statuses(service)))
        if len(list(group)) > 1
    ]

    assert doubled == []


def test_every_stated_function_is_there() -> None:
    """Service and class of the fifteen functions are ours."""
    ours = {(one.service, one.sop_class.uid) for one in services.FUNCTIONS if one.stated}

    assert {(row["service"], row["sop_class_uid"]) for row in of("function")} == ours


def test_every_stated_activity_is_there() -> None:
    """Prepare, cancel, complete and claim have their section."""
    ours = {one.name: one.stated for one in ACTIVITIES if one.name}

    assert ours == {row["service"]: row["source_section"] for row in of("activity")}


def test_every_association_policy_is_there() -> None:
    """Each property of associations is printed as the statement has it, beside our own."""
    ours = {one.name: (one.stated, one.section) for one in services.POLICIES}

    assert ours == {row["service"]: (row["status_when"], row["source_section"]) for row in of("association")}


def test_the_emulated_identity_is_that_of_the_policies() -> None:
    """Implementation UIDs of the speakers are those printed."""
    printed = {one.name: one for one in services.POLICIES}

    for speaker, column in ((services.Speaker.OWN, "own"), (services.Speaker.TMS, "stated")):
        assert speaker.identity.implementation_class_uid == getattr(printed["implementation_class_uid"], column)
        assert speaker.identity.implementation_version_name == getattr(printed["implementation_version_name"], column)


def test_every_discrepancy_of_the_statement_has_its_reading() -> None:
    """The discrepancies of the TMS statement are the first deviations from it, in their order."""
    words = [
        "MOVE class", "RT Image", "UPS Push", "record class", "SCU role", "UPS functions", "B304", "Unknown workitem", "C303",
        "Statuses of", "Cancellation", "sub-operations",
    ]  # fmt: skip

    assert len(of("discrepancy")) == len(words)
    assert [word for word, one in zip(words, FROM_STATEMENT, strict=False) if word not in one.subject] == []


def test_every_media_service_and_policy_is_there() -> None:
    """The ten facts about media are ours, services with class and transfer syntax."""
    facts = {row["id"]: row for row in read("ocular_services.csv")}
    ours = {one.stated: one for one in media.MEDIA_SERVICES}

    assert set(facts) == {*ours, *(one.stated for one in media.MEDIA_POLICIES)}
    assert {key: (one.direction, one.role, one.sop_class.uid, one.transfer_syntax) for key, one in ours.items()} == {
        key: (facts[key]["direction"], facts[key]["role"], facts[key]["sop_class_uid"], facts[key]["transfer_syntaxes"]) for key in ours
    }


def test_errata_named_by_deviations_exist() -> None:
    """Every erratum that a deviation names is in the table."""
    known = {row["id"] for row in read("errata.csv")}
    named = {
        part for one in (*FROM_STANDARD, *FROM_STATEMENT) for erratum in one.errata.split(";") if erratum for part in erratum.split("-")
    }

    assert named - known == set()
