import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import scenario
from scenario.errors import ConfigError
from scenario.suite import Scenario, Suite
from scenario.suite.run import SuiteOptions
from suite.parts import Caller, Desk, Lost, told


def test_lists_are_kept_as_tuples():
    tags = ["slow"]
    made = told(tags=tags)
    tags.append("later")
    assert made.tags == ("slow",)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": " "}, "`name` must be a text"),
        ({"trials": 0}, "`trials` must be a whole number of at least 1, not 0"),
        ({"trials": True}, "`trials` must be a whole number"),
        ({"min_pass_rate": 1.5}, "`min_pass_rate` must be a share from 0 to 1, not 1.5"),
        ({"timeout": 0}, "`timeout` must be above 0, not 0"),
        ({"max_turns": -1}, "`max_turns` must be above 0"),
        ({"agents": ()}, "`agents` is empty"),
        ({"agents": (Caller, Desk())}, "holds an object of Desk, which all trials would share"),
        ({"agents": (Caller, int)}, "holds int, which is no AgentAdapter"),
        ({"agents": (Caller, "desk")}, "neither an agent nor makes one"),
        ({"tags": "slow"}, "`tags` is a list: write ['slow']"),
    ],
)
def test_what_cannot_be_played_is_refused(fields, text):
    with pytest.raises(ConfigError) as raised:
        Scenario(**{"name": "parcel", "agents": (Caller, Desk), **fields})
    assert text in str(raised.value)
    assert "parcel" in str(raised.value) or "name" in fields


def test_players_that_keep_nothing_may_stand_there_as_they_are():
    agents = (
        scenario.ScriptedUserAgent("hello"),
        scenario.agent_from(lambda given: "hi"),
        scenario.JudgeAgent(criteria=[scenario.checks.said("hi")]),
    )
    assert Scenario(name="greeting", agents=agents).agents == agents


def test_two_scenarios_of_one_name_are_refused_with_their_places():
    with pytest.raises(ConfigError) as raised:
        Suite([told(source="a.py"), told(source="b.py")])
    assert "2 scenarios have the name 'parcel' (a.py and b.py)" in str(raised.value)


def test_the_identity_follows_what_is_played():
    same = told(trials=5, tags=["slow"], timeout=3, source="elsewhere")
    assert told().identity == same.identity
    others = [
        told(name="x"),
        told(description="x"),
        told(Caller, Lost),
        told(fields={"a": 1}),
        told(max_turns=3),
    ]
    others += [told(script=[]), told(criteria=["polite"]), told(set_id="s")]
    assert len({each.identity for each in [told(), *others]}) == 9


def test_the_identity_is_the_same_in_every_process():
    code = "from suite.parts import told; print(told(fields={'a': {'b', 'c'} and 1}).identity)"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="tests"
        ).stdout
        for _ in range(2)
    }
    assert found == {told(fields={"a": 1}).identity + "\n"}


def test_each_option_and_attribute_is_on_the_page():
    page = (Path(__file__).parents[2] / "docs" / "suites.md").read_text(encoding="utf-8")
    names = [*SuiteOptions.__annotations__, *(each.name for each in fields(Scenario))]
    assert [name for name in names if f"`{name}`" not in page and name not in {"source", "content"}] == []
