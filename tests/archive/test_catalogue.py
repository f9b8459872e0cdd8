"""The catalogue of studies, series and instances: what it enters, and what a query makes the database read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event

from tests.archive.samples import make_stored
from workbench.archive import schema
from workbench.archive.catalogue import Catalogue, Counts, Level
from workbench.archive.objects import Objects
from workbench.dicom import uids
from workbench.dicom.matching import Test, Values, Wildcard


@pytest.fixture
def connection(tmp_path: Any) -> Iterator[Connection]:
    """A database of three studies with four objects each, in two series."""
    engine = create_engine(f"sqlite:///{tmp_path / 'index.sqlite'}")
    schema.metadata.create_all(engine)
    with engine.connect() as one:
        objects = Objects(one)
        for study in (1, 2, 3):
            for number in range(4):
                series = number % 2
                keys = {"study_uid": f"2.25.{study}", "series_uid": f"2.25.{study}.{series}", "modality": ("CT", "RTPLAN")[series]}
                objects.add(make_stored(f"2.25.{study}.{series}.{number}", patient_id=f"P-{study}", patient_name="Doe^Jane", **keys))
        yield one
    engine.dispose()


def value(vr: str, *texts: str) -> Values:
    """A key of these values."""
    return Values(vr=vr, texts=texts)


def test_a_study_and_a_series_are_entered_once(connection: Connection) -> None:
    """By their first object; those that follow change nothing."""
    catalogue = Catalogue(connection)
    Objects(connection).add(make_stored("2.25.9", study_uid="2.25.1", series_uid="2.25.1.0", patient_id="P-1", study_description="later"))

    studies, series = catalogue.entries(Level.STUDY, {}), catalogue.entries(Level.SERIES, {"study_uid": value("UI", "2.25.1")})

    assert [(one.keys.study_uid, one.keys.patient_id, one.keys.study_description) for one in studies] == [
        ("2.25.1", "P-1", ""), ("2.25.2", "P-2", ""), ("2.25.3", "P-3", ""),
    ]  # fmt: skip
    assert [(one.keys.series_uid, one.keys.patient_id, one.keys.modality) for one in series] == [
        ("2.25.1.0", "P-1", "CT"), ("2.25.1.1", "P-1", "RTPLAN"),
    ]  # fmt: skip


def test_studies_and_series_are_counted(connection: Connection) -> None:
    """Instances, series, modalities and SOP classes of those asked for."""
    catalogue = Catalogue(connection)

    assert catalogue.counts(Level.STUDY, ["2.25.1"]) == {
        "2.25.1": Counts(instances=4, series=2, modalities=("CT", "RTPLAN"), sop_classes=(uids.CT_IMAGE,))
    }
    assert catalogue.counts(Level.SERIES, ["2.25.3.1", "2.25.404"]) == {
        "2.25.3.1": Counts(instances=2, series=1, modalities=("RTPLAN",), sop_classes=(uids.CT_IMAGE,))
    }


@pytest.mark.parametrize(
    ("level", "tests"),
    [
        (Level.STUDY, {"patient_id": value("LO", "P-2")}),
        (Level.STUDY, {"study_uid": value("UI", "2.25.2", "2.25.404")}),
        (Level.STUDY, {"patient_name": Wildcard(vr="PN", pattern="Doe*"), "patient_id": value("LO", "P-2")}),
        (Level.SERIES, {"study_uid": value("UI", "2.25.2"), "modality": value("CS", "CT")}),
        (Level.SERIES, {"patient_id": value("LO", "P-2")}),
        (Level.IMAGE, {"patient_id": value("LO", "P-2")}),
        (Level.IMAGE, {"series_uid": value("UI", "2.25.2.1")}),
    ],
)
def test_a_query_reads_no_rows_but_those_it_needs(connection: Connection, level: Level, tests: dict[str, Test]) -> None:
    """SQLite's own plan (EXPLAIN QUERY PLAN) goes by an index everywhere, counting included: nothing is scanned."""
    asked: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values)))
    catalogue = Catalogue(connection)

    entries = catalogue.entries(level, tests)
    if level is not Level.IMAGE:
        catalogue.counts(level, [one.keys.study_uid if level is Level.STUDY else one.keys.series_uid for one in entries])

    plans = [str(step) for sql, values in list(asked) for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert {one.keys.patient_id for one in entries} == {"P-2"}
    assert [step for step in plans if step.startswith("SCAN")] == []
    assert any(step.startswith("SEARCH") for step in plans)
