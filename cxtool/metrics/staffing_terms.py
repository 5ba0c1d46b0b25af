"""What is asked of a plan: the target, the model that judges it, and what agents cost.

Erlang C assumes that nobody hangs up, so it needs more agents than the load and knows no
abandonment; a cap on abandonment asks for Erlang A, and that for a patience. Source: K9.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cxtool.config import Settings
from cxtool.errors import UsageError
from cxtool.setting_types import parse_target
from cxtool.units import duration

Model = Literal["erlang-c", "erlang-a"]
MODEL_WORDS = {"erlang-c": "Erlang C", "erlang-a": "Erlang A"}
OPTIONS = "--target 80/20, --asa, --max-occupancy or --max-abandonment"
USUAL_WITHIN_S = 20.0  # of the service level that is told where none is a target


class Terms(Struct, frozen=True, kw_only=True):
    """Targets as shares from 0 to 1 and seconds; None: not asked for.

    ``patience_s``: mean patience, None where nobody knows it. ``shrinkage``: share of paid time
    that is no work on calls. ``wage``: cost of a paid hour.
    """

    interval_s: int
    model: Model = "erlang-c"
    level: float | None = 0.8
    within_s: float = USUAL_WITHIN_S
    asa_s: float | None = None
    max_occupancy: float | None = None
    max_abandonment: float | None = None
    patience_s: float | None = None
    shrinkage: float = 0.0
    wage: float | None = None

    @property
    def hours(self) -> float:
        """The length of an interval."""
        return self.interval_s / 3600

    @property
    def target(self) -> str:
        """The targets in words."""
        said = []
        if self.level is not None:
            said.append(f"{percent(self.level)} answered within {duration(self.within_s)}")
        if self.asa_s is not None:
            said.append(f"ASA at most {duration(self.asa_s)}")
        if self.max_occupancy is not None:
            said.append(f"occupancy at most {percent(self.max_occupancy)}")
        if self.max_abandonment is not None:
            said.append(f"abandonment at most {percent(self.max_abandonment)}")
        return ", ".join(said)


def percent(share: float) -> str:
    """A share that somebody chose, as they wrote it.

    >>> percent(0.8), percent(0.925)
    ('80 %', '92.5 %')
    """
    return f"{100 * share:.6g} %"


def terms_of(settings: Settings, *, interval_s: int, patience_s: float | None = None) -> Terms:
    """The terms of the settings; ``patience_s`` is that of the export, where they name none.

    Raises ``UsageError`` where there is no target at all, where abandonment is a target of Erlang
    C, and where Erlang A has no patience.
    """
    asked = settings.staffing
    level, within_s = parse_target(asked.target) or (None, USUAL_WITHIN_S)
    terms = Terms(
        interval_s=interval_s,
        model=asked.model,
        level=None if level is None else level / 100,
        within_s=within_s,
        asa_s=asked.asa,
        max_occupancy=_share(asked.max_occupancy),
        max_abandonment=_share(asked.max_abandonment),
        patience_s=asked.patience or patience_s,
        shrinkage=asked.shrinkage / 100,
        wage=settings.cost.wage,
    )
    if not terms.target:
        raise UsageError("a plan needs a target", hint=OPTIONS)
    if terms.max_abandonment is not None and terms.model == "erlang-c":
        raise UsageError(
            "Erlang C assumes that nobody hangs up, so it cannot keep abandonment down",
            hint="--model erlang-a",
        )
    if terms.model == "erlang-a" and terms.patience_s is None:
        raise UsageError(
            "Erlang A needs to know how long callers bear to wait, and no call tells it",
            hint="--patience 2m",
        )
    return terms


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100
