"""Every figure of every report has its card, with the right unit and a formula that holds."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

from cxtool.cli import COMMANDS, Commands, cli
from cxtool.config import Settings
from cxtool.definitions import (
    Card,
    all_cards,
    card,
    cards_of,
    chapters,
    general,
    meanings,
    parse,
)
from cxtool.metrics.bands import band, level
from cxtool.metrics.behavior_index import cut_points, indexed
from cxtool.metrics.cel_load import company_loads
from cxtool.metrics.explained import HOMES, WORDED, reason_untold
from cxtool.metrics.forecast_backtest import Errors, errors_of
from cxtool.metrics.quantiles import quantiles
from cxtool.metrics.sla_breaches import breaches_frame
from cxtool.metrics.sla_rule import with_sla
from cxtool.metrics.stats import ratio, wilson
from cxtool.metrics.trend import CURRENT, count_trend
from cxtool.report import Column, Report, Section
from cxtool.schema import BEHAVIORS
from cxtool.units import Unit
from docs.ids import groups
from tests.cli.exports import DEMO, ROOT, done
from tests.cli.made import on_demo
from tests.cli_helper import failure
from tests.metrics.frames import case, make_tables, request_for

# What a command takes to show all its sections; other reports are made of the demo alone.
BY = ("channel", "label", "week", "weekday", "hour", "agent,day")
ARGUMENTS: dict[str, list[tuple[str, ...]]] = {
    "sla": [(DEMO, "--breaches", *(word for name in BY for word in ("--by", name)))],
    "behavior": [
        (DEMO, "-p", "7d", "--interactions"),
        (DEMO, "-p", "7d", "--agent", "Wit Zaremba"),
        (DEMO, "-p", "2d", "--from-transcripts", "--evidence", "1"),
    ],
    "kpi": [(DEMO, "-p", "2026-05", *(word for name in BY for word in ("--by", name)))],
    "agents": [(DEMO, "-p", "2026-05", "--by", "team", "--by", "day")],
    "cost": [(DEMO, "-p", "2026-05")],
    "speech": [(DEMO, "-p", "2026-05")],
    "staffing": [(DEMO, "--wage", "20")],
    "explain": [
        ("csat_mean", DEMO, "-p", "2026-05", "--rows"),
        ("part_share_pct", DEMO, "--rows"),
        ("threads_n", DEMO, "--rows"),
    ],
    "customer": [("P00000052", DEMO), ("O000014", DEMO, "--related", "company")],
    "profile test": [("klink", "sample_data/vendors/klink")],
}
# What tells a row from others, or describes it: no figure, though it is a number or a word.
NAMES = {
    *("hour", "turn", "status", "priority", "sentiment"),
    *(f"first_response {key}" for key in ("sla", "over_s", "up_to_s")),  # bounds of a run of waits
}
# Reports that have the sections of others.
SHARED = {"report": tuple(HOMES), "profile": ("profile", "check")}
NO_FIGURES = {Unit.TEXT, Unit.LIST, Unit.BOOL, Unit.DATETIME, Unit.DATE}


def reports() -> list[tuple[str, ...]]:
    """The command lines of all reports: commands that can write one section of theirs."""
    program = Commands()
    with cli.make_context("cxtool", ["--help"], resilient_parsing=True) as context:
        commands = {name: program.get_command(context, name) for name in COMMANDS}
    return [
        (*name.split(), *arguments)
        for name, command in commands.items()
        if command is not None and any(param.name == "section" for param in command.params)
        for arguments in ARGUMENTS.get(name, [(DEMO,)])
    ]


def made(line: tuple[str, ...]) -> Report:
    return on_demo(*line).report


def figures(report: Report) -> Iterator[tuple[Section, Column]]:
    for section in report.sections:
        for column in section.columns:
            if column.unit not in NO_FIGURES:
                yield section, column


@pytest.mark.parametrize("line", reports(), ids=" ".join)
def test_every_figure_has_a_card_of_its_unit(line: tuple[str, ...]) -> None:
    """A behaviour that is none of the nine would be a figure taken for a behaviour."""
    report = made(line)
    for section, column in figures(report):
        found = card(column.key, report.report, section.id)
        assert found, f"no card in cxtool/cards for {column.key} of {report.report} {section.id}"
        assert found.unit in (None, column.unit), (section.id, column.key)
        if found.family and found.family.startswith("BEHAVIOR"):
            assert column.key.rpartition("_")[0] in BEHAVIORS
        if column.role == "signal":
            figure = card(str(column.of), report.report, section.id)
            assert figure is not None
            assert figure.trend


@pytest.mark.parametrize("line", reports(), ids=" ".join)
def test_every_figure_is_taken_apart_or_says_why_not(line: tuple[str, ...]) -> None:
    """K1-K8: ``explain`` tells the rows of each, in the section that shows it."""
    report = made(line)
    homes = SHARED.get(report.report, (report.report,))
    for section, column in figures(report):
        key = WORDED.get(column.key, column.of or column.key)
        if NAMES.isdisjoint((key, f"{section.id} {column.key}")):
            told = any(is_told(home, section.id.removeprefix(f"{home}_"), key) for home in homes)
            assert told, f"no rows are told of {key} of {report.report} {section.id}"


def is_told(home: str, section: str, key: str) -> bool:
    """Whether ``explain`` tells the figure of that section, or why it cannot."""
    known = HOMES[home].of(key) if home in HOMES else ()
    return (
        reason_untold(key, home) is not None
        or any(told.section == section for told in known)
        or (section.startswith("by_") and any(told.crossed for told in known))
        or (section == "headline" and bool(known))
    )


@pytest.mark.parametrize("line", reports(), ids=" ".join)
def test_a_page_explains_each_figure_once(line: tuple[str, ...]) -> None:
    report = made(line)
    for section in report.sections:
        keys = [column.key for column in section.columns]
        shown = cards_of([*keys, *keys], report.report, [section.id])
        told = [card.key for card in shown]
        assert len(set(told)) == len(told)
        others = set(told).difference(keys)
        assert all(key.startswith(("BEHAVIOR_", "x_")) for key in others), section.id


def test_formulas_are_what_is_computed() -> None:
    """On every row of the demo's reports, from the columns beside the figure."""
    held = set()
    for report in map(made, reports()):
        single = {
            key: value
            for section in report.sections
            if section.rows.height == 1
            for key, value in section.rows.row(0, named=True).items()
        }
        for section, column in figures(report):
            found = card(column.key, report.report, section.id)
            formula = found and found.formula and arithmetic(found.formula)
            if not formula:
                continue
            names = {node.id for node in ast.walk(formula) if isinstance(node, ast.Name)}
            if names <= single.keys() | set(section.rows.columns):
                rows = section.rows.with_columns(
                    pl.lit(single[name]).alias(name) for name in names - set(section.rows.columns)
                )
                said = rows.select(figure=column.key, formula=expression(formula))
                off = (pl.col("figure") - pl.col("formula")).abs()
                # A change in percent of a small figure shows the rounding of both.
                slack = 1e-3 if column.role == "change_pct" else 2e-6
                close = off <= slack + 1e-6 * pl.col("formula").abs()
                both_null = pl.all_horizontal(pl.all().is_null())
                wrong = said.filter(~(close.fill_null(False) | both_null))
                assert wrong.is_empty(), (report.report, section.id, column.key, wrong)
                held.add(column.key)
    wanted = {"sla_pct", "sla_n", "share_pct", "load_s", "used_n", "sla_pct_change", "cel_change"}
    assert held >= wanted


@pytest.mark.parametrize(
    "shown", [c for c in all_cards() if c.given], ids=lambda shown: f"{shown.key}-{shown.unit}"
)
def test_worked_examples_hold(shown: Card) -> None:
    """By the card's own formula, or by the function that makes the figure."""
    if shown.key in MAKERS:
        assert MAKERS[shown.key](**shown.given) == shown.gives
        return
    formula = arithmetic(shown.formula or "")
    assert formula, f"{shown.key}: no formula to compute, so name the function in MAKERS"
    given = pl.DataFrame({name: [value] for name, value in shown.given.items()})
    assert given.select(expression(formula)).item() == pytest.approx(shown.gives, abs=1e-6)


def test_each_maker_makes_an_example() -> None:
    assert {shown.key for shown in all_cards() if shown.given} >= MAKERS.keys()


def arithmetic(formula: str) -> ast.Expression | None:
    """The formula where it is arithmetic on keys; None where it is said in words."""
    try:
        parsed = ast.parse(formula.replace("×", "*").replace("−", "-"), mode="eval")
        expression(parsed)
    except (SyntaxError, TypeError):
        return None
    return parsed


def expression(node: ast.AST) -> pl.Expr:
    """The formula over the columns of a frame; a quotient as everywhere in cxtool."""
    match node:
        case ast.Expression(body=body):
            return expression(body)
        case ast.Name(id=name):
            return pl.col(name).cast(pl.Float64)
        case ast.Constant(value=int() | float() as value):
            return pl.lit(float(value))
        case ast.BinOp(left=left, op=op, right=right):
            one, other = expression(left), expression(right)
            match op:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
                case ast.Div():
                    return ratio(one, other)
    raise TypeError(f"not arithmetic: {ast.dump(node)}")


def signal(**counts: int) -> str:
    """Of two counts, the newer first."""
    now, before = counts.values()
    rows = pl.DataFrame({"n": [now], "n_previous": [before]})
    return str(rows.select(count_trend("n", count="n", compared=True))["n_signal"].item())


def judged(first_response_s: int, threshold_s: int) -> tuple[str, float | None]:
    """Verdict of a case, and by how much it missed its threshold."""
    settings = Settings()
    assert settings.sla.threshold == threshold_s
    cases = make_tables([case(first_response_s=first_response_s)]).cases
    verdicts = with_sla(cases, settings, request_for())
    over = breaches_frame(verdicts).to_native().collect()["over_ms"].to_list()
    return verdicts.to_native().collect()["sla"].item(), over[0] / 1000 if over else None


def interval(met_n: int, sla_n: int) -> list[float]:
    ends = wilson(pl.lit(met_n), pl.lit(sla_n))
    return [round(100 * pl.select(end).item(), 1) for end in ends]


def quantile(responses: list[int], share: float) -> float:
    counts = pl.DataFrame({"s": responses}).group_by("s").len("n")
    return float(quantiles(counts, value="s", count="n", at={"q": share})["q"].item())


def index(lower: int, same: int, N: int) -> int:  # noqa: N803 - the example's own name
    """Of a score with so many rows below and beside it."""
    scores = [0.0] * lower + [1.0] * same + [2.0] * (N - lower - same)
    rows = pl.DataFrame({"behavior": "x", "score": scores})
    cuts = cut_points(rows.group_by("behavior", "score").len("rows_n"), negative=())
    asked = nw.from_native(pl.LazyFrame({"behavior": ["x"], "score": [1.0]}))
    return int(indexed(asked, cuts).to_native().collect()["index"].item())


def share_of_largest(load_s: int, largest_load_s: int) -> int:
    contacts = pl.DataFrame(
        {
            "company_id": ["this", "largest"],
            CURRENT: [True, True],
            "channel": ["hotline", "hotline"],
            "contacts_n": [1, 1],
            "time_ms": [1000 * load_s, 1000 * largest_load_s],
            "squares": [0.0, 0.0],
        }
    )
    loads = company_loads(contacts, {})
    return int(loads.filter(pl.col("company_id") == "this")["cel"].item())


def banded(points: int, possible: int) -> str:
    return str(pl.select(band(points=pl.lit(points), possible=pl.lit(possible))).item())


def wrong(forecast: list[float], came: list[float]) -> Errors:
    """Of a forecast of intervals, from one origin."""
    one = [np.array([[[[*counts]]]], dtype=float) for counts in (forecast, came)]
    return errors_of(*one, judged=np.ones_like(one[0], dtype=np.bool_))


# Examples of cards whose formula is said in words: by the function that makes the figure.
MAKERS: dict[str, Callable[..., Any]] = {
    "x_signal": signal,
    "sla": lambda **given: judged(**given)[0],
    "over_s": lambda elapsed_s, threshold_s: judged(elapsed_s, threshold_s)[1],
    "sla_low_pct": lambda **given: interval(**given)[0],
    "sla_high_pct": lambda **given: interval(**given)[1],
    "first_response_p50_s": lambda responses: quantile(responses, 0.5),
    "first_response_p90_s": lambda responses: quantile(responses, 0.9),
    "first_response_p95_s": lambda responses: quantile(responses, 0.95),
    "first_response_max_s": lambda responses: quantile(responses, 1.0),
    "BEHAVIOR_n": lambda indices: sum(index != "N/A" for index in indices),
    "BEHAVIOR_band": banded,
    "BEHAVIOR_index": index,
    "cel": share_of_largest,
    "level": lambda cel: pl.select(level(pl.lit(cel))).item(),
    "wape_pct": lambda **given: round(wrong(**given).wape_pct or 0, 2),
    "bias_pct": lambda **given: round(wrong(**given).bias_pct or 0, 2),
    "floor_pct": lambda **given: round(wrong(**given).floor_pct or 0, 2),
}


def test_no_key_has_two_cards_in_one_section() -> None:
    for report in {report for shown in all_cards() for report in shown.reports}:
        places = [
            (shown.key, section)
            for shown in all_cards()
            if report in shown.reports
            for section in (shown.sections or ("any",))
        ]
        assert len(set(places)) == len(places), report


def test_sources_are_ids_of_the_specification() -> None:
    known = {name for group in groups() for name in group["ids"]}
    for shown in all_cards():
        assert set(shown.source) <= known, shown.key


def test_the_nine_behaviours_have_words() -> None:
    """B1: each of the nine is told from the others."""
    (names,) = [chapter.names for chapter in chapters() if "BEHAVIOR" in chapter.names]
    assert tuple(names["BEHAVIOR"]) == BEHAVIORS
    told = {str(card(f"{behavior}_pct", "behavior")) for behavior in BEHAVIORS}
    assert len(told) == len(BEHAVIORS)


@pytest.mark.parametrize(
    ("key", "report", "name", "formula", "unit"),
    [
        ("sla_pct_change", "sla", "SLA compliance: change", "sla_pct − sla_pct_previous", "pp"),
        ("load_s_change", "cel", "Load: change", "load_s − load_s_previous", "s"),
        ("be_empathetic_band", "report", "Be empathetic: band", None, "band"),
        ("own_one_pct", "behavior", "Own one: total", "100 × points / (10 × own_one_n)", "pct"),
    ],
)
def test_members_of_families_speak_for_themselves(
    key: str, report: str, name: str, formula: str | None, unit: str
) -> None:
    found = card(key, report)
    assert found is not None
    assert (found.key, found.name, found.formula, found.unit) == (key, name, formula, unit)


@pytest.mark.parametrize(
    ("key", "report"),
    [
        ("met_n_change", "sla"),  # has no trend
        ("sla_pct_change", "cel"),  # no figure of that report
        ("own_one_pct", "report"),  # a centre's own behaviour only where behaviours are
        ("own_one_pct", None),
        ("case_id", "cel"),
        ("", None),
    ],
)
def test_what_is_no_figure_has_no_card(key: str, report: str | None) -> None:
    assert card(key, report) is None


def test_a_key_can_mean_different_things_in_sections() -> None:
    assert len(meanings("share_pct", "report")) == 3
    found = card("share_pct", "report", "shares")
    assert found is not None
    assert found.name == "Share of contacts"
    assert len(cards_of(["share_pct"], "report")) == 3
    assert len(cards_of(["share_pct"], "report", ["shares", "channels"])) == 2
    assert card("share_pct_signal", "report", "channels") is not None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("kee = 'a_n'", "unknown field `kee`"),
        ("unit = 'parsec'", "parsec"),
        ("what = 1", "Expected `str`, got `int`"),
        ("=", "Invalid"),
    ],
)
def test_a_slip_in_a_file_is_told_with_its_name(line: str, said: str) -> None:
    start = "place = 1\ntitle = 'T'\nintro = ''\n[[card]]\nname = 'A'\n"
    rest = "" if line.startswith("what") else "what = 'w'\n"
    with pytest.raises(ValueError, match=rf"^cards/x\.toml: .*{said}"):
        parse(f"{start}{rest}key = 'a_n'\n{line}\n", name="x.toml")


def test_explain_tells_a_figure() -> None:
    text = done("explain", "sla_pct", cwd=ROOT).text
    assert text.startswith("SLA compliance (sla_pct)\n")
    for said in ("100 × met_n / (met_n + not_met_n)", "no case was judged", "50.0 %", "S1, S2"):
        assert said in text
    assert "sla_pct_signal" in text
    assert max(map(len, text.splitlines())) <= 100


def test_explain_writes_json_and_markdown() -> None:
    (told,) = json.loads(done("explain", "be_empathetic_pct", "-f", "json", cwd=ROOT).text)
    assert told["key"] == "be_empathetic_pct"
    assert told["unit"] == "pct"
    assert told["formula"] == "100 × points / (10 × be_empathetic_n)"
    assert told["reports"] == ["behavior", "report"]
    text = done("explain", "be_empathetic_pct", "-f", "markdown", cwd=ROOT).text
    assert text.startswith("## Be empathetic: total\n\n`be_empathetic_pct`\n\n- What: The agent ")


def test_explain_tells_each_meaning() -> None:
    text = done("explain", "share_pct", cwd=ROOT).text
    assert text.count("(share_pct)") == len(meanings("share_pct")) >= 5


def test_explain_without_a_metric_lists_all() -> None:
    lines = done("explain", cwd=ROOT).text.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [shown.key for shown in all_cards()]
    listed = json.loads(done("explain", "-f", "json", cwd=ROOT).text)
    assert len(listed) == len(lines) - 1


def test_explain_guesses_the_nearest() -> None:
    assert failure("explain", "sla_pc", cwd=ROOT) == (
        2,
        "no metric 'sla_pc'; did you mean 'sla_pct'? (cxtool explain lists them)",
    )


def test_general_keys_are_words() -> None:
    for chapter in chapters():
        for shown in chapter.cards:
            assert "{" not in str(general(shown).key + general(shown).what)
