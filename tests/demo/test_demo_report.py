import inspect
import io
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from scenario import CriterionResult, CriterionStatus, Evidence, ScenarioResult
from scenario.demo import report
from scenario.demo.play import Played
from scenario.demo.scenarios import SCENARIOS
from scenario.demo.show import show

FAULTY = next(each for each in SCENARIOS if each.fault is not None)
SOUND = next(each for each in SCENARIOS if each.fault is None)
TALK = [
    {"role": "user", "content": "Hello?"},
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Refund, please."},
    {"role": "tool", "tool_call_id": "call_1", "content": "word " * 40},
    {"role": "assistant", "content": "Done."},
]


def played(*criteria, of=SOUND, success=False, messages=TALK, reasoning=None):
    result = ScenarioResult(
        success=success,
        messages=messages,
        criteria=list(criteria),
        reasoning=reasoning,
        total_time=0.0123,
    )
    return Played(of, result, 2)


def text_of(lines):
    return "\n".join(line.plain for line in lines)


FAILED = CriterionResult(
    "no money",
    CriterionStatus.FAILED,
    "there was money",
    (Evidence(4, "Done."), Evidence(None, "5.00")),
)
PASSED = CriterionResult("all is well", CriterionStatus.PASSED, "it is")


def test_the_table_has_a_row_for_each_scenario():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(report.table([played(success=True), played(of=FAULTY)]))
    rows = [line.split("  ") for line in console.export_text().splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[0] == ["Scenario", "Verdict", "Turns", "Tool calls", "Time"]
    assert cells[2:] == [
        [SOUND.name, "passed", "2", "0", "12 ms"],
        [FAULTY.name, "FAILED", "2", "0", "12 ms"],
    ]


def test_the_tally_counts():
    assert report.tally([played(), played(success=True)], 1.26).plain == "1 passed, 1 failed in 1.3 s"
    assert report.tally([played(success=True)], 0.04).plain == "1 passed in 0.0 s"


def test_a_failure_has_the_checks_that_failed_with_their_reasons_and_evidence():
    text = text_of(report.failure(played(PASSED, FAILED), 80))
    assert (
        """\
  1 of 2 checks failed:
    no money
      there was money
      message 4: Done.
      5.00
"""
        in text
    )
    assert "all is well" not in text


def test_a_failure_without_checks_has_its_reason():
    text = text_of(report.failure(played(reasoning="It took too long."), 80))
    assert "\n  It took too long.\n" in text
    assert "checks failed" not in text


def test_a_failure_shows_the_conversation_from_the_last_request_on():
    text = text_of(report.failure(played(FAILED), 80))
    ended = text.split("How the conversation ended:\n")[1].splitlines()
    assert ended[0] == "     2  user: Refund, please."
    assert ended[1].startswith("     3  tool: word word")
    assert ended[1].endswith(" ...")
    assert ended[2] == "     4  assistant: Done."
    assert len(ended) == 3


def test_a_conversation_in_which_no_user_spoke_is_shown_whole():
    text = text_of(report.failure(played(FAILED, messages=TALK[3:]), 80))
    assert "     0  tool: word" in text
    assert "     1  assistant: Done." in text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_lines_fit_and_are_legible(width):
    long = CriterionResult("a " * 200, CriterionStatus.FAILED, "b " * 200, (Evidence(1, "c " * 200),))
    lines = report.failure(played(long), width) + report.planted(FAULTY.fault, width)
    assert max(len(line.plain) for line in lines) <= min(width, 100)
    assert all(line.plain == line.plain.rstrip() for line in lines)


def test_the_place_of_the_planted_fault_is_its_first_line(monkeypatch):
    source = inspect.getsourcefile(FAULTY.fault.function)
    monkeypatch.chdir(Path(source).parent)
    text = text_of(report.planted(FAULTY.fault, 80))
    _, line = inspect.getsourcelines(FAULTY.fault.function)
    assert f"  agent.py:{line}, in SupportDesk.take_note" in text
    assert "planted on purpose" in text
    assert FAULTY.fault.text in text


def test_a_path_is_shown_from_the_current_directory_only_if_that_is_shorter(tmp_path, monkeypatch):
    deep = tmp_path.joinpath(*"abcdefghijklmnopqrstuvwxyz" * 4)
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    text = text_of(report.next_steps(200))
    assert f"    {Path(report.__file__).with_name('scenarios.py')}\n" in text


def again(monkeypatch, program):
    """What the demo tells people to type, when it was started by this program."""
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    lines = [line.plain.strip() for line in report.next_steps(80)]
    return lines[lines.index("Read the conversations:") + 1]


@pytest.fixture
def program(tmp_path):
    made = tmp_path / "my env" / "bin" / "scenario"
    made.parent.mkdir(parents=True)
    made.touch(mode=0o755)
    return made


def test_a_program_on_the_path_is_named(program, monkeypatch):
    monkeypatch.setenv("PATH", str(program.parent))
    assert again(monkeypatch, program) == "scenario demo --verbose"


def test_a_program_that_is_not_on_the_path_is_told_as_seen_from_here(program, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert again(monkeypatch, program) == "'my env/bin/scenario' demo --verbose"
    monkeypatch.chdir(program.parent)
    assert again(monkeypatch, "scenario") == "./scenario demo --verbose"


def test_another_program_of_that_name_on_the_path_is_not_this_one(program, tmp_path, monkeypatch):
    other = tmp_path / "scenario"
    other.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(program.parents[1])
    assert again(monkeypatch, program) == "bin/scenario demo --verbose"


def test_a_module_is_started_by_its_python(program, monkeypatch):
    python = program.with_name("python")
    python.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("PATH", str(program.parent))
    assert again(monkeypatch, "/lib/scenario/__main__.py") == "python -m scenario demo --verbose"
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(program.parents[1])
    assert again(monkeypatch, "/lib/scenario/__main__.py") == "bin/python -m scenario demo --verbose"


def test_the_demo_inside_of_another_program_names_its_own(monkeypatch):
    assert again(monkeypatch, "/usr/bin/pytest") == "scenario demo --verbose"


def test_the_source_says_that_the_fault_is_planted():
    assert "planted here, on purpose" in inspect.getsource(FAULTY.fault.function)


def test_the_first_scenario_is_a_program_that_passes(tmp_path):
    program = tmp_path / "first.py"
    program.write_text(report.FIRST_SCENARIO, encoding="utf-8")
    assert runpy.run_path(str(program))["result"].success


def test_the_next_steps_have_the_first_scenario_in_lines_that_fit():
    lines = [line.plain for line in report.next_steps(80)]
    assert all(f"    {line}".rstrip() in lines for line in report.FIRST_SCENARIO.splitlines())
    assert max(map(len, lines)) <= 80


def test_a_scenario_that_passes_by_surprise_is_named(capsys):
    show([replace(SOUND, fault=FAULTY.fault)])
    out = capsys.readouterr().out
    assert f"`{SOUND.name}` passed, although a fault is planted" in out
    assert "planted on purpose" not in out


def test_a_scenario_that_fails_by_surprise_is_named(capsys):
    show([replace(FAULTY, fault=None)])
    out = capsys.readouterr().out
    assert f"`{FAULTY.name}` failed, although no fault is planted" in " ".join(out.split())
    assert "never_called('change_address'" in out
