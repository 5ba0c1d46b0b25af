"""Every format gives the same figures, of the section asked for, in the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace

from cxtool.errors import UsageError
from cxtool.render import FORMATS, RenderOptions, format_of_suffix, known_format, render
from tests.helpers_report import by_channel, log, sample, summary

DATA_SECTIONS = ("summary", "by_channel", "log", "agents", "metrics", "empty")


def text(fmt: str, **options: Any) -> str:
    written = render(sample(), fmt=fmt, options=RenderOptions(**options))
    assert isinstance(written, str)
    return written


def parquet(section: str) -> pl.DataFrame:
    written = render(sample(), fmt="parquet", options=RenderOptions(section=section))
    assert isinstance(written, bytes)
    return pl.read_parquet(io.BytesIO(written))


def json_rows(section: str) -> list[dict[str, Any]]:
    (found,) = json.loads(text("json", section=section))["sections"]
    rows: list[dict[str, Any]] = found["rows"]
    return rows


@pytest.mark.parametrize("section", DATA_SECTIONS)
def test_data_formats_give_the_same_figures(section: str) -> None:
    rows = json_rows(section)
    assert [json.loads(line) for line in text("ndjson", section=section).splitlines()] == rows
    typed = parquet(section)
    assert json.loads(typed.write_json()) == rows
    cells = list(csv.DictReader(io.StringIO(text("csv", section=section, raw=True))))
    assert len(cells) == len(rows)
    for cell, row in zip(cells, rows, strict=True):
        for key, value in row.items():
            assert cell[key] == csv_cell(value), key


@pytest.mark.parametrize("rows_n", [0, 1, 3])
@pytest.mark.parametrize("fmt", ["csv", "ndjson", "parquet"])
def test_rows_that_come_in_pieces_are_the_same_rows(fmt: str, rows_n: int) -> None:
    """L: a large log and a small one are written alike."""
    section = log()
    whole = replace(section, rows=section.rows.head(rows_n))
    pieces = replace(
        section, rows=section.rows.clear(), pieces=iter(list(whole.rows.iter_slices(1)))
    )
    options = RenderOptions(section="log")
    written = render(sample(pieces), fmt=fmt, options=options)
    assert written == render(sample(whole), fmt=fmt, options=options)


def test_a_change_of_a_section_is_made_to_rows_to_come() -> None:
    """L: --columns holds for all pieces."""
    section = log()
    pieces = replace(section, rows=section.rows.head(1), pieces=section.rows[1:].iter_slices(2))
    keys = ["contact", "case_id"]
    assert pl.concat(pieces.selected(keys).parts()).equals(section.rows.select(keys))


def test_pieces_are_not_for_formats_that_need_all_rows() -> None:
    section = log()
    with pytest.raises(ValueError, match="rows in pieces are not for json"):
        render(sample(replace(section, pieces=iter([section.rows]))), fmt="json")


def csv_cell(value: Any) -> str:
    """What the CSV rules make of a JSON value, said a second time and independently."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        told = [str(item) for item in value]
        if None in value or any(";" in item or item.startswith("[") for item in told):
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return ";".join(told)
    return str(value)


@pytest.mark.parametrize("fmt", FORMATS)
def test_same_report_same_bytes(fmt: str) -> None:
    assert render(sample(), fmt=fmt) == render(sample(), fmt=fmt)


def test_one_table_formats_give_the_main_section_unless_told() -> None:
    report = sample(summary(), by_channel(), main="by_channel")
    main = render(report, fmt="csv")
    assert main == render(report, fmt="csv", options=RenderOptions(section="by_channel"))
    assert main != render(report, fmt="csv", options=RenderOptions(section="summary"))


@pytest.mark.parametrize("fmt", FORMATS)
def test_unknown_section_is_a_usage_problem_with_a_guess(fmt: str) -> None:
    with pytest.raises(UsageError, match="did you mean 'by_channel'"):
        render(sample(), fmt=fmt, options=RenderOptions(section="by_chanel"))


def test_unknown_format_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="unknown format 'markdwon'; did you mean 'markdown'"):
        known_format("markdwon")


def test_each_suffix_means_one_format() -> None:
    suffixes = [suffix for form in FORMATS.values() for suffix in form.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert format_of_suffix(".CSV") == "csv"


def test_formats_are_imported_only_when_used() -> None:
    code = "import sys, cxtool.render; print({'rich', 'polars', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_only_the_table_imports_rich() -> None:
    code = (
        "import sys; from importlib import import_module; from cxtool.render import FORMATS\n"
        "[import_module(f.module) for name, f in FORMATS.items() if name != 'table']\n"
        "print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_json_document_follows_the_contract() -> None:
    document = json.loads(text("json"))
    assert list(document) == [
        *("schema", "report", "title", "period", "previous", "time_zone", "as_of", "source"),
        *("sections", "notes"),
    ]
    assert document["schema"] == "cxtool.report/1"
    assert document["period"] == {
        "start": "2026-05-01",
        "end": "2026-05-08",
        "label": "last 7 days",
    }
    assert document["source"] == {
        "files": ["export/interactions.csv"],
        "profile": None,
        "rows_read": 1234,
        "rows_set_aside": 5,
    }
    assert [list(section) for section in document["sections"]] == [
        ["id", "title", "columns", "rows", "notes"]
    ] * len(DATA_SECTIONS)
    sla = document["sections"][0]["columns"][2]
    assert sla == {"key": "sla_pct", "label": "SLA", "unit": "pct", "better": "higher"}


def test_json_says_nothing_was_compared() -> None:
    written = render(replace(sample(), previous=None, notes=()), fmt="json")
    document = json.loads(written)
    assert document["previous"] is None
    assert document["notes"] == []


def test_json_has_null_for_unknown_and_never_nan() -> None:
    written = text("json")
    document = json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    rows = {section["id"]: section["rows"] for section in document["sections"]}
    assert [row["score"] for row in rows["log"]] == [-1.5, 0.0, None, None, 1234.5, None, 3.0, 4.0]
    assert rows["by_channel"][4]["sla_pct"] is None
    assert rows["empty"] == []


def test_json_times_are_iso_in_the_reports_zone_and_letters_are_unescaped() -> None:
    written = text("json")
    assert '"started_at":"2026-05-02T03:30:00+07:00"' in written
    assert "สวัสดีครับ 客戶服務" in written
    assert written.endswith("}\n")


def test_json_rows_survive_line_separators_inside_cells() -> None:
    section = log()
    rows = section.rows.with_columns(contact=pl.lit("a\u2028b\u0085c\x0bd"))
    document = json.loads(render(sample(replace(section, rows=rows)), fmt="json"))
    assert {row["contact"] for row in document["sections"][0]["rows"]} == {"a\u2028b\u0085c\x0bd"}


def test_parquet_is_typed_and_says_what_it_is() -> None:
    rows = parquet("log")
    assert rows.schema["started_at"] == pl.Datetime("us", "Asia/Bangkok")
    assert rows.schema["day"] == pl.Date
    assert rows.schema["tags"] == pl.List(pl.String)
    written = render(sample(), fmt="parquet", options=RenderOptions(section="log"))
    assert isinstance(written, bytes)
    facts = pl.read_parquet_metadata(io.BytesIO(written))
    assert facts["cxtool.schema"] == "cxtool.report/1"
    assert facts["cxtool.section"] == "log"
    assert json.loads(facts["cxtool.period"])["end"] == "2026-05-08"
    assert json.loads(facts["cxtool.columns"])[0]["key"] == "case_id"
