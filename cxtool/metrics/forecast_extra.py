"""The method ``statsforecast``, of the extra ``forecast``: exponential smoothing of daily totals.

Each group's totals go into its AutoETS with a season of a week; the totals that it forecasts are
divided over the slots as the profile divides its own. A day that is not learned from has the total
that the profile gives it. The package is large and is imported only when it is asked for.
"""

from __future__ import annotations

import numpy as np

from cxtool.errors import CxtoolError
from cxtool.metrics.forecast_calendar import Floats
from cxtool.metrics.forecast_history import History
from cxtool.metrics.forecast_methods import WEEK_D, over, profile


def statsforecast(history: History, origin: int, days: slice) -> Floats:
    """Daily totals by AutoETS on the profile's course of the day.

    Raises CxtoolError where the package is not installed.
    """
    try:
        from statsforecast.models import AutoETS
    except ImportError:
        raise CxtoolError(
            "--method statsforecast needs the package statsforecast",
            hint="pip install 'cxtool[forecast]'",
        ) from None
    said = profile(history, origin, slice(0, days.stop))
    usual = said.sum(axis=2)
    offered = history.offered[:, :origin].sum(axis=2)
    totals = np.where(history.learned[:, :origin], offered, usual[:, :origin])
    model = AutoETS(season_length=WEEK_D)
    ahead = days.stop - origin
    # Among the models that it tries are some that divide by the zeros of closed days.
    with np.errstate(all="ignore"):
        expected = np.stack([model.forecast(y=group, h=ahead)["mean"] for group in totals])
    expected = np.nan_to_num(expected[:, days.start - origin :]).clip(min=0.0)
    return said[:, days] * over(expected, usual[:, days])[:, :, np.newaxis]
