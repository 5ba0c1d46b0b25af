"""Commands measured side by side: medians of wall and processor time, and the most memory.

Runs alternate, so that a busy machine slows all sides alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# Installed packages are compiled; a working copy is too, once it may keep what it compiled.
ENVIRON = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20
LOOK_S = 0.2
LAST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took."""

    seconds: float
    cpu_s: float
    peak_mb: float


class NotMeasuredError(Exception):
    """A command that failed, or was stopped for what it took."""


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


def measured(
    command: list[str], *, most_mb: float | None = None, most_s: float | None = None
) -> Run:
    """One run. Raises NotMeasuredError where it fails, or takes more memory or time than that."""
    begin = time.perf_counter()
    stopped: list[str] = []
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=ENVIRON,
    ) as process:
        said: list[bytes] = []
        reader = threading.Thread(target=lambda: said.append(process.stderr.read()))  # type: ignore[union-attr]
        reader.start()
        ended = threading.Event()
        if most_mb or most_s:
            watch = (process, ended, stopped, most_mb, most_s)
            threading.Thread(target=_watched, args=watch, daemon=True).start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        reader.join()
    if stopped:
        raise NotMeasuredError(stopped[0])
    if process.returncode:
        words = b"".join(said).decode(errors="replace").strip()[-LAST_WORDS:]
        raise NotMeasuredError(f"exit code {process.returncode}: {words}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _watched(
    process: subprocess.Popen[bytes],
    ended: threading.Event,
    stopped: list[str],
    most_mb: float | None,
    most_s: float | None,
) -> None:
    """Stop the process where it takes too much, and say so."""
    begin = time.perf_counter()
    while not ended.wait(LOOK_S):
        if most_mb and _resident_mb(process.pid) > most_mb:
            stopped.append(f"needs more than {most_mb / 1024:.1f} GB")
        elif most_s and time.perf_counter() - begin > most_s:
            stopped.append(f"takes longer than {most_s:.0f} s")
        if stopped:
            process.kill()
            return


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB
    except OSError:
        return 0.0
