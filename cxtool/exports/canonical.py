"""From usable rows to the frames that metrics see (``cxtool.tables`` says what each column is).

All that needs a calendar, a time zone, text or lists happens here, natively in the engine that
holds the table, so that metrics can stay with grouping, joining and counting.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cxtool.config import Settings
from cxtool.exports.convert import POLARS_TYPES
from cxtool.exports.mapped import frame_name
from cxtool.exports.times import local_day, local_time
from cxtool.schema import DIRECTIONS, TABLES, Table, Type

Frames = Mapping[str, pl.LazyFrame]


def cases(frames: Frames, settings: Settings, *, time_zone: str, people: bool) -> pl.LazyFrame:
    """The interactions as cases. ``people`` joins what contacts and companies know."""
    rows = _complete(frames["interactions"], TABLES["interactions"])
    if people:
        rows = _with_people(rows, frames)
    local = local_time(pl.col("started_at"), time_zone)
    # The fallbacks of the data model, one step at a time: later ones stand on earlier ones.
    return (
        rows.with_columns(
            direction=pl.when(pl.col("direction").is_in(DIRECTIONS))
            .then(pl.col("direction"))
            .otherwise(pl.lit("inbound")),
            agent=pl.coalesce("agent", "agent_id"),
            agent_id=pl.coalesce("agent_id", "agent"),
            started_ms=_epoch_ms("started_at"),
            ended_ms=_epoch_ms("ended_at"),
            started_d=local.dt.date().cast(pl.Int32),
            started_t=_second_of_day(local),
            wait_ms=pl.coalesce("wait_ms", "first_response_ms"),
            resolved=pl.coalesce("resolved", _disposition_resolves(settings)),
            is_voice=_among(settings.channels.voice),
            is_chat=_among(settings.channels.chat),
        )
        .with_columns(
            handle_ms=pl.coalesce("handle_ms", pl.col("ended_ms") - pl.col("started_ms")),
            answered=pl.coalesce("answered", _was_answered()),
        )
        .with_columns(_business_days(settings))
    )


def tickets(frames: Frames, *, time_zone: str) -> pl.LazyFrame:
    """The tickets, with the company of the contact where the ticket names none."""
    rows = _complete(frames["tickets"], TABLES["tickets"])
    rows = _with_company(rows, frames)
    return rows.with_columns(
        created_ms=_epoch_ms("created_at"),
        created_d=local_day(pl.col("created_at"), time_zone),
        resolved_ms=_epoch_ms("resolved_at"),
    )


def other(frames: Frames, table: str) -> pl.LazyFrame:
    """Any other table: canonical columns, and epoch milliseconds beside times."""
    rows = _complete(frames[table], TABLES[table])
    times = [field.name for field in TABLES[table].fields if field.type is Type.DATETIME]
    return rows.with_columns(
        _epoch_ms(name).alias(name.removesuffix("_at") + "_ms" if name != "at" else "at_ms")
        for name in times
    )


def _complete(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Every canonical column, the ones that the export lacks as nulls."""
    present = rows.collect_schema().names()
    absent = {
        frame_name(table, field.name): pl.lit(None, dtype=POLARS_TYPES[field.type])
        for field in table.fields
        if frame_name(table, field.name) not in present
    }
    return rows.with_columns(**absent)


def _epoch_ms(name: str) -> pl.Expr:
    return pl.col(name).dt.epoch("ms")


def _second_of_day(local: pl.Expr) -> pl.Expr:
    hour, minute, second = local.dt.hour(), local.dt.minute(), local.dt.second()
    return hour.cast(pl.Int32) * 3600 + minute.cast(pl.Int32) * 60 + second.cast(pl.Int32)


def _disposition_resolves(settings: Settings) -> pl.Expr:
    plain = pl.col("disposition").str.to_lowercase().str.replace_all("[ -]", "_")
    wanted = [
        name.lower().replace(" ", "_").replace("-", "_") for name in settings.resolution.resolved
    ]
    return plain.is_in(wanted)


def _among(channels: list[str]) -> pl.Expr:
    return pl.col("channel").is_in([channel.lower() for channel in channels])


def _was_answered() -> pl.Expr:
    talked = (pl.col("direction") == "outbound") & (pl.col("talk_ms") > 0).fill_null(False)
    return pl.col("first_response_ms").is_not_null() | talked


def _business_days(settings: Settings) -> list[pl.Expr]:
    """Days of start and response in the zone of the opening hours, where the SLA needs them."""
    if settings.sla.clock != "business":
        return []
    zone = settings.hours.time_zone or settings.tz
    responded = pl.col("started_at") + pl.duration(milliseconds=pl.col("first_response_ms"))
    return [
        local_day(pl.col("started_at"), zone).alias("started_cal_d"),
        local_day(responded, zone).alias("responded_cal_d"),
    ]


def _with_people(rows: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    if "contacts" in frames:
        contacts = _complete(frames["contacts"], TABLES["contacts"]).select(
            "contact_id",
            pl.col("name").alias("__name"),
            pl.col("labels").alias("__labels"),
        )
        rows = (
            rows.join(contacts, on="contact_id", how="left", maintain_order="left")
            .with_columns(
                contact=pl.coalesce("contact", "__name"),
                contact_labels=pl.coalesce("contact_labels", "__labels"),
            )
            .drop("__name", "__labels")
        )
    rows = rows.with_columns(contact=pl.coalesce("contact", "contact_id"))
    return _with_company(rows, frames)


def _with_company(rows: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    """``company_id`` through the contact, ``company`` by its id; each stands in for the other."""
    if "company" not in rows.collect_schema():
        rows = rows.with_columns(company=pl.lit(None, pl.String))
    if "contacts" in frames:
        contacts = _complete(frames["contacts"], TABLES["contacts"]).select(
            "contact_id", pl.col("company_id").alias("__company_id")
        )
        rows = rows.join(contacts, on="contact_id", how="left", maintain_order="left")
        # A company named in the row itself must not get another one's id.
        through = pl.when(pl.col("company").is_null()).then(pl.col("__company_id"))
        rows = rows.with_columns(company_id=pl.coalesce("company_id", through)).drop("__company_id")
    if "companies" in frames:
        companies = _complete(frames["companies"], TABLES["companies"]).select(
            "company_id", pl.col("name").alias("__company")
        )
        rows = rows.join(companies, on="company_id", how="left", maintain_order="left")
        rows = rows.with_columns(company=pl.coalesce("company", "__company")).drop("__company")
    return rows.with_columns(
        company_id=pl.coalesce("company_id", "company"),
        company=pl.coalesce("company", "company_id"),
    )
