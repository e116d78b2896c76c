"""Events as clients of the protocol send them, in the forms of several versions."""

from __future__ import annotations

from typing import Any

BATCH = "scenariobatch_wire"
RUN = "scenariorun_1"


def event(kind: str, run: str = RUN, batch: str = BATCH, at: float = 1.0, **more: Any) -> dict[str, Any]:
    """An event that was emitted `at` seconds after the epoch."""
    return {
        "type": kind,
        "timestamp": round(at * 1000),
        "batchRunId": batch,
        "scenarioId": "case",
        "scenarioRunId": run,
        "scenarioSetId": "wire-set",
        "rawEvent": None,
        **more,
    }


def started(run: str = RUN, batch: str = BATCH, at: float = 0.5, **metadata: Any) -> dict[str, Any]:
    """The beginning of a run."""
    agents = [{"name": "Agent", "role": "agent"}, {"name": "JudgeAgent", "role": "judge"}]
    told = {"team": "qa", "name": "case", "description": "about it", "agents": agents, **metadata}
    return event("SCENARIO_RUN_STARTED", run, batch, at, metadata=told)


def snapshot(*texts: str, run: str = RUN, batch: str = BATCH, at: float = 1.0) -> dict[str, Any]:
    """A whole conversation, whose messages have other ids each time."""
    messages = [
        {
            "id": f"scenariomsg_{at}_{n}",
            "role": ("user", "assistant")[n % 2],
            "content": text,
            "trace_id": "ab" * 16,
        }
        for n, text in enumerate(texts)
    ]
    return event("SCENARIO_MESSAGE_SNAPSHOT", run, batch, at, messages=messages)


def finished(
    run: str = RUN, batch: str = BATCH, at: float = 5.0, status: str = "SUCCESS", **results: Any
) -> dict[str, Any]:
    """The end of a run."""
    verdict = "success" if status == "SUCCESS" else "failure"
    told = {
        "verdict": verdict,
        "metCriteria": ["agent answers"],
        "unmetCriteria": [],
        "reasoning": "it does",
        **results,
    }
    return event("SCENARIO_RUN_FINISHED", run, batch, at, status=status, results=told)


def tool_calls(version: str) -> list[dict[str, Any]]:
    """The same conversation with a tool call and a picture, as three clients tell it."""
    call = {
        "id": "call_abc",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'},
    }
    parts = [
        {"type": "text", "text": "weather here?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
    text = (
        '[{"type": "text", "text": "weather here?"}, '
        '{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]'
    )
    content: Any = {"0.7": str(parts), "1.6": text, "npm": parts}[version]
    nothing: Any = {"0.7": "None", "1.6": "", "npm": []}[version]
    trace = {} if version == "npm" else {"trace_id": "cd" * 16}
    return [
        {"id": "1", "role": "user", "content": content, **trace},
        {"id": "2", "role": "assistant", "content": nothing, "toolCalls": [call], **trace},
        {"id": "3", "role": "tool", "content": '{"temp": 3}', "toolCallId": "call_abc", **trace},
        {"id": "4", "role": "assistant", "content": "3 degrees", "toolCalls": [], **trace},
    ]


def events_of_all() -> list[dict[str, Any]]:
    """The events of several clients, in the order in which each would send them."""
    found: list[dict[str, Any]] = []
    for number, version in enumerate(("0.7", "1.6", "npm")):
        run, at = f"scenariorun_tools_{version}", 100.0 + number
        said = tool_calls(version)
        found += [
            started(run, at=at),
            event("SCENARIO_MESSAGE_SNAPSHOT", run, at=at + 1, messages=said[:1]),
            event("SCENARIO_MESSAGE_SNAPSHOT", run, at=at + 1, messages=said[:2]),
            event("SCENARIO_MESSAGE_SNAPSHOT", run, at=at + 2, messages=said),
            finished(run, at=at + 2),
        ]
    criteria = [
        {
            "criterion": "answers",
            "requirement": "the agent answers",
            "status": "passed",
            "reasoning": "turn 1",
        },
        {
            "criterion": "is kind",
            "requirement": "the agent is kind",
            "status": "inconclusive",
            "reasoning": "?",
        },
    ]
    found += [
        started("scenariorun_bad", at=50),
        snapshot("hello", "no", run="scenariorun_bad", at=51),
        finished(
            "scenariorun_bad",
            at=52,
            status="FAILED",
            unmetCriteria=["is kind"],
            inconclusiveCriteria=["is kind"],
            criteria=criteria,
        ),
        started("scenariorun_broken", at=60),
        finished(
            "scenariorun_broken",
            at=61,
            status="ERROR",
            metCriteria=[],
            error='{"message": "boom"}',
            reasoning=None,
        ),
        started("scenariorun_open", "another batch", at=70, description="goes on"),
        snapshot("hello", run="scenariorun_open", batch="another batch", at=71),
    ]
    return found
