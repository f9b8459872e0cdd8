"""Every requirement of the statements has a test of its number, or stands among the exceptions with its reason."""

from __future__ import annotations

from pathlib import Path

from tests.requirements.exceptions import UNSHOWN
from tests.requirements.named import FOLDER, printed_statuses, required, shown


def test_every_named_requirement_exists() -> None:
    """No test and no exception names a requirement or status that no statement has."""
    known = {*required("TMS"), *required("Ocular")}
    statuses = set(printed_statuses())

    assert (len(known), len(statuses)) == (246, 28)
    assert (set(shown()) | set(UNSHOWN)) - known - statuses == set()


def test_every_requirement_of_the_tms_statement_is_shown_or_says_why_not() -> None:
    """R001 to R147: one test at least of its number, or its reason."""
    accounted = set(shown()) | set(UNSHOWN)

    assert [number for number in required("TMS") if number not in accounted] == []


def test_every_printed_status_is_shown() -> None:
    """S022 to S049, without an exception."""
    found = shown()

    assert [number for number in printed_statuses() if number not in found] == []


def test_no_exception_is_shown_after_all() -> None:
    """A requirement with a test is no exception any more."""
    assert set(shown()) & set(UNSHOWN) == set()


def test_a_test_is_found_by_the_numbers_in_its_name(tmp_path: Path) -> None:
    """One number or several, in order, wherever the file's name begins with ``test_``; other functions count for nothing."""
    (tmp_path / "test_r001_a.py").write_text(
        "def test_r001_r002_both() -> None: ...\nasync def test_r002_again() -> None: ...\n"
        "def test_r3_short() -> None: ...\ndef r004_not_a_test() -> None: ...\n",
        encoding="utf-8",
    )

    assert shown(tmp_path) == {
        "R001": ["test_r001_a.py::test_r001_r002_both"],
        "R002": ["test_r001_a.py::test_r001_r002_both", "test_r001_a.py::test_r002_again"],
    }


def test_every_requirement_of_the_ocular_statement_is_shown() -> None:
    """R148 to R246, none left out and none excused."""
    found = shown()

    assert len(required("Ocular")) == 99
    assert [number for number in required("Ocular") if number not in found] == []


def test_no_test_of_a_requirement_is_skipped() -> None:
    """A requirement counts as shown by the name of its test, which therefore has to run."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("test_r*.py")}

    assert [
        name for name, text in texts.items() if any(mark in text for mark in ("mark.skip", "pytest.skip", "xfail", "importorskip"))
    ] == []
