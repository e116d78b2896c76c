"""``scenario doctor``: what it shows, what it calls a problem, and what it never shows."""

from __future__ import annotations

import json
import os
import socket

import pytest
from click.testing import CliRunner

import scenario
from scenario import doctor
from scenario._models.providers import PROVIDERS
from scenario.cli import main
from scenario.config.sources import SETTINGS
from scenario.testing import LoopbackServer, ModelServer, Refusal

KEY = "sk-planted-0123456789abcdefghij"


@pytest.fixture(autouse=True)
def nothing_is_there(monkeypatch, tmp_path):
    """No key, and local servers looked for at a port that nobody listens at."""
    for provider in PROVIDERS:
        for name in (*provider.key_variables, *provider.base_variables):
            monkeypatch.delenv(name, raising=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        for provider in PROVIDERS:
            if not provider.needs_key:
                address = f"http://127.0.0.1:{taken.getsockname()[1]}/{provider.name}/v1"
                monkeypatch.setenv(provider.base_variables[0], address)
        monkeypatch.chdir(tmp_path)
        yield


def run(*arguments):
    return CliRunner().invoke(main, ["doctor", *arguments])


def data(*arguments):
    return json.loads(run("--json", *arguments).stdout)


def test_with_nothing_there_nothing_is_wrong():
    result = run()

    assert result.exit_code == 0, result.output
    assert "No problem found. No default model is configured" in result.stdout
    assert f"scenario {scenario.__version__}, Python 3." in result.stdout


def test_each_setting_is_shown_with_its_source(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.scenario]\nmax_turns = 7\ntimeout = 60\n")
    monkeypatch.setenv("SCENARIO_TIMEOUT", "30")
    scenario.configure(debug=True)

    shown = {each["name"]: (each["value"], each["source"]) for each in data()["settings"]}

    assert list(shown) == list(SETTINGS)
    assert shown["max_turns"] == ("7", "[tool.scenario] in pyproject.toml")
    assert shown["timeout"] == ("30.0", "SCENARIO_TIMEOUT")
    assert shown["debug"] == ("True", "scenario.configure")
    assert shown["agent_timeout"] == ("None", "default")


def test_a_setting_that_cannot_be_used_is_a_problem(monkeypatch):
    monkeypatch.setenv("SCENARIO_MAX_TURNS", "many")
    result = run()

    assert result.exit_code == 1
    assert "Problem: $SCENARIO_MAX_TURNS: `max_turns` cannot be 'many'" in result.stdout


def test_keys_are_shown_by_the_variable_that_holds_them(monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    keys = {each["provider"]: each["found_in"] for each in data()["keys"]}

    assert keys["gemini"] == "GOOGLE_API_KEY"
    assert keys["openai"] is None
    assert set(keys) == {provider.name for provider in PROVIDERS if provider.needs_key}


def test_a_local_server_is_shown_with_its_models(monkeypatch):
    with ModelServer(models=("llama3:latest", "qwen3")) as server:
        monkeypatch.setenv("OLLAMA_API_BASE", server.base_url)
        result = run()
        servers = {each["provider"]: each for each in data()["servers"]}

    assert f"ollama     {server.base_url}" in result.stdout
    assert servers["ollama"]["models"] == ["llama3:latest", "qwen3"]
    assert servers["vllm"]["models"] is None


def test_what_is_no_model_server_is_told():
    with LoopbackServer(lambda request: "hello") as server:
        os.environ["OLLAMA_API_BASE"] = f"{server.url}/v1"
        result = run()

    assert result.exit_code == 0
    assert "status 200, and no list of models" in result.stdout


def test_servers_elsewhere_are_not_asked(monkeypatch):
    monkeypatch.setenv("OLLAMA_API_BASE", "http://models.example:11434/v1")
    monkeypatch.setenv("SCENARIO_DEFAULT_MODEL", "ollama/llama3")
    found = data()

    assert "ollama" not in {each["provider"] for each in found["servers"]}
    assert found["problems"] == []


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("openai/gpt-4.1-mini", "openai/gpt-4.1-mini needs a key: set OPENAI_API_KEY or give api_key=."),
        ("nobody/knows", "`nobody` is no provider that scenario knows. Install agent-scenario[litellm]"),
        ("ollama_chat/llama3", "nobody answers at http://127.0.0.1:"),
    ],
)
def test_a_default_model_that_cannot_be_used_is_a_problem(monkeypatch, model, problem):
    monkeypatch.setenv("SCENARIO_DEFAULT_MODEL", model)
    result = run()

    assert result.exit_code == 1
    assert "Problem: The default model" in result.stdout
    assert problem in result.stdout


def test_a_default_model_with_a_key_is_none(monkeypatch):
    monkeypatch.setenv("SCENARIO_DEFAULT_MODEL", "openai/gpt-4.1-mini")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    assert run().exit_code == 0


def test_a_model_that_its_local_server_does_not_offer_is_a_problem(monkeypatch):
    with ModelServer(models=("llama3:latest", "qwen3")) as server:
        monkeypatch.setenv("OLLAMA_API_BASE", server.base_url)
        codes = {}
        for name in ("llama3", "qwen3", "gemma3"):
            monkeypatch.setenv("SCENARIO_DEFAULT_MODEL", f"ollama/{name}")
            codes[name] = run().exit_code
        told = run().stdout

    assert codes == {"llama3": 0, "qwen3": 0, "gemma3": 1}
    assert "does not offer 'gemma3'. It offers llama3:latest, qwen3." in told


def test_the_own_address_of_a_default_model_is_asked_too():
    with ModelServer() as server:
        scenario.configure(
            default_model=scenario.ModelConfig(model="openai/scripted", api_base=server.base_url)
        )
        assert run().exit_code == 0
    result = run()

    assert result.exit_code == 1
    assert f"nobody answers at {server.base_url}" in result.stdout


def test_the_extras_are_those_of_the_distribution():
    extras = {each["name"]: each for each in data()["extras"]}

    assert set(extras) >= {"litellm", "otlp", "postgres"}
    assert extras["postgres"]["distribution"] == "psycopg"
    assert extras["postgres"]["version"][0].isdigit()


def test_the_places_are_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("SCENARIO_CASSETTES", "recordings")
    places = {each["what"]: each["where"] for each in data()["places"]}

    assert places["cache"] == str(tmp_path / "cache")
    assert places["cassettes"] == str(tmp_path / "recordings")
    assert places["runs"].endswith("runs.db")


def test_a_test_call_tells_how_long_it_took_and_what_it_cost():
    with ModelServer(default="ready") as server:
        scenario.configure(
            default_model=scenario.ModelConfig(model="openai/scripted", api_base=server.base_url)
        )
        result = run("--call")

    assert result.exit_code == 0, result.stdout
    assert "openai/scripted" in result.stdout
    assert " s, 1 call, " in result.stdout
    assert "it said 'ready'" in result.stdout


def test_a_test_call_of_a_named_model(monkeypatch):
    with ModelServer(default="ready") as server:
        monkeypatch.setenv("OLLAMA_API_BASE", server.base_url)
        found = data("--call", "ollama/qwen3")["call"]

    assert (found["model"], found["reply"], found["error"]) == ("ollama/qwen3", "ready", None)


def test_a_test_call_that_fails_is_a_problem(monkeypatch):
    with ModelServer(default=Refusal(401, f"Incorrect key: {KEY}")) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        result = run("--call", "openai/gpt-4.1-mini")

    assert result.exit_code == 1
    assert "Problem: The test call of openai/gpt-4.1-mini failed" in result.stdout
    assert KEY not in result.stdout


def test_a_test_call_without_a_model_is_a_problem():
    result = run("--call")

    assert result.exit_code == 1
    assert "no default model is configured" in result.stdout


def test_no_secret_is_shown(monkeypatch):
    word = "word-of-the-database"
    monkeypatch.setenv("SCENARIO_STORE", f"postgresql://ann:{word}@db.example/runs?password={word}")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = scenario.ModelConfig(
        model="openai/m", api_key=KEY, api_base=f"http://ann:{word}@models.example/v1?key={word}"
    )
    scenario.configure(default_model=model)

    for arguments in ([], ["--json"]):
        shown = run(*arguments).stdout
        assert KEY not in shown
        assert word not in shown
        assert "openai/m at http://models.example/v1, with a key" in shown


def test_a_wrong_option_is_a_usage_error():
    assert run("--cal").exit_code == 2


def test_the_problems_follow_from_what_was_found():
    found = doctor.examine({})

    assert doctor.problems(found) == []
