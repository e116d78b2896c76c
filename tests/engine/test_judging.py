"""Judges and checks in a script: checkpoints, final verdicts, criteria that stand once."""

from __future__ import annotations

import pytest

import scenario
from scenario import CriterionResult, CriterionStatus, checks
from scenario._engine.spans import score_of
from support import agent, failed, judge, passed, play, user


async def test_a_checkpoint_asks_for_its_criteria_only():
    final = judge(passed("A"))
    await play([final], [scenario.judge(criteria=["A"])])
    assert final.inputs[0].judgment_request.criteria == ["A"]


async def test_judge_without_criteria_asks_for_the_judges_own():
    final = judge(passed())
    await play([final], [scenario.judge()])
    assert final.inputs[0].judgment_request.criteria is None


async def test_while_proceeding_nothing_is_asked_for_and_an_empty_list_goes_on():
    final = judge([], passed())
    result, _ = await play([agent(), final])
    assert final.inputs[0].judgment_request is None
    assert result.success


async def test_passed_checkpoints_without_a_verdict_are_a_success():
    result, told = await play(
        [judge(passed("A"), passed("B"))], [scenario.judge(["A"]), scenario.judge(["B"])]
    )
    assert result.success
    assert result.reasoning == "All inline criteria checkpoints passed"
    assert result.passed_criteria == ["A", "B"]
    assert told.finished.status.value == "SUCCESS"


async def test_a_failed_checkpoint_ends_the_run_with_all_checkpoints():
    verdicts = judge(passed("A"), failed("B", passed_criteria=["C"]))
    result, told = await play([verdicts], [scenario.judge(["A"]), scenario.judge(["B", "C"]), pytest.fail])
    assert not result.success
    assert (result.passed_criteria, result.failed_criteria) == (["A", "C"], ["B"])
    assert result.reasoning == "not fine"
    assert told.finished.results.unmet_criteria == ["B"]


async def test_b2_criteria_stand_once_after_a_final_verdict():
    result, _ = await play(
        [judge(passed("A"), passed("A", "FINAL"))], [scenario.judge(["A"]), scenario.judge()]
    )
    assert result.passed_criteria == ["A", "FINAL"]


async def test_b2_criteria_stand_once_when_the_first_checkpoint_fails():
    result, _ = await play([judge(failed("A", "A"))], [scenario.judge(["A"])])
    assert result.failed_criteria == ["A"]


@pytest.mark.parametrize("ending", [scenario.succeed(), scenario.fail()])
async def test_checkpoints_come_before_the_criteria_of_the_end(ending):
    result, _ = await play([judge(passed("A"))], [scenario.judge(["A"]), ending])
    assert result.passed_criteria == ["A"]


async def test_the_criteria_of_max_turns_include_the_checkpoints():
    result, _ = await play(
        [agent(), judge(passed("A"), [])], [scenario.judge(["A"]), scenario.proceed()], max_turns=1
    )
    assert result.passed_criteria == ["A"]
    assert not result.success


async def test_a_criterion_that_fails_in_the_end_is_not_among_the_passed():
    result, _ = await play([judge(passed("A"), failed("A"))], [scenario.judge(["A"]), scenario.judge()])
    assert (result.passed_criteria, result.failed_criteria) == ([], ["A"])


async def test_a_judge_that_names_no_criteria_is_taken_to_speak_of_those_asked_for():
    result, _ = await play([judge(passed(), failed())], [scenario.judge(["A"]), scenario.judge(["B"])])
    assert (result.passed_criteria, result.failed_criteria) == (["A"], ["B"])


async def test_a_failed_checkpoint_keeps_the_class_of_the_judges_result():
    class Graded(scenario.ScenarioResult):
        grade: str

    graded = Graded(success=False, messages=[], grade="F", failed_criteria=["A"])
    result, _ = await play([judge(graded)], [scenario.judge(["A"])])
    assert isinstance(result, Graded)


async def test_success_with_a_failed_criterion_is_no_passed_checkpoint():
    result, _ = await play([judge(passed(failed_criteria=["A"]))], [scenario.judge(["A"])])
    assert not result.success


@pytest.mark.parametrize("criteria", [[], (), "be nice"])
def test_an_empty_list_or_a_text_is_refused(criteria):
    with pytest.raises(ValueError, match="judge"):
        scenario.judge(criteria=criteria)


async def test_a_judge_that_says_nothing_at_a_checkpoint_records_nothing():
    result, _ = await play([judge([])], [scenario.judge(["A"])])
    assert "the judge was asked and gave no verdict" in result.reasoning


async def test_a_dropped_failure_is_not_forgotten_at_the_end_of_the_script():
    async def drop(state):
        await scenario.judge(["A"])(state)

    result, _ = await play([judge(failed("A"))], [drop])
    assert not result.success
    assert result.failed_criteria == ["A"]


async def test_a_check_in_the_script_is_a_checkpoint():
    script = [scenario.user("u"), scenario.agent(), checks.said("hi")]
    result, told = await play([user(), agent()], script)
    assert result.passed_criteria == ["said('hi')"]
    assert "CheckpointJudged" in told.kinds()


async def test_a_failed_check_ends_the_run_with_its_text_and_evidence():
    result, told = await play([user(), agent()], [scenario.agent(), checks.never_said("hi"), pytest.fail])
    assert not result.success
    assert result.failed_criteria == ["never_said('hi')"]
    assert "message 0: hi" in result.reasoning
    assert result.criteria[0].evidence[0].message == 0
    assert told.finished.status.value == "FAILED"


async def test_a_function_that_returns_a_verdict_is_a_checkpoint():
    verdict = CriterionResult("cheap", CriterionStatus.FAILED, "it costs 3 dollars")
    result, _ = await play([], [lambda state: verdict])
    assert result.failed_criteria == ["cheap"]


async def test_an_inconclusive_verdict_is_no_pass():
    verdict = CriterionResult("cheap", CriterionStatus.INCONCLUSIVE, "no price is known")
    result, _ = await play([], [lambda state: verdict])
    assert not result.success
    assert result.failed_criteria == result.inconclusive_criteria == ["cheap"]


@pytest.mark.parametrize(
    ("result", "score"),
    [
        (passed("a", "b", failed_criteria=["c"]), 2 / 3),
        (passed(), 1.0),
        (failed(), 0.0),
        (failed("a"), 0.0),
    ],
)
def test_b4_the_score_is_the_share_of_criteria_that_passed(result, score):
    assert score_of(result) == score


async def test_checks_that_a_success_passes_over_are_named_in_a_warning():
    with pytest.warns(UserWarning, match=r"never looked at: said\('more'\)"):
        result, _ = await play([agent(), judge(passed())], [scenario.proceed(), checks.said("more")])
    assert result.success


async def test_verdicts_of_one_name_are_joined_by_the_worst():
    worst = [
        CriterionResult("same", CriterionStatus.FAILED, "no"),
        CriterionResult("same", CriterionStatus.PASSED),
    ]
    result, _ = await play([judge(failed(criteria=worst))], [scenario.judge()])
    assert (result.passed_criteria, result.failed_criteria) == ([], ["same"])
