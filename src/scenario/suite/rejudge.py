"""Judging stored conversations again, without playing them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from scenario._meter import meter
from scenario.agent_adapter import AgentAdapter
from scenario.config import ModelConfig, resolve
from scenario.errors import ConfigError
from scenario.faults import RunOutcome
from scenario.scenario_state import ScenarioState
from scenario.suite.casting import cast_for, judges_with
from scenario.suite.scenario import Scenario
from scenario.suite.trial import Trial
from scenario.types import AgentInput, AgentRole, Criterion, JudgmentRequest, ScenarioResult
from scenario.usage import ModelCall, Usage

if TYPE_CHECKING:
    from scenario.store import RunRow, RunStore, WholeRun

KIND = "again"
"""The kind of the judgements that this makes in the store."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A stored trial that was judged again.

    Attributes:
        run_id: The run.
        scenario: The scenario's name.
        trial: The trial's number.
        before: What the run came to.
        after: The new verdict; None when there could be none.
        usage: What the judge used.
        problem: Why there is no new verdict.
        models: The models that judged, as ``provider/model``; none where only checks decided.
        has_own_judge: Whether the scenario brought its judge, for which no other model could be chosen.
    """

    run_id: str
    scenario: str
    trial: int | None
    before: RunOutcome | None
    after: ScenarioResult | None
    usage: Usage
    problem: str = ""
    models: tuple[str, ...] = ()
    has_own_judge: bool = False

    @property
    def has_changed(self) -> bool:
        """Whether the new verdict is another one."""
        return self.after is not None and self.after.outcome is not self.before


async def rejudge(
    scenarios: Sequence[Scenario],
    store: RunStore,
    batch: str,
    *,
    judge_model: str | ModelConfig | None = None,
    concurrency: int = 10,
    watch: Callable[[Rejudged], None] = lambda _: None,
) -> list[Rejudged]:
    """Judge the stored conversations of a batch again.

    The criteria are those that the scenarios have now, so that changed criteria can be tried on what was played. The
    new judgements stand in the store beside the old ones, which stay; what a run came to stays, too. Checks of things
    outside of the conversation, such as a database, look at those as they are now.

    Args:
        scenarios: Where the criteria are. A stored run is of the scenario with its name.
        store: An open store.
        batch: The batch.
        judge_model: The model of judges that are made from criteria; None takes the configured one.
        concurrency: How many at once.
        watch: Told of each.

    Returns:
        One for each finished run of these scenarios, in the order of the scenarios and of their trials.

    Raises:
        ConfigError: The batch has no finished run of one of these scenarios.
    """
    from scenario.store import RunState, runs  # noqa: PLC0415 - loaded where there is a store

    by_name = {each.name: each for each in scenarios}
    rows = [row for row in runs(store, batch=batch) if row.state is RunState.FINISHED and row.name in by_name]
    if not rows:
        raise ConfigError(
            f"The batch {batch} has no finished run of these scenarios: {', '.join(by_name) or 'none'}. `scenario runs` "
            "lists what is there.",
            source=batch,
        )
    order = {name: place for place, name in enumerate(by_name)}
    rows.sort(key=lambda row: (order[row.name], row.trial or 0, row.started_at))
    places = asyncio.Semaphore(concurrency)

    async def one(row: RunRow) -> Rejudged:
        async with places:
            done = await _judge_again(by_name[row.name], store, row, judge_model)
        watch(done)
        return done

    return await asyncio.gather(*(one(row) for row in rows))


async def _judge_again(
    scenario: Scenario, store: RunStore, row: RunRow, judge_model: str | ModelConfig | None
) -> Rejudged:
    from scenario.store import run  # noqa: PLC0415 - loaded where there is a store

    calls: list[ModelCall] = []
    made: list[AgentAdapter] = []

    def make_judge(criteria: Sequence[Criterion]) -> AgentAdapter:
        made.append(judges_with(judge_model)(criteria))
        return made[-1]

    token = meter.set(calls.append)
    found: ScenarioResult | None = None
    problem = ""
    try:
        whole = await asyncio.to_thread(run, store, row.id)
        if whole is None:
            problem = "it was removed meanwhile"
        else:
            trial = Trial(row.name, scenario.identity, row.trial or 1, 1, row.seed or 0, row.fields)
            async with AsyncExitStack() as stack:
                cast_ = await cast_for(stack, scenario, trial, make_judge)
                found = await _verdict(_judge_among(cast_.agents, scenario), whole, scenario)
    except Exception as error:  # noqa: BLE001 - one conversation that cannot be judged does not end the others
        problem = f"{type(error).__name__}: {error}"
    finally:
        meter.reset(token)
    models = tuple(dict.fromkeys("/".join(filter(None, (call.provider, call.model))) for call in calls))
    if found is not None:
        await asyncio.to_thread(_write, store, row.id, found, models)
    usage = sum((call.usage for call in calls), Usage())
    return Rejudged(row.id, row.name, row.trial, row.outcome, found, usage, problem, models, not made)


def _judge_among(agents: Sequence[AgentAdapter], scenario: Scenario) -> AgentAdapter:
    for agent in agents:
        if agent.role is AgentRole.JUDGE:
            return agent
    raise ConfigError(
        f"Scenario {scenario.name!r} has no judge: give it `criteria`.",
        source=scenario.source or scenario.name,
    )


async def _verdict(judge: AgentAdapter, whole: WholeRun, scenario: Scenario) -> ScenarioResult:
    messages = cast("list[Any]", [each.message for each in whole.messages])
    state = ScenarioState(
        scenario.description or whole.run.description,
        messages,
        whole.run.id,
        max(0, whole.run.turns - 1),
        resolve({"max_turns": scenario.max_turns}),
    )
    state.ending = whole.run.ending
    said: Any = await judge.call(
        AgentInput(
            thread_id=whole.run.id,
            messages=messages,
            new_messages=messages,
            judgment_request=JudgmentRequest(),
            scenario_state=state,
        )
    )
    if isinstance(said, ScenarioResult):
        return said
    raise ConfigError(f"The judge of {scenario.name!r} gave no verdict.", source=scenario.name)


def _write(store: RunStore, run_id: str, found: ScenarioResult, models: Sequence[str]) -> None:
    """Put the judgement beside those that are there, and tell readers that the run has changed."""
    from sqlalchemy import func, insert, select, update  # noqa: PLC0415 - loaded where there is a store

    from scenario._redaction import redactor  # noqa: PLC0415 - likewise
    from scenario.store import schema  # noqa: PLC0415 - likewise
    from scenario.store.plain import clean, plain, to_json  # noqa: PLC0415 - likewise
    from scenario.store.writes import next_changes  # noqa: PLC0415 - likewise

    judgement, run = schema.judgement, schema.run
    label = f" ({', '.join(models)})" if models else ""
    verdicts: list[dict[str, Any]] = [redactor().data(plain(asdict(each))) for each in found.criteria]
    with store.writing() as connection:
        last = connection.scalar(select(func.max(judgement.c.number)).where(judgement.c.run_id == run_id))
        number = 0 if last is None else last + 1
        row = {
            "run_id": run_id,
            "number": number,
            "kind": KIND,
            "judge": f"again{label}",
            "turn": None,
            "at": time.time(),
            "passed": found.success,
            "reasoning": None if found.reasoning is None else clean(redactor().text(found.reasoning)),
        }
        connection.execute(insert(judgement), [row])
        rows = [
            _verdict_row(run_id, number, place, each, to_json(each)) for place, each in enumerate(verdicts)
        ]
        if rows:
            connection.execute(insert(schema.verdict), rows)
        change = next_changes(connection, 1)
        connection.execute(update(run).where(run.c.id == run_id).values(change=change))


def _verdict_row(
    run_id: str, judgement: int, position: int, verdict: Mapping[str, Any], data: str
) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "judgement": judgement,
        "position": position,
        "criterion": verdict["criterion"],
        "status": verdict["status"],
        "reasoning": verdict["reasoning"],
        "data": data,
    }
