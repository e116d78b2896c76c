"""Playing one attempt at a trial."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from scenario._engine.facts import Concluded, Fact, ModelCalled, RunStatus
from scenario._engine.scene import Actor
from scenario._engine.stage import Said
from scenario._replay.takes import as_take
from scenario._utils.ids import IdSource
from scenario.config import ScenarioConfig
from scenario.config.resolve import look_outside, resolve
from scenario.faults import Fault, FaultKind, RunOutcome
from scenario.scenario_executor import ScenarioExecutor, perform
from scenario.suite.casting import JudgeMaker, cast_for, judges_with
from scenario.suite.control import Control, Stop
from scenario.suite.limits import Isolation
from scenario.suite.plan import Planned
from scenario.suite.result import Attempt, attempt_of
from scenario.suite.retry import is_hopeless
from scenario.suite.scenario import Cast
from scenario.suite.trial import playing
from scenario.types import JudgmentRequest, ScenarioResult
from scenario.usage import Usage

Reader = Callable[[Fact], None]


async def _at_once() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Shared:
    """What all trials of a run have in common.

    Attributes:
        batch_id: The batch that they belong to.
        control: Tells when to stop.
        isolation: Where they are played.
        readers: Makes what reads the facts of a trial.
        keep_up: Awaited when a trial has ended: it takes its time when the store cannot follow.
        spend: Told of each call of a language model, on whatever thread it happens.
        make_judge: Makes the judge of a scenario with criteria.
        timeout: Seconds for a trial whose scenario says nothing else.
        agent_timeout: Seconds for a call, likewise.
        outside: The settings that the environment and the file give.
        new_id: Makes identifiers on the caller's loop: one for all trials there, as to begin anew costs much.
    """

    batch_id: str
    control: Control
    isolation: Isolation = Isolation.THREAD
    readers: Sequence[Callable[[], Reader]] = ()
    keep_up: Callable[[], Awaitable[None]] = field(default=_at_once)
    spend: Callable[[Usage], None] = field(default=lambda _: None)
    make_judge: JudgeMaker = field(default_factory=lambda: judges_with(None))
    timeout: float | None = None
    agent_timeout: float | None = None
    outside: Mapping[str, Any] = field(default_factory=look_outside)
    new_id: IdSource = field(default_factory=IdSource)


@dataclass(frozen=True, slots=True)
class Played:
    """An attempt that came to its end, and its result where there was a run."""

    attempt: Attempt
    result: ScenarioResult | None


class TrialExecutor(ScenarioExecutor):
    """Plays a trial, and stops before the next call of an agent when its run shall end."""

    def __init__(self, shared: Shared, *positional: Any, **named: Any) -> None:
        self._control = shared.control
        self._outside = shared.outside
        super().__init__(*positional, **named)

    def _resolved(self, settings: Mapping[str, Any]) -> ScenarioConfig:
        return resolve(settings, self._outside)

    def _call(self, actor: Actor, request: JudgmentRequest | None = None) -> Said:
        if self._control.stop >= Stop.NEXT_CALL:
            raise asyncio.CancelledError(self._control.reason or "The run of the suite was stopped")
        return super()._call(actor, request)


async def play_attempt(planned: Planned, number: int, shared: Shared) -> Played | None:
    """Play a trial once, with a cast of its own.

    Args:
        planned: What to play.
        number: Which attempt it is, counted from 1.
        shared: What all trials have in common.

    Returns:
        What came of it; None when it was stopped.
    """
    token = playing.set(planned.trial)
    began = time.time()
    try:
        async with AsyncExitStack() as stack:
            cast = await cast_for(stack, planned.scenario, planned.trial, shared.make_judge)
            with as_take(planned.trial.number):  # a recording of a trial is the one of its number
                executor = _executor(planned, number, cast, shared)
            played = await _play(executor, shared, began)
    except Exception as error:  # noqa: BLE001 - the factories of scenarios are people's code; one must not end the run
        return Played(_not_set_up(error, began), None)
    finally:
        playing.reset(token)
    await shared.keep_up()
    return played


async def _play(executor: ScenarioExecutor, shared: Shared, began: float) -> Played | None:
    concluded: list[Concluded] = []

    def read(fact: Fact) -> None:
        if isinstance(fact, ModelCalled):
            shared.spend(fact.call.usage)
        elif isinstance(fact, Concluded):
            concluded.append(fact)

    executor.facts.subscribe(read, only=(ModelCalled, Concluded))
    for make_reader in shared.readers:
        executor.facts.subscribe(make_reader())
    try:
        await perform(executor, is_apart=shared.isolation is Isolation.THREAD, is_one_of_many=True)
    except asyncio.CancelledError:
        if shared.control.stop is not Stop.NEXT_CALL or not concluded:
            raise  # cancelled from outside, or by a control that cancels
        return None
    except (Exception, KeyboardInterrupt):  # it ended the run, whose last fact says all about it
        if not concluded:
            raise
    end = concluded[-1]
    if end.status is RunStatus.CANCELLED:
        return None
    attempt = attempt_of(
        executor.scenario_run_id,
        end.result,
        started_at=began,
        seconds=end.at - began,
        error=end.error,
        is_final=is_hopeless(end.status, end.result.fault),
    )
    return Played(attempt, end.result)


def _executor(planned: Planned, number: int, cast: Cast, shared: Shared) -> ScenarioExecutor:
    scenario, trial = planned.scenario, planned.trial
    return TrialExecutor(
        shared,
        scenario.name,
        scenario.description,
        cast.agents,
        cast.script,
        scenario.max_turns,
        verbose=False,
        debug=False,
        set_id=scenario.set_id,
        metadata={
            "trial": trial.number,
            "trials": trial.planned,
            "attempt": number,
            "seed": trial.seed,
            "identity": trial.identity,
            "tags": list(scenario.tags),
            "fields": dict(scenario.fields),
        },
        batch_run_id=shared.batch_id,
        new_id=shared.new_id if shared.isolation is Isolation.LOOP else IdSource(),
        timeout=shared.timeout if scenario.timeout is None else scenario.timeout,
        agent_timeout=shared.agent_timeout if scenario.agent_timeout is None else scenario.agent_timeout,
    )


def _not_set_up(error: Exception, began: float) -> Attempt:
    """The attempt at a trial whose agents could not be made, or whose script cannot be played."""
    text = f"The trial could not be set up: {type(error).__name__}: {error}"
    fault = Fault(FaultKind.INFRASTRUCTURE, text)
    return Attempt(
        "", RunOutcome.ERROR, fault, text, started_at=began, seconds=time.time() - began, is_final=True
    )
