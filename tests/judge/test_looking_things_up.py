"""Long conversations and many spans: an outline, tools to look into it, and a verdict in the end."""

from __future__ import annotations

import pytest

from judge.cases import (
    CONTINUE,
    POLITE,
    TALK,
    a_judge,
    calls,
    finish,
    given,
    says,
    statuses,
    tools_of,
    verdict,
)
from judge.spans import Spans
from scenario._judge.trace_tools import MOST_CHARACTERS
from scenario.testing import ScriptedModel
from scenario.types import FaultKind

LONG = [*TALK, {"role": "assistant", "content": "word " * 200 + "the needle is here"}]
SMALL = {"token_threshold": 50}
GREP = ScriptedModel.call("grep_transcript", {"pattern": "NEEDLE"})


async def judged(*replies, messages=LONG, **options):
    result, model = await verdict(*replies, messages=messages, options={**SMALL, **options})
    return result, model.requests


def answer_to(request):
    (message,) = [message for message in request.messages if message["role"] == "tool"][-1:]
    return message["content"]


async def test_a_long_conversation_is_shown_in_outline_with_tools_to_look_into_it():
    _, (request,) = await judged(finish(c1="passed"))
    shown = request.messages[1]["content"]
    assert "the needle" not in shown
    assert "#2 assistant (1,018 characters)\n| word word" in shown
    assert tools_of(request) == ["expand_transcript", "grep_transcript", "finish_test"]
    assert request.tool_choice == "required"


async def test_a_short_conversation_is_shown_in_full_without_such_tools():
    _, (request,) = await judged(finish(c1="passed"), token_threshold=2000)
    assert "the needle" in request.messages[1]["content"]
    assert tools_of(request) == ["finish_test"]


async def test_what_is_looked_up_is_shown_and_the_verdict_can_quote_it():
    result, (_, second) = await judged(GREP, finish(c1=says("passed", "needle is here", message=2)))
    assert answer_to(second).endswith("the needle is here")
    assert (result.success, result.criteria[0].supported) == (True, True)


@pytest.mark.parametrize("indices", [[2, 0, 2], ["#2", 0], "2", 2])
async def test_messages_are_shown_by_their_numbers(indices):
    _, (_, second) = await judged(
        ScriptedModel.call("expand_transcript", {"indices": indices}), finish(c1="passed")
    )
    assert answer_to(second).startswith("#2 assistant\n| word")


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (("expand_transcript", {"indices": [7]}), "There is no message 7: they go from 0 to 2."),
        (("expand_transcript", {}), "Name at least one message: they go from 0 to 2."),
        (("grep_transcript", {"pattern": "coffee"}), "No message holds 'coffee'."),
        (("grep_transcript", {"pattern": None}), "Name the words to look for."),
    ],
)
async def test_a_look_that_finds_nothing_says_so(call, answer):
    _, (_, second) = await judged(calls(call), finish(c1="passed"))
    assert answer_to(second) == answer


async def test_a_search_shows_20_messages_and_names_the_others():
    many = [{"role": "user", "content": f"tea {number} " + "." * 40} for number in range(25)]
    _, (_, second) = await judged(
        ScriptedModel.call("grep_transcript", {"pattern": "tea"}), finish(c1="passed"), messages=many
    )
    assert answer_to(second).endswith("5 more: 20, 21, 22, 23, 24")


async def test_what_is_looked_up_has_a_limit():
    huge = [{"role": "user", "content": "tea" * 20_000}]
    call = ScriptedModel.call("expand_transcript", {"indices": [0]})
    _, (_, second) = await judged(call, finish(c1="passed"), messages=huge)
    assert len(answer_to(second)) < MOST_CHARACTERS + 100
    assert "more characters. Ask for less at once.]" in answer_to(second)


async def test_several_looks_in_one_reply_are_one_step():
    two = calls(("grep_transcript", {"pattern": "tea"}), ("expand_transcript", {"indices": [2]}))
    _, (_, second) = await judged(two, finish(c1="passed"), max_discovery_steps=2)
    assert [m["tool_call_id"] for m in second.messages if m["role"] == "tool"] == ["id0", "id1"]
    assert "grep_transcript" in tools_of(second)


async def test_when_the_steps_are_used_up_the_verdict_is_asked_for_from_what_is_known():
    result, requests = await judged(GREP, GREP, finish(c1="passed"), max_discovery_steps=2)
    assert (result.success, len(requests)) == (True, 3)
    assert tools_of(requests[2]) == ["finish_test"]
    assert requests[2].messages[-1]["content"].startswith("There is no more looking things up.")


async def test_unasked_too_only_the_verdict_is_left_when_the_steps_are_used_up():
    judge, model = a_judge(GREP, finish(c1="passed"), max_discovery_steps=1, **SMALL)
    assert (await judge.call(given(LONG, request=None))).success
    assert (tools_of(model.requests[1]), model.requests[1].tool_choice["type"]) == (
        ["finish_test"],
        "function",
    )


async def test_b30_a_look_after_the_last_step_is_refused_once_and_then_nothing_is_decided():
    result, requests = await judged(GREP, GREP, GREP, max_discovery_steps=1)
    assert (result.success, statuses(result), len(requests)) == (False, {POLITE: "inconclusive"}, 3)
    assert (tools_of(requests[1]), tools_of(requests[2])) == (["finish_test"], ["finish_test"])
    assert result.fault.kind is FaultKind.JUDGE
    assert "Nothing can be looked up any more." in result.fault.reason


async def test_b30_a_verdict_after_a_refused_look_counts():
    result, requests = await judged(GREP, GREP, finish(c1="passed"), max_discovery_steps=1)
    assert (result.success, len(requests)) == (True, 3)


async def test_a_judge_that_may_not_look_gets_the_outline_and_the_verdict_only():
    _, (request,) = await judged(finish(c1="passed"), max_discovery_steps=0)
    assert tools_of(request) == ["finish_test"]
    assert "Look up what you need" not in request.messages[1]["content"]


async def test_unasked_a_judge_may_look_and_then_continue():
    judge, model = a_judge(GREP, CONTINUE, **SMALL)
    assert await judge.call(given(LONG, request=None)) == []
    assert tools_of(model.requests[1]) == [
        "expand_transcript",
        "grep_transcript",
        "continue_test",
        "finish_test",
    ]


async def test_the_spans_of_the_agent_are_shown():
    spans = Spans()
    with spans.call("MyAgent", "Agent"), spans.span("look it up", answer=42):
        pass
    _, (request,) = await judged(finish(c1="passed"), token_threshold=9000, span_collector=spans)
    shown = request.messages[1]["content"]
    assert "look it up" in shown
    assert "answer: 42" in shown


async def test_without_spans_nothing_is_said_of_them():
    _, (request,) = await judged(finish(c1="passed"))
    assert "<spans>" not in request.messages[1]["content"]


async def test_the_spans_of_simulated_users_and_judges_are_not_shown():
    spans = Spans()
    with spans.call("Simulator", "User"), spans.span("chat", words="the user's prompt"):
        pass
    with spans.call("JudgeAgent", "Judge"), spans.span("chat", words="the judge's prompt"):
        pass
    _, (request,) = await judged(finish(c1="passed"), span_collector=spans)
    assert "<spans>" not in request.messages[1]["content"]


async def test_many_spans_are_shown_in_outline_with_tools_to_look_into_them():
    spans = Spans()
    with spans.call("MyAgent", "Agent"):
        for number in range(40):
            with spans.span(f"step {number}", note=f"a note of some length about {number}"):
                pass
    look = calls(
        ("grep_trace", {"pattern": "about 7"}), ("expand_trace", {"span_ids": [spans.id_of("step 9")]})
    )
    result, (first, second) = await judged(
        look, finish(c1=says("passed", "length about 9", message=-1)), messages=TALK, span_collector=spans
    )
    assert "step 39" in first.messages[1]["content"]
    assert "length" not in first.messages[1]["content"]
    assert tools_of(first) == ["expand_trace", "grep_trace", "finish_test"]
    grepped, expanded = [m["content"] for m in second.messages if m["role"] == "tool"]
    assert "a note of some length about 7" in grepped
    assert "step 9" in expanded
    assert [str(place) for place in result.criteria[0].evidence] == ["length about 9"]
