"""``cxtool cost`` from a literal export: K11, with the built-in prices and a list of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.exports import export, report, section
from tests.cli_helper import call, failure

CASES = """
    case_id,started_at,channel,agent,answered,talk_s,hold_s,handle_s,resolved,recording
    c1,2026-05-04T10:00:00Z,voice,Ada,true,3000,,3000,true,a.ogg
    c2,2026-05-05T10:00:00Z,voice,Bo,true,2400,600,3100,true,
    c3,2026-05-06T10:00:00Z,sms,Bo,true,,,600,false,
    c4,2026-04-06T10:00:00Z,voice,Bo,true,600,,600,true,
"""
MAY = ("-p", "2026-05")
SOURCE = "K11: about 1.10 on average"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("cost"), interactions=CASES)


def plans(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["plan"]: row for row in section(found, "summary")}


def test_the_built_in_prices(folder: Path) -> None:
    """K11: two seats at 75 and 2/12 x 1725, against 100 minutes at 1.10 and six messages at 0.02.

    Units, sources and the mark on the voice price are those of the report in JSON.
    """
    found = report("cost", ".", *MAY, cwd=folder)
    tiered, paid = plans(found)["tiered"], plans(found)["pay-as-you-go"]
    assert (tiered["tier"], tiered["total"]) == ("basic", 150 + 287.5)
    assert paid["total"] == pytest.approx(110 + 0.12 + 287.5)
    assert (tiered["total_low"], tiered["total_high"]) == (100 + 225, 200 + 350)
    assert (tiered["total_previous"], tiered["total_signal"]) == (218.75, "up")
    units = {c["key"]: c["unit"] for c in found["sections"][0]["columns"]}
    assert (units["total"], units["contacts_n"]) == ("money", "count")
    (voice,) = (row for row in section(found, "prices") if row["name"] == "Voice")
    assert (voice["likely"], voice["source"]) == (1.1, SOURCE)
    assert any(SOURCE in note and "source's figure" in note for note in found["notes"])
    quantities = {row["quantity"]: row for row in section(found, "break_even")}
    # 150 for two seats less the messages that they include, at 1.10.
    assert quantities["Voice minutes a month"]["break_even"] == pytest.approx((150 - 0.12) / 1.1)
    assert quantities["Voice minutes a month"]["cheaper_above"] == "tiered"


def test_prices_of_ones_own(folder: Path, tmp_path: Path) -> None:
    """K11: the list that is written can be edited and given back; settings name it as well."""
    path = tmp_path / "ours.toml"
    assert call("cost", "prices", "-o", str(path), cwd=folder).code == 0
    text = path.read_text(encoding="utf-8")
    assert call("cost", "prices", cwd=folder).text == text
    path.write_text(text.replace("likely = 1.10", "likely = 0.02").replace("USD", "EUR"), "utf-8")
    found = report("cost", ".", *MAY, "--prices", str(path), cwd=folder)
    assert plans(found)["pay-as-you-go"]["total"] == pytest.approx(2 + 0.12 + 287.5)
    assert found["sections"][0]["title"] == "Cost, EUR"
    (tmp_path / "cxtool.toml").write_text('[cost]\nprices = "ours.toml"\nwage = 12\n', "utf-8")
    again = report("cost", ".", *MAY, "--config", str(tmp_path / "cxtool.toml"), cwd=folder)
    # 6,600 s of agents at 12 an hour: a case's time is talk and hold where these are known.
    wages = {row["cost"] for row in section(again, "items") if row["item"] == "Agents' time"}
    assert wages == {22.0}
    path.write_text(text.replace("likely = 1.10", "likely = -1"), "utf-8")
    code, message = failure("cost", ".", "--prices", str(path), cwd=folder)
    assert code == 2
    assert "line 13: price.voice.likely: expected a number that is 0 or above" in message


def test_a_gate_and_a_section_for_scripts(folder: Path) -> None:
    """K11: one section as CSV; exit code 3 where a figure is too large."""
    written = call("cost", ".", *MAY, "--section", "channels", "-f", "csv", cwd=folder)
    head, voice, _ = written.text.splitlines()
    assert dict(zip(head.split(","), voice.split(","), strict=True))["channel"] == "voice"
    gate = ("--section", "volumes", "--fail-over", "calls_n=1")
    assert call("cost", ".", *MAY, "-q", *gate, cwd=folder).code == 3
