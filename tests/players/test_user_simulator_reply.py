"""scenario._simulator.reply: what a reply of the model means."""

from __future__ import annotations

import json

import pytest

from scenario import EndingKind, UserEnding
from scenario._models.port import ModelReply, ToolCall
from scenario._simulator.guards import Background, Flaw
from scenario._simulator.reply import Again, Leave, Say, read_reply
from scenario.testing import ScriptedModel

TALK = Background(own=["my lamp is broken"], heard=["A refund is on its way."])
DONE = {"kind": "done", "reason": "a refund is on its way"}


def leave(arguments, content=None):
    return ScriptedModel.call("leave_conversation", arguments, content=content)


def read(reply, background=TALK, **options):
    return read_reply(ModelReply(reply) if isinstance(reply, str) else reply, background, **options)


def flaw(move):
    assert isinstance(move, Again)
    return move.finding.flaw


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("refund please", "refund please"),
        ("  refund please\n", "refund please"),
        ('"refund please"', "refund please"),
        ("“refund please”", "refund please"),
        ("User: refund please", "refund please"),
        ("**Customer:** refund please", "refund please"),
        ('the mail said "soon" and "sorry"', 'the mail said "soon" and "sorry"'),
    ],
)
def test_a_text_is_said_without_what_is_no_part_of_it(written, said):
    assert read(written) == Say(said)


@pytest.mark.parametrize("kind", EndingKind)
def test_a_call_of_the_tool_is_an_end_of_its_kind(kind):
    arguments = {"kind": kind.value.replace(" ", "_"), "reason": "so"}
    assert read(leave(arguments)) == Leave(UserEnding(kind, "so", None))


@pytest.mark.parametrize("kind", ["gave up", "Gave_Up", " gave-up "])
def test_a_kind_may_be_spelled_otherwise(kind):
    assert read(leave({"kind": kind})) == Leave(UserEnding(EndingKind.GAVE_UP, "no reason given", None))


@pytest.mark.parametrize(
    ("content", "last_words", "message"),
    [
        ("thanks!", None, "thanks!"),
        (None, "bye", "bye"),
        ("thanks!", "bye", "thanks!"),
        (" ", "...", None),
        ('"thanks!"', "", "thanks!"),
    ],
)
def test_last_words_stand_beside_the_call_or_in_it(content, last_words, message):
    move = read(leave({**DONE, "last_words": last_words}, content))
    assert move == Leave(UserEnding(EndingKind.DONE, DONE["reason"], message))


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"leave_conversation": DONE}),
        json.dumps({"name": "leave_conversation", "arguments": DONE}),
        json.dumps({"name": "leave_conversation", "arguments": json.dumps(DONE)}),
        json.dumps({"leave_conversation": DONE}, indent=2),
        f"```json\n{json.dumps({'leave_conversation': DONE})}\n```",
    ],
)
def test_an_end_may_be_written_as_text(written):
    ending = UserEnding(EndingKind.DONE, DONE["reason"], None)
    assert read(written) == Leave(ending)
    assert read(f"thanks!\n{written}") == Leave(UserEnding(EndingKind.DONE, DONE["reason"], "thanks!"))


@pytest.mark.parametrize(
    "reply",
    [
        ScriptedModel.call("refund", {"order": 7}),
        leave("{"),
        leave("[]"),
        leave({"reason": "no kind"}),
        leave({"kind": "bored"}),
        '{"leave_conversation": {"kind": "bored"}}',
    ],
)
def test_a_call_that_means_nothing_is_asked_for_again(reply):
    assert flaw(read(reply)) is Flaw.TOOL


def test_who_has_said_nothing_cannot_leave():
    assert flaw(read(leave(DONE), Background(heard=["Welcome!"]))) is Flaw.EMPTY


def test_last_words_are_looked_at_as_well():
    assert flaw(read(leave(DONE, "How can I help you today?"))) is Flaw.ROLE


def test_a_user_who_may_not_leave_cannot():
    assert flaw(read(leave(DONE), endings=False)) is Flaw.TOOL
    assert not isinstance(read(json.dumps({"leave_conversation": DONE}), endings=False), Leave)


def test_other_json_is_something_to_say():
    pasted = '{"error": "disk full",\n "code": 7}'
    assert read(pasted) == Say(pasted)
    assert read("{not json") == Say("{not json")


def test_a_name_in_front_does_not_hide_a_reply_that_plays_both_sides():
    assert flaw(read("User: refund please\nAssistant: Sure, it is on its way.")) is Flaw.ROLE


def test_quotation_marks_around_it_do_not_hide_a_fault():
    assert flaw(read('"How can I help you today?"')) is Flaw.ROLE


def test_a_reply_that_broke_off_has_to_be_whole_once():
    reply = ModelReply("I ordered a lamp and", finish_reason="length")
    assert flaw(read(reply)) is Flaw.CUT_OFF
    assert read(reply, whole=False) == Say("I ordered a lamp and")


def test_the_filter_of_a_provider_is_named():
    move = read(ModelReply(None, finish_reason="content_filter"))
    assert flaw(move) is Flaw.EMPTY
    assert move.finding.reason == "it is empty (the provider's content filter stopped it)"


def test_a_faulty_reply_is_kept_as_text():
    assert read("").text == ""
    assert read(ModelReply("ok", (ToolCall("1", "refund", "{}"),))).text == "ok\nrefund({})"
