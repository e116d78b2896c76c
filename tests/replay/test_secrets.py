"""Secrets that are planted everywhere are in no cassette, no cache and no log."""

from __future__ import annotations

import asyncio
import json
import logging

import scenario
from replay.studio import is_of_the_judge, verdict
from scenario._replay.takes import as_take
from scenario.integrations.http import HttpAgent
from scenario.testing import LoopbackServer, ModelServer

IN_THE_ENVIRONMENT = "plain-words-that-are-a-secret"
OF_THE_MODEL = "key-of-the-model-in-the-code"
SHAPED = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
IN_A_HEADER = "header-value-that-nobody-knows"
IN_THE_ADDRESS = "login-word-in-the-address"
NAMED = "hunter2-as-an-argument"
RESULT = "hunter3-as-a-result"
OWN = "C-123456"
SECRETS = (IN_THE_ENVIRONMENT, OF_THE_MODEL, SHAPED, IN_A_HEADER, IN_THE_ADDRESS, NAMED, RESULT, OWN)


@scenario.recorded
def log_in(user: str, password: str) -> dict[str, str]:
    return {"user": user, "access_token": RESULT}


@scenario.recorded
@scenario.cache()
def look(text: str) -> str:
    return f"{text}: found"


class Agent(scenario.AgentAdapter):
    """An agent behind HTTP that logs in and looks before it asks."""

    name = "desk"

    def __init__(self, url):
        self.http = HttpAgent(
            url,
            request={"text": "{message}", "api_key": NAMED},
            headers={"X-Odd": IN_A_HEADER, "Authorization": f"Bearer {SHAPED}"},
            reply="text",
        )

    async def call(self, input):
        log_in("ann", NAMED)
        look(f"{IN_THE_ENVIRONMENT} {OWN}")
        return await self.http.call(input)


def play(replay, folder, server, endpoint):
    model = scenario.ModelConfig(model="openai/scripted", api_base=server.base_url, api_key=OF_THE_MODEL)
    scenario.configure(replay=replay, cassettes=folder, default_model=model, redact=[r"\bC-\d{6}\b"])
    url = f"{endpoint.url}/chat?key={IN_THE_ADDRESS}"
    judge = scenario.JudgeAgent(criteria=["It helps"], additional_context=f"The key is {OF_THE_MODEL}.")
    script = [
        scenario.user(f"My token is {SHAPED}, my number is {OWN}."),
        scenario.agent(),
        scenario.user(),
        scenario.judge(),
    ]
    agents = [Agent(url), scenario.UserSimulatorAgent(), judge]
    with as_take(1):
        executor = scenario.ScenarioExecutor("a secret", "", agents, script, cache_key="v1")
    return asyncio.run(executor.run())


def test_planted_secrets_are_written_nowhere(tmp_path, monkeypatch, caplog, recwarn):
    monkeypatch.setenv("SHOP_PASSWORD", IN_THE_ENVIRONMENT)
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path / "cache"))
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "cassettes"
    with (
        ModelServer(default=f"It is {SHAPED}.") as server,
        LoopbackServer(
            lambda request: {"text": f"I know {IN_THE_ENVIRONMENT}.", "password": RESULT}
        ) as endpoint,
    ):
        server.reply_with(default=lambda body: verdict(), when=is_of_the_judge)
        recorded = play("record", folder, server, endpoint)
        asked = json.dumps([request.body for request in server.requests])
    replayed = play("replay", folder, server, endpoint)

    assert recorded.success
    assert replayed.success
    assert OF_THE_MODEL in asked  # it was planted
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".json", ".sqlite"}
    found = [
        (path.name, secret) for path in files for secret in SECRETS if secret.encode() in path.read_bytes()
    ]
    assert found == []
    logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("scenario"))
    assert [secret for secret in SECRETS if secret in logged] == []


def test_a_miss_shows_no_secret(tmp_path):
    def agent(word):
        return scenario.agent_from(lambda given: str(log_in(word, NAMED)))

    def playing(word, replay):
        scenario.configure(replay=replay, cassettes=tmp_path)
        with as_take(1):
            executor = scenario.ScenarioExecutor(
                "a", "", [agent(word)], [scenario.agent(), scenario.succeed()]
            )
        return executor.run()

    asyncio.run(playing("ann", "record"))
    try:
        asyncio.run(playing(f"bob {SHAPED}", "replay"))
    except scenario.ScenarioError as error:
        told = str(error)

    assert "+ bob [redacted]" in told
    assert SHAPED not in told
    assert NAMED not in told
