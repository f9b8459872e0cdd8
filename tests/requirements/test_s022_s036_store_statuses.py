"""TMS statement 4.2.1.11.3: the three statuses that it prints for each of the five classes of C-STORE (tms_services.csv, S022 to S036)."""

from __future__ import annotations

from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.clinic import make_ct, make_record, make_registration, make_rt_image, make_table_position
from tests.network.wire import CT, RECORD, Running, associated, send
from tests.requirements.partner import Clinic

RT_IMAGE, STRUCTURES, REGISTRATION = "1.2.840.10008.5.1.4.1.1.481.1", "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.66.1"
PRINTED_RECORD = "1.2.840.10008.5.1.4.1.1.481.4"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
Maker = Callable[..., Dataset]


def not_understood(clinic: Clinic, running: Running, make: Maker) -> list[str]:
    """How an object of another patient is answered, and one of the session's that lacks its modality."""
    answers = clinic.store(make(running.plan, PatientID="P-404"), make(running.plan, Modality=None))
    return [status for status, _ in answers]


def not_supported(clinic: Clinic, running: Running, make: Maker, sop_class: str) -> str:
    """How an MR image is answered that travels on the context of the class."""
    with associated(clinic.bench, sop_class) as association:
        (context,) = association._accepted_cx.values()
        context.abstract_syntax = UID(MR_IMAGE)
        return send(association, make(running.plan, SOPClassUID=MR_IMAGE))[0]


def accepted(clinic: Clinic, running: Running, make: Maker, sop_class: str) -> str:
    """How a good object is answered; it is found afterwards, under its class."""
    sent = make(running.plan, SOPClassUID=sop_class)
    ((status, _),) = clinic.store(sent)
    (found,) = clinic.find("IMAGE", SOPInstanceUID=sent.SOPInstanceUID, SOPClassUID="")
    assert found.SOPClassUID == sop_class
    return status


def test_s022_ct_that_is_not_understood_is_cxxx(shared_clinic: Clinic, running: Running) -> None:
    """C001 without a session of its patient, C002 where its validation fails."""
    assert not_understood(shared_clinic, running, make_ct) == ["C001", "C002"]


def test_s023_an_unsupported_class_on_the_ct_context_is_0122(shared_clinic: Clinic, running: Running) -> None:
    """SOP class not supported."""
    assert not_supported(shared_clinic, running, make_ct, CT) == "0122"


def test_s024_ct_accepted_is_0000(shared_clinic: Clinic, running: Running) -> None:
    """Success."""
    assert accepted(shared_clinic, running, make_ct, CT) == "0000"


def test_s025_an_rt_image_that_is_not_understood_is_cxxx(shared_clinic: Clinic, running: Running) -> None:
    """C001 without a session of its patient, C002 where its validation fails."""
    assert not_understood(shared_clinic, running, make_rt_image) == ["C001", "C002"]


def test_s026_an_unsupported_class_on_the_rt_image_context_is_0122(shared_clinic: Clinic, running: Running) -> None:
    """SOP class not supported."""
    assert not_supported(shared_clinic, running, make_rt_image, RT_IMAGE) == "0122"


def test_s027_an_rt_image_accepted_is_0000(shared_clinic: Clinic, running: Running) -> None:
    """Success."""
    assert accepted(shared_clinic, running, make_rt_image, RT_IMAGE) == "0000"


def test_s028_a_structure_set_that_is_not_understood_is_cxxx(shared_clinic: Clinic, running: Running) -> None:
    """C001 without a session of its patient, C002 where its validation fails."""
    assert not_understood(shared_clinic, running, make_table_position) == ["C001", "C002"]


def test_s029_an_unsupported_class_on_the_structure_set_context_is_0122(shared_clinic: Clinic, running: Running) -> None:
    """SOP class not supported."""
    assert not_supported(shared_clinic, running, make_table_position, STRUCTURES) == "0122"


def test_s030_a_structure_set_accepted_is_0000(shared_clinic: Clinic, running: Running) -> None:
    """Success."""
    assert accepted(shared_clinic, running, make_table_position, STRUCTURES) == "0000"


def test_s031_a_registration_that_is_not_understood_is_cxxx(shared_clinic: Clinic, running: Running) -> None:
    """C001 without a session of its patient, C002 where its validation fails."""
    assert not_understood(shared_clinic, running, make_registration) == ["C001", "C002"]


def test_s032_an_unsupported_class_on_the_registration_context_is_0122(shared_clinic: Clinic, running: Running) -> None:
    """SOP class not supported."""
    assert not_supported(shared_clinic, running, make_registration, REGISTRATION) == "0122"


def test_s033_a_registration_accepted_is_0000(shared_clinic: Clinic, running: Running) -> None:
    """Success."""
    assert accepted(shared_clinic, running, make_registration, REGISTRATION) == "0000"


def test_s034_a_record_that_is_not_understood_is_cxxx(shared_clinic: Clinic, running: Running) -> None:
    """C001 without a session of its patient, C002 where its validation fails."""
    assert not_understood(shared_clinic, running, make_record) == ["C001", "C002"]


def test_s035_an_unsupported_class_on_the_record_context_is_0122(shared_clinic: Clinic, running: Running) -> None:
    """SOP class not supported, on the class that is printed and on the one that its tables describe."""
    answers = [not_supported(shared_clinic, running, make_record, sop_class) for sop_class in (PRINTED_RECORD, RECORD)]

    assert answers == ["0122", "0122"]


def test_s036_a_record_accepted_is_0000(shared_clinic: Clinic, running: Running) -> None:
    """Success, under the class that is printed and under the one that its tables describe."""
    assert [accepted(shared_clinic, running, make_record, sop_class) for sop_class in (PRINTED_RECORD, RECORD)] == ["0000", "0000"]
