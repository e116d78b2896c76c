"""Providers that only litellm knows, through a stand-in for that package."""

from __future__ import annotations

import sys
import types
from importlib.machinery import ModuleSpec

import pytest

from scenario._models.litellm_calls import _litellm
from scenario.models import ModelError, ModelRequest, language_model

BODY = {
    "model": "command-a",
    "choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
}


class Completion:
    def __init__(self, cost=0.125):
        self._hidden_params = {"response_cost": cost}

    def model_dump(self):
        return BODY


class RateLimitError(Exception):
    status_code = 429
    llm_provider = "cohere"

    def __init__(self, message, seconds="0"):
        super().__init__(message)
        self.response = types.SimpleNamespace(headers={"Retry-After": seconds})


@pytest.fixture
def litellm(monkeypatch):
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    module = types.ModuleType("litellm")
    module.__spec__ = ModuleSpec("litellm", None)
    module.asked, module.answers = [], []

    async def acompletion(**asked):
        module.asked.append(asked)
        answer = module.answers.pop(0) if module.answers else Completion()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    module.acompletion = acompletion
    monkeypatch.setitem(sys.modules, "litellm", module)
    _litellm.cache_clear()
    yield module
    _litellm.cache_clear()


async def test_what_the_table_does_not_know_goes_to_litellm(litellm, asked):
    model = language_model("cohere/command-a", api_key="cohere-key-0123456789", timeout=7)
    reply = await model.complete(ModelRequest(asked.messages, temperature=0.0, extra={"seed": 1}))
    assert (reply.content, reply.provider, reply.usage.cost) == ("hello", "cohere", 0.125)
    (call,) = litellm.asked
    assert call.items() >= {"model": "cohere/command-a", "temperature": 0.0, "seed": 1, "timeout": 7}.items()
    assert call["api_key"] == "cohere-key-0123456789"
    assert (call["num_retries"], call["drop_params"]) == (0, True)


async def test_b34_its_hints_are_not_printed(litellm, asked):
    """B34: no red notice about unknown providers on the standard output."""
    await language_model("cohere/m").complete(asked)
    assert litellm.suppress_debug_info is True


async def test_it_is_tried_again(litellm, asked):
    litellm.answers = [RateLimitError("slow down"), Completion()]
    assert (await language_model("cohere/m").complete(asked)).attempts == 2


async def test_its_errors_are_ours(litellm, asked):
    class NotFoundError(Exception):
        status_code = 404

    litellm.answers = [NotFoundError("no such model: key cohere-key-9876543210")]
    with pytest.raises(ModelError, match="no such model") as raised:
        await language_model("cohere/m", api_key="cohere-key-9876543210").complete(asked)
    assert (raised.value.status, raised.value.provider) == (404, "cohere")
    assert "9876543210" not in str(raised.value)


async def test_b33_tools_need_no_other_package(litellm, server):
    """B33: a call with tools goes to the client alone, whatever litellm would import for it."""
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    model = language_model("openai/m", api_base=server.base_url)
    assert (await model.complete(ModelRequest([{"role": "user", "content": "hi"}], tools))).content == "hello"
    assert not litellm.asked
