from pathlib import Path

import pytest

import scenario.demo
from scenario.demo.suite import SUITE
from scenario.suite import run_suite
from scenario.suite.load_yaml import load_yaml

YAML = Path(scenario.demo.__file__).with_name("demo.scenario.yaml")


def told(result):
    """What came of each scenario: verdicts in order, and every word that was said."""
    return {
        each.trial.scenario: (
            each.last.outcome,
            [(verdict.criterion, verdict.status) for verdict in each.result.criteria],
            [(message["role"], message.get("content")) for message in each.result.messages],
            each.result.ending,
        )
        for each in result.trials
    }


@pytest.mark.parametrize("isolation", ["thread", "loop"])
async def test_the_demo_has_the_same_outcome_in_python_and_in_yaml(isolation):
    in_python = await run_suite(SUITE, isolation=isolation)
    in_yaml = await run_suite(load_yaml(YAML), isolation=isolation)
    assert told(in_python) == told(in_yaml)
    failed = [tally.name for tally in in_python.scenarios if not tally.success]
    assert failed == ["somebody else's parcel"]
    assert all(each.counts for each in in_yaml.trials)


async def test_trials_of_the_demo_have_a_shop_of_their_own():
    result = await run_suite(SUITE, trials=4, concurrency=8)
    assert {(tally.passed, tally.failed) for tally in result.scenarios} == {(4, 0), (0, 4)}
