"""How many agents each interval needs, and what a number of agents gives.

An interval without calls needs nobody. What a few intervals give together is weighted: by calls
for what callers meet, by agents for occupancy. Source: K9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cxtool.errors import CxtoolError
from cxtool.metrics.erlang import (
    Counts,
    Floats,
    Service,
    erlang_a,
    erlang_c,
    least_agents,
    load_erlangs,
    with_shrinkage,
)
from cxtool.metrics.staffing_terms import Model, Terms
from cxtool.metrics.stats import ratio, rounded

# What a number of agents gives, in percent and seconds.
GIVEN = ("service_level_pct", "asa_s", "occupancy_pct", "abandonment_pct")
AGENTS = "agents_n"
COLUMN_OF: Mapping[Model, str] = {"erlang-c": "erlang_c_n", "erlang-a": "erlang_a_n"}
WHOLE = "whole"


def needed(demand: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Demand (``calls``, ``aht_s``) with load, agents of both models, and what those chosen give.

    Adds ``load_erlangs``, ``erlang_c_n``, ``erlang_a_n`` (null where nobody knows the patience, and
    ``erlang_c_n`` where abandonment is a target), ``agents_n`` by the model of the terms,
    ``scheduled_n`` with shrinkage, and ``GIVEN``. Raises CxtoolError where no number of agents
    meets the target.
    """
    aht_s, unknown = demand["aht_s"].to_numpy(), pl.lit(None, pl.Int64)
    load = load_erlangs(demand["calls"].to_numpy(), aht_s=aht_s, interval_s=terms.interval_s)
    answers: dict[Model, bool] = {
        "erlang-c": terms.max_abandonment is None,
        "erlang-a": terms.patience_s is not None,
    }
    staffed = demand.with_columns(
        pl.Series("load_erlangs", load),
        **{
            COLUMN_OF[model]: pl.Series(_least(model, load, aht_s, terms)) if can_tell else unknown
            for model, can_tell in answers.items()
        },
    )
    return given(staffed.with_columns(pl.col(COLUMN_OF[terms.model]).alias(AGENTS)), terms)


def given(staffed: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Rows with ``scheduled_n``, ``cost`` of the interval and ``GIVEN`` for their ``agents_n``.

    ``asa_s`` is null where the queue would grow without end, ``occupancy_pct`` where there is no
    agent, all of ``GIVEN`` where no calls come; ``abandonment_pct`` is by Erlang A whatever the
    model, null where nobody knows the patience.
    """
    agents = staffed[AGENTS].to_numpy()
    load, aht_s = staffed["load_erlangs"].to_numpy(), staffed["aht_s"].to_numpy()
    shares: dict[str, Floats] = {name: np.full(load.shape, np.nan) for name in GIVEN}
    comes = load > 0
    if comes.any():
        some = (load[comes], agents[comes], aht_s[comes])
        service = _service(terms.model, *some, terms)
        shares["service_level_pct"][comes] = 100 * service.level
        shares["asa_s"][comes] = service.asa_s
        shares["occupancy_pct"][comes] = 100 * service.occupancy
        if terms.patience_s is not None:
            hung_up = _service("erlang-a", *some, terms).abandonment
            shares["abandonment_pct"][comes] = 100 * hung_up
    scheduled = with_shrinkage(agents, terms.shrinkage)
    met = (pl.lit(pl.Series(values)).fill_nan(None).alias(n) for n, values in shares.items())
    rows = staffed.with_columns(pl.Series("scheduled_n", scheduled), *map(rounded, met))
    return rows.with_columns(cost=_cost(terms))


def one_more_or_less(staffed: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """The intervals with calls three times: with an agent less, as planned, with one more.

    ``change_n`` is -1, 0 or 1.
    """
    some = staffed.filter(pl.col("load_erlangs") > 0).drop("scheduled_n", "cost", *GIVEN)
    return pl.concat(
        given(
            some.with_columns(pl.lit(change, pl.Int64).alias("change_n"), pl.col(AGENTS) + change),
            terms,
        )
        for change in (-1, 0, 1)
    )


def together(staffed: pl.DataFrame, keys: Sequence[str], terms: Terms) -> pl.DataFrame:
    """Intervals as one: calls, most agents, hours, cost, and ``GIVEN``, per ``keys``.

    The mean wait is null where the queue of one interval would grow without end.
    """
    calls, agents = pl.col("calls"), pl.col(AGENTS)
    comes = calls > 0

    def mean(name: str, weight: pl.Expr) -> pl.Expr:
        known = ~(comes & pl.col(name).is_null()).any()
        whole = weight.filter(comes).sum()
        return pl.when(known).then(ratio((pl.col(name) * weight).sum(), whole))

    rows = staffed.group_by(keys or pl.lit(0).alias(WHOLE)).agg(
        calls=calls.sum(),
        peak_n=agents.max(),
        agent_hours=agents.sum() * terms.hours,
        scheduled_hours=pl.col("scheduled_n").sum() * terms.hours,
        cost=pl.col("cost").sum(),
        **{name: mean(name, agents if name == "occupancy_pct" else calls) for name in GIVEN},
    )
    return rows if keys else rows.drop(WHOLE)


def _cost(terms: Terms) -> pl.Expr:
    if terms.wage is None:
        return pl.lit(None, pl.Float64)
    return rounded(pl.col("scheduled_n") * (terms.hours * terms.wage))


def _least(model: Model, load: Floats, aht_s: Floats, terms: Terms) -> Counts:
    found = np.zeros(load.shape, np.int64)
    comes = load > 0
    if comes.any():
        some = load[comes]
        start = np.floor(some) + 1 if model == "erlang-c" else np.ones(some.shape)

        def meets(agents: Counts) -> NDArray[np.bool_]:
            return _meets(_service(model, some, agents, aht_s[comes], terms), terms)

        try:
            found[comes] = least_agents(meets, start)
        except ValueError:
            raise CxtoolError(
                f"no number of agents meets the target: {terms.target}",
                hint="a lower service level, a longer time or a higher cap",
            ) from None
    return found


def _meets(service: Service, terms: Terms) -> NDArray[np.bool_]:
    met = np.ones(service.level.shape, bool)
    if terms.level is not None:
        met &= service.level >= terms.level
    if terms.asa_s is not None:
        met &= service.asa_s <= terms.asa_s
    if terms.max_occupancy is not None:
        met &= service.occupancy <= terms.max_occupancy
    if terms.max_abandonment is not None:
        met &= service.abandonment <= terms.max_abandonment
    return met


def _service(model: Model, load: Floats, agents: Counts, aht_s: Floats, terms: Terms) -> Service:
    """What the agents give; with none nobody is answered, and callers all hang up."""
    if model == "erlang-c":
        found = erlang_c(load, agents, aht_s=aht_s, within_s=terms.within_s)
    else:
        assert terms.patience_s is not None
        found = erlang_a(
            load,
            np.maximum(agents, 1),
            aht_s=aht_s,
            patience_s=terms.patience_s,
            within_s=terms.within_s,
        )
    nobody = np.asarray(agents) == 0
    without = terms.patience_s if model == "erlang-a" and terms.patience_s else np.nan
    return Service(
        wait=np.where(nobody, 1.0, found.wait),
        level=np.where(nobody, 0.0, found.level),
        asa_s=np.where(nobody, without, found.asa_s),
        occupancy=np.where(nobody, np.nan, found.occupancy),
        abandonment=np.where(nobody, 1.0 if model == "erlang-a" else 0.0, found.abandonment),
    )
