"""The clinic that the requirements of the TMS statement are shown in: one for each module, its room free at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.network.wire import Running
from tests.requirements.course import Course, treat
from tests.requirements.partner import Clinic, open_clinic
from workbench.settings import TMS_AS_STATED, Settings


@pytest.fixture(scope="module")
def shared_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A listening bench that speaks as the TMS statement does, and a device."""
    with open_clinic(tmp_path_factory.mktemp("clinic"), Settings(identity=TMS_AS_STATED)) as clinic:
        yield clinic


@pytest.fixture
def clinic(shared_clinic: Clinic) -> Iterator[Clinic]:
    """The same, with whatever a test leaves open completed afterwards."""
    yield shared_clinic
    shared_clinic.tidy()


@pytest.fixture(scope="module")
def running(shared_clinic: Clinic) -> Iterator[Running]:
    """One claimed session for all tests of a module that only store: as long as it runs, none of them asks for ``clinic``."""
    yield shared_clinic.claimed()
    shared_clinic.tidy()


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Everything that three sessions of one plan created, as the device fetched it."""
    return treat(tmp_path_factory.mktemp("course"))
