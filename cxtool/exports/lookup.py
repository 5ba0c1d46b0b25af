"""Who is meant by an id, a name, an e-mail address or a phone number.

Ids are taken exactly, and win. All else is looked for loosely (see ``lookup_forms``) in
``contacts`` and ``companies``, then among those whom only cases and tickets name. Whoever fits is
given back: which of several is meant is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import polars as pl
from msgspec import Struct

from cxtool.exports.export import Export
from cxtool.exports.lookup_forms import fitting, is_number, kind_of, may_fit
from cxtool.exports.lookup_rows import Ids, columns_of, holding, rows_of, texts_of

Kind = Literal["contact", "company"]
KINDS: tuple[Kind, ...] = ("contact", "company")

REGISTERS: dict[Kind, str] = {"contact": "contacts", "company": "companies"}
CASES = "interactions"
NAMING_TABLES = (CASES, "tickets")  # where those are found whom no register lists
TELLING = ("name", "email", "phone", "location", "company_id")
SCHEMA = {
    "kind": pl.String,
    "id": pl.String,
    **dict.fromkeys(TELLING, pl.String),
    "by_name": pl.Boolean,
}


class Customer(Struct, frozen=True):
    """The one who is meant. ``by_name``: cases know no id, and the name stands for it."""

    kind: Kind
    id: str
    by_name: bool = False


def matches(export: Export, asked: str, *, kind: Kind | None = None) -> pl.DataFrame:
    """Those whom ``asked`` fits, one row (``SCHEMA``) each, in order of kind and id.

    ``kind`` looks for such customers alone.
    """
    looks = (_by_id_in_registers, _loosely_in_registers, _by_id_in_rows, _loosely_in_rows)
    found = pl.DataFrame(schema=SCHEMA)
    for look in looks:
        parts = [part for one in kinds_of(kind) for part in look(export, one, asked.strip())]
        found = pl.concat([found, *parts], how="diagonal_relaxed")
        if not found.is_empty():
            break
    # Of one id the row with a name says more than the row without.
    told = found.sort("kind", "id", "name", nulls_last=True).unique(
        ["kind", "id"], keep="first", maintain_order=True
    )
    return told.with_columns(pl.col("by_name").fill_null(False))


def kinds_of(kind: Kind | None) -> tuple[Kind, ...]:
    """The kinds to look for: this one, or all."""
    return (kind,) if kind else KINDS


def register(export: Export, kind: Kind, only: Ids | None = None) -> pl.LazyFrame | None:
    """Everybody of a kind as the export lists them, or only those who hold one of these values."""
    table, key = REGISTERS[kind], f"{kind}_id"
    if table not in export.mapped:
        return None
    parts = export.mapped[table] if only is None else holding(export, table, only)
    columns = [name for name in TELLING if name != key]
    rows = rows_of(parts, [key, *columns], export.time_zone)
    return rows.select(pl.lit(kind).alias("kind"), pl.col(key).alias("id"), *columns).filter(
        pl.col("id").is_not_null()
    )


def named(export: Export, kind: Kind, table: str) -> pl.DataFrame:
    """Everybody of a kind whom the rows of a table name; ``by_name`` where no id is given."""
    columns = _named_columns(kind, table)
    rows = export.read(
        table,
        lambda parts: (
            rows_of(parts, columns, export.time_zone).unique().collect(engine="streaming")
        ),
    )
    return _named(rows, kind)


def _named(rows: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    key = f"{kind}_id"
    name = pl.col(kind) if kind in rows.columns else pl.lit(None, pl.String)
    return rows.select(
        pl.lit(kind).alias("kind"),
        pl.coalesce(key, name).alias("id"),
        name.alias("name"),
        pl.col(key).is_null().alias("by_name"),
    ).filter(pl.col("id").is_not_null())


def _by_id_in_registers(export: Export, kind: Kind, asked: str) -> Iterator[pl.DataFrame]:
    rows = register(export, kind, {f"{kind}_id": [asked]})
    if rows is not None:
        yield rows.filter(pl.col("id") == asked).collect()


def _loosely_in_registers(export: Export, kind: Kind, asked: str) -> Iterator[pl.DataFrame]:
    table, sort = REGISTERS[kind], kind_of(asked)
    if table not in export.mapped:
        return
    # Each spelling is compared once, outside of the scan, which would read the column anew for
    # every mention of it.
    spellings = texts_of(export, table, sort, only=lambda text: may_fit(text, asked))
    same = fitting(spellings, asked).to_list()
    rows = register(export, kind, {sort: same}) if same else None
    if rows is not None:
        yield rows.filter(pl.col(sort).is_in(same)).collect()


def _by_id_in_rows(export: Export, kind: Kind, asked: str) -> Iterator[pl.DataFrame]:
    key = f"{kind}_id"
    for table in NAMING_TABLES:
        if table in export.mapped:
            yield _named_in(export, kind, table, {key: [asked]})


def _loosely_in_rows(export: Export, kind: Kind, asked: str) -> Iterator[pl.DataFrame]:
    """By the name in cases, of contacts also by an id that is an address or a number itself."""
    sort = kind_of(asked)
    if kind == "company" and sort != "name":
        return
    for table in NAMING_TABLES:
        columns = _named_columns(kind, table)[1 if sort == "name" else 0 :]
        if table in export.mapped and columns:
            same = {column: _same(export, table, column, asked) for column in columns}
            if any(same.values()):
                yield _named_in(export, kind, table, same)


def _same(export: Export, table: str, column: str, asked: str) -> list[str]:
    """The texts of a column of ids or names that ``asked`` fits."""

    def is_likely(text: pl.Expr) -> pl.Expr:
        likely = may_fit(text, asked)
        return likely & is_number(text) if kind_of(asked) == "phone" else likely

    return fitting(texts_of(export, table, column, only=is_likely), asked).to_list()


def _named_in(export: Export, kind: Kind, table: str, ids: Ids) -> pl.DataFrame:
    """Those of a kind whom the rows of a table with these values name."""
    columns = _named_columns(kind, table)
    return _named(columns_of(export, table, ids, columns).unique(), kind)


def _named_columns(kind: Kind, table: str) -> list[str]:
    """The id of a customer in a table of rows, and the name where it has one."""
    return [f"{kind}_id", *([kind] if table == CASES else [])]
