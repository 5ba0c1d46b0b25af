"""The canonical dataset: any export as Parquet, one file per table and local day.

``convert`` adds days and replaces those that the export has again. Everything is written aside
first; then each day's file takes its place in one step, so that a reader sees the old day or the
new one, and an interrupted run leaves the old ones. Tables that know no days (contacts, companies)
are one file each, in which newer rows replace those of the same id. ``_manifest.json`` keeps what
every run read and wrote.

Within a file the rows of a company and its people lie together, so that one customer's are few row
groups (``docs/decisions/0009-reading-one-customer.md``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import asdict

from cxtool import __version__
from cxtool.errors import CxtoolError
from cxtool.exports.export import Export
from cxtool.exports.mapped import frame_name
from cxtool.exports.proving import prove
from cxtool.exports.times import local_day
from cxtool.output import write_file
from cxtool.schema import TABLES, Type
from cxtool.stopping import scratch_folder

SCHEMA = "cxtool.dataset/1"
MANIFEST = "_manifest.json"
STAGE = ".incoming-"
DAY = "day"
PART = "part-0.parquet"
# The time whose local day a row belongs to; tables that hang on a case have its day.
DAY_OF = {
    "interactions": "started_at",
    "tickets": "created_at",
    "agent_states": "started_at",
    "notes": "at",
}
THROUGH_CASE = ("behaviors", "transcripts", "context")
OF_CUSTOMERS = ("interactions", "tickets")
GROUP_ROWS = 16_384  # fewer make files larger, more make one customer's rows slower to read


class TableCount(Struct, frozen=True, kw_only=True):
    """What became of one table in a run. ``rows_in`` = set aside + repeated + out."""

    table: str
    rows_in: int
    set_aside: int
    repeated: int
    rows_out: int
    days: int


def convert(export: Export, target: Path) -> tuple[TableCount, ...]:
    """Write the export's tables into the dataset at ``target``; what each table gave.

    Raises CxtoolError where the folder cannot be written or another run is writing to it.
    """
    with _locked(target):
        _remove_stale(target)
        with scratch_folder(target, prefix=STAGE) as stage:
            counts = tuple(_write(export, name, stage, target) for name in export.mapped)
            people = _companies_of_people(stage, target)
            for name in OF_CUSTOMERS:
                _gather(stage / name, people)
            written = [path for name in export.mapped for path in _published(stage, name, target)]
        prove(target, written)
        _record(export, counts, target)
    return counts


def _write(export: Export, name: str, stage: Path, target: Path) -> TableCount:
    found = export.survey(name)
    rows = _canonical(export, name)
    folder = stage / name
    if DAY in rows.collect_schema():
        rows.sink_parquet(
            pl.PartitionBy(folder, key=DAY, include_key=False, approximate_bytes_per_file=None),
            mkdir=True,
        )
    else:
        _upsert(rows, key=str(TABLES[name].key), folder=folder, older=target / name / PART)
    written = sorted(folder.rglob("*.parquet"))
    return TableCount(
        table=name,
        rows_in=found.rows_read,
        set_aside=found.set_aside_n,
        repeated=found.repeated_n,
        rows_out=sum(_height(path) for path in written),
        days=len(written),
    )


def _canonical(export: Export, name: str) -> pl.LazyFrame:
    """The usable rows in the layout that an export has, and their local day."""
    table = TABLES[name]
    rows = export.rows(name)
    given = [field for field in table.fields if field.name in export.given(name)]
    columns = [
        (pl.col(frame_name(table, field.name)) / 1000).alias(field.name)
        if field.type is Type.SECONDS
        else pl.col(field.name)
        for field in given
    ]
    extras = [pl.col(column) for column in export.extras(name) if column != DAY]
    return _with_day(export, name, rows).select(*columns, *extras, *_day_column(name))


def _day_column(name: str) -> list[pl.Expr]:
    return [pl.col(DAY)] if name in DAY_OF or name in THROUGH_CASE else []


def _with_day(export: Export, name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    def day(at: str) -> pl.Expr:
        return local_day(pl.col(at), export.time_zone).cast(pl.Date).cast(pl.String).alias(DAY)

    if name in DAY_OF:
        return rows.with_columns(day(DAY_OF[name]))
    if name in THROUGH_CASE and "interactions" in export.mapped:
        cases = export.rows("interactions").select("case_id", day("started_at"))
        return rows.join(cases, on="case_id", how="left", maintain_order="left")
    if name in THROUGH_CASE:
        return rows.with_columns(pl.lit(None, pl.String).alias(DAY))
    return rows


def _upsert(rows: pl.LazyFrame, *, key: str, folder: Path, older: Path) -> None:
    """The rows, and those of the older file whose key is not among them."""
    folder.mkdir(parents=True)
    if older.is_file():
        kept = pl.scan_parquet(older).join(rows.select(key), on=key, how="anti")
        rows = pl.concat([kept, rows], how="diagonal_relaxed")
    if key == "contact_id" and "company_id" in rows.collect_schema():
        rows = rows.sort("company_id", maintain_order=True)
    rows.sink_parquet(folder / PART, row_group_size=GROUP_ROWS)


def _gather(folder: Path, people: pl.DataFrame) -> None:
    """Put the rows of a company, and of each of its people, together in every file written."""
    for path in sorted(folder.rglob("*.parquet")):
        rows = pl.read_parquet(path, hive_partitioning=False)
        order = (
            rows.with_columns(_named(rows, "company"), _named(rows, "contact"))
            .select("company", "contact")
            .with_row_index("row")
            .join(people, on="contact", how="left")
            .sort(pl.coalesce("company", "through"), "contact", "row")
        )
        rows[order["row"]].write_parquet(path, row_group_size=GROUP_ROWS)


def _named(rows: pl.DataFrame, kind: str) -> pl.Expr:
    """The id of a row's contact or company, else the name, else null."""
    given = [pl.col(name) for name in (f"{kind}_id", kind) if name in rows.columns]
    return pl.coalesce(*given, pl.lit(None, pl.String)).alias(kind)


def _companies_of_people(*folders: Path) -> pl.DataFrame:
    """``contact``, and the company ``through`` which cases that name none are a company's.

    As the first of the folders with contacts tells it.
    """
    known = [path for folder in folders if (path := folder / "contacts" / PART).is_file()]
    if not known:
        return pl.DataFrame(schema={"contact": pl.String, "through": pl.String})
    contacts = pl.scan_parquet(known[0])
    has_company = "company_id" in contacts.collect_schema()
    company = pl.col("company_id") if has_company else pl.lit(None, pl.String)
    return contacts.group_by(contact="contact_id").agg(company.min().alias("through")).collect()


def _published(stage: Path, name: str, target: Path) -> Iterator[Path]:
    """Put every written file of a table in its place, each in one step; the places."""
    for path in sorted((stage / name).rglob("*.parquet")):
        place = target / path.relative_to(stage).parent / PART
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, place)
        yield place


def _height(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _record(export: Export, counts: tuple[TableCount, ...], target: Path) -> None:
    """Add the run to the manifest. Runs are numbered, not dated: the same input, the same file."""
    path = target / MANIFEST
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"] if path.is_file() else []
    run = {
        "run": len(runs) + 1,
        "cxtool": __version__,
        "profile": export.profile,
        "time_zone": export.time_zone,
        "inputs": list(_inputs(export)),
        "tables": [asdict(count) for count in counts],
    }
    manifest = {"schema": SCHEMA, "runs": [*runs, run]}
    write_file(path, (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())


def _inputs(export: Export) -> Iterator[dict[str, object]]:
    seen = set()
    for parts in export.mapped.values():
        for part in parts:
            for name, path in zip(part.raw.files, part.raw.paths, strict=True):
                if name not in seen:
                    seen.add(name)
                    on_disk = path if isinstance(path, Path) else None  # else at an address
                    yield {
                        "file": name,
                        "bytes": on_disk and on_disk.stat().st_size,
                        "sha256": on_disk and _hash(on_disk),
                    }


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """One writer at a time; the lock ends with the process that holds it."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        with (target / ".lock").open("w") as lock:
            _lock(lock.fileno(), target)
            yield
    except OSError as error:
        raise CxtoolError(f"cannot write {target}: {error.strerror or error}") from error


def _lock(descriptor: int, target: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: no advisory locks of this kind
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CxtoolError(f"{target}: another conversion is writing to this dataset") from None


def _remove_stale(target: Path) -> None:
    """Throw away what an interrupted run had written aside."""
    for folder in target.glob(f"{STAGE}*"):
        shutil.rmtree(folder, ignore_errors=True)
