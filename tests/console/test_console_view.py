"""scenario._console.view: a run at the terminal, from its first fact to its last."""

from __future__ import annotations

import io
import re
import sys

import pytest

import scenario
from authoring.conversations import agent_calls, call, tool_says
from scenario import (
    AgentRole,
    CriterionResult,
    CriterionStatus,
    EndingKind,
    Evidence,
    ScenarioResult,
    UserEnding,
)
from scenario._console.terminal import terminal
from scenario._console.view import conclusion
from scenario._events.stream import Stream
from support import agent, executor, failed, judge, passed, user

PASSED, FAILED, INCONCLUSIVE = CriterionStatus.PASSED, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE
SCRIPT = [scenario.user(), scenario.agent(), scenario.succeed("all well")]


def concluded(error=None, *, success=False, reasoning="not fine", criteria=()):
    result = ScenarioResult(success=success, messages=[], reasoning=reasoning, criteria=list(criteria))
    return [line.plain for line in conclusion(result, error)]


async def test_a_run_prints_its_name_its_messages_and_how_it_ended(paper):
    await executor([user(), agent()], SCRIPT, verbose=True).run()
    assert paper.lines == ["", "a name", "User: hello", "Agent: hi there", "PASSED all well"]


async def test_a_run_that_is_not_verbose_prints_nothing(paper):
    await executor([user(), agent()], SCRIPT, verbose=False).run()
    assert paper.text == ""


async def test_with_verbose_2_each_line_has_the_scenarios_name(paper):
    await executor([user(), agent("a\nb")], SCRIPT, verbose=2).run()
    assert paper.lines == [
        "",
        "[a name] User: hello",
        "[a name] Agent: a",
        "[a name] b",
        "[a name] PASSED all well",
    ]


async def test_how_the_user_left_is_printed(paper):
    left = UserEnding(EndingKind.GAVE_UP, "no help")
    await executor([user("hello", left), agent(), judge([], failed())], verbose=True, max_turns=2).run()
    assert "The user gave up: no help" in paper.lines


async def test_how_the_user_left_has_the_name_before_it_too(paper):
    left = UserEnding(EndingKind.DONE, "all is well", "Bye")
    await executor([user(left), agent()], verbose=2).run()
    assert paper.lines[:3] == ["", "[a name] User: Bye", "[a name] The user was done: all is well"]


async def test_with_verbose_1_no_line_has_the_name(paper):
    await executor([user(), agent()], SCRIPT, verbose=1).run()
    assert paper.lines[2] == "User: hello"


async def test_system_messages_are_not_printed(paper):
    system = {"role": "system", "content": "be kind"}
    await executor([user()], [scenario.message(system), scenario.succeed("ok")], verbose=True).run()
    assert paper.lines == ["", "a name", "PASSED ok"]


async def test_b47_messages_of_tools_are_printed_whoever_adds_them(paper):
    script = [lambda state: state.add_message(tool_says("42")), scenario.succeed("ok")]
    await executor([agent()], script, verbose=True).run()
    assert paper.lines == ["", "a name", "ToolResult: 42", "PASSED ok"]


async def test_the_calls_of_an_agent_are_printed(paper):
    replies = [agent_calls(call("find", {"id": 7})), tool_says('{"found": true}')]
    await executor([agent(replies)], [scenario.agent(), scenario.succeed()], verbose=True).run()
    assert paper.lines[2:8] == [
        "ToolCall(find): {",
        '  "id": 7',
        "}",
        "ToolResult: {",
        '  "found": true',
        "}",
    ]


async def test_runs_that_overlap_put_their_names_on_each_line(paper):
    async def play_another(_):
        await scenario.arun(
            "inner", "", [agent("hi")], script=[scenario.agent(), scenario.succeed()], verbose=True
        )

    script = [scenario.agent("before"), play_another, scenario.agent("after"), scenario.succeed("ok")]
    await executor([agent()], script, verbose=True).run()
    before, inner, after = paper.lines[:3], paper.lines[3:6], paper.lines[6:]
    assert before == ["", "a name", "Agent: before"]
    assert inner[:2] == ["", "[inner] Agent: hi"]
    assert inner[2].startswith("[inner] PASSED")
    assert after == ["Agent: after", "PASSED ok"]


async def test_a_run_writes_no_escape_codes_where_there_is_no_terminal(paper):
    await executor([user(), agent(), judge(failed("polite"))], verbose=True).run()
    assert "\x1b" not in paper.text


@pytest.mark.parametrize(
    ("role", "label", "colour"),
    [
        (AgentRole.USER, "User:", "green"),
        (AgentRole.AGENT, "Agent:", "blue"),
        (AgentRole.JUDGE, "Judging...", "yellow"),
    ],
)
async def test_a_spinner_has_the_label_and_the_colour_of_the_role(screen, role, label, colour):
    seen = []

    def look(_):
        seen.append(terminal()._status.status)
        return []

    player = scenario.agent_from(look, role=role)
    await executor([player], [scenario.proceed(turns=1), scenario.succeed()], verbose=True).run()
    assert [(shown.plain, shown.style) for shown in seen] == [(label, colour)]


@pytest.mark.parametrize(
    ("players", "shown"),
    [([user()], "User:"), ([user(), agent()], "Agent:"), ([user(), agent(), judge(passed())], "Judging...")],
)
async def test_at_a_terminal_a_spinner_names_who_works(screen, players, shown):
    await executor(players, [scenario.proceed(turns=1), scenario.succeed()], verbose=True).run()
    assert f"⠋ {shown}" in re.sub("\x1b\\[[0-9;]*m", "", screen.text)


async def test_a_run_that_raises_prints_the_error(paper):
    with pytest.raises(scenario.ScenarioError):
        await executor([agent(OSError("no line"))], [scenario.agent()], verbose=True).run()
    assert paper.lines[-1] == "ERROR Scenario failed with error: [ScriptedAgent] no line"


async def test_a_check_that_fails_prints_its_evidence(paper):
    script = [scenario.agent("hi there"), scenario.checks.never_said("there")]
    await executor([agent()], script, verbose=True).run()
    assert paper.lines[-2:] == ["  ✗ never_said('there'): the agent said it", "      message 0: there"]


async def test_output_that_fails_does_not_disturb_the_run(monkeypatch, caplog):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    result = await executor([user(), agent()], SCRIPT, verbose=True).run()
    assert result.success
    assert "I/O operation on closed file" in caplog.text


def test_a_success_is_one_line():
    assert concluded(success=True, criteria=[CriterionResult("polite", PASSED)]) == ["PASSED not fine"]


def test_a_failure_gives_its_reason():
    assert concluded() == ["FAILED not fine"]


@pytest.mark.parametrize("reasoning", [None, ""])
def test_an_end_without_a_reason_is_one_word(reasoning):
    assert concluded(reasoning=reasoning) == ["FAILED"]
    assert concluded(success=True, reasoning=reasoning) == ["PASSED"]


def test_an_error_is_called_one():
    assert concluded("no line", reasoning="Scenario failed with error: no line") == [
        "ERROR Scenario failed with error: no line"
    ]


def test_a_failure_lists_each_criterion_with_the_reasons_and_evidence_of_those_that_failed():
    criteria = [
        CriterionResult("polite", PASSED, "it was", (Evidence(0, "please"),)),
        CriterionResult("quick", FAILED, "it was not", (Evidence(None, "9 s"), Evidence(2, "wait"))),
        CriterionResult("kind", INCONCLUSIVE),
    ]
    assert concluded(criteria=criteria)[1:] == [
        "  ✓ polite",
        "  ✗ quick: it was not",
        "      9 s",
        "      message 2: wait",
        "  ? kind",
    ]


def test_a_reason_that_the_criteria_tell_is_not_told_twice():
    criteria = [CriterionResult("quick", FAILED, "it was not")]
    assert concluded(reasoning="quick: it was not", criteria=criteria) == [
        "FAILED 1 of 1 criteria not met",
        "  ✗ quick: it was not",
    ]


def test_a_reason_that_the_criteria_do_not_tell_is_told():
    criteria = [CriterionResult("quick", FAILED, "it was not")]
    assert concluded(reasoning="It took 9 s.", criteria=criteria)[0] == "FAILED It took 9 s."


def test_an_error_is_told_although_the_criteria_tell_it_too():
    criteria = [CriterionResult("quick", FAILED, "it was not")]
    assert concluded("quick: it was not", reasoning="quick: it was not", criteria=criteria)[0] == (
        "ERROR quick: it was not"
    )


def test_marks_have_the_colour_of_their_verdict():
    criteria = [CriterionResult("polite", PASSED), CriterionResult("quick", FAILED)]
    result = ScenarioResult(success=False, messages=[], reasoning="no", criteria=criteria)
    assert [str(line.spans[0].style) for line in conclusion(result, None)[1:]] == ["green", "red"]


def test_long_reasons_are_shortened():
    criteria = [CriterionResult("quick", FAILED, "long " * 200, (Evidence(0, "long " * 200),))]
    assert all(len(line) < 220 for line in concluded(reasoning="long " * 200, criteria=criteria))


def test_an_end_has_the_colour_of_its_verdict():
    success = ScenarioResult(success=True, messages=[])
    failure = ScenarioResult(success=False, messages=[])
    styles = [str(conclusion(result, None)[0].spans[0].style) for result in (success, failure)]
    assert styles == ["bold green", "bold red"]


def test_a_run_of_which_the_beginning_was_missed_is_shown_without_a_name(paper):
    from scenario._console import watch_run
    from scenario._engine.facts import MessageAdded

    facts = Stream()
    watch_run(facts, named=True)
    facts.publish(MessageAdded("run", 0.0, 0, {"role": "user", "content": "hi"}, 0, None))
    assert paper.lines == ["User: hi"]
