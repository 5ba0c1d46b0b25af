"""truth.json against an independent count from the written files, with Polars alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.schema import BEHAVIORS
from cxtool.synthetic import centre
from cxtool.synthetic.behavior_truth import points_of_scores
from tests.synthetic.samples import LONG, Read

PERIODS = [("7d", "current"), ("7d", "previous"), ("30d", "current"), ("30d", "previous")]


def within(rows: pl.DataFrame, column: str, period: dict[str, Any]) -> pl.DataFrame:
    day = pl.col(column).dt.date()
    return rows.filter(
        day >= date.fromisoformat(period["start"]), day < date.fromisoformat(period["end"])
    )


@pytest.fixture(params=PERIODS, ids=" ".join)
def period(request: pytest.FixtureRequest, truth: dict[str, Any]) -> dict[str, Any]:
    length, which = request.param
    found: dict[str, Any] = truth["periods"][length][which]
    return found


@pytest.fixture(scope="module")
def cases(long: Read) -> pl.DataFrame:
    """The interactions with the company that is theirs or their contact's."""
    people = long("contacts").select("contact_id", of_contact="company_id")
    return (
        long("interactions")
        .join(people, on="contact_id", how="left")
        .with_columns(pl.coalesce("company_id", "of_contact"))
    )


def test_rows_and_days(truth: dict[str, Any], long: Read) -> None:
    assert truth["rows"] == {table: long(table).height for table in truth["rows"]}
    days = long("interactions")["started_at"].dt.date().cast(pl.String).value_counts()
    assert truth["cases_per_day"] == dict(days.iter_rows())
    assert truth["transcripts"]["cases_n"] == long("transcripts")["case_id"].n_unique()


def test_periods_end_at_the_end_date_and_are_equally_long(truth: dict[str, Any]) -> None:
    for length, days in (("7d", 7), ("30d", 30)):
        both = truth["periods"][length]
        assert both["current"]["end"] == truth["as_of"] == LONG.end.isoformat()
        assert both["previous"]["end"] == both["current"]["start"]
        for one in both.values():
            start, end = (date.fromisoformat(one[key]) for key in ("start", "end"))
            assert (end - start).days == days


def sla_counts(rows: pl.DataFrame) -> dict[str, int]:
    """S1: met within 600 s; silence counts against inbound cases once the time is over."""
    as_of = datetime.combine(LONG.end, datetime.min.time(), tzinfo=UTC)
    waited = pl.lit(as_of) - pl.col("started_at") > timedelta(seconds=600)
    state = (
        pl.when(pl.col("first_response_s") <= 600)
        .then(pl.lit("met_n"))
        .when(pl.col("first_response_s") > 600)
        .then(pl.lit("not_met_n"))
        .when(pl.col("direction") != "inbound")
        .then(pl.lit("na_n"))
        .when(waited)
        .then(pl.lit("not_met_n"))
        .otherwise(pl.lit("pending_n"))
    )
    counted = dict(rows.group_by(state.alias("state")).len().iter_rows())
    return {key: counted.get(key, 0) for key in ("met_n", "not_met_n", "pending_n", "na_n")}


def test_sla(period: dict[str, Any], cases: pl.DataFrame) -> None:
    rows = within(cases, "started_at", period)
    counts = sla_counts(rows)
    judged_n = counts["met_n"] + counts["not_met_n"]
    expected = {**counts, "sla_pct": pytest.approx(100 * counts["met_n"] / judged_n)}
    assert period["sla"] == expected
    for dimension in ("channel", "queue"):
        for name, found in period[f"sla_by_{dimension}"].items():
            part = rows.filter(pl.col(dimension).fill_null("") == name)
            assert {key: found[key] for key in counts} == sla_counts(part), name
        summed = sum(found["met_n"] for found in period[f"sla_by_{dimension}"].values())
        assert summed == counts["met_n"]


def test_volumes_and_csat(period: dict[str, Any], cases: pl.DataFrame) -> None:
    """K1: ratings, and inbound cases answered or given up."""
    rows = within(cases, "started_at", period)
    inbound = rows.filter(pl.col("direction") == "inbound")
    silent = inbound.filter(pl.col("first_response_s").is_null())
    assert period["cases_n"] == rows.height
    assert period["inbound_n"] == inbound.height
    assert period["answered_n"] == inbound.height - silent.height
    assert period["abandoned_n"] == silent.height
    assert period["short_abandons_n"] == (silent["handle_s"] <= 5).sum()
    rated = rows["csat"].drop_nulls()
    assert period["csat"] == {
        "n": len(rated),
        "mean": pytest.approx(rated.mean()),
        "top_two_n": (rated >= 4).sum(),
    }


def test_engagement_load(period: dict[str, Any], cases: pl.DataFrame, long: Read) -> None:
    """C1-C5, C9, C10: contacts, companies and the load of the largest."""
    rows = within(cases, "started_at", period).filter(pl.col("answered"))
    people = long("contacts").select("contact_id", of_contact="company_id")
    tickets = (
        within(long("tickets"), "created_at", period)
        .join(people, on="contact_id", how="left")
        .with_columns(pl.coalesce("company_id", "of_contact"))
    )
    voice = pl.col("channel") == "voice"
    kinds = {
        "hotline": rows.filter(voice, pl.col("direction") == "inbound"),
        "campaign": rows.filter(voice, pl.col("direction") == "outbound"),
        "chat": rows.filter(pl.col("channel") == "chat"),
        "ticket": tickets,
    }
    cel = period["cel"]
    for kind, counted in kinds.items():
        known = counted["company_id"].is_not_null().sum()
        assert cel[f"{kind}_n"] == known, kind
        assert cel["without_company"][f"{kind}_n"] == counted.height - known, kind

    took_s = (tickets["resolved_at"] - tickets["created_at"]).dt.total_seconds().drop_nulls()
    assert cel["mean_resolution_s"] == pytest.approx(took_s.mean())
    seconds = pl.concat(
        [kinds[kind].select("company_id", s="talk_s") for kind in ("hotline", "campaign", "chat")]
        + [tickets.select("company_id", s=pl.lit(took_s.mean()))]
    )
    loads = (
        seconds.drop_nulls("company_id")
        .group_by("company_id")
        .agg(pl.col("s").sum())
        .sort("s", "company_id", descending=[True, False])
    )
    assert cel["companies_n"] == loads.height
    assert cel["largest_load_s"] == pytest.approx(loads["s"][0])
    listed = cel["companies"]
    assert len(listed) == min(50, loads.height)
    assert [one["load_s"] for one in listed] == pytest.approx(loads["s"].head(50).to_list())
    names = dict(long("companies").select("company_id", "name").iter_rows())
    for one in listed:
        assert one["company"] == names[one["company_id"]]
        assert one["cel"] == int(100 * one["load_s"] / cel["largest_load_s"] + 0.5)
    assert listed[0]["level"] == "critical"
    assert listed[-1]["level"] == "low"


def test_behaviour_totals(truth: dict[str, Any], long: Read) -> None:
    """B3, B4, B7: indices by rank over both periods, totals by agent and period."""
    halves = truth["periods"]["30d"]
    cases = long("interactions").select("case_id", "agent_id", "team", "started_at")
    scores = long("behaviors").join(cases, on="case_id")
    scores = pl.concat(
        within(scores, "started_at", halves[which]).with_columns(which=pl.lit(which))
        for which in ("current", "previous")
    )
    good = scores.filter(pl.col("behavior") != "inappropriate_action")
    bad = scores.filter(pl.col("behavior") == "inappropriate_action")
    ranked = pl.concat(
        [
            good.with_columns(r=pl.col("score").rank("average").over("behavior")),
            bad.with_columns(r=(-pl.col("score")).rank("average").over("behavior")),
        ]
    ).with_columns(n=pl.len().over("behavior"))
    rank = (2 * pl.col("n") - 2 * pl.col("r") + 1).round().cast(pl.Int64)  # 2 N t
    hundredths = 50 * rank  # 100 N t
    share = pl.col("n").cast(pl.Int64)
    points = (
        pl.when(hundredths < 10 * share)
        .then(10)
        .when(hundredths < 35 * share)
        .then(6)
        .when(hundredths <= 65 * share)
        .then(None)
        .when(hundredths <= 90 * share)
        .then(4)
        .otherwise(0)
    )
    judged = ranked.with_columns(points=points)
    found = truth["behavior"]
    assert found["scored_n"] == dict(scores.group_by("behavior").len().iter_rows())
    for which in ("current", "previous"):
        rows = judged.filter(pl.col("which") == which)
        assert figures(rows) == found[which]["team"]
        agents = found[which]["agents"]
        assert set(agents) == set(rows["agent_id"])
        for agent_id, totals in agents.items():
            mine = figures(rows.filter(pl.col("agent_id") == agent_id))
            assert {key: totals[key] for key in mine} == mine, agent_id
        for team, totals in found[which]["teams"].items():
            assert figures(rows.filter(pl.col("team") == team)) == totals, team


def figures(rows: pl.DataFrame) -> dict[str, Any]:
    totals = {}
    for name in (*BEHAVIORS, "overall"):
        part = rows if name == "overall" else rows.filter(pl.col("behavior") == name)
        points, n = int(part["points"].sum()), part["points"].count()
        pct = pytest.approx(100 * points / (10 * n)) if n else None
        totals[name] = {"points": points, "n": n, "pct": pct}
    return totals


def test_the_planted_changes_show(truth: dict[str, Any]) -> None:
    """S1, B8: a queue gets slower and a team better."""
    month = truth["periods"]["30d"]
    queue = truth["planted"]["slower_queue"]
    worse = [month[which]["sla_by_queue"][queue]["sla_pct"] for which in ("current", "previous")]
    assert worse[0] < worse[1] - 3
    team = truth["planted"]["improving_team"]
    better = [truth["behavior"][which]["teams"][team]["overall"]["pct"]
              for which in ("current", "previous")]  # fmt: skip
    assert better[0] > better[1] + 5
    assert truth["planted"]["from"] == month["current"]["start"]
    assert (queue, team) == (
        centre.QUEUES[centre.SLOWER_QUEUE],
        centre.TEAMS[centre.IMPROVING_TEAM],
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.booleans())
def test_points_agree_with_counting_by_hand(scores: list[int], negative: bool) -> None:
    """B3: t = 1 - (rows below + half of the equal rows) / N, as exact fractions."""
    points = points_of_scores(np.bincount(scores, minlength=10), negative=negative)
    n = len(scores)
    for score in set(scores):
        below = sum(other > score if negative else other < score for other in scores)
        # 200 N t, a whole number
        t = 200 * n - 200 * below - 100 * scores.count(score)
        expected = (
            10
            if t < 20 * n
            else 6
            if t < 70 * n
            else -1
            if t <= 130 * n
            else 4
            if t <= 180 * n
            else 0
        )
        assert points[score] == expected
