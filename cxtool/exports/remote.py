"""Parquet at an address (``s3://bucket/dataset``): what lies there, and what to say if it fails.

Polars' own reader does all of it, with whatever its environment gives: keys, endpoint and region
are never options of ours.
"""

from __future__ import annotations

import contextlib
import glob
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import polars as pl
from msgspec import Struct

from cxtool.errors import CxtoolError, UsageError

T = TypeVar("T")
R = TypeVar("R")

SCHEMES = ("s3", "s3a", "gs", "gcs", "az", "azure", "adl", "abfs", "abfss", "hf")
PARQUET = (".parquet", ".pq")
OF_DATASETS = "_manifest.json"  # only what ``convert`` wrote has one
AT_ONCE = 16  # requests: each is little to do and long to wait for
STORE = "object-store error"  # how Polars begins what storage or network refused
CODE = re.compile(r"<Code>(\w+)</Code>")
KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what Google and Azure ask for instead"

# What a refusal holds, what it means and what to do about it; the first one that fits.
MEANINGS = (
    (r"NoSuchBucket", "no such bucket", None),
    (
        r"169\.254\.169\.254|Account must be specified|[Cc]redential",
        "no keys for this storage were found",
        f"set {KEYS}",
    ),
    (r"NoSuchKey|not found", "no such file", None),
    (r"\b40[13]\b|AccessDenied", "access is denied", f"by {KEYS}"),
    (
        r"error sending request|dns error|tcp connect|timed out",
        "the storage cannot be reached",
        "AWS_ENDPOINT_URL and AWS_REGION say where it is",
    ),
)


class Listing(Struct, frozen=True):
    """The Parquet files at an address. ``inner`` is where each lies within it."""

    files: tuple[tuple[str, tuple[str, ...]], ...]
    is_dataset: bool = False  # written by ``convert``: a folder ``day=`` holds that day's rows


def listed(address: str) -> Listing:
    """What lies at an address: a folder's files, those that a glob matches, or one file.

    Raises UsageError for an address that Polars does not read, and CxtoolError where it cannot be
    reached or has no Parquet.
    """
    scheme = address.partition("://")[0].lower()
    if scheme not in SCHEMES:
        raise UsageError(
            f"'{address}': {scheme}:// is not read", hint=f"these are: {', '.join(SCHEMES)}, file"
        )
    if glob.has_magic(address):
        return _matching(address, address)
    if address.lower().endswith(PARQUET):
        return Listing(files=((address, (address.rpartition("/")[2],)),))
    root = address.rstrip("/")
    return _matching(f"{root}/**/*", address, root=f"{root}/")


def _matching(pattern: str, address: str, *, root: str | None = None) -> Listing:
    with told(address):
        names = _expanded(pattern)
    files = [name for name in names if name.lower().endswith(PARQUET)]
    if not files:
        if names:
            hint = "only Parquet is read from an address: copy the files, or 'cxtool convert' them"
            raise CxtoolError(f"{address}: no Parquet file among {len(names):,}", hint=hint)
        raise CxtoolError(f"{address}: nothing lies there")
    return Listing(
        files=tuple((name, _inner(name, root)) for name in files),
        is_dataset=root is not None and f"{root}{OF_DATASETS}" in names,
    )


def _inner(name: str, root: str | None) -> tuple[str, ...]:
    return tuple(name.removeprefix(root).split("/") if root else (name.rpartition("/")[2],))


def _expanded(pattern: str) -> list[str]:
    # Nothing public lists without reading the end of every file, of tables not needed as well.
    try:
        from polars.io._expand_paths import _expand_paths
    except ImportError:
        raise CxtoolError(
            f"polars {pl.__version__} does not tell cxtool what lies at an address",
            hint="pip install 'polars==2.1.*'",
        ) from None
    return _expand_paths(pattern).collect().to_series().to_list()


def at_once(read: Callable[[T], R], places: Iterable[T]) -> list[R]:
    """What is read of each place, in their order, many at a time."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(read, places))


@contextlib.contextmanager
def told(address: str) -> Iterator[None]:
    """Raise CxtoolError for what storage or network refuse, at this address."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        if not str(error).startswith(STORE):
            raise
        raise failure(str(error), address) from error


def failure(refused: str, address: str) -> CxtoolError:
    """A refusal in one line.

    >>> failure("object-store error: ... <Code>NoSuchBucket</Code> ...", "s3://b/d").message
    's3://b/d: no such bucket'
    """
    code = CODE.search(refused)
    for pattern, meaning, hint in MEANINGS:
        if re.search(pattern, refused):
            named = f" ({code[1]})" if code and pattern != code[1] else ""
            return CxtoolError(f"{address}: {meaning}{named}", hint=hint)
    first = refused.removeprefix(f"{STORE}: ").splitlines()[0]
    return CxtoolError(f"{address}: {first}")
