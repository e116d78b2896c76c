"""One step of an attack: look at the reply, think, and say the next message. The models are asked here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from scenario._red_team.attempts import (
    Attack,
    Attempt,
    Kind,
    Messages,
    Score,
    TakenBack,
    place_of,
    reply_to,
    shown,
)
from scenario._red_team.base import AttackerOutput
from scenario._red_team.planner import Exhausted, Expand, Planner, Send, Variation
from scenario._red_team.prompts import NOT_JSON, ON_TOPIC, STAY
from scenario._red_team.reading import flag_at, json_object
from scenario._red_team.refusals import refusal_words, steps_out_of_role
from scenario._red_team.scoring import read_refusal, read_score, refusal_request, score_request
from scenario._red_team.setup import Setup, planned_request
from scenario._red_team.talk import attacker_messages, disguised, variation_messages
from scenario._text import shorten, transcript
from scenario.agent_adapter import can_forget
from scenario.cache import context_scenario
from scenario.errors import SimulatorError
from scenario.message_types import Message
from scenario.types import AgentRole

if TYPE_CHECKING:
    from scenario.scenario_state import ScenarioState

_MOST_ASKS = 3
_READS = 2
T = TypeVar("T")


class Round:
    """One step of a run's attack.

    Args:
        setup: The settings.
        attack: The attack so far.
        state: The run.

    Attributes:
        attack: The attack as it is after what was done.
        took_back: Whether a refused exchange was taken back in this step.
    """

    def __init__(self, setup: Setup, attack: Attack, state: ScenarioState) -> None:
        self.attack = attack
        self.took_back = False
        self._setup = setup
        self._state = state

    async def look(self) -> None:
        """Look at the reply to the newest attempt, if there is one that nobody has looked at yet."""
        attempt = self.attack.open_attempt
        if attempt is None:
            return
        said = self._state.said
        place, reply = place_of(attempt, said), reply_to(attempt, said)
        if place is None:
            self.attack = self.attack.with_last(answered=True, taken_back=TakenBack.ELSEWHERE)
        if place is None or reply is None:
            return
        score = await self._score(said[: place + 1 + len(reply)], reply)
        text = shown(reply)
        self.attack = self.attack.with_last(answered=True, reply=text, score=score, start=place)
        planner = self.attack.planner
        if planner is not None and attempt.node is not None:
            value, hint = (0, "") if score is None else (score.value or 0, score.hint)
            self.attack = replace(self.attack, planner=planner.scored(attempt.node, value, text, hint))

    async def move(self) -> Attempt | None:
        """The next attempt, which is then part of the attack; None when there is nothing left to try."""
        if not self.attack.attempts and self._state.said:
            self.attack = replace(self.attack, before=transcript(self._state.said))
        planner = self.attack.planner or self._setup.strategy.planner(self._setup.total_turns)
        attempt = await (self._next() if planner is None else self._searched(planner))
        if attempt is not None:
            self.attack = replace(self.attack, attempts=(*self.attack.attempts, attempt))
        return attempt

    async def _next(self) -> Attempt:
        """The next message of an attack that goes on in one conversation."""
        setup, last = self._setup, self.attack.last
        refused = last is not None and last.score is not None and last.score.refused
        if refused and self.attack.backtracks < setup.max_backtracks:
            self.took_back = self._take_back(TakenBack.REFUSED)
        await self._plan()
        output = await self._written(attacker_messages(self._instructions(), self.attack))
        return self._attempt(output, None)

    async def _searched(self, planner: Planner) -> Attempt | None:
        """The next message of a search, once the search wants one sent."""
        while True:
            match planner.wants():
                case Exhausted():
                    self.attack = replace(self.attack, planner=planner)
                    return None
                case Expand() as wish:
                    planner = planner.grown(wish, await self._variations(wish))
                case Send(node):
                    self.attack = replace(self.attack, planner=planner)
                    self._take_back(TakenBack.NEXT_ATTEMPT)
                    return self._attempt(AttackerOutput(node.prompt), node.id)

    async def _variations(self, wish: Expand) -> list[Variation]:
        setup, written = self._setup, list[Variation]()
        for _ in range(wish.count):
            output = await self._written(variation_messages(self._instructions(), wish, written))
            on_topic = True
            if wish.judged:
                text = ON_TOPIC.format(target=setup.goal.goal, message=output.reply)
                answer = await self._asked(({"role": "user", "content": text},), Kind.TOPIC)
                on_topic = flag_at(json_object(answer, "on_topic"), "on_topic") is not False
            written.append(Variation(output.reply, on_topic))
        return written

    def _attempt(self, output: AttackerOutput, node: int | None) -> Attempt:
        setup, turn = self._setup, self.attack.next_turn
        sent, disguise = disguised(
            output.reply, setup.techniques, setup.injection_probability, setup.technique_seed, turn
        )
        return Attempt(
            turn=turn,
            conversation_turn=self._state.current_turn,
            start=len(self._state.said),
            phase=setup.strategy.get_phase_name(min(turn, setup.total_turns), setup.total_turns),
            text=output.reply,
            sent=sent,
            disguise=disguise,
            techniques=tuple(setup.strategy.chosen_technique_ids(output)),
            observation=output.observation,
            strategy=output.strategy,
            parse_failed=output.parse_failed,
            node=node,
        )

    def _instructions(self) -> str:
        setup, attack = self._setup, self.attack
        score = None if attack.last is None else attack.last.score
        return setup.strategy.build_system_prompt(
            setup.goal.goal,
            min(attack.next_turn, setup.total_turns),
            setup.total_turns,
            self._state.description,
            attack.plan or "",
            backtracks_remaining=max(0, setup.max_backtracks - attack.backtracks),
            last_score=None if score is None else score.value,
            hint="" if score is None else score.hint,
        )

    def _take_back(self, reason: TakenBack) -> bool:
        """Cut the newest attempt and what followed from the conversation, if it is in it."""
        last = self.attack.last
        place = None if last is None or last.taken_back is not None else place_of(last, self._state.said)
        if place is None:
            return False
        self._state.rollback_messages_to(place)
        self.attack = self.attack.with_last(taken_back=reason, told_to_forget=_told_to_forget(self._state))
        return True

    async def _plan(self) -> None:
        setup = self._setup
        if self.attack.plan is not None:
            return
        plan = setup.plan or ""
        if setup.plan is None and setup.strategy.needs_metaprompt_plan:
            from scenario._red_team.spans import plan_span  # noqa: PLC0415 - it loads OpenTelemetry's API

            text = planned_request(
                setup.plan_template,
                setup.strategy,
                setup.goal.goal,
                self._state.description,
                setup.total_turns,
            )
            with plan_span():
                plan = await self._asked(({"role": "user", "content": text},), Kind.PLAN)
        self.attack = replace(self.attack, plan=plan)

    async def _written(self, messages: tuple[Message, ...]) -> AttackerOutput:
        """What the attacker's model writes, asked again when it writes nothing or steps out of its role.

        Raises:
            SimulatorError: It does so each time.
        """
        asked, text, problem = messages, "", ""
        for _ in range(_MOST_ASKS):
            text = await self._asked(asked, Kind.ATTACKER)
            output = self._setup.strategy.parse_attacker_output(text)
            if output.reply and not steps_out_of_role(output.reply):
                return output
            problem = "it refused to play" if output.reply else "it was empty"
            *before, last = messages
            note = STAY.format(problem=problem)
            asked = (*before, {**last, "content": f"{last['content']}\n\n{note}"})
        raise SimulatorError(
            f"{self._setup.agent} wrote no attack, though asked {_MOST_ASKS} times: {problem}. Its last answer was "
            f"{shorten(text, 200)!r}. Use a model that takes part in security tests, with `model`.",
            agent=self._setup.agent,
            problem=problem,
            reply=text,
        )

    async def _score(self, messages: Messages, reply: Messages) -> Score | None:
        """What the scoring model says of a reply; None when it is not asked."""
        setup = self._setup
        words = refusal_words(shown(reply)) if setup.fast_refusal_detection else None
        unread = Score(reason="The scoring model's answer could not be read.", refusal_words=words)
        if setup.score_responses:
            request = score_request(setup.goal.goal, messages, words)
            return await self._read(request, lambda answer: read_score(answer, reply, words)) or unread
        if words is None:
            return None
        return (
            await self._read(refusal_request(messages, words), lambda answer: read_refusal(answer, words))
            or unread
        )

    async def _read(self, messages: tuple[Message, ...], read: Callable[[str], T | None]) -> T | None:
        """What an answer of the scoring model says; it is asked once more when it cannot be read."""
        for _ in range(_READS):
            answer = await self._asked(messages, Kind.SCORING)
            found = read(answer)
            if found is not None:
                return found
            messages = (
                *messages,
                {"role": "assistant", "content": answer or "(nothing)"},
                {"role": "user", "content": NOT_JSON},
            )
        return None

    async def _asked(self, messages: tuple[Message, ...], kind: Kind) -> str:
        model = self._setup.attacker if kind is Kind.ATTACKER else self._setup.scorer
        reply = await model.ask(messages)
        self.attack = replace(self.attack, calls=self.attack.calls.counted(kind, reply.usage))
        return reply.content or ""


def _told_to_forget(state: ScenarioState) -> bool | None:
    """Whether every agent under test was told to forget what was taken back; None when nobody knows them."""
    executor = context_scenario.get(None)
    if executor is None or executor.state is not state:
        return None
    agents: list[Any] = [agent for agent in executor.agents if agent.role is AgentRole.AGENT]
    return all(can_forget(agent) for agent in agents)
