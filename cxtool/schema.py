"""The canonical tables: names, columns, types. The one list that everything else reads.

``Type`` is what a column holds in an export; ``cxtool.tables`` says what becomes of it in the
frames that metrics see.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

# Names that stand in for an id which the export lacks, and numbers that people are found by.
NAMING = frozenset({"agent", "first_agent", "closed_by", "contact", "company", "phone"})


class Type(StrEnum):
    """What a canonical column holds."""

    STR = "str"
    DATETIME = "datetime"
    SECONDS = "seconds"
    BOOL = "bool"
    LIST = "list"
    INT = "int"
    FLOAT = "float"


class Field(Struct, frozen=True):
    """One canonical column. ``required`` columns must be in the export and filled in each row."""

    name: str
    type: Type = Type.STR
    required: bool = False

    @property
    def is_id(self) -> bool:
        """Whether values tell people, companies, cases or tickets apart."""
        return self.name.endswith("_id") or self.name in NAMING


class Table(Struct, frozen=True):
    """One canonical table. ``key`` is unique; ``spans`` are (start, end) columns in time order."""

    name: str
    fields: tuple[Field, ...]
    key: str | None = None
    spans: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.required)


def _table(
    name: str, columns: str, *, key: str | None = None, spans: tuple[tuple[str, str], ...] = ()
) -> Table:
    """A table from words such as ``case_id* handle_s:seconds`` (``*`` required, no type: text)."""
    fields = []
    for word in columns.split():
        column, _, kind = word.partition(":")
        fields.append(Field(column.rstrip("*"), Type(kind or "str"), column.endswith("*")))
    return Table(name, tuple(fields), key, spans)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "interactions",
            "case_id* started_at*:datetime channel* direction ended_at:datetime status queue team"
            " topic language campaign skills:list agent_id agent first_agent closed_by contact_id"
            " contact contact_labels:list company_id company handle_s:seconds"
            " first_response_s:seconds talk_s:seconds hold_s:seconds acw_s:seconds wait_s:seconds"
            " answered:bool transfers:int resolved:bool disposition tags:list notes sentiment"
            " csat:float recording ticket_id",
            key="case_id",
            spans=(("started_at", "ended_at"),),
        ),
        _table(
            "contacts",
            "contact_id* name email phone location language labels:list company_id",
            key="contact_id",
        ),
        _table("companies", "company_id* name location phone primary_contact_id", key="company_id"),
        _table(
            "tickets",
            "ticket_id* created_at*:datetime resolved_at:datetime status priority subject product"
            " description contact_id company_id agent_id queue",
            key="ticket_id",
            spans=(("created_at", "resolved_at"),),
        ),
        _table("behaviors", "case_id* behavior* score*:float"),
        _table(
            "transcripts",
            "case_id* turn*:int speaker* text* at:datetime start_s:seconds end_s:seconds",
        ),
        _table(
            "agent_states",
            "agent_id* state* started_at*:datetime ended_at*:datetime",
            spans=(("started_at", "ended_at"),),
        ),
        _table("context", "case_id* kind* name* value at:datetime"),
        _table("notes", "at*:datetime text* author contact_id company_id ticket_id case_id"),
    )
}

DIRECTIONS = ("inbound", "outbound", "internal")
STATUSES = ("open", "closed")
SENTIMENTS = ("positive", "neutral", "negative")
SPEAKERS = ("agent", "customer", "bot", "system")
CONTEXT_KINDS = ("pre_chat", "self_service", "visitor", "additional")
DISPOSITIONS = (
    "resolved",
    "unresolved",
    "callback_scheduled",
    "escalated",
    "customer_satisfaction",
    "sales_opportunity",
    "technical_issue",
)
BEHAVIORS = (
    "demonstrate_ownership",
    "active_listening",
    "be_empathetic",
    "build_rapport",
    "set_expectations",
    "effective_questioning",
    "promote_self_service",
    "inappropriate_action",
    "acknowledge_loyalty",
)
