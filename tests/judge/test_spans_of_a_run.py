"""A judge in a run that is traced: it reads what the agent did, and nothing of its testers."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from opentelemetry.sdk.trace import TracerProvider

import scenario
from judge.cases import CONTINUE, POLITE, finish
from scenario import JudgeAgent
from scenario._engine import spans
from scenario._tracing import JudgeSpanCollector, judge_span_collector
from scenario.testing import ScriptedModel
from support import play


@pytest.fixture
def traced(monkeypatch):
    """A tracer whose spans the collector has."""
    collector = JudgeSpanCollector()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(collector)
    monkeypatch.setattr(spans, "_tracer", provider.get_tracer("scenario"))
    return provider.get_tracer("tests"), collector


@contextmanager
def _work(tracer, name):
    with tracer.start_as_current_span(name):
        yield


async def test_a_judge_reads_the_agents_spans_of_all_turns_and_no_others(traced):
    tracer, collector = traced

    def agent(input):
        with _work(tracer, f"lookup {input.scenario_state.current_turn}"):
            return "Green tea."

    def user(input):
        with _work(tracer, "secret plan"):
            return "Tea?"

    model = ScriptedModel(CONTINUE, finish(c1="passed"))
    players = [
        scenario.agent_from(user, role=scenario.AgentRole.USER),
        scenario.agent_from(agent),
        JudgeAgent(criteria=[POLITE], model=model, span_collector=collector),
    ]
    result, _ = await play(players, max_turns=5)
    assert result.success
    shown = model.requests[1].messages[1]["content"]
    assert "lookup 0" in shown
    assert "lookup 1" in shown
    assert "secret plan" not in shown
    assert "JudgeAgent.call" not in shown
    assert "Scenario Turn" in shown


def test_by_default_a_judge_reads_the_spans_of_this_process():
    judge = JudgeAgent(criteria=[POLITE], model=ScriptedModel())
    assert judge.span_collector is judge_span_collector
