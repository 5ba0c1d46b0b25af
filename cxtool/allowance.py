"""How many rows may be set aside before a command fails: ``--max-bad``, ``--strict``."""

from __future__ import annotations

import re
from dataclasses import dataclass  # help and completion load no msgspec
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many rows, or with ``is_share`` so many percent of the rows read."""

    size: Decimal
    is_share: bool = False

    def __str__(self) -> str:
        return f"{float(self.size):g}{'%' if self.is_share else ''}"

    def is_exceeded(self, *, set_aside_n: int, read_n: int) -> bool:
        """Whether more rows were set aside than may be; exactly as many may.

        >>> half = parse_allowance("50%")
        >>> half.is_exceeded(set_aside_n=2, read_n=4), half.is_exceeded(set_aside_n=3, read_n=4)
        (False, True)
        """
        return set_aside_n > (self.size * read_n / 100 if self.is_share else self.size)


NOTHING = Allowance(Decimal(0))


def parse_allowance(text: str) -> Allowance:
    """A count such as ``10``, or a share of the rows read such as ``0.5%``.

    Raises ValueError, with one sentence for the user, on anything else and on more than 100 %.
    """
    found = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?|\.\d+)\s*%", text.strip(), re.ASCII)
    if found is None or Decimal(found[2] or 0) > 100:
        raise ValueError(f"'{text}' is neither a number of rows such as 10 nor a share such as 1%")
    return Allowance(Decimal(found[1] or found[2]), is_share=found[2] is not None)
