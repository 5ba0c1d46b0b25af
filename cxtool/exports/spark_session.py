"""A session on Spark: on this machine, on a cluster, or through Spark Connect.

Spark itself waits a minute for a master, and ten for a Connect server: whether somebody is there
is asked first.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from cxtool.errors import CxtoolError, UsageError
from cxtool.stopping import undone

SETTINGS = {
    # Instants are compared as instants; local days are asked for by zone (``spark_native``).
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
# Of a driver in this process: nothing but cxtool speaks on the terminal.
QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
CHOICES = ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "SPARK_API_MODE")
HOST_PORT = r"(\[[0-9A-Fa-f:]+\]|[^\s:/,;\[\]]+):(\d{1,5})"
STANDALONE = re.compile(rf"spark://{HOST_PORT}(,{HOST_PORT})*")
CONNECT = re.compile(rf"sc://{HOST_PORT}(/(;[^\s;=]+=[^\s;]*)*)?")
OTHERS = re.compile(r"local(\[(\*|\d+)(, ?\d+)?\])?|yarn|k8s://\S+")
REACHED_S = 10.0


@contextlib.contextmanager
def session(url: str) -> Iterator[Any]:
    """A session at ``local[*]``, ``spark://HOST:PORT`` or ``sc://HOST:PORT``, ended with the block.

    A driver that this process has already, as a notebook has, is worked with and left running.
    Raises UsageError for another kind of URL, and CxtoolError where Spark cannot be reached or the
    work fails there. What still runs when the block is left is stopped.
    """
    if not any(form.fullmatch(url) for form in (STANDALONE, CONNECT, OTHERS)):
        raise UsageError(
            f"--spark-url '{url}': not a Spark URL",
            hint="such as local[*], spark://host:7077 or sc://host:15002",
        )
    with _without_choices(), warnings.catch_warnings():
        # Nothing here goes through pandas, of which Spark says that it is too new.
        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        try:
            _reach(url)
            opened, is_shared = _opened(url)
        except CxtoolError:
            raise
        except Exception as error:  # py4j, grpc and sockets have kinds of their own
            raise _unreachable(url, error) from error
        try:
            with undone(opened.interruptAll):
                yield opened
        except (PySparkException, Py4JError) as error:
            raise _failed(error) from error
        finally:
            with contextlib.suppress(Exception):  # a session that is gone needs no end
                opened.interruptAll()
                if not is_shared:
                    opened.stop()


def _opened(url: str) -> tuple[Any, bool]:
    """A session with settings of its own, and whether its driver is somebody else's."""
    builder = SparkSession.builder.appName("cxtool").config(map=SETTINGS)
    if url.startswith("sc://"):
        return builder.remote(url).create(), False
    if (standing := SparkSession.getActiveSession()) is None:
        with _silent(), _unanswered():
            return builder.master(url).config(map=QUIET).getOrCreate(), False
    if (master := standing.sparkContext.master) != url:
        raise UsageError(
            f"--spark-url '{url}': this process works with {master}", hint=f"--spark-url '{master}'"
        )
    opened = standing.newSession()
    for key, value in SETTINGS.items():
        opened.conf.set(key, value)
    return opened, True


def _reach(url: str) -> None:
    """Raise where nobody answers at the URL."""
    failed = [_refusal(host.strip("[]"), int(port)) for host, port in _peers(url)]
    if failed and all(failed):
        raise ConnectionError(failed[0])
    if url.startswith("sc://"):
        import grpc
        from pyspark.sql.connect.client import DefaultChannelBuilder

        with DefaultChannelBuilder(url).toChannel() as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=REACHED_S)
            except grpc.FutureTimeoutError:
                raise ConnectionError(f"no Connect server answered in {REACHED_S:g} s") from None


def _peers(url: str) -> list[tuple[str, str]]:
    """Host and port of the server, or of each master (some of several stand by)."""
    if not url.startswith(("spark://", "sc://")):
        return []
    return re.findall(HOST_PORT, url.partition("://")[2].partition("/")[0])


def _refusal(host: str, port: int) -> str:
    """Why nobody could be spoken to; empty where somebody could."""
    try:
        socket.create_connection((host, port), timeout=REACHED_S).close()
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def _unreachable(url: str, error: Exception) -> CxtoolError:
    if isinstance(error, ImportError):  # of what Connect needs
        return CxtoolError(said(error), hint="pip install 'cxtool[spark]'")
    if "JAVA_GATEWAY" in str(error):
        return CxtoolError(
            f"no Spark at {url}: Java did not start it",
            hint="Java 17 or newer, in JAVA_HOME or on the PATH; sc:// needs none on this machine",
        )
    return CxtoolError(f"no Spark at {url}: {said(error)}")


def _failed(error: Exception) -> CxtoolError:
    told = said(error)
    too_many = "spark.driver.maxResultSize" in told
    return CxtoolError(
        f"Spark: {told}", hint="-p and --where leave fewer rows" if too_many else None
    )


def said(error: Exception) -> str:
    """What an error of Spark says, in one line: its cause, not where in Java it was noticed."""
    cause = getattr(error, "java_exception", None)
    while cause is not None and cause.getCause() is not None:
        cause = cause.getCause()
    text = str(cause.getMessage() or cause.toString() if cause is not None else error).strip()
    return text.splitlines()[0] if text else type(error).__name__


@contextlib.contextmanager
def _without_choices() -> Iterator[None]:
    """Keep variables that choose a kind of session, which Spark itself sets, out of the block."""
    kept = {name: os.environ.pop(name) for name in CHOICES if name in os.environ}
    try:
        yield
    finally:
        for name in CHOICES:
            os.environ.pop(name, None)
        os.environ.update(kept)


@contextlib.contextmanager
def _unanswered() -> Iterator[None]:
    """Keep what answers Ctrl-C, which a driver that is started in the block would replace.

    Spark's own answer asks Java on the connection that the interrupted question waits on.
    """
    kept = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if kept is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, kept)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep a driver that is started in the block off the terminal, which it would inherit."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
