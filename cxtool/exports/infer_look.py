"""What the columns of an unknown file hold: how full they are, examples, how values are written.

A first look goes by a sample; whatever a draft states is then counted over all rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl
from msgspec import Struct

from cxtool.exports import infer_words
from cxtool.exports.layout import ROW
from cxtool.exports.raw import RawTable

SAMPLE_VALUES = 1000
EXAMPLES = 5
SHOWN_LETTERS = 40
MOST = 0.9  # share of the sample that must be written in a way for the column to be of that kind
WAYS = {
    "number": r"^-?\d+(?:[.,]\d+)?$",
    "clock": r"^(?:\d+[:.])?\d{1,3}[:.]\d{2}(?:[.,]\d+)?$",
    "worded": r"(?i)^\d+\s*(?:d|h|m|min|s|ms)(?:\s*\d+\s*(?:h|m|min|s|ms))*$",
    "iso_duration": r"^P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$",
    "dated": r"(?i)^(?:\d{3,4}\D\d{1,2}\D\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{8}(?:\d{6})?"
    r"|\d{1,2}[-/. ]?[a-z]{3,9}[-/., ]*\d{2,4}|[a-z]{3,9} \d{1,2},? \d{4})(?:\D|$)",
    "time_of_day": r"(?i)^\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?\s*(?:am|pm)?$",
}


class Column(Struct, frozen=True, dict=True):
    """A column of the file. ``sample`` holds its first values; empty ones do not count."""

    name: str
    dtype: pl.DataType
    rows_n: int
    filled_n: int
    sample: pl.Series

    @property
    def examples(self) -> list[str]:
        """Its first different values."""
        return [shown(value) for value in self.values[:EXAMPLES]]

    @cached_property
    def values(self) -> list[str]:
        """The different values of the sample, first ones first."""
        return self.sample.unique(maintain_order=True).to_list()

    @cached_property
    def shares(self) -> dict[str, float]:
        """The share of values written in each of ``WAYS``."""
        values = pl.Series(self.values, dtype=pl.String)
        if values.is_empty():
            return dict.fromkeys(WAYS, 0.0)
        return {
            way: int(values.str.contains(form).sum()) / len(values) for way, form in WAYS.items()
        }

    def written_as(self, *ways: str) -> bool:
        """Whether nearly all values of the sample are written in one of these ways."""
        return sum(self.shares[way] for way in ways) >= MOST

    @property
    def seems_unique(self) -> bool:
        """Whether every row of the sample has a value of its own."""
        return self.filled_n == self.rows_n and self.sample.n_unique() == len(self.sample) > 0


class File(Struct, frozen=True):
    """An unknown file and its columns. ``stem`` is its name without folders and suffixes."""

    raw: RawTable
    columns: Mapping[str, Column]
    rows_n: int

    @property
    def name(self) -> str:
        return self.raw.files[0].rpartition("/")[2]

    @property
    def stem(self) -> str:
        return self.name.partition(".")[0]

    def query(self, **wanted: pl.Expr) -> dict[str, Any]:
        """One row of aggregates over all rows of the file."""
        found = self.raw.frame.select(**wanted).collect(engine="streaming")
        return found.row(0, named=True)

    def list_of(self, wanted: pl.Expr) -> list[str]:
        """The values of an expression over all rows of the file."""
        found = self.raw.frame.select(wanted.alias("wanted")).collect(engine="streaming")
        return found["wanted"].to_list()

    def line(self, row: object) -> int:
        """The line of the file on which a record begins."""
        places = self.raw.places(pl.Series(ROW, [row], dtype=self.raw.schema[ROW]))
        return int(places["line"][0])

    def texts(self, names: Sequence[str]) -> pl.Expr:
        """Columns as one text, joined by spaces; empty is null."""
        return pl.concat_str([text(name) for name in names], separator=" ")


def look(raw: RawTable) -> File:
    """The file with a first look at each column that holds plain values."""
    names = [name for name in raw.columns if _is_plain(raw, name)]
    wanted = [pl.len().alias("rows")]
    for number, name in enumerate(names):
        value = text(name).drop_nulls()
        wanted.append(value.len().alias(f"filled {number}"))
        wanted.append(value.head(SAMPLE_VALUES).implode().alias(f"sample {number}"))
    found = raw.frame.select(wanted).collect(engine="streaming")
    rows_n = int(found["rows"][0])
    columns = {
        name: Column(
            name=name,
            dtype=raw.schema[name],
            rows_n=rows_n,
            filled_n=int(found[f"filled {number}"][0]),
            sample=found[f"sample {number}"][0],
        )
        for number, name in enumerate(names)
    }
    return File(raw=raw, columns=columns, rows_n=rows_n)


def _is_plain(raw: RawTable, name: str) -> bool:
    """Whether a column holds plain values under a name that is no pattern of names."""
    kind = raw.schema[name]
    is_pattern = name == "*" or (name.startswith("^") and name.endswith("$"))
    return not (kind.is_nested() or kind == pl.Binary or is_pattern)


def text(name: str) -> pl.Expr:
    """A column as text, trimmed; empty cells and words for nothing are null."""
    value = trimmed(name)
    return pl.when(~value.is_in(infer_words.null_words())).then(value)


def trimmed(name: str) -> pl.Expr:
    """A column as text, trimmed; empty cells are null."""
    stripped = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def shown(value: str) -> str:
    """A value as a comment shows it: one short line.

    >>> shown("two\\nlines")
    'two lines'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line if len(line) <= SHOWN_LETTERS else line[: SHOWN_LETTERS - 1] + "…"
