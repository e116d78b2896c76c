"""votes= and models=: several verdicts, and the majority of them for each criterion."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

import scenario
from judge.cases import CONTINUE, GREEN, POLITE, finish, given, says, statuses
from scenario import CriterionResult, CriterionStatus, JudgeAgent
from scenario._judge.votes import Ballot, tally
from scenario.errors import ModelError
from scenario.testing import ScriptedModel
from scenario.types import FaultKind, RunOutcome
from support import agent, play

GONE = ModelError("the model is gone", provider="openai", model="gpt")


async def voted(*replies, request=True, criteria=(POLITE,), **options):
    """The verdict when each of these replies is a model's."""
    judge = JudgeAgent(criteria=list(criteria), models=[ScriptedModel(reply) for reply in replies], **options)
    return await judge.call(given() if request else given(request=None))


async def test_the_majority_decides_criterion_by_criterion():
    result = await voted(
        finish(c1="passed", c2="failed"),
        finish(c1="passed", c2="passed"),
        finish(c1="failed", c2="failed"),
        criteria=(POLITE, GREEN),
    )
    assert statuses(result) == {POLITE: "passed", GREEN: "failed"}
    assert result.criteria[0].reasoning == "because (votes: 2 passed, 1 failed)"


async def test_votes_that_agree_are_not_counted_out():
    result = await voted(finish(c1="passed"), finish(c1="passed"))
    assert (result.success, result.criteria[0].reasoning) == (True, "because")


async def test_a_split_is_inconclusive_and_names_the_votes():
    result = await voted(
        finish(c1=says("passed", reasoning="kind")), finish(c1=says("failed", reasoning="curt"))
    )
    (each,) = result.criteria
    assert each.status is CriterionStatus.INCONCLUSIVE
    assert each.reasoning == "The votes are split: 1 passed, 1 failed. passed: kind; failed: curt"
    assert result.outcome is RunOutcome.INCONCLUSIVE


@pytest.mark.parametrize(("agreement", "status"), [(0.5, "passed"), (0.66, "passed"), (0.7, "inconclusive")])
async def test_the_majority_must_exceed_the_share_that_is_stated(agreement, status):
    replies = finish(c1="passed"), finish(c1="passed"), finish(c1="failed")
    assert statuses(await voted(*replies, agreement=agreement)) == {POLITE: status}


async def test_half_of_the_votes_is_no_majority_even_when_no_other_verdict_has_as_many():
    replies = [finish(c1=status) for status in ("passed", "passed", "failed", "inconclusive")]
    assert statuses(await voted(*replies)) == {POLITE: "inconclusive"}


async def test_with_a_small_share_a_tie_is_still_undecided():
    replies = finish(c1="passed"), finish(c1="failed")
    assert statuses(await voted(*replies, agreement=0.1)) == {POLITE: "inconclusive"}


async def test_the_evidence_is_that_of_the_majority():
    result = await voted(
        finish(c1=says("passed", "green tea")),
        finish(c1=says("passed", "Good morning", "green tea")),
        finish(c1=says("failed", "Is there tea?", message=0)),
    )
    assert [place.quote for place in result.criteria[0].evidence] == ["green tea", "Good morning"]


async def test_one_supported_vote_of_the_majority_supports_it():
    result = await voted(
        finish(c1=says("passed", "milk", reasoning="one")),
        finish(c1=says("passed", "green", reasoning="two")),
    )
    assert (result.criteria[0].supported, result.criteria[0].reasoning) == (True, "two")


async def test_one_model_can_vote_several_times():
    model = ScriptedModel(finish(c1="passed"), finish(c1="failed"), finish(c1="passed"))
    result = await JudgeAgent(criteria=[POLITE], model=model, votes=3).call(given())
    assert (result.success, len(model.requests)) == (True, 3)


async def test_each_of_several_models_gives_that_many_votes():
    models = [ScriptedModel(default=finish(c1="passed")) for _ in range(2)]
    await JudgeAgent(criteria=[POLITE], models=models, votes=2).call(given())
    assert [len(model.requests) for model in models] == [2, 2]


async def test_the_models_are_asked_at_once():
    everybody, asked = asyncio.Event(), []

    async def patient(request):
        asked.append(request)
        if len(asked) == 3:
            everybody.set()
        await everybody.wait()
        return finish(c1="passed")

    result = await asyncio.wait_for(voted(patient, patient, patient), 10)
    assert result.success


async def test_all_votes_count_in_the_usage():
    judge = JudgeAgent(criteria=[POLITE], model=ScriptedModel(default=finish(c1="passed")), votes=3)
    result, _ = await play([agent(), judge], [scenario.judge()])
    assert result.usage.judge.calls == 3


async def test_a_model_that_cannot_be_had_is_outvoted():
    result = await voted(finish(c1="passed"), GONE, finish(c1="passed"))
    assert result.success


async def test_a_model_that_is_missing_for_a_majority_is_an_error():
    with pytest.raises(ModelError, match="the model is gone"):
        await voted(finish(c1="passed"), GONE, finish(c1="failed"))


async def test_a_vote_that_breaks_ends_the_others():
    cancelled = asyncio.Event()

    async def endless(request):
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(ZeroDivisionError):
        await voted(endless, ZeroDivisionError())
    await asyncio.wait_for(cancelled.wait(), 10)


async def test_a_vote_that_is_unusable_counts_as_undecided():
    judge = JudgeAgent(
        criteria=[POLITE], models=[ScriptedModel("hm", "hm"), ScriptedModel(finish(c1="passed"))]
    )
    result = await judge.call(given())
    assert statuses(result) == {POLITE: "inconclusive"}
    assert result.fault.kind is FaultKind.JUDGE


async def test_unasked_the_majority_decides_whether_the_conversation_goes_on():
    assert await voted(CONTINUE, CONTINUE, finish(c1="failed"), request=False) == []
    assert (await voted(CONTINUE, finish(c1="failed"), finish(c1="failed"), request=False)).failed_criteria
    assert await voted(CONTINUE, finish(c1="failed"), request=False) == []


async def test_unasked_a_share_that_is_small_does_not_outvote_a_majority():
    failed = finish(c1="failed")
    assert (
        await voted(CONTINUE, CONTINUE, failed, failed, failed, agreement=0.1, request=False)
    ).failed_criteria


async def test_unasked_a_missing_model_does_not_matter_when_the_majority_goes_on():
    assert await voted(CONTINUE, CONTINUE, GONE, request=False) == []


def ballots(rows):
    return [
        Ballot(tuple(CriterionResult(f"{at}", status) for at, status in enumerate(row)), f"{row}")
        for row in rows
    ]


ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from(CriterionStatus), min_size=width, max_size=width), min_size=1, max_size=7
    )
)


@given_any(rows=ROWS, agreement=st.floats(0, 1, exclude_max=True))
def test_a_verdict_always_has_more_votes_than_the_share_and_than_any_other(rows, agreement):
    for column, each in zip(zip(*rows, strict=True), tally(ballots(rows), agreement).verdicts, strict=True):
        if each.status is not CriterionStatus.INCONCLUSIVE:
            assert column.count(each.status) > agreement * len(rows)
            assert all(
                column.count(other) < column.count(each.status) for other in set(column) - {each.status}
            )


@given_any(rows=ROWS, agreement=st.floats(0, 1, exclude_max=True), data=st.data())
def test_the_order_of_the_votes_does_not_matter(rows, agreement, data):
    shuffled = data.draw(st.permutations(rows))
    first, second = tally(ballots(rows), agreement), tally(ballots(shuffled), agreement)
    assert [each.status for each in first.verdicts] == [each.status for each in second.verdicts]
