"""Recording, replaying, and what each mode does with what is there and what is not."""

from __future__ import annotations

import asyncio
import logging

import pytest

import scenario
from replay.studio import conversation, error_of, is_of_the_judge, miss_in, play, verdict
from scenario._engine.facts import RunStatus
from scenario.errors import AgentError
from scenario.testing import RecordingSink, Refusal, ScriptedAgent
from scenario.types import FaultKind
from support import user


def test_a_replay_asks_nobody_and_says_the_same(studio):
    recorded = studio.play("record")
    studio.server.stop()

    replayed = studio.play("replay")

    assert recorded.success
    assert conversation(replayed) == conversation(recorded)
    assert studio.asked == [1001]


def test_ten_replays_are_the_same_byte_for_byte(studio):
    recorded = conversation(studio.play("record"))
    studio.server.stop()

    assert {conversation(studio.play("replay")) for _ in range(10)} == {recorded}


def test_a_replay_reports_the_usage_that_was_recorded(studio):
    recorded = studio.play("record")

    assert studio.play("replay").usage == recorded.usage
    assert recorded.usage.total.input_tokens > 0


def test_a_replay_needs_no_key_and_builds_no_client(studio, monkeypatch):
    studio.play("record")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def refuse(*_):
        raise AssertionError("a client was built")

    monkeypatch.setattr("scenario._models.exchange.Exchange.client", refuse)
    scenario.configure(default_model="openai/scripted")

    async def again():
        scenario.configure(replay="replay", cassettes=studio.folder)
        return await studio.playing()

    assert asyncio.run(again()).success


def test_twenty_scenarios_in_parallel_do_not_mix(studio, untraced):
    async def all_of_them():
        return await asyncio.gather(*(studio.playing(f"parcel {number}") for number in range(20)))

    studio.server.reply_with(default=lambda body: f"I am asked for the {len(studio.server.requests)}th time.")
    studio.server.reply_with(default=lambda body: verdict(), when=is_of_the_judge)
    studio.configure("record")
    recorded = [conversation(result) for result in asyncio.run(all_of_them())]
    studio.server.stop()
    studio.configure("replay")

    assert len(set(recorded)) == 20
    for _ in range(4):
        assert [conversation(result) for result in asyncio.run(all_of_them())] == recorded


def test_trials_of_one_scenario_in_parallel_are_told_apart(studio):
    async def trials():
        runs = [scenario.run("lost parcel", "", studio.agents(), script=script) for _ in range(5)]
        return await asyncio.gather(*runs)

    script = [scenario.user(), scenario.agent(), scenario.judge()]
    studio.server.reply_with(default=lambda body: f"I am asked for the {len(studio.server.requests)}th time.")
    studio.server.reply_with(default=lambda body: verdict(), when=is_of_the_judge)
    studio.configure("record")
    recorded = [conversation(result) for result in asyncio.run(trials())]
    studio.server.stop()
    studio.configure("replay")

    assert len(set(recorded)) == 5
    assert [conversation(result) for result in asyncio.run(trials())] == recorded
    assert [take["take"] for take in studio.data["takes"]] == [1, 2, 3, 4, 5]


def test_auto_records_what_is_not_there_and_replays_what_is(studio):
    studio.play("auto")
    asked = len(studio.server.requests)
    studio.play("auto")
    studio.play("auto", take=2)

    assert asked > 0
    assert len(studio.server.requests) == 2 * asked


def test_auto_is_strict_with_what_is_there(studio):
    studio.play("auto")
    studio.prompt = "The customer wants their money back."

    assert miss_in(error_of(studio.play, "auto")).channel == "UserSimulatorAgent"


def test_record_replaces_the_take_and_leaves_the_others(studio):
    studio.play("record")
    studio.play("record", take=2)
    before = studio.data["takes"]
    studio.orders[1001] = "lost"
    studio.play("record")
    after = studio.data["takes"]

    assert after[1] == before[1]
    assert "lost" in str(after[0])
    assert "lost" not in str(before[0])


def test_to_record_the_same_again_leaves_the_file_as_it_is(studio):
    studio.server.reply_with(default="Hello?")
    studio.server.reply_with(default=lambda body: verdict(), when=is_of_the_judge)
    studio.play("record")
    before = studio.cassette.read_bytes()
    studio.play("record")

    assert studio.cassette.read_bytes() == before


def test_off_writes_nothing(studio):
    studio.play("off")
    studio.play(None)

    assert not studio.folder.exists()


def test_a_scenario_that_asks_nobody_has_no_cassette_and_needs_none(tmp_path):
    agents = [ScriptedAgent("hi"), user("hello")]
    for mode in ("record", "auto", "replay"):
        play(tmp_path, mode, agents, scenario.user(), scenario.agent(), scenario.succeed())

    assert list(tmp_path.iterdir()) == []


def test_a_verdict_that_is_no_success_is_recorded_like_any_other(studio):
    studio.server.reply_with(default=lambda body: verdict("failed"), when=is_of_the_judge)
    recorded = studio.play("record")
    studio.server.stop()

    assert not recorded.success
    assert conversation(studio.play("replay")) == conversation(recorded)


def test_a_model_that_failed_leaves_the_recording_as_it_was(studio, caplog):
    studio.play("record")
    before = studio.cassette.read_bytes()
    studio.server.reply_with(default=Refusal(400, "no such model"))

    with caplog.at_level(logging.WARNING, "scenario"):
        error_of(studio.play, "record")

    assert studio.cassette.read_bytes() == before
    assert "was not recorded" in caplog.text


def test_a_run_that_was_cancelled_leaves_no_recording(tmp_path):
    @scenario.recorded
    def look():
        return "something"

    async def desk(input):
        look()
        await asyncio.Event().wait()

    agents = [scenario.agent_from(desk)]
    result = play(tmp_path, "record", agents, scenario.agent(), timeout=0.01)

    assert not result.success
    assert list(tmp_path.iterdir()) == []


def test_an_agent_that_raised_is_recorded_and_raises_again(tmp_path):
    @scenario.recorded
    def look():
        return "something"

    def desk(input):
        raise KeyError(look())

    agents = [scenario.agent_from(desk)]
    for mode in ("record", "replay"):
        assert isinstance(error_of(play, tmp_path, mode, agents, scenario.agent()), AgentError)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_miss_is_the_fault_of_what_is_around_the_agent(studio):
    studio.play("record")
    studio.prompt = "Another one."
    sink = RecordingSink()
    studio.configure("replay")

    async def run():
        await scenario.arun(
            "lost parcel", "Another one.", studio.agents(), script=[scenario.user()], sinks=[sink]
        )

    error_of(asyncio.run, run())
    concluded = sink.record().concluded

    assert concluded.status is RunStatus.ERROR
    assert concluded.result.fault.kind is FaultKind.INFRASTRUCTURE


def test_a_miss_that_the_agent_catches_is_raised_all_the_same(tmp_path):
    number = 1

    @scenario.recorded
    def look(number):
        return number

    def desk(input):
        try:
            return f"I see {look(number)}."
        except Exception:  # noqa: BLE001 - as agents do
            return "I see nothing."

    agents = [scenario.agent_from(desk)]
    script = (scenario.agent(), scenario.succeed())
    play(tmp_path, "record", agents, *script)
    number = 2

    assert miss_in(error_of(play, tmp_path, "replay", agents, *script)).channel == "desk / look"


def test_what_was_recorded_and_is_not_asked_is_a_warning(studio):
    studio.turns = 2
    studio.play("record")
    studio.turns = 1
    studio.server.stop()

    async def only_the_user():
        await scenario.arun(
            "lost parcel", studio.prompt, studio.agents(), script=[scenario.user(), scenario.succeed()]
        )

    studio.configure("replay")
    with pytest.warns(UserWarning, match="4 recorded calls were not made, of `desk / find_order`"):
        asyncio.run(only_the_user())


def test_votes_are_replayed_in_whatever_order_they_come(studio):
    studio.server.reply_with(verdict("passed"), verdict("failed"), verdict("failed"), when=is_of_the_judge)

    def agents():
        judge = scenario.JudgeAgent(criteria=["The agent is kind"], votes=3)
        return [ScriptedAgent("Good day!"), judge]

    studio.configure("off")
    results = [
        play(studio.folder, mode, agents(), scenario.agent(), scenario.judge())
        for mode in ("record", "replay")
    ]

    assert conversation(results[1]) == conversation(results[0])
    assert "votes: 1 passed, 2 failed" in str(results[0].criteria[0])
    assert len(studio.server.requests) == 3


def test_runs_of_one_executor_are_takes_of_their_own(tmp_path):
    seen = iter(range(10))

    @scenario.recorded
    def look():
        return next(seen)

    def desk(input):
        return f"I see {look()}."

    async def twice():
        executor = scenario.ScenarioExecutor(
            "a talk", "", [scenario.agent_from(desk)], [scenario.agent(), scenario.succeed()]
        )
        return [conversation(await executor.run()) for _ in range(2)]

    scenario.configure(cassettes=tmp_path, replay="record")
    recorded = asyncio.run(twice())
    scenario.configure(replay="replay")

    assert asyncio.run(twice()) == recorded
    assert "I see 1." in recorded[1]
