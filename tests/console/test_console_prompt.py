"""scenario._console.prompt: asking a person."""

from __future__ import annotations

import asyncio
import builtins
import threading

import pytest

import scenario
from scenario._console import ask
from support import agent, executor, user
from support import said as words


@pytest.fixture
def typed(monkeypatch):
    """Types these lines, one for each question; an exception among them is raised."""

    def type_lines(*lines):
        asked, left = [], list(lines)

        def read(question):
            asked.append(question)
            line = left.pop(0)
            if isinstance(line, BaseException):
                raise line
            return line

        monkeypatch.setattr(builtins, "input", read)
        return asked

    return type_lines


async def test_a_question_is_asked_and_the_line_is_the_answer(typed):
    asked = typed("tea")
    assert await ask("What? ") == "tea"
    assert asked == ["What? "]


@pytest.mark.parametrize("line", ["", "   "])
async def test_a_line_of_nothing_is_an_empty_answer(typed, line):
    typed(line)
    assert await ask("What? ") == ""


async def test_where_nobody_can_type_the_answer_is_empty(typed):
    typed(EOFError())
    assert await ask("What? ") == ""


@pytest.mark.parametrize("error", [OSError("no input"), KeyboardInterrupt()])
async def test_what_reading_a_line_raises_is_raised(typed, error):
    typed(error)
    with pytest.raises(type(error)):
        await ask("What? ")


async def test_the_loop_goes_on_while_a_person_thinks(monkeypatch):
    thought = threading.Event()
    monkeypatch.setattr(builtins, "input", lambda _: thought.wait(10) and "tea")
    answer = asyncio.ensure_future(ask("What? "))
    await asyncio.sleep(0)
    thought.set()
    assert await answer == "tea"


async def test_questions_are_asked_one_at_a_time(monkeypatch):
    open_now, most = [], []

    def read(question):
        open_now.append(question)
        most.append(len(open_now))
        open_now.remove(question)
        return question

    monkeypatch.setattr(builtins, "input", read)
    answers = await asyncio.gather(*(ask(f"{number}") for number in range(20)))
    assert (answers, max(most)) == ([str(number) for number in range(20)], 1)


async def test_a_question_that_nobody_waits_for_any_more_is_not_asked(monkeypatch):
    asked, first_is_open, go_on = [], threading.Event(), threading.Event()

    def read(question):
        asked.append(question)
        first_is_open.set()
        go_on.wait(10)
        return question

    monkeypatch.setattr(builtins, "input", read)
    first = asyncio.ensure_future(ask("first"))
    await asyncio.to_thread(first_is_open.wait, 10)
    second = asyncio.ensure_future(ask("second"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert await first == "first"
    await ask("third")
    assert asked == ["first", "third"]


async def play(script, *players, **options):
    return words(await executor([*players, agent()], [*script, scenario.succeed()], **options).run())


async def test_b10_what_a_person_types_is_what_the_user_says(typed):
    asked, simulated = typed("I want tea"), user()
    said = await play([scenario.user(), scenario.agent()], simulated, debug=True)
    assert said == [("user", "I want tea"), ("assistant", "hi there")]
    assert simulated.calls == 0
    assert asked == ["[a name] Your message as the user, or Enter to let user speak: "]


async def test_b10_an_empty_line_lets_the_simulated_user_speak(typed):
    typed("")
    assert await play([scenario.user()], user("hello"), debug=True) == [("user", "hello")]


async def test_nothing_is_asked_before_scripted_text(typed):
    asked = typed()
    assert await play([scenario.user("hi")], user(), debug=True) == [("user", "hi")]
    assert asked == []


@pytest.mark.parametrize("options", [{"debug": False}, {}])
async def test_without_debug_nothing_is_asked(typed, options):
    asked = typed()
    await play([scenario.user()], user(), **options)
    assert asked == []


async def test_headless_nothing_is_asked(typed):
    scenario.configure(headless=True)
    asked = typed()
    await play([scenario.user()], user(), debug=True)
    assert asked == []
