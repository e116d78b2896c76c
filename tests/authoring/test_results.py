"""scenario.types: ScenarioResult, CriterionResult, Evidence, UserEnding, AgentRole."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import scenario.message_types
import scenario.types
from authoring.conversations import agent_calls, agent_says, call
from scenario import (
    AgentRole,
    CriterionResult,
    CriterionStatus,
    EndingKind,
    Evidence,
    ScenarioResult,
    UserEnding,
)

PASSED, FAILED, INCONCLUSIVE = CriterionStatus.PASSED, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE


def test_a_result_needs_its_success_and_its_messages():
    result = ScenarioResult(success=True, messages=[])
    assert (result.reasoning, result.total_time, result.agent_time, result.ending) == (None, None, None, None)
    assert result.turns is None
    assert result.passed_criteria == result.failed_criteria == result.inconclusive_criteria == []
    assert result.criteria == []


@pytest.mark.parametrize("missing", [{"success": True}, {"messages": []}])
def test_a_result_without_one_of_them_is_refused(missing):
    with pytest.raises(ValidationError):
        ScenarioResult(**missing)


def test_results_do_not_share_their_lists():
    ScenarioResult(success=True, messages=[]).passed_criteria.append("a")
    assert ScenarioResult(success=True, messages=[]).passed_criteria == []


@pytest.mark.parametrize("success", [True, False])
def test_a_result_is_true_when_it_is_a_success(success):
    assert bool(ScenarioResult(success=success, messages=[])) is success


@pytest.mark.parametrize(("success", "status"), [(True, "PASSED"), (False, "FAILED")])
def test_a_result_prints_its_outcome_without_the_conversation(success, status):
    result = ScenarioResult(success=success, messages=[agent_says("hi")], reasoning="it's so")
    assert repr(result) == f'ScenarioResult(success={success}, status={status}, reasoning="it\'s so")'


def test_a_subclass_prints_its_own_name():
    class Graded(ScenarioResult):
        grade: int = 1

    assert repr(Graded(success=True, messages=[])).startswith("Graded(success=True")


def test_a_result_finds_the_tool_calls_of_its_conversation():
    talk = [
        agent_calls(call("find")),
        agent_says("hi", tool_calls=None),
        agent_calls(call("pay"), call("find")),
    ]
    result = ScenarioResult(success=True, messages=talk)
    assert [each["function"]["name"] for each in result.tool_calls()] == ["find", "pay", "find"]
    assert result.tool_calls("pay") == [call("pay")]
    assert ScenarioResult(success=True, messages=[]).tool_calls() == []


def test_a_result_reads_as_a_transcript():
    result = ScenarioResult(success=True, messages=[agent_says("hi"), agent_calls(call("find"))])
    assert result.transcript() == "assistant: hi\nassistant calls find({})"


def test_a_result_survives_json():
    verdict = CriterionResult("polite", FAILED, "it was not", (Evidence(0, "hey"),))
    result = ScenarioResult(
        success=False,
        messages=[agent_says("hey")],
        criteria=[verdict],
        ending=UserEnding(EndingKind.GAVE_UP, "no help", "bye"),
    )
    assert ScenarioResult.model_validate_json(result.model_dump_json()) == result


@pytest.mark.parametrize(("status", "passed"), [(PASSED, True), (FAILED, False), (INCONCLUSIVE, False)])
def test_a_verdict_is_true_when_the_criterion_is_met(status, passed):
    verdict = CriterionResult("polite", status)
    assert verdict.passed is bool(verdict) is passed


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        (CriterionResult("polite", PASSED), "polite: passed"),
        (CriterionResult("polite", FAILED, "it was not"), "polite: failed, it was not"),
        (CriterionResult("polite", INCONCLUSIVE), "polite: inconclusive"),
        (
            CriterionResult("polite", FAILED, "no", (Evidence(2, "hey"), Evidence(None, "slow"))),
            "polite: failed, no\n  message 2: hey\n  slow",
        ),
    ],
)
def test_a_verdict_reads_as_a_line_and_its_evidence(verdict, shown):
    assert str(verdict) == shown


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (EndingKind.DONE, "The user was done: so"),
        (EndingKind.GAVE_UP, "The user gave up: so"),
        (EndingKind.HANDED_OVER, "The user was handed over: so"),
        (EndingKind.OUT_OF_SCOPE, "The user was out of scope: so"),
    ],
)
def test_an_ending_reads_as_a_sentence_about_the_user(kind, shown):
    assert str(UserEnding(kind, "so")) == shown


def test_roles_have_their_names_and_their_order():
    assert [role.value for role in AgentRole] == ["User", "Agent", "Judge"]


@pytest.mark.parametrize("module", [scenario.types, scenario.message_types])
def test_every_promised_type_exists_at_run_time(module):
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_a_message_type_makes_a_plain_dictionary():
    made = scenario.types.ChatCompletionUserMessageParamWithTrace(
        role="user", content="hi", trace_id="0" * 32
    )
    assert made == {"role": "user", "content": "hi", "trace_id": "0" * 32}
