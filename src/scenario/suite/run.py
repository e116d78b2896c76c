"""`run_suite`: plays a suite, and keeps what comes of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from typing_extensions import Unpack

from scenario.config import ModelConfig
from scenario.suite.budget import Budget
from scenario.suite.result import SuiteResult
from scenario.suite.scenario import Scenario, Suite

if TYPE_CHECKING:
    from scenario.suite.control import Control
    from scenario.suite.limits import Isolation
    from scenario.suite.progress import Watcher
    from scenario.suite.retry import RetryPolicy


class SuiteOptions(TypedDict, total=False):
    """The options of `run_suite`.

    Attributes:
        trials: How many trials of each scenario; None leaves it to the scenarios.
        seed: The seed of the run; None takes that of the suite.
        concurrency: How many trials at once, 10 by default.
        per_endpoint: How many at once of the scenarios with this `Scenario.endpoint`.
        isolation: ``thread`` (the default): each trial on a thread of its own, so that an agent that blocks holds up
            nobody. ``loop``: all on the caller's loop, which costs less.
        budget: What the run may use.
        retries: How often a trial is played again when the infrastructure or the simulated user broke, 2 by default;
            or a `RetryPolicy`.
        fail_fast: Begin nothing more once a trial failed by the agent's doing.
        shard: Only a part, such as ``1/4``.
        resume: The id of the batch to go on with: what has a result there is not played again.
        store: Where the trials are stored: a path, a URL, or ``off``. None takes the configured one, if there is one.
        batch_id: The id of a new batch.
        judge_model: The model of the judges of scenarios with criteria.
        timeout: The most seconds for a trial, where the scenario says nothing else.
        agent_timeout: The most seconds for a call of an agent, likewise.
        watchers: Are told what happens.
        control: Ends the run before its end.
        keep: Keep the conversations in the result, as by default. They are in the store in any case.
        info: More about this invocation, to be stored with its batch.
    """

    trials: int | None
    seed: int | None
    concurrency: int
    per_endpoint: Mapping[str, int]
    isolation: Isolation | str
    budget: Budget
    retries: int | RetryPolicy
    fail_fast: bool
    shard: str | None
    resume: str | None
    store: str | os.PathLike[str] | None
    batch_id: str | None
    judge_model: str | ModelConfig | None
    timeout: float | None
    agent_timeout: float | None
    watchers: Sequence[Watcher]
    control: Control
    keep: bool
    info: Mapping[str, Any]


async def run_suite(
    suite: Suite | Scenario | Sequence[Scenario], **options: Unpack[SuiteOptions]
) -> SuiteResult:
    """Play all trials of a suite.

    Each trial gets agents of its own. A trial that fails does not end the run, nor does one that raises. When the
    caller is cancelled, the trials are, too; what has ended is in the store.

    Args:
        suite: What to play.
        options: See `SuiteOptions`.

    Returns:
        What came of it. It is true when every scenario succeeded.

    Raises:
        ConfigError: An option cannot be used, or two scenarios have the same name.

    Example:
        >>> from scenario.suite import Budget
        >>> async def main(suite):
        ...     return await run_suite(suite, trials=20, concurrency=50, budget=Budget(usd=1.0))
    """
    from scenario._utils.logs import configure_logging  # noqa: PLC0415 - first needed when something is played
    from scenario.suite.suite_run import SuiteRun  # noqa: PLC0415 - likewise, with the scheduler and all below it

    configure_logging()
    return await SuiteRun(_as_suite(suite), options).play()


def _as_suite(given: Suite | Scenario | Sequence[Scenario]) -> Suite:
    if isinstance(given, Suite):
        return given
    return Suite([given] if isinstance(given, Scenario) else list(given))
