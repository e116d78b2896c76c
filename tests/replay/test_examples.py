"""The recorded examples are replayed in a process for which no server and no key is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAM = """
import asyncio, importlib.util, sys
import scenario

spec = importlib.util.spec_from_file_location("example", sys.argv[1])
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)
if sys.argv[2] == "record":
    with example.scripted_models() as model:
        scenario.configure(default_model=model)
        result = asyncio.run(example.play())
else:
    scenario.configure(default_model="openai/scripted")
    result = asyncio.run(example.play())
for message in result.messages:
    print({key: value for key, value in message.items() if key not in {"id", "trace_id"}})
print(result.success, *result.criteria, sep="\\n")
"""


def play(mode, folder):
    """What an example says in a process that can reach no model unless the example brings it."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment |= {
        "SCENARIO_REPLAY": mode,
        "SCENARIO_VERBOSE": "0",
        "SCENARIO_CASSETTES": str(folder),
        "OPENAI_BASE_URL": "http://127.0.0.1:9",
    }
    program = [sys.executable, "-W", "error", "-c", PROGRAM, str(EXAMPLES / "simulator_and_judge.py"), mode]
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False, timeout=50)


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cassettes")
    return folder, play("record", folder)


def test_an_example_is_replayed_without_its_server(recording):
    folder, recorded = recording
    assert recorded.returncode == 0, recorded.stderr
    assert "True" in recorded.stdout

    for _ in range(2):
        replayed = play("replay", folder)
        assert (replayed.stdout, replayed.stderr) == (recorded.stdout, "")


def test_the_kept_recording_of_the_example_is_still_good():
    """After a change of a prompt: SCENARIO_REPLAY=record SCENARIO_CASSETTES=examples/cassettes python (the example)."""
    replayed = play("replay", EXAMPLES / "cassettes")

    assert replayed.returncode == 0, replayed.stderr
    assert "The agent asks for the order number: passed" in replayed.stdout


TRACED = """
import asyncio, json
import scenario
from scenario.integrations.chat import ChatAgent
from scenario.testing import ModelServer
from scenario._replay.takes import as_take

scenario.setup_scenario_tracing()


def look(number: int) -> str:
    return "on its way"


def play(mode):
    scenario.configure(replay=mode, cassettes="cassettes")
    agents = [ChatAgent(tools=[look], name="desk"), scenario.UserSimulatorAgent(), scenario.JudgeAgent(criteria=["ok"])]
    script = [scenario.user(), scenario.agent(), scenario.judge()]
    with as_take(1):
        return asyncio.run(scenario.ScenarioExecutor("traced", "", agents, script).run())


def is_for(tool):
    return lambda body: tool in json.dumps(body.get("tools"))


with ModelServer() as server:
    server.reply_with(ModelServer.call("look", {"number": 7}), "It is on its way.", when=is_for("look"))
    verdict = {"reasoning": "", "criteria": {"c1": {"reasoning": "", "evidence": [], "status": "passed"}}}
    server.reply_with(ModelServer.call("finish_test", verdict), when=is_for("finish_test"))
    server.reply_with("Where is it?", when=is_for("leave_conversation"))
    model = scenario.ModelConfig(model="openai/scripted", api_base=server.base_url, api_key="none")
    scenario.configure(default_model=model)
    assert play("record")
    assert "<spans>" in json.dumps(server.requests[-1].body)
assert play("replay")
"""


def test_a_judge_that_was_shown_the_spans_of_calls_is_replayed_without_them(tmp_path):
    environment = {**os.environ, "SCENARIO_VERBOSE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", TRACED],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
