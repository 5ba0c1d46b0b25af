"""Contact-centre metrics in pandas: counts of both periods, percentiles, and who came back."""

from __future__ import annotations

import pandas as pd

from benchmarks.peers.export import AS_OF, COUNTS, METRICS, SHORT_S, VARIANTS, WINDOW, WITHIN_S
from benchmarks.peers.pandas_tables import Read, side_by_side

PARTS = ("talk", "hold", "after", "unsplit")
QUANTILES = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "min_s": 0.0, "max_s": 1.0}


def figures(read: Read) -> dict[str, pd.DataFrame]:
    """The sections of the report."""
    cases = read("interactions")
    handled, inbound = cases["answered"].astype(bool), cases["direction"] == "inbound"
    times = _times(cases, handled, inbound)
    flags = pd.DataFrame(_flags(cases, handled, inbound))
    is_current = cases["is_current"]
    totals = pd.concat(
        [
            flags.groupby(is_current).sum(),
            times.groupby(is_current).sum().add_suffix("_sum"),
            times.groupby(is_current).count().add_suffix("_n"),
            _returns(cases[handled], cases[inbound]),
        ],
        axis="columns",
    )
    return {
        "summary": _summary(totals),
        "handling": _handling(totals),
        "percentiles": _percentiles(cases, times, handled, inbound),
        "service_level": _service_level(totals),
    }


def _times(cases: pd.DataFrame, handled: pd.Series, inbound: pd.Series) -> pd.DataFrame:
    """Handle time as the sum of its parts where it has any, else as a whole; other values."""
    talk, hold, after = cases["talk_s"], cases["hold_s"], cases["acw_s"]
    split = handled & talk.notna() & (hold.notna() | after.notna())
    parts = talk + hold.fillna(0) + after.fillna(0)
    whole = cases["handle_s"].fillna(talk).where(handled & ~split)
    return pd.DataFrame(
        {
            "csat": cases["csat"],
            "aht": parts.where(split, whole),
            "talk": talk.where(split),
            "hold": hold.where(split),
            "after": after.where(split),
            "unsplit": whole,
            "acw": after.where(handled),
            "asa": cases["first_response_s"].where(handled & inbound),
        }
    )


def _flags(cases: pd.DataFrame, handled: pd.Series, inbound: pd.Series) -> dict[str, pd.Series]:
    resolved = cases["resolved"].astype("boolean")
    told = (cases["disposition"] == "resolved").where(cases["disposition"].notna())
    resolved = resolved.fillna(told.astype("boolean"))
    lasted = cases["handle_s"].fillna(cases["wait_s"])
    call, rated = inbound & (cases["channel"] == "voice"), cases["csat"].notna()
    short = inbound & ~handled & (lasted <= SHORT_S)
    return {
        "cases_n": pd.Series(1, index=cases.index),
        **{f"{name}_n": cases["direction"] == name for name in ("outbound", "internal")},
        "inbound_n": inbound,
        "handled_n": handled,
        "rated_n": rated,
        "rated_handled_n": rated & handled,
        "top_n": cases["csat"] >= 4,
        "given_up_n": inbound & ~handled & ~short,
        "offered_n": inbound & ~short,
        "short_abandons_n": short,
        "known_n": handled & resolved.notna(),
        "resolved_n": handled & resolved.fillna(False),
        "resolved_all_n": resolved.fillna(False),
        "routed_n": handled & cases["transfers"].notna(),
        "transferred_n": handled & (cases["transfers"] > 0),
        "answered_n": call & handled,
        "abandoned_n": call & ~handled,
        "within_n": call & handled & (cases["first_response_s"] <= WITHIN_S),
        "left_early_n": call & ~handled & (lasted <= WITHIN_S),
        "short_n": call & ~handled & (lasted <= SHORT_S),
    }


def _returns(handled: pd.DataFrame, inbound: pd.DataFrame) -> pd.DataFrame:
    """Handled cases that could be judged, and after which the contact stayed away."""
    columns = ["contact_id", "topic", "started_at"]
    judged = handled[handled["contact_id"].notna() & (handled["started_at"] + WINDOW <= AS_OF)]
    judged = judged[[*columns, "is_current"]].sort_values("started_at")
    arrivals = inbound.loc[inbound["contact_id"].notna(), columns].sort_values("started_at")

    def followed(coming: pd.DataFrame, by: list[str]) -> pd.Series:
        found = pd.merge_asof(
            judged,
            coming[[*by, "started_at"]].assign(came_back=True),
            on="started_at",
            by=by,
            direction="forward",
            allow_exact_matches=False,
            tolerance=pd.Timedelta(WINDOW),
        )
        return found["came_back"].eq(True).to_numpy()

    no_topic = judged["topic"].isna().to_numpy()
    same = followed(arrivals.dropna(subset="topic"), ["contact_id", "topic"]) & ~no_topic
    unknown = followed(arrivals[arrivals["topic"].isna()], ["contact_id"])
    back = (followed(arrivals, ["contact_id"]) & no_topic) | same | unknown
    stayed = pd.Series(~back, index=judged.index)
    return stayed.groupby(judged["is_current"]).agg(judged_n="size", stayed_away_n="sum")


def _summary(totals: pd.DataFrame) -> pd.DataFrame:
    rows = [
        pd.DataFrame({"metric": name, "value": totals.eval(part) / n.where(n > 0), "n": n})
        for name, (part, whole) in METRICS.items()
        if (n := totals.eval(whole)) is not None
    ]
    rows += [
        pd.DataFrame({"metric": name, "value": totals[count], "n": None})
        for name, count in COUNTS.items()
    ]
    together = pd.concat([frame.astype({"n": object}) for frame in rows]).reset_index()
    sides = side_by_side(together, ["metric"], before=["value"])
    return sides.rename(columns={"value_previous": "previous"})


def _handling(totals: pd.DataFrame) -> pd.DataFrame:
    rows = [
        pd.DataFrame(
            {
                "part": part,
                "part_s": totals[f"{part}_sum"] / totals["aht_n"],
                "part_share_pct": 100 * totals[f"{part}_sum"] / totals["aht_sum"],
                "part_n": totals["aht_n"],
            }
        )
        for part in PARTS
    ]
    return side_by_side(pd.concat(rows).reset_index(), ["part"], before=["part_s"])


def _service_level(totals: pd.DataFrame) -> pd.DataFrame:
    rows = [
        pd.DataFrame(
            {
                "variant": name,
                "service_level_pct": 100 * totals.eval(hits) / totals.eval(n),
                "service_level_n": totals.eval(n),
            }
        )
        for name, (hits, n) in VARIANTS.items()
    ]
    return side_by_side(pd.concat(rows).reset_index(), ["variant"], before=["service_level_pct"])


def _percentiles(
    cases: pd.DataFrame, times: pd.DataFrame, handled: pd.Series, inbound: pd.Series
) -> pd.DataFrame:
    values = {
        "handle": times["aht"],
        "wait": cases["wait_s"].where(inbound),
        "first_response": times["asa"],
        **{part: cases[f"{part}_s"].where(handled) for part in ("talk", "hold", "acw")},
    }
    current = pd.DataFrame(values)[cases["is_current"]]
    found = current.quantile(list(QUANTILES.values())).T
    found.columns = list(QUANTILES)
    told = found.assign(mean_s=current.mean(), times_n=current.count())
    return told.rename_axis("measure").reset_index()
