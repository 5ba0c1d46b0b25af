"""``cxtool convert``."""

from __future__ import annotations

from pathlib import Path

import click

from cxtool.commands.params import EXPORT, MAX_BAD, GroupedCommand, Shared, shared


@click.command("convert", cls=GroupedCommand)
@click.option("-o", "--output", required=True, metavar="DATASET", help="Folder of the dataset.")
@shared(*EXPORT, *MAX_BAD)
def command(options: Shared) -> None:
    """Any export as the canonical Parquet dataset, one file per table and local day.

    Days that the dataset lacks are added, days that the export has again are replaced, each in one
    step. DATASET/_manifest.json keeps what every run read and wrote, DATASET/_proof.json that it is
    clean: reports do not judge it again, and are faster.

    \b
    Examples:
      cxtool convert export/ -o dataset
      cxtool convert calls.csv -o dataset --tz Europe/Warsaw
      cxtool sla dataset -p last-month
    """
    from cxtool.commands.opening import messages, opened_export, settings_of, tell_set_aside
    from cxtool.dataset import convert
    from cxtool.progress import working
    from cxtool.schema import TABLES

    settings = settings_of(options)
    target = Path(str(options.output))
    with (
        working("reading", quiet=messages().quiet) as work,
        opened_export(options, settings, tuple(TABLES)) as export,
    ):
        tell_set_aside(export, export.mapped, None, allowed=options.max_bad)
        work.now("writing")
        counts = convert(export, target)
    written = ", ".join(f"{count.table} {count.rows_out:,}" for count in counts)
    messages().info(f"{target}: {written}")
