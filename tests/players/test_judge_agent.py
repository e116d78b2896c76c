"""scenario.judge_agent: a judge whose criteria are checks. Those that are texts are in tests/judge."""

from __future__ import annotations

import pytest

import scenario
from authoring.conversations import agent_says, user_says
from scenario import AgentInput, AgentRole, CriterionStatus, JudgeAgent, JudgmentRequest, ScenarioState
from scenario.checks import Check, Finding, never_said, replied_within, said
from scenario.config import ScenarioConfig
from scenario.errors import ModelRequiredError
from support import agent, play, user

PASSED, FAILED, INCONCLUSIVE = CriterionStatus.PASSED, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE
TALK = [user_says("Is there tea?"), agent_says("There is green tea.")]


class Fixed(Check):
    """Finds what it is told to."""

    def __init__(self, name, status, *, settled=False):
        self._name, self.finding = name, Finding(status, f"because {name}", settled=settled)

    @property
    def name(self):
        return self._name

    def look(self, subject):
        return self.finding


def for_good(status):
    return Fixed(f"{status.value} for good", status, settled=True)


def for_now(status):
    return Fixed(f"{status.value} for now", status)


async def judged(*criteria, request=None, turn=0, max_turns=10, own=True):
    """The verdict on the talk; criteria are the judge's own, or else those of the request."""
    state = ScenarioState(messages=TALK, current_turn=turn, config=ScenarioConfig(max_turns=max_turns))
    given = AgentInput(
        thread_id="t", messages=TALK, new_messages=[], judgment_request=request, scenario_state=state
    )
    return await JudgeAgent(criteria=criteria if own else None).call(given)


ASKED = JudgmentRequest()


def test_a_judge_is_a_judge_and_keeps_its_parameters():
    check = said("tea")
    judge = JudgeAgent(criteria=[check], model="openai/gpt", temperature=0.0, max_tokens=9, seed=1)
    assert (judge.role, judge.criteria, judge.model) == (AgentRole.JUDGE, [check], "openai/gpt")
    assert (judge.temperature, judge.max_tokens, judge._extra_params) == (0.0, 9, {"seed": 1})


def test_a_judge_has_a_list_of_criteria_of_its_own():
    criteria = [said("tea")]
    judge = JudgeAgent(criteria=criteria)
    criteria.clear()
    assert len(judge.criteria) == 1


async def test_asked_for_a_verdict_a_judge_looks():
    result = await judged(said("green"), never_said("coffee"), request=ASKED)
    assert (result.success, result.reasoning) == (True, "All 2 checks passed")
    assert result.passed_criteria == ["said('green')", "never_said('coffee')"]


async def test_a_single_check_that_passed_is_called_so():
    assert (await judged(said("green"), request=ASKED)).reasoning == "The check passed"


async def test_a_check_that_fails_fails_the_verdict_and_gives_the_reason():
    result = await judged(said("green"), never_said("tea"), request=ASKED)
    assert (result.success, result.reasoning) == (False, "never_said('tea'): the agent said it")
    assert (result.passed_criteria, result.failed_criteria) == (["said('green')"], ["never_said('tea')"])


async def test_all_reasons_of_failed_checks_are_given():
    result = await judged(for_now(FAILED), for_good(FAILED), for_now(PASSED), request=ASKED)
    reasons = ["failed for now: because failed for now", "failed for good: because failed for good"]
    assert result.reasoning == "; ".join(reasons)


async def test_a_check_that_cannot_be_decided_counts_as_failed_and_as_inconclusive():
    result = await judged(said("tea"), replied_within(1), request=ASKED)
    assert not result.success
    assert result.failed_criteria == result.inconclusive_criteria == ["replied_within(1)"]


async def test_a_verdict_has_each_criterion_with_its_evidence():
    result = await judged(said("green tea"), request=ASKED)
    (verdict,) = result.criteria
    assert (verdict.criterion, verdict.status) == ("said('green tea')", PASSED)
    assert [str(found) for found in verdict.evidence] == ["message 1: green tea"]


async def test_a_verdict_leaves_the_conversation_to_the_run():
    assert (await judged(said("green"), request=ASKED)).messages == []


async def test_without_criteria_there_is_nothing_to_pass():
    result = await judged(request=ASKED)
    assert not result.success
    assert result.reasoning.startswith("The judge has no criteria, so there is nothing to pass")


@pytest.mark.parametrize(
    "criteria",
    [
        [],
        [for_now(PASSED)],
        [for_now(FAILED)],
        [for_now(INCONCLUSIVE)],
        [for_good(INCONCLUSIVE)],
        [for_good(PASSED), for_good(INCONCLUSIVE)],
        [for_good(PASSED), for_now(PASSED)],
        [for_good(PASSED), for_now(FAILED)],
    ],
    ids=str,
)
async def test_while_not_everything_is_decided_for_good_the_conversation_goes_on(criteria):
    assert await judged(*criteria) == []


@pytest.mark.parametrize(
    ("criteria", "success"),
    [
        ([for_good(FAILED)], False),
        ([for_good(FAILED), for_now(PASSED)], False),
        ([for_good(PASSED)], True),
        ([for_good(PASSED), for_good(PASSED)], True),
    ],
    ids=str,
)
async def test_a_verdict_that_cannot_change_ends_the_conversation(criteria, success):
    assert (await judged(*criteria)).success is success


@pytest.mark.parametrize(("turn", "decides"), [(0, False), (3, False), (4, True), (9, True)])
async def test_on_the_last_turn_the_judge_decides_by_what_is_there(turn, decides):
    answer = await judged(never_said("coffee"), turn=turn, max_turns=5)
    assert (answer != []) is decides


async def test_without_a_limit_there_is_no_last_turn():
    assert await judged(never_said("coffee"), turn=1000, max_turns=None) == []


async def test_a_request_with_criteria_of_its_own_is_judged_by_these_only():
    request = JudgmentRequest(criteria=[said("green")])
    assert (await judged(said("coffee"), request=request)).passed_criteria == ["said('green')"]


async def test_a_request_with_an_empty_list_has_nothing_to_pass():
    assert not (await judged(said("green"), request=JudgmentRequest(criteria=[]))).success


async def test_a_judge_ends_a_run_on_its_own_when_a_check_fails_for_good():
    result, _ = await play(
        [user(), agent("coffee?"), JudgeAgent(criteria=[never_said("coffee")])], max_turns=5
    )
    assert (result.success, len(result.messages)) == (False, 2)
    assert result.failed_criteria == ["never_said('coffee')"]


async def test_a_judge_lets_a_run_go_to_its_last_turn_when_nothing_is_for_good():
    result, _ = await play([user(), agent("tea?"), JudgeAgent(criteria=[never_said("coffee")])], max_turns=3)
    assert (result.success, len(result.messages)) == (True, 6)


async def test_a_judge_without_criteria_judges_checkpoints():
    script = [scenario.user("hi"), scenario.agent(), scenario.judge([said("tea")]), scenario.succeed()]
    result, _ = await play([user(), agent("tea?"), JudgeAgent()], script)
    assert (result.success, result.passed_criteria) == (True, ["said('tea')"])


def refused(make):
    with pytest.raises(ModelRequiredError) as raised:
        make()
    return str(raised.value)


def test_a_text_among_the_criteria_needs_a_model():
    text = refused(lambda: JudgeAgent(criteria=[said("tea"), "The agent is polite"]))
    assert "'The agent is polite' needs one to be judged" in text
    assert "scenario.configure(default_model=...)" in text
    assert text.endswith("nor does a subclass that overrides `call`.")


def test_a_long_text_is_shown_in_short():
    assert len(refused(lambda: JudgeAgent(criteria=["word " * 500]))) < 500


async def test_a_text_in_a_request_needs_a_model_too():
    with pytest.raises(ModelRequiredError, match="'polite' needs one to be judged") as raised:
        await judged(request=JudgmentRequest(criteria=["polite"]))
    assert raised.value.agent == "JudgeAgent"


def test_with_a_model_texts_are_taken():
    assert JudgeAgent(criteria=["polite"], model="openai/gpt").criteria == ["polite"]


def test_with_a_configured_model_texts_are_taken():
    scenario.configure(default_model="openai/gpt")
    assert JudgeAgent(criteria=["polite"]).criteria == ["polite"]


async def test_a_subclass_may_ask_the_judge_it_comes_from():
    class Doubled(JudgeAgent):
        async def call(self, input):
            result = await super().call(input)
            return result.model_copy(update={"reasoning": f"{result.reasoning}!"})

    result, _ = await play(
        [agent("tea?"), Doubled(criteria=[said("tea")])], [scenario.agent(), scenario.judge()]
    )
    assert result.reasoning == "The check passed!"


async def test_a_subclass_that_judges_itself_may_have_texts():
    class Kind(JudgeAgent):
        async def call(self, input):
            return scenario.ScenarioResult(success=True, messages=[], passed_criteria=list(self.criteria))

    result, _ = await play([user(), agent(), Kind(criteria=["polite"])], [scenario.judge()])
    assert result.passed_criteria == ["polite"]


def test_a_subclass_that_does_not_judge_itself_may_not():
    class Named(JudgeAgent):
        name = "named"

    assert "needs one to be judged" in refused(lambda: Named(criteria=["polite"]))
