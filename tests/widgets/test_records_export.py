"""Writing tables and objects that name nobody."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.records.answers.frames import INTERRUPTED, beams
from workbench.errors import Refused, Unavailable
from workbench.records.export import RecordsFormat
from workbench_widgets.records_export import FORMATS, write_table


def read(path: Path) -> pd.DataFrame:
    """A written table again."""
    readers = {".csv": pd.read_csv, ".json": pd.read_json, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}
    return readers[path.suffix](path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_is_written_under_its_name_and_ending(tmp_path: Path, form: RecordsFormat) -> None:
    """Every format has all rows; an ending that was typed is not doubled."""
    frame = beams(*INTERRUPTED)

    path = write_table(frame, form, str(tmp_path / f"deep/beams.{form.value}"))

    assert path == tmp_path / "deep" / f"beams.{form.value}"
    name = "delivered_mu (MU)" if form is RecordsFormat.EXCEL else "delivered_mu"
    assert read(path)[name].tolist() == [12.5, 27.5, 20.0, 40.0]


def test_nothing_is_overwritten_and_a_name_is_needed(tmp_path: Path) -> None:
    """Both are sentences."""
    write_table(beams(), RecordsFormat.CSV, str(tmp_path / "beams"))

    with pytest.raises(Unavailable, match=r"beams\.csv: exists already, expected a name that is free"):
        write_table(beams(), RecordsFormat.CSV, str(tmp_path / "beams"))
    with pytest.raises(Refused, match="export: found no name, expected one for the file"):
        write_table(beams(), RecordsFormat.CSV, "  ")


def test_a_name_that_is_a_folder_or_lies_in_a_file_is_a_sentence(tmp_path: Path) -> None:
    """Nothing is written beside what was meant."""
    write_table(beams(), RecordsFormat.CSV, str(tmp_path / "beams"))

    with pytest.raises(Refused, match=r"export: found the folder .*, expected the name of a file in it"):
        write_table(beams(), RecordsFormat.CSV, f"{tmp_path}/")
    with pytest.raises(Unavailable, match=r"rows\.csv: cannot be written, .*beams\.csv is no folder"):
        write_table(beams(), RecordsFormat.CSV, str(tmp_path / "beams.csv" / "rows"))
