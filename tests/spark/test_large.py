"""More data than the driver may hold, and a worker that goes while the work is under way."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from tests.spark.cluster import WORKERS_N, Cluster, until
from tests.spark.conftest import CASES, COPIES, Place
from tests.spark.events import applications, tasks

DRIVER_BYTES = 512 * 2**20  # of ``cluster.DEFAULTS``
RESULT_BYTES = 4 * 2**20
REPORT = ("sla", "large", "-p", "all", "--by", "agent,day", "-f", "json")
STARTED = re.compile(r"Running task (\S+ in stage \S+) ")
FINISHED = re.compile(r"Finished task (\S+ in stage \S+) ")


def test_a_worker_is_killed_and_the_dataset_is_larger_than_the_driver(
    large: Place, cluster: Cluster
) -> None:
    """The report is that of Polars; the log tells of tasks that were lost, and of small results."""
    files = (large.folder / "large" / "interactions").iterdir()
    assert sum(file.stat().st_size for file in files) > DRIVER_BYTES
    expected = large.polars(*REPORT)
    before = applications(cluster)
    killer = Killer(cluster, number=1)
    killer.start()
    made = large.spark_alone(cluster.url, *REPORT)
    killer.join()
    assert killer.interrupted, "no task was running when the worker was killed"
    assert (made.code, made.err, made.out) == (0, "", expected.out)

    (log,) = applications(cluster) - before
    ended = tasks(log)
    lost = [task for task in ended if task.reason == "ExecutorLostFailure"]
    assert {task.executor for task in lost} == {killer.executor}
    assert sum(task.read_n for task in ended) >= CASES * COPIES
    assert sum(task.result_bytes for task in ended) < RESULT_BYTES

    cluster.start_worker(1)
    until(lambda: cluster.alive_n() == WORKERS_N, cluster)


class Killer(threading.Thread):
    """Kills a worker and its executors as soon as one of these is at work on the cases."""

    def __init__(self, cluster: Cluster, *, number: int) -> None:
        super().__init__(daemon=True)
        self.cluster = cluster
        self.daemon_name = f"worker-{number}"
        self.place = cluster.folder / f"work-{number}"
        self.old = self._logs()
        self.executor = ""
        self.interrupted: set[str] = set()

    def run(self) -> None:
        until(self._at_work, self.cluster)
        self.cluster.daemons[self.daemon_name].kill()

    def _at_work(self) -> bool:
        """Whether a task is under way that is not one of the first, small ones."""
        for log in self._logs() - self.old:
            text = log.read_text(encoding="utf-8")
            running = set(STARTED.findall(text)) - set(FINISHED.findall(text))
            if running and len(FINISHED.findall(text)) >= 2:
                self.executor, self.interrupted = log.parent.name, running
                return True
        return False

    def _logs(self) -> set[Path]:
        return set(self.place.glob("app-*/*/stderr"))
