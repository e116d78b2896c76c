"""scenario.scripted_user_agent: what the user says, reply by reply."""

from __future__ import annotations

import pytest

from authoring.conversations import agent_calls, agent_says, call, image_part, text_part, tool_says, user_says
from scenario import AgentInput, AgentRole, EndingKind, Goal, ScenarioState, ScriptedUserAgent, UserEnding
from scenario.checks import never_said, said, tool_called


async def asked(user, *messages):
    """What the user does next in a conversation."""
    state = ScenarioState(messages=messages)
    given = AgentInput(thread_id="t", messages=list(messages), new_messages=[], scenario_state=state)
    return await user.call(given)


async def after(user, *replies):
    """What the user does after these replies, one for each thing that the user said before."""
    messages = [message for reply in replies for message in (user_says("…"), agent_says(reply))]
    return await asked(user, *messages)


def done(reason, message=None):
    return UserEnding(EndingKind.DONE, reason, message)


ANSWERED = done("everything on the agenda was answered")


def test_a_scripted_user_is_a_user():
    user = ScriptedUserAgent("hi", name="Bo")
    assert (user.role, user.name) == (AgentRole.USER, "Bo")
    assert ScriptedUserAgent("hi").name is None


async def test_the_user_opens_the_conversation():
    assert await after(ScriptedUserAgent("I want a refund")) == "I want a refund"


async def test_the_user_opens_also_when_the_agent_greeted_first():
    assert await asked(ScriptedUserAgent("I want a refund"), agent_says("Welcome!")) == "I want a refund"


async def test_with_nothing_but_an_opening_any_reply_is_enough():
    assert await after(ScriptedUserAgent("hi"), "hello") == ANSWERED


async def test_goals_come_one_after_the_other():
    user = ScriptedUserAgent("hi", goals=["tea?", Goal("milk?")])
    assert await after(user, "hello") == "tea?"
    assert await after(user, "hello", "yes") == "milk?"
    assert await after(user, "hello", "yes", "no") == ANSWERED


async def test_a_goal_stands_until_a_reply_matches():
    user = ScriptedUserAgent("hi", goals=[Goal("When?", until=r"\d+ days"), "Bye"])
    assert await after(user, "hello", "soon") in user._agenda.nudges
    assert await after(user, "hello", "soon", "in 3 DAYS") == "Bye"


async def test_a_goal_that_is_not_reached_keeps_the_user_from_being_done():
    user = ScriptedUserAgent("hi", goals=[Goal("When?", until="days")], nudges="When, please?")
    assert await after(user, "hello", "soon") == "When, please?"
    assert await after(user, "hello", "soon", "two days") == ANSWERED


@pytest.mark.parametrize("silence", ["", "   ", "\n", None, []])
async def test_silence_is_no_reply(silence):
    assert await after(ScriptedUserAgent("hi", nudges="Hello?"), silence) == "Hello?"


async def test_tool_calls_without_words_are_no_reply():
    user = ScriptedUserAgent("hi", nudges="Hello?")
    talk = [user_says("hi"), agent_calls(call("find")), tool_says("found")]
    assert await asked(user, *talk) == "Hello?"


async def test_several_messages_of_the_agent_are_one_reply():
    user = ScriptedUserAgent("hi", goals=["more"], answers={"name": "Bo", "city": "Oslo"})
    talk = [user_says("hi"), agent_says("Your name?"), agent_says(None), agent_says("Your city?")]
    assert await asked(user, *talk) == "Bo Oslo"


async def test_replies_in_content_parts_are_read():
    user = ScriptedUserAgent("hi", answers={"name": "Bo"})
    assert await asked(user, user_says("hi"), agent_says([image_part(), text_part("Your name?")])) == "Bo"


async def test_the_user_answers_what_is_asked_and_then_goes_on():
    user = ScriptedUserAgent("hi", goals=["tea?"], answers={r"your name\?": "I am Bo"})
    assert await after(user, "What is YOUR NAME?") == "I am Bo"
    assert await after(user, "What is your name?", "Hello Bo") == "tea?"


async def test_several_questions_are_answered_at_once_in_the_order_of_the_answers():
    user = ScriptedUserAgent("hi", answers={"city": "Oslo", "name": "Bo", "age": "9"})
    assert await after(user, "Your name and your city?") == "Oslo Bo"


async def test_a_question_asked_again_is_answered_again_and_costs_patience():
    user = ScriptedUserAgent("hi", answers={"name": "Bo"}, patience=1)
    assert await after(user, "name?", "name?") == "Bo"
    assert (await after(user, "name?", "name?", "name?")).kind is EndingKind.GAVE_UP


async def test_a_new_question_restores_patience():
    user = ScriptedUserAgent("hi", answers={"name": "Bo", "city": "Oslo"}, patience=1)
    assert await after(user, "name?", "name?", "city?") == "Oslo"
    assert await after(user, "name?", "name?", "city?", "name?") == "Bo"


async def test_a_reaction_comes_before_an_answer_and_before_the_next_goal():
    user = ScriptedUserAgent(
        "hi", goals=["tea?"], answers={"name": "Bo"}, reactions={"robot": "A person, please!"}
    )
    assert await after(user, "I am a robot. Your name?") == "A person, please!"


async def test_the_first_reaction_that_matches_counts():
    user = ScriptedUserAgent("hi", reactions={"sorry": "Never mind", "robot": "A person, please!"})
    assert await after(user, "Sorry, I am a robot") == "Never mind"


async def test_a_reaction_to_the_same_again_costs_patience():
    user = ScriptedUserAgent("hi", reactions={"robot": "A person!"}, patience=1)
    assert await after(user, "robot", "robot") == "A person!"
    assert (await after(user, "robot", "robot", "robot")).kind is EndingKind.GAVE_UP


async def test_a_reaction_can_make_the_user_leave():
    ending = UserEnding(EndingKind.OUT_OF_SCOPE, "the agent sells cars", "Goodbye")
    user = ScriptedUserAgent("hi", goals=["tea?"], reactions={"cars": ending})
    assert await after(user, "We sell cars.") == ending


async def test_patience_is_how_many_replies_in_a_row_may_lead_nowhere():
    user = ScriptedUserAgent("hi", goals=[Goal("When?", "days")], patience=2, nudges="And?", giving_up="Bye.")
    assert await after(user, "hello", "a", "b") == "And?"
    ending = await after(user, "hello", "a", "b", "c")
    assert ending == UserEnding(EndingKind.GAVE_UP, "3 replies in a row did not help", "Bye.")


async def test_patience_counts_from_the_first_reply():
    user = ScriptedUserAgent("hi", done_when="refund", patience=1, nudges="And?")
    assert await after(user, "a") == "And?"
    assert (await after(user, "a", "b")).reason == "2 replies in a row did not help"


async def test_a_user_bears_two_such_replies_unless_told_otherwise():
    user = ScriptedUserAgent("hi", done_when="refund", nudges="And?")
    assert await after(user, "a", "b") == "And?"
    assert (await after(user, "a", "b", "c")).kind is EndingKind.GAVE_UP


async def test_without_patience_one_reply_is_enough_to_give_up():
    user = ScriptedUserAgent("hi", goals=[Goal("When?", "days")], patience=0)
    assert await after(user, "hello", "a") == UserEnding(EndingKind.GAVE_UP, "1 reply did not help", None)


async def test_progress_restores_patience():
    user = ScriptedUserAgent(
        "hi", goals=[Goal("When?", "days"), Goal("Where?", "Oslo")], patience=1, nudges="And?"
    )
    assert await after(user, "hello", "a", "2 days", "b") == "And?"


async def test_nudges_are_given_when_none_are_written():
    user = ScriptedUserAgent("hi", goals=[Goal("When?", "days")])
    assert isinstance(await after(user, "hello", "a"), str)


async def test_done_when_a_reply_matches_whatever_the_goals():
    user = ScriptedUserAgent("hi", goals=["tea?", "milk?"], done_when="refund.*sent", closing="Thanks")
    assert await after(user, "Your REFUND was sent.") == done("the agent said 'REFUND was sent'", "Thanks")


async def test_with_done_when_the_last_goal_is_not_enough():
    user = ScriptedUserAgent("hi", done_when="refund", nudges="My refund?")
    assert await after(user, "hello") == "My refund?"


async def test_done_when_comes_before_a_reaction():
    user = ScriptedUserAgent("hi", done_when="refund", reactions={"sorry": "Never mind"})
    assert (await after(user, "Sorry. Here is the refund.")).kind is EndingKind.DONE


async def test_done_when_a_check_of_the_conversation_passes():
    user = ScriptedUserAgent("hi", done_when=tool_called("refund"), closing="Thanks")
    ending = await asked(user, user_says("hi"), agent_calls(call("refund")))
    assert ending == done("tool_called('refund'): the agent called it", "Thanks")


async def test_a_check_that_passes_in_silence_does_not_keep_the_user_from_opening():
    user = ScriptedUserAgent("hi", done_when=never_said("coffee"))
    assert await after(user) == "hi"
    assert (await after(user, "tea")).kind is EndingKind.DONE


async def test_while_the_check_fails_the_last_goal_is_not_enough():
    user = ScriptedUserAgent("hi", done_when=tool_called("refund"), nudges="My refund?")
    assert await after(user, "hello") == "My refund?"


async def test_while_the_check_fails_the_user_follows_the_agenda():
    user = ScriptedUserAgent("hi", goals=["tea?"], done_when=said("refund"))
    assert await after(user) == "hi"
    assert await after(user, "hello") == "tea?"


async def test_a_reply_can_hand_the_user_over():
    user = ScriptedUserAgent("hi", handed_over_when="a colleague", closing="Thanks")
    ending = await after(user, "A colleague takes over.")
    assert ending == UserEnding(EndingKind.HANDED_OVER, "the agent said 'A colleague'", "Thanks")


async def test_done_comes_before_handed_over():
    user = ScriptedUserAgent("hi", done_when="refund", handed_over_when="colleague")
    assert (await after(user, "Your refund comes from a colleague.")).kind is EndingKind.DONE


async def test_the_user_leaves_with_the_closing_when_everything_was_answered():
    assert await after(ScriptedUserAgent("hi", closing="Thanks"), "hello") == done(ANSWERED.reason, "Thanks")


async def test_texts_of_any_script_work():
    user = ScriptedUserAgent("我要退款", answers={"订单号": "七号"}, done_when="已退款")
    assert await after(user, "请问订单号?") == "七号"
    assert (await after(user, "请问订单号?", "已退款 🎉")).kind is EndingKind.DONE
