"""``COLUMN OP VALUE``: how a condition is written, in ``--where`` as in profiles."""

from __future__ import annotations

import re

import polars as pl
from msgspec import Struct

from cxtool.errors import UsageError

PATTERN = re.compile(r"^\s*([^=!<>~]+?)\s*(=|!=|<=|>=|<|>|~|\bin\b)\s*(.*?)\s*$", re.DOTALL)


class Condition(Struct, frozen=True):
    """One parsed condition."""

    column: str
    op: str
    value: str
    text: str

    @property
    def values(self) -> list[str]:
        """What the column is compared with: for ``in`` each of the values."""
        if self.op != "in":
            return [self.value]
        return [value.strip() for value in self.value.split(",")]


def parse_where(text: str) -> Condition:
    """A condition from its text; UsageError where it has no operator.

    >>> condition = parse_where("handle_s >= 10m")
    >>> condition.column, condition.op, condition.value
    ('handle_s', '>=', '10m')
    """
    match = PATTERN.match(text)
    if match is None:
        raise UsageError(
            f"--where '{text}': expected COLUMN OP VALUE",
            hint="OP is one of = != < <= > >= in ~, for example --where 'queue in Sales,Support'",
        )
    column, op, value = match.groups()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return Condition(column=column, op=op, value=value, text=text)


def compared(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Two expressions under an operator that compares: ``=``, ``<``, ``<=``, ``>``, ``>=``."""
    match op:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right
