"""A store filled with every kind of run, the same each time: two batches to compare, and one in progress.

python tests/web/seeded.py runs.db
"""

from __future__ import annotations

import base64
import random
import struct
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scenario._engine.checkpoints import Checkpoint
from scenario._engine.facts import (
    CallFinished,
    CheckpointJudged,
    ModelCalled,
    RunStatus,
    StepFinished,
    TurnOpened,
    UserLeft,
)
from scenario.faults import Fault, FaultKind, RunOutcome
from scenario.store import FilePlace, RunStore, StoreSink, open_store
from scenario.suite.batch import write_batch
from scenario.types import CriterionResult, CriterionStatus, EndingKind, Evidence, UserEnding
from scenario.usage import ModelCall, RunUsage, Usage
from store.stories import CUSTOMER, DESK, JUDGE, NOW, Story

BEFORE, AFTER, LIVE = "scenariobatch_before", "scenariobatch_after", "scenariobatch_live"
FAILED_RUN, HOSTILE_RUN, MEDIA_RUN, LIVE_RUN = (
    "scenariorun_failed",
    "scenariorun_hostile",
    "scenariorun_media",
    "scenariorun_live",
)
WHERE, POLITE, REFUND = (
    "The agent says where the parcel is",
    "The agent stays polite",
    "The agent looks up the order before it promises a refund",
)
HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> "
    "[click](javascript:document.title='taken') ![x](https://outside.example/x.png) "
    "<svg/onload=alert(1)> \u202eright to left\u202c <iframe src=https://outside.example></iframe> "
    "<a href='data:text/html,<script>alert(1)</script>'>data</a> <style>body{display:none}</style>"
)


def png(side: int = 24) -> str:
    """A small picture, as a data URL."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + bytes((8 * x % 256, 8 * y % 256, 160)[c] for x in range(side) for c in range(3))
        for y in range(side)
    )
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()


def wav(samples: int = 800) -> str:
    """A short sound, as base64."""
    data = bytes(128 + round(60 * ((n // 10) % 2 * 2 - 1)) for n in range(samples))
    head = (
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    )
    return base64.b64encode(head + b"data" + struct.pack("<I", len(data)) + data).decode()


def model_call(story: Story, agent: Any, turn: int, seconds: float, **more: Any) -> None:
    usage = Usage(calls=1, input_tokens=180 + 40 * turn, output_tokens=35, cost=0.0004)
    call = ModelCall("gpt-4.1-mini", "openai", usage, seconds, **more)
    story.tell(ModelCalled, agent=agent, turn=turn, call=call)


def verdict(criterion: str, passed: bool, quote: str, message: int | None, why: str) -> CriterionResult:
    status = CriterionStatus.PASSED if passed else CriterionStatus.FAILED
    return CriterionResult(criterion, status, why, (Evidence(message, quote),))


def begun(run_id: str, batch: str, name: str, at: float, trial: int, **metadata: Any) -> Story:
    metadata = {"trial": trial, "trials": 5, "seed": 1000 + trial, "tags": ["orders", "smoke"], **metadata}
    return Story(run_id, batch, name, began=at, metadata=metadata)


def conclude(story: Story, verdicts: list[CriterionResult], **more: Any) -> Story:
    passed = [each.criterion for each in verdicts if each.passed]
    failed = [each.criterion for each in verdicts if each.status is CriterionStatus.FAILED]
    undecided = [each.criterion for each in verdicts if each.status is CriterionStatus.INCONCLUSIVE]
    used = RunUsage(
        agent=Usage(calls=2, input_tokens=420, output_tokens=80, cost=0.0008),
        user=Usage(calls=2, input_tokens=300, output_tokens=60, cost=0.0005),
        judge=Usage(calls=1, input_tokens=600, output_tokens=90, cost=0.0009),
    )
    is_good = more.pop("success", not failed and not undecided)
    outcome = RunOutcome.PASSED if is_good else RunOutcome.FAILED
    fault = None if is_good else Fault(FaultKind.AGENT, f"Not met: {', '.join(failed)}")
    fields = {
        "success": is_good,
        "reasoning": "Everything that was asked for happened."
        if is_good
        else "The agent did not do what it should.",
        "passed_criteria": passed,
        "failed_criteria": failed + undecided,
        "inconclusive_criteria": undecided,
        "criteria": verdicts,
        "turns": 2,
        "total_time": 6.5,
        "agent_time": 2.5,
        "outcome": outcome,
        "fault": fault,
        "usage": used,
    }
    status = more.pop("status", RunStatus.SUCCESS if is_good else RunStatus.FAILED)
    return story.ends(status, **{**fields, **more})


def late_parcel(run_id: str, batch: str, at: float, trial: int, good: bool) -> Story:
    """Two turns, with a call of a tool, a checkpoint and the judge's evidence."""
    told = begun(run_id, batch, "late parcel", at, trial)
    told.tell(TurnOpened, turn=0, trace_id=f"{trial:032x}")
    told.says("Hello, my parcel **A-1001** is late. Where is it?", "user")
    model_call(told, CUSTOMER, 0, 0.4)
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "lookup_order", "arguments": '{"order": "A-1001"}'},
    }
    told.says(None, tool_calls=[call])
    told.says(
        '{"order": "A-1001", "status": "in transit", "due": "2026-11-24"}', "tool", tool_call_id="call_1"
    )
    told.says("I looked it up:\n\n- order **A-1001**\n- in transit, due *24 November*")
    model_call(told, DESK, 0, 0.9, attempts=2)
    told.tell(CallFinished, agent=DESK, turn=0, seconds=1.2, error=None)
    checked = Checkpoint(
        True, (verdict(WHERE, True, "in transit", 3, "It says that it is in transit."),), "So far so good."
    )
    told.tell(CheckpointJudged, turn=0, checkpoint=checked)
    told.tell(StepFinished, step=1, text="proceed()")
    told.tell(TurnOpened, turn=1, trace_id=f"{trial + 500:032x}")
    told.says("Can I have my money back?", "user", turn=1)
    answer = (
        "Of course. I looked at your order, and I can refund it today."
        if good
        else "No. Stop asking me, you people are all the same."
    )
    told.says(answer, turn=1)
    model_call(told, DESK, 1, 0.7)
    model_call(told, JUDGE, 1, 1.6)
    verdicts = [
        verdict(WHERE, True, "in transit", 3, "It says that it is in transit."),
        verdict(
            POLITE,
            good,
            answer[:30],
            5,
            "It answers in a friendly way." if good else "It insults the customer.",
        ),
    ]
    return conclude(told, verdicts)


def refund(run_id: str, batch: str, at: float, trial: int, good: bool) -> Story:
    """With something that was rolled back."""
    told = begun(run_id, batch, "refund after delivery", at, trial, tags=["orders", "money"])
    told.tell(TurnOpened, turn=0, trace_id=f"{trial + 1000:032x}")
    told.says("I want a refund for order B-7.", "user")
    told.says("Refunded, have a nice day!")
    told.cut(1)
    told.says(
        "Let me look it up first. It was delivered on Monday, so a refund is fine."
        if good
        else "Refunded. I did not look."
    )
    model_call(told, DESK, 0, 1.1)
    return conclude(
        told,
        [verdict(REFUND, good, "look", 1, "It looked." if good else "It did not look before it promised.")],
    )


def simulator_fault(run_id: str, batch: str, at: float, trial: int) -> Story:
    """The simulated user broke."""
    told = begun(run_id, batch, "angry customer", at, trial, tags=["tone"])
    told.tell(TurnOpened, turn=0, trace_id=f"{trial + 2000:032x}")
    told.says("I am very angry!!!", "user").says("I am sorry to hear that. What happened?")
    model_call(told, CUSTOMER, 1, 0.4, error="the reply was empty")
    told.tell(
        CallFinished, agent=CUSTOMER, turn=1, seconds=0.5, error="The simulated user spoke as the assistant."
    )
    fault = Fault(FaultKind.SIMULATOR, "The simulated user spoke as the assistant, three times.")
    return conclude(
        told,
        [],
        success=False,
        outcome=RunOutcome.ERROR,
        fault=fault,
        status=RunStatus.ERROR,
        reasoning=str(fault),
    )


def undecided(run_id: str, batch: str, at: float, trial: int) -> Story:
    """The judge could not tell, and the user gave up."""
    told = begun(run_id, batch, "angry customer", at, trial, tags=["tone"])
    told.tell(TurnOpened, turn=0, trace_id=f"{trial + 3000:032x}")
    told.says("This is a disgrace.", "user").says("Please tell me the number of your order.")
    ending = UserEnding(EndingKind.GAVE_UP, "It was asked the same thing again.")
    told.tell(UserLeft, turn=0, ending=ending)
    found = CriterionResult(POLITE, CriterionStatus.INCONCLUSIVE, "There is too little to go by.", ())
    fault = Fault(FaultKind.JUDGE, "The judge could not decide.")
    return conclude(told, [found], outcome=RunOutcome.INCONCLUSIVE, fault=fault, ending=ending)


def hostile(run_id: str, batch: str, at: float) -> Story:
    """Text that would do harm if it were taken for markup."""
    told = begun(run_id, batch, "hostile <b>text</b>", at, 1, tags=["<i>tag</i>"], trials=1, note=HOSTILE)
    told.tell(TurnOpened, turn=0, trace_id="e" * 32)
    told.says(HOSTILE, "user").says(f"# Heading\n\n{HOSTILE}\n\n```html\n{HOSTILE}\n```", name=HOSTILE)
    told.says("x" * 200_000, "user", turn=1).says("That is long.", turn=1)
    return conclude(told, [verdict(f"no {HOSTILE}", False, HOSTILE, 1, HOSTILE)], reasoning=HOSTILE)


def media(run_id: str, batch: str, at: float) -> Story:
    """A picture and a sound."""
    told = begun(run_id, batch, "a photo of the parcel", at, 1, trials=1, tags=["media"])
    told.tell(TurnOpened, turn=0, trace_id="f" * 32)
    told.says(
        [
            {"type": "text", "text": "This is how it came."},
            {"type": "image_url", "image_url": {"url": png()}},
        ],
        "user",
    )
    told.says(
        [
            {"type": "text", "text": "I am sorry. Listen:"},
            {"type": "input_audio", "input_audio": {"data": wav(), "format": "wav"}},
        ]
    )
    return conclude(told, [verdict(POLITE, True, "I am sorry.", 1, "It says sorry.")])


def in_progress(run_id: str, batch: str, at: float, name: str = "late parcel", trial: int = 2) -> Story:
    """Begun, and not at its end."""
    told = begun(run_id, batch, name, at, trial)
    told.tell(TurnOpened, turn=0, trace_id="d" * 32)
    return told.says("Hello? Is anybody there?", "user").says("Yes. How can I help?")


def batch_of(batch: str, began: float, rate: float) -> list[Story]:
    """A batch: two scenarios of five trials, and one whose trials say nothing about the agent."""
    chance = random.Random(batch)
    short = batch.removeprefix("scenariobatch_")
    told: list[Story] = []
    for trial in range(1, 6):
        at = began + 20 * trial
        good = trial > 1 and chance.random() < rate
        told.append(late_parcel(f"scenariorun_{short}_late{trial}", batch, at, trial, good))
        told.append(refund(f"scenariorun_{short}_refund{trial}", batch, at + 7, trial, chance.random() < 0.9))
    told.append(simulator_fault(f"scenariorun_{short}_angry1", batch, began + 140, 1))
    told.append(undecided(f"scenariorun_{short}_angry2", batch, began + 150, 2))
    return told


def seed(path: Path, *, now: float | None = None) -> None:
    """Fill a store.

    Args:
        path: The file; it is made.
        now: When the newest batch began; an hour ago by default, so that it looks like today's.
    """
    began = time.time() - 3600 if now is None else now
    place = FilePlace(path)
    info = {
        "branch": "main",
        "status": "completed",
        "suite": {"name": "orders", "trials": 5, "scenarios": 3, "seed": 7},
    }
    write_batch(place, BEFORE, {**info, "commit": "a1b2c3d4e5f60718"}, started_at=began - 86_400)
    write_batch(
        place, AFTER, {**info, "commit": "0f9e8d7c6b5a4321", "branch": "shorter-prompt"}, started_at=began
    )
    sink = StoreSink(place)
    stories = [*batch_of(BEFORE, began - 86_400, 0.95), *batch_of(AFTER, began, 0.2)]
    stories.append(late_parcel(FAILED_RUN, AFTER, began + 200, 6, good=False))
    stories.append(hostile(HOSTILE_RUN, AFTER, began + 220))
    stories.append(media(MEDIA_RUN, AFTER, began + 240))
    for told in stories:
        for fact in told.facts:
            sink.receive(fact)
    sink.close()


def begin_live(sink: StoreSink) -> Story:
    """Begin a batch that goes on for as long as the sink is open. Tell it more, and conclude it, to end it."""
    at = time.time()
    done = late_parcel("scenariorun_live1", LIVE, at, 1, good=True)
    told = in_progress(LIVE_RUN, LIVE, at + 1)
    for fact in (*done.facts, *told.facts):
        sink.receive(replace(fact, at=min(fact.at, at + 1)))
    return told


def seeded_store(path: Path) -> RunStore:
    """A filled store, opened."""
    seed(path, now=NOW)
    return open_store(FilePlace(path))


if __name__ == "__main__":
    where = Path(sys.argv[1] if len(sys.argv) > 1 else "runs.db")
    seed(where)
    live = StoreSink(FilePlace(where))
    begin_live(live)
    print(f"{where} is filled. One run goes on until this program ends: press Ctrl-C.", flush=True)  # noqa: T201
    try:
        while True:
            time.sleep(60)
    except KeyboardInterrupt:
        live.close()
