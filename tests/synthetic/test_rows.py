"""Whether the rows are believable, and fit together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from cxtool.schema import (
    BEHAVIORS,
    CONTEXT_KINDS,
    DIRECTIONS,
    DISPOSITIONS,
    SENTIMENTS,
    SPEAKERS,
    STATUSES,
    TABLES,
)
from cxtool.synthetic import centre
from cxtool.synthetic.cases import CaseDay, make_cases
from cxtool.synthetic.dialogues import passages
from cxtool.synthetic.flows import CHAT, INBOUND, LIVE, VOICE
from cxtool.synthetic.frames import interactions_frame
from cxtool.synthetic.lexicon import Lexicon
from cxtool.synthetic.names import LANGUAGES
from cxtool.synthetic.plan import DEFAULT_END, Order, Plan
from tests.synthetic.samples import LONG, SMALL, Read

BUSY = Plan(Order(interactions=600_000, days=60, seed=3))


@pytest.fixture(scope="module")
def busy_day() -> CaseDay:
    """One day of some 10,000 cases: a Wednesday."""
    day = next(day for day in range(20, 27) if BUSY.date_of(day).weekday() == 2)
    return make_cases(BUSY, day)


def test_a_day_can_be_made_alone(small: Read) -> None:
    plan = Plan(SMALL)
    day = 7
    alone = interactions_frame(Lexicon(plan), make_cases(plan, day))
    start = datetime.combine(plan.date_of(day), datetime.min.time(), tzinfo=UTC)
    written = small("interactions").filter(
        pl.col("started_at").is_between(start, start + timedelta(days=1), closed="left")
    )
    assert alone.equals(written)


def test_cases_sum_to_the_order_and_end_before_the_fixed_date(small: Read) -> None:
    cases = small("interactions")
    assert cases.height == SMALL.interactions
    assert cases["started_at"].dt.date().max() == DEFAULT_END - timedelta(days=1)
    assert cases["started_at"].dt.date().min() == date(2026, 5, 22)


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("interactions", "contact_id", "contacts"),
        ("interactions", "company_id", "companies"),
        ("interactions", "ticket_id", "tickets"),
        ("contacts", "company_id", "companies"),
        ("companies", "primary_contact_id", "contacts"),
        ("tickets", "contact_id", "contacts"),
        ("tickets", "company_id", "companies"),
        ("behaviors", "case_id", "interactions"),
        ("transcripts", "case_id", "interactions"),
        ("context", "case_id", "interactions"),
        ("notes", "case_id", "interactions"),
        ("notes", "ticket_id", "tickets"),
        ("notes", "contact_id", "contacts"),
        ("notes", "company_id", "companies"),
    ],
)
def test_ids_lead_somewhere(long: Read, table: str, column: str, target: str) -> None:
    ids = long(table)[column].drop_nulls()
    assert len(ids) > 0
    assert ids.is_in(long(target)[TABLES[target].key or ""].implode()).all()


def test_a_case_has_its_contact_s_name_company_and_labels(long: Read) -> None:
    cases = long("interactions").drop_nulls("contact_id")
    joined = cases.join(long("contacts"), on="contact_id", suffix="_of_contact")
    assert joined.height == cases.height
    assert (joined["contact"] == joined["name"]).all()
    assert joined["contact_labels"].equals(joined["labels"].alias("contact_labels"))
    given = joined.drop_nulls("company_id")
    assert (given["company_id"] == given["company_id_of_contact"]).all()
    # Some rows leave the company to be found through the contact.
    hidden = joined.filter(pl.col("company_id").is_null())
    assert hidden["company_id_of_contact"].is_not_null().any()


def test_a_ticket_s_cases_are_its_contact_s_and_not_before_its_day(long: Read) -> None:
    linked = long("interactions").join(long("tickets"), on="ticket_id", suffix="_of_ticket")
    assert linked["contact_id"].equals(linked["contact_id_of_ticket"].alias("contact_id"))
    assert (linked["started_at"].dt.date() >= linked["created_at"].dt.date()).all()
    assert (linked.group_by("ticket_id").len()["len"] > 1).any(), "some contacts come back"


@pytest.mark.parametrize(
    ("table", "column", "allowed"),
    [
        ("interactions", "direction", DIRECTIONS),
        ("interactions", "status", STATUSES),
        ("interactions", "sentiment", SENTIMENTS),
        ("interactions", "disposition", DISPOSITIONS),
        ("interactions", "csat", (1.0, 2.0, 3.0, 4.0, 5.0)),
        ("behaviors", "behavior", BEHAVIORS),
        ("transcripts", "speaker", [word for word in SPEAKERS if word != "system"]),
        ("context", "kind", CONTEXT_KINDS),
        (
            "agent_states",
            "state",
            ("available", "on_contact", "after_contact", "break", "offline"),
        ),
    ],
)
def test_every_known_word_occurs_and_no_other(
    long: Read, table: str, column: str, allowed: tuple[object, ...]
) -> None:
    assert set(long(table)[column].drop_nulls().to_list()) == set(allowed)


def test_durations_are_whole_seconds_and_add_up(long: Read) -> None:
    cases = long("interactions")
    closed = cases.filter(pl.col("status") == "closed")
    took_s = (closed["ended_at"] - closed["started_at"]).dt.total_seconds()
    assert (took_s == closed["handle_s"]).all()
    parts = closed.filter(pl.col("talk_s").is_not_null()).select(
        pl.col("handle_s") - pl.sum_horizontal("first_response_s", "talk_s", "hold_s")
    )
    assert (parts.to_series() >= 0).all()
    still_open = cases.filter(pl.col("status") == "open")
    assert still_open.select("ended_at", "handle_s", "disposition").null_count().row(0) == (
        (still_open.height,) * 3
    )


def test_nothing_is_known_from_after_the_end(long: Read) -> None:
    end = datetime.combine(LONG.end, datetime.min.time(), tzinfo=UTC)
    cases = long("interactions").drop_nulls("first_response_s")
    responded = cases.select(pl.col("started_at") + pl.duration(seconds="first_response_s"))
    assert (responded.to_series() <= end).all()
    assert (long("interactions")["ended_at"].drop_nulls() <= end).all()
    assert (long("tickets")["resolved_at"].drop_nulls() <= end).all()
    assert long("tickets")["resolved_at"].is_null().any()


def test_unanswered_inbound_cases_have_neither_agent_nor_response(long: Read) -> None:
    inbound = long("interactions").filter(pl.col("direction") == "inbound")
    assert (inbound["answered"] == inbound["first_response_s"].is_not_null()).all()
    assert (inbound["answered"] == inbound["agent_id"].is_not_null()).all()


def test_weekdays_are_busier_than_weekends_and_days_than_nights(long: Read) -> None:
    starts = long("interactions").select(
        weekend=pl.col("started_at").dt.weekday() > 5, hour=pl.col("started_at").dt.hour()
    )
    assert starts["weekend"].mean() < 0.2
    by_hour = dict(starts.group_by("hour").len().iter_rows())
    assert min(by_hour[hour] for hour in range(9, 17)) > 5 * max(by_hour[h] for h in range(5))
    assert by_hour[10] > by_hour[12] < by_hour[14], "two peaks with a dip at noon"


def test_the_centre_grows_slowly() -> None:
    weeks = Plan(Order(interactions=1_000_000, days=56)).cases_n.reshape(8, 7).sum(axis=1)
    assert weeks[-2:].mean() > 1.03 * weeks[:2].mean()


def test_company_sizes_are_heavy_tailed(long: Read) -> None:
    sizes = long("interactions")["company_id"].drop_nulls().value_counts()["count"].sort()
    top = sizes.tail(max(1, len(sizes) // 10)).sum()
    assert top > 0.3 * sizes.sum()
    assert long("contacts")["company_id"].null_count() > 0


def test_sla_is_realistic_by_channel(busy_day: CaseDay) -> None:
    """S2: voice and chat are mostly within ten minutes, e-mail hardly ever."""
    cases = interactions_frame(Lexicon(BUSY), busy_day).filter(
        pl.col("first_response_s").is_not_null()
    )
    share = dict(
        cases.group_by("channel").agg((pl.col("first_response_s") <= 600).mean()).iter_rows()
    )
    assert share["voice"] > 0.97
    assert share["chat"] > 0.95
    assert 0.5 < share["messaging"] < 0.95
    assert share["email"] < 0.1


def test_abandons_grow_with_load(busy_day: CaseDay) -> None:
    """K1: where hours and teams are busier, more callers give up."""
    quiet = make_cases(Plan(Order(interactions=600_000, days=60, seed=3, agents=900)), busy_day.day)

    def abandoned(day: CaseDay) -> float:
        live = LIVE[day.flow]
        return float((~day.answered[live]).mean())

    assert 0.03 < abandoned(busy_day) < 0.3
    assert abandoned(quiet) < 0.8 * abandoned(busy_day)


def test_csat_follows_mood_and_agrees_with_sentiment(busy_day: CaseDay) -> None:
    both = (busy_day.csat > 0) & (busy_day.sentiment >= 0)
    rating, sentiment = busy_day.csat[both], busy_day.sentiment[both]
    assert np.corrcoef(rating, -sentiment)[0, 1] > 0.4
    assert 0.6 < (busy_day.csat < 0).mean() < 0.9, "most cases are not rated"


def test_short_calls_and_transfers_occur(busy_day: CaseDay) -> None:
    """B11: calls of at most four seconds, and several agents, are left out of scoring."""
    answered = busy_day.answered & VOICE[busy_day.flow]
    short = answered & (busy_day.handle_s >= 0) & (busy_day.handle_s <= 4)
    assert short.sum() > 10
    moved = busy_day.transfers > 0
    assert (busy_day.first_agent[moved] != busy_day.agent[moved]).all()
    assert (busy_day.first_agent[~moved] == busy_day.agent[~moved]).all()
    assert not busy_day.scored[short | moved].any()


def test_recordings_are_of_answered_calls_only(busy_day: CaseDay) -> None:
    """L11: audio of the call; voice only."""
    assert (VOICE[busy_day.flow] & busy_day.answered)[busy_day.recorded].all()
    assert not CHAT[busy_day.flow][busy_day.recorded].any()
    assert INBOUND[busy_day.flow][busy_day.recorded].any()


def test_behaviour_scores_have_ties_and_lumps_at_zero(long: Read) -> None:
    """B3: equal scores must get equal indices, so there must be some."""
    scores = long("behaviors")
    assert scores["score"].is_between(0, 1).all()
    assert scores["score"].n_unique() <= 101
    zero = dict(scores.group_by("behavior").agg((pl.col("score") == 0).mean()).iter_rows())
    assert zero["inappropriate_action"] > 0.4
    assert zero["promote_self_service"] > 0.25
    assert zero["active_listening"] < 0.05
    counts = scores.group_by("case_id").len()["len"]
    assert (counts < len(BEHAVIORS)).any()
    assert counts.max() == len(BEHAVIORS)


def test_agent_states_fill_the_day_without_gap_or_overlap(long: Read) -> None:
    states = long("agent_states").with_columns(day=pl.col("started_at").dt.date())
    spans = states.with_columns(
        next=pl.col("started_at").shift(-1).over("agent_id", "day", order_by="started_at")
    )
    assert (spans["ended_at"] == spans["next"]).drop_nulls().all()
    whole = states.group_by("agent_id", "day").agg(
        (pl.col("ended_at") - pl.col("started_at")).sum()
    )
    assert (whole["ended_at"] == timedelta(days=1)).all()
    assert (states["ended_at"] > states["started_at"]).all()


def test_transcripts_run_in_order_within_the_talk(long: Read) -> None:
    turns = long("transcripts").join(long("interactions"), on="case_id")
    assert (turns["end_s"] >= turns["start_s"]).all()
    assert (turns["end_s"] <= turns["talk_s"]).all()
    in_order = turns.select(
        (
            pl.col("start_s") >= pl.col("end_s").shift(1).over("case_id", order_by="turn")
        ).drop_nulls()
    )
    assert in_order.to_series().all()
    sides = turns.group_by("case_id").agg(pl.col("speaker").unique())["speaker"]
    assert sides.list.contains("agent").all()
    assert sides.list.contains("customer").all()
    assert not turns["text"].str.contains(r"[{}]").any(), "every blank is filled"
    assert set(turns["language"]) == set(LANGUAGES)


def test_transcripts_keep_their_limit() -> None:
    plan = Plan(Order(interactions=5000, days=10, transcripts=37))
    assert plan.transcripts_n.sum() == 37


def test_every_passage_has_words_of_a_known_speaker() -> None:
    for key, variants in passages().items():
        for passage in variants:
            assert all(speaker in SPEAKERS and text for speaker, text in passage), key


def test_self_service_comes_before_the_case(long: Read) -> None:
    """A4: what the customer did before the conversation."""
    steps = (
        long("context")
        .filter(pl.col("kind") == "self_service")
        .join(long("interactions"), on="case_id")
    )
    assert (steps["at"] < steps["started_at"]).all()


def test_the_planted_changes_begin_where_they_should() -> None:
    plan = Plan(Order(interactions=100, days=60))
    assert plan.change(29) is None
    assert plan.change(30) is not None
    assert plan.change(59) == 1.0
    assert centre.CHANGE_DAYS == 30
