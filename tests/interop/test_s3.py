"""An S3-compatible store as input and output: moto's server, spoken to by s3fs.

Neither comes with the extra ``dev``, since what they need keeps other packages old: ``pip install s3fs "moto[s3]" flask flask-cors``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.records.test_scanning import EXPECTED, contents, rows, told
from workbench.errors import Refused, Unavailable
from workbench.records import scan

pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
moto_server = pytest.importorskip("moto.server", reason="moto is not installed")
dask = pytest.importorskip("dask", reason="the extra dask is not installed")
from workbench.records.scaled import from_files, from_parquet, scaled  # noqa: E402 - of the extra

URL = "s3://records/set"


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Of a server with the six files of a folder in a bucket; it is told by its address, as any store that is not Amazon's."""
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    # What an earlier server of this process had is still there.
    urlopen(f"http://{host}:{port}/moto-api/reset", data=b"").close()
    told = {"key": "K", "secret": "S", "client_kwargs": {"endpoint_url": f"http://{host}:{port}"}}
    system = s3fs.S3FileSystem(**told)
    system.mkdir("records")
    for name, content in contents().items():
        system.pipe_file(f"records/set/{name}", content)
    yield told
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_a_bucket_gives_the_rows_of_a_folder(options: dict[str, Any], tmp_path: Path) -> None:
    """Six objects in, three read and three unreadable; the second time only what changed, known by its entity tag."""
    first = scan(URL, cache=tmp_path, zone=UTC, options=options)
    assert (first.counts, told(first)) == ((6, 3), EXPECTED)
    assert rows(first.beams(), "file") == [(f"{URL}/record.dcm",)]

    s3fs.S3FileSystem(**options).pipe_file("records/set/notes.txt", b"changed")
    again = scan(URL, cache=tmp_path, zone=UTC, options=options)

    assert (again.counts, told(again)) == ((1, 1), EXPECTED)


def test_processes_read_from_a_bucket(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, each with a connection of its own."""
    monkeypatch.setattr("workbench.records.scanning.scanner.FEW", 0)
    monkeypatch.setattr("workbench.records.scanning.scanner.BATCH", 3)

    with scan(URL, zone=UTC, processes=2, options=options) as records:
        assert (records.counts, told(records)) == ((6, 3), EXPECTED)


def test_collections_come_from_a_bucket_and_go_into_one(options: dict[str, Any]) -> None:
    """Over the files, and over Parquet that was written there: the beams of the folder."""
    with dask.config.set(scheduler="synchronous"), scan(URL, zone=UTC, options=options) as records:
        scaled(records).write("s3://records/tables", options=options)
        expected = records.beams()

        for collections in (from_files(URL, zone=UTC, options=options), from_parquet("s3://records/tables", options=options)):
            found = collections.beams().compute()
            assert found[["record_uid", "delivered_mu", "planned_mu"]].equals(expected[["record_uid", "delivered_mu", "planned_mu"]])


def test_a_bucket_that_is_not_there_is_one_sentence(options: dict[str, Any]) -> None:
    """No traceback of a library, wherever it comes from."""
    with pytest.raises((Refused, Unavailable), match="s3://elsewhere/set: "):
        scan("s3://elsewhere/set", zone=UTC, options=options)
