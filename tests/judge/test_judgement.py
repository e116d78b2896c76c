"""JudgeAgent with a model: what it asks, and what becomes of the answers."""

from __future__ import annotations

import asyncio
import copy
import threading
import warnings

import pytest

import scenario
from judge.cases import (
    ASKED,
    CONTINUE,
    GREEN,
    POLITE,
    TALK,
    a_judge,
    calls,
    finish,
    given,
    raw,
    says,
    statuses,
    tools_of,
    verdict,
)
from scenario import JudgeAgent, JudgmentRequest, ModelConfig, ScenarioResult
from scenario._judge import DEFAULT_TOKEN_THRESHOLD
from scenario._models.port import ModelReply
from scenario.checks import never_said, said
from scenario.errors import ConfigError, ModelError
from scenario.types import FaultKind, RunOutcome
from support import agent, play, user

BOTH = (POLITE, GREEN)


async def test_a_verdict_costs_one_call():
    result, model = await verdict(finish(c1="passed"))
    assert (result.success, result.passed_criteria, len(model.requests)) == (True, [POLITE], 1)


async def test_a_failed_criterion_fails_the_verdict():
    result, _ = await verdict(finish("no tea", c1="passed", c2="failed"), criteria=BOTH)
    assert (result.success, result.reasoning) == (False, "no tea")
    assert (result.passed_criteria, result.failed_criteria, result.inconclusive_criteria) == (
        [POLITE],
        [GREEN],
        [],
    )
    assert (result.outcome, result.fault.kind) == (RunOutcome.FAILED, FaultKind.AGENT)


async def test_an_inconclusive_criterion_counts_as_failed_and_as_inconclusive():
    result, _ = await verdict(finish(c1="inconclusive"))
    assert not result.success
    assert result.failed_criteria == result.inconclusive_criteria == [POLITE]
    assert result.outcome is RunOutcome.INCONCLUSIVE


async def test_each_criterion_has_its_reasoning_and_evidence():
    result, _ = await verdict(finish(c1=says("passed", "good MORNING", reasoning="It greets.")))
    (each,) = result.criteria
    assert (each.reasoning, each.supported) == ("It greets.", True)
    assert [str(place) for place in each.evidence] == ["message 1: Good morning"]


async def test_a_verdict_whose_quote_is_not_there_is_unsupported_and_says_so():
    result, _ = await verdict(finish("It was kind.", c1=says("passed", "You are welcome", reasoning="Kind.")))
    (each,) = result.criteria
    assert (each.status.value, each.evidence, each.supported) == ("passed", (), False)
    assert each.reasoning == "Kind. (unsupported: a quote is not in the conversation: 'You are welcome')"
    assert result.reasoning.startswith(f"It was kind.\nThe verdict on {POLITE!r} is not supported")


async def test_an_invented_quote_beside_a_real_one_is_named():
    result, _ = await verdict(finish(c1=says("passed", "green tea", "black tea", "milk")))
    assert result.criteria[0].supported
    assert result.criteria[0].reasoning == "because (quotes are not in the conversation: 'black tea', 'milk')"


async def test_b26_a_verdict_leaves_the_conversation_to_the_engine():
    result, _ = await verdict(finish(c1="passed"))
    assert result.messages == []
    judge, _ = a_judge(finish(c1="passed"))
    played, _ = await play(
        [user(), agent("Tea?"), judge], [scenario.user(), scenario.agent(), scenario.judge()]
    )
    assert [message["content"] for message in played.messages] == ["hello", "Tea?"]


async def test_b24_reversed_keys_of_an_older_reply_reach_the_right_criteria():
    old = raw({"the_agent_offers_green_tea": "false", "the_agent_is_polite": "true"}, verdict="failure")
    result, _ = await verdict(old, criteria=BOTH)
    assert statuses(result) == {POLITE: "passed", GREEN: "failed"}


async def test_b24_an_older_reply_with_success_and_no_criteria_is_no_success():
    result, model = await verdict(raw({}, verdict="success"), raw({}, verdict="success"))
    assert not result.success
    assert (statuses(result), len(model.requests)) == ({POLITE: "inconclusive"}, 2)


@pytest.mark.parametrize("overall", ["failure", "inconclusive", "who knows"])
async def test_an_older_reply_that_objects_to_the_run_is_no_success(overall):
    result, _ = await verdict(raw({"c1": "true"}, verdict=overall))
    assert (result.success, result.passed_criteria) == (False, [POLITE])
    assert (result.fault.kind, result.outcome) == (FaultKind.JUDGE, RunOutcome.INCONCLUSIVE)
    assert result.reasoning.splitlines()[1].startswith("The judge finds every criterion met and does not")


async def test_a_checkpoint_that_the_judge_fails_to_decide_is_the_judges_fault():
    judge, _ = a_judge("hm", "hm")
    result, _ = await play([judge], [scenario.judge([POLITE])])
    assert (result.fault.kind, result.inconclusive_criteria) == (FaultKind.JUDGE, [POLITE])


async def test_b24_what_is_missing_is_asked_for_once_more():
    result, model = await verdict(finish(c1="passed"), finish(c2="passed"), criteria=BOTH)
    assert result.success
    answer = model.requests[1].messages[-1]
    assert (answer["role"], answer["content"]) == ("tool", "No clear verdict under c2.")
    assert tools_of(model.requests[1]) == ["finish_test"]


async def test_b24_what_is_missing_twice_is_inconclusive():
    result, model = await verdict(finish(c1="passed"), finish(c1="passed"), criteria=BOTH)
    assert statuses(result) == {POLITE: "passed", GREEN: "inconclusive"}
    assert (result.success, len(model.requests)) == (False, 2)
    assert result.fault.kind is FaultKind.JUDGE
    assert "No clear verdict under c2." in result.fault.reason


async def test_b24_an_unknown_key_is_asked_about_once_and_then_passed_over():
    result, model = await verdict(finish(c1="passed", c9="passed"), finish(c1="passed", c9="failed"))
    assert (result.success, len(model.requests)) == (True, 2)


async def test_a_failed_criterion_stays_the_agents_fault_when_another_is_missing():
    result, _ = await verdict(finish(c1="failed"), finish(c1="failed"), criteria=BOTH)
    assert (result.fault.kind, result.outcome) == (FaultKind.AGENT, RunOutcome.FAILED)


async def test_b25_criteria_in_other_alphabets_are_told_apart():
    result, model = await verdict(finish(c1="passed", c2="failed"), criteria=("有礼貌", "有绿茶"))
    assert statuses(result) == {"有礼貌": "passed", "有绿茶": "failed"}
    (tool,) = model.requests[0].tools
    form = tool["function"]["parameters"]["properties"]["criteria"]
    assert form["required"] == ["c1", "c2"]
    assert [each["description"] for each in form["properties"].values()] == ["有礼貌", "有绿茶"]


async def test_b27_a_judge_that_continues_although_forced_is_asked_once_more():
    result, model = await verdict(CONTINUE, finish(c1="passed"))
    assert (result.success, len(model.requests)) == (True, 2)


async def test_b27_a_judge_that_continues_twice_although_forced_leaves_all_undecided():
    result, model = await verdict(CONTINUE, CONTINUE, criteria=BOTH)
    assert (result.success, len(model.requests)) == (False, 2)
    assert statuses(result) == {POLITE: "inconclusive", GREEN: "inconclusive"}
    assert result.fault.kind is FaultKind.JUDGE
    assert "finish_test is the only answer" in result.reasoning


async def test_b27_text_in_place_of_a_tool_call_is_asked_about_once_more():
    result, model = await verdict("It passed, great!", finish(c1="passed"))
    assert result.success
    assert [message["role"] for message in model.requests[1].messages[-2:]] == ["assistant", "user"]


async def test_b27_text_twice_is_inconclusive_and_never_passed():
    result, model = await verdict("The test passed.", "success")
    assert (result.success, statuses(result), len(model.requests)) == (False, {POLITE: "inconclusive"}, 2)
    assert "You called no tool: 'success'. Answer by calling a tool." in result.fault.reason


async def test_an_empty_reply_is_asked_about_without_an_empty_message():
    _, model = await verdict(ModelReply(None), finish(c1="passed"))
    assert [message["role"] for message in model.requests[1].messages] == ["system", "user", "user"]


async def test_every_call_of_a_reply_that_does_not_count_is_answered():
    wrong = calls(("finish_test", {}), ("finish_test", {}))
    _, model = await verdict(wrong, finish(c1="passed"))
    said_then = model.requests[1].messages
    assert [message.get("tool_call_id") for message in said_then[-2:]] == ["id0", "id1"]
    assert len(said_then[-3]["tool_calls"]) == 2


async def test_forced_only_the_verdict_is_offered():
    _, model = await verdict(finish(c1="passed"))
    (request,) = model.requests
    assert tools_of(request) == ["finish_test"]
    assert request.tool_choice == {"type": "function", "function": {"name": "finish_test"}}


async def test_unasked_the_judge_may_continue():
    result, model = await verdict(CONTINUE, request=None)
    assert result == []
    assert (tools_of(model.requests[0]), model.requests[0].tool_choice) == (
        ["continue_test", "finish_test"],
        "required",
    )


@pytest.mark.parametrize(
    "decided", [{"c1": "passed", "c2": "passed"}, {"c1": "failed", "c2": "inconclusive"}]
)
async def test_unasked_a_verdict_that_stands_ends_the_conversation(decided):
    result, _ = await verdict(finish(**decided), criteria=BOTH, request=None)
    assert isinstance(result, ScenarioResult)


@pytest.mark.parametrize(
    "replies",
    [
        [finish(c1="passed", c2="inconclusive")],
        [finish(c1="passed"), finish(c1="passed")],
        [raw({"c1": True, "c2": True}, verdict="inconclusive")],
        ["It passed.", "It passed."],
    ],
)
async def test_unasked_a_verdict_that_is_inconclusive_goes_on(replies):
    result, _ = await verdict(*replies, criteria=BOTH, request=None)
    assert result == []


async def test_the_last_turn_forces_a_verdict():
    for turn, forced in ((3, False), (4, True)):
        _, model = await verdict(finish(c1="passed"), request=None, turn=turn, max_turns=5)
        assert (tools_of(model.requests[0]) == ["finish_test"]) is forced


async def test_a_run_ends_on_its_last_turn_with_the_verdict():
    judge, model = a_judge(CONTINUE, CONTINUE, finish(c1="inconclusive"))
    result, _ = await play([user(), agent("Tea?"), judge], max_turns=3)
    assert (result.outcome, len(model.requests), len(result.messages)) == (RunOutcome.INCONCLUSIVE, 3, 6)


async def test_a_run_ends_as_soon_as_the_judge_says_so():
    judge, _ = a_judge(CONTINUE, finish(c1="passed"))
    result, _ = await play([user(), agent("Tea?"), judge], max_turns=9)
    assert (result.success, len(result.messages)) == (True, 4)


async def test_checkpoints_are_judged_by_their_own_criteria():
    judge, model = a_judge(finish(c1="passed"), finish(c1="failed"))
    script = [scenario.judge([GREEN], additional_context="It is Monday."), scenario.judge()]
    result, _ = await play([judge], script)
    assert (result.passed_criteria, result.failed_criteria) == ([GREEN], [POLITE])
    asked = [request.messages[1]["content"] for request in model.requests]
    assert [GREEN in text for text in asked] == ["It is Monday." in text for text in asked] == [True, False]


async def test_without_criteria_no_model_is_asked():
    result, model = await verdict(criteria=())
    assert (result.success, model.requests) == (False, [])
    assert result.reasoning.startswith("The judge has no criteria")
    assert (await verdict(criteria=(), request=None))[0] == []


async def test_checks_come_first_and_one_that_failed_costs_no_call():
    mixed = (POLITE, never_said("tea"), GREEN)
    result, model = await verdict(criteria=mixed)
    assert (result.success, model.requests) == (False, [])
    assert statuses(result) == {POLITE: "inconclusive", "never_said('tea')": "failed", GREEN: "inconclusive"}
    assert result.criteria[0].reasoning == "Not judged, as a check has failed already"
    assert result.reasoning == "never_said('tea'): the agent said it"
    assert result.fault.kind is FaultKind.AGENT


async def test_unasked_a_check_that_failed_for_good_ends_the_conversation_without_a_call():
    result, model = await verdict(criteria=(POLITE, never_said("tea")), request=None)
    assert (result.success, model.requests) == (False, [])


async def test_unasked_a_check_that_may_still_pass_costs_no_call():
    result, model = await verdict(criteria=(POLITE, said("coffee")), request=None)
    assert (result, model.requests) == ([], [])


async def test_texts_and_checks_make_one_verdict_in_the_order_given():
    result, _ = await verdict(finish("all fine", c1="passed"), criteria=(said("green"), POLITE))
    assert (result.success, result.reasoning) == (True, "all fine")
    assert result.passed_criteria == ["said('green')", POLITE]


async def test_a_check_that_cannot_be_decided_is_named_beside_the_judges_words():
    slow = scenario.checks.replied_within(1)
    result, _ = await verdict(finish("all fine", c1="passed"), criteria=(POLITE, slow))
    assert not result.success
    assert result.reasoning.splitlines()[1:] == ["all fine"]
    assert (await verdict(finish(c1="passed"), criteria=(POLITE, slow), request=None))[0] == []


async def test_in_the_first_min_turns_turns_the_judge_does_not_decide_by_itself():
    answers = []
    for turn in (0, 1, 2):
        answer, model = await verdict(finish(c1="passed"), options={"min_turns": 2}, request=None, turn=turn)
        answers.append((answer == [], len(model.requests)))
    assert answers == [(True, 0), (True, 0), (False, 1)]


async def test_min_turns_does_not_hold_back_a_verdict_that_is_asked_for():
    options = {"min_turns": 5}
    assert (await verdict(finish(c1="passed"), options=options))[0].success
    assert (await verdict(finish(c1="passed"), options=options, request=None, turn=2, max_turns=3))[0].success


async def test_context_comes_from_the_judge_and_from_the_request():
    request = JudgmentRequest(additional_context="The shop is closed.")
    _, model = await verdict(
        finish(c1="passed"), options={"additional_context": "It is Sunday."}, request=request
    )
    sections = model.requests[0].messages[1]["content"].split("\n\n")
    assert sections[1:3] == [
        f"<context>\n{text}\n</context>" for text in ("It is Sunday.", "The shop is closed.")
    ]


async def test_a_system_prompt_of_ones_own_replaces_the_instructions():
    _, model = await verdict(finish(c1="passed"), options={"system_prompt": "Be strict."})
    first, second = model.requests[0].messages
    assert first == {"role": "system", "content": "Be strict."}
    assert POLITE in second["content"]


async def test_parameters_reach_the_model():
    options = {"temperature": 0.3, "max_tokens": 99, "seed": 7}
    _, model = await verdict(finish(c1="passed"), options=options)
    (request,) = model.requests
    assert (request.temperature, request.max_tokens, request.extra) == (0.3, 99, {"seed": 7})


def test_b28_an_explicit_temperature_of_zero_wins_over_the_config():
    config = ModelConfig(model="openai/gpt", temperature=0.7, max_tokens=5)
    judge = JudgeAgent(criteria=[POLITE], model=config, temperature=0.0)
    (voter,) = judge._voters
    assert (voter.temperature, voter.max_tokens) == (0.0, 5)
    assert JudgeAgent(criteria=[POLITE], model=config)._voters[0].temperature == 0.7


async def test_nothing_that_the_judge_is_given_is_changed():
    messages = copy.deepcopy(TALK)
    request = JudgmentRequest(criteria=[POLITE])
    await verdict(CONTINUE, finish(c1="passed"), messages=messages, request=request)
    assert (messages, request.criteria) == (TALK, [POLITE])


async def test_b29_the_judgements_of_several_runs_go_on_at_once():
    """Every reply waits until all four judges have been asked: one that blocked the loop would wait for ever."""
    everybody, asked = asyncio.Event(), []

    async def patient(request):
        asked.append(request)
        if len(asked) == 4:
            everybody.set()
        await everybody.wait()
        return finish(c1="passed")

    judge, _ = a_judge(default=patient)
    runs = [
        scenario.arun(f"{number}", "", [agent("Tea?"), judge], script=[scenario.agent(), scenario.judge()])
        for number in range(4)
    ]
    results = await asyncio.wait_for(asyncio.gather(*runs), 10)
    assert all(result.success for result in results)


async def test_b29_one_judge_serves_several_threads_at_once():
    everybody = threading.Barrier(3)

    def patient(request):
        everybody.wait(10)
        return finish(c1="passed")

    judge, _ = a_judge(default=patient)
    runs = [
        scenario.run(f"{number}", "", [agent("Tea?"), judge], script=[scenario.agent(), scenario.judge()])
        for number in range(3)
    ]
    assert all(await asyncio.gather(*runs))


async def test_b32_a_judges_result_can_be_dumped_without_a_warning():
    message = {"role": "user", "content": [{"type": "text", "text": "Tea?"}]}
    judge, _ = a_judge(finish(c1=says("passed", "Tea?", message=0)))
    result, _ = await play([user(), judge], [scenario.message(message), scenario.judge()])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert result.model_dump()["criteria"][0]["evidence"] == ({"message": 0, "quote": "Tea?"},)
        assert '"quote":"Tea?"' in result.model_dump_json()


async def test_a_model_that_cannot_be_had_ends_the_run_with_its_error():
    gone = ModelError("gone", provider="openai", model="gpt")
    judge, _ = a_judge(gone)
    with pytest.raises(ModelError, match="gone"):
        await judge.call(given())


async def test_what_a_judgement_used_counts_as_the_judges():
    judge, _ = a_judge(CONTINUE, finish(c1="passed"))
    result, _ = await play([agent(), judge], [scenario.judge()])
    assert result.usage.judge.calls == 2


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"votes": 0}, "`votes` is a whole number, at least 1"),
        ({"agreement": 1}, "`agreement` is a share from 0 to below 1"),
        ({"agreement": -0.1}, "`agreement` is a share from 0 to below 1"),
        ({"min_turns": -1}, "`min_turns` is a whole number, 0 or more"),
        ({"models": []}, "`models` is at least one model"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(options, text):
    with pytest.raises(ConfigError, match=text):
        JudgeAgent(criteria=[said("tea")], **options)


@pytest.mark.parametrize("criterion", [7, None, lambda state: True])
def test_a_criterion_is_a_text_or_a_check(criterion):
    with pytest.raises(ConfigError, match="a criterion is a text or a check, not "):
        JudgeAgent(criteria=[criterion], model="openai/gpt")


def test_the_threshold_is_the_documented_one():
    assert JudgeAgent().token_threshold == DEFAULT_TOKEN_THRESHOLD


def test_a_judge_has_a_model_or_models_not_both():
    with pytest.raises(ConfigError, match="in the place of `model`"):
        JudgeAgent(criteria=[POLITE], model="openai/a", models=["openai/b"])


async def test_asked_by_name_or_not_a_judge_keeps_nothing_between_calls():
    judge, _ = a_judge(default=finish(c1="passed"))
    before = dict(vars(judge))
    await judge.call(given(request=ASKED))
    assert vars(judge) == before
