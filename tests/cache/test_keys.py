"""What calls are told apart by: equal for what is equal, different for what is not, and the same every time."""

from __future__ import annotations

import copy
import enum
import functools
import re
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import PurePosixPath
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import BaseModel

import scenario
from scenario._cache.code import Code
from scenario._cache.describe import Describer, canonical


class Tone(enum.Enum):
    KIND = 1
    CURT = 2


class Form(BaseModel):
    name: str
    tone: Tone = Tone.KIND


@dataclass
class Order:
    number: int


class Slotted:
    __slots__ = ("__hidden", "size", "unset")

    def __init__(self, size, hidden=0):
        self.size = size
        self.__hidden = hidden


class Text(str):
    __slots__ = ()


def helper(number):
    return number


def described(value):
    return canonical(Describer(__name__.partition(".")[0]).value(value))


DIFFERENT = [
    None, True, 1, 1.0, "1", b"1", bytearray(b"1"), Text("1"), -0.0, 0.0, float("inf"), float("nan"), complex(1, 2),
    [], (), {}, set(), frozenset(), [1], (1,), {1}, frozenset({1}), {1: 2}, {"1": 2}, {"1": "2"}, ["dict"], [["1", 2]],
    Tone.KIND, Tone.CURT, Form(name="a"), Form(name="b"), Form(name="a", tone=Tone.CURT), Order(1), Order(2),
    date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), timedelta(1), Decimal(1), Decimal("1.0"), UUID(int=1), "2026-01-01",
    PurePosixPath("a"), re.compile("a"), re.compile("a", re.IGNORECASE), re.compile(b"a"), range(3), Order, Form, str,
    helper, lambda: 1, lambda: 2, functools.partial(helper, 1), functools.partial(helper, 2), len,
    Slotted(1), Slotted(2), Slotted(1, hidden=1), Slotted(1).__init__, Slotted(2).__init__, threading.Lock(),
]  # fmt: skip


def test_different_values_are_told_apart():
    same = [(one, two) for one, two in combinations(DIFFERENT, 2) if described(one) == described(two)]
    assert same == []


@pytest.mark.parametrize("value", DIFFERENT[:45], ids=lambda value: type(value).__name__)
def test_copies_are_not_told_apart(value):
    assert described(copy.deepcopy(value)) == described(value)


def test_the_order_of_a_dictionary_and_of_a_set_does_not_count():
    assert described({"a": 1, "b": 2}) == described({"b": 2, "a": 1})
    assert described({("a", 1), ("b", 2)}) == described({("b", 2), ("a", 1)})


leaves = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text()
    | some.binary()
)
values = some.recursive(
    leaves,
    lambda inner: (
        some.lists(inner) | some.tuples(inner) | some.dictionaries(some.text() | some.integers(), inner)
    ),
    max_leaves=6,
)


def exactly(value):
    """The value with its types, as equality takes 1 for 1.0 and for True."""
    match value:
        case dict():
            return dict, sorted((repr(exactly(key)), repr(exactly(item))) for key, item in value.items())
        case list() | tuple():
            return type(value), [exactly(item) for item in value]
        case _:
            return type(value), repr(value)


@given(values, values)
def test_descriptions_are_equal_when_values_are(one, two):
    assert (described(one) == described(two)) is (exactly(one) == exactly(two))
    assert described(copy.deepcopy(one)) == described(one)


def test_what_holds_itself_can_be_described():
    ring: list = [1]
    ring.append(ring)
    assert described(ring) == described(ring) != described([1, [1]])


# code


def test_a_decorated_function_counts_with_its_decorator():
    def decorated(inner, by):
        @functools.wraps(inner)
        def loud(*args):
            return inner(*args) * 2

        @functools.wraps(inner)
        def quiet(*args):
            return inner(*args)

        return {"loud": loud, "quiet": quiet}[by]

    digests = {
        Code(decorated(each, by)).digest
        for each in (lambda n: n, lambda n: n + 1)
        for by in ("loud", "quiet")
    }
    assert len(digests) == 4


def test_constants_and_names_count():
    functions = [
        lambda s: s in {"a", "b"},
        lambda s: s in {"a", "c"},
        lambda s: s.a,
        lambda s: s.b,
        lambda: (1, 2),
    ]
    assert len({Code(each).digest for each in functions}) == 5


def test_a_built_in_function_has_no_code():
    assert Code(len).digest == Code(max).digest


def test_only_constants_around_a_function_count():
    text, pair, listed, count = "a", ("b", Tone.KIND), [1], 0

    def reads():
        nonlocal count
        count += 1
        return text, pair, listed, count, later, DIFFERENT

    assert Code(reads).surroundings() == {"text": "a", "pair": ("b", Tone.KIND)}
    later = "now"
    assert Code(reads).surroundings()["later"] == later


def test_an_input_of_a_class_of_ones_own_counts_with_its_own_fields():
    class Input(scenario.AgentInput):
        customer: str = ""

    def given_to(customer):
        return Input(thread_id="t", messages=[], new_messages=[], scenario_state=None, customer=customer)

    found = [described(given_to(each)) for each in ("a", "b", "a")]
    assert found[0] == found[2] != found[1]


def test_a_state_counts_with_its_words():
    states = [
        scenario.ScenarioState("d", [{"role": "user", "content": each, "id": each * 2}]) for each in "aba"
    ]
    found = [described(state) for state in states]
    assert found[0] == found[2] != found[1]
