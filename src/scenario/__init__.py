"""Test AI agents in whole conversations: play a scenario, judge it, see what happened.

Every name here is loaded when it is first used, so importing this package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from scenario.cache import scenario_cache

if TYPE_CHECKING:
    from scenario import checks
    from scenario._replay.recorded import recorded
    from scenario._simulator.persona import Persona
    from scenario._tracing import scenario_only, setup_scenario_tracing, with_custom_scopes
    from scenario.agent_adapter import AgentAdapter, agent_from
    from scenario.checks import Check
    from scenario.config import ModelConfig, ScenarioConfig
    from scenario.errors import ScenarioError
    from scenario.judge_agent import JudgeAgent
    from scenario.red_team_agent import (
        DEFAULT_TECHNIQUES,
        AttackTechnique,
        CrescendoStrategy,
        RedTeamAgent,
        RedTeamStrategy,
    )
    from scenario.scenario_executor import ScenarioExecutor, arun, run
    from scenario.scenario_state import ScenarioState
    from scenario.script import agent, fail, judge, message, proceed, succeed, user
    from scenario.scripted_user_agent import Goal, ScriptedUserAgent
    from scenario.suite.budget import Budget
    from scenario.suite.declare import scenario
    from scenario.suite.result import SuiteResult
    from scenario.suite.run import run_suite
    from scenario.suite.scenario import Cast, Scenario, Suite
    from scenario.suite.trial import current_trial
    from scenario.types import (
        AgentInput,
        AgentReturnTypes,
        AgentRole,
        CriterionResult,
        CriterionStatus,
        EndingKind,
        Evidence,
        Fault,
        FaultKind,
        JudgmentRequest,
        RunOutcome,
        RunUsage,
        ScenarioResult,
        ScriptStep,
        Usage,
        UserEnding,
    )
    from scenario.user_simulator_agent import UserSimulatorAgent

    configure = ScenarioConfig.configure
    default_config: ScenarioConfig | None
    __version__: str

_HOMES = {
    "AgentAdapter": "agent_adapter",
    "AgentInput": "types",
    "AgentReturnTypes": "types",
    "AgentRole": "types",
    "AttackTechnique": "red_team_agent",
    "Budget": "suite.budget",
    "Cast": "suite.scenario",
    "Check": "checks",
    "CrescendoStrategy": "red_team_agent",
    "CriterionResult": "types",
    "CriterionStatus": "types",
    "DEFAULT_TECHNIQUES": "red_team_agent",
    "EndingKind": "types",
    "Evidence": "types",
    "Fault": "types",
    "FaultKind": "types",
    "Goal": "scripted_user_agent",
    "JudgeAgent": "judge_agent",
    "JudgmentRequest": "types",
    "ModelConfig": "config",
    "Persona": "_simulator.persona",
    "RedTeamAgent": "red_team_agent",
    "RedTeamStrategy": "red_team_agent",
    "RunOutcome": "types",
    "RunUsage": "types",
    "Scenario": "suite.scenario",
    "ScenarioConfig": "config",
    "ScenarioError": "errors",
    "ScenarioExecutor": "scenario_executor",
    "ScenarioResult": "types",
    "ScenarioState": "scenario_state",
    "ScriptStep": "types",
    "ScriptedUserAgent": "scripted_user_agent",
    "Suite": "suite.scenario",
    "SuiteResult": "suite.result",
    "Usage": "types",
    "UserEnding": "types",
    "UserSimulatorAgent": "user_simulator_agent",
    "agent": "script",
    "agent_from": "agent_adapter",
    "arun": "scenario_executor",
    "current_trial": "suite.trial",
    "fail": "script",
    "judge": "script",
    "message": "script",
    "proceed": "script",
    "recorded": "_replay.recorded",
    "run": "scenario_executor",
    "run_suite": "suite.run",
    "scenario": "suite.declare",
    "scenario_only": "_tracing",
    "setup_scenario_tracing": "_tracing",
    "succeed": "script",
    "user": "script",
    "with_custom_scopes": "_tracing",
}

cache = scenario_cache
"""The decorator, always: it is bound here so that the module of the same name does not take its place."""

__all__ = [  # noqa: RUF022 - grouped by use
    # playing
    "run",
    "arun",
    "configure",
    "default_config",
    "cache",
    "scenario_cache",
    "recorded",
    # many conversations
    "run_suite",
    "scenario",
    "Scenario",
    "Suite",
    "Cast",
    "Budget",
    "SuiteResult",
    "current_trial",
    # steps
    "message",
    "user",
    "agent",
    "judge",
    "proceed",
    "succeed",
    "fail",
    # values
    "ScenarioExecutor",
    "ScenarioResult",
    "ScenarioState",
    "ScenarioConfig",
    "ScenarioError",
    "ModelConfig",
    "AgentInput",
    "AgentRole",
    "AgentReturnTypes",
    "ScriptStep",
    "JudgmentRequest",
    "CriterionResult",
    "CriterionStatus",
    "Evidence",
    "RunOutcome",
    "Fault",
    "FaultKind",
    "Usage",
    "RunUsage",
    "UserEnding",
    "EndingKind",
    # players and criteria
    "AgentAdapter",
    "agent_from",
    "UserSimulatorAgent",
    "Persona",
    "ScriptedUserAgent",
    "Goal",
    "JudgeAgent",
    "checks",
    "Check",
    "RedTeamAgent",
    "RedTeamStrategy",
    "CrescendoStrategy",
    "AttackTechnique",
    "DEFAULT_TECHNIQUES",
    # tracing
    "setup_scenario_tracing",
    "scenario_only",
    "with_custom_scopes",
]


def __getattr__(name: str) -> Any:
    if name in {"configure", "default_config"}:  # the live value, never a copy of it
        return getattr(importlib.import_module("scenario.config").ScenarioConfig, name)
    if name == "checks":
        return importlib.import_module("scenario.checks")
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("agent-scenario")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"scenario.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
