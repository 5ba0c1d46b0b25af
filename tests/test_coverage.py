"""Everything that the specification asks for is listed, and what is there is tested."""

from __future__ import annotations

import doctest

import pytest

import docs.ids
from docs.ids import TESTS, commands_of, exists, groups, ids_of, naming_tests

NUMBERED = {"L": 17, "S": 6, "B": 11, "C": 11, "A": 10, "K": 13}
COMMANDS = {name: commands_of(name, group) for group in groups() for name in group["ids"]}


@pytest.fixture(scope="module")
def named() -> dict[str, list[str]]:
    return {name: [test for _, test in tests] for name, tests in naming_tests(TESTS).items()}


def test_every_id_is_listed() -> None:
    asked_for = [f"{letter}{n}" for letter, last in NUMBERED.items() for n in range(1, last + 1)]
    assert list(COMMANDS) == asked_for


@pytest.mark.parametrize("name", [name for name, own in COMMANDS.items() if any(map(exists, own))])
def test_what_has_a_command_has_a_test(name: str, named: dict[str, list[str]]) -> None:
    assert named.get(name), f"no test names {name}"


def test_tests_name_no_unknown_id(named: dict[str, list[str]]) -> None:
    assert named.keys() <= COMMANDS.keys()


@pytest.mark.parametrize(
    ("name", "docstring", "found"),
    [
        ("test_plain", "Nothing named.", set()),
        ("test_plain", "S4: breaches, worst first", {"S4"}),
        ("test_plain", "In words (L9), and at the end C10.", {"L9", "C10"}),
        ("test_plain", "S1-S3: three; B9 to B10: two.", {"S1", "S2", "S3", "B9", "B10"}),
        ("test_plain", "No id is s4, S0, S100, XS4, S4x, v1.S4, a_S5 or K-1.", set()),
        ("test_s4_worst_first", "", {"S4"}),
        ("test_s4_l9_worst_first", "", {"S4", "L9"}),
        ("test_worst_S4_first", "", {"S4"}),
        ("test_agent_a1_comes_first", "", set()),
        ("test_utf8_and_b64", "", set()),
    ],
)
def test_ids_are_whole_words(name: str, docstring: str, found: set[str]) -> None:
    assert ids_of(name, docstring) == found


@pytest.mark.parametrize(
    ("command", "there"),
    [
        ("sla", True),
        ("sla --by", True),
        ("behavior calibrate", True),
        ("behavior calibrate --output", True),
        ("sla --no-such-option", False),
        ("no-such-command", False),
        ("no-such-command --by", False),
    ],
)
def test_a_command_counts_only_with_its_option(command: str, there: bool) -> None:
    assert exists(command) is there


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(docs.ids).failed == 0
