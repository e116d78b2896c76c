"""scenario.errors: the tree, and what each error carries."""

from __future__ import annotations

import inspect

import pytest

from scenario import errors

TREE = {
    "ScenarioError": (Exception,),
    "ConfigError": (errors.ScenarioError, ValueError),
    "ScriptError": (errors.ScenarioError, ValueError),
    "StepTypeError": (errors.ScriptError, TypeError),
    "NoAgentForRoleError": (errors.ScriptError,),
    "NotAnAgentError": (errors.ScenarioError, TypeError),
    "AgentError": (errors.ScenarioError, RuntimeError),
    "InvalidReplyError": (errors.ScenarioError, ValueError),
    "NotAwaitableError": (errors.ScenarioError, TypeError),
    "TimeLimitError": (errors.ScenarioError, TimeoutError),
    "SimulatorError": (errors.ScenarioError, RuntimeError),
    "ModelError": (errors.ScenarioError, RuntimeError),
    "EndpointError": (errors.ScenarioError, RuntimeError),
    "ReplayMissError": (errors.ScenarioError, RuntimeError),
    "CassetteError": (errors.ScenarioError, RuntimeError),
    "NoResultError": (errors.ScenarioError, ValueError),
    "AlreadyRunningError": (errors.ScenarioError, RuntimeError),
    "NoStageError": (errors.ScenarioError, RuntimeError),
    "NotAvailableError": (errors.ScenarioError, RuntimeError),
    "ModelRequiredError": (errors.NotAvailableError,),
}
CLASSES = {name: value for name, value in vars(errors).items() if inspect.isclass(value)}


def test_the_tree_has_these_errors_and_no_others():
    assert CLASSES.keys() == TREE.keys()


@pytest.mark.parametrize(("name", "bases"), TREE.items())
def test_an_error_inherits_what_it_promises(name, bases):
    assert CLASSES[name].__bases__ == bases


@pytest.mark.parametrize("name", TREE)
def test_the_drawing_of_the_tree_shows_the_error_with_its_built_in_type(name):
    built_ins = [
        base.__name__ for base in TREE[name] if base.__module__ == "builtins" and base is not Exception
    ]
    shown = f"{name} ({built_ins[0]})" if built_ins else name
    assert any(line.strip(" ├└│─").startswith(shown) for line in errors.__doc__.splitlines())


@pytest.mark.parametrize(
    ("error", "carried"),
    [
        (errors.ConfigError("text", source="a file"), {"source": "a file"}),
        (errors.ScriptError("text"), {"scenario": None, "step": None}),
        (errors.ScriptError("text", scenario="a", step=2), {"scenario": "a", "step": 2}),
        (errors.StepTypeError("text", scenario="a", step=2), {"scenario": "a", "step": 2}),
        (
            errors.NoAgentForRoleError("text", role="User", scenario="a", step=2),
            {"role": "User", "scenario": "a", "step": 2},
        ),
        (
            errors.AgentError("text", agent="desk", turn=3, role="Agent"),
            {"agent": "desk", "turn": 3, "role": "Agent"},
        ),
        (
            errors.TimeLimitError("text", agent="desk", turn=3, limit=0.5),
            {"agent": "desk", "turn": 3, "limit": 0.5, "role": None},
        ),
        (
            errors.SimulatorError("text", agent="user", problem="it is empty", reply=""),
            {"agent": "user", "problem": "it is empty", "reply": ""},
        ),
        (
            errors.ModelError("text", provider="openai", model="m", status=429, request_id="r", attempts=3),
            {"provider": "openai", "model": "m", "status": 429, "request_id": "r", "attempts": 3},
        ),
        (
            errors.EndpointError("text", endpoint="http://a", status=502, unreachable=True),
            {"endpoint": "http://a", "status": 502, "unreachable": True},
        ),
        (
            errors.ReplayMissError("text", scenario="a", channel="judge", position=2, cassette="a.json"),
            {"scenario": "a", "channel": "judge", "position": 2, "cassette": "a.json"},
        ),
        (errors.CassetteError("text", path="a.json"), {"path": "a.json"}),
        (errors.ModelRequiredError("text", agent="JudgeAgent"), {"agent": "JudgeAgent"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_its_text_and_carries_what_it_speaks_of(error, carried):
    assert str(error) == "text"
    assert vars(error) == carried
