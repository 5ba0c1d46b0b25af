"""What tells apart those whom a name fits, and whose names are near to one that fits nobody."""

from __future__ import annotations

from difflib import get_close_matches

import polars as pl

from cxtool.errors import CxtoolError
from cxtool.exports.export import Export
from cxtool.exports.lookup import (
    KINDS,
    NAMING_TABLES,
    REGISTERS,
    Kind,
    kinds_of,
    named,
)
from cxtool.exports.lookup_forms import email_form, form_of, kind_of, may_fit, name_form
from cxtool.exports.lookup_rows import columns_of, texts_of
from cxtool.report import Source

NEAREST = 3
COMPARED = 200  # letter by letter: those that share most groups of letters
GROUP = 3
LAST_CONTACTS = pl.Schema(
    {"kind": pl.String(), "id": pl.String(), "last_contact_at": pl.Datetime("us", "UTC")}
)


def told_apart(export: Export, found: pl.DataFrame) -> pl.DataFrame:
    """Matches with the name of their ``company`` and ``last_contact_at``, the latest first."""
    lasts = [_last_contacts(export, kind, found.filter(kind=kind)) for kind in KINDS]
    companies = _companies(export, found["company_id"].drop_nulls())
    return (
        found.join(companies, on="company_id", how="left")
        .with_columns(company=pl.coalesce("company", "company_id"))
        .join(pl.concat(lasts), on=["kind", "id"], how="left")
        .sort("last_contact_at", "kind", "id", descending=[True, False, False], nulls_last=True)
    )


def nobody(export: Export, asked: str, *, kind: Kind | None = None) -> CxtoolError:
    """The message that ``asked`` fits nobody, with the names that are most like it."""
    near = [f"'{name}'" for name in nearest_names(export, asked, kind=kind)]
    what = kind or "customer"
    return CxtoolError(
        f"no {what} '{asked}'" + (f"; did you mean {' or '.join(near)}?" if near else ""),
        hint="an id, a name, an e-mail address or a phone number",
    )


def source_of(export: Export, found: pl.DataFrame) -> Source:
    """Where matches come from."""
    tables = [table for table in (*REGISTERS.values(), *NAMING_TABLES) if table in export.mapped]
    return Source(
        files=export.files(tables),
        profile=export.profile,
        rows_read=found.height,
        rows_set_aside=0,
    )


def nearest_names(export: Export, asked: str, *, kind: Kind | None = None) -> list[str]:
    """The few names (or addresses) that are most like the one that fits nobody.

    A number that differs is another one: none is like it.
    """
    sort = kind_of(asked)
    to_form = email_form if sort == "email" else name_form
    form = form_of(asked, to_form)
    if sort == "phone" or form is None:
        return []
    known = pl.concat([_known(export, one, asked) for one in kinds_of(kind)]).unique()
    rows = known.with_columns(to_form(pl.col("text")).alias("form")).drop_nulls()
    groups = {form[start : start + GROUP] for start in range(max(1, len(form) - GROUP + 1))}
    shared = pl.sum_horizontal(
        pl.col("form").str.contains(group, literal=True) for group in sorted(groups)
    )
    near = (
        rows.with_columns(shared=shared, holds=pl.col("form").str.contains(form, literal=True))
        .filter(pl.col("shared") > 0)
        .sort("holds", "shared", "form", "text", descending=[True, True, False, False])
        .head(COMPARED)
    )
    if near.is_empty():
        return []
    texts = dict(zip(near["form"].reverse(), near["text"].reverse(), strict=True))
    holding_it = near.filter("holds")["form"].unique(maintain_order=True).to_list()
    close = [*holding_it[:NEAREST], *get_close_matches(form, list(texts), n=NEAREST)]
    return [texts[one] for one in dict.fromkeys(close)][:NEAREST]


def _known(export: Export, kind: Kind, asked: str) -> pl.DataFrame:
    """``text``: what those of a kind are called, or how they are reached.

    Of addresses, of which there are as many as customers, only those that begin alike.
    """
    table = REGISTERS[kind]
    if table in export.mapped:
        sort = kind_of(asked)
        texts = texts_of(export, table, sort, only=lambda text: may_fit(text, asked))
        return texts.alias("text").to_frame()
    found = [
        named(export, kind, table).select(pl.coalesce("name", "id").alias("text"))
        for table in NAMING_TABLES
        if table in export.mapped
    ]
    return pl.concat([pl.DataFrame(schema={"text": pl.String}), *found])


def _last_contacts(export: Export, kind: Kind, found: pl.DataFrame) -> pl.DataFrame:
    """``kind``, ``id``, ``last_contact_at``: the newest case, of a company's people as well."""
    ids = found["id"].to_list()
    if not ids:
        return pl.DataFrame(schema=LAST_CONTACTS)
    wanted = {f"{kind}_id": ids}
    if found["by_name"].any():
        wanted[kind] = ids
    owner = pl.coalesce(f"{kind}_id", kind)
    people = _people(export, ids) if kind == "company" else None
    if people is not None:
        wanted["contact_id"] = people["contact_id"].to_list()
    columns = ["started_at", "contact_id", "contact", "company_id", "company"]
    cases = columns_of(export, "interactions", wanted, columns)
    if people is not None:
        cases = cases.join(people, on="contact_id", how="left")
        owner = pl.coalesce(owner, "through")
    newest = cases.group_by(owner.alias("id")).agg(pl.col("started_at").max())
    return newest.select(
        pl.lit(kind).alias("kind"), "id", pl.col("started_at").alias("last_contact_at")
    )


def _people(export: Export, companies: list[str]) -> pl.DataFrame:
    """``contact_id`` and the company ``through`` which their cases are a company's."""
    schema = {"contact_id": pl.String, "through": pl.String}
    if "contacts" not in export.mapped:
        return pl.DataFrame(schema=schema)
    ids = {"company_id": companies}
    rows = columns_of(export, "contacts", ids, ["contact_id", "company_id"])
    return rows.rename({"company_id": "through"}).drop_nulls().unique("contact_id", keep="first")


def _companies(export: Export, ids: pl.Series) -> pl.DataFrame:
    """``company_id`` and ``company``, the name."""
    schema = {"company_id": pl.String, "company": pl.String}
    if "companies" not in export.mapped or ids.is_empty():
        return pl.DataFrame(schema=schema)
    rows = columns_of(export, "companies", {"company_id": ids.to_list()}, ["company_id", "name"])
    return rows.rename({"name": "company"}).unique("company_id", keep="first")
