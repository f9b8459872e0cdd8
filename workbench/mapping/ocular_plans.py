"""From an ocular plan to the objects that are exported: one RT Ion Plan and its setup RT Images.

Nothing is decided here; the rows say what is written, the plan says what is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from workbench.dicom.build import build
from workbench.dicom.scope import Scope
from workbench.dicom.uids import UidSource
from workbench.iods.ocular_ion_plan import OCULAR_ION_PLAN
from workbench.mapping.ocular_images import setup_image
from workbench.mapping.ocular_uids import ExportUids
from workbench.ocular.plan import OcularPlan
from workbench.settings import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """One control point of the exported beam: its number, and the cumulative weight when it is reached."""

    index: int
    weight: int


CONTROL_POINTS: Final = (ControlPoint(index=0, weight=0), ControlPoint(index=1, weight=1))
"""A fixed beam needs two: nothing delivered, everything delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The objects of one export."""

    plan: Dataset
    images: tuple[Dataset, ...]

    def all(self) -> tuple[Dataset, ...]:
        """The plan and its images."""
        return (self.plan, *self.images)


def export(plan: OcularPlan, *, uid_source: UidSource, identity: Identity) -> Exported:
    """A plan and its setup images as data sets, with new UIDs.

    Raises
    ------
    Refused : a value of the plan cannot be written; the message names the row.
    """
    uids = ExportUids.new(uid_source, images=len(plan.setup_images))
    return Exported(
        plan=ion_plan(plan, uids=uids, identity=identity),
        images=tuple(
            setup_image(plan, image, image_uid=uid, uids=uids, identity=identity)
            for image, uid in zip(plan.setup_images, uids.images, strict=True)
        ),
    )


def ion_plan(plan: OcularPlan, *, uids: ExportUids, identity: Identity) -> Dataset:
    """The RT Ion Plan of an ocular plan.

    Raises
    ------
    Refused : a value of the plan cannot be written; the message names the row.
    """
    return build(OCULAR_ION_PLAN, plan_scope(plan, uids=uids, identity=identity))


def plan_scope(plan: OcularPlan, *, uids: ExportUids, identity: Identity) -> Scope:
    """What the rows of the exported RT Ion Plan read; for building it and for checking one."""
    return Scope({"plan": plan, "uids": uids, "identity": identity, "control_points": CONTROL_POINTS})
