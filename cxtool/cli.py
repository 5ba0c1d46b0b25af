"""The command group, and the one place that turns errors into messages and exit codes.

Commands are listed here by name and imported only when called, so that help and completion stay
quick. Two words, such as ``behavior calibrate``, are one command.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any

import click

from cxtool import __version__, stopping
from cxtool.errors import CxtoolError, UsageError, nearest
from cxtool.messages import Messages

# Name -> module (the command is its ``command``) and the summary that ``--help`` lists.
COMMANDS: dict[str, tuple[str, str]] = {
    "log": ("log", "The interaction log: every case, with its SLA."),
    "sla": ("sla", "SLA compliance, its breaches and response times."),
    "behavior": ("behavior", "Behaviour scores of agents and teams."),
    "behavior calibrate": ("calibrate", "Freeze the cut points of behaviour scores in a file."),
    "kpi": ("kpi", "Contact-centre metrics beside the industry's figures."),
    "agents": ("agents", "Figures of each agent, team or queue."),
    "cel": ("cel", "Companies in contact and their Customer Engagement Load."),
    "journey": ("journey", "Contacts across channels: threads, transfers, containment."),
    "speech": ("speech", "What is said: talk time, keywords, sentiment, churn risk, search."),
    "cost": ("cost", "A subscription against pay-as-you-go, on the export's own volumes."),
    "cost prices": ("cost_prices", "The price list of 'cost', as a file to edit."),
    "forecast": ("forecast", "Volumes to expect per interval, with their uncertainty."),
    "staffing": ("staffing", "Agents needed per interval, and what one more or less changes."),
    "customer": ("customer", "All that is known of one customer, on one page."),
    "report": ("report", "One HTML page with everything that the export allows."),
    "check": ("check", "Data quality: which rows were set aside, and why."),
    "explain": ("explain", "What a figure is: definition, formula, unit, source."),
    "convert": ("convert", "Any export as the canonical Parquet dataset, by day."),
    "config": ("config", "The settings that hold, and where each came from."),
    "profile infer": ("profile_infer", "Draft a mapping profile from an unknown file."),
    "profile list": ("profile_list", "The built-in mapping profiles."),
    "profile show": ("profile_show", "A mapping profile as TOML."),
    "profile test": ("profile_test", "What a mapping profile makes of an export."),
    "sample": ("sample", "Write a synthetic export whose true metrics are known."),
}


class Commands(click.Group):
    """Commands imported on call; an unknown one is answered with the nearest.

    ``prefix`` is what stands before the names of a group within the program, such as ``profile``.
    """

    def __init__(self, *args: Any, prefix: str = "", **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        inner = [name.removeprefix(self.prefix) for name in self.named()]
        return list(dict.fromkeys(name.split()[0] for name in inner))

    def named(self) -> dict[str, tuple[str, str]]:
        """The listed commands that begin with the prefix."""
        return {name: entry for name, entry in COMMANDS.items() if name.startswith(self.prefix)}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = self.prefix + cmd_name
        if name in COMMANDS:
            module = importlib.import_module(f"cxtool.commands.{COMMANDS[name][0]}")
            command: click.Command = module.command
            return command
        if any(listed.startswith(f"{name} ") for listed in COMMANDS):
            return Commands(cmd_name, prefix=f"{name} ", no_args_is_help=True)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # Two words first: ``behavior`` is a command, and ``behavior calibrate`` another one.
        for words in (2, 1):
            name = " ".join(args[:words])
            is_listed = words == 1 or self.prefix + name in COMMANDS
            command = self.get_command(ctx, name) if is_listed and len(args) >= words else None
            if command is not None:
                return name, command, args[words:]
        if ctx.resilient_parsing:
            return None, None, args
        raise self._unknown(args[0])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return _reader_gone()  # click itself would end with exit code 1

    def _unknown(self, word: str) -> UsageError:
        guess = nearest(self.prefix + word, list(COMMANDS))
        return UsageError(
            f"no command '{self.prefix}{word}'" + (f"; did you mean '{guess}'?" if guess else ""),
            hint=f"cxtool {self.prefix}--help lists the commands",
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.named().items()])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(__version__, "--version", message="cxtool %(version)s")
def cli() -> None:
    """Contact-centre analytics from exported files.

    EXPORT is a folder, files or globs of CSV, JSON, Parquet or xlsx, Parquet in object storage
    (s3://bucket/dataset), or - for standard input. Figures go to standard output, messages to
    standard error.

    \b
    Examples:
      cxtool sla export/                       compliance of the last 7 days
      cxtool sla export/ --by agent -p 2026-05
      cxtool cel export/ -f csv -o cel.csv
      cxtool behavior export/ --agent "Zofia Zaremba"
      cxtool check export/                     what could not be used, and why
    """


def run(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    messages = Messages(debug=os.environ.get("CXTOOL_DEBUG", "") not in ("", "0"))
    try:
        result: Any = cli.main(
            args=arguments, prog_name="cxtool", standalone_mode=False, obj=messages
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    except (KeyboardInterrupt, click.Abort):
        return 130
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.ctx.get_help() if problem.ctx else "", err=True)
        return 2
    except click.ClickException as problem:
        messages.error(UsageError(problem.format_message()))
        return 2
    except CxtoolError as problem:
        if messages.debug:
            raise
        messages.error(problem)
        return problem.exit_code
    except Exception as problem:
        if messages.debug:
            raise
        messages.error(_unexpected(problem))
        return 1
    return result if isinstance(result, int) else 0


def _reader_gone() -> int:
    """A reader that has seen enough is no failure."""
    from cxtool.output import abandon_stdout

    abandon_stdout()
    return 0


def _unexpected(problem: Exception) -> CxtoolError:
    """Any other failure, in one line; ``--debug`` shows where it comes from."""
    text = str(problem).strip().splitlines()
    said = text[0] if text else type(problem).__name__
    return CxtoolError(f"{type(problem).__name__}: {said}", hint="--debug shows the details")


def main() -> None:
    """The ``cxtool`` program."""
    # A short run makes no garbage worth collecting; looking for it costs some 20 ms of imports.
    gc.disable()
    stopping.install()
    code = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # The interpreter's teardown takes some 60 ms of every run.
    stopping.leave(code)
