"""``--where`` on Spark keeps the rows that it keeps on Polars. Source: L."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from pyspark.sql import functions as sf

from cxtool.errors import UsageError
from cxtool.exports import filters
from cxtool.exports.grammar import parse_where
from cxtool.exports.native import as_frame
from cxtool.exports.spark_session import session
from cxtool.tables import Frame
from tests.spark.cluster import Cluster

ZONE = "Europe/Warsaw"
CASES = pl.DataFrame(
    {
        "case_id": ["a", "b", "c", "d", "e"],
        "queue": ["Sales", "10", "9", None, "orders.eu"],
        "channel": ["voice", "chat", "email", "voice", None],
        "tags": [["VIP", "late"], ["7"], [], None, ["Late"]],
        "started_at": [
            datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
            datetime(2026, 3, 29, 21, 59, 59, 999_000, tzinfo=UTC),
            datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
        ],
        "handle_ms": [59_999, 60_000, 60_001, None, 3_600_000],
        "answered": [True, False, True, None, False],
        "transfers": [0, 1, 2, None, 10],
        "csat": [4.5, 5.0, None, 1.0, 4.5],
    }
)
CONDITIONS = (
    *("queue=Sales", "queue=sales", "queue!=Sales", "queue in Sales,9", "queue=", "queue!="),
    *("queue in 9,", "queue>9", "queue<=9.5", "queue>A", "queue~^[0-9]+$", r"queue~\.", "queue~s"),
    *("channel=VOICE", "channel in Chat,EMAIL", "channel!=voice", "channel~ai"),
    *("tags=VIP", "tags!=VIP", "tags=", "tags!=", "tags in late,Late", "tags~(?i)^late", "tags>5"),
    *("started_at=2026-03-29", "started_at<2026-03-29", "started_at>=2026-03-30"),
    *("started_at!=2026-03-29", "started_at in 2026-03-28,2026-03-30", "started_at="),
    *(
        "started_at>=2026-03-29T00:00",
        "started_at<2026-03-29T02:30",
        "started_at<=2026-03-29T01:00Z",
    ),
    *("started_at>2026-03-29T23:59:59.998", "started_at=2026-03-29T03:00"),
    *(
        "handle_s>1m",
        "handle_s>=60",
        "handle_s=0:01:00",
        "handle_s<1h",
        "handle_s=",
        "handle_s!=60",
    ),
    *("answered=yes", "answered=false", "answered!=true", "answered="),
    *("transfers>=1", "transfers=2", "transfers in 0,10", "transfers!=0", "transfers="),
    *("csat<5", "csat=4.5", "csat!=4.5", "csat="),
)
REFUSED = ("started_at>tomorrow", "handle_s>long", "answered=perhaps", "csat>good", "queue~(")


def test_every_kind_of_condition(cluster: Cluster) -> None:
    with session(cluster.connect_url) as spark:
        spark.conf.set("spark.sql.codegen.wholeStage", "false")  # else it compiles for a minute
        cases = spark.createDataFrame(CASES.to_arrow(compat_level=pl.CompatLevel.oldest()))
        kept = [
            _kept(as_frame(cases), text).to_native().select(sf.lit(text), "case_id")
            for text in CONDITIONS
        ]
        together = kept[0]
        for rows in kept[1:]:
            together = together.union(rows)
        found: dict[str, set[str]] = {text: set() for text in CONDITIONS}
        for text, case_id in together.collect():
            found[text].add(case_id)
        for text in REFUSED:
            with pytest.raises(UsageError) as refused:
                _kept(as_frame(cases), text)
            assert text in str(refused.value)
    assert found == {
        text: set(_kept(as_frame(CASES.lazy()), text).to_native().collect()["case_id"])
        for text in CONDITIONS
    }
    nobody = {text for text, ids in found.items() if not ids}
    assert nobody == {"queue=sales", "started_at="}
    assert not any(len(ids) == CASES.height for ids in found.values())


def _kept(frame: Frame, text: str) -> Frame:
    return filters.kept(parse_where(text), frame, table="interactions", time_zone=ZONE)
