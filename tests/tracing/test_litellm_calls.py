"""Calls that agents make with `litellm` become spans: by its custom loggers, here those of a stand-in.

The stand-in tells its loggers what litellm tells them, in litellm's order and in the same contexts: before the
call and when the answer is there, in the caller's; and the end once more, from another thread.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from datetime import datetime
from types import ModuleType

import openai
import pytest

import scenario
from scenario._genai import CAPTURE_VARIABLE
from scenario._tracing import litellm_calls
from scenario._tracing.instrument import record_model_calls
from scenario._tracing.litellm_calls import LitellmCalls, record_litellm
from scenario._tracing.model_call import ModelCall
from tracing.traces import as_json, serving

ASKED = [{"role": "user", "content": "hi"}]
ANSWER = {
    "id": "chatcmpl-1",
    "model": "claude-x",
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5},
}


def _now():
    return datetime.now()  # noqa: DTZ005 - as litellm tells the time


class CustomLogger:
    def log_pre_api_call(self, model, messages, kwargs): ...
    def log_post_api_call(self, kwargs, response_obj, start_time, end_time): ...
    def log_success_event(self, kwargs, response_obj, start_time, end_time): ...
    def log_failure_event(self, kwargs, response_obj, start_time, end_time): ...


class StandIn(ModuleType):
    """litellm, as far as its loggers see it."""

    def __init__(self):
        super().__init__("litellm")
        self.callbacks = []
        self.success_callback = []
        self.calls = 0
        self.late = []

    def completion(self, model, messages, *, answer=ANSWER, tells_answer=True, ask=None, **parameters):
        self.calls += 1
        told = {
            "litellm_call_id": f"call_{self.calls}",
            "call_type": parameters.pop("call_type", "completion"),
            "custom_llm_provider": "anthropic",
            "optional_params": parameters,
        }
        began = _now()
        for logger in self._loggers():
            logger.log_pre_api_call(model, messages, told)
        if ask is not None:
            ask()
        if isinstance(answer, Exception):
            self._from_another_thread("log_failure_event", {**told, "exception": answer}, None, began)
            raise answer
        told = {**told, "original_response": json.dumps(answer) if tells_answer else "<a stream>"}
        for logger in self._loggers():
            logger.log_post_api_call(told, None, began, None)
        self.told = told
        self.late.append(lambda: self._from_another_thread("log_success_event", told, answer, began))
        return answer

    def _loggers(self):
        return [callback for callback in self.callbacks if isinstance(callback, CustomLogger)]

    def _from_another_thread(self, event, told, reply, began):
        for logger in self._loggers():
            thread = threading.Thread(target=getattr(logger, event), args=[told, reply, began, _now()])
            thread.start()
            thread.join()


@pytest.fixture
def litellm(monkeypatch):
    package, loggers = StandIn(), ModuleType("litellm.integrations.custom_logger")
    loggers.CustomLogger = CustomLogger
    monkeypatch.setitem(sys.modules, "litellm", package)
    monkeypatch.setitem(sys.modules, "litellm.integrations.custom_logger", loggers)
    record_model_calls()
    return package


async def _play(ask, play=scenario.arun):
    def asks(input):
        ask()
        return "x"

    return await play("n", "d", [scenario.agent_from(asks)], script=[scenario.agent(), scenario.succeed()])


@pytest.mark.parametrize("play", [scenario.run, scenario.arun])
async def test_a_call_is_a_span_below_the_agents(traces, litellm, play):
    await _play(lambda: litellm.completion("claude-x", ASKED, temperature=0.5), play)
    (chat,), (call,) = traces.named("chat claude-x"), traces.named("asks.call")
    assert chat.parent.span_id == call.context.span_id
    assert chat.end_time <= call.end_time
    assert dict(chat.attributes) == {
        "langwatch.span.type": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.conversation.id": call.attributes["gen_ai.conversation.id"],
        "gen_ai.request.model": "claude-x",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "claude-x",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5,
    }
    litellm.late.pop()()
    assert len(traces.named("chat claude-x")) == 1


async def test_the_words_are_there_when_they_are_captured(traces, litellm, monkeypatch):
    monkeypatch.setenv(CAPTURE_VARIABLE, "true")
    await _play(lambda: litellm.completion("claude-x", ASKED))
    (chat,) = traces.named("chat claude-x")
    assert '"hi"' in chat.attributes["gen_ai.input.messages"]
    assert '"hello"' in chat.attributes["gen_ai.output.messages"]


async def test_an_answer_that_cannot_be_read_comes_with_the_report_from_the_background(traces, litellm):
    await _play(lambda: litellm.completion("claude-x", ASKED, tells_answer=False, stream=True))
    assert traces.named("chat claude-x") == []
    litellm.late.pop()()
    (chat,), (call,) = traces.named("chat claude-x"), traces.named("asks.call")
    assert chat.parent.span_id == call.context.span_id
    assert chat.start_time < call.end_time
    assert chat.attributes["gen_ai.usage.output_tokens"] == 5


async def test_the_report_may_come_from_a_loop_too(traces, litellm):
    await _play(lambda: litellm.completion("claude-x", ASKED, tells_answer=False))
    (logger,) = litellm.callbacks
    await logger.async_log_success_event(litellm.told, ANSWER, _now(), _now())
    await logger.async_log_failure_event(litellm.told, None, _now(), _now())
    (chat,) = traces.named("chat claude-x")
    assert chat.status.is_unset


async def test_an_error_is_the_agents_and_on_the_span(traces, litellm):
    def ask():
        with pytest.raises(TimeoutError):
            litellm.completion("claude-x", ASKED, answer=TimeoutError("too slow"))

    await _play(ask)
    (chat,) = traces.named("chat claude-x")
    assert chat.attributes["error.type"] == "TimeoutError"
    assert chat.status.description == "TimeoutError: too slow"


async def test_a_call_outside_a_run_and_one_that_is_no_chat_are_no_spans(traces, litellm):
    litellm.completion("claude-x", ASKED)
    await _play(lambda: litellm.completion("e", ASKED, call_type="embedding"))
    for late in litellm.late:
        late()
    assert [span.name for span in traces.all] == ["asks.call", "Scenario Turn"]


async def test_a_call_that_litellm_makes_with_openai_is_one_span(traces, litellm):
    with serving(lambda path, body: as_json({**ANSWER, "object": "chat.completion", "created": 0})) as server:
        with openai.OpenAI(api_key="none", base_url=server.address, max_retries=0) as client:

            def own():
                client.chat.completions.create(model="own", messages=[])

            def ask():
                litellm.completion("claude-x", ASKED, ask=own)
                own()

            await _play(ask)
        assert len(server.received) == 2
    names = [span.name for span in traces.all if span.name.startswith("chat")]
    assert names == ["chat claude-x", "chat own"]


class OpenTelemetry(CustomLogger):
    __module__ = "litellm.integrations.opentelemetry"


@pytest.mark.parametrize("tracer", ["otel", "arize_phoenix", OpenTelemetry()])
async def test_when_litellm_traces_itself_it_is_left_to_that(traces, litellm, tracer):
    litellm.callbacks.append(tracer)
    await _play(lambda: litellm.completion("claude-x", ASKED))
    litellm.late.pop()()
    assert traces.named("chat claude-x") == []


@pytest.mark.parametrize("tracer", ["my_hotel", CustomLogger()])
async def test_other_callbacks_change_nothing(traces, litellm, tracer):
    litellm.callbacks.append(tracer)
    await _play(lambda: litellm.completion("claude-x", ASKED))
    assert len(traces.named("chat claude-x")) == 1


def test_one_logger_is_enough(litellm):
    record_model_calls()
    assert len(litellm.callbacks) == 1


def test_without_litellm_nothing_is_done(monkeypatch):
    monkeypatch.delitem(sys.modules, "litellm", raising=False)
    record_litellm(LitellmCalls())
    assert "litellm" not in sys.modules


@pytest.mark.parametrize(
    ("owner", "name"), [(litellm_calls, "recorded_call"), (litellm_calls, "_parsed"), (ModelCall, "_tell")]
)
async def test_a_mistake_of_ours_does_not_reach_the_agent(traces, litellm, monkeypatch, caplog, owner, name):
    def broken(*args, **kwargs):
        raise RuntimeError("our own mistake")

    monkeypatch.setattr(owner, name, broken)
    assert (await _play(lambda: litellm.completion("claude-x", ASKED))).success
    assert "our own mistake" in caplog.text


async def test_calls_that_never_come_to_their_end_do_not_pile_up(traces, litellm, monkeypatch):
    monkeypatch.setattr(litellm_calls, "_MOST", 3)
    calls = LitellmCalls()

    def ask():
        for number in range(10):
            calls.asked("m", ASKED, {"litellm_call_id": str(number)})

    await _play(ask)
    assert list(calls._waiting) == ["7", "8", "9"]


async def test_many_calls_at_once_are_each_their_agents(traces, litellm):
    names = [f"model {number}" for number in range(20)]
    await asyncio.gather(
        *(_play(lambda name=name: litellm.completion(name, ASKED), scenario.run) for name in names)
    )
    calls = {span.context.span_id for span in traces.named("asks.call")}
    assert {span.parent.span_id for span in traces.all if span.name.startswith("chat")} == calls
    assert len(calls) == 20
