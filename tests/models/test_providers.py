"""Where a model is called, and with which key."""

from __future__ import annotations

import inspect

import openai
import pytest

from scenario._models.openai_calls import _known
from scenario._models.providers import PROVIDERS, Endpoint, Missing, find
from scenario._models.settings import Settings, split
from scenario.models import Price, language_model

KEYS = {name: f"key-of-{name}" for provider in PROVIDERS for name in provider.key_variables[:1]}


def at(name, environ=KEYS, **given):
    found = find(name, environ, Settings(**given))
    return found if not isinstance(found, Endpoint) else (found.base_url, found.model, found.key)


@pytest.mark.parametrize(
    ("name", "base", "model", "variable"),
    [
        ("gpt-4.1-mini", "https://api.openai.com/v1", "gpt-4.1-mini", "OPENAI_API_KEY"),
        ("openai/gpt-4.1", "https://api.openai.com/v1", "gpt-4.1", "OPENAI_API_KEY"),
        (
            "anthropic/claude-sonnet-4-5",
            "https://api.anthropic.com/v1",
            "claude-sonnet-4-5",
            "ANTHROPIC_API_KEY",
        ),
        (
            "gemini/gemini-2.5-flash",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "gemini-2.5-flash",
            "GEMINI_API_KEY",
        ),
        (
            "groq/llama-3.3-70b-versatile",
            "https://api.groq.com/openai/v1",
            "llama-3.3-70b-versatile",
            "GROQ_API_KEY",
        ),
        (
            "openrouter/meta/llama:free",
            "https://openrouter.ai/api/v1",
            "meta/llama:free",
            "OPENROUTER_API_KEY",
        ),
        ("together/m/n", "https://api.together.xyz/v1", "m/n", "TOGETHER_API_KEY"),
    ],
)
def test_a_name_leads_to_its_provider(name, base, model, variable):
    assert at(name) == (base, model, f"key-of-{variable}")


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_every_provider_of_the_table_can_be_called(provider):
    found = find(
        f"{provider.name}/m", {**KEYS, "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com"}, Settings()
    )
    assert isinstance(found, Endpoint)
    assert found.model == "m"
    assert found.base_url.startswith(("https://", "http://localhost:"))


@pytest.mark.parametrize(
    "provider", [each for each in PROVIDERS if each.needs_key and each.base_url], ids=lambda p: p.name
)
def test_a_missing_key_is_named(provider):
    found = find(f"{provider.name}/m", {}, Settings())
    assert isinstance(found, Missing)
    assert provider.key_variables[0] in found.text


def test_what_the_table_does_not_know():
    assert at("bedrock/m") is None


def test_an_address_of_ones_own_takes_any_name():
    own = at("meta-llama/Llama-3.1-8B", {}, api_base="http://gpu:8000/v1/")
    assert own == ("http://gpu:8000/v1", "meta-llama/Llama-3.1-8B", "none")


def test_an_address_of_ones_own_for_openai_needs_no_key():
    assert at("gpt-4.1", {}, api_base="http://127.0.0.1:9/v1") == ("http://127.0.0.1:9/v1", "gpt-4.1", "none")


def test_the_key_of_one_provider_is_not_sent_to_an_unknown_address():
    assert at("someone/m", api_base="https://elsewhere.example/v1") == (
        "https://elsewhere.example/v1",
        "someone/m",
        "none",
    )


def test_the_addresses_in_the_environment():
    assert at("gpt-4.1", {**KEYS, "OPENAI_BASE_URL": "http://proxy/v1"})[0] == "http://proxy/v1"
    assert (
        at("gpt-4.1", {**KEYS, "OPENAI_BASE_URL": "http://proxy/v1"}, api_base="http://own/v1")[0]
        == "http://own/v1"
    )


@pytest.mark.parametrize(
    ("name", "given", "base"),
    [
        ("ollama/llama3.2", None, "http://localhost:11434/v1"),
        ("ollama/llama3.2", "http://gpu:11434", "http://gpu:11434/v1"),
        ("hosted_vllm/m", None, "http://localhost:8000/v1"),
        ("lm_studio/m", None, "http://localhost:1234/v1"),
        ("llama_cpp/m", "http://gpu:8080/own/", "http://gpu:8080/own"),
    ],
)
def test_local_servers_need_no_key(name, given, base):
    assert at(name, {}, api_base=given)[0] == base


@pytest.mark.parametrize(
    ("base", "version", "url", "query"),
    [
        ("https://r.openai.azure.com/", None, "https://r.openai.azure.com/openai/v1", {}),
        ("https://r.openai.azure.com/openai/v1/", "v1", "https://r.openai.azure.com/openai/v1", {}),
        (
            "https://r.openai.azure.com",
            "preview",
            "https://r.openai.azure.com/openai/v1",
            {"api-version": "preview"},
        ),
        (
            "https://r.openai.azure.com",
            "2024-10-21",
            "https://r.openai.azure.com/openai/deployments/mine",
            {"api-version": "2024-10-21"},
        ),
    ],
)
def test_azure(base, version, url, query):
    environ = {"AZURE_API_KEY": "k", "AZURE_API_BASE": base}
    found = find("azure/mine", environ, Settings(api_version=version))
    assert (found.base_url, found.query, found.headers) == (url, query, {"api-key": "k"})


def test_azure_without_its_address():
    assert "AZURE_OPENAI_ENDPOINT" in find("azure/mine", KEYS, Settings()).text


def test_a_key_is_in_no_repr():
    assert "key-of" not in repr(find("gpt-4.1", KEYS, Settings(api_key="key-of-mine")))


def test_how_and_what_are_told_apart():
    given = {
        "timeout": 3,
        "num_retries": 1,
        "headers": {"a": "b"},
        "seed": 1,
        "drop_params": True,
        "api_key": None,
    }
    settings, parameters = split(given)
    assert (settings.timeout, settings.max_retries, settings.headers) == (3, 1, {"a": "b"})
    assert parameters == {"seed": 1}
    assert settings.ignored == {"drop_params"}


def test_a_price_in_litellms_terms():
    settings, parameters = split({"input_cost_per_token": 2e-6, "output_cost_per_token": 8e-6, "seed": 1})
    assert settings.price == Price(2.0, 8.0)
    assert parameters == {"seed": 1}


def test_a_setting_that_is_a_parameter_is_refused():
    with pytest.raises(TypeError, match="no setting `seed`"):
        language_model("openai/m", seed=1)


def test_the_client_takes_the_parameters_that_are_passed_by_name():
    taken = set(inspect.signature(openai.resources.chat.completions.AsyncCompletions.create).parameters)
    assert _known() <= taken
    assert {"messages", "model", "temperature", "tools", "tool_choice", "response_format", "seed"} <= _known()
