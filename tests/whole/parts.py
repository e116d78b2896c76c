"""Whole runs against a provider on loopback: the three players, what can go wrong with each, and what must follow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import scenario
from scenario import (
    FaultKind,
    JudgeAgent,
    ModelConfig,
    RunOutcome,
    RunUsage,
    ScenarioResult,
    UserSimulatorAgent,
    checks,
)
from scenario._engine.facts import Concluded, ModelCalled
from scenario.integrations.chat import ChatAgent
from scenario.integrations.http import HttpAgent
from scenario.models import ModelReply
from scenario.testing import Answer, HangUp, ModelServer, RecordingSink, Refusal

CRITERION = "The agent says where the parcel is"
SAID = ("My parcel 4711 has not come.", "Could you look once more, please?", "It was due on Monday already.")
ANSWER = "Parcel 4711 is in Lyon."


def find_parcel(number: int) -> str:
    """Where a parcel is."""
    return f"parcel {number}: Lyon"


def user_says(body: Any) -> str:
    """A user who says something else each time."""
    own = sum(message["role"] == "assistant" for message in body["messages"])
    return SAID[own % len(SAID)]


def agent_says(body: Any) -> Any:
    """An agent that looks, and then answers."""
    if "tools" not in body or "Lyon" in str(body["messages"][-1]["content"]):
        return ANSWER
    return ModelServer.call("find_parcel", {"number": 4711})


def verdict(status: str = "passed") -> ModelReply:
    """A verdict on the one criterion, with words that stand in the agent's answer."""
    place = {"message": 1, "quote": "is in Lyon"}
    decided = {"c1": {"reasoning": "It names the town.", "evidence": [place], "status": status}}
    return ModelServer.call("finish_test", {"reasoning": "It said where.", "criteria": decided})


GOOD = {"user": user_says, "agent": agent_says, "judge": verdict()}


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong, and what must follow.

    Attributes:
        name: What it is called.
        who: Whose model it happens to; empty for nobody's.
        replies: What that model answers, one by one.
        always: What it answers after that; None: as it should.
        kind: Whose fault the run is; None: it passes.
        reason: Words that stand in the fault's reason.
        raises: Whether the caller gets an exception.
        settings: More settings of that model.
        limits: Limits of the run.
        over_http: The agent is an `HttpAgent`, which calls no tools.
    """

    name: str
    who: str = ""
    replies: tuple[Any, ...] = ()
    always: Any = None
    kind: FaultKind | None = None
    reason: str = ""
    raises: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    over_http: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is a time limit that ends it; such cases are not played beside many others."""
        return bool(self.limits) or "timeout" in self.settings


@dataclass(frozen=True)
class Played:
    """What came of a run: the result that was told, the exception that reached the caller, all facts."""

    case: Case
    result: ScenarioResult
    error: BaseException | None
    facts: list[Any]


BY_ROLE = {"user": FaultKind.SIMULATOR, "agent": FaultKind.AGENT, "judge": FaultKind.JUDGE}
INFRASTRUCTURE = FaultKind.INFRASTRUCTURE
EVERYBODY = tuple(BY_ROLE)


async def silence(_body: Any) -> str:
    """No answer, as long as the connection stands."""
    await asyncio.Event().wait()
    return ""


def broken(name: str, reply: Any, reason: str, **settings: Any) -> list[Case]:
    """A provider that fails always, for each player: nobody's fault but the provider's."""
    more = {"max_retries": 0, **settings}
    return [
        Case(f"{who}: {name}", who, (), reply, INFRASTRUCTURE, reason, raises=True, settings=more)
        for who in EVERYBODY
    ]


CASES: list[Case] = [
    Case("all goes well"),
    *(Case(f"{who}: 429, then well", who, (Refusal(429, retry_after=0.01),) * 2) for who in EVERYBODY),
    *(Case(f"{who}: an outage, then well", who, (Refusal(503), HangUp())) for who in EVERYBODY),
    *broken("500 always", Refusal(500, "Something went wrong."), "status 500"),
    *broken("the connection breaks", HangUp(), "the connection broke"),
    *broken("not JSON", Answer("{oops"), "an unreadable answer with status 200): it is not JSON"),
    *broken("empty choices", Answer({"choices": []}), "no choices"),
    *broken("too slow", silence, "no answer in time", timeout=1.5),
    *broken("no such model", Refusal(404, "There is no such model."), "Check the model's name"),
    *broken("refused connection", None, "no connection", api_base="http://127.0.0.1:9/v1"),
    *(
        Case(f"{who}: hangs", who, (), silence, kind, "took longer than its limit", limits={"agent_timeout": 2.0})
        for who, kind in BY_ROLE.items()
    ),
    Case("user: empty", "user", (), "", FaultKind.SIMULATOR, "it is empty"),
    Case("user: thinks aloud", "user", (), "<think>I am the customer</think> Hi", FaultKind.SIMULATOR, "reasoning"),
    Case("user: thinks aloud once", "user", ("<think>I am the customer</think> Hi",)),
    Case("user: the agent's part", "user", (), "How can I help you today?", FaultKind.SIMULATOR, "as the assistant"),
    Case("user: wrong tool", "user", (), ModelServer.call("find_parcel"), FaultKind.SIMULATOR, "find_parcel"),
    Case(
        "user: half a call", "user", (), ModelServer.call("leave_conversation", '{"kind": "do'),
        FaultKind.SIMULATOR, "not a JSON object",
    ),
    Case(
        "user: filtered", "user", (), ModelReply(None, finish_reason="content_filter"),
        FaultKind.SIMULATOR, "content filter",
    ),
    Case("user: cut off", "user", (), ModelReply("My parcel 4711 has not", finish_reason="length")),
    Case(
        "agent: empty", "agent", (), "", FaultKind.AGENT, "answered without a word", raises=True
    ),
    Case("agent: wrong tool, once", "agent", (ModelServer.call("find_cat"),)),
    Case("agent: half a call, once", "agent", (ModelServer.call("find_parcel", '{"number": 4'),)),
    Case(
        "agent: wrong tool always", "agent", (), ModelServer.call("find_cat"),
        FaultKind.AGENT, "without an answer", raises=True,
    ),
    Case(
        "agent: filtered", "agent", (), ModelReply(None, finish_reason="content_filter"),
        FaultKind.AGENT, "content_filter", raises=True,
    ),
    Case("judge: says no", "judge", (), verdict("failed"), FaultKind.AGENT, "It said where."),
    Case("judge: cannot tell", "judge", (), verdict("inconclusive"), FaultKind.JUDGE, "It said where."),
    Case("judge: text", "judge", (), "All is well!", FaultKind.JUDGE, "Use a model that calls tools"),
    Case("judge: text once", "judge", ("All is well!",)),
    Case("judge: empty", "judge", (), "", FaultKind.JUDGE, "called no tool"),
    Case("judge: wrong tool", "judge", (), ModelServer.call("find_parcel"), FaultKind.JUDGE, "'find_parcel'"),
    Case("judge: goes on", "judge", (), ModelServer.call("continue_test"), FaultKind.JUDGE, "finish_test"),
    Case(
        "judge: half a verdict", "judge", (), ModelServer.call("finish_test", '{"criteria": {"c1": {"sta'),
        FaultKind.JUDGE, "no JSON object",
    ),
    Case(
        "judge: cut off", "judge", (), ModelReply('{"criteria": {"c1"', finish_reason="length"),
        FaultKind.JUDGE, "max_tokens",
    ),
    Case(
        "judge: filtered", "judge", (), ModelReply(None, finish_reason="content_filter"),
        FaultKind.JUDGE, "content filter",
    ),
    Case("judge: another criterion", "judge", (), ModelServer.call("finish_test", {"criteria": {"c9": "passed"}}),
         FaultKind.JUDGE, "No clear verdict"),
    Case("http: all goes well", over_http=True),
    Case("http: 429, then well", "agent", (Refusal(429, retry_after=0.01), HangUp()), over_http=True),
    Case("http: 500", "agent", (), Refusal(500), FaultKind.AGENT, "status 500", raises=True, over_http=True),
    Case("http: breaks", "agent", (), HangUp(), INFRASTRUCTURE, "closed the connection", raises=True, over_http=True),
    Case("http: not JSON", "agent", (), Answer("{oops"), FaultKind.AGENT, "cannot be looked up", raises=True, over_http=True),
    Case("http: empty", "agent", (), Answer({"choices": []}), FaultKind.AGENT, "without `", raises=True, over_http=True),
    Case("http: hangs", "agent", (), silence, FaultKind.AGENT, "its limit", limits={"agent_timeout": 2.0}, over_http=True),
]  # fmt: skip


def players(server: ModelServer, case: Case, number: int) -> list[scenario.AgentAdapter]:
    """The three of a run, whose models answer as the case says."""
    configs: dict[str, ModelConfig] = {}
    for who, good in GOOD.items():
        name = f"{who}-{number}"
        is_hit = who == case.who
        always = case.always if is_hit and case.always is not None else good
        server.reply_with(*(case.replies if is_hit else ()), default=always, model=name)
        settings = {"api_base": server.base_url, **(case.settings if is_hit else {})}
        configs[who] = ModelConfig(model=f"openai/{name}", **settings)
    used = [] if case.over_http else [checks.tool_called("find_parcel")]
    over_http = HttpAgent(
        f"{server.base_url}/chat/completions",
        request={"model": f"agent-{number}", "messages": "{messages}"},
        reply="choices.0.message.content",
        retry_wait=0.01,
    )
    return [
        UserSimulatorAgent(model=configs["user"]),
        over_http if case.over_http else ChatAgent(configs["agent"], tools=[find_parcel]),
        JudgeAgent(model=configs["judge"], criteria=[CRITERION, *used]),
    ]


Door = Callable[..., Awaitable[ScenarioResult]]


async def play(door: Door, server: ModelServer, case: Case, number: int = 0, **options: Any) -> Played:
    """Play a case by `run` or `arun`."""
    sink = RecordingSink()
    error: BaseException | None = None
    script = [scenario.user(), scenario.agent(), scenario.judge()]
    given = {"script": script, "agents": players(server, case, number), "sinks": [sink]}
    try:
        await door(
            f"parcel {number}",
            "A customer waits for a parcel.",
            verbose=False,
            **{**given, **case.limits, **options},
        )
    except scenario.ScenarioError as raised:
        error = raised
    concluded = [fact for fact in sink.facts if isinstance(fact, Concluded)]
    assert len(concluded) == 1, case.name
    assert sink.facts[-1] is concluded[0], case.name
    return Played(case, concluded[0].result, error, sink.facts)


def check(played: Played) -> None:
    """What must hold for every run."""
    case, result = played.case, played.result
    kind = None if result.fault is None else result.fault.kind
    assert kind is case.kind, (case.name, result.fault)
    assert result.success is (case.kind is None), case.name
    assert (played.error is not None) is case.raises, (case.name, played.error)
    outcomes = {
        None: RunOutcome.PASSED,
        FaultKind.AGENT: RunOutcome.FAILED,
        FaultKind.JUDGE: RunOutcome.INCONCLUSIVE,
    }
    expected = RunOutcome.ERROR if case.raises else outcomes.get(case.kind, RunOutcome.ERROR)
    assert result.outcome is expected, (case.name, result.outcome)
    assert case.reason in (result.fault.reason if result.fault is not None else ""), (case.name, result.fault)
    assert summed(played.facts) == result.usage, case.name


def summed(facts: list[Any]) -> RunUsage:
    """The usage of a run by role, added up from what was told of each call."""
    usage = {"Agent": scenario.Usage(), "User": scenario.Usage(), "Judge": scenario.Usage()}
    for fact in facts:
        if isinstance(fact, ModelCalled):
            usage[fact.agent.role.value] += fact.call.usage
    return RunUsage(agent=usage["Agent"], user=usage["User"], judge=usage["Judge"])
