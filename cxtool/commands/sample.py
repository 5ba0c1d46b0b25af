"""``cxtool sample``: a synthetic export of any size whose true metrics are known."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import click

from cxtool.commands.params import HELP
from cxtool.errors import UsageError
from cxtool.messages import Messages


@click.command(
    name="sample",
    short_help="Write a synthetic export whose true metrics are known.",
    context_settings=HELP,
)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="New or empty folder to write.",
)
@click.option(
    "--interactions", metavar="N", type=int, default=20_000, show_default=True, help="Cases in all."
)
@click.option("--days", metavar="N", type=int, default=60, show_default=True, help="Days covered.")
@click.option(
    "--seed",
    metavar="N",
    type=int,
    default=1,
    show_default=True,
    help="Another seed, another centre; the same seed, the same bytes.",
)
@click.option(
    "-f",
    "--format",
    "fmt",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="Format of the files.",
)
@click.option("--start", metavar="DATE", help="First day.")
@click.option("--end", metavar="DATE", help="Day after the last one.  [default: 2026-06-01]")
@click.option("--companies", metavar="N", type=int, help="Companies; default by size.")
@click.option("--agents", metavar="N", type=int, help="Agents; default by size.")
@click.option(
    "--transcripts",
    metavar="N",
    type=int,
    default=20_000,
    show_default=True,
    help="At most so many cases with a transcript.",
)
@click.option("--only", metavar="TABLE,...", multiple=True, help="Write these tables only.")
@click.option("--force", is_flag=True, help="Replace an older sample in DIR.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all is well.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    folder: Path,
    interactions: int,
    days: int,
    seed: int,
    fmt: Literal["parquet", "csv"],
    start: str | None,
    end: str | None,
    companies: int | None,
    agents: int | None,
    transcripts: int,
    only: tuple[str, ...],
    force: bool,
    quiet: bool,
) -> None:
    """Write a synthetic export whose true metrics are known.

    \b
    Examples:
      cxtool sample -o demo
      cxtool sample -o large --interactions 1000000 --days 90 --seed 7
      cxtool sample -o winter --format csv --end 2026-03-01
      cxtool sample -o calls --only interactions,tickets

    Believable data of an invented contact centre: all tables, daily and weekly rhythm, several
    channels and languages, companies of very different size, and changes that trends should show.
    DIR/truth.json holds the true figures, counted while the rows are made, to check any analysis
    against. The clock is never read: the same options give the same files.
    """
    from cxtool.progress import working
    from cxtool.synthetic.generate import ALL_TABLES, write_sample
    from cxtool.synthetic.plan import DEFAULT_END, Order

    order = Order(
        interactions=interactions,
        days=days,
        seed=seed,
        end=_end(start, end, days) or DEFAULT_END,
        companies=companies,
        agents=agents,
        transcripts=transcripts,
    )
    wanted = {name.strip() for names in only for name in names.split(",") if name.strip()}
    unknown = sorted(wanted - set(ALL_TABLES))
    if only and not wanted:
        raise UsageError("--only names no table", hint="tables: " + ", ".join(ALL_TABLES))
    tables = tuple(name for name in ALL_TABLES if not only or name in wanted) + tuple(unknown)
    with working("writing days", quiet=quiet) as work:
        rows_n = write_sample(
            order, folder, fmt=fmt, tables=tables, force=force, progress=work.advance
        )
    if not quiet:
        root = ctx.find_root().obj
        messages = root if isinstance(root, Messages) else Messages()
        counts = ", ".join(f"{name} {count:,}" for name, count in rows_n.items())
        messages.info(f"wrote {folder}: {counts}")


def _end(start: str | None, end: str | None, days: int) -> date | None:
    """The first day not covered; None where neither option is given."""
    if start and end:
        raise UsageError("--start and --end cannot be given together", hint="use --days with one")
    try:
        if start:
            return _day(start, "--start") + timedelta(days=days)
    except OverflowError:
        raise UsageError("--start and --days leave the calendar") from None
    return _day(end, "--end") if end else None


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is not a date: '{text}'", hint="such as 2026-06-01") from None
