"""A model's call of a player is one span, below the player's own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import scenario
from scenario._engine import spans
from scenario._models.player_model import player_model
from scenario._tracing.instrument import record_model_calls
from scenario.testing import ModelServer, Refusal
from tracing.traces import Traces

TESTS = str(Path(__file__).parent.parent)


@pytest.fixture
def traces(monkeypatch):
    found = Traces()
    monkeypatch.setattr(spans, "_tracer", found.provider.get_tracer("scenario"))
    return found


def player(address):
    model = player_model("Speaks", "openai/gpt-4.1-mini", api_base=address)

    class Speaks(scenario.AgentAdapter):
        role = scenario.AgentRole.USER

        async def call(self, input):
            return (await model.ask([{"role": "user", "content": "hi"}])).content

    return Speaks()


async def play(address, how):
    await how(
        "a name", "what it is about", agents=[player(address)], script=[scenario.user(), scenario.succeed()]
    )


@pytest.mark.parametrize("how", [scenario.run, scenario.arun])
async def test_one_span_below_the_players(traces, server, how):
    import openai  # noqa: F401 - as if an earlier call had loaded it

    record_model_calls()
    await play(server.base_url, how)
    (span,), (call,) = traces.named("chat gpt-4.1-mini"), traces.named("Speaks.call")
    assert span.parent.span_id == call.context.span_id
    assert span.context.trace_id == call.context.trace_id
    assert span.attributes["gen_ai.usage.input_tokens"] > 0
    assert span.status.is_unset


async def test_each_try_is_a_span_and_the_failed_ones_say_so(traces, server):
    import openai  # noqa: F401 - likewise

    record_model_calls()
    server.reply_with(Refusal(429, headers={"retry-after-ms": "1"}), default="hello")
    await play(server.base_url, scenario.run)
    failed, fine = traces.named("chat gpt-4.1-mini")
    assert not failed.status.is_ok
    assert failed.attributes["error.type"] == "RateLimitError"
    assert fine.status.is_unset


def test_the_first_call_of_a_process_is_a_span_too():
    """The client is imported in the middle of the recorded call; from then on its calls are spans."""
    code = """
        import asyncio, sys
        import scenario
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        spans = InMemorySpanExporter()
        scenario.setup_scenario_tracing(span_processors=[SimpleSpanProcessor(spans)])
        from models.test_model_spans import play
        assert "openai" not in sys.modules
        asyncio.run(play(sys.argv[1], scenario.run))
        print(sorted(span.name for span in spans.get_finished_spans()))
    """
    with ModelServer(default="hello") as server:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), server.base_url],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([TESTS, os.environ.get("PYTHONPATH", "")])},
        )
    assert "['Scenario Turn', 'Speaks.call', 'chat gpt-4.1-mini']" in done.stdout, done.stderr
