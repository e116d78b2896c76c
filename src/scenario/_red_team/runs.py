"""Whose attack is where: one for each run, kept as long as the run's state is."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from scenario._red_team.attempts import Attack
from scenario.cache import context_scenario
from scenario.errors import NoStageError
from scenario.scenario_state import ScenarioState


class Attacks:
    """The attacks of one attacker, by the states of their runs; two runs share nothing."""

    def __init__(self) -> None:
        self._by_state: WeakKeyDictionary[ScenarioState, Attack] = WeakKeyDictionary()

    def of(self, state: ScenarioState) -> Attack:
        """The attack of a run; one that has not begun when there is none."""
        return self._by_state.get(state) or Attack()

    def keep(self, state: ScenarioState, attack: Attack) -> None:
        """The attack of a run is this from now on."""
        self._by_state[state] = attack


def running(state: ScenarioState | None) -> ScenarioState:
    """The state, or that of the run that is going on here.

    Raises:
        NoStageError: There is neither.
    """
    if state is not None:
        return state
    executor = context_scenario.get(None)
    if executor is None:
        raise NoStageError(
            "No scenario is running here, so there is no attack to tell of. Ask in a step of the script, or give the "
            "state of the run."
        )
    return executor.state
