"""What a miss says: which call differs from its recording, in what, and how to record it anew."""

from __future__ import annotations

import asyncio

import pytest
from inline_snapshot import snapshot

import scenario
from replay.studio import error_of, miss_in, play
from scenario._replay.cassette import Entry
from scenario._replay.difference import difference
from scenario._replay.takes import CurrentTest, takes
from scenario._tape import CallKind
from scenario.integrations.chat import ChatAgent
from scenario.testing import ScriptedModel
from support import user

WHERE = scenario.user("Where is order 1001?")
TALK = (WHERE, scenario.agent(), scenario.succeed())
PROMPT = "You are the desk of a shop.\nBe friendly.\nBe short."


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def desk(prompt=PROMPT, status="on its way", talks=1, **options):
    """An agent with a prompt, a model and a tool that is not recorded."""

    def find_order(number: int) -> dict[str, str]:
        """Find an order."""
        return {"status": status}

    replies = [ScriptedModel.call("find_order", {"number": 1001}, id="call_1"), "It is on its way."] * talks
    return [
        ChatAgent(ScriptedModel(*replies), system_prompt=prompt, tools=[find_order], name="desk", **options),
        user(),
    ]


def looker(**arguments):
    """An agent that looks something up with a recorded tool."""

    @scenario.recorded(name="look")
    def look(shelf=1, book="Emma", **more):
        return "found"

    def librarian(input):
        return look(**arguments)

    return [scenario.agent_from(librarian), user()]


def missed(before, after, script=TALK, then=None):
    """The miss when `after` plays what `before` recorded."""
    play("cassettes", "record", before, *script)
    return miss_in(error_of(play, "cassettes", "replay", after, *(then or script)))


def test_a_changed_prompt():
    assert str(missed(desk(), desk(PROMPT.replace("friendly", "very formal")))) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  message 1 (system):
      You are the desk of a shop.
    - Be friendly.
    + Be very formal.
      Be short.
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_changed_tool_result():
    assert str(missed(desk(), desk(status="lost"))) == snapshot("""\
Call 2 of `desk` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  message 4 (tool):
    - {"status": "on its way"}
    + {"status": "lost"}
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_changed_message():
    then = (scenario.user("Where is order 1002, please?"), *TALK[1:])

    assert str(missed(desk(), desk(), then=then)) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  message 2 (user):
    - Where is order 1001?
    + Where is order 1002, please?
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_new_turn():
    then = (WHERE, scenario.agent(), scenario.user("And when does it come?"), *TALK[1:])

    assert str(missed(desk(), desk(talks=2), then=then)) == snapshot("""\
Call 3 of `desk` in the scenario `a talk` is not in cassettes/a-talk.json.
This is a new call that was not recorded: 2 calls were recorded, and this is number 3.
It ends with:
  user: And when does it come?
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_changed_parameter():
    assert str(missed(desk(temperature=0.0), desk(temperature=0.7, max_tokens=100))) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  temperature:
    - 0.0
    + 0.7
  max_tokens is new:
    + 100
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_changed_argument_of_a_tool():
    assert str(missed(looker(shelf=1), looker(shelf=2, lamp=True))) == snapshot("""\
Call 1 of `librarian / look` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  arguments.shelf:
    - 1
    + 2
  arguments.lamp is new:
    + true
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_long_text_that_changed_in_one_place():
    assert str(
        missed(desk("Be kind. " * 60), desk("Be kind. " * 30 + "Be quick. " + "Be kind. " * 30))
    ) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  message 1 (system):
    - … Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. B…
    + … Be kind. Be kind. Be kind. Be kind. Be quick. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. Be kind. …
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_no_recording_at_all():
    error = miss_in(error_of(play, "cassettes", "replay", desk(), *TALK))

    assert str(error) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` cannot be replayed: there is no recording, for there is no file cassettes/a-talk.json.
Record the scenario:
  run it again after scenario.configure(replay="record")\
""")


def test_no_recording_of_this_play():
    play("cassettes", "record", desk(), *TALK)
    error = miss_in(error_of(play, "cassettes", "replay", desk(), *TALK, take=3))

    assert str(error) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` cannot be replayed: cassettes/a-talk.json holds no recording of play 3 outside of tests; each play in a process is one of its own.
Record the scenario:
  run it again after scenario.configure(replay="record")\
""")


def test_calls_in_another_order_name_the_nearest_one():
    def two(*books):
        @scenario.recorded(name="look")
        def look(book, because):
            return "found"

        return [scenario.agent_from(lambda given: "".join(look(*book) for book in books)), user()]

    one, other = ("Emma", "It is\nabout\na\nmatch"), ("Ulysses", "It is\na\nlong\nday\nin\nDublin")

    assert str(missed(two(one, other), two(other, one))) == snapshot("""\
Call 1 of `<lambda> / look` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What it asks was recorded as call 2: the order has changed.
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_a_message_that_is_gone():
    then = (scenario.message({"role": "system", "content": "Be quick."}), *TALK)

    assert str(missed(desk(), desk(), script=then, then=TALK)) == snapshot("""\
Call 1 of `desk` in the scenario `a talk` is not the one that is recorded in cassettes/a-talk.json.
What differs from the recording (- recorded, + asked now):
  message 2 (system) is no longer there:
    - Be quick.
If this is as you want it, record the scenario anew:
  run it again after scenario.configure(replay="record")\
""")


def test_many_differences_are_cut_short():
    before = looker(**{f"word_{number}": 1 for number in range(7)})
    after = looker(**{f"word_{number}": 2 for number in range(7)})
    told = str(missed(before, after))

    assert told.count("    - 1\n    + 2\n") == 4
    assert "  and 3 more differences\n" in told


def test_a_call_of_another_kind():
    recorded = Entry("desk", CallKind.ENDPOINT, {}, {})

    assert difference(recorded, CallKind.MODEL, {}) == [
        "  now a model is called; recorded is a call of this kind: endpoint"
    ]


def test_what_is_new_and_long_is_cut_short():
    recorded = Entry("desk", CallKind.FUNCTION, {"arguments": {}}, {})
    asked = {"arguments": {"text": "\n".join(f"line {number}" for number in range(50))}}
    told = difference(recorded, CallKind.FUNCTION, asked)

    assert told[0] == "  arguments.text is new:"
    assert told[-1] == "    … 38 more lines"


def test_in_a_test_it_names_the_test_to_record(tmp_path):
    takes.begin(
        CurrentTest("tests/test_desk.py::test_it[a b]", tmp_path / "tests" / "test_desk.py", tmp_path)
    )
    try:
        told = str(missed(desk(), desk(status="lost")))
    finally:
        takes.end()

    assert told.splitlines()[-1] == "  pytest --scenario-replay=record 'tests/test_desk.py::test_it[a b]'"


def test_where_the_environment_decides_it_names_the_variable(monkeypatch):
    scenario.ScenarioConfig.default_config = None
    monkeypatch.setenv("SCENARIO_REPLAY", "replay")
    monkeypatch.setenv("SCENARIO_CASSETTES", "cassettes")
    executor = scenario.ScenarioExecutor("a talk", "", looker(), [scenario.agent()])

    told = str(miss_in(error_of(asyncio.run, executor.run())))
    assert told.splitlines()[-1] == "  run it again with SCENARIO_REPLAY=record"


def test_it_carries_what_it_speaks_of():
    error = missed(desk(), desk(status="lost"))

    assert (error.scenario, error.channel, error.position) == ("a talk", "desk", 2)
    assert error.cassette.endswith("cassettes/a-talk.json")
