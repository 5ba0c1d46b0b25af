"""Paths into JSON values: ``Agent.Username``, ``emails[0]``, ``parts[?(@.kind=='a')].name``.

A path is compiled twice: into the type that decodes just what it reaches out of JSON text, and
into the expression that takes it from the decoded value. ``[*]`` and a filter reach several values,
which ``combine`` makes one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce

import polars as pl
from msgspec import Struct

from cxtool.exports.profile_form import Combine

KEY = re.compile(r"\.?((?:[^.\[\]])+)")
BRACKET = re.compile(r"\[(?:(\*)|(-?\d+)|\?\(@\.(.+?)==(['\"])(.*?)\4\))\]")
TEXT = pl.String()
Dtype = pl.DataType | pl.datatypes.DataTypeClass


class Step(Struct, frozen=True):
    """One step: into the field of an object, or to elements of an array.

    Of ``key``, ``index`` and ``having`` (a path and the value that it must reach) one is given;
    none means every element.
    """

    key: str | None = None
    index: int | None = None
    having: tuple[Path, str] | None = None


Path = tuple[Step, ...]


def parse_path(text: str) -> Path:
    """The steps of a path. ValueError where it has no such form.

    >>> [step.key or step.index for step in parse_path("emails[0].address")]
    ['emails', 0, 'address']
    """
    steps: list[Step] = []
    position = 0
    while position < len(text):
        if found := BRACKET.match(text, position):
            every, index, inner, _, value = found.groups()
            having = (parse_path(inner), value) if inner else None
            steps.append(Step(index=None if every or inner else int(index), having=having))
        elif found := KEY.match(text, position):
            steps.append(Step(key=found[1]))
        else:
            raise ValueError(f"'{text}' is not a path, such as a.b[0].c or a[?(@.b=='c')].d")
        position = found.end()
    if not steps or steps[0].key is None:
        raise ValueError(f"the path '{text}' does not begin with a name")
    return tuple(steps)


def reaches_many(path: Path) -> bool:
    """Whether a path may reach several values."""
    return any(step.key is None and step.index is None for step in path)


def type_of(paths: Iterable[Path]) -> pl.DataType:
    """The type that holds what these paths reach, and nothing else; what they reach is text."""
    return reduce(_merged, (_type(path) for path in paths))


def _type(path: Path) -> pl.DataType:
    if not path:
        return TEXT
    step, rest = path[0], path[1:]
    inner = _type(rest)
    if step.key is not None:
        return pl.Struct({step.key: inner})
    if step.having is not None:
        inner = _merged(inner, _type(step.having[0]))
    return pl.List(inner)


def _merged(one: Dtype, other: Dtype) -> pl.DataType:
    """A type that holds what both do. ValueError where one ends at what the other goes into."""
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        fields = {item.name: item.dtype for item in one.fields}
        for item in other.fields:
            has = fields.get(item.name)
            fields[item.name] = item.dtype if has is None else _merged(has, item.dtype)
        return pl.Struct(fields)
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        return pl.List(_merged(one.inner, other.inner))
    if one == other == TEXT:
        return TEXT
    raise ValueError("one path ends where another goes on")


def reach(value: pl.Expr, path: Path) -> pl.Expr:
    """What a path reaches in a decoded value: text, or a list of texts (see ``reaches_many``)."""
    many = False
    for step in path:
        if step.key is None and step.index is None:
            value = value.list.eval(pl.element().explode()) if many else value
            if step.having is not None:
                value = value.list.eval(pl.element().filter(_has(*step.having)))
            many = True
        elif many:
            value = value.list.eval(_into(pl.element(), step))
        else:
            value = _into(value, step)
    return value.list.drop_nulls() if many else value


def _into(value: pl.Expr, step: Step) -> pl.Expr:
    if step.key is not None:
        return value.struct.field(step.key)
    return value.list.get(step.index or 0, null_on_oob=True)


def _has(path: Path, wanted: str) -> pl.Expr:
    """Whether a path from the element reaches the value."""
    found = reach(pl.element(), path)
    if reaches_many(path):
        return found.list.contains(pl.lit(wanted)).fill_null(False)
    return (found == wanted).fill_null(False)


def combined(values: pl.Expr, how: Combine) -> pl.Expr:
    """A list of texts as one text, or for ``distinct`` as a list without repetitions.

    Null where there is none. A sum of what is no number is the first such text, so that it can be
    said what could not be read.
    """
    some = pl.when(values.list.len() > 0)
    match how:
        case "first":
            return values.list.first()
        case "last":
            return values.list.last()
        case "distinct":
            return some.then(values.list.unique(maintain_order=True))
        case "sum":
            number = pl.element().cast(pl.Float64, strict=False)
            odd = values.list.eval(pl.element().filter(number.is_null())).list.first()
            total = values.list.eval(number).list.sum().cast(pl.String)
            return some.then(pl.coalesce(odd, total))
