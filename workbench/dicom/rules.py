"""How the value of a row arises, read in four directions.

Every rule can ``produce`` the value from a scope, say whether a found value ``agrees`` with it, speak ``in_words`` for the
printed statement, and give its ``word`` in the vocabulary of the fact tables. No rule can exist in one direction only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from typing import Literal

from workbench.dicom import values
from workbench.dicom.rule import Rule, Verdict
from workbench.dicom.scope import ABSENT, EMPTY, Missing, Scope

__all__ = [
    "AtEnds", "Configured", "Constant", "Copied", "Counted", "Derived", "Empty", "Entered", "Generated", "Kept", "Matches", "Now",
    "OneOf", "Read", "Rule", "Taken", "Verdict",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constant(Rule):
    """Always the same value.

    Parameters
    ----------
    allowed : terms that the source lists beside it.
    said : the rule's word in the tables where it is not the plain constant.
    """

    value: object
    allowed: tuple[str, ...] = ()
    said: str = ""

    def produce(self, scope: Scope) -> object:
        """The constant."""
        return self.value

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """Known without a scope, so always compared."""
        return Verdict.AGREES if values.same(vr, found, values.to_dicom(vr, self.value)) else Verdict.DIFFERS

    def expected(self, scope: Scope | None) -> str:
        """The constant."""
        return values.shown(self.value)

    def in_words(self) -> str:
        """The rule in words."""
        return f"always {self._text()}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.said or f"constant:{self._text()}"

    def listed(self) -> tuple[str, ...]:
        """The constant, or the terms the source lists beside it."""
        return self.allowed or (self._text(),)

    def _text(self) -> str:
        return "\\".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)


@dataclass(frozen=True, slots=True)
class _AtPath(Rule):
    """A rule whose value stands at a dotted path of the scope."""

    path: str

    def produce(self, scope: Scope) -> object:
        """The value at the path."""
        return scope[self.path]


@dataclass(frozen=True, slots=True)
class Copied(_AtPath):
    """Copied from an object, or from what a domain decided.

    Parameters
    ----------
    path : where in the scope it stands.
    source : the statement's name of the object it comes from.
    allowed : the values the source lists.
    """

    source: str = ""
    allowed: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The rule in words."""
        return f"copied from {self.source or self.path}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return f"copy:{self.source}" if self.source else ""

    def listed(self) -> tuple[str, ...]:
        """The values the source lists."""
        return self.allowed


@dataclass(frozen=True, slots=True)
class Taken(_AtPath):
    """Taken from the plan or session as our own domain knows it.

    Parameters
    ----------
    said : the rule's word in the tables, blank where these are silent.
    allowed : the values the source lists.
    """

    said: str = ""
    allowed: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The rule in words."""
        return f"from {self.path.replace('_', ' ').replace('.', ', ')}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.said

    def listed(self) -> tuple[str, ...]:
        """The values the source lists."""
        return self.allowed


@dataclass(frozen=True, slots=True)
class Counted(Rule):
    """The number of members of a collection of the scope."""

    path: str
    said: str = ""

    def produce(self, scope: Scope) -> object:
        """Their number; 0 where there is no collection."""
        members = scope[self.path]
        return len(members) if isinstance(members, Sized) else 0

    def in_words(self) -> str:
        """The rule in words."""
        return f"number of {self.path.rpartition('.')[2].replace('_', ' ')}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.said


@dataclass(frozen=True, slots=True)
class Generated(_AtPath):
    """A UID made for this object; the scope holds it, so that others can refer to it."""

    def in_words(self) -> str:
        """The rule in words."""
        return "newly generated UID"

    def word(self) -> str:
        """The rule's word in the tables."""
        return "generate:uid"


@dataclass(frozen=True, slots=True)
class Now(Rule):
    """Date or time of making the object; the clock is a root of the scope."""

    part: Literal["date", "time"]
    path: str = "now"

    def produce(self, scope: Scope) -> object:
        """The present."""
        return scope[self.path]

    def in_words(self) -> str:
        """The rule in words."""
        return f"current {self.part}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return f"now:{self.part}"


@dataclass(frozen=True, slots=True)
class Derived(Rule):
    """Computed by a named function of the scope: a decision of the domain, not of the table."""

    function: Callable[[Scope], object]
    words: str
    table_word: str = ""
    allowed: tuple[str, ...] = ()

    def produce(self, scope: Scope) -> object:
        """The function's value."""
        return self.function(scope)

    def in_words(self) -> str:
        """The rule in words."""
        return self.words

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.table_word

    def listed(self) -> tuple[str, ...]:
        """The values the source lists."""
        return self.allowed


@dataclass(frozen=True, slots=True)
class OneOf(Rule):
    """One of the listed values; when built, taken from a path of the scope.

    Parameters
    ----------
    allowed : the values the source lists; every value of a multi-value must be one of them.
    also : what our own identity accepts beyond the list; speaking as stated (scope root ``identity``), it is refused.
    is_open : other values are no error to our own identity, only doubtful: the list names what is acted upon.
    """

    allowed: tuple[str, ...]
    path: str = ""
    also: tuple[str, ...] = ()
    is_open: bool = False

    def produce(self, scope: Scope) -> object:
        """The value at the path.

        Raises
        ------
        ValueError : the domain holds a value that the list does not.
        """
        if not self.path:
            return ABSENT
        found = scope[self.path]
        if not isinstance(found, Missing) and not self._allows("", found, scope):
            raise ValueError(f"{values.shown(found)} is not one of {', '.join(self.allowed)}")
        return found

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """The list is known without a scope; with one the value itself is compared too."""
        if not self._allows(vr, found, scope):
            return Verdict.DOUBTFUL if self.is_open and not _speaks_as_stated(scope) else Verdict.DIFFERS
        return Rule.agrees(self, vr, found, scope) if self.path and scope is not None else Verdict.AGREES

    def expected(self, scope: Scope | None) -> str:
        """The value, where it is known; else the list, with what is accepted beyond it."""
        known = self.known(scope) if self.path else ABSENT
        return _listed(self._accepted(scope)) if isinstance(known, Missing) else values.shown(known)

    def in_words(self) -> str:
        """The rule in words."""
        return _listed(self.allowed)

    def word(self) -> str:
        """The rule's word in the tables."""
        return "enum"

    def listed(self) -> tuple[str, ...]:
        """The list."""
        return self.allowed

    def _accepted(self, scope: Scope | None) -> tuple[str, ...]:
        return self.allowed if _speaks_as_stated(scope) else self.allowed + self.also

    def _allows(self, vr: str, found: object, scope: Scope | None) -> bool:
        accepted = self._accepted(scope)
        plain = values.comparable(vr, found)
        each = plain if isinstance(plain, tuple) else (plain,)
        return all(one is None or any(values.same(vr, one, term) for term in accepted) for one in each)


def _listed(terms: tuple[str, ...]) -> str:
    return ("one of " if len(terms) > 1 else "") + ", ".join(terms)


def _speaks_as_stated(scope: Scope | None) -> bool:
    return scope is not None and scope.knows("identity") and scope["identity.as_stated"] is True


@dataclass(frozen=True, slots=True)
class Entered(_AtPath):
    """Typed in by the user."""

    what: str

    def in_words(self) -> str:
        """The rule in words."""
        return f"entered by the user ({self.what.replace('_', ' ')})"

    def word(self) -> str:
        """The rule's word in the tables."""
        return f"manual:{self.what}"


@dataclass(frozen=True, slots=True)
class Configured(_AtPath):
    """From the settings of the installation.

    Parameters
    ----------
    stated : the fixed value of the statement, which the identity ``as_stated`` of the settings gives.
    """

    stated: str = ""

    def in_words(self) -> str:
        """The rule in words."""
        return "from the settings"

    def word(self) -> str:
        """The rule's word in the tables."""
        return f"constant:{self.stated}" if self.stated else "config"

    def listed(self) -> tuple[str, ...]:
        """The value of the statement, where it fixes one."""
        return (self.stated,) if self.stated else ()


@dataclass(frozen=True, slots=True)
class AtEnds(Rule):
    """One rule in the first of two items, another in the last; the scope's root ``position`` says which item it is.

    Parameters
    ----------
    first, last : None where the attribute is absent in that item.
    said : the rule's word in the tables.
    """

    first: Rule | None
    last: Rule | None
    said: str

    def produce(self, scope: Scope) -> object:
        """The value of the item's own rule."""
        rule = self.first if scope["position"] == "first" else self.last
        return ABSENT if rule is None else rule.produce(scope)

    def in_words(self) -> str:
        """The rule in words."""
        first, last = (rule.in_words() if rule else "absent" for rule in (self.first, self.last))
        return f"first item {first}, last item {last}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.said


@dataclass(frozen=True, slots=True)
class Empty(Rule):
    """Sent without a value."""

    def produce(self, scope: Scope) -> object:
        """No value, but present."""
        return EMPTY

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """Nothing may stand there."""
        return Verdict.AGREES if values.is_empty(found) else Verdict.DIFFERS

    def in_words(self) -> str:
        """The rule in words."""
        return "sent without a value"

    def word(self) -> str:
        """The rule's word in the tables."""
        return "empty"


@dataclass(frozen=True, slots=True)
class Kept(_AtPath):
    """Unchanged from the received object that this one is made from.

    Parameters
    ----------
    path : its attribute under the scope's root ``kept``; the row fills in its own keyword.
    """

    path: str = ""

    def in_words(self) -> str:
        """The rule in words."""
        return "unchanged from the received object"


@dataclass(frozen=True, slots=True)
class Read(Rule):
    """Received and read; any value that the VR allows."""

    said: str = ""

    def produce(self, scope: Scope) -> object:
        """Nothing: a received value is not ours to make."""
        return ABSENT

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """Any value will do."""
        return Verdict.AGREES

    def expected(self, scope: Scope | None) -> str:
        """Any value."""
        return "a value"

    def in_words(self) -> str:
        """The rule in words."""
        return "read"

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.said


@dataclass(frozen=True, slots=True)
class Among(Rule):
    """Received; one of the numbers that the items of a known sequence have, such as the beams of the plan."""

    path: str
    number: str

    def produce(self, scope: Scope) -> object:
        """Nothing: a received value is not ours to make."""
        return ABSENT

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """An error when no item has the number; not compared when the sequence is not known."""
        if scope is None or not scope.knows(self.path):
            return Verdict.NOT_COMPARED
        members = scope[self.path]
        if not isinstance(members, Sequence):
            return Verdict.NOT_COMPARED
        return Verdict.AGREES if any(values.same(vr, found, member.get(self.number)) for member in members) else Verdict.DIFFERS

    def in_words(self) -> str:
        """The rule in words."""
        return f"a number of {self.path}"


@dataclass(frozen=True, slots=True)
class Matches(_AtPath):
    """Received and compared with what the receiver expects; a difference is for a person to judge. Case is no difference, but in names."""

    said: str = ""

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """Doubtful when it differs; not compared when nothing is known to compare with."""
        expected = self.known(scope)
        if isinstance(expected, Missing):
            return Verdict.NOT_COMPARED
        if vr != "PN" and isinstance(found, str) and isinstance(expected, str):
            found, expected = found.casefold(), expected.casefold()
        return Verdict.AGREES if values.same(vr, found, values.to_dicom(vr, expected)) else Verdict.DOUBTFUL

    def in_words(self) -> str:
        """The rule in words."""
        return f"compared with {self.path.replace('_', ' ')}"

    def word(self) -> str:
        """The rule's word in the tables."""
        return self.said
