"""Replies that no model should give, and some do, when they are caught in a loop."""

from __future__ import annotations

import time

import pytest

from scenario._judge.case import Case, keyed
from scenario._judge.reply import Unusable
from scenario._judge.reply import read_reply as read_verdict
from scenario._simulator.guards import Background
from scenario._simulator.reply import Again, Leave, Say, read_reply
from scenario.models import ModelReply
from scenario.testing import ScriptedModel

DEEP = '{"a":' * 20_000
SAID = Background(own=["My parcel has not come."])


@pytest.mark.parametrize(
    "reply", [ModelReply(DEEP), ScriptedModel.call("leave_conversation", DEEP)], ids=["text", "call"]
)
def test_what_is_nested_without_end_breaks_nothing(reply):
    assert isinstance(read_reply(reply, SAID), Again if reply.tool_calls else Say)
    assert isinstance(read_verdict(reply, Case(keyed(["polite"]), [])), Unusable)


def test_a_leave_after_much_else_is_found_and_what_is_before_it_is_not_searched_over_and_over():
    leaves = '{"leave_conversation": {"kind": "done", "reason": "it is found"}}'
    began = time.process_time()
    move = read_reply(ModelReply("Thanks!\n" + "{\n" * 100_000 + leaves), SAID)
    assert (
        time.process_time() - began < 8
    )  # it would be some 16 seconds, and four times that for twice as much
    assert isinstance(move, Leave)
