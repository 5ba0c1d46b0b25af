"""Settings: what ``cxtool.toml``, the environment and the options say, as one frozen value.

An option wins over the environment, that over the one configuration file, that over the default.
A map (``[sla.channels]``, ``[hours.queues]``) is one setting: it is replaced, never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_type_hints

from msgspec import Struct, convert, field

from cxtool.errors import UsageError
from cxtool.setting_types import (
    CompareText,
    Dates,
    Duration,
    Hours,
    PeriodText,
    Scale,
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
    """``[csat]``: lowest and highest step of the scale."""

    scale: Scale = (1.0, 5.0)


class BehaviorSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[behavior]``: behaviours whose absence is good, languages with a model (empty: all)."""

    negative: list[str] = field(default_factory=lambda: ["inappropriate_action"])
    languages: list[str] = field(default_factory=list)


class CelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[cel]``: a fixed time per ticket in seconds instead of the mean resolution time."""

    ticket_time: Duration | None = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that can be set. Top-level keys are defaults of the shared options."""

    export: str | None = None
    profile: str | None = None
    period: PeriodText | None = None
    compare: CompareText = "previous"
    tz: Zone = "UTC"
    format: str | None = None
    color: Literal["auto", "always", "never"] = "auto"
    sla: SlaSettings = field(default_factory=SlaSettings)
    hours: HoursSettings = field(default_factory=HoursSettings)
    channels: ChannelSettings = field(default_factory=ChannelSettings)
    resolution: ResolutionSettings = field(default_factory=ResolutionSettings)
    csat: CsatSettings = field(default_factory=CsatSettings)
    behavior: BehaviorSettings = field(default_factory=BehaviorSettings)
    cel: CelSettings = field(default_factory=CelSettings)


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
    for name, kind in get_type_hints(section, include_extras=True).items():
        if isinstance(kind, type) and issubclass(kind, Struct):
            found |= types_by_key(kind, f"{prefix}{name}.")
        else:
            found[prefix + name] = kind
    return found


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
