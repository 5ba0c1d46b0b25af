"""What an application on the cluster did, as Spark itself wrote it down: its log of events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.spark.cluster import Cluster


@dataclass(frozen=True)
class Task:
    """A task that ended, and how."""

    executor: str
    reason: str
    read_n: int
    result_bytes: int


def applications(cluster: Cluster) -> set[Path]:
    """The logs of all applications so far; those that still run have a suffix."""
    return {path.with_suffix("") for path in (cluster.folder / "events").glob("app-*")}


def tasks(log: Path) -> list[Task]:
    """The tasks of an application that has ended."""
    lines = log.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines if '"SparkListenerTaskEnd"' in line]
    return [_task(event) for event in events]


def _task(event: dict[str, Any]) -> Task:
    measured = event.get("Task Metrics") or {}
    return Task(
        executor=event["Task Info"]["Executor ID"],
        reason=event["Task End Reason"]["Reason"],
        read_n=measured.get("Input Metrics", {}).get("Records Read", 0),
        result_bytes=measured.get("Result Size", 0),
    )
