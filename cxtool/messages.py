"""What the program says beside its data: warnings and errors, one line each, on standard error."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass  # help and completion load no msgspec
from typing import Literal

from cxtool.errors import CxtoolError

Level = Literal["info", "warning", "error"]


@dataclass
class Messages:
    """How messages are written. One object lasts a run; options of the run adjust it."""

    log_format: Literal["text", "json"] = "text"
    debug: bool = False
    quiet: bool = False

    def info(self, text: str) -> None:
        """Tell something that is no problem."""
        if not self.quiet:
            self._write("info", text, None)

    def warn(self, text: str) -> None:
        """Tell a problem that did not stop the work."""
        if not self.quiet:
            self._write("warning", text, None)

    def error(self, problem: CxtoolError) -> None:
        """Tell the problem that stopped the work, or several, one a line; never silenced."""
        *first, last = problem.message.split("\n")
        for text in first:
            self._write("error", text, None)
        self._write("error", last, problem.hint)

    def _write(self, level: Level, text: str, hint: str | None) -> None:
        if self.log_format == "json":
            fields = {"level": level, "message": text, **({"hint": hint} if hint else {})}
            line = json.dumps(fields, ensure_ascii=False)
        else:
            label = "" if level == "info" else f"{level}: "
            line = f"cxtool: {label}{_one_line(text)}" + (f" ({_one_line(hint)})" if hint else "")
        print(line, file=sys.stderr)


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
