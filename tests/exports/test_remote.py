"""Exports at an address: read through Polars from storage that speaks S3, as from a folder.

What must not be read is overwritten in storage: a report that used it could not be made.
"""

from __future__ import annotations

import json
import re
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import cxtool
from cxtool.config import load_settings
from cxtool.exports.remote import failure as refusal
from tests.cli_helper import call, failure
from tests.exports.storage import Storage, serving
from tests.exports.test_lazy import DAYS, day_of, spoil

ROOT = Path(cxtool.__file__).parents[1]
DATASET = "s3://centre/dataset"
ONE_DAY = ("-p", "2026-05-21", "--compare", "none", "-f", "json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset in it: days of different columns, and people."""
    folder = tmp_path_factory.mktemp("centre")
    cases = [day_of(day).with_columns(contact_id=pl.lit("K1")) for day in DAYS]
    cases[-1] = cases[-1].with_columns(csat=pl.lit(4.0), site=pl.lit("north"))
    (folder / "export").mkdir()
    pl.concat(cases, how="diagonal").write_parquet(folder / "export" / "interactions.parquet")
    pl.DataFrame({"contact_id": ["K1"], "name": ["Ada"], "labels": [["VIP"]]}).write_parquet(
        folder / "export" / "contacts.parquet"
    )
    assert call("convert", "export", "-o", "dataset", cwd=folder).code == 0
    day = "dataset/interactions/day=2026-05-18/part-0.parquet"
    pl.read_parquet(folder / day).drop("csat", "site").write_parquet(folder / day)
    return folder


@pytest.fixture(scope="module")
def storage(folder: Path) -> Iterator[Storage]:
    with pytest.MonkeyPatch.context() as patch, serving() as storage:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": storage.url,
            "AWS_CONFIG_FILE": str(folder / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
            "NO_PROXY": "127.0.0.1",
            "POLARS_CLOUD_MAX_RETRIES": "0",
        }.items():
            patch.setenv(name, value)
        storage.put("/centre")
        storage.put_folder(folder / "dataset", "/centre/dataset")
        storage.put("/centre/texts/interactions.csv", b"case_id\n1\n")
        yield storage


@pytest.mark.parametrize(
    "command",
    [
        "sla --by agent --by day -p all -f json",
        "sla -p 2026-05-20 --tz Asia/Tokyo -f json",  # a day of two of the dataset's
        "log -p 2026-05-19..2026-05-21 -f csv",
        "check -f json",
    ],
)
def test_a_report_is_that_of_the_folder_to_the_byte(
    command: str, folder: Path, storage: Storage
) -> None:
    name, *options = command.split()
    of_folder = call(name, "dataset", *options, cwd=folder)
    of_storage = call(name, DATASET, *options, cwd=folder)
    assert of_storage.code == of_folder.code == 0, of_storage.err
    assert of_storage.text.replace(DATASET, "dataset") == of_folder.text
    if "json" in command:
        assert all(file.startswith(f"{DATASET}/") for file in of_storage.report["source"]["files"])


def test_only_the_days_asked_for_are_read(folder: Path, storage: Storage, tmp_path: Path) -> None:
    """Of other days the first and the last tell the span of the data; the rest are but looked at.

    A file is looked at once for its columns, and some by Polars once more.
    """
    part = "interactions/day=2026-05-{}/part-0.parquet"
    storage.put_folder(folder / "dataset", "/centre/spoilt")
    spoilt = tmp_path / "part-0.parquet"
    spoilt.write_bytes((folder / "dataset" / part.format(19)).read_bytes())
    spoil(spoilt, lambda group, column: False)
    storage.put(f"/centre/spoilt/{part.format(19)}", spoilt.read_bytes())
    assert failure("sla", "s3://centre/spoilt", "-p", "all", cwd=folder) == (
        1,
        f"s3://centre/spoilt/{part.format(19)}: the Parquet file is damaged",
    )
    storage.asked.clear()
    report = call("sla", "s3://centre/spoilt", *ONE_DAY, cwd=folder)
    assert report.code == 0, report.err
    (summary,) = report.rows("summary")
    assert summary["cases_n"] == 300
    asked = {day: storage.count(f"interactions/day=2026-05-{day}").total() for day in DAYS}
    assert asked[19] <= 2 < asked[18] < asked[21], asked


@pytest.mark.parametrize(
    ("address", "days"),
    [
        (f"{DATASET}/", 4),
        (f"{DATASET}/interactions", 4),
        (f"{DATASET}/interactions/day=2026-05-2*/*.parquet", 2),
        (f"{DATASET}/interactions/day=2026-05-20/part-0.parquet", 1),
        ("file://{folder}/dataset", 4),
    ],
)
def test_ways_to_name_what_lies_in_storage(
    address: str, days: int, folder: Path, storage: Storage
) -> None:
    named = address.replace("{folder}", str(folder))
    result = call("sla", named, "-p", "all", "-f", "json", cwd=folder)
    assert result.code == 0, result.err
    assert result.rows("summary")[0]["cases_n"] == 300 * days


def test_a_dataset_in_storage_is_converted_too(folder: Path, storage: Storage) -> None:
    """Its record names the files, and knows nothing of their sizes."""
    assert call("convert", DATASET, "-o", "copy", cwd=folder).code == 0
    (run,) = json.loads((folder / "copy" / "_manifest.json").read_text())["runs"]
    assert {f"{DATASET}/contacts/part-0.parquet", None} <= {
        entry[key] for entry in run["inputs"] for key in ("file", "bytes", "sha256")
    }
    of_copy, of_dataset = (
        call("log", export, "-p", "all", "-f", "csv", cwd=folder).text
        for export in ("copy", "dataset")
    )
    assert of_copy == of_dataset


@pytest.mark.parametrize(
    ("address", "code", "message"),
    [
        ("s3://nowhere/dataset", 1, "no such bucket"),
        ("s3://centre/nothing", 1, "nothing lies there"),
        ("s3://centre/nothing.parquet", 1, "no such file (NoSuchKey)"),
        (
            "s3://centre/texts",
            1,
            "no Parquet file among 1 (only Parquet is read from an address: copy the files, or"
            " 'cxtool convert' them)",
        ),
    ],
)
def test_what_is_not_there_is_told(
    address: str, code: int, message: str, folder: Path, storage: Storage
) -> None:
    assert failure("sla", address, cwd=folder) == (code, f"{address}: {message}")


def test_commands_that_the_pages_show_run(folder: Path, storage: Storage) -> None:
    """Pages take the dataset at ``s3://centre/dataset`` for granted; Spark has tests of its own."""
    pages = (ROOT / name for name in ("README.md", "docs/scaling.md"))
    lines = [line for page in pages for line in page.read_text("utf-8").splitlines()]
    shown = [shlex.split(line) for line in lines if re.match(r"cxtool .*s3://", line)]
    assert shown
    for _, *arguments in shown:
        assert call(*arguments, cwd=folder).code == 0, arguments


def test_an_address_of_another_kind_is_a_mistake(tmp_path: Path) -> None:
    code, message = failure("sla", "ftp://centre/dataset", cwd=tmp_path)
    assert code == 2
    assert message.startswith("'ftp://centre/dataset': ftp:// is not read (these are: s3, ")


def test_keys_that_are_wrong_are_told(folder: Path, storage: Storage) -> None:
    with storage.guarded():
        code, message = failure("sla", DATASET, cwd=folder)
    assert code == 1
    assert message.startswith(f"{DATASET}: access is denied (InvalidAccessKeyId) (by AWS_ACCESS_")


def test_storage_that_does_not_answer_is_told(
    folder: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
    code, message = failure("sla", "s3://elsewhere/dataset", cwd=folder)
    assert code == 1
    assert message.startswith("s3://elsewhere/dataset: the storage cannot be reached (AWS_")


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (
            "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 1s"
            " - HTTP error: error sending request",
            "no keys for this storage were found",
        ),
        ("Generic MicrosoftAzure error: Account must be specified", "no keys for this storage"),
        ("what nobody foresaw (path: s3://a)\nCaused by", "what nobody foresaw"),
    ],
)
def test_other_refusals_are_one_line(refused: str, message: str) -> None:
    error = refusal(f"object-store error: {refused}", "gs://b/d")
    assert error.message.startswith(f"gs://b/d: {message}")
    assert "\n" not in error.message


def test_the_configured_export_may_be_an_address(tmp_path: Path) -> None:
    file = tmp_path / "cxtool.toml"
    file.write_text(f'export = "{DATASET}"\n')
    loaded = load_settings(config_file=file, options={}, environ={}, cwd=tmp_path / "other")
    assert loaded.settings.export == DATASET
