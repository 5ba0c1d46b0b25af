"""What is known around the customer's conversations: survey, self-service, visitor, variables.

All conversations of the period are told, the newest first, each fact with its conversation.
Source: A3-A6.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cxtool.metrics.customer_cases import CASE_ID, STARTED
from cxtool.metrics.customer_rows import Customer, section
from cxtool.report import Column, Section
from cxtool.units import Unit

AT = Column(key="at", label="Time", unit=Unit.DATETIME, drop=0)
TRUE = ("true", "yes", "y", "t", "1")
FALSE = ("false", "no", "n", "f", "0")
# What is told of a visitor, and the other names it goes by.
VISITOR = {
    "authenticated": ("authenticated", "is_authenticated", "signed_in"),
    "browser": ("browser",),
    "operating_system": ("operating_system", "os"),
    "location": ("location",),
    "language": ("language", "locale"),
}
VISITOR_COLUMNS = (
    CASE_ID,
    STARTED,
    Column(key="authenticated", label="Authenticated", unit=Unit.BOOL, drop=0),
    Column(key="browser", label="Browser", drop=1),
    Column(key="operating_system", label="Operating system", drop=1),
    Column(key="location", label="Location", drop=1),
    Column(key="language", label="Language", drop=1),
)


def context_sections(customer: Customer) -> Iterator[Section]:
    """Sections ``pre_chat``, ``self_service``, ``visitor`` and ``additional``.

    None where the export has no context. ``authenticated`` is null where the word is neither yes
    nor no; other facts of visitors stand with the additional ones.
    """
    facts = _facts(customer)
    if facts is None:
        return
    request = customer.request
    newest = facts.sort("started_at", "case_id", "at", "name", descending=[True, *[False] * 3])
    yield section(
        "pre_chat",
        "Pre-chat survey",
        (
            Column(key="question", label="Question", drop=0),
            Column(key="answer", label="Answer", drop=0),
            CASE_ID,
            STARTED,
        ),
        newest.filter(kind="pre_chat").rename({"name": "question", "value": "answer"}),
        request=request,
    )
    yield section(
        "self_service",
        "Self-service",
        (
            AT,
            Column(key="action", label="Action", drop=0),
            Column(key="value", label="What", drop=0),
            CASE_ID,
        ),
        facts.filter(kind="self_service")
        .sort("at", "case_id", "name", descending=[True, False, False], nulls_last=True)
        .rename({"name": "action"}),
        request=request,
    )
    visitor = newest.filter(kind="visitor")
    yield section(
        "visitor", "Visitor details", VISITOR_COLUMNS, _visitors(visitor), request=request
    )
    known = [name for names in VISITOR.values() for name in names]
    is_more = (pl.col("kind") == "visitor") & ~pl.col("plain").is_in(known)
    yield section(
        "additional",
        "Additional details",
        (
            Column(key="name", label="Variable", drop=0),
            Column(key="value", label="Value", drop=0),
            CASE_ID,
            STARTED,
        ),
        newest.filter((pl.col("kind") == "additional") | is_more),
        request=request,
    )


def self_service(customer: Customer) -> pl.DataFrame | None:
    """What the customer's cases tell of self-service, None where the export has no context."""
    facts = _facts(customer, everybodys=True)
    return None if facts is None else facts.filter(kind="self_service")


def _facts(customer: Customer, *, everybodys: bool = False) -> pl.DataFrame | None:
    """The context of the cases, with their start and each name as a ``plain`` word."""
    if customer.context is None:
        return None
    cases = customer.all_cases if everybodys else customer.cases
    plain = pl.col("name").str.strip_chars().str.to_lowercase().str.replace_all(r"[\s-]+", "_")
    started = cases.select("case_id", "started_at")
    return customer.context.join(started, on="case_id").with_columns(plain=plain)


def _visitors(facts: pl.DataFrame) -> pl.DataFrame:
    """One row a conversation; of a fact told twice the first."""
    told = facts.group_by("case_id", "started_at", maintain_order=True).agg(
        pl.col("value").filter(pl.col("plain").is_in(names)).first().alias(key)
        for key, names in VISITOR.items()
    )
    word = pl.col("authenticated").str.to_lowercase()
    is_known = pl.when(word.is_in(TRUE)).then(True).when(word.is_in(FALSE)).then(False)
    return told.with_columns(authenticated=is_known)
