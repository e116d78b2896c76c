"""Scenarios as tests: those of YAML files, and those that a test module declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scenario._pytest.player import Player
from scenario._wording import counted
from scenario.suite.declare import Declared
from scenario.suite.scenario import Scenario, Suite

if TYPE_CHECKING:
    from scenario.suite import ScenarioTally

_MOST_SHOWN = 3


class ScenarioFailedError(Exception):
    """A scenario whose trials did not pass as often as they must.

    Attributes:
        tally: What came of them.
    """

    def __init__(self, tally: ScenarioTally) -> None:
        super().__init__(tally.name)
        self.tally = tally


class ScenarioItem(pytest.Item):
    """A scenario as a test.

    Attributes:
        scenario: The scenario.
        player: Plays it, together with others.
    """

    def __init__(self, *, scenario: Scenario, **named: Any) -> None:
        super().__init__(**named)
        self.scenario = scenario
        self.player: Player | None = None
        self.add_marker("agent_test")
        self.extra_keyword_matches.update(scenario.tags)

    def runtest(self) -> None:
        """Wait until the scenario was played, and look at what came of it.

        Raises:
            ScenarioFailedError: Too few trials passed, or none counts.
        """
        if self.player is None:  # somebody runs this test by itself
            self.player = Player({self.nodeid: self.scenario}, None, 10)
        tally = self.player.tally(self.nodeid)
        usage = sum((trial.usage.cost for trial in tally.trials), 0.0)
        self.user_properties += [
            ("scenario", tally.name),
            ("trials", str(len(tally.trials))),
            ("trials_passed", str(tally.passed)),
            ("trials_counted", str(tally.counted)),
            ("seeds", " ".join(str(trial.trial.seed) for trial in tally.trials)),
            ("cost_usd", f"{usage:.6f}"),
        ]
        if not tally.success:
            raise ScenarioFailedError(tally)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What stands below a test that failed."""
        if isinstance(excinfo.value, ScenarioFailedError):
            return "\n".join(_lines(excinfo.value.tally))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the scenario stands."""
        line = self.scenario.source.rpartition(":")[2]
        return self.path, int(line) - 1 if line.isdigit() else None, self.name


class ScenarioFile(pytest.File):
    """A YAML file of scenarios."""

    def collect(self) -> Iterable[pytest.Item]:
        """Its scenarios.

        Raises:
            pytest.Collector.CollectError: It cannot be used.
        """
        from scenario.errors import ConfigError  # noqa: PLC0415 - loaded where there is such a file
        from scenario.suite.load_yaml import load_yaml  # noqa: PLC0415 - likewise

        try:
            found = load_yaml(self.path)
        except ConfigError as error:
            raise self.CollectError(str(error)) from error
        yield from items_of(self, found)


def items_of(parent: pytest.Collector, scenarios: Iterable[Scenario]) -> Iterator[ScenarioItem]:
    """A test for each scenario."""
    for each in scenarios:
        yield ScenarioItem.from_parent(parent, name=each.name, scenario=each)


def declared_items(collector: pytest.Collector, value: Any) -> list[ScenarioItem] | None:
    """The tests that a value of a module declares; None when it declares none."""
    if not isinstance(collector, pytest.Module):
        return None
    if isinstance(value, Declared):
        return list(items_of(collector, [value()]))
    if isinstance(value, Scenario):
        return list(items_of(collector, [value]))
    return list(items_of(collector, value.scenarios)) if isinstance(value, Suite) else None


def give_players(
    items: Iterable[pytest.Item], trials: int | None, concurrency: int, *, alone: bool
) -> list[Player]:
    """Let the collected scenarios be played together; each by itself where another process plays some of them.

    Args:
        items: All tests of the session.
        trials: How often each is played; None leaves it to the scenarios.
        concurrency: How many trials at once.
        alone: Whether each is played by itself.
    """
    found = [item for item in items if isinstance(item, ScenarioItem)]
    groups = [[item] for item in found] if alone else [found] if found else []
    players: list[Player] = []
    for group in groups:
        player = Player({item.nodeid: item.scenario for item in group}, trials, concurrency)
        players.append(player)
        for item in group:
            item.player = player
    return players


def test_of_trial(items: Iterable[pytest.Item]) -> Callable[[], str | None]:
    """Tells the test whose scenario is played where it is called."""
    tests = {item.scenario.identity: item.nodeid for item in items if isinstance(item, ScenarioItem)}

    def tell() -> str | None:
        if not tests:
            return None
        from scenario.suite.trial import current_trial  # noqa: PLC0415 - there are scenarios, so it is loaded

        trial = current_trial()
        return None if trial is None else tests.get(trial.identity)

    return tell


def _lines(tally: ScenarioTally) -> Iterator[str]:
    from scenario.faults import not_the_agents  # noqa: PLC0415 - only for a test that failed

    rate = (
        "no trial counts" if tally.pass_rate is None else f"{tally.passed} of {tally.counted} trials passed"
    )
    yield f"{tally.name}: {rate}; {tally.min_pass_rate:.0%} must pass."
    wrong = [trial for trial in tally.trials if not trial.passed]
    for trial in wrong[:_MOST_SHOWN]:
        yield ""
        yield f"Trial {trial.trial.number} (seed {trial.trial.seed}): {trial.last.reasoning}"
        if not trial.counts and trial.last.fault is not None:
            yield not_the_agents(trial.last.fault.kind)
        if trial.result is not None:
            yield from (f"  {line}" for line in trial.result.transcript().splitlines())
    if len(wrong) > _MOST_SHOWN:
        yield f"\nand {counted(len(wrong) - _MOST_SHOWN, 'more trial')} that did not pass"
