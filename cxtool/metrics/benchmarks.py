"""Industry figures beside the centre's own: data with their source, from ``benchmarks.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from msgspec import Struct, convert


class Benchmark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an industry reaches in one metric, in the metric's unit; ``industry`` None is all."""

    metric: str
    value: float
    said: str
    source: str
    industry: str | None = None


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """All figures, in the order of the file."""
    text = (resources.files("cxtool.metrics") / "benchmarks.toml").read_text(encoding="utf-8")
    return convert(tomllib.loads(text)["benchmark"], tuple[Benchmark, ...])


def of_industry(industry: str) -> dict[str, Benchmark]:
    """The figure of each metric for an industry: its own, else that of all.

    >>> {metric: found.value for metric, found in of_industry("retail").items()}
    {'fcr_pct': 78.0, 'aht_s': 360.0}
    """
    return {known.metric: known for known in benchmarks() if known.industry in (None, industry)}
