"""The sections of a plan: the rota at a glance, every interval, days, one agent more or less."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from msgspec.structs import replace

from cxtool.metrics.dimensions import DIMENSIONS, WEEKDAYS, Dimension
from cxtool.metrics.staffing_calls import SECOND, SLOT
from cxtool.metrics.staffing_demand import PLACE, Per
from cxtool.metrics.staffing_need import AGENTS, one_more_or_less, together
from cxtool.metrics.staffing_terms import Terms
from cxtool.metrics.stats import ratio, rounded
from cxtool.report import Chart, Column, Section
from cxtool.units import Unit

MEASURES = (Unit.NUMBER, Unit.SECONDS, Unit.PERCENT, Unit.MONEY)
FROM = Column(key="slot", label="From", drop=0)
OFFERED = Column(key="offered_n", label="Calls", unit=Unit.NUMBER, drop=1)
AHT = Column(key="aht_s", label="AHT", unit=Unit.SECONDS, drop=3)
AHT_N = Column(key="aht_n", label="AHT of", unit=Unit.COUNT, role="n", of="aht_s", drop=7)
LOAD = Column(key="load_erlangs", label="Erlangs", unit=Unit.NUMBER, drop=3)
ERLANG_C = Column(key="erlang_c_n", label="Erlang C", unit=Unit.COUNT, drop=4)
ERLANG_A = Column(key="erlang_a_n", label="Erlang A", unit=Unit.COUNT, drop=4)
SCHEDULED = Column(key="scheduled_n", label="Scheduled", unit=Unit.COUNT, drop=1)
SERVED = (
    Column(
        key="service_level_pct", label="Service level", unit=Unit.PERCENT, better="higher", drop=1
    ),
    Column(key="asa_s", label="ASA", unit=Unit.SECONDS, better="lower", drop=2),
    Column(key="occupancy_pct", label="Occupancy", unit=Unit.PERCENT, drop=2),
    Column(key="abandonment_pct", label="Abandonment", unit=Unit.PERCENT, better="lower", drop=3),
)
CHANGE = Column(key="change_n", label="Agents more", unit=Unit.COUNT, drop=0)
COST = Column(key="cost", label="Cost", unit=Unit.MONEY, better="lower", drop=2)
HOURLY = Column(key="hourly_cost", label="Cost an hour", unit=Unit.MONEY, better="lower", drop=2)
HOURS = (
    Column(key="peak_n", label="Most agents", unit=Unit.COUNT, drop=2),
    Column(key="agent_hours", label="Agent hours", unit=Unit.NUMBER, drop=1),
    Column(key="scheduled_hours", label="Scheduled hours", unit=Unit.NUMBER, drop=1),
)


def agents_column(label: str = "Agents") -> Column:
    """How many agents work on calls at once."""
    return Column(key=AGENTS, label=label, unit=Unit.COUNT, drop=0)


def place_column(per: Per) -> Column:
    """The weekday or the date of an interval."""
    if per == "weekday":
        return DIMENSIONS["weekday"].column
    return Column(key="date", label="Day", unit=Unit.DATE, drop=0)


def section_of(
    section_id: str,
    title: str,
    rows: pl.DataFrame,
    columns: Sequence[Column],
    *,
    dimensions: Sequence[Dimension],
    per: Per | None = None,
    order: Sequence[str] = (),
    notes: Sequence[str] = (),
    folded: bool = False,
    charts: Sequence[Chart] = (),
) -> Section:
    """Rows shown and in order: the group with most calls first, then by ``order``.

    ``per`` says what ``place`` is, where the rows have one; figures are rounded here alone.
    """
    size = "calls" if "calls" in rows.columns else AGENTS
    keys = [dimension.key for dimension in dimensions]
    sized = rows.with_columns(pl.col(size).sum().over(keys).alias("size")) if keys else rows
    by_size = ["size"] if keys else []
    ordered = sized.sort(
        [*by_size, *keys, *order],
        descending=[*(True for _ in by_size), *(False for _ in (*keys, *order))],
        nulls_last=True,
    )
    shown = [d.show(pl.col(d.key)).alias(d.key) for d in dimensions]
    floats = [column.key for column in columns if column.unit in MEASURES]
    if per is not None:
        dimension = DIMENSIONS["weekday" if per == "weekday" else "day"]
        shown.append(dimension.show(pl.col(PLACE)).alias(place_column(per).key))
    if SLOT in rows.columns:
        shown.append(clock(pl.col(SLOT)).alias(FROM.key))
    named = (*(d.column for d in dimensions), *columns)
    return Section(
        id=section_id,
        title=title,
        columns=named,
        rows=ordered.with_columns(shown)
        .with_columns(rounded(pl.col(key).cast(pl.Float64)) for key in floats)
        .select(column.key for column in named),
        notes=tuple(notes),
        folded=folded,
        charts=tuple(charts),
    )


def clock(second_of_day: pl.Expr) -> pl.Expr:
    """``HH:MM`` of a second of the day.

    >>> pl.select(clock(pl.lit(34_200))).item()
    '09:30'
    """
    hour, minute = second_of_day // 3600, second_of_day % 3600 // 60
    return pl.format("{}:{}", *(part.cast(pl.String).str.zfill(2) for part in (hour, minute)))


def staffing_section(
    staffed: pl.DataFrame,
    dimensions: Sequence[Dimension],
    terms: Terms,
    *,
    per: Per,
    time_zone: str,
) -> Section:
    """Every interval with its calls, load, agents, and what these give. Source: K9."""
    place = place_column(per)
    columns = (
        place,
        FROM,
        OFFERED,
        Column(key="days_n", label="Days", unit=Unit.COUNT, role="n", of="offered_n", drop=7),
        AHT,
        AHT_N,
        LOAD,
        agents_column(),
        SCHEDULED,
        *SERVED,
        ERLANG_C,
        ERLANG_A,
    )
    value = SCHEDULED if terms.shrinkage else agents_column()
    words = "scheduled" if terms.shrinkage else "needed"
    title = f"Agents {words} by {place.label.lower()} and interval, {time_zone}"
    heat = Chart(kind="heatmap", title=title, x=FROM.key, y=place.key, value=value.key)
    return section_of(
        "staffing",
        "Agents by interval",
        staffed.with_columns(offered_n=pl.col("calls")),
        columns,
        dimensions=dimensions,
        per=per,
        order=(PLACE, SLOT),
        folded=per == "weekday",
        charts=() if dimensions else (heat,),
    )


def schedule_section(
    staffed: pl.DataFrame, dimensions: Sequence[Dimension], terms: Terms
) -> Section:
    """The rota of a week: intervals down, weekdays across, agents to schedule. Source: K9."""
    keys = [*(dimension.key for dimension in dimensions), SLOT]
    rows = staffed.group_by(keys).agg(
        pl.col("calls").sum(),
        *(
            pl.col("scheduled_n").filter(pl.col(PLACE) == number).first().alias(_on(name))
            for number, name in enumerate(WEEKDAYS)
        ),
    )
    on_days = (Column(key=_on(name), label=name, unit=Unit.COUNT, drop=0) for name in WEEKDAYS)
    columns = (FROM, *on_days)
    title = "Agents to schedule" if terms.shrinkage else "Agents needed"
    return section_of("schedule", title, rows, columns, dimensions=dimensions, order=(SLOT,))


def summary_section(
    staffed: pl.DataFrame, dimensions: Sequence[Dimension], terms: Terms
) -> Section:
    """The plan as a whole: its weekdays or dates together. Source: K9."""
    rows = together(staffed, [dimension.key for dimension in dimensions], terms)
    return section_of(
        "summary",
        "The plan as a whole",
        rows.with_columns(offered_n=pl.col("calls")),
        (OFFERED, *HOURS, *SERVED, *_cost(terms)),
        dimensions=dimensions,
    )


def days_section(
    staffed: pl.DataFrame, dimensions: Sequence[Dimension], terms: Terms, *, per: Per
) -> Section:
    """Each day of the plan. Source: K9."""
    rows = together(staffed, [*(dimension.key for dimension in dimensions), PLACE], terms)
    place = place_column(per)
    return section_of(
        "days",
        "Each day",
        rows.with_columns(offered_n=pl.col("calls")),
        (place, OFFERED, *HOURS, *SERVED, *_cost(terms)),
        dimensions=dimensions,
        per=per,
        order=(PLACE,),
    )


def change_sections(
    staffed: pl.DataFrame, dimensions: Sequence[Dimension], terms: Terms, *, per: Per
) -> tuple[Section, Section]:
    """What one agent less or more gives: in every interval at once, and interval by interval."""
    changed = one_more_or_less(staffed, terms)
    keys = [dimension.key for dimension in dimensions]
    whole = together(changed, [*keys, CHANGE.key], terms)
    return (
        section_of(
            "one_more_or_less",
            "One agent less or more in every interval",
            whole,
            (CHANGE, *HOURS, *SERVED, *_cost(terms)),
            dimensions=dimensions,
            order=(CHANGE.key,),
            notes=(
                "ASA – : in some interval as many calls come as the agents can take, or more, and"
                " the queue grows without end.",
            )
            if whole["asa_s"].null_count()
            else (),
        ),
        section_of(
            "margins",
            "One agent less or more, interval by interval",
            changed.with_columns(hourly_cost=pl.col("cost") / terms.hours),
            (
                place_column(per),
                FROM,
                CHANGE,
                agents_column(),
                SCHEDULED,
                *SERVED,
                *((HOURLY,) if terms.wage is not None else ()),
            ),
            dimensions=dimensions,
            per=per,
            order=(PLACE, SLOT, CHANGE.key),
            folded=True,
        ),
    )


def calculated_columns(terms: Terms) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Of one interval without an export: its plan, and the plan with an agent less or more."""
    hourly = (HOURLY,) if terms.wage is not None else ()
    patient = terms.patience_s is None
    models = () if patient else (ERLANG_C, ERLANG_A)
    served = tuple(c for c in SERVED if not patient or c.key != "abandonment_pct")
    plan = (OFFERED, AHT, LOAD, agents_column(), SCHEDULED, *served, *models)
    return plan, (CHANGE, agents_column(), SCHEDULED, *served, *hourly)


def inputs_section(
    counts: pl.DataFrame,
    dimensions: Sequence[Dimension],
    *,
    patience_s: float | None,
    patience_n: int,
) -> Section:
    """What the calls of the period say: how many, how long, how patient. Source: K9, K3."""
    keys = [dimension.key for dimension in dimensions]
    sums = [pl.col(name).sum() for name in ("offered_n", "aht_ms", "aht_n", "gave_up_n")]
    rows = counts.group_by(keys).agg(sums) if keys else counts.select(sums)
    columns = (
        Column(key="calls_n", label="Calls of the period", unit=Unit.COUNT, drop=0),
        replace(AHT, key="all_aht_s"),
        replace(AHT_N, key="all_aht_n", of="all_aht_s"),
        Column(key="patience_s", label="Patience", unit=Unit.SECONDS, drop=1),
        Column(
            key="patience_n",
            label="Given up",
            unit=Unit.COUNT,
            role="n",
            of="patience_s",
            drop=2,
        ),
    )
    return section_of(
        "inputs",
        "What the calls say",
        rows.select(
            *keys,
            calls_n="offered_n",
            all_aht_s=SECOND * ratio(pl.col("aht_ms"), pl.col("aht_n")),
            all_aht_n="aht_n",
            patience_s=pl.lit(patience_s, pl.Float64),
            patience_n=pl.lit(patience_n, pl.Int64),
            calls=pl.col("offered_n"),
        ),
        columns,
        dimensions=dimensions,
    )


def _on(weekday: str) -> str:
    return f"on_{weekday.lower()}_n"


def _cost(terms: Terms) -> tuple[Column, ...]:
    return (COST,) if terms.wage is not None else ()
