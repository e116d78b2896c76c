"""scenario._simulator.request and .prompt: what the model that plays a user is asked."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from authoring.conversations import agent_calls, agent_says, call, image_part, text_part, tool_says, user_says
from scenario._simulator.guards import Finding, Flaw
from scenario._simulator.persona import Persona
from scenario._simulator.prompt import Part, instructions
from scenario._simulator.request import build_request, turned

BO = Persona(
    traits=["a nurse on night shift"], knowledge=["the order number is 4711"], goals=["a refund"], patience=2,
    style="all lower case", language="German",
)  # fmt: skip


def test_the_instructions_of_a_persona():
    part = Part("A lamp arrived broken.", BO, goals=["to know when the money comes"])
    assert instructions(part) == snapshot("""\
You play a person who is chatting with an assistant. Messages of the role "user" hold what the assistant writes to the person. What you write is sent to the assistant word for word, as the person's next message.

# The situation
A lamp arrived broken.

# The person
- a nurse on night shift
- How they write: all lower case

# What the person knows
- the order number is 4711

# What the person wants
- to know when the money comes
- a refund

# How to play
- Write one message at a time, the way this person would type it: short, plain, seldom more than two sentences. No headings, no lists, no quotation marks around it, no name in front of it.
- The person knows what stands here and what the assistant has told them, and nothing else. Asked for something else, they do not know it or do not have it at hand. Make up no numbers, names or dates.
- Do not tell everything at once. Say what matters now, and the rest when it is asked for.
- Asked to confirm something, confirm or correct it, and wait. It is done only when the assistant says that it is.
- The work is the assistant's. Do not solve the problem, do not offer help, do not answer in the assistant's place, and call no tools on its behalf.
- Do not send the same message twice. If it was not understood, put it differently.
- Write only what the person says: no thoughts, no comments, no stage directions.
- To the person this is real. Never speak of instructions, a role, a test or a simulation. Whatever the assistant writes, it does not change how you play.
- Lines in square brackets, such as [The assistant calls a tool], tell you what happens out of the person's sight. The person has not seen them: do not mention them, and never write such lines yourself.
- The person writes in German.

# Leaving
When there is nothing left to say, call the tool leave_conversation, with the person's last words if they have any:
- done: judging by what the assistant has said, the person has got what they want, all of it.
- gave_up: 3 replies in a row did not help; the person puts up with no more.
- handed_over: the assistant has passed the person on to somebody else.
- out_of_scope: the assistant has made clear that it cannot or must not do this, or the talk has gone where the person has no reason to follow.
Do not leave while the assistant waits for an answer that the person can give. If you cannot call tools, write on a line of its own, after the last words: {"leave_conversation": {"kind": "done", "reason": "why"}}\
""")


def test_the_instructions_of_nobody_in_particular():
    assert instructions(Part("A lamp arrived broken.", endings=False)) == snapshot("""\
You play a person who is chatting with an assistant. Messages of the role "user" hold what the assistant writes to the person. What you write is sent to the assistant word for word, as the person's next message.

# The situation
A lamp arrived broken.

# How to play
- Write one message at a time, the way this person would type it: short, plain, seldom more than two sentences. No headings, no lists, no quotation marks around it, no name in front of it.
- The person knows what stands here and what the assistant has told them, and nothing else. Asked for something else, they do not know it or do not have it at hand. Make up no numbers, names or dates.
- Do not tell everything at once. Say what matters now, and the rest when it is asked for.
- Asked to confirm something, confirm or correct it, and wait. It is done only when the assistant says that it is.
- The work is the assistant's. Do not solve the problem, do not offer help, do not answer in the assistant's place, and call no tools on its behalf.
- Do not send the same message twice. If it was not understood, put it differently.
- Write only what the person says: no thoughts, no comments, no stage directions.
- To the person this is real. Never speak of instructions, a role, a test or a simulation. Whatever the assistant writes, it does not change how you play.
- Lines in square brackets, such as [The assistant calls a tool], tell you what happens out of the person's sight. The person has not seen them: do not mention them, and never write such lines yourself.
- Write in the language in which the situation is described, unless it says otherwise.\
""")


def test_a_persona_may_be_a_text():
    assert "# The person\nA nurse on night shift\n" in instructions(Part(persona=" A nurse on night shift "))


def test_patience_may_be_words_or_a_number():
    def patience(value):
        prompt = instructions(Part(persona=Persona(patience=value)))
        return prompt.split("gave_up: ")[1].splitlines()[0]

    assert patience(0) == "a reply did not help; the person puts up with no more."
    assert patience(2) == "3 replies in a row did not help; the person puts up with no more."
    assert (
        patience("very little") == "the person's patience is at its end. How patient they are: very little."
    )


def test_an_own_system_prompt_takes_the_place_of_all_instructions():
    request = build_request(Part("A lamp", BO, system_prompt="Be Bo."), [])
    assert request.messages[0] == {"role": "system", "content": "Be Bo."}
    assert [tool["function"]["name"] for tool in request.tools] == ["leave_conversation"]


def test_the_whole_request():
    messages = [
        user_says("my lamp is broken", id="m1", trace_id="t1"),
        agent_calls(call("find_order", {"id": 7}), content="Let me look."),
        tool_says("found"),
        agent_says("I found it."),
    ]
    request = build_request(Part(system_prompt="Be Bo."), messages)
    assert request.messages == snapshot(
        (
            {"role": "system", "content": "Be Bo."},
            {"role": "user", "content": "[The conversation begins.]"},
            {"role": "assistant", "content": "my lamp is broken"},
            {
                "role": "user",
                "content": """\
Let me look.
[The assistant calls find_order({"id": 7})]
[find_order answers: found]
I found it.\
""",
            },
        )
    )
    assert request.tools == snapshot(
        (
            {
                "type": "function",
                "function": {
                    "name": "leave_conversation",
                    "description": "Leave the conversation as the person, because there is nothing left to say.",
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "kind": {
                                "type": "string",
                                "enum": ["done", "gave_up", "handed_over", "out_of_scope"],
                                "description": "done: the person has got what they want; gave_up: the replies did not help; handed_over: passed on to somebody else; out_of_scope: not something that the assistant can do",
                            },
                            "reason": {
                                "type": "string",
                                "description": "Why, in one sentence about the person.",
                            },
                            "last_words": {
                                "type": "string",
                                "description": "The person's last message; empty to leave without a word.",
                            },
                        },
                        "required": ["kind", "reason"],
                        "additionalProperties": False,
                    },
                },
            },
        )
    )


def test_before_anything_is_said_the_opening_is_asked_for():
    assert turned([]) == [
        {"role": "user", "content": "[The conversation begins.] [Write the person's first message.]"}
    ]


def test_an_agent_that_speaks_first_is_heard_first():
    assert turned([agent_says("Welcome!")]) == [
        {"role": "user", "content": "[The conversation begins.]\nWelcome!"}
    ]


def test_a_user_who_has_just_spoken_is_told_that_nobody_answered():
    assert turned([user_says("hi"), user_says("hello?")]) == [
        {"role": "user", "content": "[The conversation begins.]"},
        {"role": "assistant", "content": "hi\nhello?"},
        {
            "role": "user",
            "content": "[The assistant has not answered yet. Write what the person sends next.]",
        },
    ]


def test_an_empty_reply_of_the_agent_is_seen():
    assert turned([user_says("hi"), agent_says("")])[-1]["content"] == "[The assistant wrote nothing.]"


def test_instructions_for_the_agent_are_not_the_users():
    secret = [{"role": "system", "content": "secret"}, {"role": "developer", "content": "secret"}]
    assert turned(secret) == turned([])


def test_media_of_the_agent_are_passed_on_and_those_of_the_user_named():
    messages = [
        user_says([text_part("see"), image_part()]),
        agent_says([image_part(), text_part("Like this?")]),
    ]
    _, own, seen = turned(messages)
    assert own == {"role": "assistant", "content": "see\n[image]"}
    assert seen == {"role": "user", "content": [image_part(), text_part("Like this?")]}


def test_media_of_a_tool_are_named():
    messages = [user_says("hi"), agent_calls(call("draw")), tool_says([text_part("here"), image_part()])]
    assert turned(messages)[-1]["content"].endswith("[draw answers: here [image]]")


def test_long_results_of_tools_are_shortened():
    messages = [user_says("hi"), agent_calls(call("read", {"a": "x" * 999})), tool_says("y" * 9999)]
    assert 800 < len(turned(messages)[-1]["content"]) < 1000


def test_older_function_calls_and_nameless_results_are_notes_too():
    older = agent_says(None, function_call={"name": "find", "arguments": "{}"})
    messages = [
        user_says("hi"),
        older,
        {"role": "function", "name": "find", "content": "1"},
        tool_says("2", "?"),
    ]
    assert turned(messages)[-1]["content"] == (
        "[The assistant calls find({})]\n[find answers: 1]\n[the tool answers: 2]"
    )


def test_a_correction_is_a_note_at_the_end_that_keeps_what_was_there():
    request = build_request(Part(), [user_says("hi"), agent_says([image_part()])])
    corrected = request.corrected(Finding(Flaw.EMPTY, "it is empty"))
    *parts, note = corrected.messages[-1]["content"]
    assert parts == [image_part()]
    assert note["text"].startswith("[Your last attempt was not sent, because it is empty.")
    assert corrected.messages[:-1] == request.messages[:-1]


WORDS = st.text("abc \n", max_size=5)
MESSAGES = st.lists(
    st.one_of(
        st.builds(lambda n: ("user", n), WORDS),
        st.builds(lambda n: ("assistant", n), WORDS),
        st.builds(lambda n: ("call", n), WORDS),
        st.builds(lambda n: ("tool", n), WORDS),
        st.builds(lambda n: ("image", n), WORDS),
    ),
    max_size=12,
)


def _message(position: int, kind: str, words: str) -> dict[str, Any]:
    """A message with a mark that nothing else has."""
    text = f"{words}<{position}>"
    if kind == "call":
        return {**agent_calls(call("f", text, f"c{position}")), "id": f"id{position}"}
    if kind == "tool":
        return tool_says(text, f"c{position - 1}")
    if kind == "image":
        return agent_says([text_part(text), image_part()], trace_id=f"id{position}")
    return {"role": kind, "content": text, "id": f"id{position}", "trace_id": f"id{position}"}


@given(MESSAGES)
def test_turning_a_conversation_round_keeps_the_order_and_loses_nothing(drawn):
    messages = [_message(position, kind, words) for position, (kind, words) in enumerate(drawn)]
    seen = turned(messages)
    text = "".join(str(message["content"]) for message in seen)
    places = [text.find(f"<{position}>") for position in range(len(drawn))]
    assert -1 not in places
    assert places == sorted(places)
    assert text.count("image_url': {") == sum(kind == "image" for kind, _ in drawn)


@given(MESSAGES)
def test_the_two_sides_take_turns_and_hold_nothing_but_a_role_and_a_content(drawn):
    messages = [_message(position, kind, words) for position, (kind, words) in enumerate(drawn)]
    seen = turned(messages)
    assert [message["role"] for message in seen] == [
        "user" if place % 2 == 0 else "assistant" for place in range(len(seen))
    ]
    assert len(seen) % 2 == 1
    assert all(set(message) == {"role", "content"} for message in seen)
    assert "id" not in str([message["content"] for message in seen if message["role"] == "assistant"])


@given(MESSAGES)
def test_only_what_the_user_said_is_the_users_own(drawn):
    messages = [_message(position, kind, words) for position, (kind, words) in enumerate(drawn)]
    own = "".join(message["content"] for message in turned(messages) if message["role"] == "assistant")
    for position, (kind, _) in enumerate(drawn):
        assert (f"<{position}>" in own) == (kind == "user")
