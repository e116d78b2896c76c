"""What people can use or meet is documented on its page."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import get_args

import click
import pytest

import scenario
from scenario import checks, errors, testing
from scenario._engine.facts import Fact
from scenario.cli import main
from scenario.types import EndingKind, ScenarioResult

DOCS = Path(__file__).parents[2] / "docs"
REFS = [f"B{number}" for number in (*range(1, 41), 42, 43, 46, 47, 48, 49)]


def _page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def _not_on(page: str, names: list[str]) -> list[str]:
    """The names that the page does not show as code."""
    words = {word for code in re.findall(r"`([^`\n]+)`", page) for word in re.findall(r"\w+", code)}
    blocks = {word for code in re.findall(r"```.*?```", page, re.DOTALL) for word in re.findall(r"\w+", code)}
    return [name for name in names if name not in words | blocks]


@pytest.mark.parametrize("ref", REFS)
def test_each_mended_behaviour_is_a_row_of_the_compatibility_page(ref):
    rows = re.findall(rf"^\| {ref} \|(.*)\|$", _page("compatibility"), re.MULTILINE)

    assert len(rows) == 1
    assert all(cell.strip() for cell in rows[0].split("|")[:2])


def test_each_public_name_is_on_a_page():
    pages = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md")))

    assert _not_on(pages, scenario.__all__) == []


def test_each_check_is_on_the_checks_page():
    assert _not_on(_page("checks"), checks.__all__) == []


def test_each_kind_of_ending_is_on_the_page_of_scripted_users():
    assert _not_on(_page("scripted-users"), [kind.name for kind in EndingKind]) == []


def test_each_argument_of_a_scripted_user_is_on_its_page():
    arguments = list(inspect.signature(scenario.ScriptedUserAgent).parameters)

    assert _not_on(_page("scripted-users"), arguments) == []


def test_each_error_stands_in_the_tree_and_with_its_attributes():
    page = _page("results-and-errors")
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, scenario.ScenarioError)
    ]

    assert _not_on(page, [each.__name__ for each in classes]) == []
    assert inspect.cleandoc(errors.__doc__ or "").split("\n\n")[1].replace("\n    ", "\n").strip() in page


def test_each_field_of_a_result_is_on_its_page():
    page = _page("results-and-errors")

    assert [name for name in ScenarioResult.model_fields if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("fact", get_args(Fact), ids=lambda fact: fact.__name__)
def test_each_fact_is_on_the_events_page_with_its_fields(fact):
    (row,) = re.findall(rf"^\| `{fact.__name__}` \|.*$", _page("events"), re.MULTILINE)
    fields = [field.name for field in dataclasses.fields(fact) if field.name not in {"run_id", "at"}]

    assert [name for name in fields if f"`{name}`" not in row] == []


def test_each_fake_is_on_the_testing_page():
    assert _not_on(_page("testing"), testing.__all__) == []


def test_each_command_is_on_a_page_with_its_options():
    page = _page("command-line")
    options = [
        option
        for command in main.commands.values()
        for each in command.params
        if isinstance(each, click.Option)
        for option in each.opts
    ]

    assert [name for name in main.commands if f"`scenario {name}" not in page] == []
    assert [option for option in options if option not in page] == []
