"""Tests of the parameter file and its traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import Refused
from workbench.ocular.eyeplan_ptd import PtdFile, read_ptd


def ptd(folder: Path, *lines: str, header: str = '"EyePlan","3.06c"') -> PtdFile:
    """A parameter file with these lines below its header."""
    path = folder / "case.ptd"
    path.write_bytes("\n".join((header, "", *lines, "")).encode("latin-1"))
    return read_ptd(path)


def test_key_that_runs_in_behind_a_number_is_found(tmp_path: Path) -> None:
    """DIFF and TRSN share a line without a break, as EYEPLAN writes them."""
    file = ptd(tmp_path, "DIFF +5.0, -3.2, +3.1TRSN +0.5")

    assert (file.numbers("DIFF", 3), file.number("TRSN")) == ((5.0, -3.2, 3.1), 0.5)


def test_words_of_a_free_text_are_never_taken_for_a_key(tmp_path: Path) -> None:
    """A tumour's name that begins with digits stays whole."""
    file = ptd(tmp_path, "TUMR 12MELA left")

    assert [(entry.key, entry.value) for entry in file.entries] == [("TUMR", "12MELA left")]


def test_blank_key_is_the_same_as_an_absent_one(tmp_path: Path) -> None:
    """MDWH without value, CONV not there: neither is known."""
    file = ptd(tmp_path, "MDWH ", "SCFL")

    assert (file.text("MDWH"), file.text("SCFL"), file.text("CONV"), file.optional_number("SCFL")) == (None, None, None, None)


def test_latin_1_letters_survive(tmp_path: Path) -> None:
    """A name with letters beyond ASCII is read as written; the next-line letter of Latin-1 ends no line."""
    file = ptd(tmp_path, "TUMR Mélanome\x85 choroïdien", "DOSE 60.0")

    assert (file.text("TUMR"), file.number("DOSE")) == ("Mélanome\x85 choroïdien", 60.0)


def test_key_with_a_percent_sign_is_a_key(tmp_path: Path) -> None:
    """MAC% stands among the others."""
    assert ptd(tmp_path, "MAC% 100").number("MAC%") == 100.0


def test_comment_goes_on_to_its_closing_quote(tmp_path: Path) -> None:
    """A comment of two lines is one text, and the line numbers behind it stay true."""
    file = ptd(tmp_path, 'COMM "first', 'second line"', "DOSE 60.0")

    dose = file.find("DOSE")

    assert file.text("COMM") == "first second line"
    assert dose is not None
    assert dose.line.number == 5


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("RNGE",), "line 3: found 'RNGE', expected RNGE with a number"),
        (("RNGE 2l.7",), "line 3: found 'RNGE 2l.7', expected RNGE with a number"),
        (("RNGE nan",), "line 3: found 'RNGE nan', expected RNGE with a number"),
        (("RNGE 1, 2",), "line 3: found 'RNGE 1, 2', expected RNGE with a number"),
        (("MODN 3",), "key RNGE is missing, expected it with a number"),
        (("RNGE 1", "RNGE 2"), "line 4: found 'RNGE 2', expected RNGE once, it is '1' in line 3"),
        (("range 1",), "line 3: found 'range 1', expected a key of four letters and its value"),
        (('COMM "open',), "line 3: found 'COMM \"open', expected a closing quote"),
    ],
)
def test_bad_line_is_named(tmp_path: Path, lines: tuple[str, ...], sentence: str) -> None:
    """File, line, what was found and what was expected."""
    with pytest.raises(Refused) as refusal:
        ptd(tmp_path, *lines).number("RNGE")

    assert str(refusal.value) == f"{tmp_path / 'case.ptd'}: {sentence}"


def test_file_of_another_program_is_refused(tmp_path: Path) -> None:
    """The header must be EYEPLAN's."""
    with pytest.raises(Refused) as refusal:
        ptd(tmp_path, "RNGE 1", header='"Other","1.0"')

    assert str(refusal.value) == f'{tmp_path / "case.ptd"}: line 1: found \'"Other","1.0"\', expected the header "EyePlan","version"'


def test_binary_file_is_refused(tmp_path: Path) -> None:
    """A zero byte is in no text."""
    path = tmp_path / "case.ptd"
    path.write_bytes(b'"EyePlan","3.06c"\n\0\0')

    with pytest.raises(Refused) as refusal:
        read_ptd(path)

    assert str(refusal.value) == f"{path}: found a zero byte at 18, expected text"
