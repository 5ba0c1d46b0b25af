"""What the head of a page says of the report, each fact under its own name."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from msgspec import Struct

from cxtool.render.head import FILES_NAMED, days_text, period_text
from cxtool.render.safe import one_line
from cxtool.report import Report, Source


class Fact(Struct, frozen=True, kw_only=True):
    """A name and what it is, safe to show on one line."""

    name: str
    text: str


def head_facts(report: Report, generated_at: datetime | None) -> tuple[Fact, ...]:
    """Periods, zone and day of the report, and when the page was made."""
    previous = days_text(report.previous) if report.previous else "nothing"
    facts = {
        "Period": period_text(report.period),
        "Compared with": previous,
        "As of": f"{report.as_of}",
        "Time zone": report.time_zone,
    }
    if generated_at is not None:
        local = generated_at.astimezone(ZoneInfo(report.time_zone))
        facts["Made"] = f"{local:%Y-%m-%d %H:%M}"
    return _facts(facts)


def quality_facts(source: Source) -> tuple[Fact, ...]:
    """Where the figures come from, and how much of it could be used."""
    names = [PurePath(file).name or file for file in source.files]
    listed = ", ".join(names[:FILES_NAMED]) + (
        f" and {len(names) - FILES_NAMED} more" if len(names) > FILES_NAMED else ""
    )
    facts = {
        "Source": listed or "no file",
        **({"Profile": source.profile} if source.profile else {}),
        "Rows read": f"{source.rows_read:,}",
        "Rows set aside": f"{source.rows_set_aside:,}",
    }
    return _facts(facts)


def _facts(facts: dict[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, text=one_line(text)) for name, text in facts.items())
