"""What Spark does in its own way; ``native`` says what it is. The session's zone must be UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as sf

if TYPE_CHECKING:
    from pyspark.sql import Column

Rows = Any  # a DataFrame of either kind of session


def with_epoch_ms(rows: Rows, names: Mapping[str, str]) -> Rows:
    if not names:  # which Connect does not take
        return rows
    return rows.withColumns({ms: sf.unix_millis(sf.col(at)) for ms, at in names.items()})


def with_local_day(rows: Rows, name: str, ms: str, time_zone: str) -> Rows:
    day = sf.unix_date(sf.to_date(_local(ms, time_zone)))
    return rows.withColumn(name, day.cast("int"))


def with_local_second(rows: Rows, name: str, ms: str, time_zone: str) -> Rows:
    local = _local(ms, time_zone)
    second = sf.hour(local) * 3600 + sf.minute(local) * 60 + sf.second(local)
    return rows.withColumn(name, second.cast("int"))


def _local(ms: str, time_zone: str) -> Column:
    return sf.from_utc_timestamp(sf.timestamp_millis(sf.col(ms)), time_zone)
