"""Input and uses that are easy to get wrong, all over authoring and the terminal."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pydantic import BaseModel, ConfigDict
from rich.text import Text

import scenario
from authoring.conversations import agent_calls, agent_says, call, user_says
from scenario import (
    EndingKind,
    Goal,
    JudgeAgent,
    ScenarioResult,
    ScenarioState,
    ScriptedUserAgent,
    UserEnding,
)
from scenario.checks import call_count, called_in_order, json_reply, said, state, tool_called
from scenario.config.sources import from_pyproject
from scenario.errors import ConfigError, ModelRequiredError, ScriptError
from support import agent, play


async def test_done_when_may_be_a_pattern_that_only_looks_ahead():
    customer = ScriptedUserAgent("refund", done_when=r"(?=.*refund)(?=.*done)")
    result, _ = await play([customer, agent("your refund is done")], max_turns=5)
    assert result.ending.kind is EndingKind.DONE


async def test_a_goal_that_was_reached_beside_a_question_stays_reached():
    customer = ScriptedUserAgent(
        "hi", goals=[Goal("refund?", until="on its way")], answers={"anything else": "No"}, nudges="?"
    )
    replies = agent("hello", "It is on its way. Anything else?", "Bye!")
    result, _ = await play([customer, replies], max_turns=9)
    assert result.ending.kind is EndingKind.DONE


@pytest.mark.parametrize("done_when", [re.compile("x"), len, True])
def test_done_when_of_another_kind_is_refused(done_when):
    with pytest.raises(ConfigError):
        ScriptedUserAgent("hi", done_when=done_when)


@pytest.mark.parametrize(
    ("opening", "options"),
    [
        ("hi", {"goals": "abc"}),
        ("hi", {"answers": {5: "x"}}),
        ("hi", {"answers": {re.compile("x"): "x"}}),
    ],
)
def test_what_cannot_be_followed_is_a_config_error(opening, options):
    with pytest.raises(ConfigError):
        ScriptedUserAgent(opening, **options)


async def returns_false(_):
    return False


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("args", [returns_false, {"a": returns_false}])
def test_an_async_function_of_arguments_is_refused(args):
    with pytest.raises(ScriptError):
        tool_called("f", args)([agent_calls(call("f", {"a": 1}))])


@pytest.mark.parametrize(
    "make",
    [
        lambda: said("x", by="agent"),
        lambda: said(5),
        lambda: said(re.compile(b"x")),
        lambda: tool_called("f", "id"),
        lambda: called_in_order(["a", "b"]),
        lambda: call_count("f", -1),
        lambda: call_count("f", at_least=3, at_most=1),
        lambda: scenario.judge(said("x")),
    ],
)
def test_a_check_that_cannot_be_meant_is_refused_at_once(make):
    with pytest.raises(ScriptError):
        make()


def test_a_check_is_joined_only_with_a_check():
    with pytest.raises(TypeError):
        _ = said("x") & "text"


def test_a_pattern_matches_json_and_not_python():
    assert tool_called("f", {"a": re.compile("^true$")})([agent_calls(call("f", {"a": True}))])


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    when: date


def test_a_strict_model_reads_json_as_json():
    assert json_reply(Strict)([agent_says('{"when": "2024-01-01"}')])


@pytest.mark.parametrize("text", ["[" * 100_000])
def test_no_reply_can_break_json_reply(text):
    assert not json_reply({"type": "object"})([agent_says(text)])


def test_a_refusal_is_something_the_agent_says():
    assert said("cannot")([{"role": "assistant", "content": None, "refusal": "I cannot."}])


def test_a_predicate_finds_the_ending_of_a_result():
    result = ScenarioResult(success=True, messages=[], ending=UserEnding(EndingKind.DONE, "x"))
    assert state(lambda given: given.ending is not None)(result)


def test_a_message_of_no_content_has_no_text():
    given = scenario.AgentInput(thread_id="t", messages=[], new_messages=[{"role": "user"}])
    with pytest.raises(ValueError, match="not text"):
        given.last_new_user_message_str()


def test_message_steps_of_different_roles_print_differently():
    assert repr(scenario.message(user_says("hi"))) != repr(scenario.message(agent_says("hi")))


@pytest.mark.parametrize("criteria", ["be polite", said("x")])
def test_criteria_that_are_no_list_are_refused_with_that_reason(criteria):
    with pytest.raises(ScriptError, match="list"):
        JudgeAgent(criteria=criteria)


def test_a_subclass_of_the_judge_is_called_by_its_name():
    class Kind(JudgeAgent):
        pass

    with pytest.raises(ModelRequiredError) as raised:
        Kind(criteria=["polite"])
    assert raised.value.agent == "Kind"


def test_a_user_ending_is_a_valid_return():
    from scenario._utils import check_valid_return_type

    check_valid_return_type(UserEnding(EndingKind.DONE, "x"), "Desk")


def test_a_model_keeps_content_that_equals_its_default():
    from scenario._utils import convert_agent_return_types_to_openai_messages

    class Message(BaseModel):
        role: str = "assistant"
        content: str = "Hello"

    made = convert_agent_return_types_to_openai_messages(Message(content="Hello"), "assistant")
    assert made == [agent_says("Hello")]


@pytest.mark.parametrize("text", ["tool = 3"])
def test_a_table_that_is_none_is_named(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError, match="table"):
        from_pyproject(tmp_path)


def test_an_error_does_not_print_a_key(tmp_path):
    text = '[tool.scenario.default_model]\nmodle = "x"\napi_key = "sk-secret"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        from_pyproject(tmp_path)
    assert "sk-secret" not in str(raised.value)


@pytest.fixture
def at_a_terminal(monkeypatch, capsys):
    from scenario._console.terminal import terminal

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal.cache_clear()
    yield terminal
    terminal.cache_clear()


def test_several_runs_at_one_terminal_print_without_escapes(at_a_terminal, capsys):
    from scenario._console.messages import message_lines

    term = at_a_terminal()
    term.enter()
    term.enter()
    term.print(*message_lines(user_says("hi"), "tea"))
    assert "\x1b" not in capsys.readouterr().out


def test_what_an_agent_says_cannot_drive_the_terminal(monkeypatch, capsys):
    from scenario._console.terminal import Terminal

    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Terminal().print(Text("\x1b[2Jgone"))
    assert "\x1b" not in capsys.readouterr().out


def test_a_spinner_inside_a_runs_spinner_leaves_that_alone(at_a_terminal, capsys):
    from scenario._utils import show_spinner

    term = at_a_terminal()
    term.spin(Text("Agent:"))
    with show_spinner("inner", enabled=True):
        pass
    still_there = term._status is not None
    term.rest()
    assert still_there


def test_the_reason_of_a_judge_that_only_names_criteria_is_printed():
    from scenario import CriterionResult, CriterionStatus
    from scenario._console.view import conclusion

    result = ScenarioResult(
        success=False,
        messages=[],
        reasoning="The agent was rude.",
        criteria=[CriterionResult("polite", CriterionStatus.FAILED)],
    )
    assert conclusion(result, None)[0].plain == "FAILED The agent was rude."


@pytest.mark.filterwarnings("ignore:coroutine")
def test_an_async_look_up_is_refused():
    from scenario.checks import equals

    async def look_up():
        return 3

    with pytest.raises(ScriptError):
        equals(look_up, 3)([])


async def test_a_judge_with_a_configured_model_does_not_say_that_it_has_none():
    scenario.configure(default_model="openai/gpt")
    judge = JudgeAgent(criteria=["polite"])
    given = scenario.AgentInput(thread_id="t", messages=[], new_messages=[], scenario_state=ScenarioState())
    with pytest.raises(scenario.ScenarioError) as raised:
        await judge.call(given)
    assert "without a model" not in str(raised.value)


def test_the_messages_of_a_state_made_by_hand_can_be_set_and_those_of_a_run_cannot():
    given = ScenarioState()
    given.messages = [user_says("hi")]
    assert given.last_user_message()["content"] == "hi"
    with pytest.raises(AttributeError, match="add_message"):
        scenario.ScenarioExecutor("n", "d").state.messages = []


def test_a_key_is_not_shown():
    assert "sk-secret" not in repr(scenario.ModelConfig(model="a/b", api_key="sk-secret"))


def test_two_lambdas_on_different_lines_have_different_names():
    first = state(lambda given: True)
    second = state(lambda given: True)
    assert first.name != second.name


def test_a_predicate_that_returns_nothing_says_so():
    assert state(lambda given: None)([]).reasoning == "it does not hold: it returned nothing"


def test_a_predicate_may_return_the_verdict_of_a_check():
    verdict = state(lambda given: said("hi")(given), name="greets")([agent_says("bye")])
    assert (verdict.criterion, verdict.passed, verdict.evidence[0].quote) == ("greets", False, "bye")
