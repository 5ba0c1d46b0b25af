"""A standalone Spark cluster on loopback: a master, two workers and a Connect server on them.

The wheel of ``pyspark`` has no start scripts, but it has what these would start. Every process has
its own process group, so that a worker goes together with the executors that it has started.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyspark

HOST = "127.0.0.1"
HOME = Path(pyspark.__file__).parent
WORKERS_N = 2
WAIT_S = 120.0
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
# Every JVM lives for a minute or two: what only pays later costs more than all the work.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# An application has one core of each worker, so that two applications run beside each other.
DEFAULTS = {
    "spark.driver.extraJavaOptions": SHORT_LIVED,
    "spark.executor.extraJavaOptions": SHORT_LIVED,
    "spark.sql.shuffle.partitions": f"{WORKERS_N}",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100",  # else a task for each day
    "spark.driver.memory": "512m",
    "spark.driver.maxResultSize": "4m",  # rows that went through the driver would be more
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.cores.max": f"{WORKERS_N}",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.ui.enabled": "false",
}


@dataclass(frozen=True)
class Daemon:
    """A process of the cluster, and the file that it writes its messages to."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Cluster:
    """What runs, where it is reached, and what it wrote down."""

    folder: Path
    port: int
    web_port: int
    connect_port: int
    daemons: dict[str, Daemon] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"spark://{HOST}:{self.port}"

    @property
    def connect_url(self) -> str:
        return f"sc://{HOST}:{self.connect_port}"

    @property
    def environ(self) -> dict[str, str]:
        """Of every process, and of a driver that works with the cluster."""
        return {
            "SPARK_HOME": str(HOME),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_DAEMON_MEMORY": "512m",
            "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED,
            "SPARK_LAUNCHER_OPTS": SHORT_LIVED,
        }

    def state(self) -> dict[str, Any]:
        """What the master tells of its workers and applications."""
        with urllib.request.urlopen(f"http://{HOST}:{self.web_port}/json/", timeout=5) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def alive_n(self) -> int:
        """Workers that the master can use."""
        with contextlib.suppress(OSError, ValueError):  # it answers before it can tell
            return sum(worker["state"] == "ALIVE" for worker in self.state()["workers"])
        return 0

    def start(self, name: str, *command: str) -> Daemon:
        """A process whose messages go to a file of its name."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                [str(HOME / "bin" / command[0]), *command[1:]],
                env={**os.environ, **self.environ},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.daemons[name] = Daemon(process, log)
        return self.daemons[name]

    def start_worker(self, number: int) -> None:
        """A worker with a folder of its own, in which its executors write their messages."""
        place = self.folder / f"work-{number}"
        size = ("--cores", "2", "--memory", "1g", "--work-dir", str(place))
        ports = ("--host", HOST, "--webui-port", str(free_port()))
        self.start(f"worker-{number}", "spark-class", WORKER, *ports, *size, self.url)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster whose files are in the folder; ended with the block, whatever happens in it."""
    cluster = Cluster(folder, free_port(), free_port(), free_port())
    terminated = signal.signal(signal.SIGTERM, signal.default_int_handler)  # else all would stay
    (folder / "conf").mkdir()
    (folder / "events").mkdir()
    settings = {**DEFAULTS, "spark.eventLog.dir": (folder / "events").as_uri()}
    lines = "".join(f"{key} {value}\n" for key, value in settings.items())
    (folder / "conf" / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    try:
        ports = ("--port", str(cluster.port), "--webui-port", str(cluster.web_port))
        cluster.start("master", "spark-class", MASTER, "--host", HOST, *ports)
        for number in range(WORKERS_N):
            cluster.start_worker(number)
        until(lambda: cluster.alive_n() == WORKERS_N, cluster)
        start_connect(cluster)
        until(lambda: is_open(cluster.connect_port), cluster)
        yield cluster
    finally:
        for daemon in cluster.daemons.values():
            daemon.kill()
        end_children()
        signal.signal(signal.SIGTERM, terminated)


def end_children() -> None:
    """End what else this process has started: a driver interrupted at its start waits for ever."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    for child in children.read_text("ascii").split() if children.exists() else ():
        os.kill(int(child), signal.SIGKILL)


def start_connect(cluster: Cluster) -> None:
    """A Connect server, which is an application of the cluster."""
    cluster.start(
        "connect",
        "spark-submit",
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *("--master", cluster.url),
        *("--conf", f"spark.connect.grpc.binding.port={cluster.connect_port}"),
        *("--conf", f"spark.connect.grpc.binding.address={HOST}"),
        "spark-internal",
    )


def until(holds: Callable[[], bool], cluster: Cluster, *, wait_s: float = WAIT_S) -> None:
    """Wait for something to hold; what a process that ended too early said is in the error."""
    end = time.monotonic() + wait_s
    while not holds():
        for name, daemon in cluster.daemons.items():
            if daemon.process.poll() is not None:
                raise AssertionError(f"{name} has ended: {daemon.log.read_text('utf-8')[-2000:]}")
        if time.monotonic() > end:
            raise AssertionError(f"still not so after {wait_s:g} s")
        time.sleep(0.05)


def is_open(port: int) -> bool:
    """Whether someone listens there."""
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as tried:
        tried.bind((HOST, 0))
        port: int = tried.getsockname()[1]
    return port
