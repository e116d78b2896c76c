"""The lines that tell of runs: for a terminal, and below a failed assertion."""

from __future__ import annotations

import pytest

import scenario
from scenario._observers import observe_runs
from scenario.report.assertion import explain
from scenario.report.reporter import PlayedRun, ScenarioReporter, follow
from scenario.report.session import RunSummary, Totals, Verdict
from scenario.report.terminal import plain, run_lines, section, totals_line


def _result(*, success: bool = False, turns: int = 1, **fields) -> scenario.ScenarioResult:
    messages = [
        message
        for turn in range(turns)
        for message in (
            {"role": "user", "content": f"question {turn}"},
            {"role": "assistant", "content": f"answer {turn}"},
        )
    ]
    return scenario.ScenarioResult(**{"success": success, "messages": messages, **fields})


def _played(verdict: Verdict = Verdict.FAILED, **fields) -> PlayedRun:
    return PlayedRun("a name", fields.pop("result", _result()), verdict, **fields)


def _conversation(text: str) -> list[str]:
    return next(part for part in text.split("\n\n") if part.startswith("The conversation")).splitlines()


def test_a_passed_run_is_one_line_whatever_its_reason():
    run = RunSummary("a name", Verdict.PASSED, reason="all good")

    assert plain(run_lines(run)) == "PASSED a name"


def test_a_long_reason_is_cut():
    run = RunSummary("a name", Verdict.FAILED, reason="why " * 100)

    assert [len(line) for line in plain(run_lines(run)).splitlines()] == [13, 202]


@pytest.mark.parametrize(
    ("passed", "total", "colour"),
    [(1, 1, "green"), (99_999, 100_000, "yellow"), (7, 10, "yellow"), (6, 10, "red"), (0, 1, "red")],
)
def test_the_colour_of_the_totals_follows_the_success_rate(passed, total, colour):
    ((span,),) = [totals_line(Totals(total, passed))]

    assert span.looks == (colour,)


def test_only_runs_that_did_not_pass_get_lines_unless_all_are_wanted():
    runs = [RunSummary("good", Verdict.PASSED), RunSummary("bad", Verdict.FAILED)]

    totals = "2 runs: 1 passed, 1 failed, success rate 50 %"
    assert plain(section(runs, every=False)) == f"FAILED bad\n{totals}"
    assert plain(section(runs, every=True)) == f"PASSED good\nFAILED bad\n{totals}"


def test_runs_of_tests_that_passed_are_counted_and_not_explained():
    runs = [
        RunSummary("good", Verdict.PASSED, test="t1"),
        RunSummary("bad", Verdict.FAILED, test="t1", reason="why"),
        RunSummary("worse", Verdict.ERROR, test="t2", reason="because"),
    ]

    lines = plain(section(runs, every=False, passing={"t1"})).splitlines()
    assert lines[:2] == ["ERROR worse in t2", "  because"]
    assert lines[2].startswith("1 run that did not pass is of tests that passed")
    assert len(lines) == 4


def test_a_short_conversation_is_shown_whole():
    text = explain(_played(result=_result(turns=2)))

    assert _conversation(text) == [
        "The conversation:",
        "  0 user: question 0",
        "  1 assistant: answer 0",
        "  2 user: question 1",
        "  3 assistant: answer 1",
    ]
    assert "result.transcript()" not in text


def test_of_a_long_conversation_the_last_two_turns_are_shown():
    text = explain(_played(result=_result(turns=6)))

    assert _conversation(text) == [
        "The conversation from message 8 on:",
        "   8 user: question 4",
        "   9 assistant: answer 4",
        "  10 user: question 5",
        "  11 assistant: answer 5",
    ]
    assert "The whole conversation: `result.transcript()`" in text


def test_of_a_turn_without_end_the_last_twelve_messages_are_shown():
    messages = [{"role": "assistant", "content": str(number)} for number in range(30)]

    lines = _conversation(explain(_played(result=_result(messages=messages))))

    assert lines[0] == "The conversation from message 18 on:"
    assert len(lines) == 13


def test_tool_calls_and_long_messages_take_a_line_each():
    call = {"id": "1", "type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}
    messages = [{"role": "assistant", "content": "word\n" * 200, "tool_calls": [call]}]

    lines = _conversation(explain(_played(result=_result(messages=messages))))

    assert lines[1].startswith("  0 assistant: word word")
    assert len(lines[1]) == 404
    assert lines[2] == '  0 assistant calls find({"id": 7})'


def test_a_conversation_is_shown_without_control_characters():
    messages = [{"role": "user", "content": "\x1b[31mred"}]

    assert _conversation(explain(_played(result=_result(messages=messages))))[1] == "  0 user: ?[31mred"


def test_a_run_in_which_nothing_was_said_says_so():
    assert "Nothing was said." in explain(_played(result=_result(messages=[])))


def test_a_long_reason_is_shown_by_its_first_lines():
    text = explain(_played(result=_result(reasoning="\n".join(f"line {number}\n" for number in range(40)))))

    assert text.split("\n\n")[0].splitlines() == [
        "FAILED",
        *(f"line {number}" for number in range(20)),
        "...",
    ]


def test_only_a_run_with_a_user_in_a_test_can_be_played_by_hand():
    assert "--scenario-debug" not in explain(_played(has_user=True))
    assert "--scenario-debug" not in explain(_played(test="t.py::test"))


def test_the_command_to_play_by_hand_is_quoted_for_the_shell():
    text = explain(_played(has_user=True, test="t.py::test[a b]"))

    assert text.endswith("To speak in the user's place: pytest -s --scenario-debug 't.py::test[a b]'")


@pytest.mark.parametrize(
    ("verdict", "told"),
    [("FAILED", ""), ("ERROR", "see its traceback"), ("CANCELLED", "was ended from outside")],
)
def test_a_run_that_was_cut_short_says_what_ended_it(verdict, told):
    hints = explain(_played(Verdict(verdict))).split("\n\n")[2:]

    assert [told in hint for hint in hints] == ([True] if told else [])


def test_a_reporter_begins_empty(capsys):
    reporter = ScenarioReporter()

    reporter.print_report()

    assert reporter.results == []
    assert reporter.get_summary() == {"total": 0, "passed": 0, "failed": 0, "success_rate": 0.0}
    assert capsys.readouterr().out == "0 runs: 0 passed, 0 failed, success rate 0 %\n"


def test_a_reporter_takes_names_and_things_that_have_one():
    reporter = ScenarioReporter()
    good, bad = _result(success=True), _result()

    reporter.add_result("by name", good)
    reporter.add_result(scenario.ScenarioExecutor("by executor", ""), bad)

    assert reporter.results == [("by name", good), ("by executor", bad)]
    assert reporter.get_summary() == {"total": 2, "passed": 1, "failed": 1, "success_rate": 50.0}


async def test_a_result_that_is_there_already_is_not_added_again():
    runs = []
    reporter = ScenarioReporter(runs)
    with observe_runs(lambda: follow(runs, None)):
        result = await scenario.run("once", "", script=[scenario.succeed()])

    reporter.add_result("once more", result)

    assert reporter.results == [("once", result)]


def test_the_printed_report_has_a_line_for_each_run(capsys):
    reporter = ScenarioReporter()
    reporter.add_result("good", _result(success=True))
    reporter.add_result("bad", _result(reasoning="too short"))

    reporter.print_report()

    assert capsys.readouterr().out.splitlines() == [
        "PASSED good",
        "FAILED bad",
        "  too short",
        "2 runs: 1 passed, 1 failed, success rate 50 %",
    ]
