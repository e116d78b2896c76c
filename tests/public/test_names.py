"""Every promised name is where it was promised."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import scenario

ROOT = [
    "run",
    "arun",
    "configure",
    "default_config",
    "cache",
    "scenario_cache",
    "message",
    "user",
    "agent",
    "judge",
    "proceed",
    "succeed",
    "fail",
    "ScenarioExecutor",
    "ScenarioResult",
    "ScenarioState",
    "ScenarioConfig",
    "ModelConfig",
    "AgentAdapter",
    "AgentInput",
    "AgentRole",
    "AgentReturnTypes",
    "JudgmentRequest",
    "UserSimulatorAgent",
    "JudgeAgent",
    "RedTeamAgent",
    "RedTeamStrategy",
    "CrescendoStrategy",
    "AttackTechnique",
    "DEFAULT_TECHNIQUES",
    "setup_scenario_tracing",
    "scenario_only",
    "with_custom_scopes",
]

ELSEWHERE = {
    "scenario.scenario_executor": "ScenarioExecutor run arun",
    "scenario.config": "ScenarioConfig ModelConfig LangWatchSettings",
    "scenario.types": "AgentInput AgentRole AgentReturnTypes ChatCompletionMessageParamWithTrace "
    "ChatCompletionDeveloperMessageParamWithTrace ChatCompletionSystemMessageParamWithTrace "
    "ChatCompletionUserMessageParamWithTrace ChatCompletionAssistantMessageParamWithTrace "
    "ChatCompletionToolMessageParamWithTrace ChatCompletionFunctionMessageParamWithTrace "
    "JudgmentRequest ScenarioResult ScriptStep",
    "scenario._utils": "convert_agent_return_types_to_openai_messages check_valid_return_type print_openai_messages "
    "show_spinner await_if_awaitable get_batch_run_id generate_scenario_run_id SerializableWithStringFallback "
    "reverse_roles",
    "scenario._utils.utils": "reverse_roles",
    "scenario._utils.ids": "generate_thread_id generate_scenario_run_id generate_scenario_id generate_message_id "
    "get_batch_run_id get_or_create_batch_run_id safe_parse_ksuid",
    "scenario._error_messages": "agent_response_not_awaitable",
    "scenario.cache": "scenario_cache context_scenario",
    "scenario.agent_adapter": "AgentAdapter",
    "scenario.script": "message user agent judge proceed succeed fail",
    "scenario.scenario_state": "ScenarioState",
    "scenario.judge_agent": "JudgeAgent",
    "scenario.user_simulator_agent": "UserSimulatorAgent",
    "scenario.red_team_agent": "RedTeamAgent",
    "scenario._red_team.base": "RedTeamStrategy",
    "scenario._red_team.crescendo": "CrescendoStrategy",
    "scenario._red_team.techniques": "AttackTechnique DEFAULT_TECHNIQUES",
    "scenario._judge": "JudgeUtils JudgeSpanDigestFormatter expand_trace grep_trace estimate_tokens deep_transform "
    "StringDeduplicator truncate_media",
    "scenario.pytest_plugin": "",
    "scenario._events": "ScenarioEventBus EventReporter",
    "scenario._events.event_bus": "ScenarioEventBus",
    "scenario._events.event_reporter": "EventReporter",
    "scenario._events.events": "ScenarioEvent ScenarioRunStartedEvent ScenarioMessageSnapshotEvent "
    "ScenarioRunFinishedEvent ScenarioRunStartedEventMetadata ScenarioRunFinishedEventResults "
    "ScenarioRunFinishedEventVerdict ScenarioRunFinishedEventStatus",
    "scenario._events.utils": "convert_messages_to_api_client_messages",
    "scenario._events.messages": "UserMessage AssistantMessage SystemMessage ToolMessage ToolCall FunctionCall",
    "scenario._tracing": "ensure_tracing_initialized judge_span_collector",
    "scenario._tracing.judge_span_collector": "JudgeSpanCollector",
    "scenario._tracing.setup": "setup_scenario_tracing",
    "scenario._tracing.filters": "scenario_only with_custom_scopes",
    "scenario._tracing.filtering_exporter": "FilteringSpanExporter",
}


@pytest.mark.parametrize("name", ROOT)
def test_the_root_has(name):
    getattr(scenario, name)
    assert name in scenario.__all__


@pytest.mark.parametrize("module", ELSEWHERE)
def test_the_module_has(module):
    found = importlib.import_module(module)
    for name in ELSEWHERE[module].split():
        getattr(found, name)


def test_all_names_are_there_and_no_other_public_one():
    for name in scenario.__all__:
        getattr(scenario, name)
    assert set(dir(scenario)) == set(scenario.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'scenarios'"):
        _ = scenario.scenarios


def test_b42_model_config_is_importable_from_the_root():
    from scenario import ModelConfig

    assert ModelConfig(model="a/b").temperature == 0.0


@pytest.mark.parametrize(
    "first", ["import scenario.cache", "import scenario.scenario_executor", "import scenario"]
)
def test_the_attribute_cache_is_the_decorator_whatever_is_imported(first):
    code = f"{first}\nimport scenario, importlib\nimportlib.import_module('scenario.cache')\nassert callable(scenario.cache)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_judge_span_collector_is_the_instance_whatever_is_imported():
    code = (
        "import scenario._tracing.judge_span_collector as m\nfrom scenario._tracing import judge_span_collector as c\n"
        "import sys\nassert isinstance(c, sys.modules['scenario._tracing.judge_span_collector'].JudgeSpanCollector)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


EXECUTOR = [
    ("name", inspect.Parameter.empty),
    ("description", inspect.Parameter.empty),
    ("agents", []),
    ("script", None),
    ("max_turns", None),
    ("verbose", None),
    ("cache_key", None),
    ("debug", None),
    ("event_bus", None),
    ("set_id", None),
    ("metadata", None),
]
RUN = [
    "name",
    "description",
    "agents",
    "max_turns",
    "verbose",
    "cache_key",
    "debug",
    "script",
    "set_id",
    "metadata",
]


def _positional(function):
    parameters = inspect.signature(function).parameters.values()
    return [(each.name, each.default) for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]


def test_the_signature_of_the_executor():
    assert _positional(scenario.ScenarioExecutor) == EXECUTOR


@pytest.mark.parametrize("function", [scenario.run, scenario.arun])
def test_the_signature_of_run_and_arun(function):
    defaults = dict(EXECUTOR)
    assert _positional(function) == [(name, defaults[name]) for name in RUN]
    assert inspect.iscoroutinefunction(function)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("add_message", [("message", inspect.Parameter.empty), ("from_agent_idx", None)]),
        ("add_messages", [("messages", inspect.Parameter.empty), ("from_agent_idx", None)]),
        ("rollback_messages_to", [("index", inspect.Parameter.empty)]),
        ("message", [("message", inspect.Parameter.empty)]),
        ("user", [("content", None)]),
        ("agent", [("content", None)]),
        ("judge", [("criteria", None)]),
        ("proceed", [("turns", None), ("on_turn", None), ("on_step", None)]),
        ("succeed", [("reasoning", None)]),
        ("fail", [("reasoning", None)]),
        ("reset", []),
        ("step", []),
        ("run", []),
    ],
)
def test_the_signature_of_a_method(method, expected):
    assert _positional(getattr(scenario.ScenarioExecutor, method))[1:] == expected


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="no option named 'tiemout'"):
        scenario.ScenarioExecutor("n", "d", tiemout=3)
