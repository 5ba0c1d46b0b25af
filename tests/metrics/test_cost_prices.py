"""K11: the price list, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxtool.errors import CxtoolError, UsageError
from cxtool.metrics.cost_prices import built_in_text, load_prices, parse_prices

ORDER = "as low <= likely <= high, but got"
NUMBER = "expected a number that is 0 or above, but got"
LINES = built_in_text().splitlines()


def line_of(text: str) -> int:
    """The line of the built-in list that is this one."""
    return LINES.index(text) + 1


def refused(text: str) -> list[str]:
    with pytest.raises(UsageError) as caught:
        parse_prices(text, name="our.toml")
    assert caught.value.hint == "'cxtool cost prices' shows a whole list"
    return caught.value.message.splitlines()


def test_the_built_in_list_has_the_figures_of_the_source() -> None:
    """K11: each range, and each with its source; the voice price is marked as the source's."""
    prices = load_prices()
    price = prices.price
    assert price.voice.ends == (1.1, 1.1, 1.1)
    assert "source's figure" in str(price.voice.note)
    assert price.message.ends == (0.01, 0.02, 0.03)
    assert price.social.ends == (10, 30, 50)
    assert price.storage.ends == (1350, 1725, 2100)
    assert (price.transfer.likely, price.transfer.free) == (0.08, 100)
    assert (prices.tier[0].low, prices.tier[-1].high) == (50, 200)
    entries = (price.voice, price.message, price.social, price.storage, price.transfer)
    for entry in (*entries, *prices.tier):
        assert entry.source.startswith("K11: ")
    assumed = (price.seat, prices.assumption.messages_per_case, prices.assumption.recording_kbit_s)
    for entry in assumed:
        assert entry.source.startswith("assumption: ")


VOICE = "likely = 1.10"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (VOICE, 'likely = "1,10"', f'price.voice.likely: {NUMBER} "1,10"'),
        (VOICE, "likely = -1", f"price.voice.likely: {NUMBER} -1"),
        (VOICE, "likely = nan", f"price.voice.likely: {NUMBER} nan"),
        (VOICE, "likely = true", f"price.voice.likely: {NUMBER} true"),
        ("low = 1350", "low = 9999", f"price.storage.likely: expected 9999 or above, {ORDER} 1725"),
        ('name = "full"', 'name = "basic"', "tier[3].name: 'basic' is the name of an earlier tier"),
        ("minutes = 500", "minutes = []", f"tier[1].minutes: {NUMBER} []"),
        (
            "minutes = 500",
            "minuts = 500",
            "unknown key 'tier[1].minuts'; did you mean 'tier[1].minutes'?",
        ),
        ('currency = "USD"', "currency = 1", "currency: expected a text, but got 1"),
        (
            'message = ["sms", "mms"]',
            'message = "sms"',
            'channels.message: expected a list of texts such as ["a", "b"], but got "sms"',
        ),
    ],
)
def test_a_figure_that_cannot_be_used_is_told_with_its_line(
    old: str, new: str, problem: str
) -> None:
    """K11: line, key, value, and what is expected."""
    (told,) = refused(built_in_text().replace(old, new, 1))
    # An order is told at its second figure, which stands in the next line.
    line = line_of(old) + ("or above, as" in problem)
    assert told == f"our.toml, line {line}: {problem}"


def test_what_is_missing_is_told_with_the_table_that_should_have_it() -> None:
    """K11: every problem at once."""
    text = built_in_text().replace(VOICE, "likley = 1.10").replace('currency = "USD"', "")
    voice = line_of("[price.voice] # a minute of an answered call")
    assert refused(text) == [
        f"our.toml, line {voice + 1}: unknown key 'price.voice.likley';"
        " did you mean 'price.voice.likely'?",
        f"our.toml, line {voice}: price.voice.likely is missing",
        "our.toml: currency is missing",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["currency", "price", "assumption", "channels"]),
        ('currency = "USD"\nprice = 3\ntier = 1\n', ["assumption", "channels"]),
    ],
)
def test_an_empty_list_lacks_everything(text: str, problems: list[str]) -> None:
    """K11: nothing is taken over from the built-in list in silence."""
    told = refused(text)
    assert [line for line in told if line.endswith("is missing")] == [
        f"our.toml: {key} is missing" for key in problems
    ]
    assert any(line.endswith("tier: expected at least one table [[tier]]") for line in told)


def test_a_list_that_is_no_toml_or_no_file(tmp_path: Path) -> None:
    assert refused("a = [")[0].startswith("our.toml is not TOML: ")
    with pytest.raises(CxtoolError, match=r"^cannot read .*none\.toml: "):
        load_prices(str(tmp_path / "none.toml"))
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8 text, from byte 1"):
        load_prices(str(tmp_path / "odd.toml"))
