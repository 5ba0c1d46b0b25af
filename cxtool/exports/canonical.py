"""From usable rows to the frames that metrics see (``cxtool.tables`` says what each column is).

Clocks and zones are the engine's own (``native``); what remains is the same on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import narwhals.stable.v2 as nw

from cxtool.config import Settings
from cxtool.exports import native
from cxtool.exports.mapped import frame_name
from cxtool.joining import left_join
from cxtool.schema import DIRECTIONS, TABLES, Table, Type
from cxtool.tables import Frame

Frames = Mapping[str, Frame]

TOLD = {"contact": "name", "contact_labels": "labels"}  # of cases, by columns of contacts
THROUGH = "__company_id"  # the company of the contact

TYPES: Mapping[Type, nw.dtypes.DType] = {
    Type.STR: nw.String(),
    Type.DATETIME: nw.Datetime("us", "UTC"),
    Type.SECONDS: nw.Int64(),  # whole milliseconds
    Type.BOOL: nw.Boolean(),
    Type.LIST: nw.List(nw.String),
    Type.INT: nw.Int64(),
    Type.FLOAT: nw.Float64(),
}


def cases(
    frames: Frames,
    settings: Settings,
    *,
    time_zone: str,
    people: bool,
    settled: Set[str] = frozenset(),
) -> Frame:
    """The interactions as cases. ``people`` joins what contacts and companies know.

    ``settled``: of the columns of ``fallbacks``, those that are known not to need any.
    """
    rows = complete(frames["interactions"], TABLES["interactions"])
    rows = native.with_epoch_ms(rows, {"started_ms": "started_at", "ended_ms": "ended_at"})
    rows = native.with_local_day(rows, "started_d", "started_ms", time_zone)
    rows = native.with_local_second(rows, "started_t", "started_ms", time_zone)
    rows = rows.with_columns(
        resolved=nw.coalesce(nw.col("resolved"), _disposition_resolves(settings)),
        is_voice=_among(settings.channels.voice),
        is_chat=_among(settings.channels.chat),
    )
    # One step at a time: later ones stand on earlier ones.
    for step in fallbacks():
        needed = {name: value for name, value in step.items() if name not in settled}
        rows = rows.with_columns(**needed) if needed else rows
    rows = _with_business_days(rows, settings)
    # Last, so that rows are left out before anything is joined to them.
    return _with_people(rows, frames) if people else rows


def fallbacks() -> tuple[dict[str, nw.Expr], ...]:
    """What stands in for a value that a case lacks, in steps; the same under all settings."""
    is_known = nw.col("direction").is_in(DIRECTIONS)
    return (
        {
            "direction": nw.when(is_known).then(nw.col("direction")).otherwise(nw.lit("inbound")),
            "agent": nw.coalesce("agent", "agent_id"),
            "agent_id": nw.coalesce("agent_id", "agent"),
            "wait_ms": nw.coalesce("wait_ms", "first_response_ms"),
            "handle_ms": nw.coalesce(
                nw.col("handle_ms"), nw.col("ended_ms") - nw.col("started_ms")
            ),
        },
        {"answered": nw.coalesce(nw.col("answered"), _was_answered())},
    )


def tickets(frames: Frames, *, time_zone: str) -> Frame:
    """The tickets, with the company of the contact where the ticket names none."""
    rows = complete(frames["tickets"], TABLES["tickets"])
    if "company" not in rows.collect_schema():
        rows = rows.with_columns(company=nw.lit(None, dtype=nw.String))
    rows = with_company_names(with_contact_companies(rows, frames), frames)
    rows = native.with_epoch_ms(rows, {"created_ms": "created_at", "resolved_ms": "resolved_at"})
    return native.with_local_day(rows, "created_d", "created_ms", time_zone)


def other(frames: Frames, table: str) -> Frame:
    """Any other table: canonical columns, and epoch milliseconds beside times."""
    rows = complete(frames[table], TABLES[table])
    times = [field.name for field in TABLES[table].fields if field.type is Type.DATETIME]
    return native.with_epoch_ms(rows, {f"{_moment(name)}_ms": name for name in times})


def _moment(name: str) -> str:
    return name if name == "at" else name.removesuffix("_at")


def with_contact_words(
    rows: Frame, frames: Frames, *, lacking: Mapping[str, str] = TOLD, **also: str
) -> Frame:
    """Those of ``TOLD`` that cases lack; a contact without a name goes by its id.

    ``also``: further columns of ``contacts``, and the names under which rows get them.
    """
    if "contacts" in frames and (lacking or also):
        told = {column: f"__{name}" for name, column in lacking.items()}
        rows = _with_contacts(rows, frames, **told, **also)
        filled = {name: nw.coalesce(name, f"__{name}") for name in lacking}
        rows = rows.with_columns(**filled).drop(*told.values())
    return rows.with_columns(contact=nw.coalesce("contact", "contact_id"))


def with_contact_companies(rows: Frame, frames: Frames) -> Frame:
    """``company_id`` through the contact, where the row itself names no company."""
    return _through_contacts(_with_contacts(rows, frames, company_id=THROUGH), frames)


def with_company_names(rows: Frame, frames: Frames) -> Frame:
    """``company`` by its id; each of them stands in for the other."""
    if "companies" in frames:
        companies = complete(frames["companies"], TABLES["companies"]).select(
            "company_id", nw.col("name").alias("__company")
        )
        rows = left_join(rows, companies, on="company_id")
        rows = rows.with_columns(company=nw.coalesce("company", "__company")).drop("__company")
    return rows.with_columns(
        company_id=nw.coalesce("company_id", "company"),
        company=nw.coalesce("company", "company_id"),
    )


def complete(rows: Frame, table: Table) -> Frame:
    """Every canonical column, the ones that the export lacks as nulls."""
    present = rows.collect_schema().names()
    absent = {
        frame_name(table, field.name): nw.lit(None, dtype=TYPES[field.type])
        for field in table.fields
        if frame_name(table, field.name) not in present
    }
    return rows.with_columns(**absent) if absent else rows


def _disposition_resolves(settings: Settings) -> nw.Expr:
    plain = nw.col("disposition").str.to_lowercase().str.replace_all("[ -]", "_")
    wanted = [
        name.lower().replace(" ", "_").replace("-", "_") for name in settings.resolution.resolved
    ]
    return plain.is_in(wanted)


def _among(channels: list[str]) -> nw.Expr:
    names = [channel.lower() for channel in channels]
    # To compare with the only one is several times quicker.
    return nw.col("channel") == names[0] if len(names) == 1 else nw.col("channel").is_in(names)


def _was_answered() -> nw.Expr:
    talked = (nw.col("direction") == "outbound") & (nw.col("talk_ms") > 0).fill_null(False)
    return ~nw.col("first_response_ms").is_null() | talked


def _with_business_days(rows: Frame, settings: Settings) -> Frame:
    """Days of start and response in the zone of the opening hours, where the SLA needs them."""
    if settings.sla.clock != "business":
        return rows
    zone = settings.hours.time_zone or settings.tz
    responded = nw.col("started_ms") + nw.col("first_response_ms")
    rows = rows.with_columns(responded.alias("__responded_ms"))
    rows = native.with_local_day(rows, "started_cal_d", "started_ms", zone)
    return native.with_local_day(rows, "responded_cal_d", "__responded_ms", zone).drop(
        "__responded_ms"
    )


def _with_people(rows: Frame, frames: Frames) -> Frame:
    """What ``contacts`` knows of the contact, and the company."""
    rows = with_contact_words(rows, frames, company_id=THROUGH)
    return with_company_names(_through_contacts(rows, frames), frames)


def _with_contacts(rows: Frame, frames: Frames, **names: str) -> Frame:
    """The columns of ``contacts`` under other names; one join, as it goes through all cases."""
    if "contacts" not in frames:
        return rows
    contacts = complete(frames["contacts"], TABLES["contacts"])
    tells = nw.any_horizontal(*(~nw.col(column).is_null() for column in names), ignore_nulls=True)
    contacts = contacts.filter(tells).select(
        "contact_id", *(nw.col(column).alias(name) for column, name in names.items())
    )
    return left_join(rows, contacts, on="contact_id")


def _through_contacts(rows: Frame, frames: Frames) -> Frame:
    if "contacts" not in frames:
        return rows
    # A company named in the row itself must not get another one's id.
    through = nw.when(nw.col("company").is_null()).then(nw.col(THROUGH))
    return rows.with_columns(company_id=nw.coalesce(nw.col("company_id"), through)).drop(THROUGH)
