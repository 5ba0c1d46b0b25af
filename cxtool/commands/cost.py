"""``cxtool cost``."""

from __future__ import annotations

import click

from cxtool.commands.params import REPORT, GroupedCommand, Shared, shared


@click.command("cost", cls=GroupedCommand)
@click.option(
    "--prices", metavar="FILE", help="Price list of your own; 'cxtool cost prices' shows one."
)
@shared(*REPORT)
def command(options: Shared, prices: str | None) -> None:
    """What the platform costs: a subscription's tier against pay-as-you-go.

    Prices are ranges with their sources, set against the export's own minutes, messages and
    agents. They are a start: put in what your vendor offers.

    \b
    Examples:
      cxtool cost export/ -p last-month
      cxtool cost prices -o prices.toml
      cxtool cost export/ -p 2026-05 --prices prices.toml
      cxtool cost export/ -p 2026-05 --section break_even
      cxtool cost export/ -p 2026-05 --section channels -f csv
    """
    from cxtool.commands.run import Needs, names_people, run
    from cxtool.metrics import cost
    from cxtool.metrics.cost_prices import load_prices

    charged = load_prices(prices) if prices else None
    named = names_people(*options.where)
    run(
        options,
        Needs(people=lambda settings: named),
        lambda tables, settings: cost.report(tables, settings, prices=charged),
    )
