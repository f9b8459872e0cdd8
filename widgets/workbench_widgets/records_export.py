"""Writing what a records dashboard shows to a file, and what names nobody to a folder; both say where they wrote."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pandas as pd
from ipywidgets import Dropdown, Text

from workbench.archive.writing import write_new
from workbench.bench import Workbench
from workbench.errors import Refused
from workbench.records.export import RecordsFormat, rendered
from workbench.workflow.media import kept_key
from workbench_widgets.parts import Part, box, button, html
from workbench_widgets.typed_paths import typed_path

FORMATS: Final = {
    RecordsFormat.CSV: "CSV", RecordsFormat.JSON: "JSON", RecordsFormat.PARQUET: "Parquet", RecordsFormat.EXCEL: "Excel",
}  # fmt: skip
MATCHING, WHOLE = "rows that match", "whole table"
IDENTIFIES: Final = "Tables hold Patient IDs; a file goes into the folder that the notebook runs in, unless its name says another."
NAMELESS: Final = (
    "Plans and records without what identifies anybody. The key keeps pseudonyms the same from export to export; it is made when missing."
)


class ExportPanel(Part):
    """A name, the rows, and a button for each format.

    Parameters
    ----------
    write : called with what was clicked: a format, or None for objects that name nobody.
    can_deidentify : whether there is a workbench whose objects can be exported.
    """

    def __init__(self, write: Callable[[RecordsFormat | None], object], *, can_deidentify: bool) -> None:
        self.file_name = _entry(
            Text(continuous_update=False), "file name", "wb-rec-file", "Without its ending, which follows from the format."
        )
        self.rows = _entry(Dropdown(options=[MATCHING, WHOLE]), "rows", "wb-rec-rows", "What is written.")
        self.buttons: dict[RecordsFormat | None, Any] = {form: button(words, f"wb-export-{form.value}") for form, words in FORMATS.items()}
        self.key = _entry(
            Text(value="deidentification.key", continuous_update=False), "key file", "wb-rec-key", "Keep it apart from the files."
        )
        self.buttons[None] = button("De-identified objects", "wb-export-deidentified")
        self.buttons[None].tooltip = NAMELESS
        for form, one in self.buttons.items():
            one.on_click(lambda _, form=form: write(form))
        tables = box("wb-actions", self.file_name, self.rows, *(self.buttons[form] for form in FORMATS))
        objects = [html(f'<p class="wb-quiet">{NAMELESS}</p>'), box("wb-actions", self.key, self.buttons[None])] if can_deidentify else []
        super().__init__("wb-rec-export", "Export", tables, html(f'<p class="wb-quiet">{IDENTIFIES}</p>'), *objects)

    @property
    def wants_matching(self) -> bool:
        """Whether only the rows that match are wanted."""
        return bool(self.rows.value == MATCHING)


def write_table(frame: pd.DataFrame, form: RecordsFormat, name: str) -> Path:
    """Write a table; its path.

    Raises
    ------
    Refused : no name.
    Unavailable : such a file exists already, or it cannot be written.
    """
    path = _named(name)
    path = path.with_name(f"{path.name.removesuffix(f'.{form.value}')}.{form.value}")
    write_new(path, rendered(frame, form))
    return path


def write_nameless(bench: Workbench, name: str, key: str, *, patient_id: str | None) -> tuple[Path, int]:
    """Write the plans and records, or those of one patient, so that they name nobody; the folder and how many files.

    Raises
    ------
    Refused : no name, or an object that cannot be de-identified.
    Unavailable : key or files cannot be written, or exist already.
    """
    folder, key_path = _named(name), _named(key)
    folder = folder.with_name(f"{folder.name}-deidentified")
    return folder, len(bench.export_deidentified(folder, kept_key(key_path), patient_id=patient_id))


def _named(name: str) -> Path:
    if not name.strip():
        raise Refused("export: found no name, expected one for the file", rule="name")
    if name.strip().endswith(("/", os.sep)):
        raise Refused(f"export: found the folder {name.strip()}, expected the name of a file in it", rule="name")
    return typed_path(name).absolute()


def _entry(entry: Any, words: str, hook: str, tooltip: str) -> Any:
    entry.description, entry.tooltip = words, tooltip
    entry.add_class(hook)
    return entry
