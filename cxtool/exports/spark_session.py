"""A session on Spark: on this machine, on a cluster, or through Spark Connect."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from typing import Any

from pyspark.sql import SparkSession

from cxtool.errors import CxtoolError, UsageError

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
MASTERS = ("local", "spark://", "yarn", "k8s://")


@contextlib.contextmanager
def session(url: str) -> Iterator[Any]:
    """A session at ``local[*]``, ``spark://HOST:PORT`` or ``sc://HOST:PORT``, ended with the block.

    Raises UsageError for another kind of URL, and CxtoolError where Spark cannot be reached.
    """
    if not url.startswith((*MASTERS, "sc://")):
        raise UsageError(
            f"--spark-url '{url}': not a Spark URL",
            hint="such as local[*], spark://host:7077 or sc://host:15002",
        )
    builder = SparkSession.builder.appName("cxtool")
    is_remote = url.startswith("sc://")
    builder = builder.remote(url) if is_remote else builder.master(url)
    for key, value in (SETTINGS if is_remote else {**SETTINGS, **QUIET}).items():
        builder = builder.config(key, value)
    with warnings.catch_warnings():
        # Nothing here goes through pandas, of which Spark says that it is too new.
        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        try:
            with _silent():
                opened = builder.getOrCreate()
        except Exception as error:  # py4j and grpc have kinds of their own
            raise CxtoolError(f"no Spark at {url}: {_first_line(error)}") from error
        try:
            yield opened
        finally:
            opened.stop()


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


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
