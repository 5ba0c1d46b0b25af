"""Whole JSON documents as records, one to a line, so that they are read like NDJSON.

A document is read into memory once: exports of this kind are answers of an interface, one page or
one conversation each. ``LARGEST_MB`` is the limit; larger exports come as one record to a line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from cxtool.errors import CxtoolError

LARGEST_MB = 512


def to_records(path: Path, name: str, target: Path) -> None:
    """Write the document's records to ``target``: the elements of an array, or the object itself.

    Several documents in one file follow each other. Raises CxtoolError for what is no JSON, holds
    anything but objects, or is too large.
    """
    size_mb = path.stat().st_size / 1e6
    if size_mb > LARGEST_MB:
        raise CxtoolError(
            f"{name}: a JSON document of {size_mb:,.0f} MB is read into memory only up to"
            f" {LARGEST_MB} MB",
            hint="write one record to a line: jq -c '.[]' FILE > FILE.jsonl",
        )
    text = path.read_text(encoding="utf-8-sig")
    with target.open("w", encoding="utf-8") as out:
        for document in _documents(text, name):
            for record in document if isinstance(document, list) else [document]:
                if not isinstance(record, dict):
                    raise CxtoolError(f"{name}: the JSON document holds no objects")
                out.write(json.dumps(record, ensure_ascii=False) + "\n")


def _documents(text: str, name: str) -> list[Any]:
    decoder = json.JSONDecoder(parse_constant=_refuse)
    documents = []
    position = _next(text, 0)
    try:
        while position < len(text):
            document, end = decoder.raw_decode(text, position)
            documents.append(document)
            position = _next(text, end)
    except json.JSONDecodeError as error:
        raise CxtoolError(
            f"{name}: line {error.lineno} is not JSON: {error.msg.removesuffix(' at')}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise CxtoolError(f"{name}: not JSON: {error}") from None
    return documents


def _next(text: str, position: int) -> int:
    """The place of the next document."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
