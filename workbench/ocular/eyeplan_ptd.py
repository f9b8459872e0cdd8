"""The ``.ptd`` file: parameters of an EYEPLAN plan, one key of four letters and its value.

It is read without knowing what a key means. Keys may be blank, a number list may run straight into the next key, and names
stand beside numbers; what is not asked for is kept and never refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import Refused
from workbench.ocular.eyeplan_lines import NUMBER, Line, read_lines

_HEADER = re.compile(r'"EyePlan"\s*,\s*"([^"]*)"')
_ENTRY = re.compile(r"([A-Z][A-Z0-9]{2}[A-Z0-9%])(?:\s+(.*))?", re.DOTALL)
_LIST = re.compile(rf"{NUMBER}(?:\s*,\s*{NUMBER})*")
_RUN_IN = re.compile(rf"({_LIST.pattern})([A-Z][A-Z0-9]{{2}}[A-Z0-9%](?:\s.*)?)")
"""A number list with the next key right behind its last digit: ``+3.1TRSN +0.0``."""
_FREE_TEXT = frozenset({"PTNM", "PTID", "PDOB", "TUMR", "TNAM", "IUAC", "OPHT", "PLNR", "COMM", "COLL", "APER", "MDWH"})
"""Keys whose value is somebody's words, in which a run-in key cannot be told from the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key with its value, which may be blank, and the line it stands in."""

    key: str
    value: str
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class PtdFile:
    """All keys of a ``.ptd`` file, asked for by name and kind.

    Parameters
    ----------
    version : of EYEPLAN, as the header gives it.
    """

    path: Path
    version: str
    entries: tuple[Entry, ...]

    def find(self, key: str) -> Entry | None:
        """The entry of a key that has a value; None when the key is absent or blank."""
        return next((entry for entry in self.entries if entry.key == key and entry.value), None)

    def text(self, key: str) -> str | None:
        """The words of a key, without quotes around them; None when absent or blank."""
        entry = self.find(key)
        return (entry.value.strip('"').strip() or None) if entry else None

    def number(self, key: str) -> float:
        """The number of a key.

        Raises
        ------
        Refused : the key is absent or blank, or its value no number.
        """
        return self.numbers(key, 1)[0]

    def optional_number(self, key: str) -> float | None:
        """The number of a key; None when absent or blank."""
        return self.number(key) if self.find(key) else None

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """The number list of a key.

        Raises
        ------
        Refused : the key is absent or blank, or its value is no list of ``count`` numbers.
        """
        entry = self._require(key, f"{count} numbers" if count > 1 else "a number")
        parts = [part.strip() for part in entry.value.split(",")]
        if len(parts) != count or not all(re.fullmatch(NUMBER, part) for part in parts):
            raise entry.line.refuse(f"{key} with {count} numbers" if count > 1 else f"{key} with a number")
        return tuple(float(part) for part in parts)

    def word(self, key: str, *expected: str) -> str:
        """The value of a key that must be one of a few words, whatever their case.

        Raises
        ------
        Refused : the key is absent or blank, or its value another.
        """
        entry = self._require(key, " or ".join(expected))
        for word in expected:
            if entry.value.upper() == word.upper():
                return word
        raise entry.line.refuse(f"{key} with {' or '.join(expected)}")

    def _require(self, key: str, expected: str) -> Entry:
        """The entry of a key that must have a value."""
        entry = self.find(key)
        if entry:
            return entry
        blank = next((one for one in self.entries if one.key == key), None)
        if blank:
            raise blank.line.refuse(f"{key} with {expected}")
        raise Refused(f"{self.path}: key {key} is missing, expected it with {expected}", rule="missing-key")


def read_ptd(path: Path) -> PtdFile:
    """The keys of a ``.ptd`` file.

    Raises
    ------
    Refused : the header is another program's, a line begins with no key, or a key comes twice with different values.
    """
    lines = read_lines(path)
    header = _HEADER.fullmatch(lines[0].text)
    if header is None:
        raise lines[0].refuse('the header "EyePlan","version"')
    entries: dict[str, Entry] = {}
    for line in _joined(lines[1:]):
        for entry in _entries(line):
            known = entries.get(entry.key)
            if known and known.value and entry.value and known.value != entry.value:
                raise entry.line.refuse(f"{entry.key} once, it is {known.value!r} in line {known.line.number}")
            if known is None or not known.value:
                entries[entry.key] = entry
    return PtdFile(path=path, version=header[1], entries=tuple(entries.values()))


def _joined(lines: tuple[Line, ...]) -> list[Line]:
    """The lines, blank ones dropped, and those of a quoted text joined to the one that opens the quote."""
    joined: list[Line] = []
    for line in lines:
        if joined and joined[-1].text.count('"') % 2:
            opened = joined[-1]
            joined[-1] = Line(path=opened.path, number=opened.number, text=f"{opened.text} {line.text}".rstrip())
        elif line.text:
            joined.append(line)
    if joined and joined[-1].text.count('"') % 2:
        raise joined[-1].refuse("a closing quote")
    return joined


def _entries(line: Line) -> list[Entry]:
    """The one key of a line, or the several that run into each other."""
    found: list[Entry] = []
    rest = line.text
    while rest:
        match = _ENTRY.fullmatch(rest)
        if match is None:
            raise line.refuse("a key of four letters and its value")
        key, value = match[1], (match[2] or "").strip()
        run_in = None if key in _FREE_TEXT else _RUN_IN.fullmatch(value)
        found.append(Entry(key=key, value=run_in[1] if run_in else value, line=line))
        rest = run_in[2] if run_in else ""
    return found
