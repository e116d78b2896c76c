"""A budget of one US dollar, against a real server with prices."""

import pytest

import scenario
from scenario.integrations.chat import ChatAgent
from scenario.models import ModelReply
from scenario.suite import Budget, Ending, Scenario, run_suite
from scenario.testing import ModelServer
from scenario.usage import Usage
from suite.parts import Caller

WORKERS = 4
TRIALS = 20  # of three calls each: 1.80 US dollars
PRICE = 0.03  # US dollars a call: 1,000 tokens in at 10 dollars a million, 1,000 out at 20


def talk(server, **more):
    agent = ChatAgent(
        "openai/desk",
        api_base=server.base_url,
        api_key="none",
        input_cost_per_token=10e-6,
        output_cost_per_token=20e-6,
    )
    script = [scenario.user(), scenario.agent()] * 3 + [scenario.checks.said("Monday")]
    return Scenario(name="parcel", agents=[Caller, agent], script=script, trials=TRIALS, **more)


@pytest.mark.parametrize("isolation", ["thread", "loop"])
async def test_a_run_with_a_budget_of_a_dollar_stops_within_one_call_for_each_worker(tmp_path, isolation):
    store = str(tmp_path / "runs.db")
    reply = ModelReply("It comes on Monday.", usage=Usage(calls=1, input_tokens=1000, output_tokens=1000))
    with ModelServer(default=reply) as server:
        made = talk(server)
        options = {"isolation": isolation, "concurrency": WORKERS, "store": store}
        first = await run_suite(made, budget=Budget(usd=1.0), **options)
        calls = len(server.requests)
        assert first.ending is Ending.BUDGET
        assert 1.0 <= calls * PRICE < 1.0 + PRICE * WORKERS
        assert first.spent.cost == pytest.approx(calls * PRICE)
        assert all(each.passed for each in first.trials)
        assert first.unfinished == TRIALS - len(first.trials)
        second = await run_suite(made, resume=first.batch_id, **options)
        assert (second.ending, second.success, len(second.trials)) == (Ending.COMPLETED, True, TRIALS)
        assert len(server.requests) == calls + 3 * first.unfinished


async def test_calls_without_a_price_are_told_of():
    with ModelServer(default="It comes on Monday.") as server:
        agent = ChatAgent("openai/no-price", api_base=server.base_url, api_key="none")
        script = [scenario.user(), scenario.agent(), scenario.succeed()]
        made = Scenario(name="parcel", agents=[Caller, agent], script=script)
        result = await run_suite(made, budget=Budget(usd=1.0))
    assert result.warnings == ("The price of 1 calls is not known; they do not count for the budget.",)
