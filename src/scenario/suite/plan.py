"""Which trials are played, in which order, with which seeds. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from scenario.errors import ConfigError
from scenario.suite.scenario import Scenario
from scenario.suite.trial import Trial

_SEED_BITS = 53  # every JSON reader can hold such a number


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a plan, for one machine of several.

    Attributes:
        index: Which, counted from 1.
        of: How many there are.
    """

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A trial together with the scenario that it plays."""

    scenario: Scenario
    trial: Trial


def shard_of(text: str) -> Shard:
    """The shard that a text such as ``2/5`` names.

    Raises:
        ConfigError: It names none.
    """
    index, _, of = text.partition("/")
    if index.isascii() and index.isdigit() and of.isascii() and of.isdigit() and 1 <= int(index) <= int(of):
        return Shard(int(index), int(of))
    raise ConfigError(
        f"{text!r} is no shard. Write the number of this machine and how many there are, such as 1/4.",
        source="shard",
    )


def seed_of(suite_seed: int, scenario: str, number: int) -> int:
    """The seed of a trial.

    The first 53 bits of the SHA-256 of the suite's seed, the scenario's name and the trial's number, so that a trial
    has the same seed in whatever order, on whatever machine, and with however many others it is played.

    Args:
        suite_seed: The seed of the suite.
        scenario: The scenario's name.
        number: The trial's number, counted from 1.
    """
    text = f"{suite_seed}\0{scenario}\0{number}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]) >> (
        64 - _SEED_BITS
    )


def plan(
    scenarios: Sequence[Scenario], *, trials: int | None = None, seed: int = 0, shard: Shard | None = None
) -> tuple[Planned, ...]:
    """All trials: the first of every scenario, then the second of every scenario, and so on.

    So a run that is stopped early has seen as many scenarios as possible.

    Args:
        scenarios: What is played.
        trials: How many trials of each; None leaves it to the scenarios.
        seed: The suite's seed.
        shard: Only this part. Trials are dealt out like cards, in the order of the whole plan.
    """
    counts = [each.trials if trials is None else trials for each in scenarios]
    identities = [each.identity for each in scenarios]
    dealt = [
        Planned(
            each,
            Trial(each.name, identity, number, count, seed_of(seed, each.name, number), dict(each.fields)),
        )
        for number in range(1, max(counts, default=0) + 1)
        for each, identity, count in zip(scenarios, identities, counts, strict=True)
        if number <= count
    ]
    return tuple(dealt if shard is None else dealt[shard.index - 1 :: shard.of])
