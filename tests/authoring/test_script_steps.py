"""scenario.script: steps as values, and how they are performed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from functools import partial

import pytest

import scenario
from authoring.conversations import agent_says, image_part, text_part, tool_says, user_says
from scenario import AgentRole
from scenario.checks import said
from scenario.errors import NoStageError, ScriptError, StepTypeError
from scenario.scenario_state import ScenarioState
from scenario.script import describe


class RecordingStage:
    """Keeps which step was performed, and with what."""

    def __init__(self):
        self.performed = []

    def __getattr__(self, name):
        async def perform(*given):
            self.performed.append((name, *given))
            return f"result of {name}"

        return perform


def on_turn(_):
    pass


class Callback:
    def on_step(self, _):
        pass


CHECK = said("ok")
STEPS = [
    (scenario.message(tool_says("42")), ("message", tool_says("42")), None),
    (scenario.message(user_says("hi")), ("message", user_says("hi")), AgentRole.USER),
    (scenario.message(agent_says("hi")), ("message", agent_says("hi")), AgentRole.AGENT),
    (scenario.user(), ("user", None), AgentRole.USER),
    (scenario.user("hi"), ("user", user_says("hi")), AgentRole.USER),
    (scenario.agent(), ("agent", None), AgentRole.AGENT),
    (scenario.agent("hi"), ("agent", agent_says("hi")), AgentRole.AGENT),
    (scenario.judge(), ("judge", None), AgentRole.JUDGE),
    (scenario.judge(["a", CHECK]), ("judge", ["a", CHECK]), AgentRole.JUDGE),
    (scenario.proceed(), ("proceed", None, None, None), None),
    (scenario.proceed(2, on_turn, len), ("proceed", 2, on_turn, len), None),
    (scenario.succeed("well"), ("succeed", "well"), None),
    (scenario.fail(), ("fail", None), None),
]


@pytest.mark.parametrize(("step", "performed", "_"), STEPS, ids=lambda value: str(value)[:30])
async def test_a_step_performs_itself_on_the_stage_of_the_state(step, performed, _):
    stage = RecordingStage()
    result = await step(ScenarioState(stage=stage))
    assert stage.performed == [performed]
    assert result == f"result of {performed[0]}"


@pytest.mark.parametrize(("step", "_", "role"), STEPS, ids=lambda value: str(value)[:30])
def test_a_step_names_the_role_that_it_needs(step, _, role):
    assert step.role is role


@pytest.mark.parametrize(("step", "_", "__"), STEPS, ids=lambda value: str(value)[:30])
async def test_a_step_called_without_a_state_says_how_steps_are_used(step, _, __):
    with pytest.raises(StepTypeError, match="put it into the script, or return it from a function") as raised:
        await step()
    assert str(raised.value).startswith(f"{step!r} is a step and is called with the state")


async def test_a_step_called_with_a_state_of_no_run_says_so():
    with pytest.raises(NoStageError, match="belongs to no running scenario"):
        await scenario.succeed()(ScenarioState())


async def test_a_step_that_says_nothing_of_how_it_is_performed_is_abstract():
    from scenario.script import Step

    with pytest.raises(NotImplementedError):
        await Step()(ScenarioState(stage=RecordingStage()))


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (scenario.user(), "user()"),
        (scenario.user("hi"), "user('hi')"),
        (scenario.user(""), "user('')"),
        (scenario.user([text_part("hi")]), "user([{'type': 'text', 'text': 'hi'}])"),
        (
            scenario.user({"content": "hi", "name": "Bo"}),
            "user({'role': 'user', 'content': 'hi', 'name': 'Bo'})",
        ),
        (scenario.agent(), "agent()"),
        (scenario.agent("hi"), "agent('hi')"),
        (
            scenario.message(tool_says("42")),
            "message({'role': 'tool', 'tool_call_id': 'call_1', 'content': '42'})",
        ),
        (scenario.judge(), "judge()"),
        (scenario.judge(["a", CHECK]), "judge(criteria=['a', said('ok')])"),
        (scenario.proceed(), "proceed()"),
        (scenario.proceed(turns=2), "proceed(turns=2)"),
        (scenario.proceed(on_turn=on_turn), "proceed(on_turn=on_turn)"),
        (scenario.proceed(1, None, Callback().on_step), "proceed(turns=1, on_step=Callback.on_step)"),
        (scenario.succeed(), "succeed()"),
        (scenario.succeed("all well"), "succeed('all well')"),
        (scenario.fail("no"), "fail('no')"),
    ],
)
def test_a_step_prints_as_it_is_written(step, shown):
    assert repr(step) == shown


def test_a_callback_without_a_name_prints_as_itself():
    assert repr(scenario.proceed(on_turn=partial(on_turn))).startswith("proceed(on_turn=functools.partial(")


@pytest.mark.parametrize(
    "make",
    [
        lambda: scenario.user("hi"),
        lambda: scenario.message(tool_says("42")),
        lambda: scenario.judge(["a", said("ok")]),
        lambda: scenario.proceed(2, on_turn),
        lambda: scenario.fail("no"),
    ],
)
def test_steps_of_the_same_content_are_equal(make):
    assert make() == make()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (scenario.user("hi"), scenario.user("ho")),
        (scenario.user("hi"), scenario.agent("hi")),
        (scenario.user(), scenario.agent()),
        (scenario.user(), scenario.user("")),
        (scenario.succeed("x"), scenario.fail("x")),
        (scenario.judge(), scenario.judge(["a"])),
        (scenario.proceed(), scenario.proceed(1)),
    ],
)
def test_different_steps_are_not_equal(one, other):
    assert one != other


def test_a_step_cannot_be_changed():
    step = scenario.proceed(2)
    with pytest.raises(FrozenInstanceError):
        step.turns = 3


def test_a_step_keeps_its_own_copy_of_a_message():
    given = user_says([text_part("hi")])
    step = scenario.user(given)
    given["content"][0]["text"] = "changed"
    assert step == scenario.user(user_says([text_part("hi")]))


async def test_a_step_hands_out_a_copy_of_its_message():
    stage, step = RecordingStage(), scenario.message(tool_says([text_part("42")]))
    await step(ScenarioState(stage=stage))
    stage.performed[0][1]["content"][0]["text"] = "changed"
    assert step == scenario.message(tool_says([text_part("42")]))


def test_a_step_keeps_its_own_copy_of_criteria():
    criteria = ["a"]
    step = scenario.judge(criteria)
    criteria.append("b")
    assert step == scenario.judge(["a"])


@pytest.mark.parametrize(
    ("content", "said_content"),
    [
        ("hi", "hi"),
        ("", ""),
        ([image_part()], [image_part()]),
        ((text_part("hi"),), [text_part("hi")]),
        ({"content": "hi"}, "hi"),
    ],
)
def test_what_is_said_is_text_or_parts_or_a_message(content, said_content):
    assert scenario.user(content).content == user_says(said_content)
    assert scenario.agent(content).content == agent_says(said_content)


def test_an_empty_message_is_said_and_not_asked_for():
    assert scenario.user({}).content == {"role": "user"}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: scenario.user(agent_says("hi")), "'assistant' stands where one of role 'user' is said"),
        (lambda: scenario.agent(user_says("hi")), "'user' stands where one of role 'assistant' is said"),
        (lambda: scenario.user(tool_says("42")), "'tool' stands where one of role 'user' is said"),
        (
            lambda: scenario.user(5),
            r"user\(…\): 5 is neither text, nor a list of content parts, nor a message",
        ),
        (lambda: scenario.agent(b"hi"), r"agent\(…\): b'hi' is neither text"),
        (lambda: scenario.message("hi"), r"message\(\) takes a chat message with a role, not 'hi'"),
        (lambda: scenario.message({"content": "hi"}), "takes a chat message with a role"),
        (lambda: scenario.message({"role": None}), "takes a chat message with a role"),
        (lambda: scenario.judge([]), r"judge\(criteria=\[\]\) has nothing to judge"),
        (lambda: scenario.judge(()), "has nothing to judge"),
        (lambda: scenario.judge("polite"), r"write criteria=\['polite'\]"),
        (lambda: scenario.proceed(-1), r"proceed\(turns=-1\) cannot be"),
    ],
)
def test_what_cannot_be_a_step_is_refused_when_it_is_written(make, text):
    with pytest.raises(ScriptError, match=text):
        make()


def test_proceeding_for_no_turn_is_a_step():
    assert scenario.proceed(0).turns == 0


def test_a_function_is_described_by_its_name():
    assert describe(on_turn) == "`on_turn`"
    assert describe(Callback().on_step) == "`Callback.on_step`"


def test_any_other_step_is_described_by_how_it_prints():
    assert describe(scenario.user("hi")) == "`user('hi')`"
    assert describe(said("ok")) == "`said('ok')`"
