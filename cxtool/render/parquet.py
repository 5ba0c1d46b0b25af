"""Parquet: the rows of one section, typed, lists as lists, with what they are as file metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import IO

import polars as pl
from polars.io.plugins import register_io_source

from cxtool.render import RenderOptions, section_of
from cxtool.render.frames import plain
from cxtool.render.json import column_objects, encoded, period_object
from cxtool.report import SCHEMA, Report, Section

# Of Zstandard. The usual 3 takes a sixth more time for files that are half a hundredth smaller.
LEVEL = 1
# How the writer tells what the file did not take, an error of the system.
REFUSED = re.compile(r"underlying IO error: (?:\[Errno \d+\] )?(.+?)(?: \(os error \d+\))?$")


def render(report: Report, options: RenderOptions) -> bytes:
    """Rows of ``options.section`` or the main section.

    The file's metadata holds, as text or JSON under ``cxtool.*``: schema, report, section, columns,
    period, previous, time_zone and as_of.
    """
    file = BytesIO()
    stream(report, options, file)
    return file.getvalue()


def stream(report: Report, options: RenderOptions, file: IO[bytes]) -> None:
    """The same, written as the rows come."""
    section = section_of(report, options)
    facts = {
        "schema": SCHEMA,
        "report": report.report,
        "section": section.id,
        "columns": encoded(column_objects(section)),
        "period": encoded(period_object(report.period)),
        "previous": encoded(report.previous and period_object(report.previous)),
        "time_zone": report.time_zone,
        "as_of": report.as_of.isoformat(),
    }
    try:
        _rows(section, report.time_zone).sink_parquet(
            file,
            compression_level=LEVEL,
            metadata={f"cxtool.{name}": fact for name, fact in facts.items()},
            engine="streaming",
        )
    except pl.exceptions.ComputeError as problem:
        if (refused := REFUSED.search(str(problem))) is None:
            raise
        raise OSError(0, refused[1]) from problem


def _rows(section: Section, time_zone: str) -> pl.LazyFrame:
    """The rows of a section as a query, which takes them as they come."""
    at_hand = plain(section.rows, time_zone)
    if section.pieces is None:
        return at_hand.lazy()

    def source(*_: object) -> Iterator[pl.DataFrame]:
        # Nothing is asked of a query that only writes: all columns, all rows.
        return (plain(rows, time_zone) for rows in section.parts())

    return register_io_source(source, schema=at_hand.schema)
