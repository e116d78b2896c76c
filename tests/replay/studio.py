"""Runs that are recorded and replayed in one process, with a model's server that counts what it is asked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import scenario
from scenario._replay.takes import as_take
from scenario.errors import ReplayMissError
from scenario.testing import ModelServer

KEY = "sk-planted-0123456789abcdefghij"


def is_of_the_judge(body: Any) -> bool:
    return "finish_test" in json.dumps(body.get("tools"))


def verdict(status: str = "passed") -> Any:
    found = {"c1": {"reasoning": "It says so.", "evidence": [], "status": status}}
    return ModelServer.call("finish_test", {"reasoning": "All is said.", "criteria": found})


@dataclass
class Studio:
    """Plays one scenario: a user and a judge that a model plays, and a desk with a tool."""

    folder: Path
    server: ModelServer
    orders: dict[int, str] = field(default_factory=lambda: {1001: "on its way"})
    asked: list[int] = field(default_factory=list)
    prompt: str = "The customer wants to know where order 1001 is."
    turns: int = 1

    def configure(self, replay: str | None, **more: Any) -> None:
        model = scenario.ModelConfig(model="openai/scripted", api_base=self.server.base_url, api_key=KEY)
        scenario.configure(replay=replay, cassettes=self.folder, default_model=model, **more)

    def agents(self) -> list[Any]:
        @scenario.recorded
        def find_order(number: int) -> dict[str, Any]:
            self.asked.append(number)
            return {"number": number, "status": self.orders[number]}

        def desk(input: scenario.AgentInput) -> str:
            return f"Your order is {find_order(1001)['status']}."

        judge = scenario.JudgeAgent(criteria=["The agent tells where the order is"])
        return [scenario.agent_from(desk), scenario.UserSimulatorAgent(), judge]

    async def playing(self, name: str = "lost parcel", take: int = 1, **options: Any):
        script = [*[scenario.user(), scenario.agent()] * self.turns, scenario.judge()]
        with as_take(take):
            executor = scenario.ScenarioExecutor(name, self.prompt, self.agents(), script, **options)
        return await executor.run()

    def play(self, replay: str | None, name: str = "lost parcel", take: int = 1, **options: Any):
        self.configure(replay)
        return asyncio.run(self.playing(name, take, **options))

    @property
    def cassette(self) -> Path:
        (path,) = self.folder.glob("*.json")
        return path

    @property
    def data(self) -> Any:
        return json.loads(self.cassette.read_text())


def conversation(result: Any) -> str:
    """What was said, byte for byte, and the verdict."""
    said = [
        {key: value for key, value in message.items() if key not in {"id", "trace_id"}}
        for message in result.messages
    ]
    return json.dumps([said, result.success, result.reasoning, [str(each) for each in result.criteria]])


def play(folder: Path, replay: str, agents: list[Any], *script: Any, take: int = 1, **options: Any) -> Any:
    """Plays a small scenario, in a mode."""
    scenario.configure(replay=replay, cassettes=folder)
    with as_take(take):
        executor = scenario.ScenarioExecutor("a talk", "It is short.", agents, script, **options)
    return asyncio.run(executor.run())


def error_of(call: Any, *arguments: Any, **options: Any) -> BaseException:
    """What a call raises."""
    try:
        call(*arguments, **options)
    except Exception as error:  # noqa: BLE001 - the test wants it, whatever it is
        return error
    raise AssertionError("nothing was raised")


def miss_in(error: BaseException) -> ReplayMissError:
    """The miss that is the error or the cause of it."""
    found: BaseException | None = error
    while not isinstance(found, ReplayMissError):
        assert found is not None, error
        found = found.__cause__
    return found
