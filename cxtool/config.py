"""Settings: what ``cxtool.toml``, the environment and the options say, as one frozen value.

An option wins over the environment, that over the one configuration file, that over the default.
A map (``[sla.channels]``, ``[hours.queues]``) is one setting: it is replaced, never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_type_hints

from msgspec import Struct, convert, field

from cxtool.errors import UsageError
from cxtool.setting_types import (
    Amount,
    CompareText,
    Count,
    Dates,
    Duration,
    Hours,
    Percent,
    PeriodText,
    Scale,
    Target,
    Weekday,
    Zone,
)
from cxtool.settings_sources import (
    find_file,
    given_in_environment,
    given_in_file,
    given_in_options,
)

DEFAULT = "default"


class SlaSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[sla]``: thresholds (``600``, ``"10m"``, ``"0:10:00"``), for all and by channel."""

    threshold: Duration = 600.0
    clock: Literal["wall", "business"] = "wall"
    channels: dict[str, Duration] = field(default_factory=dict)
    queues: dict[str, Duration] = field(default_factory=dict)
    labels: dict[str, Duration] = field(default_factory=dict)


class QueueHours(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[hours.queues.NAME]``: opening hours of one queue; holidays are added to the centre's."""

    spans: dict[Weekday, Hours] = field(default_factory=dict)
    holidays: Dates = field(default_factory=list)


class HoursSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[hours]``: when the centre is open: ``spans`` of ``mon`` ... ``sun`` as ``HH:MM-HH:MM``."""

    time_zone: Zone | None = None  # None: the report's time zone
    spans: dict[Weekday, Hours] = field(default_factory=dict)
    holidays: Dates = field(default_factory=list)
    queues: dict[str, QueueHours] = field(default_factory=dict)


class ChannelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[channels]``: which of the centre's own channel names are voice, and which are chat."""

    voice: list[str] = field(default_factory=lambda: ["voice"])
    chat: list[str] = field(default_factory=lambda: ["chat"])


class ResolutionSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[resolution]``: dispositions that count as resolved where no ``resolved`` column is."""

    resolved: list[str] = field(default_factory=lambda: ["resolved"])


class CsatSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[csat]``: lowest and highest step of the scale; how many steps from the top satisfy."""

    scale: Scale = (1.0, 5.0)
    top_steps: Count = 2


class FcrSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[fcr]``: in which time a customer must not come back; the export's own column for it."""

    window: Duration = 604_800.0
    column: str | None = None


class ServiceLevelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[service_level]``: answered within this time, short abandons, and the variant told."""

    within: Duration = 20.0
    short_abandon: Duration = 5.0
    variant: Literal[
        "abandons-hurt",
        "abandons-help",
        "abandons-ignored",
        "early-abandons-out",
        "short-abandons-help",
        "short-abandons-out",
    ] = "abandons-hurt"


class KpiSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[kpi]``: the industry whose figures stand beside the centre's own."""

    industry: Literal["call_center", "retail", "technical_support"] = "call_center"


class BehaviorSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[behavior]``: behaviours whose absence is good, languages with a model (empty: all)."""

    negative: list[str] = field(default_factory=lambda: ["inappropriate_action"])
    languages: list[str] = field(default_factory=list)


class CelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[cel]``: a fixed time per ticket in seconds instead of the mean resolution time."""

    ticket_time: Duration | None = None


class JourneySettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[journey]``: how far apart cases of a thread start, and which channels serve themselves."""

    window: Duration = 604_800.0  # 7 days, as for FCR
    ivr: list[str] = field(default_factory=lambda: ["ivr"])
    bot: list[str] = field(default_factory=lambda: ["bot", "chatbot", "voicebot"])
    portal: list[str] = field(default_factory=lambda: ["portal", "self-service", "self_service"])


class CostSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[cost]``: a price list of one's own, and what an hour of an agent's time costs."""

    prices: str | None = None
    wage: Amount | None = None


class ForecastSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[forecast]``: days that are not learned from, and holidays that are days as any other."""

    leave_out: Dates = field(default_factory=list)
    open_holidays: Dates = field(default_factory=list)


class LexiconSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[lexicons]``: own files of phrases, and the language to read conversations in."""

    files: list[str] = field(default_factory=list)
    language: str = "auto"


class StaffingSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[staffing]``: what calls are to meet, by which model, and what agents do besides."""

    target: Target = "80/20"
    asa: Duration | None = None
    max_occupancy: Percent | None = None
    max_abandonment: Percent | None = None
    model: Literal["erlang-c", "erlang-a"] = "erlang-c"
    patience: Duration | None = None  # None: as the calls given up in the export tell it
    shrinkage: Percent = 0.0


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that can be set. Top-level keys are defaults of the shared options."""

    export: str | None = None
    profile: str | None = None
    period: PeriodText | None = None
    compare: CompareText = "previous"
    tz: Zone = "UTC"
    format: str | None = None
    color: Literal["auto", "always", "never"] = "auto"
    engine: Literal["polars", "spark"] = "polars"
    spark_url: str = "local[*]"
    sla: SlaSettings = field(default_factory=SlaSettings)
    hours: HoursSettings = field(default_factory=HoursSettings)
    channels: ChannelSettings = field(default_factory=ChannelSettings)
    resolution: ResolutionSettings = field(default_factory=ResolutionSettings)
    csat: CsatSettings = field(default_factory=CsatSettings)
    fcr: FcrSettings = field(default_factory=FcrSettings)
    service_level: ServiceLevelSettings = field(default_factory=ServiceLevelSettings)
    kpi: KpiSettings = field(default_factory=KpiSettings)
    behavior: BehaviorSettings = field(default_factory=BehaviorSettings)
    cel: CelSettings = field(default_factory=CelSettings)
    journey: JourneySettings = field(default_factory=JourneySettings)
    lexicons: LexiconSettings = field(default_factory=LexiconSettings)
    forecast: ForecastSettings = field(default_factory=ForecastSettings)
    staffing: StaffingSettings = field(default_factory=StaffingSettings)
    cost: CostSettings = field(default_factory=CostSettings)


class Loaded(Struct, frozen=True, kw_only=True):
    """The settings that hold, and where each came from.

    ``origins``: a file, an environment variable, ``option`` or ``default`` by dotted key.
    ``looked_for``: the configuration files that were tried, in order; ``file``: the one there was.
    """

    settings: Settings
    origins: dict[str, str]
    looked_for: tuple[Path, ...]
    file: Path | None

    def value(self, key: str) -> object:
        """The value under a dotted key."""
        held: object = self.settings
        for name in key.split("."):
            held = getattr(held, name)
        return held


def types_by_key(section: type[Struct] = Settings, prefix: str = "") -> dict[str, object]:
    """Every setting's dotted key and type, in the order of the classes."""
    found: dict[str, object] = {}
    for name, kind in _hints(section).items():
        if isinstance(kind, type) and issubclass(kind, Struct):
            found |= types_by_key(kind, f"{prefix}{name}.")
        else:
            found[prefix + name] = kind
    return found


@cache
def _hints(section: type[Struct]) -> dict[str, object]:
    return get_type_hints(section, include_extras=True)


def load_settings(
    *,
    config_file: Path | None,
    options: Mapping[str, object],
    environ: Mapping[str, str],
    cwd: Path,
) -> Loaded:
    """All settings, from the options (by dotted key; None: not given) down to the defaults.

    Relative paths in a configuration file (``export``, a ``profile`` file) start at its folder.
    Raises UsageError with one line per problem: all unknown keys and unfit values at once.
    """
    types = types_by_key()
    problems: list[str] = []
    folder = cwd.absolute()
    looked_for, file = find_file(config_file, environ, folder)
    given = given_in_file(file, cwd=folder, types=types, problems=problems) if file else {}
    given |= given_in_environment(environ, types, problems)
    given |= given_in_options(options, types, problems)
    if problems:
        raise UsageError("\n".join(problems))
    settings = _built({key: value for key, (value, _) in given.items()})
    origins = {key: given[key][1] if key in given else DEFAULT for key in types}
    _check_clock(settings, origin=origins["sla.clock"])
    _check_steps(settings, origin=origins["csat.top_steps"])
    return Loaded(settings=settings, origins=origins, looked_for=looked_for, file=file)


def _built(values: dict[str, object]) -> Settings:
    tree: dict[str, dict[str, object]] = {"": {}}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        tree.setdefault(section, {})[name] = value
    return convert(tree.pop("") | tree, Settings)


def _check_clock(settings: Settings, *, origin: str) -> None:
    if settings.sla.clock == "business" and not any(settings.hours.spans.values()):
        raise UsageError(
            f'sla.clock is "business" ({origin}), but hours.spans has no opening hours',
            hint='write them in cxtool.toml: [hours.spans], then mon = ["09:00-17:00"] and so on',
        )


def _check_steps(settings: Settings, *, origin: str) -> None:
    low, high = settings.csat.scale
    if settings.csat.top_steps > high - low:
        raise UsageError(
            f"csat.top_steps is {settings.csat.top_steps} ({origin}), which is every step of the"
            f" scale from {low:g} to {high:g}",
            hint="it is how many of the upper steps count as satisfied",
        )
