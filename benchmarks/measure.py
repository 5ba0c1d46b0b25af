"""Two commands measured side by side: medians of wall time, and the most memory each took.

Runs alternate, so that a busy machine slows both sides alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from dataclasses import dataclass

# Installed packages are compiled; a working copy is too, once it may keep what it compiled.
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took."""

    seconds: float
    peak_mb: float


def compared(
    name: str, ours: list[str], peer: list[str], *, rounds: int, limit: float | None = None
) -> bool:
    """Print the ratio of the medians with what it was made of; whether it is within a limit."""
    runs: tuple[list[Run], list[Run]] = ([], [])
    for _ in range(rounds + 1):
        for command, taken in zip((ours, peer), runs, strict=True):
            taken.append(measured(command))
    # The first round fills the caches.
    seconds = [statistics.median(run.seconds for run in taken[1:]) for taken in runs]
    peaks = [max(run.peak_mb for run in taken) for taken in runs]
    ratio = seconds[0] / seconds[1]
    print(
        f"{name:18} {seconds[0]:7.3f} s {peaks[0]:5.0f} MB against"
        f" {seconds[1]:7.3f} s {peaks[1]:5.0f} MB   ratio {ratio:.2f}"
        + (f" (at most {limit})" if limit else ""),
        flush=True,
    )
    return limit is None or ratio <= limit


def measured(command: list[str]) -> Run:
    """One run; raises CalledProcessError where the command fails."""
    begin = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=ENVIRON
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(time.perf_counter() - begin, usage.ru_maxrss / 1024)
