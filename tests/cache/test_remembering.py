"""scenario.cache in a scenario with a cache_key: what is remembered, and what tells calls apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

import scenario
from scenario import AgentInput, AgentRole
from scenario.errors import ConfigError
from scenario.testing import ScriptedAgent
from support import agent, executor

calls = []


@pytest.fixture(autouse=True)
def no_calls():
    calls.clear()


def noted(result, *what):
    calls.append(what)
    return result


@scenario.cache()
def twice(number, *, plus=0):
    return noted(number * 2 + plus, number, plus)


@scenario.cache()
async def twice_later(number):
    return noted(number * 2, number)


@scenario.cache()
def thrice(number):
    return noted(number * 3, number)


@scenario.cache(ignore=["note", "seed"])
def half(number, note="", **more):
    return noted(number / 2, number, note)


def test_an_equal_call_is_remembered(within):
    with within():
        assert [twice(4), twice(4), twice(number=4, plus=0)] == [8, 8, 8]
    assert calls == [(4, 0)]


def test_it_is_remembered_in_the_next_process(within, another_process):
    with within():
        twice(4)
        another_process()
        assert twice(4) == 8
    assert len(calls) == 1


async def test_an_async_function_is_remembered(within):
    with within():
        assert [await twice_later(4), await twice_later(4)] == [8, 8]
    assert len(calls) == 1


def test_b14_the_function_is_in_the_key(within):
    with within():
        assert [twice(2), thrice(2)] == [4, 6]
    assert len(calls) == 2


def test_b14_the_code_is_in_the_key(within):
    space = {"scenario": scenario, "__name__": "some.module"}
    with within():
        for factor, expected in ((2, 4), (3, 6), (2, 4)):
            exec(f"@scenario.cache()\ndef scaled(n):\n    return n * {factor}", space)  # noqa: S102
            assert space["scaled"](2) == expected


def test_b14_the_place_in_the_file_is_not_in_the_key(within):
    space = {"scenario": scenario, "__name__": "some.module", "noted": noted}
    with within():
        for blank, file in (("", "a.py"), ("\n\n\n", "b.py")):
            source = f"{blank}@scenario.cache()\ndef scaled(n):\n    return noted((lambda: n)())"
            exec(compile(source, file, "exec"), space)  # noqa: S102
            space["scaled"](2)
    assert len(calls) == 1


def test_b15_keyword_arguments_are_in_the_key(within):
    with within():
        assert [twice(2, plus=1), twice(2, plus=2), twice(2)] == [5, 6, 4]
    assert len(calls) == 3


def test_the_cache_key_is_in_the_key(within):
    for cache_key in ("v1", "v2", "v1"):
        with within(cache_key):
            twice(2)
    assert len(calls) == 2


async def test_settings_that_only_show_are_not_in_the_key():
    for options in ({}, {"verbose": 2, "max_turns": 3, "debug": True}):
        script = [lambda _: twice(2) == 4, scenario.succeed()]
        await executor([agent()], script, cache_key="v1", **options).run()
    assert len(calls) == 1


def test_ignored_parameters_are_not_in_the_key(within):
    with within():
        assert [half(4, note="a"), half(4, "b"), half(4, seed=3)] == [2, 2, 2]
        half(4, other=1)
    assert len(calls) == 2


def test_a_float_is_not_an_integer_and_true_is_not_one(within):
    with within():
        assert [type(twice(each)) for each in (1, 1.0, True)] == [int, float, int]
    assert len(calls) == 3


def test_what_is_closed_over_is_in_the_key(within):
    def asking(prompt):
        @scenario.cache()
        def ask(question):
            return noted(prompt + question)

        return ask

    with within():
        assert [asking("a")("?"), asking("b")("?"), asking("a")("?")] == ["a?", "b?", "a?"]
    assert len(calls) == 2


def test_constants_of_the_module_are_in_the_key(within):
    space = {"scenario": scenario, "__name__": "some.module", "PROMPT": "a"}
    exec("@scenario.cache()\ndef ask(q):\n    return PROMPT + q", space)  # noqa: S102
    with within():
        found = [space["ask"]("?")]
        space["PROMPT"] = "b"
        assert [*found, space["ask"]("?")] == ["a?", "b?"]


def test_exceptions_are_not_kept(within):
    @scenario.cache()
    def fails_once():
        calls.append(())
        if len(calls) == 1:
            raise OSError("no network")
        return "fine"

    with within():
        with pytest.raises(OSError, match="no network") as raised:
            fails_once()
        assert raised.value.__context__ is None
        assert [fails_once(), fails_once()] == ["fine", "fine"]
    assert len(calls) == 2


def test_none_is_remembered(within):
    @scenario.cache()
    def nothing():
        return noted(None)

    with within():
        assert [nothing(), nothing()] == [None, None]
    assert len(calls) == 1


def test_who_changes_a_result_changes_nothing_else(within):
    @scenario.cache()
    def names():
        return noted(["a"])

    with within():
        for _ in range(3):
            found = names()
            assert found == ["a"]
            found.append("b")
    assert len(calls) == 1


# methods


@dataclass
class Options:
    temperature: float = 0.0


class Desk:
    greeting = "hello"

    def __init__(self, prompt, model=None, options=None):
        self._prompt = prompt
        self.model = model
        self.options = options or Options()
        self.pattern = re.compile(prompt)

    @scenario.cache()
    def answer(self, question):
        return noted(f"{self._prompt} {question}")

    @staticmethod
    @scenario.cache()
    def price(tea):
        return noted(len(tea))

    @classmethod
    @scenario.cache()
    def named(cls, name):
        return noted(f"{cls.__name__} {name}")

    @scenario.cache()
    @staticmethod
    def weight(tea):
        return noted(len(tea) * 100)


class OtherDesk(Desk):
    pass


class PoliteDesk(OtherDesk):
    greeting = "good morning"


class KeyedDesk(Desk):
    def __cache_key__(self):
        return self.model


def test_b16_the_instances_settings_are_in_the_key(within):
    with within():
        assert [Desk("a").answer("?"), Desk("b").answer("?"), Desk("a").answer("?")] == ["a ?", "b ?", "a ?"]
        Desk("a", options=Options(0.7)).answer("?")
        OtherDesk("a").answer("?")
    assert len(calls) == 4


def test_the_settings_in_the_body_of_a_class_are_in_the_key(within, monkeypatch):
    with within():
        Desk("a").answer("?")
        monkeypatch.setattr(Desk, "greeting", "hi")
        Desk("a").answer("?")
    assert len(calls) == 2


def test_an_attribute_that_is_no_data_counts_by_its_class(within):
    class Client:
        def __init__(self):
            self.requests = []

    with within():
        first, second = Client(), Client()
        first.requests.append(1)
        Desk("a", model=first).answer("?")
        Desk("a", model=second).answer("?")
        Desk("a", model=object()).answer("?")
    assert len(calls) == 2


def test_an_object_of_ones_own_package_as_an_argument_counts_by_its_attributes(within):
    with within():
        Desk("a").answer(OtherDesk("x"))
        Desk("a").answer(OtherDesk("y"))
        Desk("a").answer(OtherDesk("x"))
    assert len(calls) == 2


def test_an_object_can_say_what_it_is_told_apart_by(within):
    with within():
        KeyedDesk("a", model="m").answer("?")
        KeyedDesk("b", model="m").answer("?")
        KeyedDesk("b", model="n").answer("?")
    assert len(calls) == 2


def test_static_and_class_methods_are_remembered(within):
    with within():
        assert [Desk.price("oolong"), Desk("a").price("oolong"), Desk.price("assam")] == [6, 6, 5]
        assert [Desk.named("x"), OtherDesk.named("x"), Desk.named("x")] == ["Desk x", "OtherDesk x", "Desk x"]
        assert [Desk.weight("oolong"), Desk.weight("oolong")] == [600, 600]
    assert len(calls) == 5


# agents


class ModelAgent(scenario.AgentAdapter):
    """Asks a fake model, whose messages have a fresh id each."""

    def __init__(self, model, prompt="be kind"):
        self.model = model
        self.prompt = prompt

    @scenario.cache()
    async def call(self, input):
        return await self.model.call(input)


class ModelUser(ModelAgent):
    role = AgentRole.USER


def conversation(prompt="be kind"):
    model = ScriptedAgent(*({"role": "assistant", "content": "hi", "id": f"{n}"} for n in range(9)))
    asker = ScriptedAgent("hello?")
    return model, asker, [ModelAgent(model, prompt), ModelUser(asker)]


async def test_b16_the_second_run_of_a_conversation_makes_no_call():
    counts, words = [], []
    for _ in range(3):
        model, asker, agents = conversation()
        script = [scenario.proceed(turns=3), scenario.succeed()]
        result = await scenario.run("a", "b", agents, script=script, cache_key="v1")
        counts.append((model.calls, asker.calls))
        words.append([message["content"] for message in result.messages])
    assert counts == [(3, 3), (0, 0), (0, 0)]
    assert words[0] == words[1] == words[2]


async def test_b16_another_prompt_makes_calls_of_its_own():
    for prompt, expected in (("be kind", 1), ("be brief", 1), ("be kind", 0)):
        model, _, agents = conversation(prompt)
        await scenario.run(
            "a",
            "b",
            agents,
            script=[scenario.user("x"), scenario.agent(), scenario.succeed()],
            cache_key="v1",
        )
        assert model.calls == expected


def test_of_an_input_the_words_count_and_not_its_ids(within):
    @scenario.cache()
    def ask(input):
        return noted(input.messages[0]["content"])

    def given(thread, content, description="d", turn=0, **request):
        message = {"role": "user", "content": content, "id": thread, "trace_id": thread}
        state = scenario.ScenarioState(description, [message], thread, turn)
        judgment = scenario.JudgmentRequest(**request) if request else None
        return AgentInput(
            thread_id=thread,
            messages=[message],
            new_messages=[message],
            judgment_request=judgment,
            scenario_state=state,
        )

    with within():
        assert [ask(given("1", "a")), ask(given("2", "a"))] == ["a", "a"]
        assert len(calls) == 1
        for other in (
            given("1", "b"),
            given("1", "a", "e"),
            given("1", "a", turn=1),
            given("1", "a", criteria=["polite"]),
        ):
            ask(other)
    assert len(calls) == 5


# refusals


def test_generators_are_refused_when_they_are_decorated():
    def numbers():
        yield 1

    async def later():
        yield 1

    for each in (numbers, later):
        with pytest.raises(ConfigError, match=f"{each.__name__} is a generator: .* returns a list"):
            scenario.cache()(each)


@pytest.mark.parametrize("what", [3, int, Desk])
def test_what_is_no_function_is_refused(what):
    with pytest.raises(ConfigError, match="is no function or method"):
        scenario.cache()(what)


def test_the_decorator_without_parentheses_is_refused():
    with pytest.raises(ConfigError, match=r"write @scenario\.cache\(\)"):
        scenario.cache(twice)


def test_one_of_the_pair_is_refused():
    with pytest.raises(ConfigError, match="together, or neither"):
        scenario.cache(serialize=str)


def test_arguments_that_the_function_does_not_take_raise_as_ever(within):
    with within(), pytest.raises(TypeError, match=r"twice\(\) got an unexpected keyword"):
        twice(wrong=1)
