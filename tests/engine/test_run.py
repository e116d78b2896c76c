"""Whole runs: their script, their end, their events."""

from __future__ import annotations

import asyncio
import warnings

import pytest

import scenario
from scenario.cache import context_scenario
from scenario.errors import AlreadyRunningError
from scenario.scenario_executor import ScenarioExecutor
from scenario.testing import FakeClock
from support import Told, agent, executor, failed, judge, passed, play, play_to_error, said, user


async def test_started_comes_first_and_tells_what_runs():
    _, told = await play(
        [agent()], [scenario.succeed()], set_id="s", metadata={"team": "qa", "name": "other"}
    )
    started = told.events[0]
    assert started.type_ == "SCENARIO_RUN_STARTED"
    assert (started.scenario_id, started.scenario_set_id) == ("a name", "s")
    assert (started.metadata.name, started.metadata.description) == ("a name", "a description")
    assert started.metadata.additional_properties == {"team": "qa"}
    assert started.batch_run_id.startswith("scenariobatch_")
    assert started.scenario_run_id.startswith("scenariorun_")


async def test_timestamps_are_milliseconds_of_the_time_of_day():
    _, told = await play(script=[scenario.succeed()], clock=FakeClock(1_700_000_000.5))
    assert {event.timestamp for event in told.events} == {1_700_000_000_500}


async def test_b49_a_snapshot_after_every_message_and_after_every_step():
    _, told = await play([user(), agent(), judge([], passed())], [scenario.proceed()])
    sizes = [len(event.messages) for event in told.events if event.type_ == "SCENARIO_MESSAGE_SNAPSHOT"]
    assert sizes == [1, 2, 3, 4, 4]
    assert told.types == ["STARTED", *["MESSAGE_SNAPSHOT"] * 5, "FINISHED"]


async def test_b48_a_message_keeps_its_id_in_every_snapshot():
    _, told = await play([user(), agent()], [scenario.user(), scenario.agent(), scenario.succeed()])
    ids = [event.messages[0].id for event in told.events if event.type_ == "SCENARIO_MESSAGE_SNAPSHOT"]
    assert len(set(ids)) == 1


@pytest.mark.parametrize("success", [True, False])
async def test_a_result_ends_the_run(success):
    result, told = await play(
        [judge(passed("a") if success else failed("a"))], [scenario.judge(), pytest.fail]
    )
    assert result.success is success
    assert told.finished.status.value == ("SUCCESS" if success else "FAILED")
    assert told.finished.results.verdict.value == ("success" if success else "failure")
    assert told.finished.results.met_criteria == (["a"] if success else [])
    assert told.finished.results.unmet_criteria == ([] if success else ["a"])


async def test_steps_are_called_with_the_state_and_awaited():
    seen = []

    async def look(state):
        seen.append(state)

    playing = executor(script=[look, seen.append, scenario.succeed()])
    await playing.run()
    assert seen == [playing.state, playing.state]


async def test_b13_a_returned_step_is_played():
    result, _ = await play(
        [user()], [lambda state: lambda state: scenario.user("hi"), lambda state: scenario.succeed("x")]
    )
    assert result.reasoning == "x"
    assert said(result) == [("user", "hi")]


@pytest.mark.parametrize("value", [None, True])
async def test_none_and_true_go_on(value):
    result, _ = await play(script=[lambda state: value, scenario.succeed()])
    assert result.success


async def test_b13_false_fails_like_an_assertion_that_names_the_step():
    def is_polite(state):
        return False

    error, told = await play_to_error([], [is_polite])
    assert isinstance(error, AssertionError)
    assert "step 1" in str(error)
    assert "is_polite" in str(error)
    assert told.finished.status.value == "ERROR"


async def test_b13_any_other_value_warns_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result, _ = await play(script=[lambda state: "yes", scenario.succeed()])
    assert result.success
    assert len(caught) == 1
    assert "returned 'yes', which means nothing" in str(caught[0].message)


@pytest.mark.parametrize("bad", [None, "user", 3])
async def test_b13_a_step_that_cannot_be_called_is_refused_before_anything_is_told(bad):
    error, told = await play_to_error([user()], [scenario.user("x"), bad])
    assert isinstance(error, TypeError | ValueError)
    assert "step 2 of the script" in str(error)
    assert told.events == told.facts == []


async def test_a_step_for_a_role_that_nobody_plays_is_refused_before_anything_is_told():
    error, told = await play_to_error(
        [agent()], [scenario.agent(), scenario.message({"role": "user", "content": "x"})]
    )
    assert isinstance(error, ValueError)
    assert "Cannot generate a message for role `User` with content `x`" in str(error)
    assert (error.scenario, error.step, error.role) == ("a name", 2, "User")
    assert told.events == []


@pytest.mark.parametrize("turns", [0, -1])
async def test_max_turns_below_one_is_refused(turns):
    error, told = await play_to_error([agent()], max_turns=turns)
    assert isinstance(error, ValueError)
    assert told.events == []


async def test_an_assertion_in_a_step_is_raised_unchanged_and_reported():
    raised = AssertionError("it was rude")

    def check(state):
        raise raised

    verdicts = passed("greets")
    error, told = await play_to_error([judge(verdicts)], [scenario.judge(criteria=["greets"]), check])
    assert error is raised
    assert told.finished.status.value == "ERROR"
    assert told.finished.results.reasoning == "Scenario failed with error: it was rude"
    assert told.finished.results.met_criteria == ["greets"]
    assert told.finished.results.unmet_criteria == ["it was rude"]


async def test_an_assertion_in_a_callback_counts_like_one_in_a_step():
    def on_step(state):
        raise AssertionError("no")

    error, told = await play_to_error([agent()], [scenario.proceed(on_step=on_step)])
    assert isinstance(error, AssertionError)
    assert told.finished.results.unmet_criteria == ["no"]


async def test_any_other_exception_is_raised_unchanged_and_reported():
    error, told = await play_to_error([], [lambda state: {}["gone"]])
    assert isinstance(error, KeyError)
    assert told.finished.status.value == "ERROR"
    assert told.finished.results.reasoning == "Scenario failed with error: 'gone'"
    assert told.finished.results.unmet_criteria == []


async def test_b46_an_exception_without_text_is_reported_by_its_type():
    def step(state):
        raise LookupError

    _, told = await play_to_error([], [step])
    assert told.finished.results.reasoning == "Scenario failed with error: LookupError"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()])
async def test_b7_an_interruption_finishes_the_run_as_cancelled(error):
    raised, told = await play_to_error([agent(error)], [scenario.agent()])
    assert raised is error
    assert told.finished.status.value == "CANCELLED"
    assert told.completed == 1


async def test_b6_a_failing_reset_is_reported_and_raised_as_it_is():
    class Broken(ScenarioExecutor):
        def reset(self):
            raise OSError("no room")

    playing = Broken("n", "d")
    told = Told(playing)
    with pytest.raises(OSError, match="no room"):
        await playing.run()
    assert told.types == ["STARTED", "FINISHED"]
    assert told.finished.status.value == "ERROR"


async def test_the_end_of_the_script_without_a_conclusion():
    result, told = await play([agent()], [scenario.agent()])
    assert not result.success
    for words in ("Reached end of script without conclusion", "judge()", "succeed()", "fail()", "max_turns"):
        assert words in result.reasoning
    assert told.finished.status.value == "FAILED"


async def test_the_end_of_the_script_says_that_the_judge_gave_no_verdict():
    result, _ = await play([judge([])], [scenario.judge()])
    assert "the judge was asked and gave no verdict" in result.reasoning


async def test_finished_is_last_and_then_the_stream_completes():
    _, told = await play([agent()], [scenario.agent(), scenario.succeed()])
    assert told.types[-1] == "FINISHED"
    assert told.completed == 1
    assert told.kinds()[-1] == "Concluded"


async def test_b3_times_are_always_set():
    clock = FakeClock()

    class Slow(scenario.AgentAdapter):
        async def call(self, input):
            clock.advance(2.0)
            return "done"

    class SlowUser(Slow):
        role = scenario.AgentRole.USER

    result, _ = await play([SlowUser(), Slow()], [scenario.proceed(turns=1), scenario.succeed()], clock=clock)
    assert result.total_time == 4.0
    assert result.agent_time == 2.0


async def test_the_time_of_an_agent_that_raises_counts():
    clock = FakeClock()

    class Failing(scenario.AgentAdapter):
        async def call(self, input):
            clock.advance(3.0)
            raise ValueError("no")

    _, told = await play_to_error([Failing()], [scenario.agent()], clock=clock)
    assert told.facts[-1].result.agent_time == 3.0


async def test_a_subclass_of_the_result_keeps_its_type_and_fields():
    class Graded(scenario.ScenarioResult):
        grade: str

    graded = Graded(success=True, messages=[], grade="B", passed_criteria=["c"])
    result, _ = await play([user(), judge(graded)], [scenario.user("x"), scenario.judge()])
    assert isinstance(result, Graded)
    assert result.grade == "B"
    assert said(result) == [("user", "x")]


async def test_messages_of_the_result_are_the_conversation_and_nobody_elses():
    playing = executor([user(), judge(passed(messages=[{"role": "system", "content": "prompt"}]))])
    await playing.user("x")
    result, _ = await play([user(), judge(passed())], [scenario.user("x"), scenario.judge()])
    result.messages[0]["content"] = "changed"
    assert playing.state.messages[0]["content"] == "x"
    assert len(result.messages) == 1


async def test_b9_an_executor_runs_again_with_its_own_stream():
    playing = executor([agent()], [scenario.agent(), scenario.succeed()])
    first = Told(playing)
    one = await playing.run()
    second = Told(playing)
    two = await playing.run()
    assert first.types == second.types
    assert len(one.messages) == len(two.messages) == 1
    assert first.events[0].scenario_run_id != second.events[0].scenario_run_id


async def test_one_executor_does_not_play_twice_at_once():
    playing = executor(script=[lambda state: playing.run()])
    with pytest.raises(AlreadyRunningError):
        await playing.run()


async def test_run_scopes_the_context_and_puts_the_former_value_back():
    seen = []
    playing = executor(script=[lambda state: seen.append(context_scenario.get()), scenario.succeed()])
    assert context_scenario.get(None) is None
    await playing.run()
    assert seen == [playing]
    assert context_scenario.get(None) is None


async def test_subclasses_may_override_steps_and_add_message():
    class Marked(ScenarioExecutor):
        def add_message(self, message, from_agent_idx=None):
            super().add_message({**message, "name": "marked"}, from_agent_idx)

        async def judge(self, criteria=None):
            return await self.succeed("my own judge")

    result = await Marked(
        "n", "d", [user(), agent(), judge()], [scenario.proceed(turns=1), scenario.judge()]
    ).run()
    assert result.reasoning == "my own judge"
    assert {message["name"] for message in result.messages} == {"marked"}


async def test_b12_no_message_is_too_odd_for_the_events():
    odd = [
        {"role": "user", "content": ""},
        {"role": "system", "content": ""},
        {"role": "developer", "content": "d"},
        {"role": "function", "name": "f", "content": "r"},
        {"role": "banana"},
        {"role": "tool", "content": None},
        {"role": "assistant", "content": None, "tool_calls": None},
        {"role": "user", "content": [{"type": "text", "text": "ü"}]},
    ]
    result, told = await play([user(), agent()], [*map(scenario.message, odd), scenario.succeed()])
    assert result.success
    assert [message.role for message in told.events[-2].messages] == [message["role"] for message in odd]
    assert [message.content for message in told.events[-2].messages][-1] == '[{"type": "text", "text": "ü"}]'


async def test_b47_messages_of_tools_and_the_system_take_no_slot():
    result, _ = await play(
        [user(), agent("a")],
        [
            scenario.user("u"),
            scenario.message({"role": "system", "content": "s"}),
            scenario.agent(),
            scenario.succeed(),
        ],
    )
    assert [role for role, _ in said(result)] == ["user", "system", "assistant"]
    assert len({message["trace_id"] for message in result.messages}) == 1


def test_b13_a_step_called_without_a_state_says_what_to_do():
    with pytest.raises(TypeError, match="return it from a function in the script, without calling it"):
        asyncio.run(scenario.succeed("x")())


async def test_an_interruption_at_the_very_end_comes_after_everybody_was_told():
    playing = executor(script=[scenario.succeed()])

    def interrupt(fact):
        if type(fact).__name__ == "Concluded":
            raise KeyboardInterrupt

    playing.facts.subscribe(interrupt)
    told = Told(playing)
    with pytest.raises(KeyboardInterrupt):
        await playing.run()
    assert told.types == ["STARTED", "MESSAGE_SNAPSHOT", "FINISHED"]
    assert told.completed == 1
