"""``cxtool customer``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from cxtool.commands.params import EXPORT, OUTPUT, PERIOD, ROWS, GroupedCommand, Shared, shared
from cxtool.errors import CxtoolError

if TYPE_CHECKING:
    from cxtool.exports.lookup import Kind

ONE_OF_THEM = "give one of the ids"


@click.command("customer", cls=GroupedCommand)
@click.argument("asked", metavar="ID|NAME|EMAIL|PHONE")
@click.option(
    "--related",
    type=click.Choice(["contact", "company", "case"]),
    help="Whose timeline; by default the customer's own.",
)
@click.option("--case", metavar="ID", help="Conversation to sum up instead of the newest.")
@click.option(
    "--kind", type=click.Choice(["contact", "company"]), help="Look for such a customer alone."
)
@shared(*EXPORT, *PERIOD, *ROWS, *OUTPUT)
def command(
    options: Shared,
    asked: str,
    related: Literal["contact", "company", "case"] | None,
    case: str | None,
    kind: Kind | None,
) -> None:
    """All that is known of one customer, a contact or a company, on one page.

    Ids are taken exactly; names, e-mail addresses and phone numbers however they are written. If
    several customers fit, they are listed, and the exit code is 1. All days, unless a period is
    given.

    \b
    Examples:
      cxtool customer P00000042 export/
      cxtool customer "verity thurlow" export/ -o verity.html
      cxtool customer "+48 550 000 442" export/ --related company
      cxtool customer "Brightwater Foods" export/ --section timeline
    """
    from cxtool.commands.opening import messages, settings_of, tell_set_aside
    from cxtool.commands.run import Needs, finish, opened
    from cxtool.exports.limited import days_of
    from cxtool.exports.lookup import Customer, matches
    from cxtool.exports.lookup_page import only
    from cxtool.exports.lookup_told import nobody, source_of, told_apart
    from cxtool.metrics import customer
    from cxtool.progress import working

    settings = settings_of(options)
    needs = Needs(uses=customer.USES, default_period="all", compares=False)
    with (
        working("looking up", quiet=messages().quiet),
        opened(options, settings, needs) as (export, request),
    ):
        found = matches(export, asked, kind=kind)
        if found.is_empty():
            raise nobody(export, asked, kind=kind)
        if found.height > 1:
            source = source_of(export, found)
            told = told_apart(export, found)
            made = customer.matches_report(asked, told, request=request, source=source)
        else:
            (meant,) = (Customer(**row) for row in found.select("kind", "id", "by_name").to_dicts())
            own = only(export, meant, company_too=related == "company")
            tables = own.tables(request, uses=needs.uses, people=True, where=options.where)
            tell_set_aside(own, tables.given, days_of(request), allowed=options.max_bad)
            made = customer.report(tables, kind=meant.kind, id=meant.id, related=related, case=case)
    finish(made, options, settings)
    if found.height > 1:
        raise CxtoolError(
            f"'{asked}' fits {found.height:,} customers, and none was chosen",
            hint=ONE_OF_THEM if found["kind"].n_unique() == 1 else f"{ONE_OF_THEM}, or --kind",
        )
