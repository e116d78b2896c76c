"""A planted key appears in no exception, log line, result, report or file."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import traceback

import pytest

import scenario
from nested import LEAN
from scenario import ModelConfig, checks
from scenario.integrations.chat import ChatAgent
from scenario.integrations.http import HttpAgent
from scenario.models import language_model
from scenario.testing import Answer, HangUp, ModelServer, RecordingSink, Refusal
from whole.parts import CRITERION, agent_says, find_parcel, user_says, verdict

KEYS = {
    "environment": "planted-environment-4711-qwertz",
    "config": "planted-config-4711-qwertz",
    "player": "planted-player-4711-qwertz",
    "header": "planted-header-4711-qwertz",
    "url": "planted-url-4711-qwertz",
    "body": "planted-body-4711-qwertz",
    "query": "planted-query-4711-qwertz",
}
SENT = {
    "user": ("player",),
    "agent": ("environment",),
    "http": ("header", "url", "query"),
    "judge": ("config", "header", "body", "query"),
}
"""Who sends which of them; a server may say them again."""


@pytest.fixture(autouse=True)
def planted(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENAI_API_KEY", KEYS["environment"])
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path))


@pytest.fixture
def server():
    with ModelServer(default="hello") as running:
        yield running


def players(server, **settings):
    """Three players who know keys from everywhere; the server is told all of them and may say them again."""
    base, host = server.base_url, server.url.removeprefix("http://")
    judging = ModelConfig(
        model="openai/judge",
        api_base=base,
        api_key=KEYS["config"],
        headers={"X-Auth-Token": KEYS["header"]},
        extra_body={"password": KEYS["body"]},
        extra_query={"api_key": KEYS["query"]},
        **settings,
    )
    named = {"model": "openai/user", "api_base": base, "api_key": KEYS["player"], **settings}
    over_http = HttpAgent(
        f"http://bot:{KEYS['url']}@{host}/v1/chat/completions?api_key={KEYS['query']}",
        headers={"X-Api-Key": KEYS["header"]},
        request={"model": "http", "messages": "{messages}"},
        reply="choices.0.message.content",
        retries=0,
    )
    chat = ChatAgent("openai/agent", api_base=base, tools=[find_parcel], **settings)
    return (
        scenario.UserSimulatorAgent(**named),
        chat,
        over_http,
        scenario.JudgeAgent(model=judging, criteria=[CRITERION, checks.said("Lyon")]),
    )


def shown(thing):
    """All that somebody sees of a thing that prints it, or looks into it with a debugger's eyes."""
    texts = [repr(thing), str(thing)]
    if isinstance(thing, BaseException):
        texts += traceback.format_exception(thing)
        seen = set()
        while thing is not None and id(thing) not in seen:
            seen.add(id(thing))
            texts += [repr(thing), str(thing), repr(thing.args), repr(vars(thing))]
            thing = thing.__cause__ or thing.__context__
    return "\n".join(texts)


def assert_clean(text, where):
    found = [name for name, key in KEYS.items() if key in text]
    assert not found, (where, found, text[:2_000])


@pytest.mark.parametrize(
    "reply",
    [
        lambda keys: Refusal(401, f"Incorrect API key provided: {keys}."),
        lambda keys: Refusal(400, f"Unknown parameter: 'password' ({keys})", param="password"),
        lambda keys: Answer(f"oops {keys}"),
        lambda keys: Answer({"choices": [], "asked_with": keys}),
        lambda _: HangUp(),
    ],
    ids=["401", "400", "not JSON", "no choices", "hang up"],
)
@pytest.mark.parametrize("who", ["user", "agent", "http", "judge"])
def test_a_run_that_breaks_tells_no_key(server, caplog, capsys, reply, who):
    caplog.set_level(logging.DEBUG)
    server.reply_with(default=user_says, model="user")
    server.reply_with(default=agent_says, model="agent")
    server.reply_with(default="It is in Lyon.", model="http")
    server.reply_with(default=verdict(), model="judge")
    server.reply_with(default=reply(" ".join(KEYS[name] for name in SENT[who])), model=who)
    user, chat, over_http, judge = players(server, max_retries=0)
    agent = over_http if who == "http" else chat
    sink = RecordingSink()
    script = [scenario.user(), scenario.agent(), scenario.judge()]
    run = scenario.run("parcel", "A parcel.", [user, agent, judge], script=script, sinks=[sink], verbose=True)
    with pytest.raises(scenario.ScenarioError) as raised:
        asyncio.run(run)
    assert_clean(shown(raised.value), "exception")
    assert_clean("\n".join(map(repr, sink.facts)), "facts")
    assert_clean(sink.facts[-1].result.model_dump_json(), "result")
    assert_clean(caplog.text, "log")
    assert_clean("".join(capsys.readouterr()), "console")


def test_a_run_that_passes_tells_no_key(server, caplog, capsys, tmp_path):
    caplog.set_level(logging.DEBUG)
    server.reply_with(default=user_says, model="user")
    server.reply_with(default=agent_says, model="agent")
    server.reply_with(default=verdict(), model="judge")
    user, chat, _, judge = players(server)
    scenario.configure(cache_key="planted")

    class Remembered(ChatAgent):
        @scenario.cache()
        async def call(self, input):
            return await super().call(input)

    remembered = Remembered(
        "openai/agent", api_base=server.base_url, api_key=KEYS["player"], tools=[find_parcel]
    )
    script = [scenario.user(), scenario.agent(), scenario.judge()]
    sink = RecordingSink()
    result = asyncio.run(
        scenario.run(
            "parcel", "A parcel.", [user, remembered, judge], script=script, sinks=[sink], verbose=True
        )
    )
    assert result.success
    assert chat is not None
    sent = [str(request.headers) for request in server.requests]
    assert any(KEYS["player"] in headers for headers in sent)
    assert any(KEYS["config"] in headers and KEYS["header"] in headers for headers in sent)
    assert_clean(result.model_dump_json() + shown(result), "result")
    assert_clean("\n".join(map(repr, sink.facts)), "facts")
    assert_clean(caplog.text, "log")
    assert_clean("".join(capsys.readouterr()), "console")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert_clean(path.read_bytes().decode("latin-1"), path)


def test_what_people_print_while_they_look_for_a_fault_tells_no_key(server):
    things = [
        *players(server),
        language_model("openai/x", api_key=KEYS["player"], headers={"Authorization": KEYS["header"]}),
    ]
    for thing in things:
        assert_clean(shown(thing), type(thing).__name__)
        for name, value in vars(thing).items():
            if name in {"settings", "model"}:
                assert_clean(repr(value), f"{type(thing).__name__}.{name}")
    config = ModelConfig(
        model="openai/x",
        api_key=KEYS["config"],
        headers={"a": KEYS["header"]},
        extra_query={"k": KEYS["query"]},
    )
    scenario.configure(default_model=config)
    for thing in (config, scenario.default_config, scenario.UserSimulatorAgent()):
        assert_clean(shown(thing), type(thing).__name__)


_SESSION = """
import asyncio, os
import scenario
from scenario.integrations.http import HttpAgent
from scenario.testing import ScriptedAgent

def test_parcel():
    config = scenario.ModelConfig(
        model="openai/user", api_base=os.environ["ADDRESS"], max_retries=0,
        headers={"X-Auth-Token": os.environ["PLANTED"]},
    )
    user = scenario.UserSimulatorAgent(model=config)
    asyncio.run(scenario.run("parcel", "A parcel.", [user, ScriptedAgent("Hm.")], script=[scenario.user()]))
"""


def test_a_session_of_pytest_and_what_it_stores_tell_no_key(server, tmp_path):
    server.reply_with(default=Refusal(401, f"Incorrect API key: {KEYS['environment']}, {KEYS['header']}"))
    (tmp_path / "test_it.py").write_text(_SESSION)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {LEAN}\n")
    played = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "scenario.pytest_plugin",
            "--showlocals",
            "-rA",
            "--junit-xml=it.xml",
        ],
        cwd=tmp_path,
        env={**os.environ, "ADDRESS": server.base_url, "PLANTED": KEYS["header"], "SCENARIO_VERBOSE": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert played.stdout.count("status 401") > 3, played.stdout + played.stderr
    assert_clean(played.stdout + played.stderr, "session")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"it.xml", "runs.db"} <= {path.name for path in files}
    for path in files:
        assert_clean(path.read_bytes().decode("latin-1"), path)
