"""What a run came to, and whose doing it was when it did not pass."""

from __future__ import annotations

import asyncio

import pytest

import scenario
from scenario import Fault, FaultKind, RunOutcome, ScenarioResult, Usage, UserEnding, checks
from scenario._console.view import conclusion
from scenario._engine.facts import Concluded, ModelCalled, fold
from scenario.errors import EndpointError, ModelError, SimulatorError
from scenario.types import EndingKind
from support import JUDGE, USER, agent, failed, judge, passed, play, play_to_error, user

MODEL_GONE = ModelError("no answer", provider="openai", model="m", status=503)


def came_to(result):
    return result.outcome, result.fault and result.fault.kind


async def test_a_success_has_no_fault():
    result, _ = await play([user(), agent()], [scenario.user("hi"), scenario.succeed()])
    assert came_to(result) == (RunOutcome.PASSED, None)


@pytest.mark.parametrize(
    ("verdict", "outcome", "kind"),
    [
        (passed("A"), RunOutcome.PASSED, None),
        (failed("A"), RunOutcome.FAILED, FaultKind.AGENT),
        (failed("A", inconclusive_criteria=["A"]), RunOutcome.INCONCLUSIVE, FaultKind.JUDGE),
        (failed("A", "B", inconclusive_criteria=["A"]), RunOutcome.FAILED, FaultKind.AGENT),
        (failed(fault=Fault(FaultKind.JUDGE, "no verdict")), RunOutcome.INCONCLUSIVE, FaultKind.JUDGE),
        (failed("A", fault=Fault(FaultKind.SIMULATOR, "x")), RunOutcome.ERROR, FaultKind.SIMULATOR),
    ],
)
async def test_a_judges_verdict_says_what_a_run_came_to(verdict, outcome, kind):
    result, told = await play([user(), agent(), judge(verdict)])
    assert came_to(result) == came_to(verdict) == (outcome, kind)
    assert told.facts[-1].result.fault == result.fault


async def test_a_checkpoint_that_is_undecided_is_the_judges_fault():
    undecided = failed("A", inconclusive_criteria=["A"])
    result, _ = await play([user(), agent(), judge(undecided)], [scenario.user("hi"), scenario.judge(["A"])])
    assert came_to(result) == (RunOutcome.INCONCLUSIVE, FaultKind.JUDGE)


async def test_a_check_that_fails_is_the_agents_fault():
    script = [scenario.user("hi"), scenario.agent(), checks.said("never")]
    result, _ = await play([user(), agent()], script)
    assert came_to(result) == (RunOutcome.FAILED, FaultKind.AGENT)


async def test_an_assertion_that_fails_is_the_agents_fault():
    def refuses(state):
        raise AssertionError("no refund")

    _, told = await play_to_error([user(), agent()], [scenario.user("hi"), refuses])
    assert came_to(told.facts[-1].result) == (RunOutcome.FAILED, FaultKind.AGENT)
    assert "no refund" in told.facts[-1].result.fault.reason


@pytest.mark.parametrize(
    ("agents", "kind"),
    [
        ([user(), agent(ValueError("x"))], FaultKind.AGENT),
        ([user(ValueError("x")), agent()], FaultKind.SIMULATOR),
        ([user(), agent(), judge(ValueError("x"))], FaultKind.JUDGE),
        ([user(MODEL_GONE), agent()], FaultKind.INFRASTRUCTURE),
        ([user(), agent(MODEL_GONE)], FaultKind.INFRASTRUCTURE),
        ([user(), agent(), judge(MODEL_GONE)], FaultKind.INFRASTRUCTURE),
        (
            [user(), agent(EndpointError("x", endpoint="http://a", unreachable=True))],
            FaultKind.INFRASTRUCTURE,
        ),
        ([user(), agent(EndpointError("x", endpoint="http://a", status=500))], FaultKind.AGENT),
        ([user(), agent(SimulatorError("x", agent="a", problem="p", reply=""))], FaultKind.AGENT),
    ],
)
async def test_who_raised_is_who_is_to_blame_unless_a_model_or_the_way_to_it_was_gone(agents, kind):
    error, told = await play_to_error(agents)
    assert isinstance(error, RuntimeError)
    result = told.facts[-1].result
    assert came_to(result) == (RunOutcome.ERROR, kind)
    assert result.fault.reason == result.reasoning


async def test_an_error_of_the_script_itself_is_nobody_of_the_players():
    def broken(state):
        raise KeyError("typo")

    _, told = await play_to_error([user(), agent()], [scenario.user("hi"), broken])
    assert came_to(told.facts[-1].result) == (RunOutcome.ERROR, FaultKind.INFRASTRUCTURE)


async def test_being_stopped_is_not_the_agents_fault():
    error, told = await play_to_error([user(), agent(asyncio.CancelledError())])
    assert isinstance(error, asyncio.CancelledError)
    assert came_to(told.facts[-1].result) == (RunOutcome.ERROR, FaultKind.INFRASTRUCTURE)


async def test_a_simulated_user_without_a_usable_reply_ends_the_run_with_a_result():
    silent = user(
        SimulatorError("The user said nothing, three times", agent="user", problem="empty", reply="")
    )
    result, told = await play([silent, agent(), judge(passed("A"))])
    assert came_to(result) == (RunOutcome.ERROR, FaultKind.SIMULATOR)
    assert result.reasoning == result.fault.reason == "The user said nothing, three times"
    assert told.finished.status.value == "FAILED"


class Waits(scenario.AgentAdapter):
    def __init__(self, role):
        self.role = role

    async def call(self, input):
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("agents", "outcome", "kind"),
    [
        ([Waits(USER), agent()], RunOutcome.ERROR, FaultKind.SIMULATOR),
        ([user(), Waits(scenario.AgentRole.AGENT)], RunOutcome.FAILED, FaultKind.AGENT),
        ([user(), agent(), Waits(JUDGE)], RunOutcome.INCONCLUSIVE, FaultKind.JUDGE),
    ],
)
@pytest.mark.parametrize("limit", ["timeout", "agent_timeout"])
async def test_who_was_waited_for_at_a_time_limit_is_to_blame(agents, outcome, kind, limit):
    result, _ = await play(agents, **{limit: 0.01, "clock": None})
    assert came_to(result) == (outcome, kind)


@pytest.mark.parametrize(
    ("kind", "outcome", "fault"),
    [
        (EndingKind.DONE, RunOutcome.PASSED, None),
        (EndingKind.GAVE_UP, RunOutcome.FAILED, FaultKind.AGENT),
        (EndingKind.HANDED_OVER, RunOutcome.FAILED, FaultKind.AGENT),
        (EndingKind.OUT_OF_SCOPE, RunOutcome.ERROR, FaultKind.SIMULATOR),
    ],
)
async def test_how_the_user_left_decides_where_nobody_else_does(kind, outcome, fault):
    result, _ = await play([user("hi", UserEnding(kind, "reason")), agent("a")])
    assert came_to(result) == (outcome, fault)


async def test_a_script_without_any_verdict_is_not_the_agents_fault():
    result, _ = await play([user(), agent()], [scenario.user("hi")])
    assert came_to(result) == (RunOutcome.ERROR, FaultKind.INFRASTRUCTURE)


async def test_a_judge_who_says_nothing_when_asked_is_to_blame():
    result, _ = await play([user(), agent(), judge([])], [scenario.user("hi"), scenario.judge()])
    assert came_to(result) == (RunOutcome.INCONCLUSIVE, FaultKind.JUDGE)


def test_a_result_made_by_hand_has_an_outcome_too():
    assert came_to(ScenarioResult(success=False, messages=[])) == (RunOutcome.FAILED, FaultKind.AGENT)
    assert came_to(ScenarioResult(success=True, messages=[])) == (RunOutcome.PASSED, None)


class Reporting(scenario.AgentAdapter):
    """Reports what its call used, from a thread and from its own task."""

    def __init__(self, role, usage):
        self.role, self.usage = role, usage

    async def call(self, input):
        input.report_usage(self.usage, model="m", provider="p")
        await asyncio.to_thread(input.report_usage, self.usage)
        return passed("A") if self.role is JUDGE else "hi"


async def test_usage_is_summed_by_role_and_told_as_facts():
    used = Usage(calls=1, input_tokens=10, output_tokens=2, cost=0.5)
    cast = [Reporting(role, used) for role in scenario.AgentRole]
    result, told = await play(cast)
    assert result.usage.agent == result.usage.user == result.usage.judge == used + used
    assert result.usage.total.cost == 3.0
    assert [fact.call.model for fact in told.facts if isinstance(fact, ModelCalled)] == ["m", ""] * 3
    assert fold(told.facts).usage == result.usage


async def test_usage_of_a_call_that_raised_counts():
    class Breaks(scenario.AgentAdapter):
        async def call(self, input):
            input.report_usage(Usage(calls=1))
            raise ValueError("after the model")

    _, told = await play_to_error([user(), Breaks()])
    assert isinstance(told.facts[-1], Concluded)
    assert told.facts[-1].result.usage.agent.calls == 1


def test_usage_reported_outside_a_run_goes_nowhere():
    scenario.AgentInput(thread_id="t", messages=[], new_messages=[]).report_usage(Usage(calls=1))


@pytest.mark.parametrize(
    ("usage", "text"),
    [
        (Usage(), "no calls"),
        (Usage(calls=1, input_tokens=1200, output_tokens=4, cost=0.25), "1 call, 1,200 + 4 tokens, $0.2500"),
        (Usage(calls=2, unpriced_calls=2), "2 calls, 0 + 0 tokens, price unknown"),
        (
            Usage(calls=3, cost=0.1, unpriced_calls=1),
            "3 calls, 0 + 0 tokens, $0.1000 and 1 of unknown price",
        ),
    ],
)
def test_usage_in_words(usage, text):
    assert str(usage) == text


@pytest.mark.parametrize(
    ("result", "head", "whose"),
    [
        (failed("A"), "FAILED", None),
        (failed("A", inconclusive_criteria=["A"]), "INCONCLUSIVE", "the judge's fault"),
        (failed(fault=Fault(FaultKind.SIMULATOR, "x")), "ERROR", "the simulated user's fault"),
    ],
)
def test_the_console_says_what_does_not_count_against_the_agent(result, head, whose):
    lines = [line.plain for line in conclusion(result, None)]
    assert lines[0].startswith(head)
    assert any(whose in line for line in lines) if whose else not any("Not counted" in line for line in lines)
