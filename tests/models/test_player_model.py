"""Which model a player talks to, and with which parameters."""

from __future__ import annotations

import pytest

import scenario
from scenario import ModelConfig
from scenario._meter import meter
from scenario._models.player_model import player_model
from scenario.models import ModelError, ModelReply, Usage
from scenario.testing import ModelServer, Refusal, ScriptedModel

ASKED = [{"role": "user", "content": "hi"}]


def test_no_model_anywhere():
    assert player_model("Judge", None) is None
    assert player_model("Judge", "") is None


def test_the_configured_model_is_the_default():
    scenario.configure(default_model="openai/configured")
    assert player_model("Judge", None).label == "openai/configured"
    assert player_model("Judge", "openai/own").label == "openai/own"


def test_b28_an_explicit_zero_goes_before_a_model_config():
    """B28: temperature=0.0 is a temperature, not its absence."""
    configured = ModelConfig(model="openai/m", temperature=0.7)
    assert player_model("Judge", configured, temperature=0.0).temperature == 0.0
    assert player_model("Judge", configured).temperature == 0.7


def test_b28_through_configure():
    scenario.configure(default_model=ModelConfig(model="openai/m", temperature=0.7, max_tokens=9))
    model = player_model("Judge", None, temperature=0.0, max_tokens=0)
    assert (model.temperature, model.max_tokens) == (0.0, 0)


@pytest.mark.parametrize("default", [0.0, 0.8, None])
def test_the_players_default_temperature_holds_when_nobody_gave_one(default):
    for given in ("openai/m", ModelConfig(model="openai/m"), ScriptedModel("x")):
        assert player_model("Judge", given, default_temperature=default).temperature == default


def test_no_temperature_at_all_can_be_asked_for():
    config = ModelConfig(model="openai/m", temperature=None)
    assert player_model("Judge", config, default_temperature=0.0).temperature is None


def test_a_model_config_fills_what_was_not_given():
    config = ModelConfig(model="openai/m", api_base="http://a", max_tokens=5, seed=1, top_p=0.5, timeout=3)
    model = player_model("Judge", config, api_base="http://b", extra={"seed": 2})
    assert model.max_tokens == 5
    assert model.extra == {"seed": 2, "top_p": 0.5}
    assert model.model.settings.api_base == "http://b"
    assert model.model.settings.timeout == 3


async def test_any_object_with_complete_is_a_model():
    scripted = ScriptedModel("hello")
    model = player_model("Judge", scripted, temperature=0.3, max_tokens=4, extra={"seed": 1})
    assert (await model.ask(ASKED)).content == "hello"
    (request,) = scripted.requests
    assert (request.temperature, request.max_tokens, request.extra) == (0.3, 4, {"seed": 1})


@pytest.mark.parametrize("wrong", [42, object(), ["openai/m"], lambda: None])
def test_what_is_no_model_is_refused(wrong):
    with pytest.raises(TypeError, match=r"Judge: model=.* is no model"):
        player_model("Judge", wrong)


def test_a_key_is_in_no_repr():
    key = "planted-key-0123456789"
    config = ModelConfig(model="openai/m", api_key=key, extra_headers={"Authorization": f"Bearer {key}"})
    assert key not in repr(player_model("Judge", config))
    assert key not in repr(config)
    assert key not in str(config)


@pytest.fixture
def calls():
    told = []
    token = meter.set(told.append)
    yield told
    meter.reset(token)


async def test_every_call_is_reported(calls):
    with ModelServer(default="hello") as server:
        model = player_model("Judge", "openai/gpt-4.1-mini", api_base=server.base_url)
        await model.ask(ASKED)
        server.reply_with(default=Refusal(401, "no"))
        with pytest.raises(ModelError):
            await model.ask(ASKED)
    fine, failed = calls
    assert (fine.model, fine.provider, fine.error, fine.attempts) == ("gpt-4.1-mini", "openai", None, 1)
    assert fine.usage.cost > 0
    assert fine.request_id == "req_1"
    assert failed.usage == Usage(calls=1, unpriced_calls=1)
    assert "refused" in failed.error


async def test_a_model_of_ones_own_is_reported_by_its_class(calls):
    await player_model("Judge", ScriptedModel(ModelReply("hi"))).ask(ASKED)
    assert calls[0].model == "ScriptedModel"
