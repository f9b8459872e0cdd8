"""What every rule can do: produce, compare, speak; and what a comparison can come to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum

from workbench.dicom import values
from workbench.dicom.scope import ABSENT, Missing, Scope


class Verdict(Enum):
    """What a comparison of a found value with its rule came to."""

    AGREES = "agrees"
    """As it should be."""
    DIFFERS = "differs"
    """Not what the rule says: an error."""
    DOUBTFUL = "doubtful"
    """Not what was expected, yet a person may accept it: a warning."""
    NOT_COMPARED = "not compared"
    """Nothing to compare with is known here."""


class Rule(ABC):
    """How one value arises."""

    __slots__ = ()

    @abstractmethod
    def produce(self, scope: Scope) -> object:
        """The value to write; ``ABSENT`` when there is none, ``EMPTY`` for an attribute without value."""

    @abstractmethod
    def in_words(self) -> str:
        """How the value arises, as a reader of the statement wants it."""

    def word(self) -> str:
        """The rule in the vocabulary of the fact tables; blank where these are silent."""
        return ""

    def listed(self) -> tuple[str, ...]:
        """The values that the rule allows; none listed when any is."""
        return ()

    def known(self, scope: Scope | None) -> object:
        """What the rule produces in this scope; ``ABSENT`` too when the scope lacks what the rule reads."""
        if scope is None:
            return ABSENT
        try:
            return self.produce(scope)
        except KeyError:
            return ABSENT

    def agrees(self, vr: str, found: object, scope: Scope | None) -> Verdict:
        """Whether a found value is what the rule would have produced in this scope."""
        if scope is None:
            return Verdict.NOT_COMPARED
        try:
            expected = self.produce(scope)
        except KeyError:
            return Verdict.NOT_COMPARED
        if isinstance(expected, Missing):
            return Verdict.AGREES if values.is_empty(found) else Verdict.DIFFERS
        return Verdict.AGREES if values.same(vr, found, values.to_dicom(vr, expected)) else Verdict.DIFFERS

    def expected(self, scope: Scope | None) -> str:
        """What a finding names as expected."""
        known = self.known(scope)
        return self.in_words() if isinstance(known, Missing) else values.shown(known)
