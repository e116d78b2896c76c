"""An executor played by hand: reset, messages, rollback, steps."""

from __future__ import annotations

import re

import pytest

import scenario
from scenario import AgentRole, ScenarioConfig
from scenario.cache import context_scenario
from scenario.scenario_executor import ScenarioExecutor
from scenario.testing import ScriptedAgent
from support import AGENT, JUDGE, USER, Told, agent, executor, failed, judge, passed, user


class Unhashable(ScriptedAgent):
    __hash__ = None

    def __eq__(self, other):
        return True


class ListRole:
    role = AGENT

    async def call(self, input):
        return "duck"


@pytest.mark.parametrize("not_an_agent", [object(), ListRole, str.upper, None, "agent"])
def test_b43_an_object_that_cannot_play_is_refused_by_the_constructor(not_an_agent):
    with pytest.raises(TypeError, match=r"`a name`: agents\[1\] is"):
        executor([agent(), not_an_agent])


def test_an_object_with_a_role_and_a_call_is_an_agent():
    assert executor([ListRole()]).agents


def test_public_attributes():
    agents = [agent()]
    playing = executor(agents, set_id="a set", metadata={"team": "qa"})
    assert (playing.name, playing.description) == ("a name", "a description")
    assert playing.agents == agents
    assert playing.scenario_set_id == "a set"
    assert playing.metadata == {"team": "qa"}
    assert playing.config.max_turns == 10
    assert playing.event_bus is not None
    assert executor().scenario_set_id == "default"


def test_b5_lists_given_are_copied_and_the_default_is_never_shared():
    first = executor()
    first.agents.append(agent())
    agents, script = [agent()], [scenario.succeed()]
    second = ScenarioExecutor("n", "d", agents, script)
    agents.clear()
    script.clear()
    assert len(second.agents) == len(second.script) == 1
    assert executor().agents == []


@pytest.mark.parametrize("script", [None, []])
def test_no_script_means_proceed(script):
    assert executor(script=script).script == [scenario.proceed()]


def test_arguments_override_what_was_configured():
    scenario.configure(max_turns=3, verbose=False, cache_key="k")
    playing = ScenarioExecutor("n", "d", max_turns=7)
    assert (playing.config.max_turns, playing.config.verbose, playing.config.cache_key) == (7, False, "k")


def test_b17_an_empty_cache_key_switches_a_configured_one_off():
    scenario.configure(cache_key="k")
    assert not ScenarioExecutor("n", "d", cache_key="").config.cache_key


def test_the_defaults(monkeypatch):
    monkeypatch.delenv("SCENARIO_VERBOSE")
    config = ScenarioExecutor("n", "d").config
    assert (config.max_turns, config.verbose, config.debug) == (10, True, False)
    ScenarioConfig.default_config = ScenarioConfig(max_turns=4)
    assert ScenarioExecutor("n", "d").config.max_turns == 4


def test_a_new_executor_is_usable_without_reset():
    playing = executor([agent()])
    told = Told(playing)
    playing.add_message({"role": "user", "content": "hi"})
    assert told.kinds() == ["TurnOpened", "MessageAdded"]
    assert playing.state.current_turn == 0


def test_reset_begins_anew():
    playing = ScenarioExecutor("n", "d", [user(), agent()])
    thread = playing.state.thread_id
    playing.add_message({"role": "user", "content": "hi"})
    token = context_scenario.set(playing)
    try:
        playing.reset()
        assert context_scenario.get() is playing
    finally:
        context_scenario.reset(token)
    assert re.fullmatch(r"scenariothread_\w{27}", playing.state.thread_id)
    assert playing.state.thread_id != thread
    assert playing.state.messages == []
    assert playing.state.current_turn == 0
    assert playing._pending_messages == {0: [], 1: []}
    assert playing._pending_roles_on_turn == [USER, AGENT, JUDGE]


def test_the_private_names_that_tests_of_other_people_read():
    playing = executor([user(), agent()])
    playing.add_message({"role": "user", "content": "hi"}, from_agent_idx=0)
    assert playing._state is playing.state
    assert playing.state._executor is playing
    assert [m["content"] for m in playing._pending_messages[1]] == ["hi"]
    assert playing._pending_messages[0] == []


def test_b11_a_message_is_copied_and_the_callers_is_left_alone():
    message = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    playing = executor()
    playing.add_message(message)
    assert message == {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    message["content"][0]["text"] = "changed"
    assert playing.state.messages[0]["content"][0]["text"] == "hi"


def test_a_message_gets_an_id_for_life_and_the_trace_of_its_turn():
    playing = ScenarioExecutor("n", "d")
    playing.add_message({"role": "user", "content": "hi"})
    (message,) = playing.state.messages
    assert re.fullmatch(r"scenariomsg_\w{27}", message["id"])
    assert message["trace_id"] == playing.trace_id
    assert re.fullmatch(r"[0-9a-f]{32}", message["trace_id"])
    assert message["trace_id"] != "0" * 32


def test_add_messages_adds_each_in_order():
    playing = executor([agent(), agent()])
    playing.add_messages([{"role": "user", "content": "1"}, {"role": "system", "content": "2"}], 1)
    assert [m["content"] for m in playing.state.messages] == ["1", "2"]
    assert [len(inbox) for inbox in playing._pending_messages.values()] == [2, 0]


def test_what_is_no_message_is_refused():
    with pytest.raises(ValueError, match="no chat message"):
        executor().add_message({"content": "who says this?"})


def test_rollback_cuts_the_conversation_and_every_inbox():
    playing = executor([agent(), agent()])
    playing.add_messages([{"role": "user", "content": str(n)} for n in range(3)])
    removed = playing.rollback_messages_to(1)
    assert [m["content"] for m in removed] == ["1", "2"]
    assert [m["content"] for m in playing.state.messages] == ["0"]
    assert [len(inbox) for inbox in playing._pending_messages.values()] == [1, 1]


def test_rollback_past_the_end_does_nothing():
    playing = executor()
    told = Told(playing)
    assert playing.rollback_messages_to(3) == []
    assert "RolledBack" not in told.kinds()


def test_rollback_to_a_negative_position_names_it():
    with pytest.raises(ValueError, match=r"rollback_messages_to: index must be >= 0, got -1"):
        executor().rollback_messages_to(-1)


async def test_step_gives_the_messages_of_one_agent():
    playing = executor([user("a"), agent("b")])
    first, second = await playing.step(), await playing.step()
    assert [(m["role"], m["content"]) for m in [*first, *second]] == [("user", "a"), ("assistant", "b")]
    assert first[0]["id"] == playing.state.messages[0]["id"]


async def test_step_gives_the_result_of_a_judge():
    result = await executor([judge(passed("a"))]).step()
    assert isinstance(result, scenario.ScenarioResult)
    assert result.passed_criteria == ["a"]


async def test_step_opens_a_turn_when_all_have_spoken():
    playing = executor([agent()])
    await playing.step()
    await playing.step()
    assert playing.state.current_turn == 1


async def test_step_ends_at_max_turns():
    playing = executor([agent()], max_turns=1)
    await playing.step()
    result = await playing.step()
    assert result.reasoning == "Reached maximum turns (1) without conclusion"
    assert not result.success


async def test_step_with_nothing_left_to_do_is_an_error():
    ending = scenario.UserEnding(scenario.EndingKind.DONE, "that was all")
    playing = executor([user(ending)])
    assert await playing.step() == []
    with pytest.raises(ValueError, match="No result from step"):
        await playing.step()


async def test_an_agent_listed_twice_speaks_once_a_turn():
    twice = agent()
    playing = executor([twice, twice])
    await playing.step()
    assert playing.state.current_turn == 0
    await playing.step()
    assert playing.state.current_turn == 1


async def test_agents_are_told_apart_by_identity_and_need_no_hash():
    playing = executor([Unhashable("a"), Unhashable("b")])
    said = [(await playing.step())[0]["content"] for _ in range(2)]
    assert said == ["a", "b"]
    assert playing.state.current_turn == 0


async def test_scripted_content_takes_the_slot_and_has_no_author():
    playing = executor([user(), agent()])
    await playing.user("scripted")
    assert [len(inbox) for inbox in playing._pending_messages.values()] == [1, 1]
    await playing.step()
    assert playing.state.messages[-1]["role"] == "assistant"


async def test_b13_empty_content_is_said_and_not_generated():
    simulated = user("generated")
    playing = executor([simulated, agent()])
    await playing.user("")
    await playing.agent({})
    assert simulated.calls == 0
    assert [m.get("content") for m in playing.state.messages] == ["", None]


async def test_b13_a_message_of_another_role_is_refused():
    with pytest.raises(ValueError, match="role 'assistant' stands where one of role 'user'"):
        await executor([user()]).user({"role": "assistant", "content": "x"})


@pytest.mark.parametrize(
    "content",
    [
        "text",
        [{"type": "text", "text": "text"}, {"type": "image_url", "image_url": {"url": "data:,"}}],
        {"content": "text", "name": "Ann"},
    ],
)
async def test_content_may_be_text_parts_or_a_message(content):
    playing = executor([user()])
    await playing.user(content)
    message = playing.state.messages[0]
    assert message["role"] == "user"
    assert message["content"] == (content["content"] if isinstance(content, dict) else content)


async def test_message_takes_the_turn_of_its_role_and_others_are_only_added():
    playing = executor([user(), agent()])
    await playing.message({"role": "user", "content": "u"})
    await playing.message({"role": "system", "content": "s"})
    await playing.message({"role": "tool", "tool_call_id": "1", "content": "t"})
    assert playing._pending_roles_on_turn == [USER, AGENT, JUDGE]
    await playing.message({"role": "assistant", "content": "a"})
    assert [m["role"] for m in playing.state.messages] == ["user", "system", "tool", "assistant"]
    assert playing.state.current_turn == 0


async def test_asking_for_a_role_again_opens_a_turn_without_looking_at_max_turns():
    playing = executor([user(), agent()], max_turns=1)
    for _ in range(3):
        await playing.user("u")
        await playing.agent("a")
    assert playing.state.current_turn == 2


async def test_asking_for_a_role_drops_the_roles_before_it():
    simulated = user()
    playing = executor([simulated, agent()])
    await playing.agent("first")
    await playing.user("then")
    assert playing.state.current_turn == 1


@pytest.mark.parametrize(
    ("role", "advice"),
    [
        ("user", r"scenario\.UserSimulatorAgent\(\).*ScriptedUserAgent\(\)"),
        ("agent", "your agent"),
        ("judge", r"a scenario\.JudgeAgent\(\)"),
    ],
)
async def test_a_role_that_nobody_plays(role, advice):
    name = role.capitalize()
    expected = rf"Cannot generate a message for role `{name}` because no agent with this role was found, please add {advice}"
    with pytest.raises(ValueError, match=expected):
        await getattr(executor(), role)()


async def test_a_role_that_nobody_plays_with_content_names_it():
    with pytest.raises(ValueError, match=r"for role `User` with content `hello there` because no agent"):
        await executor().user("hello there")


@pytest.mark.parametrize("method", ["user", "agent"])
async def test_b13_the_result_of_a_scripted_agent_is_not_dropped(method):
    result = failed("polite")
    playing = executor([user(result), agent(result)])
    assert (await getattr(playing, method)()).failed_criteria == ["polite"]


async def test_succeed_and_fail_give_results_with_the_conversation():
    playing = executor([user()])
    await playing.user("hi")
    success, failure = await playing.succeed(), await playing.fail("because")
    assert success.success
    assert success.reasoning == "Scenario marked as successful with scenario.succeed()"
    assert not failure.success
    assert failure.reasoning == "because"
    assert (await playing.fail()).reasoning == "Scenario marked as failed with scenario.fail()"
    assert [m["content"] for m in success.messages] == ["hi"]


async def test_an_executor_without_agents_comes_to_its_last_turn():
    result = await executor(max_turns=1000).proceed()
    assert "maximum turns (1000)" in result.reasoning


def test_batch_run_id_is_shared_with_child_processes(monkeypatch):
    first, second = executor(), executor()
    import os

    assert first.batch_run_id == second.batch_run_id == os.environ["SCENARIO_BATCH_RUN_ID"]
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "given")
    assert executor().batch_run_id == "given"


def test_roles_of_agents_may_be_any_of_the_three():
    assert [role.value for role in AgentRole] == ["User", "Agent", "Judge"]
