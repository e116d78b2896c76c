"""The conversation: messages, inboxes, views, and cutting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._engine.conversation import Conversation


def _text(number):
    return {"role": "user", "content": str(number)}


def test_a_message_is_new_to_everybody_but_its_author():
    conversation = Conversation(3)
    conversation.append(_text(0), author=1)
    assert [len(conversation.inbox(agent)) for agent in range(3)] == [1, 0, 1]


def test_a_message_without_an_author_is_new_to_everybody():
    conversation = Conversation(2)
    conversation.append(_text(0))
    assert conversation.pending() == {0: [_text(0)], 1: [_text(0)]}


def test_an_agent_that_edits_its_view_does_not_change_the_conversation():
    conversation = Conversation(2)
    conversation.append({"role": "user", "content": [{"type": "text", "text": "a"}]})
    view = conversation.view(0)
    view[0]["content"][0]["text"] = "SMUGGLED"
    view.append({"role": "assistant", "content": "SMUGGLED"})
    assert conversation.messages == [{"role": "user", "content": [{"type": "text", "text": "a"}]}]
    assert conversation.view(1) == conversation.messages


def test_a_view_that_was_made_longer_or_shorter_is_built_afresh():
    conversation = Conversation(1)
    conversation.append(_text(0))
    conversation.view(0).insert(0, {"role": "system", "content": "mine"})
    conversation.append(_text(1))
    assert conversation.view(0) == conversation.messages


def test_a_view_is_extended_in_place_so_that_a_run_stays_linear():
    conversation = Conversation(1)
    conversation.append(_text(0))
    view = conversation.view(0)
    first = view[0]
    conversation.append(_text(1))
    assert conversation.view(0) is view
    assert view[0] is first


def test_the_messages_of_an_inbox_are_those_of_the_view():
    conversation = Conversation(1)
    conversation.append(_text(0))
    assert conversation.inbox(0)[0] is conversation.view(0)[0]


def test_cutting_past_the_end_does_nothing():
    conversation = Conversation(1)
    conversation.append(_text(0))
    assert conversation.cut(1) == conversation.cut(7) == []
    assert conversation.messages == [_text(0)]


def test_cutting_at_a_negative_position_names_it():
    with pytest.raises(ValueError, match=r"index must be >= 0, got -2"):
        Conversation(1).cut(-2)


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from([None, 0, 1, 2])),
        st.tuples(st.just("see"), st.integers(0, 2)),
        st.tuples(st.just("cut"), st.integers(0, 12)),
        st.tuples(st.just("spoil"), st.integers(0, 2)),
    ),
    max_size=40,
)


@given(MOVES)
def test_rollback_and_inboxes_agree_for_any_history(moves):
    """Against the plainest model: a list of messages, and for each agent the list of those it has not seen."""
    conversation, count = Conversation(3), 0
    messages: list[dict[str, str]] = []
    unseen: list[list[dict[str, str]]] = [[], [], []]
    for move, value in moves:
        if move == "say":
            message, count = _text(count), count + 1
            conversation.append(dict(message), author=value)
            messages.append(message)
            for agent in range(3):
                if agent != value:
                    unseen[agent].append(message)
        elif move == "see":
            conversation.empty_inbox(value)
            unseen[value] = []
        elif move == "spoil":
            conversation.view(value).clear()
        else:
            removed = conversation.cut(value)
            assert removed == messages[value:]
            messages = messages[:value]
            unseen = [[message for message in inbox if message in messages] for inbox in unseen]
        assert conversation.messages == messages
        assert [conversation.inbox(agent) for agent in range(3)] == unseen
        assert [conversation.view(agent) for agent in range(3)] == [messages] * 3
        assert list(conversation.pending().values()) == unseen
