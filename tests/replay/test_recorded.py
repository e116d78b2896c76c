"""`scenario.recorded`: functions of all kinds, their results and their exceptions."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from functools import partial

import pytest

import scenario
from replay.studio import error_of, miss_in, play
from scenario import AgentInput
from scenario._replay.functions import TapedFunction
from scenario.errors import CassetteError, ConfigError
from support import user


@dataclass
class Order:
    number: int
    due: date


class TroubleError(Exception):
    """An error of people's own."""


def results(folder, look):
    """What an agent finds with `look` when it is recorded, and when it is replayed."""
    found = []

    async def desk(input):
        value = look()
        found.append(await value if asyncio.iscoroutine(value) else value)
        return "done"

    for mode in ("record", "replay"):
        play(folder, mode, [scenario.agent_from(desk)], scenario.agent(), scenario.succeed())
    return found


VALUES = [
    None,
    "text",
    3.5,
    {"a": [1, {"b": None}]},
    (1, (2,)),
    b"bytes",
    date(2026, 11, 22),
    Order(1001, date(2026, 11, 22)),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_result_comes_back_as_it_was(tmp_path, value):
    calls = []

    @scenario.recorded
    def look():
        calls.append(1)
        return value

    assert results(tmp_path, look) == [value, value]
    assert calls == [1]


def test_an_asynchronous_function(tmp_path):
    calls = []

    @scenario.recorded
    async def look():
        calls.append(1)
        return "found"

    assert results(tmp_path, look) == ["found", "found"]
    assert calls == [1]


class Shelf:
    def __init__(self):
        self.looks = 0

    @scenario.recorded
    def look(self, book="Emma"):
        self.looks += 1
        return f"{book}?"

    def plain(self, book="Emma"):
        self.looks += 1
        return f"{book}!"

    @scenario.recorded
    @staticmethod
    def still(book="Emma"):
        return f"{book}."

    @scenario.recorded(name="kind")
    @classmethod
    def of_a_kind(cls, book="Emma"):
        return f"{cls.__name__} of {book}"


def test_a_method(tmp_path):
    shelf = Shelf()

    assert results(tmp_path, shelf.look) == ["Emma?", "Emma?"]
    assert shelf.looks == 1


def test_a_bound_method(tmp_path):
    shelf = Shelf()

    assert results(tmp_path, scenario.recorded(shelf.plain)) == ["Emma!", "Emma!"]
    assert shelf.looks == 1


def test_static_and_class_methods(tmp_path):
    assert results(tmp_path / "a", Shelf.still) == ["Emma.", "Emma."]
    assert results(tmp_path / "b", Shelf.of_a_kind) == ["Shelf of Emma", "Shelf of Emma"]


def test_an_object_that_can_be_called(tmp_path):
    class Look:
        async def __call__(self):
            return "seen"

    assert results(tmp_path / "a", scenario.recorded(Look())) == ["seen", "seen"]
    assert results(tmp_path / "b", scenario.recorded(partial(max, 1, 2))) == [2, 2]


def test_it_looks_like_the_function():
    @scenario.recorded
    def look(book: str) -> str:
        """Look for a book."""
        return book

    assert (look.__name__, look.__doc__, look("Emma")) == ("look", "Look for a book.", "Emma")


def test_the_call_of_an_adapter(tmp_path):
    asked = []

    class Desk(scenario.AgentAdapter):
        @scenario.recorded
        async def call(self, input: AgentInput):
            asked.append(input.last_new_user_message_str())
            return {"role": "assistant", "content": f"You said {asked[-1]}."}

    script = (scenario.user("hello"), scenario.agent(), scenario.succeed())
    said = [
        play(tmp_path, mode, [Desk(), user()], *script).messages[-1]["content"]
        for mode in ("record", "replay")
    ]
    other = (scenario.user("goodbye"), scenario.agent(), scenario.succeed())

    assert said == ["You said hello."] * 2
    assert asked == ["hello"]
    assert "+ " in str(miss_in(error_of(play, tmp_path, "replay", [Desk(), user()], *other)))


def test_a_call_inside_of_a_call_is_a_part_of_it(tmp_path):
    @scenario.recorded
    def inner():
        return 1

    @scenario.recorded
    def outer():
        return inner() + 1

    assert results(tmp_path, outer) == [2, 2]
    (path,) = tmp_path.iterdir()
    assert len(json.loads(path.read_text())["takes"][0]["calls"]) == 1


@pytest.mark.parametrize("error", [ValueError("no such book"), KeyError("book", 3), TimeoutError()], ids=repr)
def test_a_built_in_exception_is_raised_again(tmp_path, error):
    calls = []

    @scenario.recorded
    def look():
        calls.append(1)
        raise error

    def looked():
        try:
            return look()
        except Exception as caught:  # noqa: BLE001 - the test wants it, whatever it is
            return type(caught), caught.args

    assert results(tmp_path, looked) == [(type(error), error.args)] * 2
    assert calls == [1]


@pytest.mark.parametrize("error", [TroubleError("?"), ValueError(object())], ids=["own", "with an object"])
def test_another_exception_is_raised_and_the_take_not_kept(tmp_path, error, caplog):
    @scenario.recorded
    def look():
        raise error

    def desk(input):
        try:
            look()
        except type(error):
            return "nothing"

    play(tmp_path, "record", [scenario.agent_from(desk)], scenario.agent(), scenario.succeed())

    assert list(tmp_path.iterdir()) == []
    assert "a call of `desk / look` failed" in caplog.text


def test_what_json_cannot_keep_is_refused_with_the_way_out(tmp_path):
    @scenario.recorded
    def look():
        return object()

    def desk(input):
        return look()

    error = error_of(play, tmp_path, "record", [scenario.agent_from(desk)], scenario.agent())

    assert isinstance(error.__cause__, ConfigError)
    assert "give scenario.recorded a `serialize` and a `deserialize`" in str(error)


def test_serialize_and_deserialize_keep_what_json_cannot(tmp_path):
    class Book:
        def __init__(self, name):
            self.name = name

    @scenario.recorded(serialize=lambda book: book.name, deserialize=Book)
    def look():
        return Book("Emma")

    assert [book.name for book in results(tmp_path, look)] == ["Emma", "Emma"]


def test_what_is_ignored_is_not_compared(tmp_path):
    turns = iter(range(10))

    @scenario.recorded(ignore=["now", "trace"])
    def look(book, now, **more):
        return book

    assert results(tmp_path, lambda: look("Emma", next(turns), trace=next(turns))) == ["Emma", "Emma"]


def test_an_argument_that_is_no_data_counts_by_its_class(tmp_path):
    @scenario.recorded
    def look(client):
        return "found"

    assert results(tmp_path, lambda: look(Shelf())) == ["found", "found"]


def test_wrong_arguments_are_a_type_error(tmp_path):
    @scenario.recorded
    def look(book):
        return book

    error = error_of(results, tmp_path, lambda: look())

    assert isinstance(error.__cause__, TypeError)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: scenario.recorded(3), "is no function"),
        (lambda: scenario.recorded(Shelf), "is no function"),
        (lambda: scenario.recorded(ignore="book"), "takes a list of names"),
        (lambda: scenario.recorded(serialize=str), "together, or neither"),
        (lambda: scenario.recorded(lambda: (yield)), "is a generator"),
    ],
)
def test_what_cannot_be_recorded_is_refused(make, text):
    with pytest.raises(ConfigError, match=text):
        make()


def test_tools_in_threads_are_recorded(tmp_path):
    @scenario.recorded
    def look(book):
        return f"{book}!"

    async def desk(input):
        books = [f"book {number}" for number in range(8)]
        return " ".join(await asyncio.gather(*(asyncio.to_thread(look, book) for book in books)))

    said = [
        play(tmp_path, mode, [scenario.agent_from(desk)], scenario.agent(), scenario.succeed()).messages[-1]
        for mode in ("record", "replay")
    ]

    assert said[0]["content"] == said[1]["content"]


def asking(mode, how):
    """An agent that asks for two books, when it is replayed in another order."""

    @scenario.recorded
    def look(book):
        return f"{book}!"

    async def look_at(book):
        return look(book)

    async def desk(input):
        found = {}
        for book in ("Emma", "Ulysses") if mode == "record" else ("Ulysses", "Emma"):
            match how:
                case "thread":
                    found[book] = await asyncio.to_thread(look, book)
                case "task":
                    found[book] = await asyncio.create_task(look_at(book))
                case _:
                    found[book] = await look_at(book)
        return f"{found['Emma']} {found['Ulysses']}"

    return [scenario.agent_from(desk)]


@pytest.mark.parametrize("how", ["thread", "task"])
def test_the_order_of_tasks_and_threads_is_chance_even_when_they_never_meet(tmp_path, how):
    script = (scenario.agent(), scenario.succeed())
    results = [play(tmp_path, mode, asking(mode, how), *script) for mode in ("record", "replay")]

    assert [each.messages[-1]["content"] for each in results] == ["Emma! Ulysses!"] * 2


def test_the_order_of_calls_that_follow_each_other_counts(tmp_path):
    script = (scenario.agent(), scenario.succeed())
    play(tmp_path, "record", asking("record", "plain"), *script)

    miss = miss_in(error_of(play, tmp_path, "replay", asking("replay", "plain"), *script))

    assert "the order has changed" in str(miss)


def test_the_order_of_an_agents_calls_counts_also_where_it_starts_threads(tmp_path):
    @scenario.recorded
    def look(book):
        return f"{book}!"

    def agents(*books):
        left = iter(books)

        async def desk(input):
            return await asyncio.to_thread(look, next(left))

        return [scenario.agent_from(desk)]

    script = (scenario.agent(), scenario.agent(), scenario.succeed())
    play(tmp_path, "record", agents("Emma", "Ulysses"), *script)

    miss = miss_in(error_of(play, tmp_path, "replay", agents("Ulysses", "Emma"), *script))

    assert "the order has changed" in str(miss)


def test_a_recording_that_says_no_more_than_the_replies_is_made_anew(tmp_path):
    """One that was made before the order of threads was kept would miss."""
    script = (scenario.agent(), scenario.succeed())
    play(tmp_path, "record", asking("record", "thread"), *script)
    (path,) = tmp_path.iterdir()
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if "checksum" not in line and "together" not in line))

    play(tmp_path, "record", asking("record", "thread"), *script)

    assert path.read_text().count('"together": true') == 2


def test_a_class_that_has_changed_is_an_error_that_says_so(tmp_path):
    @scenario.recorded
    def look():
        return Order(1001, date(2026, 11, 22))

    def desk(input):
        return str(look().number)

    agents = [scenario.agent_from(desk)]
    play(tmp_path, "record", agents, scenario.agent(), scenario.succeed())
    (path,) = tmp_path.iterdir()
    lines = path.read_text().replace(":Order", ":Parcel").splitlines()
    path.write_text("\n".join(line for line in lines if "checksum" not in line))

    error = error_of(play, tmp_path, "replay", agents, scenario.agent(), scenario.succeed())

    assert isinstance(error.__cause__, CassetteError)
    assert "its class is gone or has changed" in str(error)


@pytest.mark.parametrize("name", ["SystemExit", "print", "NoSuchError", "__import__"])
def test_a_file_can_raise_nothing_but_exceptions(name):
    taped = TapedFunction(len, None, frozenset(), None, None)

    with pytest.raises(CassetteError, match="none of Python's own"):
        taped.value({"raised": {"type": name, "arguments": ["echo"]}}, [])


def test_a_judge_of_ones_own(tmp_path):
    judged = []

    class Strict(scenario.AgentAdapter):
        role = scenario.AgentRole.JUDGE

        @scenario.recorded
        async def call(self, input: AgentInput):
            judged.append(1)
            return scenario.ScenarioResult(success=True, messages=[], reasoning="It is polite.")

    def agents():
        return [scenario.agent_from(lambda given: "Good day!"), Strict()]

    script = (scenario.agent(), scenario.judge(["It is polite"]), scenario.judge())
    results = [play(tmp_path, mode, agents(), *script) for mode in ("record", "replay")]
    (path,) = tmp_path.iterdir()

    assert [(each.success, each.reasoning) for each in results] == [(True, "It is polite.")] * 2
    assert len(judged) == 2
    assert "It is polite" in str(json.loads(path.read_text())["takes"][0]["calls"][0]["request"])


def test_what_a_function_returns_in_a_recording_is_its_own(tmp_path):
    found = object.__new__(Order)
    found.number, found.due = 1, date(2026, 11, 22)

    @scenario.recorded
    def look():
        return found

    assert results(tmp_path, look)[0] is found
