"""Runs of random scripts with failures injected anywhere: what must hold whatever happens."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenario
from scenario import EndingKind, UserEnding, checks
from scenario._engine.facts import Concluded, fold
from scenario.scenario_executor import ScenarioExecutor
from support import AGENT, JUDGE, USER, Told, executor, failed, passed

pytestmark = pytest.mark.filterwarnings("ignore:Step .* ended the run as a success")


class Bomb:
    """Raises at the nth point that is passed, or never."""

    def __init__(self, at: int, error: type[BaseException]) -> None:
        self.at, self.error, self.passed = at, error, 0

    def point(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise self.error("boom")


class Player(scenario.AgentAdapter):
    """Answers from a list, and passes a point of the bomb before and after it gives up control."""

    def __init__(self, role, replies, bomb):
        self.role, self.replies, self.bomb = role, list(replies), bomb

    async def call(self, input):
        self.bomb.point()
        await asyncio.sleep(0)
        self.bomb.point()
        reply = self.replies.pop(0) if self.replies else "more"
        if reply == "roll back":
            input.scenario_state.rollback_messages_to(max(0, len(input.messages) - 1))
        if reply == "add":
            input.scenario_state.add_message({"role": "system", "content": "added"})
        return [] if reply == "nothing" else reply


REPLIES = st.lists(
    st.sampled_from(["text", "roll back", "add", "nothing", [{"role": "tool", "content": "t"}]]), max_size=6
)
ENDINGS = st.sampled_from([UserEnding(kind, "reason", "bye") for kind in EndingKind])
USER_REPLIES = st.lists(st.one_of(st.sampled_from(["text", "roll back", "nothing"]), ENDINGS), max_size=6)
VERDICTS = st.lists(
    st.sampled_from(["nothing", passed("A"), failed("B"), passed("A", failed_criteria=["B"])]), max_size=4
)
STEPS = st.lists(
    st.sampled_from(
        [
            scenario.user(),
            scenario.user("hi"),
            scenario.agent(),
            scenario.agent("yes"),
            scenario.judge(),
            scenario.judge(criteria=["A"]),
            scenario.proceed(turns=1),
            scenario.proceed(),
            scenario.message({"role": "system", "content": "s"}),
            checks.never_said("nothing like this"),
            checks.said("nothing like this"),
            lambda state: scenario.succeed("enough") if state.current_turn > 2 else None,
        ]
    ),
    min_size=1,
    max_size=6,
)
ERRORS = st.sampled_from([ValueError, AssertionError, KeyboardInterrupt, asyncio.CancelledError])


class Mined(ScenarioExecutor):
    """An executor whose own methods may blow up as well."""

    bomb: Bomb

    def add_message(self, message, from_agent_idx=None):
        self.bomb.point()
        super().add_message(message, from_agent_idx)

    def reset(self):
        self.bomb.point()
        super().reset()


@given(STEPS, USER_REPLIES, REPLIES, VERDICTS, st.integers(1, 30), ERRORS, st.booleans())
def test_finished_is_told_exactly_once_and_last_wherever_it_fails(
    steps, said, answered, judged, at, error, observer_too
):
    bomb = Bomb(at, error)
    players = [Player(USER, said, bomb), Player(AGENT, answered, bomb), Player(JUDGE, judged, bomb)]
    template = executor()
    playing = Mined("n", "d", players, steps, max_turns=3, clock=template._clock, new_id=template._new_id)
    playing.bomb = bomb
    told = Told(playing)
    if observer_too:
        playing.facts.subscribe(lambda fact: None if isinstance(fact, Concluded) else bomb.point())
    raised = None
    try:
        asyncio.run(playing.run())
    except BaseException as caught:  # noqa: BLE001 - whatever comes out is what the property is about
        raised = caught
    assert told.types.count("FINISHED") == 1
    assert told.types[0] == "STARTED"
    assert told.types[-1] == "FINISHED"
    assert told.completed == 1
    assert [fact for fact in told.facts if type(fact).__name__ == "Concluded"] == told.facts[-1:]
    expected = {"SUCCESS", "FAILED"} if raised is None else {"ERROR", "CANCELLED"}
    assert told.finished.status.value in expected
    bomb.at = 0
    asyncio.run(playing.run())  # and the executor can play again


@given(STEPS, USER_REPLIES, REPLIES, VERDICTS)
def test_the_fold_of_the_facts_equals_the_result(steps, said, answered, judged):
    never = Bomb(0, ValueError)
    players = [Player(USER, said, never), Player(AGENT, answered, never), Player(JUDGE, judged, never)]
    playing = executor(players, steps, max_turns=3)
    told = Told(playing)
    result = asyncio.run(playing.run())
    record = fold(told.facts)
    assert record.messages == result.messages == playing.state.messages
    assert record.concluded.result == result
    assert record.ending == result.ending
    assert record.agent_time == result.agent_time
    assert record.turns in {playing.state.current_turn, playing.state.current_turn + 1}
    passed_on_the_way = {verdict.criterion for verdict in record.verdicts if verdict.passed}
    assert passed_on_the_way <= {*result.passed_criteria, *result.failed_criteria}
    assert len(set(result.passed_criteria + result.failed_criteria)) == len(
        result.passed_criteria + result.failed_criteria
    ), "each criterion stands once"
    shown = [[message.id for message in event.messages] for event in told.events[1:-1]]
    if shown:
        assert shown[-1] == [message["id"] for message in result.messages]


@given(STEPS, USER_REPLIES, REPLIES, VERDICTS)
def test_inboxes_hold_only_what_is_in_the_conversation(steps, said, answered, judged):
    never = Bomb(0, ValueError)
    players = [Player(USER, said, never), Player(AGENT, answered, never), Player(JUDGE, judged, never)]
    playing = executor(players, steps, max_turns=3)
    asyncio.run(playing.run())
    ids = [message["id"] for message in playing.state.messages]
    for inbox in playing._pending_messages.values():
        positions = [ids.index(message["id"]) for message in inbox]
        assert positions == sorted(set(positions))
