import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario.errors import ConfigError
from scenario.suite.budget import Budget, Spent
from scenario.suite.limits import Limits, Waiting
from scenario.suite.plan import Shard, plan, seed_of, shard_of
from scenario.suite.retry import RetryPolicy
from scenario.types import Fault, FaultKind
from scenario.usage import Usage
from suite.parts import told

AGENT = Fault(FaultKind.AGENT, "wrong")
SIMULATOR = Fault(FaultKind.SIMULATOR, "silent")
INFRASTRUCTURE = Fault(FaultKind.INFRASTRUCTURE, "down")
JUDGE = Fault(FaultKind.JUDGE, "undecided")


def scenarios(counts):
    return [told(name=f"s{place}", trials=count) for place, count in enumerate(counts)]


def keys(planned):
    return [(each.trial.scenario, each.trial.number) for each in planned]


def test_the_first_trials_of_all_come_before_the_second():
    assert keys(plan(scenarios([2, 1, 2]))) == [("s0", 1), ("s1", 1), ("s2", 1), ("s0", 2), ("s2", 2)]


def test_the_trials_that_are_asked_for_come_before_those_of_the_scenario():
    planned = plan(scenarios([5]), trials=2)
    assert keys(planned) == [("s0", 1), ("s0", 2)]
    assert {each.trial.planned for each in planned} == {2}


@given(st.lists(st.integers(1, 4), max_size=6), st.integers(1, 5))
def test_shards_are_a_partition_of_the_plan(counts, of):
    whole = plan(scenarios(counts))
    shards = [plan(scenarios(counts), shard=Shard(index, of)) for index in range(1, of + 1)]
    assert sorted(keys([each for shard in shards for each in shard])) == sorted(keys(whole))
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


def test_a_seed_follows_from_suite_scenario_and_number_alone():
    seeds = {seed_of(seed, name, number) for seed in (0, 1) for name in "ab" for number in (1, 2)}
    assert len(seeds) == 8
    assert all(0 <= seed < 2**53 for seed in seeds)
    assert seed_of(0, "parcel", 1) == 1206585149430720


def test_more_trials_and_other_scenarios_leave_seeds_as_they_are():
    few = {each.trial.key: each.trial.seed for each in plan(scenarios([1, 1]))}
    many = {each.trial.key: each.trial.seed for each in plan(scenarios([3, 3, 3]))}
    assert few.items() <= many.items()


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "-1/3", "a/b", "1/0", "1/3/5", "¹/3"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(ConfigError, match="is no shard"):
        shard_of(text)


def test_a_shard_of_a_text():
    assert shard_of("2/5") == Shard(2, 5)


@pytest.mark.parametrize(
    ("faults", "wait"),
    [
        ([], None),
        ([None], None),
        ([AGENT], None),
        ([JUDGE], None),
        ([INFRASTRUCTURE], 1.0),
        ([SIMULATOR], 1.0),
        ([SIMULATOR, INFRASTRUCTURE], 2.0),
        ([SIMULATOR] * 3, 3.0),
        ([SIMULATOR] * 4, None),
        ([SIMULATOR, AGENT], None),
    ],
)
def test_only_what_is_around_the_agent_is_tried_again(faults, wait):
    assert RetryPolicy(retries=3, first_wait=1.0, longest_wait=3.0).wait(faults) == wait


@pytest.mark.parametrize(
    ("budget", "spent", "text"),
    [
        (Budget(), Spent(Usage(calls=9, cost=99.0), 1e9), None),
        (Budget(usd=1.0), Spent(Usage(cost=0.999)), None),
        (Budget(usd=1.0), Spent(Usage(cost=1.0)), "The budget of $1.00 is used up: $1.00."),
        (Budget(usd=0.5), Spent(Usage(cost=0.51)), "The budget of $0.5000 is used up: $0.5100."),
        (
            Budget(tokens=10),
            Spent(Usage(input_tokens=6, output_tokens=4)),
            "The budget of 10 tokens is used up: 10 tokens.",
        ),
        (Budget(calls=2), Spent(Usage(calls=3)), "The budget of 2 calls is used up: 3 calls."),
        (Budget(seconds=2), Spent(seconds=2.5), "The budget of 2.0 s is used up: 2.5 s."),
    ],
)
def test_a_budget_says_when_it_is_used_up(budget, spent, text):
    assert budget.reached(spent) == text


def test_a_budget_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="allows nothing"):
        Budget(usd=0)


def test_at_most_so_many_begin_and_each_endpoint_keeps_its_own_limit():
    planned = plan([told(name="a", endpoint="slow", trials=3), told(name="b", trials=3)])
    waiting = Waiting(planned, Limits(3, {"slow": 1}))
    first = [waiting.take() for _ in range(3)]
    assert keys(first) == [("a", 1), ("b", 1), ("b", 2)]
    assert waiting.take() is None
    waiting.ended(first[1])
    assert keys([waiting.take()]) == [("b", 3)]
    waiting.ended(first[0])
    assert keys([waiting.take()]) == [("a", 2)]


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.integers(1, 4), st.integers(1, 3))
def test_every_trial_begins_once_and_no_limit_is_exceeded(endpoints, concurrency, limit):
    planned = plan([told(name=str(place), endpoint=each) for place, each in enumerate(endpoints)])
    waiting = Waiting(planned, Limits(concurrency, {"a": limit}))
    running, begun = [], []
    while True:
        while (each := waiting.take()) is not None:
            running.append(each)
            begun.append(each)
        assert len(running) <= concurrency
        assert sum(each.scenario.endpoint == "a" for each in running) <= limit
        if not running:
            break
        waiting.ended(running.pop(0))
    assert sorted(keys(begun)) == sorted(keys(planned))
