"""Finding the one agent or company that an option names."""

from __future__ import annotations

import polars as pl

from cxtool.errors import UsageError, nearest

SHOWN = 5


def pick(asked: str, known: pl.DataFrame, *, what: str) -> str:
    """The id of the one row of ``known`` (``id``, ``name``) that ``asked`` names.

    An exact id wins; otherwise id or name, whatever the case of their letters. Nothing found, or
    one name with several ids, is a usage error that says what there is.

    >>> agents = pl.DataFrame({"id": ["a1", "a2"], "name": ["Ana", "Bo"]})
    >>> pick("ANA", agents, what="agent"), pick("a2", agents, what="agent")
    ('a1', 'a2')
    """
    rows = known.drop_nulls("id").unique().sort("id", "name")
    if asked in rows["id"]:
        return asked
    wanted = asked.strip().lower()
    same = (pl.col("id").str.to_lowercase() == wanted) | (
        pl.col("name").str.to_lowercase() == wanted
    )
    ids = rows.filter(same)["id"].unique().sort().to_list()
    if len(ids) == 1:
        return str(ids[0])
    if ids:
        raise UsageError(
            f"'{asked}' names {len(ids)} of the {what} ids: {', '.join(ids)}",
            hint=f"give --{what} one of the ids",
        )
    names = {str(name).lower(): str(name) for row in rows.rows() for name in row if name}
    guess = nearest(wanted, list(names))
    there = list(dict.fromkeys(rows["name"].drop_nulls()))
    more = f" and {len(there) - SHOWN} more" if len(there) > SHOWN else ""
    raise UsageError(
        f"no {what} '{asked}' in these days"
        + (f"; did you mean '{names[guess]}'?" if guess else ""),
        hint=f"there are: {', '.join(there[:SHOWN])}{more}" if there else None,
    )
