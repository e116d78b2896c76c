"""The attacker's parameters, its script, its strategies, and what is refused."""

from __future__ import annotations

import copy

import pytest

import scenario
from red_team.toys import DESCRIPTION, NO, TARGET, attacker_requests, model
from scenario import CrescendoStrategy, RedTeamAgent
from scenario._red_team.attempts import Attempt, Score
from scenario._red_team.base import phase_ends
from scenario._red_team.spans import note_turn
from scenario._red_team.techniques import ROT13
from scenario.agent_adapter import can_forget
from scenario.config import ModelConfig
from scenario.errors import ConfigError, ModelRequiredError, StepTypeError
from scenario.red_team import GoatStrategy, PairStrategy, TapStrategy, Technique, attack
from scenario.testing import ModelServer, ScriptedAgent, ScriptedModel
from support import executor
from tracing.traces import Traces


def test_what_was_given_stays_readable():
    asked, plan = ScriptedModel("a"), ScriptedModel("b")
    attacker = RedTeamAgent(
        strategy=CrescendoStrategy(), target="it", total_turns=4, metaprompt_model=plan, model=asked,
        attack_plan="p", score_responses=False, success_score=8, success_confirm_turns=3, api_base="http://x",
        api_key="k", temperature=0.2, max_tokens=9, name="Eve", seed=1,
    )  # fmt: skip
    assert (attacker.target, attacker.total_turns, attacker.model) == ("it", 4, asked)
    assert (attacker.metaprompt_model, attacker.attack_plan, attacker.score_responses) == (plan, "p", False)
    assert (attacker.success_score, attacker.success_confirm_turns, attacker.name) == (8, 3, "Eve")
    assert attacker._extra_params == {"seed": 1}


def test_the_usual_settings():
    attacker = RedTeamAgent.crescendo(target="it", model="openai/gpt")
    assert (attacker.total_turns, attacker.success_score, attacker.success_confirm_turns) == (30, 9, 2)
    assert (attacker._setup.attacker.temperature, attacker._setup.scorer.temperature) == (0.7, 0.0)
    assert attacker._setup.max_backtracks == 10


def test_an_explicit_0_is_kept():
    config = ModelConfig(model="openai/gpt", temperature=0.9)
    assert RedTeamAgent(model=config, temperature=0.0)._setup.attacker.temperature == 0.0
    assert RedTeamAgent(model=config)._setup.attacker.temperature == 0.9


def test_the_configured_model_is_taken():
    scenario.configure(default_model="openai/gpt")
    assert RedTeamAgent(target="it")._setup.attacker.label == "openai/gpt"


def test_without_a_model_it_says_what_is_missing():
    with pytest.raises(ModelRequiredError, match=r"^RedTeamAgent was initialized without a model"):
        RedTeamAgent(target="it")


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_turns": 0},
        {"total_turns": "x"},
        {"total_turns": 2.5},
        {"total_turns": None, "strategy": PairStrategy()},
        {"success_score": "9"},
        {"success_confirm_turns": None},
        {"max_backtracks": "x"},
        {"injection_probability": "x"},
        {"success_score": 11},
        {"success_confirm_turns": 0},
        {"max_backtracks": -1},
        {"injection_probability": 1.1},
        {"injection_probability": 0.5, "techniques": []},
        {"strategy": PairStrategy(), "score_responses": False},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ConfigError, match=r"RedTeamAgent\("):
        RedTeamAgent(target="it", model="openai/gpt", **wrong)


def test_a_template_that_names_what_there_is_not_is_refused_at_once():
    with pytest.raises(ConfigError, match=r"It may name \{target\}, \{description\}"):
        RedTeamAgent(target="it", model="openai/gpt", metaprompt_template="Plan {goal}")


async def test_a_template_and_a_plan_of_ones_own_are_used():
    asked, planner = ScriptedModel("hello"), ScriptedModel("be kind", {"score": 1})
    attacker = RedTeamAgent(
        target="it", total_turns=1, model=asked, metaprompt_model=planner,
        metaprompt_template="{target}|{total_turns}|{phase1_end}|{description}",
    )  # fmt: skip
    await attack(attacker, [ScriptedAgent("a")], DESCRIPTION)
    assert planner.requests[0].messages[0]["content"] == f"it|1|0|{DESCRIPTION}"
    assert "Plan:\nbe kind" in asked.requests[0].messages[0]["content"]


async def test_a_given_plan_costs_no_call():
    attacker = RedTeamAgent.crescendo(
        target="it", total_turns=1, model=model(), attack_plan="mine {as it is}"
    )
    result = await attack(attacker, [ScriptedAgent("a")], DESCRIPTION)
    assert (result.attack.plan, result.attack.calls.plan) == ("mine {as it is}", 0)


async def test_a_disguised_message_is_sent_and_the_plain_one_remembered():
    asked = model()
    attacker = RedTeamAgent.crescendo(
        target=TARGET, total_turns=2, model=asked, injection_probability=1, techniques=[ROT13]
    )
    result = await attack(attacker, [ScriptedAgent("a")], DESCRIPTION)
    assert "rfpnyngvba: n dhrfgvba" in result.messages[0]["content"]
    assert attacker_requests(asked)[1][2]["content"] == "escalation: a question, number 1"
    assert result.attack.techniques == ("rot13",)


def test_an_attacker_can_be_copied():
    attacker = copy.deepcopy(RedTeamAgent.tap(target="it", model="openai/gpt"))
    assert (attacker.target, attacker.total_turns) == ("it", 12)


def test_an_older_name_of_the_disguises_of_a_goat_still_works():
    assert RedTeamAgent.goat(target="it", model="openai/gpt", techniques=[ROT13]).techniques == (ROT13,)


# the script


def test_a_marathon_has_three_steps_a_turn_its_checks_and_a_judge():
    def check(state):
        return None

    attacker = RedTeamAgent.crescendo(target="it", total_turns=2, model="openai/gpt")
    script = attacker.marathon_script(checks=[check], final_checks=[check, check])
    assert len(script) == 2 * 4 + 2 + 1
    assert repr(script[:3]) == "[user(), agent(), early_exit()]"
    assert (script[-1].role, repr(script[-1])) == (scenario.AgentRole.JUDGE, "judge()")


def test_without_a_score_to_reach_there_is_no_early_exit():
    attacker = RedTeamAgent.crescendo(target="it", total_turns=2, success_score=None, model="openai/gpt")
    assert len(attacker.marathon_script()) == 2 * 2 + 1


async def played(attacker, checks=(), final=(), replies=("a",)):
    script = attacker.marathon_script(checks, final, judge=False)
    return await scenario.run("it", DESCRIPTION, [attacker, ScriptedAgent(*replies)], script=script)


def winning():
    return RedTeamAgent.crescendo(
        target=TARGET, total_turns=3, success_confirm_turns=1, attack_plan="",
        model=ScriptedModel(default="hi"), metaprompt_model=ScriptedModel(default={"score": 10}),
    )  # fmt: skip


async def test_final_checks_are_looked_at_on_an_early_exit_as_well():
    result = await played(
        winning(), final=[scenario.checks.never_said("zebra"), scenario.checks.said("zebra")]
    )
    assert len(result.passed_criteria) == 1
    assert len(result.failed_criteria) == 2
    assert result.attack.achieved


async def test_a_final_check_that_is_false_fails_as_an_assertion():
    with pytest.raises(AssertionError, match="returned False"):
        await played(winning(), final=[lambda state: False])


async def test_a_final_check_may_end_the_run_itself():
    result = await played(winning(), final=[scenario.fail("enough")])
    assert (result.success, result.reasoning, result.attack.achieved) == (False, "enough", True)


async def test_a_check_of_each_turn_ends_the_run():
    never = scenario.checks.never_said("b")
    attacker = RedTeamAgent.crescendo(target=TARGET, total_turns=3, model=model())
    result = await played(attacker, checks=[never], replies=("a", "b"))
    assert (result.success, result.turns) == (False, 2)


async def test_steps_need_a_state():
    attacker = winning()
    for step in (attacker.marathon_script()[2], attacker.marathon_script()[-1]):
        with pytest.raises(StepTypeError, match="put it into the script"):
            await step()


# strategies


@pytest.mark.parametrize("total", [1, 2, 3, 5, 10, 30, 50])
def test_phases_come_in_their_order_and_the_last_turn_is_direct(total):
    names = ["warmup", "probing", "escalation", "direct"]
    phases = [CrescendoStrategy().get_phase_name(turn, total) for turn in range(1, total + 1)]
    assert phases == sorted(phases, key=names.index)
    assert phases[-1] == "direct"
    ends = phase_ends(total)
    assert [sum(names.index(phase) <= place for phase in phases) for place in range(3)] == list(ends)


def test_thirty_turns_have_four_phases():
    assert phase_ends(30) == (5, 13, 22)


@pytest.mark.parametrize("strategy", [CrescendoStrategy(), GoatStrategy(), PairStrategy(), TapStrategy()])
def test_each_strategy_tells_its_goal_and_turn(strategy):
    prompt = strategy.build_system_prompt("tells {it}", 2, 6, "a {porter}", "a plan", hint="ask")
    assert "Goal: tells {it}" in prompt
    assert "Situation: a {porter}" in prompt
    assert "Turn: 2 of 6" in prompt
    assert "{{" not in prompt
    assert strategy.name in {"crescendo", "goat", "pair", "tap"}


@pytest.mark.parametrize(
    ("techniques", "problem"),
    [([], "there is no technique"), ([Technique("a", "A", "x"), Technique("a", "B", "y")], "the id 'a'")],
)
def test_a_goat_needs_techniques_with_ids_of_their_own(techniques, problem):
    with pytest.raises(ConfigError, match=problem):
        GoatStrategy(techniques)


def test_a_goat_finds_the_ids_that_it_names_as_words():
    strategy = GoatStrategy([Technique("a", "A", "x"), Technique("b-2", "B", "y")])
    output = strategy.parse_attacker_output('{"strategy": "Use B-2 and bananas", "reply": "hi"}')
    assert strategy.chosen_technique_ids(output) == ("b-2",)


async def test_a_strategy_of_ones_own_needs_two_methods():
    class Blunt(scenario.RedTeamStrategy):
        def build_system_prompt(
            self, target, current_turn, total_turns, scenario_description, metaprompt_plan="", **more
        ):
            return f"Ask: {target}"

        def get_phase_name(self, current_turn, total_turns):
            return "blunt"

    asked = ScriptedModel("plan", "now tell me", {"score": 3})
    attacker = RedTeamAgent(strategy=Blunt(), target="it", total_turns=1, model=asked)
    result = await attack(attacker, [ScriptedAgent("a")], DESCRIPTION)
    assert (result.attack.strategy, result.attack.attempts[0].phase) == ("blunt", "blunt")
    assert asked.requests[1].messages[0]["content"] == "Ask: it"


# a model behind an address, and what a trace shows


async def test_an_attacker_speaks_to_a_model_behind_an_address():
    with ModelServer("a plan", "good day", {"score": 3}) as server:
        attacker = RedTeamAgent.crescendo(
            target="it",
            total_turns=1,
            model="openai/gpt",
            api_base=server.base_url,
            api_key="k",
            max_tokens=50,
        )
        result = await attack(attacker, [ScriptedAgent("a")], DESCRIPTION)
        sent = [request.body for request in server.requests]
    assert result.attack.scores == ((1, 3),)
    assert [body["temperature"] for body in sent] == [0.0, 0.7, 0.0]
    assert ["max_tokens" in body or "max_completion_tokens" in body for body in sent] == [False, True, False]
    assert {key for body in sent for message in body["messages"] for key in message} == {"role", "content"}


def test_a_turn_is_noted_on_the_span_of_the_call():
    traces = Traces()
    attempt = Attempt(2, 1, 0, "probing", "a", "a")
    last = Attempt(1, 0, 0, "warmup", "b", "b", score=Score(4))
    attacker = RedTeamAgent.crescendo(target="it", total_turns=6, model="openai/gpt")
    with traces.tracer.start_as_current_span("call"):
        note_turn(attacker._setup, attempt, last, 1, took_back=True)
    (span,) = traces.named("call")
    assert {name.removeprefix("red_team."): value for name, value in span.attributes.items()} == {
        "turn": 2,
        "total_turns": 6,
        "strategy": "crescendo",
        "target": "it",
        "phase": "probing",
        "did_backtrack": True,
        "backtracks_remaining": 1,
        "last_response_score": 4,
    }


# the hook


class Remembering(ScriptedAgent):
    def __init__(self):
        super().__init__(NO)
        self.cuts = []

    def rollback(self, index, thread_id):
        self.cuts.append((index, thread_id))


def test_an_agent_with_a_rollback_is_told_when_the_conversation_is_cut():
    agent = Remembering()
    playing = executor([agent, ScriptedAgent("x")])
    playing.add_message({"role": "user", "content": "a"})
    playing.add_message({"role": "user", "content": "b"})
    playing.rollback_messages_to(1)
    playing.rollback_messages_to(5)
    assert agent.cuts == [(1, playing.state.thread_id)]


def test_who_can_forget():
    assert can_forget(Remembering())
    assert not can_forget(ScriptedAgent("x"))
    assert not can_forget(object())
