import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from scenario.cli import main
from scenario.demo import scenarios
from scenario.demo.scenarios import SCENARIOS

ESCAPE = "\x1b"


def run(*arguments, **options):
    return CliRunner().invoke(main, ["demo", *arguments], **options)


def run_in_a_pipe(*arguments, cwd):
    environment = {
        name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR"}
    }
    return subprocess.run(
        [sys.executable, "-m", "scenario", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        timeout=50,
    )


def without_times(text):
    return re.sub(r" *\d+ ms|\d+\.\d s", "#", text)


@pytest.fixture(scope="module")
def shown():
    return run()


def test_the_demo_shows_its_fault_and_exits_with_0(shown):
    assert shown.exit_code == 0, shown.output
    assert f"{len(SCENARIOS) - 1} passed, 1 failed" in shown.stdout


def test_the_table_names_every_scenario(shown):
    verdicts = re.findall(r"^(.+?) +(passed|FAILED) +\d+ +\d+ +\d+ ms$", shown.stdout, re.MULTILINE)
    assert verdicts == [(each.name, "passed" if each.fault is None else "FAILED") for each in SCENARIOS]


def test_the_failure_is_told_with_its_evidence(shown):
    assert 'message 9: change_address({"order": 1002, "address": "99 Dock Street"})' in shown.stdout
    assert "it has '99 Dock Street' where '7 Harbour Row' was expected" in shown.stdout
    assert "assistant: Order 1002 now goes to 99 Dock Street." in shown.stdout


def test_the_end_tells_that_the_fault_was_planted_and_what_to_do_next(shown):
    told = shown.stdout.index("This fault was planted on purpose")
    assert re.search(r"agent\.py:\d+, in SupportDesk\.take_note", shown.stdout[told:])
    assert "What next?" in shown.stdout[told:]


def test_the_progress_is_told_beside_the_report(shown):
    lines = shown.stderr.splitlines()
    assert lines[0] == f"1/{len(SCENARIOS)} refund: passed"
    assert lines[-1] == f"{len(SCENARIOS)}/{len(SCENARIOS)} somebody else's parcel: FAILED"
    assert len(lines) == len(SCENARIOS)


def test_two_demos_differ_in_their_times_only(shown):
    assert without_times(run().output) == without_times(shown.output)


def test_strict_exits_with_1_when_a_scenario_fails():
    assert run("--strict").exit_code == 1


def test_strict_exits_with_0_when_all_pass():
    result = run("--strict", "--only", "refund")
    assert result.exit_code == 0
    assert "2 passed in" in result.stdout


def test_only_plays_what_has_the_name_in_any_case():
    result = run("--only", "ANGRY")
    assert "angry customer   passed" in result.stdout
    assert "1 passed in" in result.stdout
    assert "in one conversation" in result.stdout


def test_only_without_a_match_is_a_usage_error_that_names_the_scenarios():
    result = run("--only", "nothing like this")
    assert result.exit_code == 2
    assert "'nothing like this'" in result.stderr
    assert all(f"  {each.name}\n" in result.stderr for each in SCENARIOS)
    assert result.stdout == ""


def test_verbose_prints_each_conversation_after_its_heading():
    result = run("--verbose", "--only", "refund")
    first, second = (each.description for each in SCENARIOS if "refund" in each.name)
    words = [
        first,
        "User: Hello, the teapot",
        "PASSED",
        second,
        "User: My espresso machine",
        "PASSED",
        "Verdict",
    ]
    places = []
    for word in words:
        places.append(result.stdout.index(word, places[-1] + 1 if places else 0))
    assert places == sorted(places)
    assert result.stderr == ""


def test_an_unexpected_verdict_exits_with_1(monkeypatch):
    sound = [each for each in SCENARIOS if each.fault is None]
    faulty = [each for each in SCENARIOS if each.fault is not None]
    unmarked = [scenarios.DemoScenario(each.name, each.description, each.cast) for each in faulty]
    monkeypatch.setattr(scenarios, "SCENARIOS", (*sound, *unmarked))
    result = run()
    assert result.exit_code == 1
    assert "although no fault is planted" in result.stdout


def test_a_setting_that_cannot_be_used_is_told_without_a_traceback(monkeypatch):
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "many")
    result = run()
    assert result.exit_code == 1
    assert "Error: $SCENARIO_MAX_TURNS" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_terminal_gets_colours_and_a_bar_in_place_of_lines():
    result = run("--only", "refund", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    assert ESCAPE in result.stdout
    assert "Playing" in result.stderr
    assert "1/2 refund: passed" not in result.stderr


@pytest.mark.parametrize("width", [64, 80, 140])
def test_the_report_fits(width):
    result = run(env={"COLUMNS": str(width)})
    prose = result.stdout.split("What next?")[0].splitlines()
    assert max(map(len, prose)) <= width
    assert all(line == line.rstrip() for line in prose)


def test_in_a_pipe_there_are_no_escape_codes(tmp_path):
    done = run_in_a_pipe("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "7 passed, 1 failed" in done.stdout
    assert ESCAPE not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_in_a_pipe_strict_exits_with_1(tmp_path):
    assert run_in_a_pipe("demo", "--strict", "--only", "parcel", cwd=tmp_path).returncode == 1


def test_in_a_pipe_only_without_a_match_exits_with_2(tmp_path):
    done = run_in_a_pipe("demo", "--only", "zzz", cwd=tmp_path)
    assert done.returncode == 2
    assert "somebody else's parcel" in done.stderr
