"""Records of JSON as rows: the elements of an array as rows, and what paths reach as columns.

A reference is the name of a column, or else a path from the record. Where an array is exploded, its
element is the record; ``$.a.b`` is a path from the document around it, ``$index`` the element's
place from 1 and ``$file`` the name of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath

import polars as pl
from msgspec import Struct

from cxtool.errors import CxtoolError
from cxtool.exports.layout import ROW, ndjson_lines
from cxtool.exports.paths import (
    Path,
    Step,
    combined,
    parse_path,
    reach,
    reaches_many,
    type_of,
)
from cxtool.exports.profile_form import Combine
from cxtool.exports.raw import RawTable
from cxtool.exports.repair import LINE

ELEMENT = "__element"
INDEX, FILE_NAME = "$index", "$file"
DOCUMENT = "$."


class Wanted(Struct, frozen=True):
    """A reference, and how several values that it reaches become one."""

    text: str
    combine: Combine | None = None

    @property
    def name(self) -> str:
        """The name of its column."""
        return f"{self.text} ({self.combine})" if self.combine else self.text


def opened(raw: RawTable, wanted: Sequence[Wanted], *, explode: str | None) -> pl.LazyFrame:
    """The table with a column for each reference that it can have.

    Raises CxtoolError for a reference that is neither a column nor a path.
    """
    paths = {item: path for item in wanted if (path := _path(raw, item, explode)) is not None}
    if explode is None:
        return _with_paths(raw.frame, paths, raw)
    return _exploded(raw, wanted, paths, parse_path(explode))


def opens(raw: RawTable, wanted: Sequence[Wanted]) -> bool:
    """Whether a reference is a path, not a column."""
    return any(_path(raw, item, None) is not None for item in wanted)


def is_json(raw: RawTable) -> bool:
    """Whether the records are JSON objects."""
    return raw.text is not None and raw.text.format == "ndjson"


def _path(raw: RawTable, item: Wanted, explode: str | None) -> Path | None:
    """The path of a reference, None where it is a column, or of no file of this kind."""
    is_column = explode is None and item.text in raw.columns and item.combine is None
    if not is_json(raw) or is_column or item.text in (INDEX, FILE_NAME):
        return None
    try:
        path = parse_path(item.text.removeprefix(DOCUMENT))
    except ValueError:
        return None
    of_document = explode is None or item.text.startswith(DOCUMENT)
    return path if not of_document or path[0].key in raw.columns else None


def _with_paths(frame: pl.LazyFrame, paths: dict[Wanted, Path], raw: RawTable) -> pl.LazyFrame:
    """The frame with the columns that paths from its text columns reach."""
    if not paths:
        return frame
    roots = {str(path[0].key) for path in paths.values() if len(path) > 1}
    decoded = {root: f"__json {root}" for root in sorted(roots)}
    types = {
        root: _type([path[1:] for path in paths.values() if path[0].key == root and path[1:]], raw)
        for root in roots
    }
    return (
        frame.with_columns(_decoded(root, types[root]).alias(decoded[root]) for root in decoded)
        .with_columns(
            (
                _value(pl.col(decoded[str(path[0].key)]), path[1:], item)
                if len(path) > 1
                else pl.col(str(path[0].key))
            ).alias(item.name)
            for item, path in paths.items()
        )
        .drop(list(decoded.values()))
    )


def _decoded(root: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(root).str.strip_chars()
    nests = text.str.starts_with("{") | text.str.starts_with("[")
    return pl.when(nests).then(text).str.json_decode(dtype)


def _value(value: pl.Expr, path: Path, item: Wanted) -> pl.Expr:
    found = reach(value, path)
    return combined(found, item.combine or "first") if reaches_many(path) else found


def _exploded(
    raw: RawTable, wanted: Sequence[Wanted], paths: dict[Wanted, Path], array: Path
) -> pl.LazyFrame:
    root = str(array[0].key)
    if root not in raw.columns:
        raise CxtoolError(f"{raw.files[0]}: the records have no '{root}' to take rows from")
    around = {item: path for item, path in paths.items() if item.text.startswith(DOCUMENT)}
    inside = {item: path for item, path in paths.items() if item not in around}
    dtype = _type([(*array[1:], Step(), *path) for path in inside.values()], raw)
    elements = reach(_decoded(root, dtype), array[1:]).alias(ELEMENT)
    kept = [name for name in (ROW, LINE) if name in raw.schema]
    rows = (
        _with_paths(_with_lines(raw), around, raw)
        .select(*kept, *({LINE} - {*kept}), *[item.name for item in around], elements)
        .filter(pl.col(ELEMENT).list.len() > 0)
        .with_columns(pl.int_ranges(1, pl.col(ELEMENT).list.len() + 1).alias(INDEX))
        .explode(ELEMENT, INDEX)
        .filter(pl.col(ELEMENT).is_not_null())
    )
    if raw.text is not None and raw.text.is_document:
        rows = rows.with_columns(pl.col(INDEX).alias(LINE))
    values = [_value(pl.col(ELEMENT), path, item).alias(item.name) for item, path in inside.items()]
    return rows.select(
        LINE,
        pl.col(INDEX).cast(pl.String),
        pl.lit(FilePath(raw.files[0]).name).alias(FILE_NAME),
        *[item.name for item in around],
        *values,
    ).with_row_index(ROW)


def _with_lines(raw: RawTable) -> pl.LazyFrame:
    """The records with the line on which each begins."""
    if LINE in raw.schema or raw.text is None:
        return raw.frame
    lines = ndjson_lines(raw.text).lazy().select(ROW, pl.col("line").cast(pl.Int64).alias(LINE))
    return raw.frame.join(lines, on=ROW, how="left", maintain_order="left")


def _type(paths: Sequence[Path], raw: RawTable) -> pl.DataType:
    try:
        return type_of(paths)
    except ValueError as error:
        raise CxtoolError(f"{raw.files[0]}: the profile's paths do not agree: {error}") from None
