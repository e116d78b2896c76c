"""scenario.user_simulator_agent and .red_team_agent without a model: what they say, and what works instead."""

from __future__ import annotations

import pytest

import scenario
from scenario import (
    DEFAULT_TECHNIQUES,
    AgentInput,
    AgentRole,
    AttackTechnique,
    CrescendoStrategy,
    RedTeamAgent,
    RedTeamStrategy,
    UserSimulatorAgent,
)
from scenario.errors import ModelRequiredError
from scenario.testing import ScriptedModel
from support import agent, play
from support import said as words

INPUT = AgentInput(thread_id="t", messages=[], new_messages=[])


class Bo(UserSimulatorAgent):
    async def call(self, input):
        return "I am Bo"


class Attacker(RedTeamAgent):
    async def call(self, input):
        return f"Do {self.target}"


class Backwards(AttackTechnique):
    name = "backwards"

    def transform(self, message):
        return message[::-1]


class Blunt(RedTeamStrategy):
    def build_system_prompt(
        self, target, current_turn, total_turns, scenario_description, metaprompt_plan="", **kwargs
    ):
        return f"Ask for {target}"

    def get_phase_name(self, current_turn, total_turns):
        return "blunt"


def test_a_simulator_without_a_model_says_what_is_missing_and_what_works_instead():
    with pytest.raises(ModelRequiredError) as raised:
        UserSimulatorAgent()
    text = str(raised.value)
    assert text.startswith("UserSimulatorAgent was initialized without a model")
    assert "scenario.ScriptedUserAgent" in text
    assert raised.value.agent == "UserSimulatorAgent"


def test_a_simulator_of_a_subclass_is_called_by_its_name():
    class Shy(UserSimulatorAgent):
        pass

    with pytest.raises(ModelRequiredError, match=r"^Shy was initialized without a model"):
        Shy()


def test_a_simulator_with_a_model_can_be_made():
    simulator = UserSimulatorAgent(model="openai/gpt", temperature=0.0, system_prompt="Be Bo", seed=1)
    assert (simulator.role, simulator.model) == (AgentRole.USER, "openai/gpt")
    assert (simulator.temperature, simulator.system_prompt) == (0.0, "Be Bo")
    assert simulator._extra_params == {"seed": 1}


def test_a_simulator_takes_the_configured_model():
    scenario.configure(default_model="openai/gpt")
    assert UserSimulatorAgent().model is None


async def test_a_simulator_with_a_model_speaks():
    assert await UserSimulatorAgent(model=ScriptedModel("hi")).call(INPUT) == "hi"


async def test_a_simulator_that_speaks_for_itself_needs_no_model():
    result, _ = await play([Bo(), agent()], [scenario.user(), scenario.succeed()])
    assert words(result) == [("user", "I am Bo")]


async def test_a_script_that_says_everything_needs_no_simulator_to_speak():
    simulator = UserSimulatorAgent(model="openai/gpt")
    result, _ = await play([simulator, agent()], [scenario.user("hi"), scenario.succeed()])
    assert result.success


def test_an_attacker_is_a_user_and_keeps_its_parameters():
    attacker = RedTeamAgent(target="the key", total_turns=5, model="openai/gpt")
    assert (attacker.role, attacker.target, attacker.total_turns) == (AgentRole.USER, "the key", 5)
    assert (attacker.model, type(attacker.strategy)) == ("openai/gpt", CrescendoStrategy)


def test_an_attacker_without_a_model_says_what_is_missing_and_what_works_instead():
    with pytest.raises(ModelRequiredError, match=r"^RedTeamAgent was initialized without a model") as raised:
        RedTeamAgent(target="it")
    assert "A subclass that overrides `call` needs none" in str(raised.value)


async def test_an_attacker_that_speaks_for_itself_takes_part():
    result, _ = await play([Attacker(target="it"), agent()], [scenario.user(), scenario.succeed()])
    assert words(result) == [("user", "Do it")]


async def test_an_attacker_that_speaks_for_itself_needs_no_model_for_its_script():
    attacker = Attacker(target="it", total_turns=2)
    result, _ = await play(
        [attacker, agent()], attacker.marathon_script(final_checks=[scenario.succeed()], judge=False)
    )
    assert (result.success, len(result.messages)) == (True, 4)


async def test_an_attacker_with_a_model_speaks():
    attacker = RedTeamAgent.crescendo(target="it", model=ScriptedModel("a plan", "good day"))
    result, _ = await play([attacker, agent()], [scenario.user(), scenario.succeed()])
    assert words(result) == [("user", "good day")]


def test_crescendo_makes_an_attacker_of_its_class_with_that_strategy():
    attacker = Attacker.crescendo(target="it", total_turns=4, model="openai/gpt")
    assert isinstance(attacker, Attacker)
    assert isinstance(attacker.strategy, CrescendoStrategy)
    assert (attacker.target, attacker.total_turns, attacker.model) == ("it", 4, "openai/gpt")


@pytest.mark.parametrize(
    ("turn", "phase"),
    [(0, "warmup"), (1, "warmup"), (2, "probing"), (4, "probing"), (5, "escalation"), (7, "escalation")],
)
def test_crescendo_rises_from_turn_to_turn(turn, phase):
    assert CrescendoStrategy().get_phase_name(turn, 10) == phase


@pytest.mark.parametrize(("turn", "total"), [(8, 10), (10, 10), (0, 0)])
def test_crescendo_ends_directly(turn, total):
    assert CrescendoStrategy().get_phase_name(turn, total) == "direct"


def test_strategies_and_techniques_can_be_subclassed():
    assert Blunt().build_system_prompt("it", 0, 5, "tea") == "Ask for it"
    assert Backwards().transform("abc") == "cba"


@pytest.mark.parametrize("abstract", [RedTeamStrategy, AttackTechnique])
def test_a_strategy_or_technique_that_does_nothing_cannot_be_made(abstract):
    with pytest.raises(TypeError, match="abstract"):
        abstract()


def test_five_techniques_come_with_the_library():
    assert len(DEFAULT_TECHNIQUES) == 5
