"""Settings: what ``cxtool.toml``, the environment and the options say, as one frozen value."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field


class SlaSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[sla]``: thresholds in seconds (``600``, ``"10m"``, ``"0:10:00"``) and the clock."""

    threshold: float = 600.0
    clock: Literal["wall", "business"] = "wall"
    channels: dict[str, float] = field(default_factory=dict)
    queues: dict[str, float] = field(default_factory=dict)
    labels: dict[str, float] = field(default_factory=dict)


class QueueHours(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[hours.queues.NAME]``: opening hours of one queue; holidays are added to the centre's."""

    spans: dict[str, list[str]] = field(default_factory=dict)
    holidays: list[str] = field(default_factory=list)


class HoursSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[hours]``: when the centre is open: ``spans`` of ``mon`` ... ``sun`` as ``HH:MM-HH:MM``."""

    time_zone: str | None = None  # None: the report's time zone
    spans: dict[str, list[str]] = field(default_factory=dict)
    holidays: list[str] = field(default_factory=list)  # ISO dates
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

    scale: tuple[float, float] = (1.0, 5.0)


class BehaviorSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[behavior]``: behaviours whose absence is good, languages with a model (empty: all)."""

    negative: list[str] = field(default_factory=lambda: ["inappropriate_action"])
    languages: list[str] = field(default_factory=list)


class CelSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[cel]``: a fixed time per ticket in seconds instead of the mean resolution time."""

    ticket_time: float | None = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that can be set. Top-level keys are defaults of the shared options."""

    export: str | None = None
    profile: str | None = None
    period: str | None = None
    compare: str = "previous"
    tz: str = "UTC"
    format: str | None = None
    color: Literal["auto", "always", "never"] = "auto"
    sla: SlaSettings = field(default_factory=SlaSettings)
    hours: HoursSettings = field(default_factory=HoursSettings)
    channels: ChannelSettings = field(default_factory=ChannelSettings)
    resolution: ResolutionSettings = field(default_factory=ResolutionSettings)
    csat: CsatSettings = field(default_factory=CsatSettings)
    behavior: BehaviorSettings = field(default_factory=BehaviorSettings)
    cel: CelSettings = field(default_factory=CelSettings)
