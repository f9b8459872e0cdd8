"""The UIDs of one ocular export; its objects refer to each other by them."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.dicom.uids import UidSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportUids:
    """The UIDs of one export, made before its objects.

    Parameters
    ----------
    images : one for each setup image of the plan, in its order.
    """

    study: str
    frame_of_reference: str
    plan_series: str
    plan: str
    image_series: str
    images: tuple[str, ...] = ()

    @classmethod
    def new(cls, source: UidSource, *, images: int) -> ExportUids:
        """Fresh UIDs for a plan with this many setup images."""
        return cls(
            study=source.new(),
            frame_of_reference=source.new(),
            plan_series=source.new(),
            plan=source.new(),
            image_series=source.new(),
            images=tuple(source.new() for _ in range(images)),
        )
