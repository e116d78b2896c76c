"""What stored runs come to: trials counted, two sides compared, a gate for changes.

`trials`, `summary`, `compare` and `gate` are pure: rows of the store go in, frozen values come out. `select` finds the
runs that a name means, in an open store.
"""

from scenario.analysis.compare import Change, Comparison, Left, Overall, ScenarioChange, Shift, compare
from scenario.analysis.gate import Gate, GateCheck, GateState, gate
from scenario.analysis.select import Selection, select
from scenario.analysis.summary import BatchSummary, ScenarioSummary, summarise
from scenario.analysis.trials import ScenarioKey, ScenarioTrials, Trial, TrialState, scenario_trials

__all__ = [
    "BatchSummary",
    "Change",
    "Comparison",
    "Gate",
    "GateCheck",
    "GateState",
    "Left",
    "Overall",
    "ScenarioChange",
    "ScenarioKey",
    "ScenarioSummary",
    "ScenarioTrials",
    "Selection",
    "Shift",
    "Trial",
    "TrialState",
    "compare",
    "gate",
    "scenario_trials",
    "select",
    "summarise",
]
