"""scenario.checks: said and never_said."""

from __future__ import annotations

import re

import pytest

from authoring.conversations import agent_calls, agent_says, call, image_part, text_part, tool_says, user_says
from scenario.checks import Subject, never_said, said
from scenario.errors import ScriptError
from scenario.types import CriterionStatus, Evidence

REFUND = [user_says("Where is my refund?"), agent_says("It left on Monday."), agent_says("Anything else?")]


def test_said_passes_when_the_agent_said_it():
    assert said("monday")(REFUND)


def test_said_fails_when_the_agent_did_not_say_it():
    assert said("tuesday")(REFUND).status is CriterionStatus.FAILED


def test_said_looks_only_at_the_agent_unless_told_otherwise():
    assert not said("where")(REFUND)


def test_said_by_the_user_looks_only_at_the_user():
    assert said("where", by="user")(REFUND)
    assert not said("monday", by="user")(REFUND)


def test_a_text_pattern_matches_in_any_case_of_letters():
    assert said("MONDAY")(REFUND)


def test_a_compiled_pattern_keeps_its_own_flags():
    assert not said(re.compile("MONDAY"))(REFUND)


def test_a_pattern_is_a_regular_expression():
    assert said(r"left on \w+day\b")(REFUND)


def test_said_quotes_the_words_that_matched_and_their_message():
    assert said("left on mon")(REFUND).evidence == (Evidence(1, "left on Mon"),)


def test_said_takes_the_first_of_several_matches():
    assert said(r"\?|\.")(REFUND).evidence == (Evidence(1, "."),)


def test_said_that_fails_quotes_the_last_thing_said():
    verdict = said("tuesday")(REFUND)
    assert verdict.reasoning == "the agent did not say it; the last message is the evidence"
    assert verdict.evidence == (Evidence(2, "Anything else?"),)


def test_said_that_fails_shortens_a_long_quote():
    (evidence,) = said("x")([agent_says("word " * 100)]).evidence
    assert len(evidence.quote) == 200
    assert evidence.quote.endswith("…")


def test_said_in_silence_says_that_nothing_was_said():
    verdict = said("hello")([user_says("hello")])
    assert verdict.reasoning == "the agent said nothing at all"
    assert verdict.evidence == ()


def test_said_in_an_empty_conversation_fails():
    assert not said("hello", by="user")([])


def test_said_names_the_user_in_its_reason():
    assert said("where", by="user")(REFUND).reasoning == "the user said it"


def test_said_reads_text_parts():
    assert said("left")([agent_says([image_part(), text_part("It left.")])]).evidence == (
        Evidence(0, "left"),
    )


def test_said_does_not_read_the_data_of_an_image():
    assert not said("base64")([agent_says([image_part(), text_part("Look.")])])


def test_said_passes_over_messages_without_content():
    talk = [agent_calls(call("find_order")), {"role": "assistant"}, agent_says("")]
    assert said("")(talk).reasoning == "the agent said nothing at all"


def test_said_does_not_read_what_tools_say():
    assert not said("secret")([tool_says("secret")])


def test_said_finds_letters_of_any_script():
    assert said("退款")([agent_says("您的退款已寄出 🎉")]).evidence == (Evidence(0, "退款"),)


def test_said_is_settled_once_it_passes():
    assert said("monday").look(Subject.of(REFUND)).settled


def test_said_is_open_while_it_fails():
    assert not said("tuesday").look(Subject.of(REFUND)).settled


def test_never_said_passes_when_the_agent_did_not_say_it():
    verdict = never_said("tuesday")(REFUND)
    assert (verdict.passed, verdict.reasoning) == (True, "the agent did not say it")


def test_never_said_fails_with_every_place_where_it_was_said():
    verdict = never_said(r"[.?]")(REFUND)
    assert verdict.status is CriterionStatus.FAILED
    assert verdict.evidence == (Evidence(1, "."), Evidence(2, "?"))


def test_never_said_by_the_user_does_not_mind_the_agent():
    assert never_said("monday", by="user")(REFUND)


def test_never_said_is_settled_once_it_fails():
    assert never_said("monday").look(Subject.of(REFUND)).settled


def test_never_said_is_open_while_it_passes():
    assert not never_said("tuesday").look(Subject.of(REFUND)).settled


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (said("a b"), "said('a b')"),
        (said("a", by="user"), "said('a', by='user')"),
        (said(re.compile("a+")), "said('a+')"),
        (never_said("a"), "never_said('a')"),
        (never_said("a", by="user"), "never_said('a', by='user')"),
    ],
)
def test_a_check_of_words_is_named_as_it_is_written(check, name):
    assert check.name == name


def test_a_pattern_that_is_no_regular_expression_is_refused_at_once():
    with pytest.raises(ScriptError, match=r"said\('\(a'\): not a regular expression: missing \)"):
        said("(a")


def test_never_said_names_itself_when_it_refuses_a_pattern():
    with pytest.raises(ScriptError, match=r"never_said\('\*'\): not a regular expression"):
        never_said("*")


def test_checks_of_words_with_the_same_pattern_are_equal():
    assert said("a") == said("a")
    assert said("a") != said("a", by="user")
    assert said("a") != never_said("a")
