"""How a row's value arises, in words for a reader who knows DICOM and not our sources."""

from __future__ import annotations

from typing import Final

from pydicom.datadict import dictionary_description, tag_for_keyword

from workbench.dicom import private, spec
from workbench.dicom.rule import Rule
from workbench.dicom.rules import Among, AtEnds, Configured, Constant, Copied, Counted, Entered, Matches, OneOf, Taken
from workbench.dicom.spec import Attribute, Each, Items, One

NAMES: Final = {
    "cp": "control point",
    "created": "time of making",
    "id": "ID",
    "image_uid": "setup image",
    "sop_class_uid": "SOP class UID",
    "uid": "UID",
}
"""Our names of values that want other words."""
UNITS: Final = {"mm": "mm", "cm": "cm", "deg": "degrees", "mu": "MU", "mev": "MeV"}
ROOTS: Final = {
    "beam": "the plan's beam",
    "cp": "the plan's control point",
    "expected_end": "expected end of the session",
    "film": "the film geometry of the view",
    "image": "the image",
    "image_uid": "UID of the image, new for this export",
    "inputs": "the inputs",
    "kept": "the received object",
    "label": "plan label and fraction",
    "name": "name",
    "now": "time of making",
    "plan": "the plan",
    "procedure_code": "the code of the kind of session",
    "record": "the record",
    "request_id": "number of the fraction",
    "retrieve_ae_title": "our AE title",
    "room": "the room",
    "start": "time of the check-in",
    "transaction_uid": "the one that the workitem was claimed with; held, never sent",
    "workitem_code": "the code of the work",
}
"""Roots of scopes that do not speak for themselves."""


def attribute_name(row: Attribute | Items) -> str:
    """The attribute's name as the dictionary of its kind has it."""
    if row.keyword in private.IMPAC_ATTRIBUTES:
        return f"{private.IMPAC_ATTRIBUTES[row.keyword].name} (private)"
    return dictionary_description(spec.tag_of(row.keyword))


def how(row: Attribute | Items) -> str:
    """How the row's value or items arise, and what else is allowed."""
    if isinstance(row, Items):
        if isinstance(row.each, Each):
            return f"one item for each {_part(row.each.name)}"
        return f"one item, when there is a {_place(row.each.path)}" if isinstance(row.each, One) and row.each.path else row.in_words()
    words, listed = _words(row.rule), row.rule.listed()
    if isinstance(row.rule, OneOf) and row.rule.also:
        return f"{words} (accepted too: {', '.join(row.rule.also)})"
    others = [value for value in listed if value not in words]
    if not others:
        return words
    if isinstance(row.rule, Configured):
        return f"{words} (as stated: {', '.join(others)})"
    return f"{words} ({'listed too' if isinstance(row.rule, Constant) else 'one of'}: {', '.join(others)})"


def _words(rule: Rule) -> str:
    if isinstance(rule, Copied | Taken | Matches):
        verb = {Copied: "copied: ", Matches: "compared with "}.get(type(rule), "")
        return f"{verb}{_place(rule.path)}"
    if isinstance(rule, Entered):
        return f"entered by the user: {rule.what.replace('_', ' ')}"
    if isinstance(rule, Counted):
        return f"number of {_part(rule.path.rpartition('.')[2])}"
    if isinstance(rule, Among):
        return f"compared with {_named(rule.number)} in {_place(rule.path)}"
    if isinstance(rule, AtEnds):
        first, last = (_words(one) if one is not None else "absent" for one in (rule.first, rule.last))
        return f"in both items {first}" if first == last else f"first item: {first}; last item: {last}"
    return rule.in_words()


def _place(path: str) -> str:
    """``plan.beamline.snout_id`` as "snout id of the beamline of the plan"."""
    root, *steps = [step for step in path.split(".") if not step.isdigit()]
    if root == "uids":
        return f"UID of the {_part(steps[-1])}, new for this export"
    holder = ROOTS.get(root, f"the {_part(root)}")
    for step in steps[:-1]:
        holder = f"{_named(step)} of {holder}" if tag_for_keyword(step) else f"the {_part(step)} of {holder}"
    return f"{_named(steps[-1])} of {holder}" if steps else holder


def _named(step: str) -> str:
    return dictionary_description(step_tag) if (step_tag := tag_for_keyword(step)) else _part(step)


def _part(name: str) -> str:
    """A name of ours as words, its unit in parentheses."""
    words, _, unit = name.rpartition("_")
    if words and unit in UNITS:
        return f"{words.replace('_', ' ')} ({UNITS[unit]})"
    return NAMES.get(name) or name.replace("_id", "_ID").replace("_", " ")
