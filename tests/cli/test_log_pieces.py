"""A log to a file is written as it is read: the same bytes as where all rows were held (L1-L17)."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.cli_helper import call

ROWS_N = 600


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files of calls that overlap, none in order; contacts that tell some names."""
    folder = tmp_path_factory.mktemp("export")
    number = pl.int_range(ROWS_N)
    rows = pl.select(
        case_id=pl.format("C{}", (number * 7919) % ROWS_N),
        channel=pl.lit("voice"),
        contact_id=pl.format("p{}", number % 5),
        started_at=pl.format(
            "2026-05-{}T{}:30:00+02:00",
            (number % 20 + 10).cast(pl.String),
            (number % 14 + 10).cast(pl.String),
        ),
        handle_s=number / 3,
        first_response_s=(number % 4) * 300,
        tags=pl.lit("a;b"),
        notes=pl.lit("=1+1"),
    )
    (folder / "interactions").mkdir()
    for place, part in enumerate(rows.iter_slices(ROWS_N // 3)):
        part.write_csv(folder / "interactions" / f"{place}.csv")
    (folder / "contacts.csv").write_text(
        "contact_id,name,labels,company_id\np1,Iga,VIP,o1\np2,Bo,,o1\n", encoding="utf-8"
    )
    return folder


@pytest.mark.parametrize(
    "options",
    [
        ("-f", "csv", "--tz", "Europe/Warsaw", "--where", "sla = not_met"),
        ("-f", "ndjson", "-p", "2026-05-12..2026-05-20", "-c", "case_id,company,started_at,sla"),
        ("-f", "csv", "--where", "contact = Iga", "--no-header", "--raw"),
    ],
)
def test_a_file_has_what_standard_output_has(export: Path, options: tuple[str, ...]) -> None:
    """Standard output is made of all rows at once, a file of pieces."""
    at_once = call("log", ".", *options, "-q", cwd=export)
    assert at_once.code == 0
    assert at_once.text.count("\n") > 50
    written = call("log", ".", *options, "-q", "-o", "out.txt", cwd=export)
    assert (written.code, written.out, written.err) == (0, b"", "")
    assert (export / "out.txt").read_bytes() == at_once.out


def test_what_needs_all_rows_gets_them(export: Path) -> None:
    """--sort, --limit and gates judge the whole log, in a file as anywhere."""
    limited = ("--sort", "-handle_s", "--limit", "2", "-c", "case_id,handle_s,contact")
    gated = call("log", ".", *limited, "--fail-over", "handle_s=3m", "-o", "x.pq", cwd=export)
    assert gated.code == 3
    rows = pl.read_parquet(export / "x.pq")
    assert rows.rows() == [("C481", 199.667, "p4"), ("C362", 199.333, "p3")]
