"""Many conversations: scenarios and suites as values, their trials, and the scheduler that plays them.

`Scenario` and `Suite` say what is played, `run_suite` plays it. Every name here is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenario.suite.budget import Budget, Spent
    from scenario.suite.control import Control, Stop
    from scenario.suite.declare import Declared
    from scenario.suite.find import Choice, find_scenarios
    from scenario.suite.limits import Isolation, Limits
    from scenario.suite.progress import Progress, Standing
    from scenario.suite.rejudge import rejudge
    from scenario.suite.result import Attempt, Ending, ScenarioTally, SuiteResult, TrialResult
    from scenario.suite.retry import RetryPolicy
    from scenario.suite.run import run_suite
    from scenario.suite.scenario import Cast, Scenario, Suite
    from scenario.suite.trial import Trial, current_trial

_HOMES = {
    "budget": ("Budget", "Spent"),
    "control": ("Control", "Stop"),
    "declare": ("Declared",),
    "find": ("Choice", "find_scenarios"),
    "limits": ("Isolation", "Limits"),
    "progress": ("Progress", "Standing"),
    "rejudge": ("rejudge",),
    "result": ("Attempt", "Ending", "ScenarioTally", "SuiteResult", "TrialResult"),
    "retry": ("RetryPolicy",),
    "run": ("run_suite",),
    "scenario": ("Cast", "Scenario", "Suite"),
    "trial": ("Trial", "current_trial"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Attempt",
    "Budget",
    "Cast",
    "Choice",
    "Control",
    "Declared",
    "Ending",
    "Isolation",
    "Limits",
    "Progress",
    "RetryPolicy",
    "Scenario",
    "ScenarioTally",
    "Spent",
    "Standing",
    "Stop",
    "Suite",
    "SuiteResult",
    "Trial",
    "TrialResult",
    "current_trial",
    "find_scenarios",
    "rejudge",
    "run_suite",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
