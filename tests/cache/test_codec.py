"""Values as JSON and back: nothing changes on the way, and nothing is executed."""

from __future__ import annotations

import enum
import json
import sys
import threading
from collections import Counter, OrderedDict, namedtuple
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from openai.types.chat import ChatCompletion, ChatCompletionMessage
from pydantic import BaseModel, ConfigDict, PrivateAttr

from scenario import CriterionResult, CriterionStatus, EndingKind, Evidence, ScenarioResult, UserEnding
from scenario._cache.codec import CannotKeepError, CannotReadError, encode, from_json, to_json
from scenario.config import ModelConfig


class Tone(enum.Enum):
    KIND = ("kind", 1)
    CURT = ("curt", 2)


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class Level(enum.IntEnum):
    LOW = 1


@dataclass
class Order:
    number: int
    lines: list = field(default_factory=list)
    total: int = field(init=False, default=0)

    def __post_init__(self):
        self.total = len(self.lines)
        self.checked = True


@dataclass(frozen=True, slots=True)
class Place:
    x: float
    tone: Tone = Tone.KIND


Pair = namedtuple("Pair", "left right")  # noqa: PYI024 - one without types


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    alias: str | None = None
    _secretly: int = PrivateAttr(default=0)

    @cached_property
    def shout(self):
        return self.name.upper()


class Outer(BaseModel):
    class Inner(BaseModel):
        places: list[Place]

    inner: Inner


def again(value):
    return from_json(to_json(encode(value)))


leaves = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text()
    | some.binary()
    | some.decimals(allow_nan=False)
    | some.uuids()
    | some.dates()
    | some.times()
    | some.datetimes(timezones=some.none() | some.just(UTC) | some.just(ZoneInfo("Europe/Paris")))
    | some.timedeltas()
    | some.complex_numbers(allow_nan=False)
    | some.sampled_from([*Tone, Level.LOW, Rights.READ | Rights.WRITE, Rights(0)])
    | some.builds(Place, some.floats(allow_nan=False), some.sampled_from(Tone))
)
frozen = some.recursive(
    leaves, lambda inner: some.tuples(inner, inner) | some.frozensets(inner, max_size=3), max_leaves=4
)
values = some.recursive(
    leaves,
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.tuples(inner)
        | some.dictionaries(some.text(), inner, max_size=3)
        | some.dictionaries(frozen, inner, max_size=3)
        | some.dictionaries(some.just("$"), inner)
        | some.sets(frozen, max_size=3)
        | some.builds(Pair, inner, inner)
        | some.builds(Order, some.integers(), some.lists(inner, max_size=3))
        | some.builds(Loose, name=some.text(), more=inner)
    ),
    max_leaves=6,
)


def shape(value):
    """The value's types all the way down, as equality takes 1 for 1.0 and for True."""
    match value:
        case list() | tuple():
            return type(value), [shape(item) for item in value]
        case dict():
            return dict, [(shape(key), shape(item)) for key, item in value.items()]
        case Order():
            return Order, shape(vars(value))
        case _:
            return type(value), repr(value) if isinstance(value, float | Decimal) else None


@given(values)
def test_a_value_comes_back_as_it_was(value):
    back = again(value)
    assert back == value
    assert shape(back) == shape(value)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), -0.0])
def test_odd_numbers_come_back(number):
    assert repr(again(number)) == repr(number)


def test_not_a_number_comes_back():
    assert repr(again(float("nan"))) == "nan"


def test_times_keep_their_zones():
    value = [
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"), fold=1),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        time(12, tzinfo=UTC),
        date(2026, 1, 1),
        timezone(timedelta(hours=-3)),
        UUID(int=7),
    ]
    back = again(value)
    assert back == value
    assert (back[0].fold, back[0].tzinfo.key) == (1, "Europe/Paris")


def test_a_result_of_a_scenario_comes_back():
    criterion = CriterionResult("polite", CriterionStatus.FAILED, "was not", (Evidence(1, "no"),))
    result = ScenarioResult(
        success=False,
        messages=[{"role": "user", "content": "hi", "id": "1"}],
        criteria=[criterion],
        ending=UserEnding(EndingKind.GAVE_UP, "tired"),
    )
    back = again(result)
    assert back == result
    assert back.criteria[0].evidence == (Evidence(1, "no"),)
    assert type(back.ending) is UserEnding


def test_messages_of_openai_come_back():
    message = ChatCompletionMessage.model_validate(
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "an extra field",
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        }
    )
    completion = ChatCompletion.model_validate(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}],
        }
    )
    completion._request_id = "r"
    back = again(completion)
    assert back == completion
    assert back._request_id == "r"
    assert back.choices[0].message.model_dump() == message.model_dump()
    assert back.model_fields_set == completion.model_fields_set


def test_models_keep_what_was_set_their_extras_and_their_private_attributes():
    model = Loose(name="a", more=(1, 2))
    model._secretly = 5
    assert model.shout == "A"
    back = again(model)
    assert (back, back.more, back._secretly, back.model_fields_set) == (model, (1, 2), 5, {"name", "more"})
    assert "shout" not in vars(back)
    assert back.model_dump() == model.model_dump()
    assert again(ModelConfig(model="m", timeout=3)) == ModelConfig(model="m", timeout=3)


def test_nested_classes_come_back():
    outer = Outer(inner=Outer.Inner(places=[Place(1.5)]))
    assert again(outer) == outer


def test_to_make_a_value_again_calls_no_constructor():
    class_calls = []

    original = Order.__post_init__
    text = to_json(encode(Order(1, [2])))
    Order.__post_init__ = lambda self: class_calls.append(self)
    try:
        back = from_json(text)
    finally:
        Order.__post_init__ = original
    assert (back.lines, back.total, back.checked, class_calls) == ([2], 1, True, [])


def test_a_default_factory_of_a_class_is_not_needed():
    assert again(Order(1)).lines == []


class Local:
    pass


def circle():
    ring: list = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Local(),
        threading.Lock(),
        lambda: 1,
        int,
        OrderedDict(a=1),
        Counter("a"),
        type("Text", (str,), {})("a"),
        circle(),
        {"deep": [object()]},
        iter([]),
        ValueError("x"),
        dataclass(type("Local", (), {"__annotations__": {"a": int}}))(1),
        sys,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_not_come_back_is_refused(value):
    with pytest.raises(CannotKeepError):
        encode(value)


@pytest.mark.parametrize(
    "tree",
    [
        {"$": "model", "c": "subprocess:Popen", "v": {}, "set": [], "extra": None, "private": None},
        {"$": "data", "c": "subprocess:Popen", "v": {}},
        {"$": "enum", "c": "os:system", "v": "ls"},
        {"$": "enum", "c": "antigravity:x", "v": "x"},
        {"$": "data", "c": f"{__name__}:Gone", "v": {}},
        {"$": "data", "c": f"{__name__}:Order", "v": {"number": 1}},
        {"$": "model", "c": f"{__name__}:Loose", "v": {}, "set": [], "extra": None, "private": None},
        {"$": "enum", "c": f"{__name__}:Tone", "v": "RUDE"},
        {"$": "named", "c": f"{__name__}:Pair", "v": [1]},
        {"$": "named", "c": f"{__name__}:Order", "v": [1]},
        {"$": "data", "c": "no module", "v": {}},
        {"$": "data", "c": "openai.types.nothing:X", "v": {}},
        {"$": "nothing", "v": {}},
        {"$": "decimal", "v": "x"},
        {"$": "dict", "v": [[[], 1]]},
        {"$": "bytes", "v": "a"},
        {"$": "datetime", "v": ["2026-01-01", 0, "No/Where"]},
        {"$": 5},
    ],
    ids=lambda tree: f"{tree['$']} {tree.get('c', '')}",
)
def test_what_no_value_can_be_made_of_is_not_read(tree):
    with pytest.raises(CannotReadError):
        from_json(json.dumps(tree))
    assert "antigravity" not in sys.modules


def test_a_module_is_not_imported_because_a_file_says_so(tmp_path, monkeypatch):
    (tmp_path / "planted.py").write_text("raise SystemExit('executed')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(CannotReadError, match="planted is not imported"):
        from_json('{"$": "data", "c": "planted:X", "v": {}}')


def test_definitions_of_openai_are_imported_when_a_value_needs_them():
    import subprocess

    text = to_json(encode(ChatCompletionMessage(role="assistant", content="hi")))
    code = f"from scenario._cache.codec import from_json\nassert from_json({text!r}).content == 'hi'"
    subprocess.run([sys.executable, "-c", code], check=True)
