"""Built-in profiles read a sample of their system's export: every row, and the right values.

The expected rows were worked out from the samples by hand and by the systems' own documentation.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import cxtool
from cxtool.config import Settings
from cxtool.exports import canonical
from cxtool.exports.export import Export, open_export
from cxtool.exports.mapped import frame_name
from cxtool.exports.profiles import builtin_names
from cxtool.exports.text import TextOptions
from cxtool.schema import TABLES, Table, Type
from tests.cli_helper import call

SAMPLES = Path(cxtool.__file__).parents[1] / "sample_data" / "vendors"
EXPECTED = Path(__file__).parent / "expected"
VENDORS = sorted(folder.name for folder in SAMPLES.iterdir())
FILES = sorted(path.stem for path in EXPECTED.glob("*.csv"))
# Where times carry no zone, the one in which the expected instants were worked out.
ZONES = {
    "klink": "Asia/Bangkok",
    "dynamics365": "Europe/Copenhagen",
    "generic-tickets": "Europe/Berlin",
}


@pytest.fixture(scope="module")
def sample() -> Iterator[Callable[[str], Export]]:
    """The sample of a vendor with all its tables, opened once."""
    with ExitStack() as stack:

        @cache
        def opened(vendor: str) -> Export:
            export = open_export(
                [vendor],
                settings=Settings(),
                folder=SAMPLES,
                time_zone=ZONES.get(vendor, "UTC"),
                profile=None,
                text=TextOptions(),
                uses=tuple(TABLES),
            )
            return stack.enter_context(export)

        yield opened


def written(value: Any, kind: Type) -> str:
    """A canonical value as the expected rows have it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dt.datetime():
            whole = value.replace(tzinfo=None).isoformat(timespec="milliseconds")
            return whole.removesuffix(".000") + "Z"
        case list():
            return ";".join(value)
    if kind in (Type.SECONDS, Type.INT, Type.FLOAT):
        return f"{value / 1000 if kind is Type.SECONDS else value:.15g}"
    return str(value)


def rows_of(export: Export, name: str) -> pl.DataFrame:
    """The rows of a table as reports see them."""
    table = TABLES[name]
    frames = {name: export.frame(name, None)}
    if name == "interactions":
        rows = canonical.cases(frames, Settings(), time_zone=export.time_zone, people=False)
    else:
        rows = canonical.other(frames, name)
    return rows.to_native().sort(table.key or table.required[:2]).collect()


def test_every_sample_has_a_profile_and_expected_rows() -> None:
    assert {*VENDORS, "pwc"} == {*builtin_names()}
    assert {name.split(".")[0] for name in FILES} == {*VENDORS}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_sample_is_recognised_and_read_whole(
    sample: Callable[[str], Export], vendor: str
) -> None:
    export = sample(vendor)
    assert export.profile == vendor
    assert {name: export.survey(name).set_aside_n for name in export.mapped} == {
        name.split(".")[1]: 0 for name in FILES if name.split(".")[0] == vendor
    }


@pytest.mark.parametrize("name", FILES)
def test_rows_are_as_expected(sample: Callable[[str], Export], name: str) -> None:
    vendor, table_name = name.split(".")
    table = TABLES[table_name]
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        expected = list(csv.DictReader(stream))
    columns = list(expected[0])
    found = [
        {
            column: written(row[frame_name(table, column)], table.field(column).type)
            for column in columns
        }
        for row in rows_of(sample(vendor), table_name).iter_rows(named=True)
    ]
    assert sorted(found, key=_place(table)) == sorted(expected, key=_place(table))


def _place(table: Table) -> Callable[[dict[str, str]], list[str]]:
    keys = [table.key] if table.key else table.required[:2]
    return lambda row: [row[key] for key in keys]


@pytest.mark.parametrize("vendor", sorted({*VENDORS} - {"contact-lens"}))
def test_reports_name_the_profile(vendor: str) -> None:
    named = ("--profile", vendor, "--period", "all")
    result = call("log", vendor, *named, "-f", "json", cwd=SAMPLES)
    assert result.code == 0, result.err
    assert result.report["source"]["profile"] == vendor
    assert result.report["source"]["rows_set_aside"] == 0
