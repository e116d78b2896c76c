"""scenario cache list, scenario cache clear."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from click.testing import CliRunner

import scenario
from scenario.cli import main


@scenario.cache()
def twice(number):
    return number * 2


@scenario.cache()
def thrice(number):
    return number * 3


def run(*arguments):
    result = CliRunner().invoke(main, ["cache", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def filled(within, folder, another_process):
    for cache_key, functions in (("old", [twice]), ("new", [twice, thrice])):
        with within(cache_key):
            for function in functions:
                function(1)
                function(2)
    another_process()
    return folder / "results.sqlite"


def age(path, label, days):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE results SET created = ? WHERE label = ?", (time.time() - days * 86_400, label)
        )
        connection.commit()


def test_list_shows_keys_and_functions(filled):
    code, output = run("list")
    lines = [re.sub(r"  +", " | ", line) for line in output.splitlines()]
    assert code == 0
    assert lines[0] == "KEY | FUNCTION | RESULTS | SIZE | NEWEST"
    assert re.fullmatch(r"old \| \S*test_command:twice \| 2 \| 2 B \| 20\d\d-\d\d-\d\d \d\d:\d\d", lines[1])
    assert {re.findall(r"test_command:(\w+)", line)[0] for line in lines[2:4]} == {"twice", "thrice"}
    assert lines[-1] == f"6 results in {filled}"


def test_list_of_nothing_makes_no_file(folder):
    assert run("list") == (0, f"Nothing is remembered in {folder / 'results.sqlite'}.\n")
    assert not folder.exists()


def test_clear_removes_everything(filled):
    assert run("clear") == (0, f"Removed 6 results from {filled}.\n")
    assert run("list")[1].startswith("Nothing")


def test_clear_removes_the_results_of_a_key(filled):
    assert run("clear", "--key", "old") == (0, f"Removed 2 results from {filled}.\n")
    assert run("list")[1].count("new") == 2


def test_clear_removes_what_is_old(filled):
    age(filled, "old", 8)
    assert run("clear", "--older-than", "7") == (0, f"Removed 2 results from {filled}.\n")
    assert run("clear", "--older-than", "7", "--key", "new")[1].startswith("Removed 0 results")


def test_clear_of_nothing_says_so(folder):
    assert run("clear") == (0, f"Removed 0 results from {folder / 'results.sqlite'}.\n")


def test_a_cache_that_is_off_is_named(monkeypatch):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", "")
    code, output = run("list")
    assert (code, "SCENARIO_CACHE_DIR is empty" in output) == (1, True)


def test_a_newer_format_is_an_error_and_stays(folder):
    folder.mkdir()
    with closing(sqlite3.connect(folder / "results.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("CREATE TABLE anything (x)")
    code, output = run("clear")
    assert (code, output.count("has format 99")) == (1, 1)


def test_a_damaged_file_is_named(filled):
    filled.write_bytes(b"no database" * 1000)
    code, output = run("list")
    assert (code, "is damaged" in output, "Nothing is remembered" in output) == (0, True, True)


def test_the_help_loads_no_database():
    program = """
import sys
from click.testing import CliRunner
from scenario.cli import main
for command in ("list", "clear"):
    assert CliRunner().invoke(main, ["cache", command, "--help"]).exit_code == 0
print([name for name in ("pydantic", "sqlite3", "scenario._cache") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
